"""An answer that was lost: the network is asked, and nothing goes out twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from cm_suite.core import clock
from cm_suite.ops.bench.fake_network import FaultKind, Reply
from pages.enums import PageState
from pages.models import Page
from pages.networks.types import CANNOT_TELL
from pages.newsroom.models import NewsroomPost
from publishing import jobs
from publishing.enums import DeliveryState, FollowUpTask, Refusal
from publishing.models import Attempt, Delivery, FollowUp
from publishing.services import claim, draft, reconcile, send
from publishing.services.results import Refused
from tests.people import Cast
from tests.publishing.makers import due, fresh, state_of
from tests.publishing.network import Network

S = DeliveryState
TEXT = "Opening on Saturday"


def turn() -> None:
    jobs.drain(claim.take, send.deliver, send.recover, 1)


def look() -> None:
    jobs.drain(reconcile.take, reconcile.look, reconcile.postpone, 1)


def lost(page: Page, network: Network, kind: FaultKind, text: str = TEXT) -> Delivery:
    """A delivery whose answer was lost a moment ago."""
    network.fails("POST", kind)
    row = due(page, text)
    turn()
    assert state_of(row) == S.UNKNOWN
    return row


def in_a_minute() -> Any:
    return time_machine.travel(clock.now() + timedelta(minutes=1))


class TestFound:
    def test_what_arrived_is_published_and_not_sent_again(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        with in_a_minute():
            look()
            turn()
        row = fresh(row)
        (status,) = network.fake.of("7")
        assert (row.state, row.remote_id, row.remote_url) == (S.PUBLISHED, status["id"], status["url"])
        assert (network.accepted, row.lease_token, row.next_attempt_at) == ({TEXT: 1}, None, None)
        attempt = Attempt.objects.get()
        assert (attempt.outcome, attempt.remote_id) == ("done", status["id"])
        assert FollowUp.objects.filter(event=S.PUBLISHED).count() == 2

    def test_nobody_looks_before_the_time(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        look()
        assert (state_of(row), any(each.method == "GET" for each in network.fake.requests)) == (
            S.UNKNOWN,
            False,
        )

    def test_the_newsroom_knows_by_key(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        Delivery.objects.update(state=S.UNKNOWN, next_attempt_at=clock.now())
        Attempt.objects.create(delivery=row, number=1, fingerprint="x", started_at=clock.now())
        NewsroomPost.objects.create(
            page=cast.newsroom, key=row.key, text=TEXT, language="fr", published_at=clock.now()
        )
        look()
        assert (state_of(row), NewsroomPost.objects.count()) == (S.PUBLISHED, 1)

    def test_the_same_words_of_another_delivery_are_not_this_one(
        self, mastodon: Page, network: Network
    ) -> None:
        first = due(mastodon)
        turn()
        second = lost(mastodon, network, FaultKind.RESET_BEFORE)
        with in_a_minute():
            look()
        assert (state_of(first), fresh(second).state, fresh(second).tries) == (S.PUBLISHED, S.UNKNOWN, 1)


class TestAbsent:
    def test_what_never_arrived_is_sent_again_with_the_same_key(
        self, mastodon: Page, network: Network
    ) -> None:
        row = lost(mastodon, network, FaultKind.RESET_BEFORE)
        with in_a_minute():
            look()
            again = fresh(row)
            assert (again.state, again.code, again.next_attempt_at) == (S.PLANNED, "absent", None)
            turn()
        sent = [each.headers["idempotency-key"] for each in network.fake.requests if each.method == "POST"]
        assert (state_of(row), network.accepted, sent) == (S.PUBLISHED, {TEXT: 1}, [row.key])
        outcomes = Attempt.objects.order_by("number").values_list("outcome", flat=True)
        assert list(outcomes) == ["unknown", "done"]

    def test_an_absence_is_not_believed_too_early(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_BEFORE)
        Delivery.objects.update(next_attempt_at=clock.now())
        look()
        row = fresh(row)
        started_at = Attempt.objects.get().started_at
        assert (row.state, row.tries, row.next_attempt_at) == (
            S.UNKNOWN,
            0,
            started_at + timedelta(seconds=45),
        )

    def test_what_is_late_by_then_is_missed_not_sent(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_BEFORE)
        with time_machine.travel(clock.now() + timedelta(minutes=40)):
            look()
            jobs.sweep()
            turn()
        assert (state_of(row), network.accepted) == (S.MISSED, {})


class TestCannotTell:
    def test_after_five_looks_a_person_is_asked(
        self, mastodon: Page, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        monkeypatch.setattr("pages.networks.mastodon.client.MastodonClient.find", lambda *_args: CANNOT_TELL)
        states = []
        for number in range(1, 6):
            Delivery.objects.update(next_attempt_at=clock.now())
            look()
            states.append(state_of(row))
            assert fresh(row).tries == min(number, 4)
        assert states == [S.UNKNOWN] * 4 + [S.NEEDS_PERSON]
        asked = FollowUp.objects.filter(event=S.NEEDS_PERSON).values_list("task", flat=True)
        assert list(asked) == [FollowUpTask.LEDGER, FollowUpTask.NOTICE]
        turn()
        assert network.accepted == {TEXT: 1}

    def test_a_network_that_refuses_to_say_cannot_tell(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        network.answers("GET", 422, "no")
        with in_a_minute():
            look()
        assert (state_of(row), fresh(row).tries) == (S.UNKNOWN, 1)


class TestCannotBeAsked:
    """The network gives no answer: that says nothing of the post, and people are not asked for hours."""

    def test_a_network_that_is_down_is_asked_later(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        network.answers("GET", 500, "down")
        with in_a_minute():
            look()
            row = fresh(row)
            assert (row.state, row.code, row.tries) == (S.UNKNOWN, "server_error", 0)
            assert row.next_attempt_at is not None
            assert row.next_attempt_at > clock.now()

    def test_a_fault_of_ours_is_no_answer(
        self, mastodon: Page, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: object) -> None:
            raise RuntimeError("a fault of ours")

        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        monkeypatch.setattr(reconcile, "client_for", broken)
        with in_a_minute():
            look()
        row = fresh(row)
        assert (row.state, row.code, row.tries, row.lease_token) == (S.UNKNOWN, "unexpected", 0, None)

    def test_an_outage_of_an_hour_costs_few_looks_and_then_it_is_found(
        self, mastodon: Page, network: Network
    ) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        network.fails("GET", FaultKind.ANSWER_BEFORE, Reply(503, {"error": "down"}), times=200)
        looks = 0
        with time_machine.travel(clock.now(), tick=False) as now:
            for _time in range(60):
                now.shift(60)
                looks += jobs.reconcile_due()
                assert state_of(row) == S.UNKNOWN
            network.planned.clear()
            now.shift(15 * 60)
            look()
        assert 5 <= looks <= 12
        assert (state_of(row), network.accepted) == (S.PUBLISHED, {TEXT: 1})
        assert FollowUp.objects.filter(event=S.NEEDS_PERSON).count() == 0

    def test_a_named_time_is_waited_for(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        network.answers("GET", 429, "Too many requests", retry_after="1200")
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
            look()
            row = fresh(row)
            assert (row.state, row.code, row.tries) == (S.UNKNOWN, "rate_limited", 0)
            assert row.next_attempt_at == clock.now() + timedelta(minutes=20)
        with time_machine.travel(clock.now() + timedelta(minutes=25)):
            look()
        assert (state_of(row), network.accepted) == (S.PUBLISHED, {TEXT: 1})

    @pytest.mark.parametrize(
        "resting",
        [
            {"paced_until": datetime(2100, 1, 1, tzinfo=UTC)},
            {"state": PageState.NEEDS_RECONNECT},
            {"state": PageState.DISCONNECTED},
        ],
    )
    def test_a_page_that_cannot_be_asked_is_left_until_it_can(
        self, mastodon: Page, network: Network, resting: dict[str, Any]
    ) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        Page.objects.update(**resting)
        with time_machine.travel(clock.now() + timedelta(hours=3)):
            assert reconcile.take(5) == []
            assert network.reads == 0
            Page.objects.update(paced_until=None, state=PageState.CONNECTED)
            look()
        assert (state_of(row), network.accepted) == (S.PUBLISHED, {TEXT: 1})

    @pytest.mark.parametrize("state", [PageState.NEEDS_RECONNECT, PageState.CONNECTED])
    def test_after_some_hours_people_look(self, mastodon: Page, network: Network, state: PageState) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        Page.objects.update(state=state)
        network.fails("GET", FaultKind.ANSWER_BEFORE, Reply(503, {"error": "down"}), times=5)
        with time_machine.travel(clock.now() + timedelta(hours=4, minutes=1)):
            look()
        assert state_of(row) == S.NEEDS_PERSON
        asked = FollowUp.objects.filter(event=S.NEEDS_PERSON).values_list("task", flat=True)
        assert list(asked) == [FollowUpTask.LEDGER, FollowUpTask.NOTICE]

    def test_a_wait_named_beyond_those_hours_does_not_hide_it(self, mastodon: Page, network: Network) -> None:
        row = lost(mastodon, network, FaultKind.RESET_AFTER)
        network.answers("GET", 429, "Too many requests", retry_after="86400")
        with in_a_minute():
            look()
            assert state_of(row) == S.UNKNOWN
        with time_machine.travel(clock.now() + timedelta(hours=4, minutes=1)):
            look()
        assert state_of(row) == S.NEEDS_PERSON


class TestFrozen:
    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING, S.UNKNOWN, S.NEEDS_PERSON])
    def test_the_words_stay_until_it_is_settled(self, cast: Cast, state: S) -> None:
        row = due(cast.newsroom, state=state)
        edited = draft.edit(row.post, 1, draft.Content("Other words"), cast.bob)
        assert edited == Refused(Refusal.ON_ITS_WAY)
        row.post.refresh_from_db()
        assert (row.post.text, row.post.version) == (TEXT, 1)

    def test_two_looks_at_once_are_one(self, mastodon: Page, network: Network) -> None:
        lost(mastodon, network, FaultKind.RESET_AFTER)
        with in_a_minute():
            assert len(reconcile.take(5)) == 1
            assert reconcile.take(5) == []

    def test_one_account_is_asked_about_one_post_at_a_time(
        self, cast: Cast, mastodon: Page, network: Network
    ) -> None:
        rows = [due(mastodon, text, state=S.UNKNOWN, next_attempt_at=clock.now()) for text in ("a", "b")]
        elsewhere = due(cast.newsroom, "c", state=S.UNKNOWN, next_attempt_at=clock.now())
        taken = reconcile.take(5)
        assert {row.pk for row in taken} == {rows[0].pk, elsewhere.pk}
        assert reconcile.take(5) == []
        Delivery.objects.filter(pk=rows[0].pk).update(state=S.PUBLISHED, lease_token=None, lease_until=None)
        assert [row.pk for row in reconcile.take(5)] == [rows[1].pk]

    def test_nobody_looks_while_a_post_leaves(self, mastodon: Page, network: Network) -> None:
        lost(mastodon, network, FaultKind.RESET_AFTER)
        due(mastodon, "Another")
        assert len(claim.take(1)) == 1
        with in_a_minute():
            assert reconcile.take(5) == []
