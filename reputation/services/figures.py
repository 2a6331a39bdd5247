"""What a report is made of: codes and figures, no words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reputation.rules import Sentence


@dataclass(frozen=True, slots=True)
class Counts:
    """Mentions by sentiment."""

    positive: int = 0
    negative: int = 0
    neutral: int = 0
    uncertain: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.positive + self.negative + self.neutral + self.uncertain

    @classmethod
    def of(cls, sentiments: Iterable[str]) -> Counts:
        """Count sentiments (values of `Sentiment`)."""
        return cls(**Counter(sentiments))


@dataclass(frozen=True, slots=True)
class QueryRow:
    """One query: how many originals answer it."""

    words: str
    originals: int


@dataclass(frozen=True, slots=True)
class PublicRow:
    """What one public finds. `public_id` None: the brand is named, but nothing any public asks about."""

    public_id: int | None
    kind: str  # PublicKind, "" without public
    name: str  # "" without public
    originals: Counts
    copies: Counts
    queries: tuple[QueryRow, ...]


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How many pages failed for one reason (a code of core.fetch, `worker_lost`, `unreadable`)."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How one source answered. `status`: SourceStatus; `reason`: a code, "" when there is nothing to say.

    `listed`: addresses it named · `read`, `failed`: pages of the run that came from it · `unchanged`: of
    those read, not changed since the last time · `empty`: of those read, without a word.
    """

    source_id: int
    name: str
    kind: str
    status: str
    reason: str
    listed: int
    read: int
    unchanged: int
    empty: int
    failed: int
    waiting: int
    mentions: int
    faults: tuple[FaultCount, ...]


@dataclass(frozen=True, slots=True)
class MentionLine:
    """One page that names the brand. `same_as`: the mention it repeats; `copies`: how many repeat it."""

    id: int
    document_id: int
    source_id: int
    source: str
    title: str
    url: str
    host: str
    excerpt: str
    published_at: datetime | None
    kind: str
    sentiment: str
    positive: float
    negative: float
    neutral: float
    publics: tuple[str, ...]
    same_as: int | None
    copies: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The run in figures. `originals` and `copies` are mentions; `sentiments` counts originals only."""

    asked: int
    read: int
    unchanged: int
    failed: int
    waiting: int
    hosts: int  # sites that were read
    naming_hosts: int  # sites that name the brand
    originals: int
    copies: int
    sentiments: Counts
    sources: int
    silent: int  # sources without an answer


@dataclass(frozen=True, slots=True)
class Before:
    """The finished run before this one, in the same figures (originals)."""

    run_id: int
    number: int
    at: datetime
    originals: int
    copies: int
    sentiments: Counts
    read: int


@dataclass(frozen=True, slots=True)
class Report:
    """What one run says. `sentences` are three: how much and where, who sees it worst, what is unsure.

    `mentions`: originals first, the negative ones first, then the newest; each followed by its copies.
    `publics` in the audit's order, the row without public last and only if it has something.
    """

    run_id: int
    number: int
    state: str
    subject: tuple[str, ...]
    started_at: datetime | None
    ended_at: datetime | None
    sentences: tuple[Sentence, Sentence, Sentence]
    totals: Totals
    publics: tuple[PublicRow, ...]
    sources: tuple[SourceHealth, ...]
    mentions: tuple[MentionLine, ...]
    before: Before | None
