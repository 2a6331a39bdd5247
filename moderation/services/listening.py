"""Whether we hold what networks show: once a day the recent end of each list is read again and compared.

What was missing is taken in at once. The day's line says what was missing all the same: something does not
read as it should.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from cm_suite.core import clock, leases
from cm_suite.core.errors import Later, OutcomeError
from moderation.models import Comment, ListeningCheck, Watch
from moderation.services import act, batch, ingest, network, shaping, watching
from moderation.services.network import Read
from moderation.services.results import Polled
from moderation.services.watching import LEASE_SECONDS
from pages.enums import PageState
from pages.models import Page
from pages.networks.types import CommentPresence, IncomingComment

ANSWERS: Final = 5
"""Answers of a network that are compared, at most; one alone where each costs money."""

TURN_SECONDS: Final = 60
KEPT: Final = timedelta(days=90)


def take(without: Collection[int] = ()) -> Watch | None:
    """Claim one kind of a page that was read before, and was not compared today (in UTC)."""
    today = ListeningCheck.objects.filter(
        page=OuterRef("page"), kind=OuterRef("kind"), day=clock.now().date()
    )
    rows = Watch.objects.filter(~Exists(today), page__state=PageState.CONNECTED, polled_at__isnull=False)
    well = Q(code="") | Q(next_at__lte=clock.now())  # who asked to wait is left alone until then
    return watching.claim(rows.filter(well).exclude(pk__in=without).order_by("pk"))


def turn(watch: Watch) -> Polled:
    """Read on from the mark first, then compare; what this took in, and the day's line stored.

    A page that people wait for is compared later. A fault of ours is raised.
    """
    started_at = clock.now()
    page = Page.objects.select_related("brand").get(pk=watch.page_id)
    polled = Polled(page.pk, kind=watch.kind)
    try:
        read = network.reader(network.client_of(page), watch.kind)
        if read is not None:
            polled, more = ingest.read_batch(watch, page, read, polled)
            if not more and not polled.code and not act.waits(page):
                polled = _compare(watch, page, read, polled, started_at)
    except OutcomeError as error:
        if not isinstance(error, Later):  # what passes is tried again within the hour
            _note(watch, started_at, code=error.code[:60])
        watching.failed(watch, error)
        return polled
    watching.rest(watch, page, started_at, polled.code)
    return polled


def forget() -> int:
    """Comparisons of long ago. How many."""
    return ListeningCheck.objects.filter(day__lt=(clock.now() - KEPT).date()).delete()[0]


def _compare(watch: Watch, page: Page, read: Read, polled: Polled, started_at: datetime) -> Polled:
    shown = _shown(watch, page, read, started_at)
    held = set(Comment.objects.filter(page=page, remote_id__in=shown).values_list("remote_id", flat=True))
    missing = [each for remote_id, each in shown.items() if remote_id not in held]
    taken = [each for each in batch.take_all(page, missing, started_at) if each is not None]
    _note(watch, started_at, seen=len(shown), stored=len(held), taken=len(taken))
    for _each in taken:
        polled = polled.counting(new=True)
    return polled


def _shown(watch: Watch, page: Page, read: Read, started_at: datetime) -> dict[str, IncomingComment]:
    """What the network shows now and showed when we began, by our reference."""
    stop_at = time.monotonic() + TURN_SECONDS
    shown: dict[str, IncomingComment] = {}
    mark = ""
    for _answer in range(1 if network.costs(page) else ANSWERS):
        found = read(mark)
        leases.renew(watch, LEASE_SECONDS)
        shown |= {shaping.id_of(each): each for each in found.comments if _counts(each, started_at)}
        if not found.more or found.mark == mark or time.monotonic() >= stop_at:
            break
        mark = found.mark
    return shown


def _counts(incoming: IncomingComment, started_at: datetime) -> bool:
    here = incoming.presence != CommentPresence.GONE
    return here and (incoming.at is None or incoming.at.tzinfo is None or incoming.at < started_at)


def _note(watch: Watch, at: datetime, **found: object) -> None:
    ListeningCheck.objects.update_or_create(
        page_id=watch.page_id, kind=watch.kind, day=at.date(), defaults={"at": at, **found}
    )
