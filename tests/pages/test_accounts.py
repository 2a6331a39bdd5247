"""Signing in and out, guesses slowed down, demo log-ins, lost passwords."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
import time_machine
from django.conf import settings as project
from django.test import Client, RequestFactory
from pytest_django import Settings

from cm_suite.core import clock
from pages.models import Person
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.services import accounts
from pages.visitors import client_address, is_local, neighbourhood
from tests.people import PASSWORD, Cast

SignIn = Callable[[Person], Client]
WRONG = "This e-mail and this password do not go together. Check both, or ask for a new password."
HERE = {"SERVER_NAME": "localhost"}


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(
        "/sign-in/", {"username": email, "password": password}, headers={"Accept-Language": "en"}, **extra
    )


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def problems(response: Any) -> list[str]:
    return [str(error) for error in response.context["form"].non_field_errors()]


def test_the_page_says_nothing_of_who_exists(cast: Cast) -> None:
    client = Client()
    known = problems(sign_in(client, "bob@agence.example", "not this one"))
    unknown = problems(sign_in(client, "nobody@agence.example", "not this one"))
    assert known == unknown == [WRONG]
    assert who(client) is None


def test_signing_in_whatever_the_case_changes_the_session_s_key(cast: Cast) -> None:
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["kept"] = 1
    session.save()
    client.cookies[project.SESSION_COOKIE_NAME] = before = session.session_key or ""
    response = sign_in(client, " BOB@agence.example")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert who(client) == str(cast.bob.pk)
    assert client.session.session_key != before


def test_the_interface_takes_the_person_s_language(cast: Cast) -> None:
    Person.objects.filter(pk=cast.bob.pk).update(language="en")
    client = Client()
    response = sign_in(client, "bob@agence.example")
    assert response.cookies["cm_language"].value == "en"
    client.cookies["cm_language"] = "fr"
    assert client.get("/me/").headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/b/maison-lumen/people/", "/b/maison-lumen/people/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_goes_where_one_wanted_within_the_house(
    cast: Cast, asked: str, led: str
) -> None:
    data = {"username": "bob@agence.example", "password": PASSWORD, "next": asked}
    assert Client().post("/sign-in/", data).headers["Location"] == led


def test_somebody_signed_in_does_not_see_the_page(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.bob).get("/sign-in/").headers["Location"] == "/"


def test_a_closed_account_stays_out(cast: Cast, signed_in: SignIn) -> None:
    inside = signed_in(cast.bob)
    Person.objects.filter(pk=cast.bob.pk).update(is_active=False)
    client = Client()
    assert problems(sign_in(client, "bob@agence.example")) == [WRONG]
    assert inside.get("/me/").headers["Location"] == "/sign-in/?next=/me/"


def test_signing_out_takes_a_post(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.bob)
    assert client.get("/sign-out/").status_code == 405
    assert who(client) == str(cast.bob.pk)
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert who(client) is None


def test_after_eight_failures_the_door_shuts_for_a_quarter_of_an_hour(cast: Cast, redis_url: str) -> None:
    client = Client()
    for _ in range(accounts.FAILURES):
        assert problems(sign_in(client, "bob@agence.example", "wrong")) == [WRONG]
    shut = sign_in(client, "bob@agence.example")
    assert problems(shut) == ["Too many attempts. Try again in 15 minutes, or ask for a new password."]
    assert who(client) is None
    assert problems(sign_in(client, "BOB@agence.example")) == problems(shut)
    assert sign_in(client, "alice@agence.example").status_code == 302
    assert sign_in(Client(), "bob@agence.example", REMOTE_ADDR="203.0.113.9").status_code == 302
    redis.Redis.from_url(redis_url).flushall()
    assert sign_in(Client(), "bob@agence.example").status_code == 302


def test_signing_in_is_no_failure(cast: Cast, redis_url: str) -> None:
    for _ in range(accounts.FAILURES + 2):
        assert sign_in(Client(), "bob@agence.example").status_code == 302


def test_the_wait_is_said_in_whole_minutes(cast: Cast, redis_url: str) -> None:
    client = Client()
    for _ in range(accounts.FAILURES):
        sign_in(client, "bob@agence.example", "wrong")
    with time_machine.travel(clock.now() + timedelta(minutes=14, seconds=10)):
        shut = problems(sign_in(client, "bob@agence.example"))
    assert shut == ["Too many attempts. Try again in 1 minute, or ask for a new password."]


def test_redis_never_holds_an_address_in_clear(cast: Cast, redis_url: str) -> None:
    for _ in range(accounts.FAILURES):
        sign_in(Client(), "bob@agence.example", "wrong")
    keys = [str(key) for key in redis.Redis.from_url(redis_url).scan_iter()]
    assert len(keys) == 4
    assert [key for key in keys if "bob" in key] == []


def test_without_redis_people_still_sign_in(cast: Cast) -> None:
    client = Client()
    for _ in range(accounts.FAILURES - 1):
        assert problems(sign_in(client, "bob@agence.example", "wrong")) == [WRONG]
    assert sign_in(client, "bob@agence.example").status_code == 302


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> None:
    settings.CM_DEMO_LOGINS = tmp_path / "demo-logins.json"
    rows = [{"role": "author", "email": "Bob@agence.example", "password": PASSWORD}]
    settings.CM_DEMO_LOGINS.write_text(json.dumps(rows), encoding="utf-8")


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_demo_log_ins_work_from_this_machine(cast: Cast, demo: None, peer: str) -> None:
    assert sign_in(Client(), "bob@agence.example", REMOTE_ADDR=peer, **HERE).status_code == 302


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.4", "2001:db8::1", "", "localhost"])
def test_demo_log_ins_do_not_work_from_elsewhere(cast: Cast, demo: None, peer: str) -> None:
    client = Client()
    assert problems(sign_in(client, "bob@agence.example", REMOTE_ADDR=peer, **HERE)) == [WRONG]
    assert who(client) is None
    assert sign_in(Client(), "alice@agence.example", REMOTE_ADDR=peer, **HERE).status_code == 302


@pytest.mark.parametrize(
    "header",
    [
        "HTTP_FORWARDED",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_FORWARDED_HOST",
        "HTTP_X_FORWARDED_PROTO",
        "HTTP_X_FORWARDED_ANYTHING",
        "HTTP_X_REAL_IP",
        "HTTP_VIA",
    ],
)
def test_demo_log_ins_do_not_work_through_a_proxy(cast: Cast, demo: None, header: str) -> None:
    client = Client()
    assert problems(sign_in(client, "bob@agence.example", **{header: "127.0.0.1"}, **HERE)) == [WRONG]
    assert who(client) is None


@pytest.mark.parametrize("host", ["cm.example", "testserver", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_demo_log_ins_do_not_work_under_another_name(
    cast: Cast, demo: None, settings: Settings, host: str
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert problems(sign_in(Client(), "bob@agence.example", SERVER_NAME=host)) == [WRONG]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_demo_log_ins_work_under_this_machine_s_names(cast: Cast, demo: None, host: str) -> None:
    assert sign_in(Client(), "bob@agence.example", SERVER_NAME=host).status_code == 302


def test_demo_log_ins_do_not_work_where_a_proxy_is_meant_to_stand(
    cast: Cast, demo: None, settings: Settings
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert problems(sign_in(Client(), "bob@agence.example", **HERE)) == [WRONG]


def test_demo_log_ins_do_not_work_where_the_public_comes(cast: Cast, demo: None, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://cm.example"
    assert problems(sign_in(Client(), "bob@agence.example", **HERE)) == [WRONG]
    settings.PUBLIC_URL = "http://127.0.0.1:8001"
    assert sign_in(Client(), "bob@agence.example", **HERE).status_code == 302


def test_a_broken_demo_file_lets_nobody_pass_unnoticed(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.CM_DEMO_LOGINS = tmp_path / "demo-logins.json"
    settings.CM_DEMO_LOGINS.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError):
        sign_in(Client(), "bob@agence.example")


def test_a_request_that_is_none_is_not_local() -> None:
    assert is_local(None) is False
    assert client_address(None) == ""


def test_behind_our_proxy_the_last_hop_counts(settings: Settings, db: None) -> None:
    request = Client().get("/sign-in/", headers={"X-Forwarded-For": "9.9.9.9, 203.0.113.7"}).wsgi_request
    assert client_address(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client_address(request) == "203.0.113.7"


@pytest.mark.parametrize(
    ("peer", "address", "wider"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("unix:", "unix:", "unix:"),
        ("", "", ""),
    ],
)
def test_of_an_ipv6_address_the_network_is_counted(peer: str, address: str, wider: str) -> None:
    request = RequestFactory().get("/")
    request.META["REMOTE_ADDR"] = peer
    assert (client_address(request), neighbourhood(request)) == (address, wider)


def reset_link() -> str:
    found = re.search(r"http://localhost:8000(/password/\S+/)", Mail.objects.latest("pk").text)
    assert found is not None
    return found[1]


def test_a_lost_password_comes_back_by_mail_once(cast: Cast, signed_in: SignIn) -> None:
    elsewhere = signed_in(cast.bob)
    client = Client()
    response = client.post("/password/", {"email": "BOB@agence.example"})
    assert (response.status_code, response.headers["Location"]) == (302, "/password/sent/")
    mail = Mail.objects.get()
    assert (mail.kind, mail.to, mail.language) == (MailKind.PASSWORD, "bob@agence.example", "fr")
    assert mail.brand is None
    form = client.get(reset_link(), follow=True)
    assert form.context["validlink"] is True
    path = form.redirect_chain[0][0]
    data = {"new_password1": "velours-et-sapin", "new_password2": "velours-et-sapin"}
    assert client.post(path, data).headers["Location"] == "/sign-in/"
    assert Person.objects.get(pk=cast.bob.pk).check_password("velours-et-sapin")
    assert elsewhere.get("/me/").status_code == 302
    again = Client().get(reset_link(), follow=True)
    assert again.context["validlink"] is False


def test_the_link_works_for_one_hour(cast: Cast) -> None:
    start = clock.now()
    with time_machine.travel(start, tick=False):
        Client().post("/password/", {"email": "bob@agence.example"})
    with time_machine.travel(start + timedelta(minutes=59), tick=False):
        assert Client().get(reset_link(), follow=True).context["validlink"] is True
    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        assert Client().get(reset_link(), follow=True).context["validlink"] is False


def test_the_answer_is_the_same_for_an_unknown_address(cast: Cast) -> None:
    Person.objects.filter(pk=cast.vera.pk).update(is_active=False)
    answers = [
        Client().post("/password/", {"email": email}, follow=True)
        for email in ("bob@agence.example", "nobody@agence.example", "vera@agence.example")
    ]
    pages = {re.sub(r'value="\w{64}"', "", answer.content.decode()) for answer in answers}
    assert len(pages) == 1
    assert [mail.to for mail in Mail.objects.all()] == ["bob@agence.example"]


def test_a_mailbox_is_not_flooded(cast: Cast, redis_url: str) -> None:
    start = clock.now()
    for second in range(accounts.RESETS_PER_HOUR + 3):
        with time_machine.travel(start + timedelta(seconds=second), tick=False):
            response = Client().post("/password/", {"email": "bob@agence.example"})
        assert response.headers["Location"] == "/password/sent/"
    assert Mail.objects.count() == accounts.RESETS_PER_HOUR


def test_a_forged_link_is_refused(cast: Cast) -> None:
    for path in ("/password/xx/yy-zz/", "/password/MQ/set-password/"):
        response = Client().get(path)
        assert (response.status_code, response.context["validlink"]) == (200, False)
