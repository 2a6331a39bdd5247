"""The rows a report is made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from reputation.enums import Sentiment
from reputation.models import Fetch, Mention, Public, Run
from reputation.services.figures import MentionLine

_NO_DATE = datetime.min.replace(tzinfo=UTC)


class PageLine(NamedTuple):
    """One page of a run."""

    source_id: int
    host: str
    state: str
    code: str
    unchanged: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a run, whose it is, and the mentions (ids) that answer it."""

    public: Public
    words: str
    mentions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Found:
    """The mentions of a run in the order of its report, and what was asked."""

    lines: tuple[MentionLine, ...]
    asked: tuple[Asked, ...]


def pages(run: Run) -> list[PageLine]:
    """Every page of a run, in one query."""
    rows = Fetch.objects.filter(run=run).values_list("source_id", "host", "state", "code", "unchanged")
    return [PageLine(*row) for row in rows]


def mentions(run: Run) -> Found:
    """The mentions of a run with the queries they answer, in three queries."""
    rows = list(run.mentions.select_related("document", "source").defer("document__text"))
    answers: dict[int, set[int]] = {}
    for mention_id, query_id in Mention.queries.through.objects.filter(mention__run=run).values_list(
        "mention_id", "query_id"
    ):
        answers.setdefault(query_id, set()).add(mention_id)
    queries = run.queries.select_related("public").order_by("public__place", "public_id", "place", "pk")
    asked = tuple(Asked(query.public, query.words, frozenset(answers.get(query.pk, ()))) for query in queries)
    return Found(_ordered(rows, asked), asked)


def _ordered(rows: list[Mention], asked: tuple[Asked, ...]) -> tuple[MentionLine, ...]:
    """Originals, the negative first, then the newest; each with its copies behind it."""
    copies = Counter(row.same_as_id for row in rows if row.same_as_id)
    dated = sorted(rows, key=lambda row: (row.published_at or _NO_DATE, row.pk), reverse=True)
    behind: dict[int, list[Mention]] = {}
    for row in dated:
        if row.same_as_id is not None:
            behind.setdefault(row.same_as_id, []).append(row)
    first = [row for row in dated if row.same_as_id is None]
    first.sort(key=lambda row: row.sentiment != Sentiment.NEGATIVE)
    publics = _publics(asked)
    return tuple(
        _line(row, copies[row.pk], publics.get(row.pk, ()))
        for original in first
        for row in (original, *behind.get(original.pk, ()))
    )


def _publics(asked: tuple[Asked, ...]) -> dict[int, tuple[str, ...]]:
    """The names of the publics that each mention answers, in the audit's order."""
    found: dict[int, dict[str, None]] = {}
    for each in asked:
        for mention_id in each.mentions:
            found.setdefault(mention_id, {})[each.public.name] = None
    return {mention_id: tuple(names) for mention_id, names in found.items()}


def _line(row: Mention, copies: int, publics: tuple[str, ...]) -> MentionLine:
    return MentionLine(
        id=row.pk,
        document_id=row.document_id,
        source_id=row.source_id,
        source=row.source.name,
        title=row.title,
        url=row.document.url,
        host=row.document.host,
        excerpt=row.excerpt,
        published_at=row.published_at,
        kind=row.kind,
        sentiment=row.sentiment,
        positive=row.positive,
        negative=row.negative,
        neutral=row.neutral,
        publics=publics,
        same_as=row.same_as_id,
        copies=copies,
    )
