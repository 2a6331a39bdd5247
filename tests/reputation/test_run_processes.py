"""Real processes: two at once on one host, one that is interrupted, one that is killed while it lists."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from cm_suite.core import fetch
from reputation import jobs
from reputation.enums import FetchState, RunState
from reputation.models import Audit, Fetch, Run
from tests.people import Cast
from tests.reputation.conftest import Child
from tests.reputation.makers import LONG, carry_out, fed, listed, make
from tests.reputation.web import Web, article, feed

PAST = datetime(2026, 1, 1, tzinfo=UTC)
PAUSE = fetch.PAUSE

type Start = Callable[..., Child]

pytestmark = pytest.mark.slow


def page(web: Web, path: str, seconds: float = 0.0) -> str:
    return web.page(path, article(f"Lampe {path}", f"Maison Lumen, lampe {path}. {LONG}"), seconds=seconds)


def name(audit: Audit) -> str:
    return f"{audit.brand.slug}/{audit.slug}"


def until(what: str, act: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not act():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.mark.usefixtures("redis_url")
def test_two_processes_never_meet_at_a_host_and_let_it_rest(crowd: Cast, web: Web, worker: Start) -> None:
    paths = [f"/{n}" for n in range(6)]
    one = make(crowd.brand, crowd.alice, listed(*(page(web, path, 0.1) for path in paths[:3])))
    other = make(crowd.other_brand, crowd.charlie, listed(*(page(web, path, 0.1) for path in paths[3:])))
    children = [worker(name(one)), worker(name(other))]
    assert [child.wait(90) for child in children] == [0, 0], [child.told for child in children]
    assert set(Run.objects.values_list("state", flat=True)) == {RunState.DONE}
    assert {web.visits[path] for path in paths} == {1}
    assert set(web.most_at_once.values()) == {1}
    begun = [at for path, at in web.begun if path in paths]
    gaps = [later - earlier for earlier, later in zip(begun, begun[1:], strict=False)]
    assert len(gaps) == 5
    assert min(gaps) > PAUSE


def test_a_run_that_is_interrupted_goes_on_later(crowd: Cast, web: Web, worker: Start) -> None:
    audit = make(crowd.brand, crowd.alice, listed(*(page(web, f"/{n}", 0.2) for n in range(5))))
    child = worker(name(audit))
    until("no page was read", lambda: Fetch.objects.filter(state=FetchState.STORED).exists())
    child.interrupt()
    assert child.wait(30) == 130
    assert child.said == ""
    assert "interrupted" in child.told
    assert "Traceback" not in child.told
    states = set(Fetch.objects.values_list("state", flat=True))
    assert states == {FetchState.STORED, FetchState.PLANNED}
    again = worker(name(audit), "--json")
    assert again.wait(60) == 0, again.told
    report = json.loads(again.said)
    assert (report["number"], report["state"], len(report["mentions"])) == (1, "done", 5)
    assert {web.visits[f"/{n}"] for n in range(5)} == {1}


def test_a_worker_killed_while_it_asks_a_feed(crowd: Cast, web: Web, worker: Start) -> None:
    urls = [page(web, f"/{n}") for n in range(2)]
    kind = "application/rss+xml"
    quick = fed(web.page("/quick", feed(("Une", urls[0])), kind=kind), "Vif")
    slow = fed(web.page("/slow", feed(("Deux", urls[1])), kind=kind, seconds=1.5), "Lent")
    audit = make(crowd.brand, crowd.alice, quick, slow)
    child = worker(name(audit))
    until("the slow feed was not asked", lambda: web.visits["/slow"] == 1)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(10)
    run = Run.objects.get()
    assert (run.state, list(run.fetches.values_list("url", flat=True))) == (RunState.LISTING, [urls[0]])
    assert jobs.sweep() == 0
    Run.objects.update(lease_until=PAST)
    assert jobs.sweep() == 1
    assert carry_out(run).state == RunState.DONE
    assert [web.visits[path] for path in ("/quick", "/slow", "/0", "/1")] == [1, 2, 1, 1]
    assert run.mentions.count() == 2


HEAVY = {
    "paragraphs": f"<p>Maison Lumen vend une lampe. {LONG}</p>\n",
    "letters": "été œuvre ",
    "breaks": "<br>a",
    "bold": "<b>",
}


def test_eight_readers_of_heavy_pages_stay_small(
    crowd: Cast, web: Web, worker: Start, settings: Settings
) -> None:
    web.names |= {f"site{n}.localhost" for n in range(8)}
    settings.CM_ALLOWED_HOSTS = web.pairs
    urls = []
    for n, piece in enumerate([*HEAVY.values()] * 2):
        body = f"<html><body><article><p>Maison Lumen, page {n}.</p>{piece * (4_900_000 // len(piece))}"
        body = body.encode()[:4_990_000].decode("utf-8", "ignore")
        urls.append(web.page(f"/{n}", body, host=f"site{n}.localhost"))
    child = worker(name(make(crowd.brand, crowd.alice, listed(*urls))))
    most = 0
    while child.poll() is None:
        most = max(most, child.most_memory)
        time.sleep(0.05)
    assert child.wait() == 0, child.told
    assert Fetch.objects.filter(state=FetchState.STORED).count() == 8
    assert {web.visits[f"/{n}"] for n in range(8)} == {1}
    print(f"{most} MB")  # noqa: T201
    assert most < 300


def test_a_report_as_json_is_alone_on_its_output(crowd: Cast, web: Web, worker: Start) -> None:
    audit = make(crowd.brand, crowd.alice, listed(page(web, "/a"), web.url("/missing")))
    child = worker(name(audit), "--json")
    assert child.wait(60) == 0, child.told
    assert child.said.count("\n") == 1
    report = json.loads(child.said)
    assert report["sources"][0]["faults"] == [{"code": "not_found", "count": 1}]
    assert datetime.fromisoformat(report["ended_at"]).tzinfo is not None
    assert report["subject"] == ["Maison Lumen"]


def test_an_unknown_audit_says_which_there_are(crowd: Cast, web: Web, worker: Start) -> None:
    audit = make(crowd.brand, crowd.alice, listed(page(web, "/a")))
    child = worker("maison-lumen/autre")
    assert child.wait(60) == 1
    assert child.said == ""
    assert "there is no audit maison-lumen/autre: write BRAND/AUDIT as in its address" in child.told
    assert name(audit) in child.told
    assert Run.objects.count() == 0
