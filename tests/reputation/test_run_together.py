"""Several people, workers and clocks at the same instant: the database decides, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from pages.notices.enums import MailKind
from pages.notices.models import Mail, Notice
from reputation import jobs
from reputation.enums import RunState
from reputation.models import Audit, Fetch, Run
from reputation.services import request
from reputation.services.drafts import AlreadyRunning, Conflict, Refused, Saved
from tests.people import Cast
from tests.reputation.makers import LONG, Said, begin, draft, finished, listed, make
from tests.reputation.web import Web, article

PAST = datetime(2026, 1, 1, tzinfo=UTC)
CROWD = 6

pytestmark = pytest.mark.slow


def together(act: Callable[[int], object], count: int = CROWD) -> list[object]:
    """What an act gives to so many who do it at once, each with a connection of their own."""
    gate = Barrier(count)

    def one(place: int) -> object:
        try:
            gate.wait(20)
            return act(place)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def kinds(found: list[object]) -> Counter[str]:
    return Counter(type(each).__name__ for each in found)


def test_many_clicks_on_run_start_one(crowd: Cast) -> None:
    audit = make(crowd.brand, crowd.alice)
    found = together(lambda _place: request.ask_run(Audit.objects.get(pk=audit.pk), crowd.bob))
    assert kinds(found) == {"Run": 1, "AlreadyRunning": CROWD - 1}
    run = Run.objects.get()
    assert {each.run.pk for each in found if isinstance(each, AlreadyRunning)} == {run.pk}
    assert LedgerEntry.objects.filter(kind="audit.run_asked").count() == 1
    assert ledger.verify(crowd.brand.pk) is None


def test_a_click_and_the_clock_start_one(crowd: Cast) -> None:
    audit = make(crowd.brand, crowd.alice, cron="0 8 * * *")
    Audit.objects.update(next_run_at=PAST)

    def go(place: int) -> object:
        return jobs.start_due() if place % 2 else request.ask_run(Audit.objects.get(pk=audit.pk), crowd.bob)

    together(go)
    assert Run.objects.count() == 1


def test_many_clocks_start_one(crowd: Cast) -> None:
    make(crowd.brand, crowd.alice, cron="0 8 * * *")
    Audit.objects.update(next_run_at=PAST)
    assert sum(int(str(each)) for each in together(lambda _place: jobs.start_due())) == 1
    run = Run.objects.get()
    assert run.slot is not None
    assert run.slot > PAST


def test_of_many_who_save_one_is_kept_whole(crowd: Cast) -> None:
    audit = make(crowd.brand, crowd.alice)

    def save(place: int) -> object:
        said = draft(listed(f"https://site{place}.example/"), name=f"Nom {place}")
        return request.change_audit(Audit.objects.get(pk=audit.pk), crowd.alice, said, 1)

    found = together(save)
    assert kinds(found) == {"Saved": 1, "Conflict": CROWD - 1}
    audit.refresh_from_db()
    place = audit.name.removeprefix("Nom ")
    addresses = audit.sources.get(dropped_at=None).addresses.values_list("url", flat=True)
    assert (audit.version, list(addresses)) == (2, [f"https://site{place}.example/"])
    assert {each.current.version for each in found if isinstance(each, Conflict)} == {2}


def test_of_many_who_cancel_one_does(crowd: Cast) -> None:
    run = begin(make(crowd.brand, crowd.alice), crowd.bob)
    found = together(lambda _place: request.cancel(Run.objects.get(pk=run.pk), crowd.alice))
    assert kinds(found) == {"Run": 1, "Refused": CROWD - 1}
    assert LedgerEntry.objects.filter(kind="audit.run_cancelled").count() == 1


def test_many_audits_of_one_name_have_addresses_of_their_own(crowd: Cast) -> None:
    found = together(lambda _place: request.create_audit(crowd.brand, crowd.alice, draft(name="Prix")))
    slugs = sorted(each.audit.slug for each in found if isinstance(each, Saved))
    assert slugs == sorted(["prix", *(f"prix-{number}" for number in range(2, CROWD + 1))])


def test_putting_away_and_running_at_once(crowd: Cast) -> None:
    audit = make(crowd.brand, crowd.alice)

    def go(place: int) -> object:
        current = Audit.objects.get(pk=audit.pk)
        return request.ask_run(current, crowd.bob) if place % 2 else request.archive(current, crowd.alice)

    found = together(go)
    assert sum(isinstance(each, Saved) for each in found) == 1
    assert not Run.objects.filter(state__in=(RunState.PLANNED, RunState.LISTING)).exists()
    assert all(isinstance(each, Saved | Refused | Run | AlreadyRunning) for each in found)


def test_many_turns_of_the_mail_write_each_once(crowd: Cast) -> None:
    audit = make(crowd.brand, crowd.alice, recipients=(crowd.alice.pk, crowd.vera.pk))
    for _run in range(3):
        finished(audit, Said("neutral"))
    written = together(lambda _place: jobs.send_audit_emails())
    assert sum(int(str(each)) for each in written) == 6
    assert Mail.objects.filter(kind=MailKind.AUDIT).count() == 6
    assert not Run.objects.filter(mailed_at=None).exists()


def test_many_workers_on_two_audits_read_each_page_once(crowd: Cast, web: Web) -> None:
    runs = []
    for brand, by, start in ((crowd.brand, crowd.alice, 0), (crowd.other_brand, crowd.charlie, 10)):
        urls = [
            web.page(
                f"/{n}",
                article(f"Lampe {n}", f"Maison Lumen, lampe {n}. {LONG}"),
                host=("127.0.0.1", "localhost")[n % 2],
                seconds=0.02,
            )
            for n in range(start, start + 5)
        ]
        runs.append(begin(make(brand, by, listed(*urls)), by))
    together(lambda place: [jobs.turn(runs[place % 2].pk) for _turn in range(4)], 4)
    for run in runs:
        while jobs.turn(run.pk):
            continue
        run.refresh_from_db()
    assert [run.state for run in runs] == [RunState.DONE, RunState.DONE]
    assert {web.visits[f"/{n}"] for n in (*range(5), *range(10, 15))} == {1}
    assert set(web.most_at_once.values()) == {1}
    assert [run.mentions.count() for run in runs] == [5, 5]
    assert not Fetch.objects.exclude(state="stored").exists()
    assert Notice.objects.count() == 2


def test_many_workers_end_a_run_once(crowd: Cast, web: Web) -> None:
    url = web.page("/a", article("Lampe", f"Maison Lumen. {LONG}"))
    run = begin(make(crowd.brand, crowd.alice, listed(url)), crowd.bob)
    together(lambda _place: jobs.turn(run.pk))
    run.refresh_from_db()
    assert (run.state, web.visits["/a"], run.mentions.count()) == (RunState.DONE, 1, 1)
    assert LedgerEntry.objects.filter(kind="audit.run_done").count() == 1
    assert Notice.objects.count() == 1
