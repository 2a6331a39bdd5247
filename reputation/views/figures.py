"""A report's figures as the page draws them: bars, rows of the table, differences, groups of faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from pages.messages import Reason
from reputation import messages as words
from reputation.enums import Sentiment, SourceStatus
from reputation.models import Fetch
from reputation.selectors.evidence import NO_PUBLIC
from reputation.services.report import Before, Counts, PublicRow, QueryRow, Report, SourceHealth, Totals

# From left to right in a bar, and from left to right in the table.
ORDER: Final = (Sentiment.NEGATIVE, Sentiment.UNCERTAIN, Sentiment.NEUTRAL, Sentiment.POSITIVE)
THINNEST: Final = 0.8
WIDE_ENOUGH: Final = 4.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a bar, in per cent of the chart's width. `middle` is where its number stands."""

    sentiment: str
    label: str
    count: int
    x: str
    width: str
    middle: str
    told: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One public in the chart and in its table; `key` asks for its mentions."""

    key: str
    name: str
    total: int
    copies: int
    segments: tuple[Segment, ...]
    cells: tuple[tuple[str, int], ...]
    queries: tuple[QueryRow, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How many more or fewer, with its sign; `tone` where more is worse, or better."""

    said: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One figure now and in the run before. `asks`: the evidence's question, None where there is no list."""

    label: str
    now: int
    then: int
    change: Change
    asks: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure by itself. `asks`: the evidence's question, None where there is no list."""

    label: str
    value: int
    asks: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """How a source answered, in words. `tone` and `icon` mark it."""

    source: SourceHealth
    label: str
    reason: Reason
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """Pages that failed for one reason."""

    code: str
    count: int
    reason: Reason
    pages: tuple[Fetch, ...]

    @property
    def more(self) -> bool:
        """Whether some of them are not among `pages`."""
        return self.count > len(self.pages)


def bars(publics: Iterable[PublicRow]) -> list[Bar]:
    """A bar a public, all on one scale: the longest is as wide as the chart."""
    rows = list(publics)
    most = max((row.originals.total for row in rows), default=0)
    return [_bar(row, most) for row in rows]


def _bar(row: PublicRow, most: int) -> Bar:
    cells = tuple((sentiment.value, _count(row.originals, sentiment)) for sentiment in ORDER)
    return Bar(
        key=NO_PUBLIC if row.public_id is None else str(row.public_id),
        name=row.name or _("Nothing that any public asks"),
        total=row.originals.total,
        copies=row.copies.total,
        segments=tuple(_segments(cells, most)),
        cells=cells,
        queries=row.queries,
    )


def _segments(cells: Iterable[tuple[str, int]], most: int) -> Iterable[Segment]:
    """Each piece after the one before it; none is too thin to be seen."""
    shown = [(sentiment, count) for sentiment, count in cells if count]
    wide = [max(count * 100 / most, THINNEST) for _sentiment, count in shown]
    scale = min(1.0, 100 / sum(wide)) if wide else 1.0
    x = 0.0
    for (sentiment, count), raw in zip(shown, wide, strict=True):
        width = raw * scale
        yield Segment(
            sentiment=sentiment,
            label=str(Sentiment(sentiment).label),
            count=count,
            x=f"{x:.2f}%",
            width=f"{width:.2f}%",
            middle=f"{x + width / 2:.2f}%",
            told=width >= WIDE_ENOUGH,
        )
        x += width


def steps(totals: Totals, before: Before | None) -> list[Step]:
    """What changed since the run before: pages, then each opinion; nothing without one."""
    if before is None:
        return []
    rows = [
        _step(_("Pages read"), totals.read, before.read, None),
        _step(_("Pages that speak of the brand"), totals.originals, before.originals, ""),
        _step(_("Copies of them"), totals.copies, before.copies, "?which=copies"),
    ]
    now, then = totals.sentiments, before.sentiments
    for each in ORDER:
        step = _step(str(each.label), _count(now, each), _count(then, each), f"?sentiment={each}", each)
        rows.append(step)
    return rows


def figures(totals: Totals) -> list[Figure]:
    """What a report that has none before it counts."""
    return [
        Figure(_("pages read"), totals.read, None),
        Figure(_("speak of the brand"), totals.originals, ""),
        Figure(_("copies of them"), totals.copies, "?which=copies"),
    ]


def _step(label: str, now: int, then: int, asks: str | None, sentiment: str = "") -> Step:
    return Step(label, now, then, change_of(now - then, sentiment), asks)


def change_of(difference: int, sentiment: str = "") -> Change:
    """A difference with its sign; more negatives are worse, more positives better."""
    said = f"+{difference}" if difference > 0 else f"−{-difference}" if difference else "="
    worse = {Sentiment.NEGATIVE.value: difference > 0, Sentiment.POSITIVE.value: difference < 0}
    if not difference or sentiment not in worse:
        return Change(said)
    return Change(said, "risk" if worse[sentiment] else "ok")


def health(sources: Iterable[SourceHealth]) -> list[Health]:
    """Every source, in words."""
    return [
        Health(
            each,
            str(SourceStatus(each.status).label),
            words.source(each.status, each.reason),
            *words.source_mark(each.status),
        )
        for each in sources
    ]


def fault_groups(report: Report, samples: Mapping[str, list[Fetch]]) -> list[FaultGroup]:
    """Why pages could not be read, the most frequent reason first, each with a few of its pages."""
    counted = Counter[str]()
    for source in report.sources:
        counted.update({fault.code: fault.count for fault in source.faults})
    return [
        FaultGroup(code, count, words.fault(code), tuple(samples.get(code, ())))
        for code, count in counted.most_common()
    ]


def _count(counts: Counts, sentiment: str) -> int:
    count: int = getattr(counts, sentiment)
    return count
