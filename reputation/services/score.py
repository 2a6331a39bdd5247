"""The last step of a run: who names the brand, who asks for that, who repeats whom, kindly or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from cm_suite.core import clock
from cm_suite.core.text import clip
from reputation.enums import FetchState, PageKind, RunState
from reputation.models import Document, Fetch, Mention, Query, Run
from reputation.scoring import near, sentiment, subject
from reputation.scoring.sentiment import Opinion
from reputation.services import settle, steps, tell

BATCH: Final = 50
PASSAGE_MOST: Final = 20_000  # characters that are weighed
KIND_OF_TEXT: Final = {PageKind.SHOP: "review", PageKind.FORUM: "social"}  # the others are press
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Weighed:
    """A document that names the brand, and what was found about it."""

    document: Document
    source_id: int
    excerpt: str
    opinion: Opinion
    queries: list[Query] = field(default_factory=list)
    original: int | None = None  # the document it repeats


def score_run(run: Run) -> None:
    """Weigh what a leased run has read, write its mentions and end it, all or nothing.

    Raises LeaseLostError when the run was taken over or cancelled meanwhile.
    """
    names = run.subject.splitlines()
    asked = list(run.queries.order_by("public__place", "place", "pk"))
    weighed = {each.document.pk: each for each in _weigh(run, names, asked)}
    _join(weighed)
    steps.hold(run)
    with transaction.atomic():
        _write(run, list(weighed.values()))
        settle.sources(run)
        steps.advance(run, RunState.DONE, ended_at=clock.now())
        steps.note(run, "audit.run_done")
        tell.done(run)


def _weigh(run: Run, names: list[str], asked: list[Query]) -> Iterator[Weighed]:
    read = Fetch.objects.filter(run=run, state=FetchState.STORED, document__isnull=False)
    pairs = list(read.order_by("pk").values_list("document_id", "source_id"))
    for start in range(0, len(pairs), BATCH):
        steps.hold(run)
        batch = pairs[start : start + BATCH]
        known = Document.objects.prefetch_related("comments").in_bulk([pk for pk, _source in batch])
        for pk, source_id in batch:
            found = _look(known[pk], source_id, names, asked) if pk in known else None
            if found:
                yield found


def _look(document: Document, source_id: int, names: list[str], asked: list[Query]) -> Weighed | None:
    """What a document says of the brand; None when it does not name it."""
    text = _words_of(document)
    found = subject.names_brand(text, names)
    if not found:
        return None
    body = next((each for each in found if each.start > len(document.title)), found[0])
    return Weighed(
        document,
        source_id,
        clip(subject.excerpt(text, body.start, body.end), 600),
        sentiment.score(_passages(document, text, found), KIND_OF_TEXT.get(PageKind(document.kind), "press")),
        [query for query in asked if subject.matches(query.words, text)],
    )


def _words_of(document: Document) -> str:
    """Title, article and comments, a paragraph each."""
    return "\n".join([document.title, document.text, *(each.text for each in document.comments.all())])


def _passages(document: Document, text: str, found: tuple[subject.Found, ...]) -> str:
    """What is weighed: all of a page of reviews or a forum, of others the paragraphs that name the brand."""
    if document.kind in KIND_OF_TEXT:
        return text[:PASSAGE_MOST]
    kept: list[str] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if any(start <= each.start <= end for each in found):
            kept.append(line)
        start = end + 1
    return "\n".join(kept)[:PASSAGE_MOST]


def _join(weighed: dict[int, Weighed]) -> None:
    """Of pages that repeat one another, the earliest is the original; those without a date come last."""
    texts = {pk: each.document.text or each.document.title for pk, each in weighed.items()}
    for group in near.group(texts):
        first = min(group, key=lambda pk: (weighed[pk].document.published_at or _NEVER, pk))
        for pk in group - {first}:
            weighed[pk].original = first


def _write(run: Run, weighed: list[Weighed]) -> None:
    """The mentions of the run, in place of those that a worker cut off may have left."""
    run.mentions.all().delete()
    rows = {each.document.pk: _mention(run, each) for each in weighed}
    first = [rows[each.document.pk] for each in weighed if each.original is None]
    Mention.objects.bulk_create(first, batch_size=200)
    copies = [each for each in weighed if each.original is not None]
    for each in copies:
        rows[each.document.pk].same_as = rows[each.original or 0]
    Mention.objects.bulk_create([rows[each.document.pk] for each in copies], batch_size=200)
    answers = Mention.queries.through
    answers.objects.bulk_create(
        [
            answers(mention_id=rows[each.document.pk].pk, query_id=query.pk)
            for each in weighed
            for query in each.queries
        ],
        batch_size=500,
    )


def _mention(run: Run, weighed: Weighed) -> Mention:
    document, opinion = weighed.document, weighed.opinion
    return Mention(
        run=run,
        document=document,
        source_id=weighed.source_id,
        title=document.title,
        excerpt=weighed.excerpt,
        published_at=document.published_at,
        kind=document.kind,
        sentiment=opinion.label,
        positive=opinion.positive,
        negative=opinion.negative,
        neutral=opinion.neutral,
        model_version=opinion.model_version,
    )
