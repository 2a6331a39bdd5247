"""Checking pages from time to time, and deleting what nobody needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from pages import jobs
from pages.enums import PageState, Role
from pages.models import Invitation, Page
from pages.notices.enums import MailKind, MailState
from pages.notices.models import Mail, Notice
from pages.selectors.connected import to_check
from pages.services import connect, health
from pages.services.connect import Given
from tests.networks.fake_mastodon import RESET_AFTER, TOKEN, Mastodon, answer_before, running
from tests.people import Cast


@pytest.fixture
def server(settings: Settings) -> Iterator[Mastodon]:
    """A Mastodon server that the guard lets us reach."""
    with running(Mastodon()) as fake:
        settings.CM_ALLOWED_HOSTS = frozenset({fake.pair})
        yield fake


@pytest.fixture
def page(cast: Cast, server: Mastodon) -> Page:
    """A connected page, last checked two hours ago."""
    page = connect.open_account(cast.brand, "mastodon", Given(host=server.origin, token=TOKEN), cast.alice)
    Page.objects.filter(pk=page.pk).update(checked_at=timezone.now() - timedelta(hours=2))
    page.refresh_from_db()
    return page


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What jobs ring for."""
    rung: list[tuple[object, ...]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda *parts: rung.append(parts))
    return rung


def due() -> list[int]:
    """The pages whose check is due."""
    return list(to_check(timezone.now()).values_list("pk", flat=True))


def test_a_page_that_answers_is_brought_up_to_date(page: Page, server: Mastodon) -> None:
    server.max_characters = 2000
    assert due() == [page.pk]
    assert health.check(page)
    page.refresh_from_db()
    assert (page.text_limit, page.health_code, page.state) == (2000, "", PageState.CONNECTED)
    assert due() == []


def test_limits_the_server_forgets_to_say_are_kept(page: Page, server: Mastodon) -> None:
    server.fail_next(answer_before(200, {"id": "109382", "username": "maison_lumen"}), "read")
    server.fail_next(answer_before(404), "read")
    server.fail_next(answer_before(404), "read")
    assert health.check(page)
    page.refresh_from_db()
    assert (page.text_limit, page.url_length, page.followers) == (500, 23, None)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (RESET_AFTER, "no_answer"),
        (answer_before(503), "server_error"),
        (answer_before(429), "rate_limited"),
        (answer_before(404), "not_this_network"),
        (answer_before(403, "<html>Are you a robot?</html>"), "blocked"),
        (answer_before(200, "<html>Maintenance</html>"), "answer_unreadable"),
    ],
)
def test_a_passing_failure_never_disconnects(page: Page, server: Mastodon, fault: object, code: str) -> None:
    server.fail_next(fault, "read")  # type: ignore[arg-type]  # a Fault; the list above mixes their makers
    assert not health.check(page)
    page.refresh_from_db()
    assert (page.state, page.health_code) == (PageState.CONNECTED, code)
    assert Notice.objects.count() == 0


def test_a_refused_token_goes_to_the_leads(page: Page, server: Mastodon) -> None:
    server.accounts.clear()
    assert not health.check(page)
    page.refresh_from_db()
    assert (page.state, page.health_code) == (PageState.NEEDS_RECONNECT, "access_refused")
    assert [notice.person.name for notice in Notice.objects.all()] == ["Alice"]
    assert due() == []


def test_trouble_is_looked_at_again_sooner(page: Page) -> None:
    page.health_code = "not_sent"
    page.checked_at = timezone.now() - timedelta(minutes=11)
    page.save()
    assert due() == [page.pk]
    page.checked_at = timezone.now() - timedelta(minutes=9)
    page.save()
    assert due() == []


def test_the_turn_rings_once_a_page_and_checks_once(
    page: Page, server: Mastodon, queued: list[tuple[object, ...]]
) -> None:
    jobs.check_health()
    assert queued == [("pages.jobs.check_page", page.pk)]
    before = server.served
    jobs.check_page(page.pk)
    asked = server.served - before
    jobs.check_page(page.pk)
    jobs.check_page(999_999)
    assert asked == 2
    assert server.served - before == asked


def test_pages_without_an_account_are_not_asked(cast: Cast, queued: list[tuple[object, ...]]) -> None:
    jobs.check_health()
    assert queued == []


def test_tidying_deletes_what_is_past_and_nothing_else(cast: Cast) -> None:
    now = timezone.now()
    for days, email in ((31, "old@agence.example"), (29, "recent@agence.example")):
        Invitation.objects.create(
            brand=cast.brand,
            email=email,
            role=Role.AUTHOR,
            token_hash=email,
            expires_at=now - timedelta(days=days),
        )
    for number, (state, days) in enumerate(
        [(MailState.SENT, 91), (MailState.SENT, 89), (MailState.UNKNOWN, 20), (MailState.PLANNED, 200)]
    ):
        Mail.objects.create(
            kind=MailKind.NOTICE,
            key=str(number),
            message_id=str(number),
            to="a@b.example",
            subject="s",
            state=state,
            sent_at=now - timedelta(days=days) if state == MailState.SENT else None,
        )
    for key, hours in (("past", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(hours=hours))
    for _twice in range(2):
        jobs.tidy()
        assert list(Invitation.objects.values_list("email", flat=True)) == ["recent@agence.example"]
        assert list(Mail.objects.order_by("key").values_list("key", flat=True)) == ["1", "2", "3"]
        assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
