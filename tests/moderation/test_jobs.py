"""The turns: each may run twice, a fault in one thing stops no other, no word of anybody in the logs."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from cm_suite.core.errors import Later, Never, Unknown
from cm_suite.schedule import PERIODIC
from moderation import jobs
from moderation.enums import ActionState, Decided, ReviewState
from moderation.models import Action, Comment, Review, Watch
from moderation.services import act, assign, watching
from moderation.services.evidence import erase
from pages.networks.types import CommentBatch
from pages.services import connect
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, held, lapse, review_of, taken
from tests.moderation.network import VISITOR, FakeNetwork
from tests.people import Cast


def test_the_periodic_jobs_are_those_of_this_module() -> None:
    named = [each.job for each in PERIODIC if each.job.startswith("moderation.")]
    assert named == [
        "moderation.jobs.poll_comments",
        "moderation.jobs.carry_out",
        "moderation.jobs.sweep",
        "moderation.jobs.check_listening",
        "moderation.jobs.remind_last_days",
        "moderation.jobs.tidy",
        "moderation.jobs.forget_words",
    ]
    assert all(callable(getattr(jobs, name.rpartition(".")[2])) for name in named)


def test_comments_are_polled_and_counted_once(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT)
    network.write("c2", HARMLESS)
    assert (jobs.poll_comments(), jobs.poll_comments()) == (2, 0)
    network.change("c2", text=INSULT)
    assert jobs.poll_page(cast.newsroom.pk) == 1
    assert Review.objects.count() == 2


def test_a_page_that_breaks_our_reading_stops_no_other_and_is_read_again_later(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    network.write("c1", INSULT)

    def broken(mark: str) -> CommentBatch:
        raise ZeroDivisionError

    silent = connect.client_for(cast.other_newsroom)
    monkeypatch.setattr(silent, "comments", broken)
    assert jobs.poll_comments() == 1
    bad = Watch.objects.get(page=cast.other_newsroom)
    assert (bad.state, bad.code, bad.tries, bad.lease_token) == ("idle", "unexpected", 1, None)
    assert bad.next_at is not None
    [said] = caplog.messages
    assert said.startswith(f"read of Watch {bad.pk}: ZeroDivisionError\n")
    assert Watch.objects.get(page=cast.newsroom).code == ""


def test_what_was_decided_is_carried_out_once(cast: Cast, network: FakeNetwork) -> None:
    action = decided(taken(cast.newsroom, network), cast.mona).action
    assert action is not None
    assert (jobs.carry_out_one(action.pk), jobs.carry_out_one(action.pk)) == (True, False)
    assert (jobs.carry_out(), len(network.calls)) == (0, 1)


def test_an_action_that_does_not_exist_is_nothing_to_do(db: None) -> None:
    assert jobs.carry_out_one(404) is False
    assert jobs.tell_reporters(404) is False
    assert jobs.poll_page(404) == 0


def test_a_turn_that_is_over_rings_for_the_next(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(taken(cast.newsroom, network), cast.mona)
    rung: list[str] = []
    monkeypatch.setattr(jobs, "TURN_SECONDS", -1)
    monkeypatch.setattr("cm_suite.core.queue.enqueue", rung.append)
    assert jobs.carry_out() == 0
    assert rung == ["moderation.jobs.carry_out"]


def test_what_killed_workers_left_is_put_right(cast: Cast, network: FakeNetwork) -> None:
    first = taken(cast.newsroom, network)
    action = decided(first, cast.mona).action
    assert action is not None
    act.take(1)
    lapse(action)
    review = held(review_of(taken(cast.newsroom, network, remote_id="c2")), cast.mona)
    lapse(review)
    watch = Watch.objects.get()
    Watch.objects.update(
        state="polling", lease_token=action.lease_token, lease_until=fresh(action).lease_until
    )
    assert jobs.sweep() == 3
    assert fresh(action).state == ActionState.PLANNED
    assert fresh(review).state == ReviewState.WAITING
    watch.refresh_from_db()
    assert (watch.state, watch.code) == ("idle", "worker_lost")
    assert jobs.sweep() == 0


def test_a_fault_in_one_step_of_the_sweep_stops_no_other(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    review = held(review_of(taken(cast.newsroom, network)), cast.mona)
    lapse(review)

    def expired() -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(watching, "expired", expired)
    assert jobs.sweep() == 1
    assert fresh(review).state == ReviewState.WAITING
    [said] = caplog.messages
    assert said.startswith("expired failed: ZeroDivisionError\n")


def test_nothing_a_visitor_wrote_or_is_called_stands_in_the_logs(
    cast: Cast, network: FakeNetwork, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    comment = taken(cast.newsroom, network)
    network.fails("comments", Later("not_sent"))
    jobs.poll_page(cast.newsroom.pk)
    network.fails("hide", Unknown("reset"))
    decided(comment, cast.mona, reason="Karim est visé", told="Pas de ça ici")
    jobs.carry_out()
    network.fails("comment", Never("content_refused"))
    Action.objects.update(next_attempt_at=comment.seen_at)
    jobs.sweep()

    def faulty(*_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(network, "hide", faulty)
    Action.objects.update(state=ActionState.PLANNED, next_attempt_at=None)
    jobs.carry_out()
    erase(comment, cast.alice)
    said = caplog.text
    words = ("connard", "Karim", "Pas de ça", VISITOR.name, VISITOR.handle, cast.mona.email)
    assert [word for word in words if word in said] == []


def test_reading_comments_costs_the_same_for_each(
    cast: Cast, network: FakeNetwork, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    taken(cast.newsroom, network)  # the watch and the thread are there
    for number in range(10):
        network.write(f"n{number}", HARMLESS)
    with django_assert_max_num_queries(10 * 16 + 12):
        jobs.poll_page(cast.newsroom.pk)
    assert Comment.objects.count() == 11


def test_a_whole_day_of_decisions_needs_no_watching(cast: Cast, network: FakeNetwork) -> None:
    for number in range(3):
        network.write(f"c{number}", INSULT)
    jobs.poll_comments()
    while (review := assign.claim_next(cast.brand, cast.mona)) is not None:
        decided_ = decided(review.comment, cast.mona, Decided.DELETE)
        assert decided_.done is True
    assert (jobs.carry_out(), jobs.sweep(), jobs.poll_comments()) == (3, 0, 0)
    assert set(Comment.objects.values_list("presence", flat=True)) == {"gone"}
