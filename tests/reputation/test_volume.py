"""Five hundred pages: listed, claimed, weighed and reported within a time and a number of queries."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.notices.models import Mail
from reputation import jobs
from reputation.enums import FetchState, RunState
from reputation.models import Document, Fetch, Mention, Run
from reputation.services import collect, listing, score, steps
from reputation.services.drafts import PublicDraft
from reputation.services.progress import progress_of
from reputation.services.report import report_of
from reputation.sources.addresses import url_hash
from tests.people import Cast
from tests.reputation.makers import NOVEMBER, begin, listed, make

MANY: Final = 500
HOSTS: Final = 50
WORDS: Final = [f"mot{place}" for place in range(2000)]

pytestmark = pytest.mark.slow


def asked(act: Callable[[], object]) -> tuple[float, int]:
    """How many seconds of this process something takes, and how many queries."""
    began = time.process_time()
    with CaptureQueriesContext(connection) as queries:
        act()
    return time.process_time() - began, len(queries)


def text(place: int) -> str:
    """About 600 words that name the brand; one in ten repeats the one before."""
    words = random.Random(place - place % 10 if place % 10 == 1 else place).choices(WORDS, k=600)
    return f"Maison Lumen vend une lampe au prix de {place // 10} euros.\n{' '.join(words)}"


def stored(run: Run) -> None:
    """Every page of a run as it would have been read."""
    pages = list(Fetch.objects.filter(run=run).order_by("pk"))
    Document.objects.bulk_create(
        [
            Document(
                brand=run.audit.brand,
                url=page.url,
                url_hash=url_hash(page.url),
                host=page.host,
                title=f"Titre {place}",
                text=text(place),
                kind="press",
                read_at=NOVEMBER,
            )
            for place, page in enumerate(pages)
        ],
        batch_size=200,
    )
    documents = dict(Document.objects.values_list("url_hash", "pk"))
    for page in pages:
        page.state, page.document_id = FetchState.STORED, documents[page.url_hash]
    Fetch.objects.bulk_update(pages, ["state", "document"], batch_size=200)


def test_five_hundred_pages(cast: Cast) -> None:
    urls = [f"https://site{place % HOSTS}.example/{place}" for place in range(MANY)]
    publics = [
        PublicDraft("client", f"Public {n}", tuple(f"mot{n}{q} prix" for q in range(10))) for n in range(4)
    ]
    audit = make(cast.brand, cast.alice, listed(*urls), publics=tuple(publics), recipients=(cast.alice.pk,))
    run = begin(audit, cast.bob)
    taken = steps.take(run.pk, (RunState.PLANNED,), RunState.LISTING)
    assert taken is not None
    figures = {"list": asked(lambda: listing.list_pages(taken, None, time.monotonic() + 60))}  # type: ignore[arg-type]
    assert Fetch.objects.filter(run=run).count() == MANY
    figures["claim"] = asked(partial(collect.take, taken, 8, ()))
    stored(taken)
    taken = steps.take(run.pk, (RunState.COLLECTING,), RunState.SCORING, where=collect.ALL_READ)
    assert taken is not None
    figures["score"] = asked(lambda: score.score_run(taken))
    run.refresh_from_db()
    assert (run.state, Mention.objects.count()) == (RunState.DONE, MANY)
    figures["report"] = asked(lambda: report_of(run))
    figures["progress"] = asked(lambda: progress_of(run))
    figures["mail"] = asked(jobs.send_audit_emails)
    report = report_of(run)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print({name: (round(seconds, 2), count) for name, (seconds, count) in figures.items()}, memory, "MB")  # noqa: T201
    assert (report.totals.originals, report.totals.copies) == (MANY - MANY // 10, MANY // 10)
    assert Mail.objects.count() == 1
    most = {"list": 12.0, "claim": 1.0, "score": 45.0, "report": 3.0, "progress": 0.5, "mail": 6.0}
    assert [name for name, (seconds, _count) in figures.items() if seconds > most[name]] == []
    assert {name: figures[name][1] for name in ("report", "progress")} == {"report": 6, "progress": 3}
    assert figures["score"][1] < 600
    assert figures["list"][1] < 60
    assert figures["claim"][1] < 16
