"""What opens a page on its network: kept encrypted, read only to build a client."""

from __future__ import annotations

import logging
from typing import Any

from django.db.models import Q

from cm_suite.core import clock
from cm_suite.core.crypto import CannotDecrypt
from cm_suite.core.errors import Later, Never, NextStep
from pages.models import Credential, Page
from pages.networks.errors import Code
from pages.networks.types import Grant

logger = logging.getLogger(__name__)


def store(page: Page, grant: Grant) -> None:
    """Keep a new grant for the page in place of the old one, which is not read."""
    fields: dict[str, Any] = {
        "token": grant.token,
        "login": grant.login,
        "refresh_token": grant.refresh_token,
        "scopes": " ".join(grant.scopes),
        "expires_at": grant.expires_at,
        "refresh_expires_at": grant.refresh_expires_at,
        "refreshing_until": None,
        "warned_days": None,
        "updated_at": clock.now(),
    }
    Credential.objects.bulk_create(
        [Credential(page=page, **fields)],
        update_conflicts=True,
        unique_fields=["page"],
        update_fields=list(fields),
    )
    _unread(page)


def token_of(page: Page) -> str:
    """The page's token as it is now.

    Raises Never with RECONNECT when there is none, and Later when no key of this installation opens it:
    that is a fault of ours, which passes, and not of the page.
    """
    _unread(page)
    try:
        token = page.credential.token
    except Credential.DoesNotExist:
        token = ""
    except CannotDecrypt:
        logger.exception("the credential of page %s needs a key that CM_FIELD_KEYS no longer holds", page.pk)
        raise Later(Code.CREDENTIAL_UNREADABLE) from None
    if not token:
        raise Never(Code.NEEDS_RECONNECT, step=NextStep.RECONNECT)
    return token


def still_the_same(page: Page) -> Q:
    """A condition on the page's row: its token is the one that was read through `page`.

    None was there when it was read: there still is none. Nothing was read: no condition.
    """
    if not Page.credential.is_cached(page):
        return Q()
    try:
        return Q(credential__updated_at=page.credential.updated_at)
    except Credential.DoesNotExist:
        return Q(credential=None)


def forget(page: Page) -> None:
    """Delete the page's token; none is none."""
    Credential.objects.filter(page=page).delete()
    _unread(page)


def _unread(page: Page) -> None:
    """Drop the copy of the credential that `page` may hold."""
    if Page.credential.is_cached(page):
        Page.credential.related.delete_cached_value(page)
