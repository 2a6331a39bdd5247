"""All comments of a brand: the list with its filters, and everything known of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from moderation import rules
from moderation.enums import CloseCode, Decided, Kind, Presence, ReviewState
from moderation.messages import acts as act_words
from moderation.messages.law import label_name
from moderation.messages.marks import Risk, risk
from moderation.models import Action, Assessment, Comment, Decision, Evidence, Review, Revision
from moderation.selectors.author import AuthorBlock, author_block
from moderation.selectors.queue import excerpt
from moderation.selectors.review import AuthorHistory, Thread, author_history, thread_of
from pages.messages import network_icon
from pages.models import Brand

STANDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "open": tuple(rules.OPEN),
    "decided": (ReviewState.DECIDED,),
    "closed": (ReviewState.CLOSED,),
}
NEVER: Final = "never"
WORDINGS: Final = 20
"""How many wordings of one comment are shown, the latest ones."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for; empty fields ask nothing. `standing`: of its latest review."""

    page_id: int | None = None
    presence: str = ""
    label: str = ""
    standing: str = ""
    words: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment of the list. `label` is what the rules, or a person, say of it; empty if nobody did."""

    comment_id: int
    url: str
    excerpt: str
    author: str
    page: str
    page_icon: str
    presence: str
    presence_words: str
    mention: bool
    label_name: str
    risk: Risk
    at: datetime
    edited: bool
    by_page: bool
    review_state: str
    review_url: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One revision of a comment and what each version of the rules said of it."""

    revision: Revision
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision and what became of it on the network, if anything was asked of it."""

    decision: Decision
    action: Action | None
    evidence: Evidence | None
    done: str
    why: str


@dataclass(frozen=True, slots=True)
class CommentDetail:
    """A comment with its past, the latest first. `open_review`: where somebody may decide it now."""

    comment: Comment
    thread: Thread
    author: AuthorHistory
    wordings: tuple[Wording, ...]
    reviews: tuple[Review, ...]
    settled: tuple[Settled, ...]
    evidence: tuple[Evidence, ...]
    open_review: Review | None
    hidden_by: Decision | None
    block: AuthorBlock


def list_comments(brand: Brand, wanted: Wanted) -> QuerySet[Comment]:
    """Comments and mentions, the latest first, each with what was said of it; one query a page."""
    said = Assessment.objects.filter(comment=OuterRef("pk"), revision=OuterRef("revision"))
    latest = said.order_by("-at", "-pk")
    reviews = Review.objects.filter(comment=OuterRef("pk")).exclude(close_code=CloseCode.ABOUT_AUTHOR)
    reviews = reviews.order_by("-opened_at", "-pk")
    rows = Comment.objects.filter(page__brand=brand).exclude(kind=Kind.MESSAGE).select_related("page")
    rows = rows.annotate(
        said_label=Coalesce(Subquery(latest.values("label")[:1]), Subquery(reviews.values("label")[:1])),
        said_severity=Subquery(latest.values("severity")[:1]),
        last_state=Subquery(reviews.values("state")[:1]),
        last_review=Subquery(reviews.values("pk")[:1]),
    )
    return rows.filter(_asked(wanted)).order_by("-seen_at", "-pk")


def _asked(wanted: Wanted) -> Q:
    asked = Q()
    if wanted.page_id is not None:
        asked &= Q(page_id=wanted.page_id)
    if wanted.kind:
        asked &= Q(kind=wanted.kind)
    if wanted.presence:
        asked &= Q(presence=wanted.presence)
    if wanted.label:
        asked &= Q(said_label=wanted.label)
    if wanted.standing == NEVER:
        asked &= Q(last_state=None)
    elif wanted.standing:
        asked &= Q(last_state__in=STANDINGS[wanted.standing])
    if wanted.words:
        asked &= _says(wanted.words)
    return asked


def _says(words: str) -> Q:
    """Whether the text or its author's name holds the words, as typed.

    SQLite knows no letter case beyond ASCII, and people type another apostrophe than phones do: the words are
    looked for in each of these spellings.
    """
    cases = {words, words.lower(), words.upper(), words.capitalize()}
    signs = (("'", "’"), ("’", "'"))
    asked = Q()
    for each in sorted(cases | {case.replace(*pair) for case in cases for pair in signs}):
        asked |= Q(text__icontains=each) | Q(author_name__icontains=each)
    return asked


def comment_row(brand: Brand, comment: Comment) -> CommentRow:
    """A comment read with `list_comments`, as a row."""
    label, severity = getattr(comment, "said_label", None), getattr(comment, "said_severity", None)
    state, review = getattr(comment, "last_state", None), getattr(comment, "last_review", None)
    return CommentRow(
        comment_id=comment.pk,
        url=reverse("moderation:comment", args=[brand.slug, comment.pk]),
        excerpt=excerpt(comment.text),
        author=comment.author_name or comment.author_handle,
        page=comment.page.name,
        page_icon=network_icon(comment.page.network),
        presence=comment.presence,
        presence_words=comment.get_presence_display(),
        mention=comment.kind == Kind.MENTION,
        label_name=label_name(label) if label else "",
        risk=risk(severity or 0),
        at=comment.published_at or comment.seen_at,
        edited=comment.revision > 1,
        by_page=comment.by_page,
        review_state=str(ReviewState(state).label) if state else "",
        review_url=reverse("moderation:review", args=[brand.slug, review]) if state in rules.OPEN else "",
    )


def comment_detail(comment: Comment) -> CommentDetail:
    """Everything known of a comment read with its page and thread; some ten queries whatever its past."""
    reviews = tuple(comment.reviews.select_related("claimed_by").order_by("-opened_at", "-pk"))
    decisions = Decision.objects.filter(review__comment=comment).select_related("by", "action", "evidence")
    settled = tuple(_settled(each) for each in decisions.order_by("-at", "-pk"))
    return CommentDetail(
        comment=comment,
        thread=thread_of(comment),
        author=author_history(comment),
        wordings=_wordings(comment),
        reviews=reviews,
        settled=settled,
        evidence=tuple(comment.evidence.order_by("-at", "-pk")),
        open_review=next((each for each in reviews if each.state in rules.OPEN), None),
        hidden_by=_hidden_by(comment, settled),
        block=author_block(comment),
    )


def _wordings(comment: Comment) -> tuple[Wording, ...]:
    said: dict[int, list[Assessment]] = {}
    for each in comment.assessments.order_by("-at", "-pk"):
        said.setdefault(each.revision, []).append(each)
    rows = comment.revisions.order_by("-number")[:WORDINGS]
    return tuple(Wording(row, tuple(said.get(row.number, ()))) for row in rows)


def _settled(decision: Decision) -> Settled:
    action: Action | None = getattr(decision, "action", None)
    return Settled(
        decision=decision,
        action=action,
        evidence=getattr(decision, "evidence", None),
        done=str(act_words.DONE[decision.act]),
        why=act_words.code_words(action.code) if action else "",
    )


def _hidden_by(comment: Comment, settled: tuple[Settled, ...]) -> Decision | None:
    """The decision that took a hidden comment out of sight, the latest first: what undoing answers."""
    if comment.presence != Presence.HIDDEN:
        return None
    hides = (s.decision for s in settled if s.decision.final and s.decision.act == Decided.HIDE)
    return next(hides, None)
