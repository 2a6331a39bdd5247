"""A network that says "no call left" is believed by every worker, and by those after a flush of Redis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from cm_suite.core import clock
from cm_suite.core.errors import Later
from cm_suite.core.pace import pace
from pages.enums import PageState
from pages.models import Credential, Page, Person
from pages.services import connect, health
from tests.pages.salon import Salon, answering
from tests.people import Cast

SignIn = Callable[[Person], Client]


def asked(page: Page) -> Later | None:
    """Ask the network; what a worker that knows nothing yet meets."""
    mine = Page.objects.select_related("brand").get(pk=page.pk)
    try:
        connect.client_for(mine).profile()
    except Later as later:
        return later
    return None


def test_the_headers_of_a_good_answer_stop_every_worker(salon_page: Page, salon: Salon) -> None:
    salon.headers = {"X-Rest": "300"}
    assert asked(salon_page) is None
    salon.headers = {}
    met = asked(salon_page)
    assert met is not None
    assert (met.code, salon.asked("/me")) == ("rate_limited", 1)
    salon_page.refresh_from_db()
    until = salon_page.paced_until
    assert until is not None
    assert timedelta(minutes=4) < until - clock.now() <= timedelta(minutes=5)
    assert met.retry_at == until


def test_a_rest_survives_a_flush_of_redis(salon_page: Page, salon: Salon) -> None:
    salon.script.append(answering(429, None, {"X-Rest": "600"}))
    assert asked(salon_page) is not None
    pace()._redis.flushall()
    met = asked(salon_page)
    assert met is not None
    assert met.code == "rate_limited"
    assert salon.requests == []
    salon_page.refresh_from_db()
    assert met.retry_at == salon_page.paced_until


def test_the_network_s_own_header_counts_before_the_general_one(salon_page: Page, salon: Salon) -> None:
    salon.script.append(answering(429, None, {"X-Rest": "600", "Retry-After": "5"}))
    met = asked(salon_page)
    assert met is not None
    assert met.retry_at is not None
    assert met.retry_at - clock.now() > timedelta(minutes=9)


def test_a_page_that_rests_is_neither_renewed_nor_disconnected(salon_page: Page, salon: Salon) -> None:
    until = clock.now() + timedelta(minutes=10)
    Page.objects.filter(pk=salon_page.pk).update(paced_until=until)
    over = clock.now() - timedelta(minutes=1)
    Credential.objects.update(expires_at=over, updated_at=over - timedelta(hours=2))
    met = asked(salon_page)
    assert met is not None
    assert (met.code, met.retry_at, salon.requests) == ("rate_limited", until, [])
    salon_page.refresh_from_db()
    assert salon_page.state == PageState.CONNECTED


def test_one_page_s_rest_is_not_another_s(cast: Cast, salon_page: Page, salon: Salon) -> None:
    other = Page.objects.create(brand=cast.brand, network="salon", remote_id="2", name="Second")
    Credential.objects.create(page=other, token=salon.open("2")["access_token"])
    Page.objects.filter(pk=salon_page.pk).update(paced_until=clock.now() + timedelta(minutes=10))
    assert asked(other) is None
    assert health.check(other)


@pytest.mark.parametrize(("minutes", "shown"), [(10, True), (-1, False)])
def test_a_rest_is_shown(cast: Cast, salon_page: Page, signed_in: SignIn, minutes: int, shown: bool) -> None:
    Person.objects.update(language="en")
    Page.objects.filter(pk=salon_page.pk).update(paced_until=clock.now() + timedelta(minutes=minutes))
    client = signed_in(cast.vera)
    own = client.get(reverse("pages:page", args=["maison-lumen", salon_page.pk])).content
    listed = client.get(reverse("pages:pages", args=["maison-lumen"])).content
    words = [" ".join(BeautifulSoup(html, "lxml").get_text(" ").split()) for html in (own, listed)]
    assert ("Rests until" in words[0], "Rests" in words[1]) == (shown, shown)
