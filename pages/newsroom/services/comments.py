"""What visitors do with their own words: write, edit, withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, transaction

from cm_suite.core import clock
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.states import move
from pages.enums import PageState
from pages.models import Page
from pages.newsroom import tokens
from pages.newsroom.models import CommentMode, CommentRules, CommentState, NewsroomComment, NewsroomPost
from pages.newsroom.selectors.comments import comment_by_key, visible_under
from pages.newsroom.services import letters
from pages.newsroom.tokens import FormKind
from pages.signals import comment_arrived

EDITABLE: Final = (CommentState.PENDING, CommentState.VISIBLE)
WITHDRAWABLE: Final = (CommentState.PENDING, CommentState.VISIBLE, CommentState.HIDDEN)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a visitor sent. `nonce`: the form's own number; `answers`: the comment spoken to, if any."""

    nonce: str
    name: str
    text: str
    email: str = ""
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The comment a form made, the token of its private link, and whether it was made just now."""

    comment: NewsroomComment
    token: str
    new: bool


class CommentsClosed(Exception):
    """This newsroom takes no comments any more, or the post was taken down."""


class AnsweredGone(Exception):
    """The comment spoken to is no longer shown."""


class Edited(StrEnum):
    """What became of an edit."""

    SAVED = "saved"
    SAME = "same"
    MEANWHILE = "meanwhile"  # it was edited since it was shown
    CLOSED = "closed"  # out of the page's sight, or no comments are taken any more


def already_written(post: NewsroomPost, nonce: str) -> Written | None:
    """What this form has made before, if anything."""
    known = comment_by_key(post, tokens.form_key(FormKind.COMMENT, nonce))
    return Written(known, tokens.author_token(nonce), new=False) if known else None


def write(post: NewsroomPost, draft: Draft) -> Written:
    """Put a visitor's words under a post, or in wait where somebody reads them first; once per form.

    Raises CommentsClosed, or AnsweredGone.
    """
    known = already_written(post, draft.nonce)
    if known:
        return known
    try:
        with transaction.atomic():
            comment = _create(post, draft)
    except IntegrityError:
        known = already_written(post, draft.nonce)
        if known is None:
            raise
        return known
    return Written(comment, tokens.author_token(draft.nonce), new=True)


def _create(post: NewsroomPost, draft: Draft) -> NewsroomComment:
    mode = _mode_now(post)
    above = _answered(post, draft.answers)
    token, now = tokens.author_token(draft.nonce), clock.now()
    shown = mode == CommentMode.PUBLISH_FIRST
    comment = NewsroomComment.objects.create(
        post=post,
        parent=above,
        root_id=(above.root_id or above.pk) if above else None,
        key=tokens.form_key(FormKind.COMMENT, draft.nonce),
        author_name=draft.name,
        author_mark=_author_mark(post.page_id, draft.email),
        email=draft.email,
        token_hash=tokens.hash_of(token),
        text=draft.text,
        state=CommentState.VISIBLE if shown else CommentState.PENDING,
        written_at=now,
        shown_at=now if shown else None,
        changed_at=now,
    )
    if draft.email:
        letters.send_link(comment, token)
    arrived(post.page_id)
    return comment


def _mode_now(post: NewsroomPost) -> CommentMode:
    """How comments are taken at this moment. Raises CommentsClosed."""
    mode = CommentRules.objects.filter(page=post.page_id).values_list("mode", flat=True).first()
    disconnected = Page.objects.filter(pk=post.page_id, state=PageState.DISCONNECTED)
    standing = NewsroomPost.objects.filter(pk=post.pk, removed_at=None)
    if mode == CommentMode.CLOSED or disconnected.exists() or not standing.exists():
        raise CommentsClosed
    return CommentMode(mode) if mode else CommentMode.PUBLISH_FIRST


def _answered(post: NewsroomPost, answers: int | None) -> NewsroomComment | None:
    if answers is None:
        return None
    above = visible_under(post, answers)
    if above is None:
        raise AnsweredGone
    return above


def _author_mark(page_id: int, email: str) -> str:
    """What tells that two comments on one page come from one address; empty when none was given."""
    return keyed_hash(f"newsroom.author:{page_id}:{email.casefold()}") if email else ""


@transaction.atomic
def edit(comment: NewsroomComment, text: str, version: int) -> Edited:
    """Replace the words of a comment that its author saw in this version.

    Where somebody reads comments first, the new words wait again.
    """
    row = locked(comment.pk)
    try:
        mode = _mode_now(row.post)
    except CommentsClosed:
        return Edited.CLOSED
    if row.state not in EDITABLE:
        return Edited.CLOSED
    if row.text == text:
        return Edited.SAME
    if row.version != version:
        return Edited.MEANWHILE
    now = moment(row)
    to = CommentState.VISIBLE if mode == CommentMode.PUBLISH_FIRST else CommentState.PENDING
    fields: dict[str, Any] = {
        "text": text,
        "version": version + 1,
        "edited_at": now,
        "changed_at": now,
    }
    if row.state == CommentState.PENDING or to == row.state:
        NewsroomComment.objects.filter(pk=row.pk).update(**fields)
    else:
        move(row, row.state, to, **fields)
    arrived(row.post.page_id)
    return Edited.SAVED


@transaction.atomic
def withdraw(comment: NewsroomComment) -> bool:
    """Take one's own words back, for good, and forget the address; False when they were gone already."""
    row = locked(comment.pk)
    if not move(row, WITHDRAWABLE, CommentState.WITHDRAWN, email="", changed_at=moment(row)):
        return False
    letters.forget_comment(row.pk)
    arrived(row.post.page_id)
    return True


def locked(pk: int) -> NewsroomComment:
    """The row as it is now, and nobody else's until the transaction ends."""
    return (
        NewsroomComment.objects.select_for_update(of=("self",)).select_related("post__page__brand").get(pk=pk)
    )


def moment(row: NewsroomComment) -> datetime:
    """The instant of a change: now, and always after the one before, also when a clock goes back."""
    return max(clock.now(), row.changed_at + _TICK)


def arrived(page_id: int) -> None:
    """Say, once the transaction has committed, that there is something to read on this page."""
    send = partial(comment_arrived.send_robust, sender=NewsroomComment, page_id=page_id)
    transaction.on_commit(send, robust=True)
