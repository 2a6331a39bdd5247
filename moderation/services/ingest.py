"""The comments of the connected pages, read from where the last turn stopped.

The mark of a page only moves once everything before it is stored: a worker killed on the way reads the same
comments again, which changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from random import SystemRandom
from typing import Final

from django.db.models import F, Q
from django.db.models.functions import Now

from cm_suite.core import clock, leases
from cm_suite.core.errors import Later, Never, OutcomeError
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation.enums import Code
from moderation.models import Comment, Watch
from moderation.services import network, recheck, taking
from moderation.services.results import Polled
from pages.enums import PageState
from pages.models import Page
from pages.networks.base import Listens
from pages.networks.registry import NETWORKS
from pages.networks.types import ConnectKind, IncomingComment

AT_ONCE: Final = 50
"""Pages read in one turn, at most."""

LEASE_SECONDS: Final = 120
TURN_SECONDS: Final = 60
"""A page that has more after this goes on at its next turn."""

EVERY: Final = timedelta(seconds=60)
"""How often somebody else's server is asked; our own newsroom at every turn."""

AFTER_LATER: Final = timedelta(seconds=60)
AFTER_NEVER: Final = timedelta(minutes=15)
LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_TRIES: Final = 30_000
_RANDOM: Final = SystemRandom()
IDLE: Final = "idle"
POLLING: Final = "polling"


def poll_due(limit: int) -> list[Polled]:
    """Read the comments of up to `limit` pages whose turn it is."""
    results: list[Polled] = []
    while len(results) < limit:
        taken = take([each.page_id for each in results])
        if taken is None:
            break
        results.append(turn(taken))
    return results


def take(without: Collection[int]) -> Watch | None:
    """Claim the page that has waited longest for its turn, of those not named in `without`."""
    if not without:
        _watch_all()
    due = Q(next_at=None) | Q(next_at__lte=clock.now())
    rows = Watch.objects.filter(due, page__state=PageState.CONNECTED).exclude(page_id__in=without)
    ordered = rows.order_by(F("polled_at").asc(nulls_first=True), "pk")
    taken = leases.claim(ordered, from_=IDLE, to=POLLING, seconds=LEASE_SECONDS, limit=1)
    return taken[0] if taken else None


def take_page(page_id: int) -> Watch | None:
    """Claim one page now, whether or not its turn has come.

    None for a page that gives no comments or is not connected, and while another worker reads it.
    """
    page = Page.objects.filter(pk=page_id, network__in=network.listening()).first()
    if page is None or page.state != PageState.CONNECTED:
        return None
    watch, _created = Watch.objects.get_or_create(page=page, kind="comments")
    mine = Watch.objects.filter(pk=watch.pk)
    taken = leases.claim(mine, from_=IDLE, to=POLLING, seconds=LEASE_SECONDS, limit=1)
    return taken[0] if taken else None


def poll_page(page_id: int) -> Polled:
    """Read what is new on one page now; nothing for a page that gives no comments, or that another reads."""
    taken = take_page(page_id)
    return turn(taken) if taken else Polled(page_id)


def take_in(page: Page, incoming: IncomingComment) -> Comment | None:
    """Store one comment as its network holds it now; None for one that was gone before we ever saw it."""
    taken = taking.take(page, incoming)
    return taken.comment if taken else None


def expired() -> int:
    """Turns of workers that are gone: the page is read again from its mark. How many."""
    gone = Q(lease_until__lte=Now())
    left = leases.expired(Watch.objects.filter(state=POLLING))
    return sum(move(each, POLLING, IDLE, where=gone, code=Code.WORKER_LOST, **RELEASED) for each in left)


def _watch_all() -> None:
    """A row for every connected page whose network gives comments."""
    pages = Page.objects.filter(state=PageState.CONNECTED, network__in=network.listening(), watches=None)
    Watch.objects.bulk_create([Watch(page=page) for page in pages], ignore_conflicts=True)


def turn(watch: Watch) -> Polled:
    """Read one claimed page until nothing is left, or the turn is over. A fault of ours is raised."""
    page = Page.objects.select_related("brand").get(pk=watch.page_id)
    polled = Polled(page.pk)
    stop_at = time.monotonic() + TURN_SECONDS
    try:
        client = network.client_of(page)
        more = isinstance(client, Listens)
        while isinstance(client, Listens) and more and time.monotonic() < stop_at:
            polled, more = _batch(watch, page, client, polled)
        if isinstance(client, Listens) and not more and not polled.code and not _ours(page):
            for taken in recheck.turn(page, client, stop_at):
                polled = _count(polled, taken)
    except OutcomeError as error:
        _failed(watch, error)
        return replace(polled, code=error.code)
    _rest(watch, page, polled.code)
    return polled


def _batch(watch: Watch, page: Page, client: Listens, polled: Polled) -> tuple[Polled, bool]:
    """One answer of the network stored, then the mark moved on. True when there is more to read."""
    asked_at = clock.now()
    batch = client.comments(watch.mark)
    leases.renew(watch, LEASE_SECONDS)
    for incoming in batch.comments:
        polled = _count(polled, taking.take_or_leave(page, incoming, asked_at))
    stuck = batch.more and batch.mark == watch.mark
    if not move(watch, POLLING, POLLING, where=_mine(watch), mark=batch.mark[:300]):
        return replace(polled, code=Code.LEASE_LOST), False
    if stuck:
        return replace(polled, code=Code.MARK_STUCK), False
    return polled, batch.more


def _count(polled: Polled, taken: taking.Taken | None) -> Polled:
    if taken is None:
        return replace(polled, seen=polled.seen + 1)
    return replace(
        polled,
        seen=polled.seen + 1,
        stored=polled.stored + taken.new,
        changed=polled.changed + taken.changed,
        gone=polled.gone + taken.gone,
    )


def _rest(watch: Watch, page: Page, code: str) -> None:
    now = clock.now()
    next_at = None if _ours(page) else now + EVERY
    fields = {"polled_at": now, "next_at": next_at, "tries": 0, "code": code, **RELEASED}
    move(watch, POLLING, IDLE, where=_mine(watch), **fields)


def _ours(page: Page) -> bool:
    """Whether the network is this installation: it costs nothing to ask, and tells of every change."""
    spec = NETWORKS.get(page.network)
    return spec is not None and spec.connect is ConnectKind.NONE


def recover(watch: Watch) -> None:
    """After a fault of ours: the page is read again from its mark, later."""
    _failed(watch, Never(Code.UNEXPECTED))


def _failed(watch: Watch, error: OutcomeError) -> None:
    """Why, and when to ask again. A refusal leaves the page as it is: its health is asked elsewhere."""
    now = clock.now()
    first = AFTER_NEVER if isinstance(error, Never) else AFTER_LATER
    wait = min(first * 2 ** min(watch.tries, 10), LONGEST_WAIT) * _RANDOM.uniform(0.75, 1.0)
    named = error.retry_at if isinstance(error, Later) else None
    move(
        watch,
        POLLING,
        IDLE,
        where=_mine(watch),
        next_at=max(named, now) if named else now + wait,
        tries=min(watch.tries + 1, _MOST_TRIES),
        code=error.code[:60],
        **RELEASED,
    )


def _mine(watch: Watch) -> Q:
    return Q(lease_token=watch.lease_token)
