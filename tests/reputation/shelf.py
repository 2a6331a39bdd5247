"""Runs as they stand once they have read: rows without a web, for the pages that show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reputation.enums import Cause, RunState, SourceStatus
from reputation.models import (
    Audit,
    Document,
    DocumentComment,
    Fetch,
    Mention,
    Query,
    Run,
    RunSource,
    Source,
)
from reputation.sources.addresses import url_hash

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEIGHTS: Final = {
    "positive": (0.8, 0.1, 0.1),
    "negative": (0.1, 0.75, 0.15),
    "neutral": (0.2, 0.2, 0.6),
    "uncertain": (0.4, 0.4, 0.2),
}


def run_of(audit: Audit, state: str = RunState.DONE, **given: Any) -> Run:
    """One more run of the audit, an hour after the one before."""
    number = audit.runs.count() + 1
    at = NOON - timedelta(days=10) + number * timedelta(hours=1)
    ended = state in {RunState.DONE, RunState.FAILED, RunState.CANCELLED}
    values = {
        "number": number,
        "cause": Cause.PERSON,
        "state": state,
        "asked_at": at,
        "started_at": at,
        "ended_at": at + timedelta(minutes=3) if ended else None,
        "subject": audit.subject,
    }
    run = Run.objects.create(audit=audit, **values | given)
    run.queries.set(Query.objects.filter(public__audit=audit))
    for source in audit.sources.all():
        RunSource.objects.create(run=run, source=source, status=SourceStatus.ANSWERED, listed=1)
    return run


def document(run: Run, path: str, text: str = "", **given: Any) -> Document:
    """A page that was read; the same path is the same page."""
    url = f"https://journal.example/{path}"
    values = {
        "url": url,
        "host": "journal.example",
        "title": f"Titre {path}",
        "text": text,
        "read_at": run.asked_at,
    }
    found, _made = Document.objects.update_or_create(
        brand=run.audit.brand, url_hash=url_hash(url), defaults=values | given
    )
    return found


def mention(run: Run, path: str, sentiment: str = "neutral", *words: str, **given: Any) -> Mention:
    """A page that names the brand and answers these queries, read in this run."""
    page = given.pop("page", None) or document(run, path)
    source = given.pop("source", None) or run.audit.sources.order_by("pk")[0]
    Fetch.objects.get_or_create(
        run=run,
        url_hash=page.url_hash,
        defaults={
            "source": source,
            "url": page.url,
            "host": page.host,
            "state": "stored",
            "document": page,
            "done_at": run.asked_at,
        },
    )
    positive, negative, neutral = WEIGHTS[sentiment]
    values = {
        "title": page.title,
        "excerpt": f"On parle de Maison Lumen dans {path}.",
        "published_at": run.asked_at,
        "kind": "press",
        "sentiment": sentiment,
        "positive": positive,
        "negative": negative,
        "neutral": neutral,
        "model_version": "rules-1",
    }
    found = Mention.objects.create(run=run, document=page, source=source, **values | given)
    found.queries.set(Query.objects.filter(public__audit=run.audit, words__in=words))
    return found


def unread(run: Run, path: str, code: str, source: Source | None = None, **given: Any) -> Fetch:
    """A page that could not be read, and why."""
    url = f"https://journal.example/{path}"
    return Fetch.objects.create(
        run=run,
        source=source or run.audit.sources.order_by("pk")[0],
        url=url,
        url_hash=url_hash(url),
        host="journal.example",
        state="failed",
        code=code,
        done_at=run.asked_at,
        **given,
    )


def comment(page: Document, place: int, text: str, author: str = "") -> DocumentComment:
    """What a visitor wrote under the page."""
    return DocumentComment.objects.create(document=page, place=place, text=text, author=author)
