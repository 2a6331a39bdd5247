"""What a network says of a comment, as it fits into the house: cleaned, cut, and never believed blindly."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.core.crypto import keyed_hash
from cm_suite.core.text import clip
from moderation import law
from moderation.enums import Kind
from moderation.models import Comment
from pages.models import Page, ThreadSnapshot
from pages.networks.types import CommentKind, IncomingComment, ThreadPost

LONGEST_TEXT: Final = 20_000
LONGEST_ADDRESS: Final = 500
LONGEST_ID: Final = 300
DIGESTED: Final = "sha256:"
"""How a reference begins that was too long to keep: the network cannot be asked with it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as it is stored: cleaned, at most LONGEST_TEXT characters; `whole` tells clipped ones apart."""

    text: str
    clipped: bool = False
    whole: str = ""


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


def mark_of(words: Wording) -> str:
    """A keyed hash that tells this wording apart once it is not kept any longer."""
    return words.whole or keyed_hash(words.text)


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """The instant in UTC, or None for one without zone, before the web or in the future.

    One up to a day ahead is the word of a clock that runs ahead: nothing happened after `now`.
    """
    day, _reason = law.paris_day(moment, now)
    return min(moment, now).astimezone(UTC) if moment is not None and day is not None else None


def kind_of(incoming: IncomingComment) -> Kind:
    """Where the words stand."""
    return Kind(incoming.kind)


def conversation_of(incoming: IncomingComment) -> str:
    """The conversation of a private message; its author's own where the network names none, "" for others."""
    if incoming.kind != CommentKind.MESSAGE:
        return ""
    named = incoming.conversation or incoming.author.remote_id or incoming.remote_id
    return cleaned(named)[:LONGEST_ID]


def thread_id(post: ThreadPost) -> str:
    """The network's reference of a post, as stored."""
    return cleaned(post.remote_id)[:LONGEST_ID]


def author_of(incoming: IncomingComment) -> dict[str, str]:
    """Who wrote it, where it stands and in which language, as columns."""
    author = incoming.author
    return {
        "author_remote_id": cleaned(author.remote_id)[:LONGEST_ID],
        "author_name": clip(cleaned(author.name), 200),
        "author_handle": clip(cleaned(author.handle), 200),
        "author_url": address_of(author.url),
        "url": address_of(incoming.url),
        "language": cleaned(incoming.language)[:8],
    }


def address_of(url: str) -> str:
    """A web address, or nothing: one that is too long, or no web address, leads nowhere."""
    clean = cleaned(url).strip()
    fits = len(clean) <= LONGEST_ADDRESS and clean.lower().startswith(("https://", "http://"))
    return clean if fits else ""


def notices_of(incoming: IncomingComment, now: datetime, known: Comment | None = None) -> dict[str, Any]:
    """Formal notices are only ever added; one without a believable date counts from now."""
    count = max(incoming.notices, 1 if incoming.notified_at else 0, known.notices if known else 0)
    if not count:
        return {}
    first = known.notified_at if known else None
    dates = [believable(incoming.notified_at, now), first]
    return {"notices": count, "notified_at": min((at for at in dates if at and at <= now), default=now)}


def is_by_page(page: Page, incoming: IncomingComment) -> bool:
    """Whether the page itself wrote it."""
    return bool(page.remote_id) and incoming.author.remote_id == page.remote_id


def thread_of(page: Page, post: ThreadPost | None, now: datetime) -> ThreadSnapshot | None:
    """The post as it stood when somebody first spoke under it."""
    if post is None or not post.remote_id:
        return None
    thread, _created = ThreadSnapshot.objects.get_or_create(
        page=page,
        remote_id=thread_id(post),
        defaults={
            "url": address_of(post.url),
            "text": wording(post.text).text,
            "published_at": believable(post.at, now),
            "seen_at": now,
        },
    )
    return thread
