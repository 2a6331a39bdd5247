"""Asking the feeds: which are waited for and for how long, and what is said of those that never answer."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from cm_suite.core import clock
from reputation import jobs, rules
from reputation.enums import RunState, SourceStatus
from reputation.models import Run, RunSource
from reputation.services import listing, steps
from reputation.sources.types import Answer, Listed, Status
from tests.people import Cast
from tests.reputation.makers import LONG, begin, carry_out, fed, make
from tests.reputation.web import Web, article, feed

RSS = "application/rss+xml"
S = SourceStatus


def answered(run: Run) -> dict[str, tuple[str, str]]:
    return {each.source.name: (each.status, each.reason) for each in run.sources.select_related("source")}


def later(reason: str, seconds: float | None = None, status: Status = Status.FAULT) -> Answer:
    """An answer that says to ask again, in so many seconds if it says when."""
    at = None if seconds is None else clock.now() + timedelta(seconds=seconds)
    return Answer((), status, reason, again=True, retry_at=at)


class Feed:
    """Answers in turn, the last one for ever; and how often it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, *_said: Any) -> Answer:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between two questions."""
    monkeypatch.setattr(listing, "PAUSE", timedelta())


def begun(cast: Cast, *names: str, ago: float = 0.0) -> Run:
    """A run over these feeds, whose listing began so many seconds ago."""
    sources = [fed(f"https://fil.example/{name}", name) for name in names]
    run = begin(make(cast.brand, cast.alice, *sources), cast.bob)
    taken = steps.take(run.pk, (RunState.PLANNED,), RunState.LISTING)
    assert taken is not None
    listing._freeze(taken)
    taken.started_at = clock.now() - timedelta(seconds=ago)
    taken.save(update_fields=["started_at"])
    return taken


def ask(run: Run, said: Feed, seconds: float = 1.0) -> bool:
    with patch("reputation.services.listing.read_feed", said):
        return listing.list_pages(run, None, time.monotonic() + seconds)  # type: ignore[arg-type]  # not asked


@pytest.mark.usefixtures("hasty")
def test_a_fault_that_passes_is_insisted_on(cast: Cast) -> None:
    run = begun(cast, "Fil")
    said = Feed(later("reset"), later("reset"), Answer((Listed("https://a.example/1"),), Status.ANSWERED))
    assert ask(run, said) is False
    assert (said.asked, run.state, run.fetches.count()) == (3, RunState.COLLECTING, 1)
    assert answered(run) == {"Fil": (S.ANSWERED, "")}


@pytest.mark.usefixtures("hasty")
def test_a_fault_that_lasts_is_said(cast: Cast) -> None:
    run = begun(cast, "Fil", ago=46)
    said = Feed(later("reset"))
    ask(run, said)
    assert (said.asked, run.state, answered(run)) == (1, RunState.COLLECTING, {"Fil": (S.FAULT, "reset")})


def test_what_cannot_pass_is_not_asked_again(cast: Cast) -> None:
    run = begun(cast, "Fil")
    said = Feed(Answer((), Status.REFUSED, "robots_forbidden"))
    ask(run, said)
    assert (said.asked, answered(run)) == (1, {"Fil": (S.REFUSED, "robots_forbidden")})


def test_a_site_that_says_when_is_waited_for_without_a_worker(cast: Cast) -> None:
    run = begun(cast, "Fil")
    began = time.monotonic()
    assert ask(run, Feed(later("rate_limited", 120, Status.REFUSED))) is False
    assert time.monotonic() - began < 30  # it would be 120
    run.refresh_from_db()
    assert (run.state, run.lease_until, run.tries) == (RunState.LISTING, None, 0)
    assert RunSource.objects.get(run=run).status == S.WAITING


def test_a_busy_host_does_not_hide_why_it_was_waited_for(cast: Cast) -> None:
    run = begun(cast, "Fil")
    ask(run, Feed(later("rate_limited", 120, Status.REFUSED)))
    again = steps.take(run.pk, (RunState.LISTING,), RunState.LISTING)
    assert again is not None
    again.started_at = clock.now() - rules.LONGEST_WAIT
    ask(again, Feed(later("host_busy", 30)))
    assert answered(run) == {"Fil": (S.REFUSED, "rate_limited")}


def test_a_site_that_asks_for_too_much_is_given_up(cast: Cast) -> None:
    run = begun(cast, "Fil")
    said = Feed(later("server_error", 86_400))
    ask(run, said)
    assert (said.asked, answered(run)) == (1, {"Fil": (S.FAULT, "server_error")})


def test_many_feeds_of_one_site_each_have_their_turn(cast: Cast) -> None:
    """A host that rests between two visits is busy, not out of reach, however many feeds it has."""
    run = begun(cast, *(f"Fil-{n}" for n in range(12)), ago=50)
    free = [0.0]

    def resting(_fetcher: Any, url: str, *_said: Any) -> Answer:
        now = time.monotonic()
        if now < free[0]:
            return later("host_busy", free[0] - now)
        free[0] = now + 0.02
        return Answer((Listed(f"{url}/a"),), Status.ANSWERED)

    with patch("reputation.services.listing.read_feed", resting):
        listing.list_pages(run, None, time.monotonic() + 5)  # type: ignore[arg-type]  # nobody asks it
    assert set(answered(run).values()) == {(S.ANSWERED, "")}
    assert (run.state, run.fetches.count()) == (RunState.COLLECTING, 12)


@pytest.mark.usefixtures("hasty")
def test_one_slow_feed_does_not_lose_the_others(cast: Cast) -> None:
    run = begun(cast, "Un", "Deux", "Trois")
    answers = {
        "https://fil.example/Un": Answer((Listed("https://a.example/1"),), Status.ANSWERED),
        "https://fil.example/Deux": later("rate_limited", 200, Status.REFUSED),
        "https://fil.example/Trois": Answer((), Status.SILENT, "empty_feed"),
    }
    with patch("reputation.services.listing.read_feed", lambda _fetcher, url, *_said: answers[url]):
        assert listing.list_pages(run, None, time.monotonic() + 1) is False  # type: ignore[arg-type]
    assert answered(run) == {
        "Un": (S.ANSWERED, ""),
        "Deux": (S.WAITING, "rate_limited"),
        "Trois": (S.SILENT, "empty_feed"),
    }


def test_a_turn_that_is_over_asks_for_another_right_away(cast: Cast) -> None:
    run = begun(cast, "Un", "Deux")
    assert ask(run, Feed(Answer((), Status.SILENT, "empty_feed")), seconds=-1) is True
    run.refresh_from_db()
    assert (run.state, run.lease_token, run.tries) == (RunState.LISTING, None, 0)


def test_a_worker_killed_while_listing_asks_only_the_feeds_that_are_left(cast: Cast, web: Web) -> None:
    page = web.page("/a", article("Une lampe", f"Maison Lumen. {LONG}"))
    sources = [fed(web.page(f"/rss{n}", feed(("Une", page)), kind=RSS), f"Fil {n}") for n in range(3)]
    run = begin(make(cast.brand, cast.alice, *sources), cast.bob)
    settle, settled = listing._settle, 0

    def killed(run: Run, asked: RunSource, answer: Answer) -> None:
        nonlocal settled
        if settled == 2:
            raise SystemExit
        settled += 1
        settle(run, asked, answer)

    with patch.object(listing, "_settle", killed), pytest.raises(SystemExit):
        jobs.turn(run.pk)
    run.refresh_from_db()
    assert (run.state, run.fetches.count()) == (RunState.LISTING, 1)
    assert carry_out(run).state == RunState.DONE
    assert [web.visits[f"/rss{n}"] for n in range(3)] == [1, 1, 2]
    assert (web.visits["/a"], run.mentions.count()) == (1, 1)
    assert set(answered(run).values()) == {(S.ANSWERED, "")}


def test_a_person_who_interrupts_often_does_not_fail_the_run(cast: Cast, web: Web) -> None:
    run = begin(make(cast.brand, cast.alice, fed(web.page("/rss", feed(), kind=RSS))), cast.bob)
    for _time in range(5):
        with (
            patch("reputation.services.listing.list_pages", side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            jobs.turn(run.pk)
    assert carry_out(run).state == RunState.DONE
