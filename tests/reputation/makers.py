"""Audits as the tests of reputation make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pages.models import Brand, Person
from reputation import jobs
from reputation.enums import Cause, FetchState, RunState, SourceStatus
from reputation.models import Audit, Document, Fetch, Mention, Query, Run, RunSource, Source
from reputation.services import request
from reputation.services.drafts import AuditDraft, PublicDraft, Saved, SourceDraft
from reputation.sources.addresses import url_hash

NOVEMBER: Final = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CLIENTS = PublicDraft("client", "Clients", ("prix lampe", "livraison retard"))
JOBS = PublicDraft("candidate", "Candidats", ("salaire atelier",))
LONG = (
    "La ville a longtemps attendu cette ouverture, et les habitants du quartier sont venus nombreux pour "
    "voir les vitrines, parler avec les artisans et comparer les modèles exposés dans la grande salle."
)


def listed(*urls: str, name: str = "Liste") -> SourceDraft:
    """A list of addresses."""
    return SourceDraft("urls", name, urls=urls)


def fed(url: str, name: str = "Fil") -> SourceDraft:
    """A feed."""
    return SourceDraft("feed", name, feed=url)


def draft(*sources: SourceDraft, **changes: Any) -> AuditDraft:
    """An audit of Maison Lumen for two publics; anything can be said otherwise."""
    said: dict[str, Any] = {
        "name": "Notre nom sur le web",
        "subject": ("Maison Lumen",),
        "publics": (CLIENTS, JOBS),
        "sources": sources or (listed("https://journal.example/a"),),
    }
    return AuditDraft(**said | changes)


def make(brand: Brand, by: Person, *sources: SourceDraft, **changes: Any) -> Audit:
    """An audit that is kept."""
    saved = request.create_audit(brand, by, draft(*sources, **changes))
    assert isinstance(saved, Saved), saved
    return saved.audit


def begin(audit: Audit, by: Person) -> Run:
    """A run that was asked for."""
    run = request.ask_run(audit, by)
    assert isinstance(run, Run), run
    return run


def carry_out(run: Run, turns: int = 20) -> Run:
    """Turn after turn in this process, until nothing is left to do right away."""
    for _turn in range(turns):
        if not jobs.turn(run.pk):
            break
    run.refresh_from_db()
    return run


@dataclass(frozen=True)
class Said:
    """A page that names the brand, as a finished run left it. `of`: the place of the page it repeats."""

    sentiment: str = "neutral"
    queries: tuple[str, ...] = ()
    host: str = "journal.example"
    day: int | None = 1  # of November 2026
    of: int | None = None
    source: int = 0


def finished(audit: Audit, *said: Said, by: Person | None = None, faults: tuple[str, ...] = ()) -> Run:
    """A run that is done, written straight into the database: pages that name the brand, and faults."""
    last = audit.runs.order_by("number").last()
    run = Run.objects.create(
        audit=audit,
        number=last.number + 1 if last else 1,
        cause=Cause.PERSON,
        state=RunState.DONE,
        asked_by=by,
        asked_at=NOVEMBER,
        started_at=NOVEMBER,
        ended_at=NOVEMBER + timedelta(minutes=5),
        subject=audit.subject,
    )
    run.queries.set(Query.objects.filter(public__audit=audit, dropped_at=None))
    sources = list(audit.sources.order_by("place"))
    for source in sources:
        RunSource.objects.create(run=run, source=source, status=SourceStatus.ANSWERED, listed=1)
    mentions: list[Mention] = []
    for place, each in enumerate(said):
        original = None if each.of is None else mentions[each.of]
        mentions.append(_mention(run, sources[each.source], place, each, original))
    for place, code in enumerate(faults):
        _page(run, sources[0], f"fault-{place}", "journal.example", state=FetchState.FAILED, code=code)
    return run


def _mention(run: Run, source: Source, place: int, said: Said, original: Mention | None) -> Mention:
    url = f"https://{said.host}/{place}"
    document, _new = Document.objects.get_or_create(
        brand=run.audit.brand,
        url_hash=url_hash(url),
        defaults={"url": url, "host": said.host, "title": f"Titre {place}", "read_at": NOVEMBER},
    )
    _page(run, source, str(place), said.host, state=FetchState.STORED, document=document)
    mention = Mention.objects.create(
        run=run,
        document=document,
        source=source,
        same_as=original,
        title=document.title,
        excerpt=f"Maison Lumen, {place}",
        published_at=None if said.day is None else NOVEMBER.replace(day=said.day),
        kind="press",
        sentiment=said.sentiment,
        positive=0.2,
        negative=0.5,
        neutral=0.3,
        model_version="test",
    )
    mention.queries.set(run.queries.filter(words__in=said.queries))
    return mention


def _page(run: Run, source: Source, name: str, host: str, **fields: Any) -> Fetch:
    url = f"https://{host}/{name}"
    return Fetch.objects.create(run=run, source=source, url=url, url_hash=url_hash(url), host=host, **fields)
