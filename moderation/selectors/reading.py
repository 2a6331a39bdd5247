"""How a comment reads in law: the words marked, the elements, the two clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from cm_suite.core import clock
from moderation import law
from moderation.enums import ActionState, Decided
from moderation.messages import law as words
from moderation.messages.marks import left_words, length_words
from moderation.models import Action, Assessment, Comment, Qualification, Review, Span
from moderation.risk.labels import Label, Target

RIVALS: Final = 4
"""How many readings are offered, the most probable first."""
_IN_AND_OUT_OF_SIGHT: Final = (Decided.HIDE, Decided.UNHIDE, Decided.APPROVE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the comment. `rules`: the ids of the rules that mark it, empty for words nothing marks."""

    text: str
    rules: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """What the rules see in it, in words; empty for words nothing marks."""
        return ", ".join(dict.fromkeys(map(words.source_words, self.rules)))

    @property
    def traced(self) -> str:
        """The same with the ids of the rules, for whoever looks closer."""
        seen: dict[str, list[str]] = {}
        for rule in self.rules:
            seen.setdefault(words.source_words(rule), []).append(rule)
        return " · ".join(f"{said} ({', '.join(rules)})" for said, rules in seen.items())


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element of a reading: found in the words, or to be checked by a person."""

    words: str
    found: bool


@dataclass(frozen=True, slots=True)
class LimitationRow:
    """The limitation clock in words. `last_day` is None when none is counted or it is not known.

    `later_day`: counted from the day it was shown again, None where it never was. `left`: days from today in
    Paris to the last prudent day, below 0 once past. `doubts`: what to ask a lawyer; `why`: why nothing is
    known.
    """

    status: str
    last_day: date | None = None
    left: int = 0
    why: str = ""
    doubts: tuple[str, ...] = ()
    confirmed: bool = True
    later_day: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of reading the comment: its legal name, what it means, what it rests on.

    `sure`: percent. `pieces`: the whole comment, in order; `marked`: the words the rules rest on. `hours`:
    our own target for removing it after we knew, None where nothing is to be removed.
    """

    number: int
    label: str
    name: str
    plain: str
    article: str
    sure: int
    elements: tuple[ElementRow, ...]
    pieces: tuple[Piece, ...]
    marked: tuple[Piece, ...]
    limitation: LimitationRow
    hours: int | None

    @property
    def grounds(self) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
        """The marked words by what the rules see in them, each in words, as they come."""
        seen: dict[str, list[Piece]] = {}
        for piece in self.marked:
            seen.setdefault(piece.why, []).append(piece)
        return tuple((why, tuple(found)) for why, found in seen.items())


@dataclass(frozen=True, slots=True)
class RemovalClock:
    """Our own target for deciding. `due_at` None: nothing presses."""

    known_at: datetime
    due_at: datetime | None
    left: str
    overdue: bool


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The text cut at the edges of the spans, which are in code points; what lies outside the text is left.

    Joined again the pieces are the text. Overlapping spans give pieces with several rules.
    """
    held = [(max(0, s.start), min(len(text), s.end), s.source) for s in spans]
    held = [(start, end, source) for start, end, source in held if start < end]
    edges = sorted({0, len(text), *(edge for start, end, _ in held for edge in (start, end))})
    cut = []
    for start, end in zip(edges, edges[1:], strict=False):
        rules = tuple(dict.fromkeys(source for a, b, source in held if a <= start and end <= b))
        cut.append(Piece(text[start:end], rules))
    return tuple(cut)


def marked(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The words that are marked, in order, once each, spans that overlap as one, with all their rules."""
    runs: list[tuple[int, int, list[str]]] = []
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if runs and span.start < runs[-1][1]:
            start, end, rules = runs[-1]
            runs[-1] = (start, max(end, span.end), [*rules, span.source])
        else:
            runs.append((span.start, span.end, [span.source]))
    found: dict[str, list[str]] = {}
    for start, end, rules in runs:
        found.setdefault(text[start:end].strip(), []).extend(rules)
    return tuple(Piece(said, tuple(dict.fromkeys(rules))) for said, rules in found.items() if said)


