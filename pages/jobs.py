"""Jobs of pages: they take ids, read again, and call one service."""

from __future__ import annotations

from cm_suite.core import clock
from cm_suite.core.queue import enqueue
from pages.enums import PageState
from pages.models import Page
from pages.selectors.connected import to_check, to_renew
from pages.services import consent, expiry, health, measure, spending
from pages.services import tidy as tidying

PAGES_A_TURN = 200


def check_health() -> None:
    """Ring for a check of every connected page that has not been checked for a while."""
    for page_id in to_check(clock.now()).values_list("pk", flat=True)[:PAGES_A_TURN]:
        enqueue("pages.jobs.check_page", page_id)


def check_page(page_id: int) -> None:
    """Check one page, unless that was done since it was asked for; and have its network ring."""
    page = to_check(clock.now()).filter(pk=page_id).first()
    if page is not None and health.check(page):
        health.keep_ringing(page)


def renew_tokens() -> None:
    """Ring for every connected page whose token may end soon and can be renewed."""
    for page_id in to_renew(clock.now()):
        enqueue("pages.jobs.renew_page", page_id)


def renew_page(page_id: int) -> None:
    """Renew what opens one page, if it ends soon and nobody else does."""
    page = Page.objects.select_related("brand").filter(pk=page_id, state=PageState.CONNECTED).first()
    if page is not None:
        health.renew(page)


def subscribe_page(page_id: int) -> None:
    """Have the network of a page that was just connected ring when something is new."""
    page = Page.objects.select_related("brand").filter(pk=page_id, state=PageState.CONNECTED).first()
    if page is not None:
        health.subscribe(page)


def warn_expiring() -> None:
    """Tell leads whose pages' access ends soon."""
    expiry.warn(clock.now())


def warn_budgets() -> None:
    """Tell leads whose money for a network runs out this month."""
    spending.warn(clock.now())


def measure_audiences() -> int:
    """Count who follows the pages whose turn it is; how many turns."""
    return measure.measure_due()


def forget_consents() -> None:
    """Forget the ways to networks whose time is over, with the accounts offered there and their tokens."""
    consent.forget_old()


def tidy() -> None:
    """Delete what nobody needs any more."""
    tidying.tidy()
