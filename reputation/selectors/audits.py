"""The audits of a brand: what is due, how each stands, what each asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from cm_suite.core import clock
from pages.models import Brand, Person
from reputation.enums import RunState, Sentiment
from reputation.models import Audit, Mention, Public, Query, Run, Source


@dataclass(frozen=True, slots=True)
class AuditDue:
    """An audit whose next run comes soon. `state` is that of its last run, None before the first."""

    audit: Audit
    next_run_at: datetime
    last_run: Run | None
    state: str | None


@dataclass(frozen=True, slots=True)
class Shares:
    """Original mentions of one run by sentiment."""

    positive: int = 0
    negative: int = 0
    neutral: int = 0
    uncertain: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.positive + self.negative + self.neutral + self.uncertain

    def percent(self, sentiment: str) -> int:
        """The share of one sentiment, in whole per cent; 0 when there is nothing."""
        count: int = getattr(self, sentiment)
        return round(count * 100 / self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class AuditRow:
    """How one audit stands. `last`: its latest run · `done`, `before`: its two latest finished ones."""

    audit: Audit
    last: Run | None = None
    done: Run | None = None
    shares: Shares = Shares()
    before: Shares | None = None

    @property
    def change(self) -> int | None:
        """Original mentions more (or fewer, below zero) than in the run before; None without one."""
        return None if self.before is None else self.shares.total - self.before.total

    @property
    def drift(self) -> int | None:
        """Points of negative share more (or fewer, below zero) than in the run before; None without one."""
        if self.before is None:
            return None
        return self.shares.percent(Sentiment.NEGATIVE) - self.before.percent(Sentiment.NEGATIVE)


def due(brand: Brand, days: int) -> list[AuditDue]:
    """Audits that run within so many days from now, or should have run already, the soonest first."""
    until = clock.now() + timedelta(days=days)
    found = _with_last(
        Audit.objects.filter(brand=brand, archived_at=None, next_run_at__lte=until).order_by(
            "next_run_at", "pk"
        )
    )
    return [AuditDue(audit, at, last, last.state if last else None) for audit, last, at in _dated(found)]


def listed(brand: Brand, *, archived: bool = False) -> list[AuditRow]:
    """The brand's audits by name, each with its last runs and figures: four queries whatever their number."""
    audits = Audit.objects.filter(brand=brand, archived_at__isnull=not archived).order_by("name", "pk")
    found = _with_last(audits)
    done = _last_two_done([audit.pk for audit, _last in found])
    shares = shares_of(run.pk for runs in done.values() for run in runs)
    return [_row(audit, last, done.get(audit.pk, []), shares) for audit, last in found]


def shares_of(run_ids: Iterable[int]) -> dict[int, Shares]:
    """Original mentions by sentiment, for each of these runs that has some."""
    counted = (
        Mention.objects.filter(run_id__in=list(run_ids), same_as=None)
        .order_by()
        .values_list("run_id", "sentiment")
        .annotate(count=Count("pk"))
    )
    found: dict[int, dict[str, int]] = {}
    for run_id, sentiment, count in counted:
        found.setdefault(run_id, {})[sentiment] = count
    return {run_id: Shares(**counts) for run_id, counts in found.items()}


def publics_of(audit: Audit) -> list[tuple[Public, list[Query]]]:
    """The publics that the audit asks for, each with its queries, in their order."""
    publics = list(Public.objects.filter(audit=audit, dropped_at=None))
    asked: dict[int, list[Query]] = {}
    for query in Query.objects.filter(public__in=publics, dropped_at=None):
        asked.setdefault(query.public_id, []).append(query)
    return [(public, asked.get(public.pk, [])) for public in publics]


def sources_of(audit: Audit) -> QuerySet[Source]:
    """Where the audit looks, each with `listed`, the addresses that it holds."""
    sources = Source.objects.filter(audit=audit, dropped_at=None).annotate(listed=Count("addresses"))
    return sources.order_by("place", "pk")  # grouping drops the model's own order


def recipients_of(audit: Audit) -> QuerySet[Person]:
    """Who gets the audit's report and can still sign in, by name."""
    return Person.objects.filter(
        is_active=True, memberships__brand=audit.brand_id, pk__in=audit.recipients.values("person_id")
    ).order_by("name", "pk")


def _with_last(audits: QuerySet[Audit]) -> list[tuple[Audit, Run | None]]:
    latest = Run.objects.filter(audit=OuterRef("pk")).order_by("-number").values("pk")[:1]
    found = list(audits.annotate(last_id=Subquery(latest)))
    runs = Run.objects.in_bulk([audit.last_id for audit in found if audit.last_id])
    return [(audit, runs.get(audit.last_id)) for audit in found]


def _dated(found: Iterable[tuple[Audit, Run | None]]) -> Iterable[tuple[Audit, Run | None, datetime]]:
    return ((audit, last, audit.next_run_at) for audit, last in found if audit.next_run_at is not None)


def _last_two_done(audit_ids: list[int]) -> dict[int, list[Run]]:
    """The two latest finished runs of each audit, the latest first."""
    place = Window(RowNumber(), partition_by=F("audit_id"), order_by=F("number").desc())
    runs = Run.objects.filter(audit_id__in=audit_ids, state=RunState.DONE)
    found: dict[int, list[Run]] = {}
    for run in runs.annotate(place=place).filter(place__lte=2).order_by("audit_id", "-number"):
        found.setdefault(run.audit_id, []).append(run)
    return found


def _row(audit: Audit, last: Run | None, done: list[Run], shares: Mapping[int, Shares]) -> AuditRow:
    if not done:
        return AuditRow(audit, last)
    before = shares.get(done[1].pk, Shares()) if len(done) > 1 else None
    return AuditRow(audit, last, done[0], shares.get(done[0].pk, Shares()), before)
