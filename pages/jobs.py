"""Jobs of pages: they take ids, read again, and call one service."""

from __future__ import annotations

from cm_suite.core import clock
from cm_suite.core.queue import enqueue
from pages.selectors.connected import to_check
from pages.services import health
from pages.services import tidy as tidying

PAGES_A_TURN = 200


def check_health() -> None:
    """Ring for a check of every connected page that has not been checked for a while."""
    for page_id in to_check(clock.now()).values_list("pk", flat=True)[:PAGES_A_TURN]:
        enqueue("pages.jobs.check_page", page_id)


def check_page(page_id: int) -> None:
    """Check one page, unless that was done since it was asked for."""
    page = to_check(clock.now()).filter(pk=page_id).first()
    if page is not None:
        health.check(page)


def tidy() -> None:
    """Delete what nobody needs any more."""
    tidying.tidy()
