"""What killed workers, outages, pauses and lost connections leave behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Q

from cm_suite.core import clock
from pages.enums import PageState
from pages.models import Page
from pages.services.pause import pause, resume
from publishing import jobs
from publishing.enums import DeliveryState, FollowUpState, FollowUpTask, HoldReason
from publishing.models import Attempt, Delivery, FollowUp
from publishing.services import followups, outcomes, plan, sweep
from publishing.services.results import Planned
from tests.people import Cast
from tests.publishing.makers import delivery_of, due, fresh, published, state_of

S = DeliveryState


def leased(seconds: float) -> dict[str, Any]:
    """A lease that runs out in so many seconds by the database's clock."""
    return {"lease_token": uuid4(), "lease_until": datetime.now(UTC) + timedelta(seconds=seconds)}


class TestExpired:
    def test_a_claim_goes_back_to_the_plan(self, cast: Cast) -> None:
        gone = due(cast.newsroom, state=S.CLAIMED, **leased(-1))
        alive = due(cast.newsroom, state=S.CLAIMED, **leased(60))
        assert sweep.expired_claims() == 1
        row = fresh(gone)
        assert (row.state, row.code, row.lease_token, row.next_attempt_at) == (
            S.PLANNED,
            "worker_lost",
            None,
            None,
        )
        assert (state_of(alive), sweep.expired_claims()) == (S.CLAIMED, 0)

    def test_a_send_becomes_unknown_never_planned(self, cast: Cast) -> None:
        gone = due(cast.newsroom, state=S.SENDING, **leased(-1))
        alive = due(cast.newsroom, state=S.SENDING, **leased(60))
        started_at = clock.now() - timedelta(seconds=30)
        Attempt.objects.create(delivery=gone, number=1, fingerprint="x", started_at=started_at)
        assert sweep.expired_sends() == 1
        row = fresh(gone)
        assert (row.state, row.code, row.lease_token, row.next_attempt_at) == (
            S.UNKNOWN,
            "worker_lost",
            None,
            started_at + timedelta(seconds=45),
        )
        attempt = Attempt.objects.get()
        assert (attempt.outcome, attempt.code) == ("unknown", "worker_lost")
        assert (state_of(alive), sweep.expired_sends()) == (S.SENDING, 0)


