"""What a person says of an audit: kept, changed, refused with a code; runs asked for and cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from pages.models import Membership
from reputation.enums import Cause, Refusal, RunState
from reputation.models import Audit, Run, Source
from reputation.services import request
from reputation.services.drafts import AlreadyRunning, Conflict, PublicDraft, Refused, Saved
from tests.people import Cast
from tests.reputation.makers import CLIENTS, JOBS, begin, draft, fed, listed, make

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def shape(audit: Audit) -> dict[str, Any]:
    """An audit's parts as they count today."""
    publics = audit.publics.filter(dropped_at=None)
    return {
        "publics": {each.name: list(words(each)) for each in publics},
        "sources": {
            each.name: (each.feed, sorted(each.addresses.values_list("url", flat=True)))
            for each in audit.sources.filter(dropped_at=None)
        },
        "recipients": sorted(audit.recipients.values_list("person__name", flat=True)),
    }


def words(public: Any) -> Any:
    return public.queries.filter(dropped_at=None).values_list("words", flat=True)


def test_an_audit_is_kept_whole(cast: Cast) -> None:
    with time_machine.travel(MONDAY, tick=False):
        audit = make(
            cast.brand,
            cast.alice,
            listed(
                "journal.example/a#top", " https://journal.example/a ", "https://blog.example/?utm_source=x"
            ),
            fed("https://fil.example/rss.xml"),
            cron="30  7 * * 1",
            recipients=(cast.vera.pk, cast.alice.pk),
        )
    assert (audit.slug, audit.subject, audit.cron, audit.version) == (
        "notre-nom-sur-le-web",
        "Maison Lumen",
        "30 7 * * 1",
        1,
    )
    assert audit.next_run_at == datetime(2026, 11, 30, 6, 30, tzinfo=UTC)
    assert shape(audit) == {
        "publics": {"Clients": ["prix lampe", "livraison retard"], "Candidats": ["salaire atelier"]},
        "sources": {
            "Liste": ("", ["https://blog.example/", "https://journal.example/a"]),
            "Fil": ("https://fil.example/rss.xml", []),
        },
        "recipients": ["Alice", "Vera"],
    }
    entry = LedgerEntry.objects.get(kind="audit.created")
    assert (entry.subject_id, entry.actor_id, ledger.verify(cast.brand.pk)) == (audit.pk, cast.alice.pk, None)


def test_addresses_of_audits_are_told_apart(cast: Cast) -> None:
    slugs = [make(cast.brand, cast.alice, name=name).slug for name in ("New", "Prix", "Prix", "§§", "Prix")]
    assert slugs == ["new-audit", "prix", "prix-2", "audit", "prix-3"]
    assert make(cast.other_brand, cast.charlie, name="Prix").slug == "prix"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, Refusal.NO_NAME),
        ({"name": "n" * 81}, Refusal.TOO_LONG),
        ({"subject": ()}, Refusal.NO_SUBJECT),
        ({"subject": tuple(f"nom {n} {'x' * 30}" for n in range(20))}, Refusal.TOO_LONG),
        ({"publics": ()}, Refusal.NO_PUBLIC),
        ({"publics": (replace(CLIENTS, queries=(" ",)),)}, Refusal.NO_QUERY),
        ({"publics": (CLIENTS, replace(JOBS, name="Clients"))}, Refusal.TWICE),
        ({"publics": (replace(CLIENTS, kind="martian"),)}, Refusal.NO_NAME),
        ({"publics": (replace(CLIENTS, queries=tuple(f"mot {n}" for n in range(41))),)}, Refusal.TOO_MANY),
        ({"sources": ()}, Refusal.NO_SOURCE),
        ({"sources": (listed(),)}, Refusal.NO_ADDRESSES),
        ({"sources": (fed(""),)}, Refusal.NO_ADDRESSES),
        ({"sources": (fed("ftp://fil.example/"),)}, Refusal.BAD_ADDRESS),
        ({"sources": (listed("https://a.example/", "http://127.0.0.1/"),)}, Refusal.BAD_ADDRESS),
        ({"sources": (listed("https://a.example/"), listed("https://b.example/"))}, Refusal.TWICE),
        ({"cron": "n'importe quand"}, Refusal.CRON_INVALID),
        ({"cron": "*/5 * * * *"}, Refusal.CRON_TOO_OFTEN),
        ({"cron": "0 0 30 2 *"}, Refusal.CRON_NEVER),
        ({"recipients": (999_999,)}, Refusal.NOT_A_MEMBER),
    ],
)
def test_what_is_not_an_audit_is_refused(cast: Cast, changes: dict[str, Any], code: Refusal) -> None:
    refused = request.create_audit(cast.brand, cast.alice, replace(draft(), **changes))
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert (Audit.objects.count(), LedgerEntry.objects.count()) == (0, 0)


