"""What opens a page is renewed in time, by one at a time, and no passing failure costs the page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench.fake_network import Fault
from pages import jobs
from pages.enums import PageState
from pages.models import Credential, Page
from pages.networks.errors import Code
from pages.networks.types import Grant
from pages.notices.models import Notice
from pages.selectors.connected import ends_at, to_renew
from pages.services import connect, health, refresh, tokens
from tests.pages import salon as invented
from tests.pages.salon import RESET_AFTER, Salon, answering
from tests.people import Cast

NOT_YET = timedelta(minutes=30)
SOON = timedelta(minutes=3)
OVER = -timedelta(minutes=1)


def ends_in(page: Page, left: timedelta) -> datetime:
    """Let the page's two-hour token have only so much left."""
    at = clock.now() + left
    made = at - timedelta(hours=2)
    Credential.objects.filter(page=page).update(expires_at=at, updated_at=made)
    return at


def free(page: Page) -> None:
    """Somebody who failed to renew may be followed at once."""
    Credential.objects.filter(page=page).update(refreshing_until=None)


def kept(page: Page) -> tuple[str, str]:
    """The tokens as they are stored."""
    row = Credential.objects.get(page=page)
    return row.token, row.refresh_token


def test_a_token_with_life_left_is_used_as_it_is(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, NOT_YET)
    before = kept(salon_page)
    assert health.check(salon_page)
    assert (kept(salon_page), salon.asked("/token")) == (before, 0)


def test_a_token_that_ends_soon_is_renewed_before_the_call(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, SOON)
    before = kept(salon_page)
    assert health.check(salon_page)
    after = kept(salon_page)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert salon.requests[-1].headers["authorization"] == f"Bearer {after[0]}"
    row = Credential.objects.get(page=salon_page)
    assert row.refreshing_until is None
    assert row.expires_at is not None
    assert row.expires_at > clock.now() + timedelta(hours=1)
    assert health.check(salon_page)
    assert salon.asked("/token") == 1


def test_a_token_that_has_ended_is_renewed_too(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, OVER)
    salon.opens.clear()
    assert health.check(salon_page)
    assert salon.asked("/token") == 1


def test_a_second_worker_uses_the_token_that_is_good_yet(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, SOON)
    Credential.objects.update(refreshing_until=Now() + timedelta(minutes=1))
    before = kept(salon_page)
    assert health.check(salon_page)
    assert (kept(salon_page), salon.asked("/token")) == (before, 0)


def test_a_second_worker_waits_when_the_token_has_ended(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, OVER)
    Credential.objects.update(refreshing_until=Now() + timedelta(minutes=1))
    with pytest.raises(Later) as caught:
        connect.client_for(salon_page)
    assert caught.value.code == Code.RENEWING
    assert caught.value.retry_at is not None
    assert clock.now() < caught.value.retry_at < clock.now() + timedelta(minutes=1)
    assert salon.requests == []
    salon_page.refresh_from_db()
    assert salon_page.state == PageState.CONNECTED


def test_a_worker_that_died_meanwhile_is_followed_by_another(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, SOON)
    Credential.objects.update(refreshing_until=Now() - timedelta(seconds=1))
    assert health.check(salon_page)
    assert salon.asked("/token") == 1


def test_what_another_worker_has_just_stored_is_used(
    salon_page: Page, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_in(salon_page, OVER)
    row = salon.open("1")

    def first(credential: Credential) -> bool:
        tokens.store(salon_page, invented._grant(row))
        return False

    monkeypatch.setattr(refresh, "_claim", first)
    assert health.check(salon_page)
    assert (kept(salon_page)[0], salon.asked("/token")) == (row["access_token"], 0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (RESET_AFTER, "no_answer"),
        (answering(503), "server_error"),
        (answering(429, None, {"Retry-After": "60"}), "rate_limited"),
        (answering(200, {"surprise": 1}), "answer_unreadable"),
    ],
)
def test_a_passing_failure_never_disconnects(salon_page: Page, salon: Salon, fault: Fault, code: str) -> None:
    ends_in(salon_page, OVER)
    salon.script.append(fault)
    assert not health.check(salon_page)
    salon_page.refresh_from_db()
    assert (salon_page.state, salon_page.health_code) == (PageState.CONNECTED, code)
    assert Notice.objects.count() == 0


