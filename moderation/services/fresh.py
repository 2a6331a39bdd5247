"""Comments never seen before, stored with their first wording, what the rules say of it, and their review.

The rules read before the transaction begins, so that nobody waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from cm_suite.core import clock
from moderation.enums import Kind, Presence
from moderation.models import Comment, Review, Revision
from moderation.risk import assess as risk
from moderation.risk.shapes import Assessment as Found
from moderation.risk.shapes import CommentText
from moderation.services import assess, reviews, shaping
from moderation.services.shaping import Wording
from pages.models import Page, ThreadSnapshot
from pages.networks.types import IncomingComment, ThreadPost


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment on its way into the house. `found` is None for what is not assessed."""

    comment: Comment
    words: Wording
    post: ThreadPost | None
    found: Found | None


def drafted(page: Page, incoming: Sequence[IncomingComment], asked_at: datetime) -> list[Draft]:
    """Each as it will be stored, assessed; one query at most, for what they answer."""
    now = clock.now()
    drafts = [(each, _comment(page, each, now, asked_at)) for each in incoming]
    above = _above(page, [comment for _each, comment in drafts])
    return [
        Draft(comment, shaping.wording(each.text), each.post, _found(each, comment, above))
        for each, comment in drafts
    ]


def store(page: Page, drafts: Sequence[Draft]) -> list[Comment]:
    """Store them all. Raises IntegrityError when one of them is known by now. In the caller's transaction."""
    now = clock.now()
    threads = _threads(page, [draft.post for draft in drafts], now)
    for draft in drafts:
        draft.comment.thread = threads.get(shaping.thread_id(draft.post)) if draft.post else None
    with transaction.atomic():
        comments = Comment.objects.bulk_create([draft.comment for draft in drafts])
        Revision.objects.bulk_create(
            Revision(
                comment=draft.comment,
                number=1,
                text=draft.words.text,
                clipped=draft.words.clipped,
                whole=draft.words.whole,
                seen_at=now,
            )
            for draft in drafts
        )
        pairs = [(draft.comment, draft.found) for draft in drafts if draft.found is not None]
        assess.keep_all(pairs)
        Review.objects.bulk_create(_reviews(pairs))
    return comments


def first(page: Page, incoming: IncomingComment, asked_at: datetime) -> Comment | None:
    """Store one; None when another worker stored it at the same moment."""
    try:
        return store(page, drafted(page, [incoming], asked_at))[0]
    except IntegrityError:
        if not Comment.objects.filter(page=page, remote_id=shaping.id_of(incoming)).exists():
            raise
        return None


def _comment(page: Page, incoming: IncomingComment, now: datetime, asked_at: datetime) -> Comment:
    words = shaping.wording(incoming.text)
    return Comment(
        page=page,
        remote_id=shaping.id_of(incoming),
        kind=shaping.kind_of(incoming),
        conversation=shaping.conversation_of(incoming),
        parent_remote_id=shaping.cleaned(incoming.parent_id)[: shaping.LONGEST_ID],
        text=words.text,
        clipped=words.clipped,
        presence=Presence(incoming.presence),
        published_at=shaping.believable(incoming.at, now),
        edited_at=shaping.believable(incoming.edited_at, now),
        seen_at=now,
        checked_at=asked_at,
        by_page=shaping.is_by_page(page, incoming),
        **shaping.author_of(incoming),
        **shaping.notices_of(incoming, now),
    )


def _above(page: Page, comments: Iterable[Comment]) -> dict[str, str]:
    """The texts of what these answer, of what is stored or comes with them."""
    here = {comment.remote_id: comment.text for comment in comments}
    wanted = {comment.parent_remote_id for comment in comments} - here.keys() - {""}
    rows = (
        Comment.objects.filter(page=page, remote_id__in=wanted).exclude(kind=Kind.MESSAGE) if wanted else ()
    )
    return here | {row.remote_id: row.text for row in rows}


def _found(incoming: IncomingComment, comment: Comment, above: dict[str, str]) -> Found | None:
    if not assess.is_assessed(comment):
        return None
    return risk.assess(
        CommentText(
            comment.text,
            post_text=shaping.wording(incoming.post.text).text if incoming.post else "",
            parent_text=above.get(comment.parent_remote_id, ""),
            author=comment.author_name,
            page_kind=assess.page_kind(comment.page),
            lang=comment.language,
        )
    )


def _threads(page: Page, posts: Iterable[ThreadPost | None], now: datetime) -> dict[str, ThreadSnapshot]:
    """The posts as they stood when somebody first spoke under them, by their ids here."""
    wanted: dict[str, ThreadPost] = {}
    for post in posts:
        if post is not None and post.remote_id:
            wanted.setdefault(shaping.thread_id(post), post)
    rows = ThreadSnapshot.objects.filter(page=page, remote_id__in=wanted) if wanted else ()
    known = {row.remote_id: row for row in rows}
    made = {
        remote_id: shaping.thread_of(page, post, now)
        for remote_id, post in wanted.items()
        if remote_id not in known
    }
    return known | {remote_id: row for remote_id, row in made.items() if row is not None}


def _reviews(pairs: Iterable[tuple[Comment, Found]]) -> list[Review]:
    drafts = [reviews.begun(comment, found) for comment, found in pairs]
    return [draft for draft in drafts if draft is not None]
