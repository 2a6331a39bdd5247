"""One answer of a network taken in at once: what is new in a handful of queries, however much it is.

What is known already and has not changed costs nothing of its own; what has changed is taken one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from moderation.enums import Kind, Presence
from moderation.models import Assessment, Comment
from moderation.risk.shapes import MODEL_VERSION
from moderation.services import assess, fresh, shaping, taking
from moderation.services.taking import Taken
from pages.models import Page
from pages.networks.types import CommentPresence, IncomingComment


def take_all(page: Page, incoming: Sequence[IncomingComment], asked_at: datetime) -> list[Taken | None]:
    """What became of each, in no order; None for what was gone before we saw it or cannot be stored."""
    known = _known(page, incoming)
    new, rest = _parted(incoming, known)
    quiet = _unchanged(rest, known)
    _asked(quiet, asked_at)
    same = {comment.remote_id for comment in quiet}
    others = [each for each in rest if shaping.id_of(each) not in same]
    taken: list[Taken | None] = [Taken(comment) for comment in quiet]
    taken += _at_once(page, new, asked_at)
    return taken + [taking.take_or_leave(page, each, asked_at) for each in others]


def _known(page: Page, incoming: Iterable[IncomingComment]) -> dict[str, Comment]:
    ids = {shaping.id_of(each) for each in incoming}
    rows = Comment.objects.filter(page=page, remote_id__in=ids) if ids else ()
    return {comment.remote_id: comment for comment in rows}


def _parted(
    incoming: Sequence[IncomingComment], known: dict[str, Comment]
) -> tuple[list[IncomingComment], list[IncomingComment]]:
    """What was never seen, each once, and the rest: known, said twice, or gone already."""
    new: dict[str, IncomingComment] = {}
    rest: list[IncomingComment] = []
    for each in incoming:
        remote_id = shaping.id_of(each)
        if remote_id in known or remote_id in new or each.presence == CommentPresence.GONE:
            rest.append(each)
        else:
            new[remote_id] = each
    return list(new.values()), rest


def _at_once(page: Page, new: list[IncomingComment], asked_at: datetime) -> list[Taken | None]:
    """All of it or, where the database refuses the lot, one by one."""
    if not new:
        return []
    drafts = fresh.drafted(page, new, asked_at)
    try:
        with transaction.atomic():
            return [Taken(comment, new=True) for comment in fresh.store(page, drafts)]
    except (IntegrityError, DataError):
        return [taking.take_or_leave(page, each, asked_at) for each in new]


def _unchanged(incoming: Iterable[IncomingComment], known: dict[str, Comment]) -> list[Comment]:
    """The comments that the network shows as we hold them, and that call for nobody: no flag, no notice."""
    pairs = [(known[shaping.id_of(each)], each) for each in incoming if shaping.id_of(each) in known]
    said = [comment for comment, each in pairs if _same(comment, each)]
    twice = {comment.pk for comment, each in pairs if not _same(comment, each)}
    assessed = [comment.pk for comment in said if assess.is_assessed(comment)]
    current = Assessment.objects.filter(comment__in=assessed, model_version=MODEL_VERSION, flag=False)
    calm = set(current.values_list("comment_id", "revision")) if assessed else set()
    needs = set(assessed)
    return list(
        {
            comment.pk: comment
            for comment in said
            if comment.pk not in twice and (comment.pk not in needs or (comment.pk, comment.revision) in calm)
        }.values()
    )


def _same(comment: Comment, incoming: IncomingComment) -> bool:
    told = comment.notices or incoming.notices or incoming.notified_at
    lacking = (comment.thread_id is None and incoming.post is not None) or (
        comment.published_at is None and incoming.at is not None
    )
    visible = comment.presence == Presence.VISIBLE and incoming.presence == CommentPresence.VISIBLE
    if told or lacking or not visible or comment.erased_at or comment.clipped:
        return False
    words = shaping.wording(incoming.text)
    as_held = comment.forgotten == shaping.mark_of(words) if comment.forgotten else comment.text == words.text
    return as_held and shaping.kind_of(incoming) in {
        comment.kind,
        Kind.MENTION,  # said of what stands under a post of ours too
    }


def _asked(comments: Sequence[Comment], asked_at: datetime) -> None:
    before = Q(checked_at=None) | Q(checked_at__lt=asked_at)
    if comments:
        Comment.objects.filter(before, pk__in=[each.pk for each in comments]).update(checked_at=asked_at)
