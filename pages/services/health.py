"""Is each page still open to us? Asked from time to time, so that nobody learns it from a refused post."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.core.errors import Never, NextStep, OutcomeError
from pages.models import Page
from pages.networks.base import Rings
from pages.networks.registry import NETWORKS
from pages.selectors.installation import has_public_address
from pages.services import connect

RINGS_FOR: Final = timedelta(days=7)
"""How long a network is taken at its word that it rings, before it is asked for it again."""

logger = logging.getLogger(__name__)


def check(page: Page, *, waiting: bool = False) -> bool:
    """Ask the network whose account this is; True when it answered. `waiting`: somebody looks at a screen.

    An explicit refusal of the credential sends the page to its leads. Anything that passes is only noted,
    and the page stays connected.
    """
    try:
        profile = connect.client_for(page, waiting=waiting).profile()
    except OutcomeError as error:
        _note(page, error)
        return False
    connect.describe(page, profile)
    return True


def renew(page: Page) -> bool:
    """Renew what opens the page when it ends soon; True when it is good. Fails as `check` does."""
    try:
        connect.client_for(page)
    except OutcomeError as error:
        _note(page, error)
        return False
    return True


def subscribe(page: Page) -> bool:
    """Have the page's network ring at once when something is new there; True when it will.

    Only where it can, and this installation has an address that it can reach. What fails costs nothing but
    time: the page is looked at from time to time anyway.
    """
    if not has_public_address():
        return False
    try:
        client = connect.client_for(page)
        if not isinstance(client, Rings):
            return False
        client.subscribe()
    except OutcomeError as error:
        logger.info("page %s: its network does not ring: %s", page.pk, error.code)
        return False
    page.subscribed_at = clock.now()
    Page.objects.filter(pk=page.pk).update(subscribed_at=page.subscribed_at)
    return True


def keep_ringing(page: Page) -> bool:
    """Have the page's network ring where it does not yet, or was asked long ago; True when it will."""
    spec = NETWORKS.get(page.network)
    if spec is None or not spec.rings:
        return False
    if page.subscribed_at is not None and page.subscribed_at > clock.now() - RINGS_FOR:
        return True
    return subscribe(page)


def _note(page: Page, error: OutcomeError) -> None:
    page.checked_at, page.health_code = clock.now(), error.code
    Page.objects.filter(pk=page.pk).update(checked_at=page.checked_at, health_code=page.health_code)
    if isinstance(error, Never) and error.step is NextStep.RECONNECT:
        connect.mark_needs_reconnect(page)
