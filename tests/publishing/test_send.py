"""One turn of the engine on a real network client: claim, fence, one call, four outcomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import django_rq
import pytest
import time_machine
from django.db import OperationalError
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.http import NetworkHttp
from cm_suite.core.models import LedgerEntry
from cm_suite.ops.bench.fake_network import FaultKind, Reply
from pages.enums import PageState
from pages.models import Credential, Page
from pages.networks.mastodon.client import MastodonClient
from pages.networks.types import Outgoing
from pages.newsroom.models import NewsroomPost
from pages.notices.models import Notice
from pages.services.connect import client_for
from pages.services.pause import pause
from publishing import jobs
from publishing.enums import DeliveryState, FollowUpTask, HoldReason
from publishing.models import Attempt, Delivery, FollowUp, Override, Post
from publishing.services import claim, draft, outcomes, plan, send, sweep
from publishing.services.outgoing import mark
from publishing.services.results import Saved
from tests.people import Cast
from tests.publishing.makers import delivery_of, due, fresh, gap, published, state_of
from tests.publishing.network import Network

S = DeliveryState
TEXT = "Opening on Saturday"


def turn() -> None:
    """One turn, without what follows from it."""
    jobs.drain(claim.take, send.deliver, send.recover, 1)


def attempts(delivery: Delivery) -> list[tuple[int, str, str]]:
    rows = Attempt.objects.filter(delivery=delivery).order_by("number")
    return list(rows.values_list("number", "outcome", "code"))


def events(delivery: Delivery) -> list[tuple[str, str]]:
    return list(FollowUp.objects.filter(delivery=delivery).order_by("pk").values_list("event", "task"))


class TestDone:
    def test_a_due_post_goes_out_once(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        turn()
        turn()
        row = fresh(row)
        (status,) = network.fake.of("7")
        assert network.accepted == {TEXT: 1}
        assert (row.state, row.remote_id, row.remote_url, row.code) == (
            S.PUBLISHED,
            status["id"],
            status["url"],
            "",
        )
        assert row.published_at == datetime.fromisoformat(status["created_at"])
        assert (row.lease_token, row.lease_until, row.next_attempt_at) == (None, None, None)
        assert attempts(row) == [(1, "done", "")]
        assert events(row) == [(S.PUBLISHED, FollowUpTask.LEDGER), (S.PUBLISHED, FollowUpTask.NOTICE)]

    def test_the_newsroom_has_it_too(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        turn()
        post = NewsroomPost.objects.get()
        row = fresh(row)
        assert (post.text, post.key) == (TEXT, row.key)
        assert (row.state, row.remote_id) == (S.PUBLISHED, str(post.pk))

    def test_what_is_not_due_stays(self, mastodon: Page, network: Network) -> None:
        later = delivery_of(mastodon, clock.now() + timedelta(minutes=1))
        backing_off = due(mastodon, next_attempt_at=clock.now() + timedelta(minutes=1))
        turn()
        assert (state_of(later), state_of(backing_off), network.writes) == (S.PLANNED, S.PLANNED, 0)

    def test_a_page_asked_to_wait_waits(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        Page.objects.filter(pk=mastodon.pk).update(paced_until=clock.now() + timedelta(minutes=1))
        turn()
        assert (state_of(row), network.writes) == (S.PLANNED, 0)

    def test_what_is_late_is_never_claimed(self, mastodon: Page, network: Network) -> None:
        row = delivery_of(mastodon, clock.now() - timedelta(minutes=31))
        turn()
        assert (state_of(row), network.writes) == (S.PLANNED, 0)

    def test_the_attempt_is_there_before_the_call(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        seen: list[Any] = []

        call = NetworkHttp.call

        def spied(self: NetworkHttp, method: str, url: str, **options: Any) -> Any:
            seen.append((fresh(row).state, attempts(row)))
            return call(self, method, url, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(NetworkHttp, "call", spied)
            turn()
        assert seen == [(S.SENDING, [(1, "", "")])]
        assert state_of(row) == S.PUBLISHED


class TestLater:
    def test_a_server_that_cannot_be_reached_is_tried_again(
        self, mastodon: Page, network: Network, settings: Settings
    ) -> None:
        settings.CM_ALLOWED_HOSTS = frozenset({("127.0.0.1", 1)})
        Page.objects.filter(pk=mastodon.pk).update(host="http://127.0.0.1:1")
        row = due(mastodon)
        before = clock.now()
        turn()
        row = fresh(row)
        assert (row.state, row.code, row.tries, attempts(row)) == (
            S.PLANNED,
            "not_sent",
            1,
            [(1, "later", "not_sent")],
        )
        assert row.next_attempt_at is not None
        assert timedelta(seconds=22) <= row.next_attempt_at - before <= timedelta(seconds=32)
        assert events(row) == []

    def test_the_back_off_doubles_up_to_a_quarter_of_an_hour(self, settings: Settings) -> None:
        for tries, longest in [(0, 30), (1, 60), (4, 480), (5, 900), (30_000, 900)]:
            seconds = outcomes.backoff(tries).total_seconds()
            assert longest * 0.75 <= seconds <= longest

    def test_a_network_that_names_a_time_is_asked_then(self, mastodon: Page, network: Network) -> None:
        network.answers("POST", 429, "Too many requests", retry_after="120")
        row = due(mastodon)
        before = clock.now()
        turn()
        row = fresh(row)
        assert (row.state, row.code, attempts(row)) == (
            S.PLANNED,
            "rate_limited",
            [(1, "later", "rate_limited")],
        )
        assert row.next_attempt_at is not None
        assert 119 <= (row.next_attempt_at - before).total_seconds() <= 122
        turn()
        assert network.accepted == {}

    def test_a_second_try_is_a_second_attempt_with_the_same_key(
        self, mastodon: Page, network: Network
    ) -> None:
        network.answers("POST", 429, "Too many requests", retry_after="0")
        row = due(mastodon)
        turn()
        Delivery.objects.update(next_attempt_at=None)
        Page.objects.update(paced_until=None)
        with time_machine.travel(clock.now() + timedelta(minutes=2)):
            turn()
        keys = {request.headers["idempotency-key"] for request in network.fake.requests if request.body}
        assert (state_of(row), network.accepted, keys) == (S.PUBLISHED, {TEXT: 1}, {row.key})
        assert attempts(row) == [(1, "later", "rate_limited"), (2, "done", "")]


class TestNever:
    def test_a_refused_text_waits_for_an_edit(self, mastodon: Page, network: Network) -> None:
        network.answers("POST", 422, "Validation failed: Text is rude")
        row = due(mastodon)
        turn()
        turn()
        row = fresh(row)
        assert (row.state, row.code, row.step) == (S.REJECTED, "content_refused", "edit")
        (attempt,) = Attempt.objects.all()
        assert (attempt.outcome, "rude" in attempt.answer) == ("never", True)
        assert (network.writes, network.accepted) == (0, {})
        assert events(row) == [(S.REJECTED, FollowUpTask.LEDGER), (S.REJECTED, FollowUpTask.NOTICE)]

    def test_a_limit_that_shrank_meanwhile_is_noticed_before_the_call(
        self, mastodon: Page, network: Network
    ) -> None:
        row = due(mastodon)
        Page.objects.filter(pk=mastodon.pk).update(text_limit=5)
        turn()
        row = fresh(row)
        assert (row.state, row.code, row.step) == (S.REJECTED, "too_long", "edit")
        assert (attempts(row), network.writes) == ([], 0)


class TestCredential:
    def test_a_refused_token_marks_the_page_and_holds_its_queue(
        self, mastodon: Page, network: Network, cast: Cast
    ) -> None:
        network.fake.any_token = False
        row = due(mastodon)
        next_one = delivery_of(mastodon, clock.now() + timedelta(days=1), "Tomorrow")
        elsewhere = delivery_of(cast.newsroom, clock.now() + timedelta(days=1))
        turn()
        mastodon.refresh_from_db()
        row, next_one = fresh(row), fresh(next_one)
        assert mastodon.state == PageState.NEEDS_RECONNECT
        assert (row.state, row.hold_reason, row.code) == (S.HELD, HoldReason.RECONNECT, "access_refused")
        assert (attempts(row), events(row)) == (
            [(1, "never", "access_refused")],
            [(S.HELD, FollowUpTask.LEDGER)],
        )
        assert (next_one.state, next_one.hold_reason) == (S.HELD, HoldReason.RECONNECT)
        assert state_of(elsewhere) == S.PLANNED
        assert set(Notice.objects.values_list("kind", "person__name")) == {("reconnect", "Alice")}

    def test_a_passing_refusal_disconnects_nothing(self, mastodon: Page, network: Network) -> None:
        network.answers("POST", 401, "The access token is invalid")
        row = due(mastodon)
        next_one = delivery_of(mastodon, clock.now() + timedelta(days=1), "Tomorrow")
        turn()
        mastodon.refresh_from_db()
        row = fresh(row)
        assert (mastodon.state, row.state, row.tries) == (PageState.CONNECTED, S.PLANNED, 1)
        assert (attempts(row), state_of(next_one)) == ([(1, "never", "access_refused")], S.PLANNED)

    def test_what_a_revoked_token_stopped_leaves_once_after_reconnecting(
        self, mastodon: Page, network: Network
    ) -> None:
        network.fake.any_token = False
        row = due(mastodon, tries=5)
        turn()
        assert (state_of(row), network.accepted) == (S.HELD, {})
        network.fake.any_token = True
        Page.objects.filter(pk=mastodon.pk).update(state=PageState.CONNECTED)
        assert sweep.released() == 1
        assert (state_of(row), fresh(row).tries) == (S.PLANNED, 0)
        turn()
        turn()
        assert (state_of(row), network.accepted) == (S.PUBLISHED, {TEXT: 1})
        assert attempts(row) == [(1, "never", "access_refused"), (2, "done", "")]

    @pytest.mark.parametrize("tries", [2, 30])
    def test_waits_for_other_reasons_are_no_refusals(
        self, mastodon: Page, network: Network, tries: int
    ) -> None:
        network.answers("POST", 401, "The access token is invalid")
        row = due(mastodon, tries=tries)
        for number in range(1, 3):
            started_at = clock.now() - timedelta(minutes=number)
            given = {"fingerprint": "x", "outcome": "later", "code": "rate_limited"}
            Attempt.objects.create(delivery=row, number=number, started_at=started_at, **given)
        turn()
        mastodon.refresh_from_db()
        assert (mastodon.state, state_of(row)) == (PageState.CONNECTED, S.PLANNED)
        assert [each.method for each in network.fake.requests][-1] == "GET"
        assert Notice.objects.count() == 0

    def test_a_post_that_is_refused_again_and_again_goes_alone(
        self, mastodon: Page, network: Network
    ) -> None:
        network.answers("POST", 403, "This action is outside the authorized scopes", times=3)
        row = due(mastodon)
        next_one = delivery_of(mastodon, clock.now() + timedelta(days=1), "Tomorrow")
        states = []
        for _try in range(3):
            Delivery.objects.filter(pk=row.pk).update(next_attempt_at=None)
            turn()
            states.append(state_of(row))
        mastodon.refresh_from_db()
        row = fresh(row)
        assert states == [S.PLANNED, S.PLANNED, S.REJECTED]
        assert (row.code, row.step) == ("scope_missing", "reconnect")
        assert (mastodon.state, state_of(next_one)) == (PageState.CONNECTED, S.PLANNED)
        assert Notice.objects.count() == 0
        assert events(row) == [(S.REJECTED, FollowUpTask.LEDGER), (S.REJECTED, FollowUpTask.NOTICE)]

    def test_refusals_of_an_earlier_plan_do_not_count(self, mastodon: Page, network: Network) -> None:
        network.answers("POST", 403, "This action is outside the authorized scopes")
        row = due(mastodon)
        for number in range(1, 4):
            given = {"fingerprint": "x", "outcome": "never", "code": "scope_missing"}
            Attempt.objects.create(delivery=row, number=number, started_at=clock.now(), **given)
        turn()
        assert (state_of(row), fresh(row).tries) == (S.PLANNED, 1)

    def test_a_network_that_cannot_be_asked_again_decides_nothing(
        self, mastodon: Page, network: Network
    ) -> None:
        row = due(mastodon)
        for number in range(1, 5):
            network.answers("POST", 403, "This action is outside the authorized scopes")
            network.answers("GET", 503, "down")
            Delivery.objects.filter(pk=row.pk).update(next_attempt_at=None)
            turn()
            assert (state_of(row), fresh(row).tries) == (S.PLANNED, number)
        mastodon.refresh_from_db()
        assert mastodon.state == PageState.CONNECTED

    def test_a_page_without_a_token_holds_before_anything_is_sent(
        self, mastodon: Page, network: Network
    ) -> None:
        Credential.objects.all().delete()
        row = due(mastodon)
        turn()
        mastodon.refresh_from_db()
        row = fresh(row)
        assert (row.state, row.hold_reason, attempts(row)) == (S.HELD, HoldReason.RECONNECT, [])
        assert mastodon.state == PageState.NEEDS_RECONNECT


class TestUnknown:
    @pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER, FaultKind.RESET_BEFORE])
    def test_a_lost_answer_is_never_sent_again(
        self, mastodon: Page, network: Network, kind: FaultKind, settings: Settings
    ) -> None:
        network.fails("POST", kind)
        row = due(mastodon)
        before = clock.now()
        turn()
        turn()
        row = fresh(row)
        assert (row.state, row.code, row.tries, attempts(row)) == (
            S.UNKNOWN,
            "no_answer",
            0,
            [(1, "unknown", "no_answer")],
        )
        assert row.next_attempt_at is not None
        waits = (row.next_attempt_at - before).total_seconds()
        assert 45 <= waits <= 48
        assert network.accepted.total() == (1 if kind is FaultKind.RESET_AFTER else 0)
        assert events(row) == [(S.UNKNOWN, FollowUpTask.LEDGER)]

    def test_an_error_after_accepting_is_unknown(self, mastodon: Page, network: Network) -> None:
        network.fails("POST", FaultKind.ANSWER_AFTER, Reply(503, {"error": "down"}))
        row = due(mastodon)
        turn()
        assert (state_of(row), attempts(row)) == (S.UNKNOWN, [(1, "unknown", "server_error")])


class TestFaultsOfOurs:
    def test_a_fault_before_the_fence_sends_nothing_and_is_tried_again(
        self, mastodon: Page, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: object) -> None:
            raise RuntimeError("a fault of ours")

        row = due(mastodon)
        monkeypatch.setattr(send, "client_for", broken)
        turn()
        row = fresh(row)
        assert (row.state, row.code, row.tries, attempts(row)) == (S.PLANNED, "unexpected", 1, [])
        assert row.lease_token is None
        assert network.writes == 0

    def test_a_database_that_fails_after_the_yes_never_sends_again(
        self, mastodon: Page, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(*_args: object) -> None:
            raise OperationalError("database is locked")

        row = due(mastodon)
        monkeypatch.setattr(outcomes, "publish", failing)
        turn()
        turn()
        assert (state_of(row), attempts(row)) == (S.UNKNOWN, [(1, "unknown", "unexpected")])
        assert network.accepted == {TEXT: 1}

    def test_a_client_that_never_crosses_the_fence_sent_nothing(
        self, mastodon: Page, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(MastodonClient, "publish", lambda *_args: None)
        row = due(mastodon)
        turn()
        assert (state_of(row), fresh(row).code, attempts(row)) == (S.PLANNED, "unexpected", [])

    def test_a_client_that_crosses_it_twice_is_stopped(
        self, mastodon: Page, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def twice(_self: object, _post: object, fence: Any) -> None:
            fence()
            fence()

        monkeypatch.setattr(MastodonClient, "publish", twice)
        row = due(mastodon)
        turn()
        assert (state_of(row), len(attempts(row))) == (S.UNKNOWN, 1)


class TestHeld:
    def test_a_pause_holds_what_is_due(self, mastodon: Page, network: Network, cast: Cast) -> None:
        row = due(mastodon)
        pause(cast.brand, mastodon, "Mourning", cast.alice)
        turn()
        row = fresh(row)
        assert (row.state, row.hold_reason, row.code) == (S.HELD, HoldReason.PAUSED, "paused")
        assert (attempts(row), network.writes) == ([], 0)
        assert events(row) == [(S.HELD, FollowUpTask.LEDGER)]

    def test_a_pause_at_the_last_moment_still_stops_it(
        self, mastodon: Page, network: Network, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = due(mastodon)
        real = client_for

        def pausing(page: Page) -> Any:
            pause(cast.brand, None, "Mourning", cast.alice)
            return real(page)

        monkeypatch.setattr(send, "client_for", pausing)
        turn()
        assert (state_of(row), attempts(row), network.writes) == (S.HELD, [], 0)

    def test_a_rule_made_stricter_holds_what_no_longer_fits(self, mastodon: Page, network: Network) -> None:
        published(mastodon, clock.now() - timedelta(minutes=10))
        row = due(mastodon)
        gap(mastodon, 30)
        turn()
        row = fresh(row)
        assert (row.state, row.hold_reason, network.writes) == (S.HELD, HoldReason.POLICY, 0)
        assert events(row) == [(S.HELD, FollowUpTask.LEDGER), (S.HELD, FollowUpTask.NOTICE)]

    def test_of_two_that_no_longer_fit_the_first_goes(self, mastodon: Page, network: Network) -> None:
        first, second = due(mastodon, "One"), due(mastodon, "Two")
        gap(mastodon, 30)
        turn()
        assert (state_of(first), state_of(second)) == (S.PUBLISHED, S.HELD)
        assert network.accepted == {"One": 1}

    def test_what_is_planned_for_later_holds_nothing_back(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        delivery_of(mastodon, clock.now() + timedelta(minutes=5))
        gap(mastodon, 30)
        turn()
        assert state_of(row) == S.PUBLISHED

    def test_an_override_counts_for_its_own_time_only(
        self, mastodon: Page, network: Network, cast: Cast
    ) -> None:
        published(mastodon, clock.now() - timedelta(minutes=10))
        gap(mastodon, 30)
        allowed, moved = due(mastodon, "Allowed"), due(mastodon, "Moved")
        for row, at in [(allowed, allowed.due_at), (moved, moved.due_at - timedelta(hours=1))]:
            Override.objects.create(delivery=row, person=cast.ada, reason="Fire", for_due_at=at)
        turn()
        assert (state_of(allowed), state_of(moved)) == (S.PUBLISHED, S.HELD)

    def test_a_page_to_reconnect_holds(self, mastodon: Page, network: Network) -> None:
        Page.objects.filter(pk=mastodon.pk).update(state=PageState.NEEDS_RECONNECT)
        row = due(mastodon)
        turn()
        assert (fresh(row).hold_reason, network.writes) == (HoldReason.RECONNECT, 0)


class TestLease:
    def test_a_lost_lease_stops_the_send_at_the_fence(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        (mine,) = claim.take(1)
        Delivery.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        send.deliver(mine)
        assert (state_of(row), attempts(row), network.writes) == (S.CLAIMED, [], 0)

    def test_a_row_taken_over_is_not_touched(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        (mine,) = claim.take(1)
        Delivery.objects.update(state=S.PLANNED, lease_token=None, lease_until=None)
        (theirs,) = claim.take(1)
        send.deliver(mine)
        assert network.writes == 0
        send.deliver(theirs)
        assert (state_of(row), network.accepted) == (S.PUBLISHED, {TEXT: 1})

    @pytest.mark.parametrize("state", [S.UNKNOWN, S.NEEDS_PERSON, S.PLANNED, S.HELD, S.MISSED])
    def test_a_yes_that_comes_after_the_lease_is_kept(
        self, mastodon: Page, network: Network, state: S
    ) -> None:
        row = due(mastodon)

        def swept(_request: object) -> None:
            Delivery.objects.filter(pk=row.pk).update(state=state, lease_token=None, lease_until=None)

        (mine,) = claim.take(1)
        with pytest.MonkeyPatch.context() as patch:
            real = outcomes.publish

            def late(*args: Any) -> bool:
                swept(None)
                done: bool = real(*args)
                return done

            patch.setattr(outcomes, "publish", late)
            send.deliver(mine)
        assert (state_of(row), network.accepted) == (S.PUBLISHED, {TEXT: 1})
        assert attempts(row) == [(1, "done", "")]


class TestDiscarded:
    def test_what_was_discarded_never_leaves(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        Post.objects.update(discarded_at=clock.now())
        turn()
        row = fresh(row)
        assert (row.state, row.lease_token, attempts(row), network.writes) == (S.CANCELLED, None, [], 0)
        assert events(row) == [(S.CANCELLED, FollowUpTask.LEDGER)]
        jobs.follow_up()
        assert list(LedgerEntry.objects.values_list("kind", flat=True)) == ["delivery.cancelled"]


class TestFrozen:
    def test_an_edit_before_the_claim_is_what_leaves(
        self, mastodon: Page, network: Network, cast: Cast
    ) -> None:
        row = due(mastodon)
        saved = draft.edit(row.post, 1, draft.Content("Opening on Sunday"), cast.bob)
        assert isinstance(saved, Saved)
        turn()
        assert network.accepted == {"Opening on Sunday": 1}

    def test_the_attempt_keeps_the_fingerprint_of_what_left(self, mastodon: Page, network: Network) -> None:
        row = due(mastodon)
        turn()
        Post.objects.update(text="Something else")
        assert Attempt.objects.get().fingerprint == mark(Outgoing(row.key, TEXT))


def test_planning_for_now_rings_the_bell(
    cast: Cast, redis_url: str, django_capture_on_commit_callbacks: Any
) -> None:
    post = Post.objects.create(brand=cast.brand, author=cast.bob, text=TEXT)
    with django_capture_on_commit_callbacks(execute=True):
        plan.schedule(post, cast.newsroom, clock.now(), cast.bob)
    assert [job.func_name for job in django_rq.get_queue("publishing").jobs] == [
        "publishing.jobs.publish_due"
    ]
