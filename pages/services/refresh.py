"""Renewing what opens a page, before it ends: one at a time, and never at the price of the page.

Whoever renews holds `Credential.refreshing_until`, by the database's clock. Only an explicit refusal means
that the page must be reconnected; an answer that was lost is asked for again with what we have.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import ExpressionWrapper, Q, Value
from django.db.models.fields import DateTimeField
from django.db.models.functions import Now

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from pages.models import Credential, Page
from pages.networks.base import Refreshes
from pages.networks.errors import Code
from pages.networks.spec import NetworkSpec
from pages.services import tokens
from pages.services.opening import Patience, page_client

LEASE: Final = timedelta(minutes=2)  # longer than any call may last
AFTER_FAILURE: Final = timedelta(seconds=30)  # nobody asks again before
SOON: Final = timedelta(seconds=15)  # when to look again while somebody else renews
LEAST: Final = timedelta(minutes=5)
MOST: Final = timedelta(days=7)


def due(spec: NetworkSpec, credential: Credential, now: datetime) -> bool:
    """Whether the credential ends soon and can be renewed: in the last tenth of its life."""
    if credential.expires_at is None or not tokens.renewable(spec, credential):
        return False
    life = credential.expires_at - credential.updated_at
    return credential.expires_at - now <= min(max(life / 10, LEAST), MOST)


def fresh(page: Page, spec: NetworkSpec, patience: Patience) -> Credential:
    """What opens the page, renewed first when it ends soon.

    A renewal that fails for now leaves a token that is still good; once it has ended, raises Later. Raises
    Never with RECONNECT when the network refuses to renew it, or when there is nothing to open the page with.
    """
    credential = tokens.read(page)
    if not due(spec, credential, clock.now()):
        return credential
    if not _claim(credential):
        return _meanwhile(page, spec)
    return _renewed(page, spec, credential, patience)


def _claim(credential: Credential) -> bool:
    """Become the one who renews this very credential. False: somebody else is, has, or just failed to."""
    free = Q(refreshing_until=None) | Q(refreshing_until__lte=Now())
    rows = Credential.objects.filter(free, pk=credential.pk, updated_at=credential.updated_at)
    return rows.update(refreshing_until=_from_now(LEASE)) == 1


def _meanwhile(page: Page, spec: NetworkSpec) -> Credential:
    """What to use while somebody else renews: what they have stored by now, or the token that is good yet."""
    credential = tokens.read(page)
    if not due(spec, credential, clock.now()) or _good(credential):
        return credential
    raise Later(Code.RENEWING, retry_at=clock.now() + SOON)


def _renewed(page: Page, spec: NetworkSpec, old: Credential, patience: Patience) -> Credential:
    client = page_client(page, spec, tokens.access_of(page, spec, old), patience)
    try:
        if not isinstance(client, Refreshes):
            raise Never(Code.NOT_OFFERED)
        grant = client.refresh()
    except OutcomeError as error:
        return _failed(page, old, error)
    tokens.renew(page, old, grant)
    return tokens.read(page)


def _failed(page: Page, old: Credential, error: OutcomeError) -> Credential:
    """No new token: go on with the old one while it is good, unless the network refused in so many words."""
    refused = isinstance(error, Never) and error.step is NextStep.RECONNECT
    mine = Credential.objects.filter(pk=old.pk, updated_at=old.updated_at)
    ends = clock.now() if refused else old.expires_at
    if not mine.update(refreshing_until=_from_now(AFTER_FAILURE), expires_at=ends):
        return tokens.read(page)
    old.expires_at = ends
    if not refused and _good(old):
        return old
    if isinstance(error, Never):
        raise error
    retry_at = error.retry_at if isinstance(error, Later) else None
    raise Later(error.code, answer=error.answer, retry_at=retry_at or clock.now() + AFTER_FAILURE)


def _good(credential: Credential) -> bool:
    return credential.expires_at is None or credential.expires_at > clock.now()


def _from_now(length: timedelta) -> ExpressionWrapper[Any]:
    """The database's present instant plus `length`."""
    return ExpressionWrapper(Now() + Value(length), output_field=DateTimeField())
