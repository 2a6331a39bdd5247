"""What visitors said under the posts of the newsrooms, and what was made of some of it already."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from cm_suite.core.crypto import keyed_hash
from cm_suite.demo.history import NOTICED_AFTER
from cm_suite.demo.script import Said
from cm_suite.demo.stage import Stage
from moderation.enums import Decided
from moderation.models import Review
from moderation.rules import OPEN
from moderation.services import assign, decide, ingest
from pages.enums import Role
from pages.newsroom import tokens
from pages.newsroom.models import CommentState, NewsroomComment, NewsroomPost
from pages.newsroom.services import reports
from pages.newsroom.services.reports import Notice

ANSWERED_AFTER: Final = timedelta(minutes=42)
REPORTER: Final = ("Hélène Aubry", "helene.aubry@halmont.example")


def speak(stage: Stage, said: tuple[Said, ...]) -> None:
    """Put the comments under their posts, let the engine take them in, and decide those that were."""
    made = [(each, _write(stage, each)) for each in said]
    for each, comment in made:
        if each.reported:
            name, email = REPORTER
            reports.report(comment, Notice(secrets.token_urlsafe(16), each.reported, name, email))
    ingest.poll_page(stage.newsroom.pk)
    for each, comment in made:
        if each.decided:
            _decide(stage, each, comment)


def _write(stage: Stage, said: Said) -> NewsroomComment:
    written_at = stage.instant(said.day, said.at) + timedelta(minutes=said.after)
    posts = NewsroomPost.objects.filter(page=stage.newsroom)
    post = posts.get(published_at=stage.instant(said.day, said.at) + NOTICED_AFTER)
    comment = _row(post, said.author, said.text, written_at)
    if said.answer:
        answered_at = written_at + ANSWERED_AFTER
        _row(post, stage.brand.name, said.answer, answered_at, answers=comment)
    return comment


def _row(
    post: NewsroomPost, author: str, text: str, at: datetime, *, answers: NewsroomComment | None = None
) -> NewsroomComment:
    nonce = secrets.token_urlsafe(16)
    return NewsroomComment.objects.create(
        post=post,
        parent=answers,
        root=answers,
        key=keyed_hash(f"demo:{nonce}"),
        by_brand=answers is not None,
        author_name=author,
        token_hash=tokens.hash_of(tokens.author_token(nonce)),
        text=text,
        state=CommentState.VISIBLE,
        written_at=at,
        shown_at=at,
        changed_at=at,
    )


def _decide(stage: Stage, said: Said, comment: NewsroomComment) -> None:
    """Let the brand's moderator decide it, as from the queue; the engine carries it out."""
    person = stage.brand.memberships.filter(role=Role.MODERATOR).select_related("person")[0].person
    review = Review.objects.get(
        comment__page=stage.newsroom, comment__remote_id=str(comment.pk), state__in=OPEN
    )
    claimed = assign.claim(review, person).review
    revision = claimed.comment.revision
    act = Decided(said.decided)
    decide.decide(claimed, person, act, reason=said.reason, told=said.told, revision=revision)
