"""Fourteen, seven and one days before a page's access ends its leads are told, once each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cm_suite.core import clock
from pages import jobs
from pages.models import Credential, Page
from pages.networks.types import Grant
from pages.notices.enums import NoticeKind
from pages.notices.models import Mail, Notice
from pages.selectors.connected import ending_soon
from pages.services import connect, expiry, tokens
from tests.pages.salon import Salon
from tests.people import Cast

DAY = timedelta(days=1)


@pytest.fixture
def page(cast: Cast) -> Page:
    """A page whose token cannot be renewed and has thirty days left."""
    page = Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="1", name="Lumen"
    )
    tokens.store(page, Grant("token", expires_at=clock.now() + 30 * DAY))
    return page


def told() -> list[tuple[str, str]]:
    """Who was told of an end, and with which words."""
    rows = Notice.objects.filter(kind=NoticeKind.EXPIRING).order_by("pk")
    return list(rows.values_list("person__name", "subject"))


def test_three_notices_and_no_more(cast: Cast, page: Page) -> None:
    ends = Credential.objects.get().expires_at
    assert ends is not None
    for before, count in ((20, 0), (14.1, 0), (14, 1), (13, 1), (7, 2), (6.9, 2), (1, 3), (0.1, 3), (-1, 3)):
        for _twice in range(2):
            expiry.warn(ends - before * DAY)
        assert len(told()) == count, before
    day = ends.astimezone(clock.zone("Europe/Paris"))
    assert set(told()) == {("Alice", f"Lumen · Mastodon · {day:%Y-%m-%d}")}
    assert set(Notice.objects.values_list("link", flat=True)) == {f"/b/maison-lumen/pages/{page.pk}/"}
    assert Mail.objects.count() == 3


def test_a_service_that_was_down_tells_the_nearest_only(page: Page) -> None:
    ends = Credential.objects.get().expires_at
    assert ends is not None
    assert expiry.warn(ends - 2 * DAY) == 1
    assert Credential.objects.get().warned_days == 7
    assert len(told()) == 1


def test_reconnecting_starts_anew(page: Page) -> None:
    now = clock.now()
    expiry.warn(now + 29 * DAY)
    tokens.store(page, Grant("new", expires_at=now + 60 * DAY))
    assert expiry.warn(now + 29 * DAY) == 0
    assert expiry.warn(now + 50 * DAY) == 1
    assert len(told()) == 2


def test_what_renews_itself_or_has_no_end_is_not_told_of(cast: Cast, salon: Salon, salon_page: Page) -> None:
    assert expiry.warn(clock.now()) == 0
    year = clock.now() + 10 * DAY
    tokens.store(salon_page, Grant("a", "r", clock.now() + DAY, year))
    assert [ends for _row, ends in ending_soon(year)] == [year]
    assert expiry.warn(clock.now()) == 1
    assert Credential.objects.get().warned_days == 14


def test_disconnected_pages_are_left_alone(cast: Cast, page: Page) -> None:
    Credential.objects.update(expires_at=clock.now() + DAY)
    connect.mark_needs_reconnect(page)
    assert expiry.warn(clock.now()) == 0


def test_one_credential_that_no_key_opens_does_not_stop_the_others(
    cast: Cast, page: Page, salon: Salon, salon_page: Page, settings: Settings
) -> None:
    Credential.objects.update(expires_at=clock.now() + DAY)
    settings.CM_FIELD_KEYS = ["MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="]
    tokens.store(page, Grant("token", expires_at=clock.now() + DAY))
    jobs.warn_expiring()
    assert len(told()) == 1
    jobs.warn_expiring()
    assert len(told()) == 1


@given(st.floats(-5, 20))
def test_the_nearest_step(days: float) -> None:
    now = clock.now()
    found = expiry.step(now + timedelta(days=days), now)
    assert found == (1 if days <= 1 else 7 if days <= 7 else 14)
