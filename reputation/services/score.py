"""The last step of a run: who names the brand, who asks for that, who repeats whom, kindly or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from reputation.scoring.words import words_of
from reputation.services import settle, steps, tell

BATCH: Final = 20
TEXT_MOST: Final = 250_000  # characters of a page that are read for its names and its words
COMPARED_MOST: Final = 10_000  # characters by which pages are compared with one another
PASSAGE_MOST: Final = 20_000  # characters that are weighed
LEAD: Final = (
    400  # characters: a page whose title or beginning names the brand is about it, and weighed whole
)
KIND_OF_TEXT: Final = {PageKind.SHOP: "review", PageKind.FORUM: "social"}  # the others are press
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Weighed:
    """A document that names the brand, and what was found about it; of its text what comparing needs."""

    document: Document
    source_id: int
    excerpt: str
    opinion: Opinion
    compared: str
    queries: list[Query] = field(default_factory=list)
    original: int | None = None  # the document it repeats


class Asked:
    """The queries of a run, read once, so that a text is read once for all of them."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._queries = [(query, _needed(query.words)) for query in queries]

    def answered(self, text: str) -> list[Query]:
        """The queries that a text answers, as `subject.matches` says."""
        stems = {subject.stem(word.text) for word in words_of(text)}
        return [query for query, needed in self._queries if needed and needed <= stems]


def _needed(words: str) -> frozenset[str]:
    """The stems without which no text answers a query; its little words are not among them."""
    by_stem: dict[str, set[str]] = {}
    for word in words_of(words):
        by_stem.setdefault(subject.stem(word.text), set()).add(word.text)
    return frozenset(stem for stem in by_stem if not subject.matches(words, _without(stem, by_stem)))


def _without(stem: str, by_stem: Mapping[str, set[str]]) -> str:
    return " ".join(word for other, theirs in by_stem.items() if other != stem for word in theirs)


def score_run(run: Run) -> None:
    """Weigh what a leased run has read, write its mentions and end it, all or nothing.

    Raises LeaseLostError when the run was taken over or cancelled meanwhile.
    """
    names = run.subject.splitlines()
    asked = Asked(run.queries.order_by("public__place", "place", "pk"))
    weighed = {each.document.pk: each for each in _weigh(run, names, asked)}
    _join(run, weighed)
    steps.hold(run)
    with transaction.atomic():
        _write(run, list(weighed.values()))
        settle.sources(run)
        steps.advance(run, RunState.DONE, ended_at=clock.now())
        steps.note(run, "audit.run_done")
        tell.done(run)


def _weigh(run: Run, names: list[str], asked: Asked) -> Iterator[Weighed]:
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


def _look(document: Document, source_id: int, names: list[str], asked: Asked) -> Weighed | None:
    """What a document says of the brand; None when it does not name it."""
    text = _words_of(document)
    found = subject.names_brand(text, names)
    if not found:
        return None
    body = next((each for each in found if each.start > len(document.title)), found[0])
    kind = KIND_OF_TEXT.get(PageKind(document.kind), "press")
    about = document.kind in KIND_OF_TEXT or found[0].start < len(document.title) + LEAD
    passages = _passages(about, text, found)
    compared = (document.text or document.title)[:COMPARED_MOST]
    document.text = ""  # read: the words of thousands of pages are not kept at once
    return Weighed(
        document,
        source_id,
        clip(subject.excerpt(text, body.start, body.end), 600),
        sentiment.score(passages, kind),
        compared,
        asked.answered(text),
    )


def _words_of(document: Document) -> str:
    """Title, article and comments, a paragraph each."""
    words = "\n".join([document.title, document.text, *(each.text for each in document.comments.all())])
    return words[:TEXT_MOST]


def _passages(whole: bool, text: str, found: tuple[subject.Found, ...]) -> str:
    """What is weighed: a `whole` page, or the paragraphs that name the brand."""
    if whole:
        return text[:PASSAGE_MOST]
    kept: list[str] = []
    end = -1
    for each in found:
        if each.start <= end:
            continue  # in the paragraph that was kept last
        start = text.rfind("\n", 0, each.start) + 1
        end = text.find("\n", each.start)
        end = len(text) if end < 0 else end
        kept.append(text[start:end])
    return "\n".join(kept)[:PASSAGE_MOST]


def _join(run: Run, weighed: dict[int, Weighed]) -> None:
    """Of pages that repeat one another, the earliest is the original; those without a date come last.

    Raises LeaseLostError.
    """
    compared = {pk: each.compared for pk, each in weighed.items()}
    for group in near.group(compared, lambda: steps.hold(run)):
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