def test_a_recipient_belongs_to_the_brand(cast: Cast) -> None:
    outsider = draft(recipients=(cast.vera.pk, cast.charlie.pk))
    assert request.create_audit(cast.brand, cast.alice, outsider) == Refused(Refusal.NOT_A_MEMBER)
    cast.vera.is_active = False
    cast.vera.save()
    gone = draft(recipients=(cast.vera.pk,))
    assert request.create_audit(cast.brand, cast.alice, gone) == Refused(Refusal.NOT_A_MEMBER)


def test_changing_keeps_what_reports_speak_of(cast: Cast) -> None:
    audit = make(
        cast.brand, cast.alice, listed("https://a.example/", name="A"), fed("https://f.example/", "F")
    )
    before = dict(Source.objects.filter(audit=audit).values_list("name", "pk"))
    said = draft(
        listed("https://a.example/", "https://c.example/", name="A"),
        publics=(PublicDraft("client", "Clients", ("panne",)),),
        recipients=(cast.bob.pk,),
    )
    changed = request.change_audit(audit, cast.alice, said, 1)
    assert isinstance(changed, Saved)
    assert changed.audit.version == 2
    assert shape(audit) == {
        "publics": {"Clients": ["panne"]},
        "sources": {"A": ("", ["https://a.example/", "https://c.example/"])},
        "recipients": ["Bob"],
    }
    assert dict(Source.objects.filter(audit=audit).values_list("name", "pk")) == before
    back = request.change_audit(audit, cast.alice, draft(fed("https://f.example/", "F")), 2)
    assert isinstance(back, Saved)
    assert dict(audit.sources.filter(dropped_at=None).values_list("name", "pk")) == {"F": before["F"]}
    assert list(
        audit.publics.get(name="Clients").queries.filter(dropped_at=None).values_list("words", flat=True)
    ) == [
        "prix lampe",
        "livraison retard",
    ]


def test_another_feed_is_asked_anew(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice, fed("https://f.example/"))
    source = audit.sources.get()
    source.etag = "abc"
    source.save()
    request.change_audit(audit, cast.alice, draft(fed("https://f.example/")), 1)
    assert audit.sources.get().etag == "abc"
    request.change_audit(audit, cast.alice, draft(fed("https://g.example/")), 2)
    assert audit.sources.get().etag == ""


def test_the_second_to_save_writes_nothing(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice)
    request.change_audit(audit, cast.alice, draft(name="Le mien"), 1)
    answer = request.change_audit(audit, cast.bob, draft(name="Le sien"), 1)
    assert isinstance(answer, Conflict)
    assert (answer.current.name, Audit.objects.get().name) == ("Le mien", "Le mien")


def test_the_schedule_moves_only_when_it_changes(cast: Cast) -> None:
    with time_machine.travel(MONDAY, tick=False):
        audit = make(cast.brand, cast.alice, cron="0 12 * * *")
    with time_machine.travel(datetime(2026, 11, 25, 20, tzinfo=UTC), tick=False):
        request.change_audit(audit, cast.alice, draft(cron="0 12 * * *"), 1)
        assert Audit.objects.get().next_run_at == datetime(2026, 11, 23, 11, tzinfo=UTC)
        request.change_audit(audit, cast.alice, draft(cron="0 9 * * *"), 2)
        assert Audit.objects.get().next_run_at == datetime(2026, 11, 26, 8, tzinfo=UTC)
        request.change_audit(audit, cast.alice, draft(), 3)
        assert Audit.objects.get().next_run_at is None


def test_one_run_at_a_time(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice)
    run = begin(audit, cast.bob)
    assert (run.number, run.cause, run.state, run.asked_by) == (1, Cause.PERSON, RunState.PLANNED, cast.bob)
    assert request.ask_run(audit, cast.alice) == AlreadyRunning(run)
    assert request.run_now(audit) == run
    assert isinstance(request.cancel(run, cast.bob), Run)
    assert request.cancel(run, cast.bob) == Refused(Refusal.NOT_RUNNING)
    assert begin(audit, cast.alice).number == 2
    kinds = list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["audit.created", "audit.run_asked", "audit.run_cancelled", "audit.run_asked"]


def test_an_archived_audit_does_nothing_more(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice, cron="0 8 * * *")
    run = begin(audit, cast.bob)
    assert isinstance(request.archive(audit, cast.alice), Saved)
    run.refresh_from_db()
    audit.refresh_from_db()
    assert (run.state, audit.next_run_at) == (RunState.CANCELLED, None)
    gone = Refused(Refusal.ARCHIVED)
    assert request.archive(audit, cast.alice) == gone
    assert request.ask_run(audit, cast.alice) == gone
    assert request.change_audit(audit, cast.alice, draft(), 2) == gone
    assert Membership.objects.filter(brand=cast.brand).count() == 5
