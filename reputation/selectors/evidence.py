"""What stands behind the figures of a report: mentions by what they say, and pages that were not read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from reputation.enums import FetchState, Sentiment
from reputation.models import DocumentComment, Fetch, Mention, Query, Run

NO_PUBLIC = "none"
ORIGINALS, COPIES, ALL = "originals", "copies", "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mentions: `public` is an id, or "none" for those about nothing that any public asks.

    `copy_of`: the id of the one that they repeat; `which` is then not looked at.
    """

    public: str = ""
    sentiment: str = ""
    source: int | None = None
    words: str = ""
    which: str = ORIGINALS
    copy_of: int | None = None


def mentions(run: Run, wanted: Wanted) -> QuerySet[Mention]:
    """The mentions of a run that are wanted, the newest first, those without a date last.

    Each with its source and `repeats`, how many repeat it.
    """
    found = Mention.objects.filter(run=run)
    if wanted.copy_of is not None:
        found = found.filter(same_as_id=wanted.copy_of)
    elif wanted.which == ORIGINALS:
        found = found.filter(same_as=None)
    elif wanted.which == COPIES:
        found = found.exclude(same_as=None)
    if wanted.sentiment in Sentiment.values:
        found = found.filter(sentiment=wanted.sentiment)
    if wanted.source is not None:
        found = found.filter(source_id=wanted.source)
    asked = Query.objects.filter(public__audit=run.audit_id)
    if wanted.public == NO_PUBLIC:
        found = found.filter(queries=None)
    elif wanted.public:
        asked = asked.filter(public_id=int(wanted.public))
    if wanted.words:
        asked = asked.filter(words=wanted.words)
    if wanted.words or wanted.public not in {"", NO_PUBLIC}:
        through = Mention.queries.through.objects.filter(query__in=asked)
        found = found.filter(pk__in=through.values("mention_id"))
    return with_words(found).order_by(F("published_at").desc(nulls_last=True), "pk")


def with_words(found: QuerySet[Mention]) -> QuerySet[Mention]:
    """Mentions with all that a row of them shows: three queries whatever their number."""
    copies = Mention.objects.filter(same_as=OuterRef("pk")).order_by().values("same_as")
    return (
        found.select_related("document", "source")
        .defer("document__text")
        .annotate(repeats=Coalesce(Subquery(copies.annotate(count=Count("pk")).values("count")), 0))
        .prefetch_related(Prefetch("queries", Query.objects.select_related("public")))
    )


def copies_of(mention: Mention) -> QuerySet[Mention]:
    """The pages that repeat this one, the first to appear first, those without a date last."""
    rows = Mention.objects.filter(same_as=mention).select_related("document")
    return rows.order_by(F("published_at").asc(nulls_last=True), "pk")


def comments_under(mention: Mention) -> QuerySet[DocumentComment]:
    """What visitors wrote under the page, in its order."""
    return DocumentComment.objects.filter(document=mention.document_id)


def unread(run: Run, *, code: str = "", source: int | None = None) -> QuerySet[Fetch]:
    """The pages of a run that could not be read, by reason then address."""
    found = Fetch.objects.filter(run=run, state=FetchState.FAILED).select_related("source")
    if code:
        found = found.filter(code=code)
    if source is not None:
        found = found.filter(source_id=source)
    return found.order_by("code", "host", "url", "pk")


def fault_codes(run: Run) -> list[str]:
    """Why pages of the run were not read: each code once, by name."""
    rows = Fetch.objects.filter(run=run, state=FetchState.FAILED).order_by("code")
    return list(rows.values_list("code", flat=True).distinct())


def unread_samples(run: Run, most: int) -> dict[str, list[Fetch]]:
    """At most so many of the pages that were not read, for each reason."""
    place = Window(RowNumber(), partition_by=F("code"), order_by=("host", "url", "pk"))
    found: dict[str, list[Fetch]] = {}
    for fetch in unread(run).annotate(place=place).filter(place__lte=most):
        found.setdefault(fetch.code, []).append(fetch)
    return found
