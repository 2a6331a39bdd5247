"""One comment as its network holds it now, brought into the house: copy, revisions, thread, presence."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import DataError, IntegrityError, transaction

from cm_suite.core import clock
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.text import clip
from moderation import law
from moderation.enums import Presence
from moderation.models import Comment, Revision
from moderation.services import assess, closing
from pages.models import Page, ThreadSnapshot
from pages.networks.types import CommentPresence, IncomingComment, ThreadPost

logger = logging.getLogger(__name__)

LONGEST_TEXT: Final = 20_000
LONGEST_ADDRESS: Final = 500
LONGEST_ID: Final = 300
DIGESTED: Final = "sha256:"
"""How a reference begins that was too long to keep: the network cannot be asked with it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A comment as it now stands here, and what this changed."""

    comment: Comment
    new: bool = False
    changed: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as it is stored: cleaned, at most LONGEST_TEXT characters; `whole` tells clipped ones apart."""

    text: str
    clipped: bool = False
    whole: str = ""


def take(page: Page, incoming: IncomingComment, asked_at: datetime | None = None) -> Taken | None:
    """Store the comment, assess it, and open, rank again or close its review; all of it or nothing.

    None for a comment that was gone before we ever saw it. `asked_at`: when the network was asked; what we
    did to the comment since then stands.
    """
    asked_at = asked_at or clock.now()
    with transaction.atomic():
        known = Comment.objects.select_for_update().filter(page=page, remote_id=id_of(incoming)).first()
        if known is not None:
            return _again(known, incoming, asked_at)
        if incoming.presence == CommentPresence.GONE:
            return None
        comment, created = _first(page, incoming, asked_at)
        if not created:
            return _again(comment, incoming, asked_at)
        assess.assess_comment(comment, new=True)
    return Taken(comment, new=True)


def take_or_leave(page: Page, incoming: IncomingComment, asked_at: datetime) -> Taken | None:
    """As `take`; what the database cannot hold is left out, and logged by the page's number alone."""
    try:
        return take(page, incoming, asked_at)
    except DataError:
        logger.error("a comment of page %s cannot be stored", page.pk)
        return None


def id_of(incoming: IncomingComment) -> str:
    """The network's reference as stored; one longer than fits is told apart by its digest."""
    remote_id = cleaned(incoming.remote_id)
    if len(remote_id) <= LONGEST_ID:
        return remote_id
    return DIGESTED + hashlib.sha256(remote_id.encode()).hexdigest()


def cleaned(text: str) -> str:
    """The text without NUL; surrogate pairs joined, a lone surrogate replaced by the mark for that."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "")


def wording(text: str) -> Wording:
    """The text as it is stored."""
    clean = cleaned(text)
    if len(clean) <= LONGEST_TEXT:
        return Wording(clean)
    return Wording(clean[:LONGEST_TEXT], clipped=True, whole=keyed_hash(clean))


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """The instant in UTC, or None for one without zone, before the web or in the future."""
    day, _reason = law.paris_day(moment, now)
    return moment.astimezone(UTC) if moment is not None and day is not None else None


def _first(page: Page, incoming: IncomingComment, asked_at: datetime) -> tuple[Comment, bool]:
    now = clock.now()
    words = wording(incoming.text)
    fields = {
        "thread": _thread(page, incoming.post, now),
        "parent_remote_id": cleaned(incoming.parent_id)[:LONGEST_ID],
        "text": words.text,
        "clipped": words.clipped,
        "presence": Presence(incoming.presence),
        "published_at": believable(incoming.at, now),
        "edited_at": believable(incoming.edited_at, now),
        "seen_at": now,
        "checked_at": asked_at,
        "by_page": _by_page(page, incoming),
        **_author(incoming),
        **_notices(incoming, now),
    }
    remote_id = id_of(incoming)
    try:
        with transaction.atomic():
            comment = Comment.objects.create(page=page, remote_id=remote_id, **fields)
    except IntegrityError:  # another worker stored it at the same moment
        return Comment.objects.select_for_update().get(page=page, remote_id=remote_id), False
    _note(comment, words, now)
    return comment, True


def _again(comment: Comment, incoming: IncomingComment, asked_at: datetime) -> Taken:
    """What is new about a comment we hold. An erased one only changes its presence.

    What we did to it since the network was asked stands: its next answer will say so too.
    """
    now, before = clock.now(), comment.presence
    fields: dict[str, Any] = {}
    if comment.checked_at is None or comment.checked_at <= asked_at:
        fields = {"presence": Presence(incoming.presence), "checked_at": asked_at}
    changed = False
    if not comment.erased_at and incoming.presence != CommentPresence.GONE:
        changed = _reword(comment, incoming, now, fields)
        fields |= _notices(incoming, now, comment) | _thread_now_known(comment, incoming, now)
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
    """Keep another wording as a revision. True when there was one: any difference counts."""
    words = wording(incoming.text)
    last = comment.revisions.last()
    if last is not None and (last.text, last.clipped, last.whole) == (words.text, words.clipped, words.whole):
        return False
    fields |= {
        "text": words.text,
        "clipped": words.clipped,
        "revision": comment.revision + 1,
        "edited_at": believable(incoming.edited_at, now) or now,
    }
    comment.revision += 1
    _note(comment, words, now, edited_at=fields["edited_at"])
    return True


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


def _author(incoming: IncomingComment) -> dict[str, str]:
    author = incoming.author
    return {
        "author_remote_id": cleaned(author.remote_id)[:LONGEST_ID],
        "author_name": clip(cleaned(author.name), 200),
        "author_handle": clip(cleaned(author.handle), 200),
        "author_url": _address(author.url),
        "url": _address(incoming.url),
        "language": cleaned(incoming.language)[:8],
    }


def _address(url: str) -> str:
    """A web address, or nothing: one that is too long, or no web address, leads nowhere."""
    clean = cleaned(url).strip()
    fits = len(clean) <= LONGEST_ADDRESS and clean.lower().startswith(("https://", "http://"))
    return clean if fits else ""


def _notices(incoming: IncomingComment, now: datetime, known: Comment | None = None) -> dict[str, Any]:
    """Formal notices are only ever added; one without a believable date counts from now."""
    count = max(incoming.notices, 1 if incoming.notified_at else 0, known.notices if known else 0)
    if not count:
        return {}
    first = known.notified_at if known else None
    dates = [believable(incoming.notified_at, now), first]
    return {"notices": count, "notified_at": min((at for at in dates if at and at <= now), default=now)}


def _by_page(page: Page, incoming: IncomingComment) -> bool:
    """Whether the page itself wrote it."""
    return bool(page.remote_id) and incoming.author.remote_id == page.remote_id


def _thread_now_known(comment: Comment, incoming: IncomingComment, now: datetime) -> dict[str, Any]:
    """The thread of a comment that stood under nothing we knew; one that is known is never taken off."""
    thread = _thread(comment.page, incoming.post, now) if comment.thread_id is None else None
    if thread is None:
        return {}
    return {"thread": thread, "parent_remote_id": cleaned(incoming.parent_id)[:LONGEST_ID]}


def _thread(page: Page, post: ThreadPost | None, now: datetime) -> ThreadSnapshot | None:
    """The post as it stood when somebody first spoke under it."""
    if post is None or not post.remote_id:
        return None
    thread, _created = ThreadSnapshot.objects.get_or_create(
        page=page,
        remote_id=cleaned(post.remote_id)[:LONGEST_ID],
        defaults={
            "url": _address(post.url),
            "text": wording(post.text).text,
            "published_at": believable(post.at, now),
            "seen_at": now,
        },
    )
    return thread
