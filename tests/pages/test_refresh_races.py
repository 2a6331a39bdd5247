"""Many workers meet a token that ends: one renews it, and nobody loses the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.errors import Later, OutcomeError
from pages.enums import PageState
from pages.models import Credential, Page
from pages.networks.errors import Code
from pages.services import connect
from tests.pages import salon as invented
from tests.pages.conftest import make_page
from tests.pages.salon import Salon
from tests.people import make_cast

pytestmark = pytest.mark.slow
WORKERS = 6


@pytest.fixture
def salon(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, redis_url: str, transactional_db: None
) -> Iterator[Salon]:
    invented.install(monkeypatch, invented.SPEC)
    with invented.running(settings) as server:
        yield server


def at_once(page: Page) -> list[OutcomeError | None]:
    """Every worker asks for the page's client at the same moment; what each of them met."""
    ends: list[OutcomeError | None] = [None] * WORKERS
    start = threading.Barrier(WORKERS)

    def work(number: int) -> None:
        mine = Page.objects.select_related("brand").get(pk=page.pk)
        start.wait(10)
        try:
            connect.client_for(mine).profile()
        except OutcomeError as error:
            ends[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends


@pytest.mark.parametrize("left", [timedelta(minutes=3), -timedelta(minutes=1)])
def test_one_of_many_workers_renews(salon: Salon, left: timedelta) -> None:
    page = make_page(make_cast(), salon)
    at = clock.now() + left
    Credential.objects.update(expires_at=at, updated_at=at - timedelta(hours=2))
    ends = at_once(page)
    assert salon.asked("/token") == 1
    met = [error for error in ends if error is not None]
    assert all(isinstance(error, Later) and error.code == Code.RENEWING for error in met)
    assert len(met) < WORKERS
    if left > timedelta(0):
        assert met == []
    page.refresh_from_db()
    assert page.state == PageState.CONNECTED
    assert Credential.objects.get().token in salon.opens
    assert at_once(page) == [None] * WORKERS
    assert salon.asked("/token") == 1
