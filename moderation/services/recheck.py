"""Comments asked about again: most networks announce a comment once, and neither its edits nor its end.

What somebody is to decide is asked often, what is recent now and then, what is older no more. A turn asks
about a few comments of a page only, those that have waited longest first. Where every answer costs money, it
is only what somebody is to decide, and once a day; each is asked about right before it is acted upon anyway.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import Q, QuerySet

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from moderation import rules
from moderation.enums import Kind, Presence
from moderation.models import Comment, Review
from moderation.services import network, taking
from moderation.services.taking import Taken
from pages.models import Page
from pages.networks.base import Listens

A_TURN: Final = 10
"""Comments of one page asked about in one turn, at most."""

OPEN_EVERY: Final = timedelta(minutes=5)
"""How often a comment is asked about while a person is to decide of it."""

PAID_EVERY: Final = timedelta(days=1)
"""The same, where each answer costs money."""

RECENT: Final = (
    (timedelta(days=2), timedelta(hours=1)),
    (timedelta(days=14), timedelta(days=1)),
)
"""For this long after a comment was first seen, how often it is asked about."""


def due(page: Page) -> Iterator[Comment]:
    """The comments of a page whose turn it is: what waits for a decision first, then the longest unasked."""
    now = clock.now()
    here = Comment.objects.filter(page=page, by_page=False, erased_at=None).exclude(presence=Presence.GONE)
    here = here.exclude(kind=Kind.MESSAGE).exclude(remote_id__startswith=taking.DIGESTED)
    waiting = Review.objects.filter(comment__page=page, state__in=rules.OPEN).values("comment_id")
    paid = network.costs(page)
    undecided = _unasked(here.filter(pk__in=waiting), now - (PAID_EVERY if paid else OPEN_EVERY))
    seen: list[int] = []
    for comment in islice(undecided, A_TURN):
        seen.append(comment.pk)
        yield comment
    if paid:
        return
    ages = Q(pk__in=())
    for age, every in RECENT:
        ages |= Q(seen_at__gt=now - age) & (Q(checked_at=None) | Q(checked_at__lte=now - every))
    recent = here.filter(ages, seen_at__gt=now - RECENT[-1][0]).exclude(pk__in=seen)
    yield from _unasked(recent, now)[: A_TURN - len(seen)]


def turn(page: Page, client: Listens, stop_at: float) -> list[Taken]:
    """Ask about the comments that are due until `stop_at` (of the monotonic clock); what became of each.

    One that its network will not speak of is left for its next turn. Raises Later where the network names
    the time to come back.
    """
    taken: list[Taken] = []
    for comment in list(due(page)):
        if time.monotonic() >= stop_at:
            break
        asked_at = clock.now()
        try:
            found = taking.take_or_leave(page, client.comment(comment.remote_id), asked_at)
        except OutcomeError as error:
            if isinstance(error, Later) and error.retry_at is not None:
                raise
            if isinstance(error, Never) and error.step == NextStep.PAY:
                break  # it was not asked
            _asked(comment, asked_at)
            if not isinstance(error, Never) or error.step == NextStep.RECONNECT:
                break  # the next one would fare no better
        else:
            if found is None:
                _asked(comment, asked_at)
            else:
                taken.append(found)
    return taken


def _unasked(rows: QuerySet[Comment], before: datetime) -> QuerySet[Comment]:
    asked = Q(checked_at=None) | Q(checked_at__lte=before)
    return rows.filter(asked).order_by("checked_at", "pk")


def _asked(comment: Comment, at: datetime) -> None:
    """It was asked about without an answer: others come first next time."""
    Comment.objects.filter(Q(checked_at=None) | Q(checked_at__lt=at), pk=comment.pk).update(checked_at=at)
