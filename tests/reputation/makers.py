"""Audits as the tests of reputation make them."""

from __future__ import annotations

from typing import Any

from pages.models import Brand, Person
from reputation import jobs
from reputation.models import Audit, Run
from reputation.services import request
from reputation.services.drafts import AuditDraft, PublicDraft, Saved, SourceDraft

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