def test_a_passing_failure_leaves_a_token_that_is_good_yet(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, SOON)
    before = kept(salon_page)
    salon.script.append(answering(503))
    assert health.check(salon_page)
    assert kept(salon_page) == before
    assert health.check(salon_page)
    assert salon.asked("/token") == 0  # the fault's answer came in the server's place; nobody asked again
    free(salon_page)
    assert health.check(salon_page)
    assert salon.asked("/token") == 1


def test_after_a_lost_answer_it_is_tried_again_and_a_refusal_means_reconnect(
    salon_page: Page, salon: Salon
) -> None:
    ends_in(salon_page, OVER)
    salon.script.append(RESET_AFTER)
    assert not health.check(salon_page)
    assert salon.asked("/token") == 1
    salon_page.refresh_from_db()
    assert salon_page.state == PageState.CONNECTED
    free(salon_page)
    assert not health.check(salon_page)
    assert salon.asked("/token") == 2
    salon_page.refresh_from_db()
    assert (salon_page.state, salon_page.health_code) == (PageState.NEEDS_RECONNECT, "access_refused")
    assert [notice.person.name for notice in Notice.objects.all()] == ["Alice"]


def test_an_explicit_refusal_is_the_leads_matter_before_the_token_ends_too(
    salon_page: Page, salon: Salon
) -> None:
    ends_in(salon_page, SOON)
    salon.renews.clear()
    with pytest.raises(Never) as caught:
        connect.client_for(salon_page)
    assert caught.value.step is NextStep.RECONNECT
    assert connect.mark_needs_reconnect(salon_page)
    salon_page.refresh_from_db()
    assert salon_page.state == PageState.NEEDS_RECONNECT


def test_a_token_refused_before_its_time_is_renewed_first(salon_page: Page, salon: Salon) -> None:
    ends_in(salon_page, NOT_YET)
    salon.opens.clear()
    assert not health.check(salon_page)
    salon_page.refresh_from_db()
    assert salon_page.state == PageState.CONNECTED
    assert health.check(salon_page)
    assert salon.asked("/token") == 1
    assert Notice.objects.count() == 0


def test_a_new_token_that_is_refused_is_refused(salon_page: Page, salon: Salon) -> None:
    salon.opens.clear()
    assert not health.check(salon_page)
    salon_page.refresh_from_db()
    assert salon_page.state == PageState.NEEDS_RECONNECT


def test_what_somebody_stored_meanwhile_is_not_overwritten(salon_page: Page, salon: Salon) -> None:
    old = tokens.read(salon_page)
    tokens.store(salon_page, Grant("given-by-a-person"))
    assert not tokens.renew(salon_page, old, Grant("late", "late"))
    assert kept(salon_page)[0] == "given-by-a-person"


def test_what_is_not_said_again_stays(salon_page: Page, salon: Salon) -> None:
    year = clock.now() + timedelta(days=365)
    tokens.store(salon_page, Grant("a", "r", clock.now(), year, "name", ("read",)))
    Credential.objects.update(warned_days=14)
    old = tokens.read(salon_page)
    assert tokens.renew(salon_page, old, Grant("b", expires_at=clock.now() + timedelta(days=60)))
    row = tokens.read(salon_page)
    assert (row.token, row.refresh_token, row.login, row.scopes) == ("b", "r", "name", "read")
    assert (row.refresh_expires_at, row.warned_days) == (year, 14)


def test_a_renewed_end_is_told_of_again(salon_page: Page, salon: Salon) -> None:
    now = clock.now()
    tokens.store(salon_page, Grant("a", "r", now, now + timedelta(days=10)))
    Credential.objects.update(warned_days=14)
    tokens.renew(salon_page, tokens.read(salon_page), Grant("b", "r2", now, now + timedelta(days=90)))
    assert tokens.read(salon_page).warned_days is None


