"""Any course a run may take, with faults anywhere: what must hold holds at every step."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cm_suite.core import clock
from cm_suite.core.errors import OutcomeError
from cm_suite.core.fetch import Fault, Fetched
from cm_suite.core.fetch_types import failure
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from reputation import jobs, rules
from reputation.enums import FetchState, RunState
from reputation.models import Fetch, Mention, Run
from reputation.services import listing, request
from reputation.services.progress import progress_of
from reputation.services.report import report_of
from tests.people import Cast
from tests.reputation.makers import LONG, fed, listed, make
from tests.reputation.web import article, feed

PAST = datetime(2026, 1, 1, tzinfo=UTC)
PAGES = tuple(f"https://site{n % 3}.example/{n}" for n in range(5))
FEED = "https://fil.example/rss"
NAMED = "https://fil.example/0"
ENDED = {RunState.DONE, RunState.FAILED, RunState.CANCELLED}
OVER = {FetchState.STORED, FetchState.FAILED}
FAULTS = st.sampled_from([Fault.RESET, Fault.SERVER_ERROR, Fault.NOT_FOUND, Fault.HOST_BUSY, Fault.DEADLINE])


class Killed(BaseException):
    """The worker is gone: nothing of it goes on."""


class Internet:
    """Answers what it is told to, once for each fault; notes every page that was handed out."""

    def __init__(self) -> None:
        self.faults: dict[str, list[Fault]] = {}
        self.given: Counter[str] = Counter()

    def get(self, url: str, **_said: Any) -> Fetched:
        """A page, or the fault that is next in line for it."""
        waiting = self.faults.get(url)
        if waiting:
            raise self._fault(waiting.pop())
        self.given[url] += 1
        if url == FEED:
            return Fetched(url, url, 200, feed(("Une lampe", NAMED)))
        return Fetched(url, url, 200, article(f"Page {url}", f"Maison Lumen, {url}. {LONG}"))

    @staticmethod
    def _fault(fault: Fault) -> OutcomeError:
        return failure(fault, retry_at=clock.now() if fault == Fault.HOST_BUSY else None)


class Course(RuleBasedStateMachine):
    """Turns, sweeps, faults, deaths and cancellations in any order."""

    cast: Cast

    @initialize()
    def ask(self) -> None:
        """A run over a list and a feed."""
        name = f"Audit {Run.objects.count()}"
        audit = make(
            self.cast.brand,
            self.cast.alice,
            listed(*PAGES),
            fed(FEED),
            name=name,
            recipients=(self.cast.alice.pk,),
        )
        asked = request.ask_run(audit, self.cast.bob)
        assert isinstance(asked, Run)
        self.run_pk = asked.pk
        self.internet = Internet()
        self.stored: dict[int, int] = {}
        Fetch.objects.exclude(run=asked).delete()

    @property
    def run(self) -> Run:
        """As it stands in the database."""
        return Run.objects.select_related("audit").get(pk=self.run_pk)

    def fetches(self) -> list[Fetch]:
        """Its pages."""
        return list(Fetch.objects.filter(run=self.run_pk))

    def work(self) -> None:
        """One turn of a worker on this internet."""
        with patch("cm_suite.core.pace_hosts.web", lambda: self.internet):
            jobs.turn(self.run_pk, 0.05)

    @rule()
    def turn(self) -> None:
        """A worker's turn."""
        self.work()

    @rule()
    def sweep(self) -> None:
        """The sweeper's turn."""
        jobs.sweep()

    @rule(url=st.sampled_from((*PAGES, FEED, NAMED)), fault=FAULTS)
    def break_page(self, url: str, fault: Fault) -> None:
        """A page will answer with a fault once."""
        self.internet.faults.setdefault(url, []).append(fault)

    @rule(place=st.sampled_from(["collect.store", "listing._settle", "score._write", "collect.read"]))
    def die(self, place: str) -> None:
        """A worker dies somewhere, and its leases run out."""
        with patch(f"reputation.services.{place}", side_effect=Killed), suppress(Killed):
            self.work()
        self.forget_leases()

    @rule()
    def forget_leases(self) -> None:
        """Time passes: leases are over, pages that wait may be tried."""
        Run.objects.filter(pk=self.run_pk, lease_until__isnull=False).update(lease_until=PAST)
        held = Fetch.objects.filter(run=self.run_pk)
        held.filter(state=FetchState.FETCHING).update(lease_until=PAST)
        held.filter(next_try_at__isnull=False).update(next_try_at=PAST)

    @rule(wish=st.integers(0, 5))
    def cancel(self, wish: int) -> None:
        """Somebody cancels the run, sometimes."""
        if wish == 5:
            request.cancel(self.run, self.cast.alice)

    @rule()
    def mail(self) -> None:
        """The mails of what has ended."""
        jobs.send_audit_emails()

    @invariant()
    def what_is_read_is_read_once(self) -> None:
        """A stored page stays stored, and is never asked for again."""
        for fetch in self.fetches():
            if fetch.state == FetchState.STORED:
                asked = self.internet.given[fetch.url]
                assert self.stored.setdefault(fetch.pk, asked) == asked
            else:
                assert fetch.pk not in self.stored

    @invariant()
    def an_end_has_its_reason(self) -> None:
        """What failed says why; nothing that ended holds a lease or waits."""
        for fetch in self.fetches():
            if fetch.state in OVER:
                assert (fetch.lease_token, fetch.next_try_at) == (None, None)
                assert fetch.done_at is not None
                assert bool(fetch.code) == (fetch.state == FetchState.FAILED)
                assert (fetch.document_id is not None) == (fetch.state == FetchState.STORED)
            assert fetch.tries <= rules.MOST_TRIES

    @invariant()
    def the_figures_agree(self) -> None:
        """Progress, report and rows count the same."""
        run, fetches = self.run, self.fetches()
        progress, report = progress_of(run), report_of(run)
        assert progress.total == report.totals.asked == len(fetches)
        assert sum(each.total for each in progress.by_source) == progress.total
        assert sum(each.read + each.failed + each.waiting for each in report.sources) == len(fetches)
        assert progress.done == sum(fetch.state in OVER for fetch in fetches)
        assert (run.ended_at is not None) == (run.state in ENDED)
        mentions = Mention.objects.filter(run=run)
        assert mentions.count() == mentions.values("document").distinct().count()
        assert run.state == RunState.DONE or not mentions.exists()
        assert Mail.objects.filter(kind=MailKind.AUDIT, key__startswith=f"audit:{run.pk}:").count() <= 1

    def teardown(self) -> None:
        """Left to itself, every run ends, and what is finished has every page accounted for."""
        if not hasattr(self, "run_pk"):
            return
        for _turn in range(40):
            if self.run.state in ENDED:
                break
            self.work()
            self.forget_leases()
            jobs.sweep()
        self.what_is_read_is_read_once()
        self.an_end_has_its_reason()
        run = self.run
        assert run.state in ENDED
        if run.state == RunState.DONE:
            assert {fetch.state for fetch in self.fetches()} <= OVER
            stored = [fetch for fetch in self.fetches() if fetch.state == FetchState.STORED]
            assert Mention.objects.filter(run=run).count() == len(stored)
        Run.objects.filter(pk=run.pk).delete()


def test_any_course_of_a_run(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "NAP", 0.001)
    monkeypatch.setattr(rules, "FIRST_WAIT", timedelta())
    monkeypatch.setattr(listing, "PAUSE", timedelta())
    monkeypatch.setattr("cm_suite.core.fetch.PAUSE", 0.0)
    Course.cast = cast
    run_state_machine_as_test(
        Course,
        settings=settings(
            max_examples=8,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
