"""A whole audit meets everything the web does wrong: each page ends, with its reason, in report and mail."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.utils import translation
from pytest_django import Settings

from cm_suite.core import fetch, pace_hosts
from cm_suite.core.fetch import Fault, Fetcher
from cm_suite.core.guard import Guard
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from reputation import jobs, messages, rules
from reputation.enums import FetchState, RunState, SourceStatus
from reputation.models import Document, Run
from reputation.services.report import report_of
from tests.people import Cast
from tests.reputation.faulty import Faulty
from tests.reputation.makers import begin, carry_out, listed, make

DEADLINE = 0.7


@pytest.fixture
def faulty(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Faulty]:
    """The sites, and workers in a hurry: a short deadline, no rest, no wait before another try."""
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    monkeypatch.setattr(rules, "FIRST_WAIT", rules.FIRST_WAIT * 0)
    monkeypatch.setattr(fetch, "ROBOTS_AGAIN", 0.0)
    turns, robots = pace_hosts.LocalTurns(), pace_hosts.LocalRobots()

    def web() -> Fetcher:
        allowed = Guard(configured.CM_ALLOWED_HOSTS)
        return Fetcher(allowed, turns=turns, robots=robots, user_agent="cm_suite/1", deadline=DEADLINE)

    monkeypatch.setattr(pace_hosts, "web", web)
    with Faulty(tmp_path) as sites:
        settings.CM_ALLOWED_HOSTS = sites.pairs
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(sites.authority.bundle))
        yield sites


def ended(run: Run) -> dict[str, str]:
    """The code with which each page ended, by its name; those that did not end are missing."""
    rows = run.fetches.filter(state__in=(FetchState.STORED, FetchState.FAILED))
    return {each.url.rpartition("/")[2]: each.code for each in rows}


def test_every_fault_of_the_web_ends_with_its_reason(
    cast: Cast, faulty: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [met.url for met in faulty.pages.values()]
    audit = make(cast.brand, cast.alice, listed(*urls), recipients=(cast.alice.pk,))
    began = time.monotonic()
    run = carry_out(begin(audit, cast.bob))
    assert time.monotonic() - began < 40
    assert run.state == RunState.DONE
    assert ended(run) == {name: met.code for name, met in faulty.pages.items()}

    counted = {name: met.visits for name, met in faulty.pages.items() if met.visits is not None}
    assert {name: faulty.visits(name) for name in counted} == counted

    good = {name for name, met in faulty.pages.items() if not met.code}
    assert {each.url.rpartition("/")[2] for each in Document.objects.all()} == good
    report = report_of(run)
    expected = Counter(met.code for met in faulty.pages.values() if met.code)
    assert {each.code: each.count for each in report.sources[0].faults} == expected
    assert (report.totals.read, report.totals.failed) == (len(good), expected.total())
    assert (report.totals.originals, report.totals.copies) == (1, len(good) - 1)

    jobs.send_audit_emails()
    mail = Mail.objects.get(kind=MailKind.AUDIT)
    with translation.override(mail.language):
        words = {code: str(messages.fault(code).what) for code in expected}
    assert [code for code, what in words.items() if what not in mail.text] == []
    assert "hunter2" not in mail.text + caplog.text
    assert "localhost:" not in caplog.text


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("forbids", SourceStatus.REFUSED, "robots_forbidden"),
        ("closed", SourceStatus.REFUSED, "forbidden"),
        ("metadata", SourceStatus.REFUSED, "private_address"),
        ("expired", SourceStatus.FAULT, "tls_expired"),
        ("bomb", SourceStatus.FAULT, "too_large"),
        ("pdf", SourceStatus.FAULT, "not_html"),
        ("nobody", SourceStatus.FAULT, "refused"),
        ("good", SourceStatus.ANSWERED, ""),
    ],
)
def test_a_source_with_nothing_but_a_fault_bears_it(
    cast: Cast, faulty: Faulty, name: str, status: str, reason: str
) -> None:
    run = carry_out(begin(make(cast.brand, cast.alice, listed(faulty.pages[name].url)), cast.bob))
    asked = run.sources.get()
    assert (run.state, asked.status, asked.reason) == (RunState.DONE, status, reason)


def test_every_code_has_words_of_its_own() -> None:
    told = {code: str(messages.fault(code)) for code in [*Fault, "worker_lost", "unreadable"]}
    unnamed = str(messages.fault("no such code"))
    assert [code for code, words in told.items() if words == unnamed] == []
    assert len(set(told.values())) == len(told)