def test_an_end_that_moves_on_with_each_renewal_is_no_end(salon_page: Page, salon: Salon) -> None:
    now = clock.now()
    tokens.store(salon_page, Grant("a", "r", now, now + timedelta(days=90)))
    Credential.objects.update(updated_at=now - timedelta(hours=2))
    moved = now + timedelta(days=90, hours=2)
    tokens.renew(salon_page, tokens.read(salon_page), Grant("b", "r2", now, moved))
    assert (ends_at(salon_page), tokens.read(salon_page).refresh_token) == (None, "r2")
    tokens.renew(salon_page, tokens.read(salon_page), Grant("c", "r3", now, moved + timedelta(hours=2)))
    assert ends_at(salon_page) is None


def test_an_end_that_stays_is_kept(salon_page: Page, salon: Salon) -> None:
    now = clock.now()
    tokens.store(salon_page, Grant("a", "r", now, now + timedelta(days=300)))
    Credential.objects.update(updated_at=now - timedelta(days=54))
    seconds_off = now + timedelta(days=300, seconds=3)
    tokens.renew(salon_page, tokens.read(salon_page), Grant("b", "r2", now, seconds_off))
    assert ends_at(salon_page) == seconds_off


def test_a_page_disconnected_meanwhile_stays_so(salon_page: Page, salon: Salon, cast: Cast) -> None:
    old = tokens.read(salon_page)
    connect.disconnect(salon_page, cast.alice)
    assert not tokens.renew(salon_page, old, Grant("late", "late"))
    assert Credential.objects.count() == 0


def test_the_turn_renews_what_ends_and_nothing_else(
    salon_page: Page, salon: Salon, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lasting = Page.objects.create(brand=cast.brand, network="mastodon", host="https://m.example", name="M")
    tokens.store(lasting, Grant("for ever"))
    rung: list[tuple[object, ...]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda *parts: rung.append(parts))
    ends_in(salon_page, SOON)
    jobs.renew_tokens()
    assert rung == [("pages.jobs.renew_page", salon_page.pk)]
    for _twice in range(2):
        jobs.renew_page(salon_page.pk)
    jobs.renew_page(999_999)
    assert salon.asked("/token") == 1
    connect.disconnect(salon_page, cast.alice)
    assert to_renew(clock.now()) == []
    jobs.renew_page(salon_page.pk)
    assert salon.asked("/token") == 1


@pytest.mark.parametrize(
    ("life", "margin"),
    [(2, timedelta(minutes=12)), (0.5, timedelta(minutes=5)), (24 * 60, timedelta(days=6))],
)
def test_renewal_begins_in_the_last_tenth(life: float, margin: timedelta) -> None:
    now = clock.now()
    made = now - timedelta(hours=life)
    row = Credential(token="a", refresh_token="r", updated_at=made, expires_at=now)
    assert refresh.due(invented.SPEC, row, now - margin)
    assert not refresh.due(invented.SPEC, row, now - margin - timedelta(seconds=1))
    row.refresh_token = ""
    assert not refresh.due(invented.SPEC, row, now)


def test_the_end_of_what_can_be_renewed_is_the_end_of_what_renews_it(salon_page: Page, salon: Salon) -> None:
    now = clock.now()
    assert ends_at(salon_page) is None
    tokens.store(salon_page, Grant("a", "r", now, now + timedelta(days=90)))
    assert ends_at(salon_page) == now + timedelta(days=90)
    tokens.store(salon_page, Grant("a", "", now + timedelta(days=60)))
    assert ends_at(salon_page) == now + timedelta(days=60)
    tokens.store(salon_page, Grant("a", "", None, now + timedelta(days=90)))
    assert ends_at(salon_page) == now + timedelta(days=90)
    tokens.store(salon_page, Grant("a", "", now + timedelta(days=95), now + timedelta(days=90)))
    assert ends_at(salon_page) == now + timedelta(days=90)
    tokens.forget(salon_page)
    assert ends_at(salon_page) is None