def readings(comment: Comment, assessment: Assessment | None, now: datetime) -> tuple[Reading, ...]:
    """The rival readings of the comment's present words; at most five queries, none without an assessment."""
    if assessment is None:
        return ()
    events = events_of(comment)
    rows = assessment.qualifications.prefetch_related("elements", "spans")[:RIVALS]
    against_brand = assessment.target == Target.COMPANY
    return tuple(_reading(n, row, comment, now, events, against_brand) for n, row in enumerate(rows))


def plain_reading(comment: Comment) -> tuple[Piece, ...]:
    """The words without any mark."""
    return (Piece(comment.text),)


def removal_clock(review: Review, now: datetime) -> RemovalClock:
    """How long the review still has."""
    left = review.due_at - now if review.due_at else None
    overdue = left is not None and left <= timedelta()
    return RemovalClock(review.known_at, review.due_at, left_words(left), overdue)


def limitation_of(
    label: str, comment: Comment, now: datetime, events: Sequence[law.Event], article: str = ""
) -> law.Limitation:
    """The victim's clock for a label under an article."""
    public = law.is_public(article)
    return law.limitation(
        Label(label), comment.published_at, now, events, seen=comment.seen_at, public=public
    )


def limitation_row(
    label: str, comment: Comment, now: datetime, events: Sequence[law.Event], article: str = ""
) -> LimitationRow:
    """`limitation_of` in words; a date the network does not give leaves it unknown."""
    found = limitation_of(label, comment, now, events, article)
    if found.status is law.Status.UNKNOWN:
        return LimitationRow(found.status, why=words.unknown_words(found.reason), confirmed=found.confirmed)
    if found.last_day is None:
        return LimitationRow(found.status)
    today = clock.now().astimezone(law.PARIS).date()
    doubts = tuple(filter(None, map(words.doubt_words, found.doubts)))
    left = (found.last_day - today).days
    return LimitationRow(found.status, found.last_day, left, "", doubts, found.confirmed, found.later_day)


def _reading(
    number: int,
    row: Qualification,
    comment: Comment,
    now: datetime,
    events: Sequence[law.Event],
    against_brand: bool,
) -> Reading:
    removal = law.removal(Label(row.label), against_brand=against_brand)
    return Reading(
        number=number,
        label=row.label,
        name=words.label_name(row.label),
        plain=words.label_plain(row.label),
        article=words.article_words(row.article),
        sure=round(row.confidence * 100),
        elements=tuple(ElementRow(words.element_words(e.code), e.found) for e in row.elements.all()),
        pieces=pieces(comment.text, row.spans.all()),
        marked=marked(comment.text, row.spans.all()),
        limitation=limitation_row(row.label, comment, now, events, row.article),
        hours=removal.hours if removal else None,
    )


def events_of(comment: Comment) -> tuple[law.Event, ...]:
    """What may bear on the victim's clock since the first day; one query, two for what was edited.

    Every edit is an event of its own: the law does not say what it changes.
    """
    revisions = comment.revisions.all() if comment.revision > 1 else ()
    edits = tuple(
        law.Event(law.EventKind.EDITED, each.edited_at or each.seen_at)
        for each in revisions
        if each.number > 1
    )
    return edits + _shown_again(comment)


def _shown_again(comment: Comment) -> tuple[law.Event, ...]:
    """Each time we put back in sight what had been taken out of it."""
    done = Action.objects.filter(
        decision__review__comment=comment, state=ActionState.DONE, decision__act__in=_IN_AND_OUT_OF_SIGHT
    )
    events: list[law.Event] = []
    hidden = False
    for act, at in done.order_by("done_at", "pk").values_list("decision__act", "done_at"):
        if act == Decided.UNHIDE or (hidden and act == Decided.APPROVE):
            events.append(law.Event(law.EventKind.REPUBLISHED, at))
        hidden = act == Decided.HIDE
    return tuple(events)


def age_words(at: datetime | None, now: datetime) -> str:
    """How long ago, in two units; empty when not known."""
    return length_words(now - at) if at else ""