class TestMissed:
    def test_more_than_half_an_hour_late_is_missed_and_told(self, cast: Cast) -> None:
        late = delivery_of(cast.newsroom, clock.now() - timedelta(minutes=31))
        held = delivery_of(
            cast.newsroom,
            clock.now() - timedelta(minutes=31),
            state=S.HELD,
            hold_reason=HoldReason.PAUSED,
        )
        still = delivery_of(cast.newsroom, clock.now() - timedelta(minutes=29))
        out = published(cast.newsroom, clock.now() - timedelta(hours=3))
        assert sweep.missed() == 2
        assert [fresh(row).state for row in (late, held, still, out)] == [
            S.MISSED,
            S.MISSED,
            S.PLANNED,
            S.PUBLISHED,
        ]
        assert (fresh(held).hold_reason, fresh(late).code) == ("", "late")
        told = FollowUp.objects.filter(task=FollowUpTask.NOTICE).values_list("delivery_id", flat=True)
        assert set(told) == {late.pk, held.pk}

    def test_a_time_that_somebody_gives_meanwhile_is_kept(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        late = delivery_of(cast.newsroom, clock.now() - timedelta(minutes=31))
        later = clock.now() + timedelta(days=2)
        real = outcomes.miss

        def just_after_a_person(delivery: Delivery, from_: str, *, still: Q) -> bool:
            assert isinstance(plan.reschedule(delivery, later, cast.bob), Planned)
            return real(delivery, from_, still=still)

        monkeypatch.setattr(outcomes, "miss", just_after_a_person)
        assert sweep.missed() == 0
        assert (state_of(late), fresh(late).due_at) == (S.PLANNED, later)
        assert FollowUp.objects.count() == 0

    def test_after_an_outage_nothing_late_is_fired(self, cast: Cast) -> None:
        rows = [delivery_of(cast.newsroom, clock.now() - timedelta(hours=hours)) for hours in (1, 5, 60)]
        jobs.publish_due()
        jobs.sweep()
        jobs.publish_due()
        assert {state_of(row) for row in rows} == {S.MISSED}
        assert Attempt.objects.count() == 0


class TestHeld:
    def test_what_a_pause_held_leaves_when_it_ends(self, cast: Cast) -> None:
        paused = pause(cast.brand, None, "Mourning", cast.alice)
        row = due(cast.newsroom)
        jobs.publish_due()
        assert (fresh(row).hold_reason, sweep.released()) == (HoldReason.PAUSED, 0)
        resume(paused, cast.alice)
        assert sweep.released() == 1
        row = fresh(row)
        assert (row.state, row.hold_reason, row.code) == (S.PLANNED, "", "")
        jobs.publish_due()
        assert state_of(row) == S.PUBLISHED

    def test_a_pause_of_another_page_or_brand_holds_nothing(self, cast: Cast) -> None:
        other = Page.objects.create(brand=cast.brand, network="newsroom", remote_id="o", name="Other")
        pause(cast.brand, other, "Mourning", cast.alice)
        pause(cast.other_brand, None, "Mourning", cast.charlie)
        row = due(cast.newsroom, state=S.HELD, hold_reason=HoldReason.PAUSED)
        elsewhere = due(other, state=S.HELD, hold_reason=HoldReason.PAUSED)
        assert sweep.released() == 1
        assert (state_of(row), state_of(elsewhere)) == (S.PLANNED, S.HELD)

    def test_a_reconnected_page_frees_its_queue(self, cast: Cast) -> None:
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.NEEDS_RECONNECT)
        row = delivery_of(cast.newsroom, clock.now() + timedelta(days=1))
        assert (sweep.held_again(), fresh(row).hold_reason) == (1, HoldReason.RECONNECT)
        assert sweep.released() == 0
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.CONNECTED)
        assert (sweep.released(), sweep.held_again(), state_of(row)) == (1, 0, S.PLANNED)

    def test_a_page_that_is_connected_again_meanwhile_holds_nothing(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.NEEDS_RECONNECT)
        row = delivery_of(cast.newsroom, clock.now() + timedelta(hours=1))
        real = outcomes.hold

        def just_after_a_reconnection(*args: Any, **options: Any) -> bool:
            Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.CONNECTED)
            return real(*args, **options)

        monkeypatch.setattr(outcomes, "hold", just_after_a_reconnection)
        assert (sweep.held_again(), state_of(row)) == (0, S.PLANNED)

    def test_what_a_cap_held_waits_for_a_person(self, cast: Cast) -> None:
        row = due(cast.newsroom, state=S.HELD, hold_reason=HoldReason.POLICY)
        jobs.sweep()
        assert state_of(row) == S.HELD


class TestTheSweepItself:
    def test_one_broken_step_keeps_no_other_from_running(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def expired_claims() -> int:
            raise RuntimeError("a fault of ours")

        late = delivery_of(cast.newsroom, clock.now() - timedelta(hours=1))
        monkeypatch.setattr(sweep, "expired_claims", expired_claims)
        jobs.sweep()
        assert state_of(late) == S.MISSED

    def test_a_second_sweep_changes_nothing(self, cast: Cast) -> None:
        delivery_of(cast.newsroom, clock.now() - timedelta(hours=1))
        due(cast.newsroom, state=S.CLAIMED, **leased(-1))
        jobs.sweep()
        before = list(Delivery.objects.order_by("pk").values())
        assert jobs.sweep() == 0
        assert list(Delivery.objects.order_by("pk").values()) == before

    def test_a_follow_up_of_a_dead_worker_is_taken_up_again(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        left = FollowUp.objects.create(
            delivery=row,
            task=FollowUpTask.LEDGER,
            event=S.PUBLISHED,
            at=clock.now(),
            state=FollowUpState.DOING,
            **leased(-1),
        )
        assert followups.expired() == 1
        left.refresh_from_db()
        assert (left.state, left.lease_token) == (FollowUpState.WAITING, None)
