"""What opens a page on its network: kept encrypted, read only to build a client."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from cm_suite.core import clock
from cm_suite.core.crypto import CannotDecrypt
from cm_suite.core.errors import Later, Never, NextStep
from pages.models import Credential, Page
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.spec import NetworkSpec
from pages.networks.types import Access, Grant
from pages.selectors.connected import ending, renews
from pages.selectors.installation import origin_of

FRESH: Final = timedelta(minutes=5)  # a token this young that is refused is refused, not worn out

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


def read(page: Page) -> Credential:
    """What opens the page, as it is now.

    Raises Never with RECONNECT when there is nothing, and Later when no key of this installation opens it:
    that is a fault of ours, which passes, and not of the page.
    """
    _unread(page)
    try:
        credential = page.credential
    except Credential.DoesNotExist:
        raise Never(Code.NEEDS_RECONNECT, step=NextStep.RECONNECT) from None
    except CannotDecrypt:
        logger.exception("the credential of page %s needs a key that CM_FIELD_KEYS no longer holds", page.pk)
        raise Later(Code.CREDENTIAL_UNREADABLE) from None
    if not credential.token:
        raise Never(Code.NEEDS_RECONNECT, step=NextStep.RECONNECT)
    return credential


def token_of(page: Page) -> str:
    """The page's token as it is now; raises as `read`."""
    return read(page).token


def access_of(page: Page, spec: NetworkSpec, credential: Credential) -> Access:
    """A credential as its network's client takes it."""
    return Access(
        host=origin_of(spec, page.host),
        token=credential.token,
        remote_id=page.remote_id,
        login=credential.login,
        refresh_token=credential.refresh_token,
    )


def renew(page: Page, old: Credential, grant: Grant) -> bool:
    """Put what a renewal gave in the place of `old`, in one go. False when something newer stands there.

    What the network does not say again stays: the refresh token with its end, the scopes, the name.
    """
    refresh_ends = _refresh_end(old, grant, clock.now())
    refresh_token = grant.refresh_token or old.refresh_token
    ends = ending(page.network, grant.expires_at, refresh_ends, refresh_token)
    moved = ends != ending(page.network, old.expires_at, old.refresh_expires_at, old.refresh_token)
    fields: dict[str, Any] = {
        "token": grant.token,
        "login": grant.login or old.login,
        "refresh_token": refresh_token,
        "scopes": " ".join(grant.scopes) or old.scopes,
        "expires_at": grant.expires_at,
        "refresh_expires_at": refresh_ends,
        "refreshing_until": None,
        "warned_days": None if moved else old.warned_days,
        "updated_at": clock.now(),
    }
    with transaction.atomic(durable=True):
        done = Credential.objects.filter(pk=old.pk, updated_at=old.updated_at).update(**fields)
    _unread(page)
    return bool(done)


def _refresh_end(old: Credential, grant: Grant, now: datetime) -> datetime | None:
    """When what renews the page ends; None when its end moves on with each renewal, so that it lasts."""
    known, said = old.refresh_expires_at, grant.refresh_expires_at
    if said is None:
        return known if not grant.refresh_token or grant.refresh_token == old.refresh_token else None
    if known is None or said - known > (now - old.updated_at) / 2:
        return None
    return said


def doubt(page: Page) -> bool:
    """Take a token that was refused before its time for one that has ended, so that it is renewed first.

    False when there is nothing to renew it with, when it is fresh, or when its time was over anyway.
    """
    spec = NETWORKS.get(page.network)
    if spec is None or not Page.credential.is_cached(page):
        return False
    try:
        seen = page.credential
    except Credential.DoesNotExist:
        return False
    now = clock.now()
    over = seen.expires_at is not None and seen.expires_at <= now
    if over or not renewable(spec, seen) or seen.updated_at > now - FRESH:
        return False
    rows = Credential.objects.filter(pk=seen.pk, updated_at=seen.updated_at)
    return rows.update(expires_at=now) == 1


def renewable(spec: NetworkSpec, credential: Credential) -> bool:
    """Whether the network renews this credential: it can, and we hold what it takes."""
    return renews(spec, credential.refresh_token)


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
