"""A whole run on a small web: asked, read, weighed, reported; every fault with its name."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest

from cm_suite.core.errors import OutcomeError
from cm_suite.core.models import LedgerEntry
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from reputation import jobs, rules
from reputation.enums import FetchState, RunState, SourceStatus
from reputation.models import Document, Fetch, Mention, Run
from reputation.services import collect, listing, request, steps
from reputation.services.progress import progress_of
from reputation.services.report import report_of
from tests.people import Cast
from tests.reputation.makers import LONG, begin, carry_out, draft, fed, listed, make
from tests.reputation.web import Web, article, feed

LAMP = f"Maison Lumen vend une lampe dont le prix est de quarante euros, dit la notice. {LONG}"


def codes(run: Run) -> dict[str, str]:
    """How each page ended, by the last part of its path."""
    return {fetch.url.rpartition("/")[2]: fetch.code for fetch in run.fetches.all()}


def answers(run: Run) -> dict[str, tuple[str, str]]:
    return {each.source.name: (each.status, each.reason) for each in run.sources.select_related("source")}


def test_a_run_reads_every_page_once_and_finds_who_is_named(cast: Cast, web: Web) -> None:
    named = web.page("/a", article("Une lampe", LAMP))
    other = web.page("/b", article("Un jardin", f"Rien de tel dans ce jardin. {LONG}"))
    run = carry_out(begin(make(cast.brand, cast.alice, listed(named, other)), cast.bob))
    assert run.state == RunState.DONE
    assert (web.visits["/a"], web.visits["/b"]) == (1, 1)
    assert set(run.fetches.values_list("state", flat=True)) == {FetchState.STORED}
    mention = Mention.objects.get(run=run)
    assert mention.document.url == named
    assert [query.words for query in mention.queries.all()] == ["prix lampe"]
    assert "Maison Lumen" in mention.excerpt
    assert answers(run) == {"Liste": (SourceStatus.ANSWERED, "")}
    assert web.agents == {"cm_suite/1 (+http://localhost:8000)"}
    assert set(web.most_at_once.values()) == {1}


def test_who_asked_hears_of_the_report_and_the_ledger_holds(cast: Cast, web: Web) -> None:
    audit = make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP))))
    run = carry_out(begin(audit, cast.bob))
    notice = Notice.objects.get()
    assert (notice.kind, notice.person, notice.link) == (
        NoticeKind.AUDIT_DONE,
        cast.bob,
        f"/b/maison-lumen/audits/{audit.slug}/1/",
    )
    kinds = list(LedgerEntry.objects.order_by("seq").values_list("kind", "subject_id"))
    assert kinds[1:] == [("audit.run_asked", run.pk), ("audit.run_done", run.pk)]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "gone": ({"status": 410}, "gone"),
    "missing": ({"status": 404}, "not_found"),
    "closed": ({"status": 403}, "forbidden"),
    "broken": ({"status": 500}, "server_error"),
    "slow-down": ({"status": 429}, "rate_limited"),
    "pdf": ({"kind": "application/pdf"}, "not_html"),
    "loop": ({"status": 302, "headers": {"Location": "/loop"}}, "redirect_loop"),
    "inside": ({"status": 302, "headers": {"Location": "http://169.254.169.254/"}}, "private_address"),
}


@pytest.mark.parametrize(("name", "said", "code"), [(name, *rest) for name, rest in FAULTS.items()])
def test_each_fault_has_its_name_in_the_report(
    cast: Cast, web: Web, monkeypatch: pytest.MonkeyPatch, name: str, said: dict[str, Any], code: str
) -> None:
    monkeypatch.setattr(rules, "FIRST_WAIT", rules.FIRST_WAIT * 0)
    good = web.page("/good", article("Une lampe", LAMP))
    bad = web.page(f"/{name}", "...", **said)
    run = carry_out(begin(make(cast.brand, cast.alice, listed(good, bad)), cast.bob))
    assert run.state == RunState.DONE
    assert codes(run) == {"good": "", name: code}
    health = report_of(run).sources[0]
    assert [(each.code, each.count) for each in health.faults] == [(code, 1)]
    assert (health.status, health.read, health.failed) == (SourceStatus.ANSWERED, 1, 1)
    assert Document.objects.count() == 1
    assert web.visits[f"/{name}"] == (rules.MOST_TRIES if code in {"server_error", "rate_limited"} else 1)


def test_a_fault_that_passes_is_forgotten(cast: Cast, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "FIRST_WAIT", rules.FIRST_WAIT * 0)
    url = web.page("/a", "", drop=True)
    run = begin(make(cast.brand, cast.alice, listed(url)), cast.bob)
    fallen: list[str] = []

    def mended(order: collect.Order, error: OutcomeError, started_at: datetime) -> None:
        fallen.append(error.code)
        web.page("/a", article("Une lampe", LAMP))
        fall_through(order, error, started_at)

    fall_through = collect.fall_through
    with patch.object(collect, "fall_through", mended):
        carry_out(run)
    page = Fetch.objects.get(run=run)
    assert (fallen, page.state, page.code, page.tries) == (["reset"], FetchState.STORED, "", 1)


def test_a_site_that_asks_for_time_is_left_alone_meanwhile(cast: Cast, web: Web) -> None:
    url = web.page("/a", "", status=503, headers={"Retry-After": "120"})
    run = carry_out(begin(make(cast.brand, cast.alice, listed(url)), cast.bob))
    page = Fetch.objects.get(run=run)
    assert (run.state, page.state, page.code, page.tries) == ("collecting", "planned", "server_error", 1)
    assert page.next_try_at is not None
    assert 100 < (page.next_try_at - run.asked_at).total_seconds() < 200
    carry_out(run)
    assert web.visits["/a"] == 1


def test_a_site_that_asks_for_too_much_is_given_up(cast: Cast, web: Web) -> None:
    url = web.page("/a", "", status=503, headers={"Retry-After": "86400"})
    run = carry_out(begin(make(cast.brand, cast.alice, listed(url)), cast.bob))
    assert (run.state, codes(run)) == (RunState.DONE, {"a": "server_error"})
    assert answers(run) == {"Liste": (SourceStatus.FAULT, "server_error")}


def test_a_feed_names_pages_and_is_asked_once_for_what_is_new(cast: Cast, web: Web) -> None:
    first = web.page("/a", article("Une lampe", LAMP))
    rss = web.page("/rss", feed(("Une lampe", first)), kind="application/rss+xml", etag='"1"')
    audit = make(cast.brand, cast.alice, fed(rss))
    assert carry_out(begin(audit, cast.bob)).state == RunState.DONE
    same = carry_out(begin(audit, cast.bob))
    assert answers(same) == {"Fil": (SourceStatus.ANSWERED, "")}
    assert (same.sources.get().listed, codes(same)) == (1, {"a": ""})
    second = web.page("/b", article("Une autre lampe", LAMP.replace("quarante", "cinquante")))
    web.page("/rss", feed(("Une autre", second)), kind="application/rss+xml", etag='"2"')
    third = carry_out(begin(audit, cast.bob))
    assert set(codes(third)) == {"a", "b"}
    assert web.visits["/rss"] == 3


def test_a_page_that_has_not_changed_is_not_sent_again(cast: Cast, web: Web) -> None:
    audit = make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP), etag='"x"')))
    first = carry_out(begin(audit, cast.bob))
    words = Document.objects.get().text
    second = carry_out(begin(audit, cast.bob))
    page = Fetch.objects.get(run=second)
    assert (page.unchanged, page.status, page.state) == (True, 304, FetchState.STORED)
    assert (Document.objects.get().text, web.visits["/a"]) == (words, 2)
    assert [run.mentions.count() for run in (first, second)] == [1, 1]
    assert report_of(second).totals.unchanged == 1


def test_silence_is_shown_as_silence(cast: Cast, web: Web) -> None:
    sources = (
        fed(web.page("/rss", feed(), kind="application/rss+xml"), "Fil vide"),
        fed(web.page("/html", article("Une page", LAMP)), "Pas un fil"),
        listed(web.page("/void", "<html><body></body></html>"), name="Page vide"),
        listed(web.page("/no", "", status=403), name="Porte close"),
        listed(web.page("/a", article("Un jardin", LONG)), name="Jardin"),
    )
    run = carry_out(begin(make(cast.brand, cast.alice, *sources), cast.bob))
    assert answers(run) == {
        "Fil vide": ("silent", "empty_feed"),
        "Pas un fil": ("fault", "not_feed"),
        "Page vide": ("silent", "no_text"),
        "Porte close": ("refused", "forbidden"),
        "Jardin": ("answered", ""),
    }
    report = report_of(run)
    assert (report.totals.silent, report.totals.originals) == (4, 0)
    assert report.sentences[2].params["names"] == ("Fil vide", "Pas un fil", "Page vide", "Porte close")


def test_a_feed_out_of_reach_keeps_the_pages_it_named(
    cast: Cast, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "INSIST", listing.INSIST * 0)
    rss = web.page("/rss", feed(("Une lampe", web.page("/a", article("Une lampe", LAMP)))))
    audit = make(cast.brand, cast.alice, fed(rss))
    carry_out(begin(audit, cast.bob))
    web.page("/rss", "", status=500)
    run = carry_out(begin(audit, cast.bob))
    assert answers(run) == {"Fil": (SourceStatus.FAULT, "server_error")}
    assert (codes(run), run.mentions.count()) == ({"a": ""}, 1)


def test_pages_that_repeat_one_another_are_joined(cast: Cast, web: Web) -> None:
    words = [f"{LAMP} Paragraphe {place} : {LONG}" for place in range(3)]
    urls = [
        web.page("/late", article("Reprise", *words, day="2026-11-12")),
        web.page("/first", article("Dépêche", *words, day="2026-11-10")),
        web.page("/undated", article("Sans date", *words)),
        web.page("/other", article("Autre", f"Maison Lumen ouvre une école de verre soufflé. {LONG[:80]}")),
    ]
    run = carry_out(begin(make(cast.brand, cast.alice, listed(*urls)), cast.bob))
    found = {each.document.url.rpartition("/")[2]: each for each in run.mentions.select_related("document")}
    first = found["first"].pk
    joined = {name: each.same_as_id for name, each in found.items()}
    assert joined == {"first": None, "other": None, "late": first, "undated": first}
    totals = report_of(run).totals
    assert (totals.originals, totals.copies) == (2, 2)


def test_one_address_in_two_sources_is_read_once(cast: Cast, web: Web) -> None:
    url = web.page("/a", article("Une lampe", LAMP))
    sources = (listed(url, name="Une"), listed(url + "?utm_source=b#top", name="Deux"))
    run = carry_out(begin(make(cast.brand, cast.alice, *sources), cast.bob))
    assert (web.visits["/a"], run.mentions.count()) == (1, 1)
    assert answers(run) == {"Une": ("answered", ""), "Deux": ("answered", "")}


def test_a_cancelled_run_reads_no_more(cast: Cast, web: Web) -> None:
    urls = [web.page(f"/{n}", article("Une lampe", LAMP)) for n in range(3)]
    run = begin(make(cast.brand, cast.alice, listed(*urls)), cast.bob)
    store = collect.store

    def stored_then_cancelled(order: collect.Order, reading: collect.Reading) -> bool:
        kept = store(order, reading)
        request.cancel(Run.objects.get(pk=run.pk), cast.alice)
        return kept

    with patch.object(collect, "store", stored_then_cancelled):
        carry_out(run)
    assert run.state == RunState.CANCELLED
    assert (web.visits["/0"] + web.visits["/1"] + web.visits["/2"], Mention.objects.count()) == (1, 0)
    assert jobs.work(run.pk) is False
    assert Notice.objects.count() == 0


def test_what_changes_meanwhile_does_not_reach_the_run(cast: Cast, web: Web) -> None:
    audit = make(cast.brand, cast.alice, listed(web.page("/a", article("Une lampe", LAMP))))
    run = begin(audit, cast.bob)
    with patch.object(steps, "advance"):
        jobs.turn(run.pk)
    said = draft(listed(web.url("/b")), subject=("Autre nom",), publics=draft().publics[1:])
    request.change_audit(audit, cast.alice, said, 1)
    Run.objects.filter(pk=run.pk).update(lease_until=None, lease_token=None, state=RunState.LISTING)
    carry_out(run)
    report = report_of(run)
    assert (report.subject, [row.name for row in report.publics]) == (
        ("Maison Lumen",),
        ["Clients", "Candidats"],
    )
    assert (run.mentions.count(), web.visits["/b"]) == (1, 0)


def test_progress_counts_pages_by_source(cast: Cast, web: Web) -> None:
    good = listed(web.page("/a", article("Une lampe", LAMP)), web.url("/missing"), name="Une")
    late = listed(web.page("/late", "", status=503, headers={"Retry-After": "120"}), name="Deux")
    run = begin(make(cast.brand, cast.alice, good, late), cast.bob)
    before = progress_of(run)
    assert (before.state, before.done, before.total, before.percent) == ("planned", 0, 0, 0)
    carry_out(run)
    after = progress_of(run)
    assert (after.state, after.done, after.total, after.failed, after.percent) == ("collecting", 2, 3, 1, 66)
    assert [(each.name, each.done, each.total) for each in after.by_source] == [("Une", 2, 2), ("Deux", 0, 1)]
    assert not after.finished


def test_other_brands_have_documents_of_their_own(cast: Cast, web: Web) -> None:
    url = web.page("/a", article("Une lampe", LAMP), etag='"x"')
    carry_out(begin(make(cast.brand, cast.alice, listed(url)), cast.bob))
    other = make(cast.other_brand, cast.charlie, listed(url), subject=("Atelier Roche",))
    run = carry_out(begin(other, cast.charlie))
    assert Fetch.objects.get(run=run).unchanged is False
    assert (Document.objects.count(), run.mentions.count()) == (2, 0)
