"""Whose turn it is to be read: one kind of one page at a time, for one worker.

The database refuses to have two kinds of a page read at once, so that no account ever has two requests of
ours in flight. While an act is under way on a page nothing is read there, and the other way round; nor while
a post leaves for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from cm_suite.core import clock, leases
from cm_suite.core.errors import Later, Never, OutcomeError
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from moderation.enums import ActionState, Code, WatchKind
from moderation.models import Action, Watch
from moderation.services import network
from pages.enums import PageState
from pages.models import Page
from pages.services import turns

LEASE_SECONDS: Final = 300
"""As long as the job lives: what a killed worker was reading is read again after that."""

AFTER_LATER: Final = timedelta(seconds=60)
AFTER_NEVER: Final = timedelta(minutes=15)
LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_TRIES: Final = 30_000
_RANDOM: Final = SystemRandom()
_TIMES: Final = 3
IDLE: Final = "idle"
POLLING: Final = "polling"
UNDER_WAY: Final = (ActionState.CLAIMED, ActionState.SENDING)


def watch_all() -> None:
    """A row for every kind that the networks of the connected pages give."""
    connected = Page.objects.filter(state=PageState.CONNECTED)
    for kind in WatchKind:
        known = Watch.objects.filter(page=OuterRef("pk"), kind=kind)
        pages = connected.filter(~Exists(known), network__in=network.listening(kind))
        Watch.objects.bulk_create([Watch(page=page, kind=kind) for page in pages], ignore_conflicts=True)


def take(without: Collection[int] = ()) -> Watch | None:
    """Claim what has waited longest for its turn, of the watches not named in `without`."""
    now = clock.now()
    due = Q(next_at=None) | Q(next_at__lte=now)
    rows = Watch.objects.filter(due, page__state=PageState.CONNECTED).exclude(pk__in=without)
    return claim(rows.order_by(F("polled_at").asc(nulls_first=True), "pk"))


def take_page(page_id: int, without: Collection[str] = ()) -> Watch | None:
    """Claim one kind of a page now, whether or not its turn has come; those in `without` had theirs.

    None when nothing is left to read, for a page that is not connected, and while another worker is on it.
    """
    page = Page.objects.filter(pk=page_id, state=PageState.CONNECTED).first()
    kinds = [kind for kind in network.kinds_of(page) if kind not in without] if page else []
    if page is None or not kinds:
        return None
    Watch.objects.bulk_create([Watch(page=page, kind=kind) for kind in kinds], ignore_conflicts=True)
    return claim(Watch.objects.filter(page=page, kind__in=kinds).order_by("pk"))


def claim(rows: QuerySet[Watch]) -> Watch | None:
    """Take the first of these that nobody reads, on a page that nobody is at work on."""
    for _time in range(_TIMES):
        try:
            with transaction.atomic():
                taken = leases.claim(_free(rows), from_=IDLE, to=POLLING, seconds=LEASE_SECONDS, limit=1)
        except IntegrityError:  # another kind of the same page was taken at this very moment
            continue
        return taken[0] if taken else None
    return None


def being_read(page: str) -> Exists:
    """Whether the page that `page` leads to is being read on somebody else's server, as a condition."""
    reading = Watch.objects.filter(page=OuterRef(page), state=POLLING, lease_until__gt=Now())
    return Exists(reading.filter(page__network__in=network.elsewhere()))


def ring(page_ids: Collection[int]) -> int:
    """Somebody says that there is news on these pages: each kind is read at the next turn. How many."""
    now = clock.now()
    return Watch.objects.filter(page_id__in=page_ids).update(rung_at=now, next_at=now)


def rest(watch: Watch, page: Page, started_at: datetime, code: str) -> None:
    """The turn is over; the next one when the network wants it, or at once if somebody rang meanwhile."""
    now = clock.now()
    next_at = None if network.is_ours(page) else now + network.every(page)
    fields = {"polled_at": now, "next_at": next_at, "tries": 0, "code": code, **RELEASED}
    if move(watch, POLLING, IDLE, where=mine(watch), **fields):
        Watch.objects.filter(pk=watch.pk, state=IDLE, rung_at__gt=started_at).update(next_at=now)


def failed(watch: Watch, error: OutcomeError) -> None:
    """Why, and when to ask again. A refusal leaves the page as it is: its health is asked elsewhere."""
    now = clock.now()
    first = AFTER_NEVER if isinstance(error, Never) else AFTER_LATER
    wait = min(first * 2 ** min(watch.tries, 10), LONGEST_WAIT) * _RANDOM.uniform(0.75, 1.0)
    named = error.retry_at if isinstance(error, Later) else None
    move(
        watch,
        POLLING,
        IDLE,
        where=mine(watch),
        polled_at=now,
        next_at=max(named, now) if named else now + wait,
        tries=min(watch.tries + 1, _MOST_TRIES),
        code=error.code[:60],
        **RELEASED,
    )


def recover(watch: Watch) -> None:
    """After a fault of ours: it is read again from its mark, later."""
    failed(watch, Never(Code.UNEXPECTED))


def expired() -> int:
    """Turns of workers that are gone: what they read is read again from its mark. How many."""
    gone = Q(lease_until__lte=Now())
    left = leases.expired(Watch.objects.filter(state=POLLING))
    return sum(move(each, POLLING, IDLE, where=gone, code=Code.WORKER_LOST, **RELEASED) for each in left)


def mine(watch: Watch) -> Q:
    """Still under the lease that `watch` carries in memory."""
    return Q(lease_token=watch.lease_token)


def _free(rows: QuerySet[Watch]) -> QuerySet[Watch]:
    reading = Watch.objects.filter(page=OuterRef("page"), state=POLLING)
    acts = Action.objects.filter(decision__review__comment__page=OuterRef("page"), state__in=UNDER_WAY)
    acting = acts.filter(
        lease_until__gt=Now(), decision__review__comment__page__network__in=network.elsewhere()
    )
    return turns.unoccupied(rows.filter(~Exists(reading), ~Exists(acting), ~turns.being_measured("page")))


turns.also_busy(being_read)
