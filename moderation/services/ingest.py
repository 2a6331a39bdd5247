"""What people write to the connected pages, read kind by kind from where the last turn stopped.

The mark of a kind only moves once everything before it is stored: a worker killed on the way reads the same
again, which changes nothing.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from cm_suite.core import clock, leases
from cm_suite.core.errors import OutcomeError
from cm_suite.core.states import move
from moderation.enums import Code, WatchKind
from moderation.models import Comment, Watch
from moderation.services import act, batch, network, recheck, taking, watching
from moderation.services.network import Read
from moderation.services.results import Polled
from moderation.services.watching import LEASE_SECONDS, POLLING
from pages.models import Page
from pages.networks.base import Client, Listens
from pages.networks.types import IncomingComment

TURN_SECONDS: Final = 60
"""A page that has more after this goes on at its next turn."""


def poll_due(limit: int) -> list[Polled]:
    """Read up to `limit` kinds of pages whose turn it is."""
    watching.watch_all()
    seen: list[int] = []
    results: list[Polled] = []
    while len(results) < limit and (watch := watching.take(seen)) is not None:
        seen.append(watch.pk)
        results.append(turn(watch))
    return results


def poll_page(page_id: int) -> Polled:
    """Read what is new on one page now, of every kind; nothing for one that is not read, or by another."""
    polled = Polled(page_id)
    done: list[str] = []
    while (watch := watching.take_page(page_id, done)) is not None:
        done.append(watch.kind)
        polled = polled.with_more(turn(watch))
    return polled


def take_in(page: Page, incoming: IncomingComment) -> Comment | None:
    """Store one comment as its network holds it now; None for one that was gone before we ever saw it."""
    taken = taking.take(page, incoming)
    return taken.comment if taken else None


def turn(watch: Watch) -> Polled:
    """Read one claimed kind until nothing is left, or the turn is over. A fault of ours is raised."""
    started_at = clock.now()
    page = Page.objects.select_related("brand").get(pk=watch.page_id)
    polled = Polled(page.pk, kind=watch.kind)
    stop_at = time.monotonic() + TURN_SECONDS
    try:
        client = network.client_of(page)
        polled, more = _read_on(watch, page, network.reader(client, watch.kind), polled, stop_at)
        if not more and not polled.code:
            polled = _ask_again(watch, page, client, polled, stop_at)
    except OutcomeError as error:
        watching.failed(watch, error)
        return replace(polled, code=error.code)
    watching.rest(watch, page, started_at, polled.code)
    return polled


def _read_on(
    watch: Watch, page: Page, read: Read | None, polled: Polled, stop_at: float
) -> tuple[Polled, bool]:
    """Answer after answer. True when there is more: time is up, or people wait for the page."""
    more = read is not None
    while read is not None and more and time.monotonic() < stop_at:
        polled, more = read_batch(watch, page, read, polled)
        if more and act.waits(page):
            break
    return polled, more


def _ask_again(watch: Watch, page: Page, client: Client, polled: Polled, stop_at: float) -> Polled:
    """About comments that are due to be asked about: once a turn of the page's comments."""
    if watch.kind == WatchKind.COMMENTS and isinstance(client, Listens) and not network.is_ours(page):
        for taken in recheck.turn(page, client, stop_at):
            polled = polled.counting(taken.new, taken.changed, taken.gone)
    return polled


def read_batch(watch: Watch, page: Page, read: Read, polled: Polled) -> tuple[Polled, bool]:
    """One answer of the network stored, then the mark moved on. True when there is more to read."""
    asked_at = clock.now()
    found = read(watch.mark)
    leases.renew(watch, LEASE_SECONDS)
    for taken in batch.take_all(page, found.comments, asked_at):
        polled = polled.counting(taken.new, taken.changed, taken.gone) if taken else polled.counting()
    stuck = found.more and found.mark == watch.mark
    if not move(watch, POLLING, POLLING, where=watching.mine(watch), mark=found.mark[:300]):
        return replace(polled, code=Code.LEASE_LOST), False
    if stuck:
        return replace(polled, code=Code.MARK_STUCK), False
    return polled, found.more
