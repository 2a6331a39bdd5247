"""One comment as its network holds it now, brought into the house: copy, revisions, thread, presence."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DataError, transaction

from cm_suite.core import clock
from moderation.enums import Kind, Presence
from moderation.models import Comment, Revision
from moderation.services import assess, closing, fresh, network, shaping
from moderation.services.shaping import (
    DIGESTED,
    LONGEST_ID,
    LONGEST_TEXT,
    Wording,
    believable,
    cleaned,
    id_of,
    wording,
)
from pages.models import Page
from pages.networks.types import CommentKind, CommentPresence, IncomingComment

__all__ = [
    "DIGESTED",
    "LONGEST_TEXT",
    "Taken",
    "believable",
    "cleaned",
    "id_of",
    "take",
    "take_or_leave",
    "wording",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A comment as it now stands here, and what this changed."""

    comment: Comment
    new: bool = False
    changed: bool = False
    gone: bool = False


def take(page: Page, incoming: IncomingComment, asked_at: datetime | None = None) -> Taken | None:
    """Store the comment, assess it, and open, rank again or close its review; all of it or nothing.

    None for a comment that was gone before we ever saw it. `asked_at`: when the network was asked; what we
    did to the comment since then stands.
    """
    asked_at = asked_at or clock.now()
    with transaction.atomic():
        known = _locked(page, incoming)
        if known is None and incoming.presence == CommentPresence.GONE:
            return None
        stored = fresh.first(page, incoming, asked_at) if known is None else None
        if stored is not None:
            return Taken(stored, new=True)
        known = known or _locked(page, incoming)
        return _again(known, incoming, asked_at) if known is not None else None


def take_or_leave(page: Page, incoming: IncomingComment, asked_at: datetime) -> Taken | None:
    """As `take`; what the database cannot hold is left out, and logged by the page's number alone."""
    try:
        return take(page, incoming, asked_at)
    except DataError:
        logger.error("a comment of page %s cannot be stored", page.pk)
        return None


def _locked(page: Page, incoming: IncomingComment) -> Comment | None:
    return Comment.objects.select_for_update().filter(page=page, remote_id=id_of(incoming)).first()


def _again(comment: Comment, incoming: IncomingComment, asked_at: datetime) -> Taken:
    """What is new about a comment we hold. An erased one only changes its presence.

    What we did to it since the network was asked stands: its next answer will say so too.
    """
    now, before = clock.now(), Presence(comment.presence)
    fields: dict[str, Any] = {}
    if comment.checked_at is None or comment.checked_at <= asked_at:
        stands = network.standing(comment.page, before, Presence(incoming.presence))
        fields = {"presence": stands, "checked_at": asked_at}
    changed = False
    if not comment.erased_at and incoming.presence != CommentPresence.GONE:
        changed = _reword(comment, incoming, now, fields)
        fields |= shaping.notices_of(incoming, now, comment) | _thread_now_known(comment, incoming, now)
        if comment.published_at is None:  # it waited for approval, or nothing believable was said before
            fields["published_at"] = believable(incoming.at, now)
    Comment.objects.filter(pk=comment.pk).update(**fields)
    for name, value in fields.items():
        setattr(comment, name, value)
    gone = comment.presence == Presence.GONE and before != Presence.GONE
    if comment.presence == Presence.GONE:
        closing.author_removed(comment)
    else:
        assess.assess_comment(comment, edited=changed)
    return Taken(comment, changed=changed or comment.presence != before, gone=gone)


def _reword(comment: Comment, incoming: IncomingComment, now: datetime, fields: dict[str, Any]) -> bool:
    """Keep another wording as a revision. True when there was one: any difference counts.

    One that was not kept any longer is known by its mark; with other words its author is known again.
    """
    words = wording(incoming.text)
    if _says_that(comment, words):
        return False
    if comment.forgotten:
        fields |= {"forgotten": "", **shaping.author_of(incoming)}
    fields |= {
        "text": words.text,
        "clipped": words.clipped,
        "revision": comment.revision + 1,
        "edited_at": believable(incoming.edited_at, now) or now,
    }
    comment.revision += 1
    _note(comment, words, now, edited_at=fields["edited_at"])
    return True


def _says_that(comment: Comment, words: Wording) -> bool:
    if comment.forgotten:
        return comment.forgotten == shaping.mark_of(words)
    last = comment.revisions.last()
    known = last and (last.text, last.clipped, last.whole)
    return known == (words.text, words.clipped, words.whole)


def _note(comment: Comment, words: Wording, now: datetime, *, edited_at: datetime | None = None) -> None:
    Revision.objects.create(
        comment=comment,
        number=comment.revision,
        text=words.text,
        clipped=words.clipped,
        whole=words.whole,
        seen_at=now,
        edited_at=edited_at,
    )


def _thread_now_known(comment: Comment, incoming: IncomingComment, now: datetime) -> dict[str, Any]:
    """The thread of a comment that stood under nothing we knew; one that is known is never taken off."""
    thread = shaping.thread_of(comment.page, incoming.post, now) if comment.thread_id is None else None
    if thread is None:
        return {}
    fields: dict[str, Any] = {"thread": thread, "parent_remote_id": cleaned(incoming.parent_id)[:LONGEST_ID]}
    if comment.kind == Kind.MENTION and incoming.kind == CommentKind.COMMENT:
        fields["kind"] = Kind.COMMENT  # it was heard of as a mention first
    return fields
