"""How long the report of a large run takes, on a database of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from django.db import router

from cm_suite.core import clock
from cm_suite.ops.bench.house import ALIAS, open_house
from pages.models import Brand
from reputation.enums import Cause, FetchState, RunState, Sentiment
from reputation.models import Audit, Document, Fetch, Mention, Public, Query, Run, RunSource, Source
from reputation.services.email import context_of
from reputation.services.report import report_of

HOSTS: Final = 50
QUERIES: Final = 40
PUBLICS: Final = 4
BATCH: Final = 200


def measure(pages: int) -> float:
    """Seconds for the report of a run of so many pages, each a mention, and for what its mail says."""
    with open_house("sqlite", {"LOG_LEVEL": "WARNING"}, ()) as house, _there():
        assert house is not None  # noqa: S101 -- SQLite is always there
        run = Run.objects.get(pk=_seed(pages).pk)
        began = time.perf_counter()
        context_of(run, report_of(run))
        return time.perf_counter() - began


class _Bench:
    """Everything in the benchmark's database."""

    def db_for_read(self, _model: Any, **_hints: Any) -> str:
        return ALIAS

    def db_for_write(self, _model: Any, **_hints: Any) -> str:
        return ALIAS

    def allow_relation(self, _one: Any, _other: Any, **_hints: Any) -> bool:
        return True


@contextmanager
def _there() -> Iterator[None]:
    """Production code asks its default database: let that be the benchmark's."""
    before = router.routers
    router.routers = [_Bench(), *before]
    try:
        yield
    finally:
        router.routers = before


def _seed(pages: int) -> Run:
    """A run that is done: each page a mention that answers a query, one in ten a copy of the one before."""
    now = clock.now()
    brand = Brand.objects.create(name="Bench", slug="bench")
    audit = Audit.objects.create(brand=brand, name="Bench", slug="bench", subject="Maison Lumen")
    run = Run.objects.create(
        audit=audit, number=1, cause=Cause.PERSON, state=RunState.DONE, asked_at=now, started_at=now,
        ended_at=now, subject="Maison Lumen",
    )  # fmt: skip
    source = Source.objects.create(audit=audit, kind="list", name="List")
    RunSource.objects.create(run=run, source=source, status="answered", listed=pages)
    queries = _queries(audit, run)
    documents = [_document(brand, place) for place in range(pages)]
    Document.objects.bulk_create(documents, batch_size=BATCH)
    Fetch.objects.bulk_create([_fetch(run, source, each) for each in documents], batch_size=BATCH)
    mentions = [_mention(run, source, each, place) for place, each in enumerate(documents)]
    Mention.objects.bulk_create(mentions, batch_size=BATCH)
    for place in range(1, pages, 10):
        mentions[place].same_as = mentions[place - 1]
    Mention.objects.bulk_update(mentions[1::10], ["same_as"], batch_size=BATCH)
    asked = Mention.queries.through
    answers = [
        asked(mention_id=each.pk, query_id=queries[place % QUERIES].pk) for place, each in enumerate(mentions)
    ]
    asked.objects.bulk_create(answers, batch_size=BATCH)
    return run


def _queries(audit: Audit, run: Run) -> list[Query]:
    publics = [
        Public.objects.create(audit=audit, kind="client", name=f"Public {place}", place=place)
        for place in range(PUBLICS)
    ]
    queries = [
        Query.objects.create(public=public, words=f"prix {number}", place=number)
        for public in publics
        for number in range(QUERIES // PUBLICS)
    ]
    run.queries.set(queries)
    return queries


def _document(brand: Brand, place: int) -> Document:
    host = f"site{place % HOSTS}.example"
    return Document(
        brand=brand, url=f"https://{host}/{place}", url_hash=f"{place:064}", host=host,
        title=f"Title {place}", text="Maison Lumen. " * 200, kind="press", read_at=clock.now(),
    )  # fmt: skip


def _fetch(run: Run, source: Source, document: Document) -> Fetch:
    return Fetch(
        run=run, source=source, url=document.url, url_hash=document.url_hash, host=document.host,
        state=FetchState.STORED, document=document,
    )  # fmt: skip


def _mention(run: Run, source: Source, document: Document, place: int) -> Mention:
    return Mention(
        run=run, document=document, source=source, title=document.title, excerpt="Maison Lumen",
        published_at=clock.now() - timedelta(hours=place), kind="press",
        sentiment=Sentiment.values[place % len(Sentiment.values)], positive=0.3, negative=0.3, neutral=0.4,
        model_version="bench",
    )  # fmt: skip
