"""The demo's own web, audited for real: the health of its sources and every count, twice."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from pytest_django import Settings

from cm_suite.core import fetch, pace_hosts
from cm_suite.demo import audits, small_web
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from reputation import jobs
from reputation.enums import RunState
from reputation.models import Audit, Document, Run
from reputation.services.report import Report, report_of
from reputation.services.request import ask_run
from tests.people import Cast
from tests.reputation.makers import carry_out, make

TODAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.slow


def free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody uses."""
    for base in range(23_000, 60_000, count):
        held = [socket.socket() for _port in range(count)]
        try:
            for place, each in enumerate(held):
                each.bind((small_web.LOOPBACK, base + place))
        except OSError:
            continue
        else:
            return base
        finally:
            for each in held:
                each.close()
    raise AssertionError("no free ports")


@pytest.fixture
def base(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The first port of the small web, served, and left alone for no longer than a test can wait."""
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    monkeypatch.setattr(pace_hosts, "_local_robots", pace_hosts.LocalRobots())
    monkeypatch.setattr(pace_hosts, "_local_turns", pace_hosts.LocalTurns())
    first = free_ports(len(small_web.sites()))
    settings.CM_ALLOWED_HOSTS = frozenset(
        (f"{site.code}.localhost", first + place) for place, site in enumerate(small_web.sites())
    )
    servers = small_web.serve(first, TODAY)
    yield first
    for each in servers:
        each.shutdown()
        each.server_close()


@pytest.fixture
def audit(cast: Cast, base: int) -> Audit:
    """The demo's audit, for Maison Lumen's people."""
    subject = ("Maison Ambrelune", "Ambrelune")
    sources = audits._sources(base)
    return make(
        cast.brand, cast.alice, *sources, subject=subject, publics=audits.PUBLICS, recipients=(cast.alice.pk,)
    )


def run_once(audit: Audit, cast: Cast) -> tuple[Run, Report]:
    asked = ask_run(audit, cast.bob)
    assert isinstance(asked, Run)
    with time_machine.travel(TODAY, tick=True):
        run = carry_out(asked)
    return run, report_of(run)


def health(report: Report) -> dict[str, tuple[object, ...]]:
    """How each source answered: status, reason, pages named, read and not read, mentions, faults."""
    return {
        each.name: (
            each.status,
            each.reason,
            each.listed,
            each.read,
            each.failed,
            each.mentions,
            {fault.code: fault.count for fault in each.faults},
        )
        for each in report.sources
    }


HEALTH = {
    "Le Courrier de Valmorne": ("answered", "", 4, 4, 0, 4, {}),
    "Le carnet de Solène": ("answered", "", 4, 3, 1, 3, {"not_found": 1}),
    "Forum des Halles": ("answered", "", 3, 3, 0, 3, {}),
    "Le Comptoir des avis": ("answered", "", 2, 2, 0, 2, {}),
    "Le Comptoir des avis, nouveautés": ("silent", "empty_feed", 0, 0, 0, 0, {}),
}


def test_the_small_web_is_read_whole_and_judged(cast: Cast, audit: Audit) -> None:
    run, report = run_once(audit, cast)
    assert run.state == RunState.DONE
    assert health(report) == HEALTH
    totals = report.totals
    assert (totals.asked, totals.read, totals.failed, totals.unchanged) == (13, 12, 1, 0)
    assert (totals.originals, totals.copies, totals.hosts, totals.naming_hosts) == (11, 1, 4, 4)
    assert (totals.sources, totals.silent) == (5, 1)
    queries = {row.words: row.originals for public in report.publics for row in public.queries}
    assert queries == {
        "avis": 2,
        "livraison": 2,
        "consigne": 2,
        "recharge": 4,
        "poste": 3,
        "salaire": 1,
        "saison": 2,
        "odeurs": 4,
        "riverains": 1,
        "maux de tête": 2,
        "rappel": 1,
        "chiffre d’affaires": 1,
        "directrice": 1,
    }
    copy = next(line for line in report.mentions if line.same_as is not None)
    original = next(line for line in report.mentions if line.id == copy.same_as)
    assert (copy.host, original.host, original.copies) == ("carnet.localhost", "courrier.localhost", 1)
    assert original.title == "Rappel de 300 bougies : la mèche pouvait fumer"


def test_kinds_dates_and_comments_are_those_of_the_pages(cast: Cast, audit: Audit) -> None:
    run_once(audit, cast)
    by_path = {each.url.partition("localhost:")[2].partition("/")[2]: each for each in Document.objects.all()}
    written = {page.path: (site.kind, page) for site in small_web.sites() for page in site.articles}
    assert set(by_path) == set(written)
    assert {path: each.kind for path, each in by_path.items()} == {
        path: kind for path, (kind, _page) in written.items()
    }
    dated = {path: each.published_at for path, each in by_path.items() if each.published_at}
    assert {path: (TODAY - at).days for path, at in dated.items()} == {
        path: page.days for path, (_kind, page) in written.items() if path in dated
    }
    assert len(dated) >= 11
    assert {path: each.comments.count() for path, each in by_path.items()} == {
        path: len(page.comments) for path, (_kind, page) in written.items()
    }


def test_who_complains_and_who_is_glad(cast: Cast, audit: Audit) -> None:
    _run, report = run_once(audit, cast)
    opinions = {line.title[:30]: line.sentiment for line in report.mentions}
    assert opinions["Odeur dans le quartier des Cir"] == "negative"
    assert opinions["Rue des Ciriers, des riverains"] == "negative"
    assert opinions["Bougies consignées : j’ai test"] == "positive"
    assert opinions["Bougies rechargeables : le com"] == "neutral"
    assert {"negative", "positive", "neutral"} <= set(opinions.values())
    worst = report.sentences[1]
    assert (worst.code, worst.params["name"]) == ("worst_public", "Riverains")


def test_the_second_time_nothing_is_sent_again(cast: Cast, audit: Audit) -> None:
    _first, before = run_once(audit, cast)
    run, report = run_once(audit, cast)
    assert (run.number, run.state) == (2, RunState.DONE)
    assert health(report) == HEALTH
    assert (report.totals.read, report.totals.unchanged) == (12, 12)
    assert report.before is not None
    assert (report.before.number, report.before.originals, report.before.read) == (1, 11, 12)
    assert report.totals.sentiments == before.totals.sentiments
    assert Document.objects.count() == 12
    jobs.send_audit_emails()
    mails = Mail.objects.filter(kind=MailKind.AUDIT)
    assert mails.count() == 2
    assert all("Le Comptoir des avis, nouveautés" in mail.text for mail in mails)
