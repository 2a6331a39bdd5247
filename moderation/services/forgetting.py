"""What networks' terms do not let us keep: words and names, unless something of law needs them.

Kept all the same: what waits to be decided, what was qualified, what was notified and not answered, what an
act is under way about, and what evidence was sealed of. The rest is known by a keyed hash of its wording, so
that other words are taken in and read as new ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from cm_suite.core import clock
from moderation import rules
from moderation.enums import ActionState
from moderation.models import Action, Comment, Evidence, Review
from moderation.services import shaping
from moderation.services.shaping import Wording
from pages.networks.registry import NETWORKS

A_TURN: Final = 2000
_OVER: Final = (ActionState.DONE, ActionState.CANCELLED)
_NAMES: Final = ("author_name", "author_handle", "author_url")


def forget() -> int:
    """Forget the words and the names whose time is over; how many comments lost something."""
    now = clock.now()
    lost = 0
    for code, spec in NETWORKS.items():
        if spec.keeps is not None:
            lost += sum(_forget_words(pk, now - spec.keeps) for pk in _older(code, now - spec.keeps))
        if spec.keeps_names is not None:
            lost += _forget_names(code, now - spec.keeps_names)
    return lost


def unneeded(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    """Those that nothing of law is under way about."""
    reviews = Review.objects.filter(comment=OuterRef("pk"))
    law = reviews.filter(Q(state__in=rules.OPEN) | Q(qualified=True))
    acts = Action.objects.filter(decision__review__comment=OuterRef("pk")).exclude(state__in=_OVER)
    sealed = Evidence.objects.filter(comment=OuterRef("pk"), erased_at=None)
    told = rows.filter(notices__lte=F("notices_answered"), erased_at=None, by_page=False)
    return told.exclude(Exists(law)).exclude(Exists(acts)).exclude(Exists(sealed))


def _old(code: str, before: datetime) -> QuerySet[Comment]:
    rows = unneeded(Comment.objects.filter(page__network=code, seen_at__lt=before))
    return rows.annotate(said_at=Max("revisions__seen_at")).filter(said_at__lt=before)


def _older(code: str, before: datetime) -> list[int]:
    rows = _old(code, before).filter(forgotten="").order_by("seen_at", "pk")
    return list(rows.values_list("pk", flat=True)[:A_TURN])


@transaction.atomic
def _forget_words(pk: int, before: datetime) -> int:
    """One comment, if it still may be forgotten: its wordings, its author, and nothing that was decided."""
    comment = Comment.objects.select_for_update().get(pk=pk)
    last = comment.revisions.last()
    free = unneeded(Comment.objects.filter(pk=pk, forgotten="")).exists()
    if last is None or last.seen_at >= before or not free:
        return 0
    mark = shaping.mark_of(Wording(last.text, last.clipped, last.whole))
    empty = dict.fromkeys(("text", "author_remote_id", *_NAMES), "")
    Comment.objects.filter(pk=pk).update(forgotten=mark, **empty)
    comment.revisions.update(text="", whole="")
    return 1


def _forget_names(code: str, before: datetime) -> int:
    named = ~Q(author_name="") | ~Q(author_handle="") | ~Q(author_url="")
    rows = _old(code, before).filter(named).values_list("pk", flat=True)
    return Comment.objects.filter(pk__in=list(rows[:A_TURN])).update(**dict.fromkeys(_NAMES, ""))
