"""Tokens of addresses never reach a log: on the console's own handler, with real requests."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from cm_suite.core.log import TokenFilter, masked
from pages.enums import Role
from pages.models import Person
from pages.notices.models import Mail
from pages.services import invitations
from tests.people import Cast

TOKEN = "q7-Xk_2v:1uX.Y"


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    """What the console's handler writes, as the settings made it."""
    (handler,) = [
        each
        for each in logging.getLogger().handlers
        if isinstance(each, logging.StreamHandler)
        and any(isinstance(one, TokenFilter) for one in each.filters)
    ]
    out = io.StringIO()
    before = handler.setStream(out)
    yield out
    handler.setStream(before)


def token_of(cast: Cast) -> str:
    invitations.invite(cast.brand, "noe@agence.example", Role.AUTHOR, cast.alice)
    found = re.search(r"/invitation/([^/\s]+)/", Mail.objects.latest("pk").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Forbidden: /invitation/{TOKEN}/", "Forbidden: /invitation/…/"),
        (f"Not Found: /password/MQ/{TOKEN}/ twice", "Not Found: /password/…/ twice"),
        (f"/p/maison/leave/?t={TOKEN}&a=1", "/p/maison/leave/?t=…&a=1"),
        (f"/p/maison/leave/?a=1&t={TOKEN}", "/p/maison/leave/?a=1&t=…"),
        (f"/sign-in/?next=/invitation/{TOKEN}/", "/sign-in/?next=/invitation/…/"),
        (f"/sign-in/?next=%2Finvitation%2F{TOKEN}%2F", "/sign-in/?next=%2Finvitation%2F…%2F"),
        (f"?next=%2Fleave%2F%3Ft%3D{TOKEN}", "?next=%2Fleave%2F%3Ft%3D…"),
        (f"GET /connect/back/x/?state=s&code={TOKEN} 302", "GET /connect/back/x/?… 302"),
        (
            f"/sign-in/?next=%2Fconnect%2Fback%2Fx%2F%3Fcode%3D{TOKEN}%26state%3Ds",
            "/sign-in/?next=%2Fconnect%2Fback%2Fx%2F%3F…",
        ),
        (
            f"GET /hooks/?hub.mode=subscribe&hub.verify_token={TOKEN}",
            "GET /hooks/?hub.mode=subscribe&hub.verify_token=…",
        ),
        (f"GET /v25.0/debug_token?input_token={TOKEN} 200", "GET /v25.0/debug_token?input_token=… 200"),
        (f"/v25.0/7?fields=id&appsecret_proof={TOKEN}", "/v25.0/7?fields=id&appsecret_proof=…"),
        ("/p/maison/?tcode=1&context=2", "/p/maison/?tcode=1&context=2"),
        ("/password/sent/ and /me/password/ at=4", "/password/sent/ and /me/password/ at=4"),
    ],
)
def test_what_is_taken_out(said: str, shown: str) -> None:
    assert masked(said) == shown


@pytest.mark.parametrize("method", ["get", "put"])
def test_an_invitation_opened_by_somebody_else(
    cast: Cast, signed_in: Callable[[Person], Client], console: io.StringIO, method: str
) -> None:
    token = token_of(cast)
    answer = getattr(signed_in(cast.bob), method)(f"/invitation/{token}/")
    assert answer.status_code == {"get": 403, "put": 405}[method]
    assert "/invitation/…/" in console.getvalue()
    assert token not in console.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/invitation/{TOKEN}/", f"/password/MQ/{TOKEN}/"])
def test_a_form_without_its_csrf_token(path: str, console: io.StringIO) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, headers={"Referer": f"http://testserver{path}"})
    assert answer.status_code == 403
    assert "Forbidden (CSRF cookie not set.)" in console.getvalue()
    assert TOKEN not in console.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/invitation/{TOKEN}/", f"/p/nobody/leave/?t={TOKEN}"])
def test_an_address_that_is_not_known(path: str, console: io.StringIO) -> None:
    assert Client().get(path).status_code == 404
    assert "Not Found" in console.getvalue()
    assert TOKEN not in console.getvalue()


def test_a_fault_and_its_traceback(console: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot read /invitation/{TOKEN}/")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", f"/leave/?t={TOKEN}")
    assert "Traceback" in console.getvalue()
    assert "ValueError: cannot read /invitation/…/" in console.getvalue()
    assert TOKEN not in console.getvalue()


def test_a_token_apart_from_its_path(console: io.StringIO) -> None:
    logging.getLogger("any").warning("opened /invitation/%s/ by %d", TOKEN, 7)
    assert console.getvalue().endswith("any opened /invitation/…/ by 7\n")


def test_django_has_no_other_way_out() -> None:
    for name in ("django", "django.request", "django.security.csrf", "django.server"):
        logger = logging.getLogger(name)
        assert (logger.handlers, logger.propagate) == ([], True)


def test_other_handlers_keep_their_record_and_bad_arguments_harm_nobody(
    console: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("any").warning("seen %s", "plain")
    logging.getLogger("any").warning("/invitation/%s/", TOKEN)
    assert [record.args for record in caplog.records] == [("plain",), (TOKEN,)]
    record = logging.LogRecord("any", logging.INFO, "", 0, "%d %d", ("one",), None)
    assert TokenFilter().filter(record) is record
    assert TOKEN not in console.getvalue()
