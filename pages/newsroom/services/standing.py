"""What the page does with visitors' words: answer, hide, show, take away."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from cm_suite.core import clock
from cm_suite.core.states import move
from cm_suite.core.text import clip
from pages.models import Page
from pages.newsroom import tokens
from pages.newsroom.models import CommentState, NewsroomComment
from pages.newsroom.rules import COMMENT_MOST
from pages.newsroom.selectors.comments import GONE, comment_of
from pages.newsroom.services import letters
from pages.newsroom.services.comments import locked, moment

REASON_MOST = 500


class EditedSince(Exception):
    """The comment says something else than in the version that was read."""


@transaction.atomic
def hide(comment: NewsroomComment, reason: str) -> None:
    """Out of sight; its author may read why. Hidden or gone already is done."""
    _put(comment, (CommentState.PENDING, CommentState.VISIBLE), CommentState.HIDDEN, reason)


@transaction.atomic
def take_away(comment: NewsroomComment, reason: str) -> None:
    """Away for good; its author may read why. Gone already is done."""
    shown = (CommentState.PENDING, CommentState.VISIBLE, CommentState.HIDDEN)
    _put(comment, shown, CommentState.REMOVED, reason)


@transaction.atomic
def show(comment: NewsroomComment, version: int | None = None) -> bool:
    """In sight, whether it waited or was hidden; visible already is done. False when it is gone.

    `version`: the one that somebody read. Raises EditedSince when it is another by now.
    """
    shown = (CommentState.PENDING, CommentState.HIDDEN)
    return _put(comment, shown, CommentState.VISIBLE, "", version).state not in GONE


def _put(
    comment: NewsroomComment,
    from_: tuple[CommentState, ...],
    to: CommentState,
    reason: str,
    version: int | None = None,
) -> NewsroomComment:
    """Move it if it is in one of these states, and tell its author; the row as it is then."""
    row = locked(comment.pk)
    if row.state not in from_:
        return row
    if version not in (None, row.version):
        raise EditedSince(row.pk)
    now = moment(row)
    fields: dict[str, Any] = {"reason": clip(reason.strip(), REASON_MOST), "changed_at": now}
    if to == CommentState.VISIBLE and row.shown_at is None:
        fields["shown_at"] = now
    move(row, row.state, to, **fields)
    letters.tell_author(row)
    return row


def answer(page: Page, *, key: str, to: int, text: str, language: str) -> NewsroomComment:
    """Write the brand's answer below a comment; a second time with the same key gives the first one's.

    Raises KeyError when there is no such comment, or when it is gone.
    """
    with transaction.atomic():
        known = own_answer(page, key)
        if known is not None:
            return known
        above = comment_of(page, to)
        if above is None or above.state in GONE:
            raise KeyError(to)
        now = clock.now()
        made, _created = NewsroomComment.objects.get_or_create(
            key=key,
            defaults={
                "post": above.post,
                "parent": above,
                "root_id": above.root_id or above.pk,
                "by_brand": True,
                "author_name": page.brand.name[:60],
                "token_hash": tokens.hash_of(secrets.token_urlsafe(32)),  # nobody holds such a link
                "text": text[:COMMENT_MOST],
                "language": language[:5],
                "state": CommentState.VISIBLE,
                "written_at": now,
                "shown_at": now,
                "changed_at": now,
            },
        )
    return made


def own_answer(page: Page, key: str) -> NewsroomComment | None:
    """The brand's answer with this key, in any state."""
    answers = NewsroomComment.objects.select_related("post").filter(post__page=page, by_brand=True)
    return answers.filter(key=key).first()
