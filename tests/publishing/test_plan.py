# ruff: noqa: DTZ001 -- wall times carry no zone of their own
"""Planning: a time in the brand's zone, judged by the page's caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cm_suite.core.models import LedgerEntry
from pages.enums import PageState
from pages.models import Page
from pages.services.pause import pause
from publishing.enums import DeliveryState, HoldReason, PlanNote, Refusal
from publishing.models import Delivery, Override
from publishing.policy.caps import Cap as CapRule
from publishing.policy.verdict import ReasonCode
from publishing.selectors.budget import Blocked, UsedBy
from publishing.selectors.free import free_slots
from publishing.services import plan
from publishing.services.results import Done, Planned, Refused
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import cap, delivery_of, gap, post_of, published, state_of

S = DeliveryState
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("noon")


def kinds() -> list[str]:
    return list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))


class TestTimes:
    def test_a_wall_time_is_of_the_brands_zone(self, cast: Cast) -> None:
        done = plan.schedule(post_of(cast.brand), cast.newsroom, datetime(2026, 3, 2, 15, 30), cast.bob)
        assert isinstance(done, Planned)
        row = Delivery.objects.get()
        assert (row.due_at, row.state, row.planned_by) == (
            datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
            S.PLANNED,
            cast.bob,
        )
        assert (done.delivery, done.notes) == (row, ())
        assert kinds() == ["delivery.planned"]

    def test_an_instant_is_itself(self, cast: Cast) -> None:
        plan.schedule(post_of(cast.brand), cast.newsroom, NOON + HOUR, cast.bob)
        assert Delivery.objects.get().due_at == NOON + HOUR

    def test_a_past_time_is_refused(self, cast: Cast) -> None:
        done = plan.schedule(post_of(cast.brand), cast.newsroom, datetime(2026, 3, 2, 11, 59), cast.bob)
        assert done == Refused(Refusal.IN_THE_PAST)
        assert (Delivery.objects.count(), kinds()) == (0, [])

    def test_the_present_minute_is_not_past(self, cast: Cast, noon: time_machine.Traveller) -> None:
        noon.shift(30)
        done = plan.schedule(post_of(cast.brand), cast.newsroom, datetime(2026, 3, 2, 12, 0), cast.bob)
        assert isinstance(done, Planned)

    @pytest.mark.parametrize("wall", [datetime(2030, 1, 1), datetime(9999, 12, 31, 23, 59)])
    def test_too_far_ahead_is_refused(self, cast: Cast, wall: datetime) -> None:
        done = plan.schedule(post_of(cast.brand), cast.newsroom, wall, cast.bob)
        assert done == Refused(Refusal.TOO_FAR, {"days": 730})

    def test_the_first_year_of_all_is_past(self, cast: Cast) -> None:
        done = plan.schedule(post_of(cast.brand), cast.newsroom, datetime(1, 1, 1), cast.bob)
        assert done == Refused(Refusal.IN_THE_PAST)

    def test_the_hour_that_does_not_exist_moves_forward(self, cast: Cast) -> None:
        done = plan.schedule(post_of(cast.brand), cast.newsroom, datetime(2026, 3, 29, 2, 30), cast.bob)
        assert isinstance(done, Planned)
        assert done.notes == (PlanNote.HOUR_SKIPPED,)
        assert Delivery.objects.get().due_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 in Paris

    def test_the_doubled_hour_publishes_once_the_first_time(self, cast: Cast) -> None:
        done = plan.schedule(post_of(cast.brand), cast.newsroom, datetime(2026, 10, 25, 2, 30), cast.bob)
        assert isinstance(done, Planned)
        assert done.notes == (PlanNote.HOUR_DOUBLED,)
        assert Delivery.objects.get().due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


class TestFit:
    def test_a_text_over_the_limit_is_refused_with_both_numbers(self, cast: Cast) -> None:
        Page.objects.filter(pk=cast.newsroom.pk).update(text_limit=10)
        done = plan.schedule(post_of(cast.brand, text="x" * 11), cast.newsroom, NOON + HOUR, cast.bob)
        assert done == Refused(Refusal.TOO_LONG, {"page": "Maison Lumen", "length": 11, "limit": 10})
        assert Delivery.objects.count() == 0

    @pytest.mark.parametrize("text", [" \n", "\u200b\u2060"])
    def test_no_text_is_refused(self, cast: Cast, text: str) -> None:
        done = plan.schedule(post_of(cast.brand, text=text), cast.newsroom, NOON + HOUR, cast.bob)
        assert done == Refused(Refusal.EMPTY)

    def test_a_disconnected_page_is_refused(self, cast: Cast) -> None:
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.DISCONNECTED)
        done = plan.schedule(post_of(cast.brand), cast.newsroom, NOON + HOUR, cast.bob)
        assert done == Refused(Refusal.PAGE_DISCONNECTED, {"page": "Maison Lumen"})

    def test_a_discarded_post_is_refused(self, cast: Cast) -> None:
        post = post_of(cast.brand, discarded_at=NOON)
        assert plan.schedule(post, cast.newsroom, NOON + HOUR, cast.bob) == Refused(Refusal.DISCARDED)

    def test_another_brands_page_is_an_error(self, cast: Cast) -> None:
        with pytest.raises(plan.OtherBrandError):
            plan.schedule(post_of(cast.brand), cast.other_newsroom, NOON + HOUR, cast.bob)
        assert Delivery.objects.count() == 0

    def test_a_pause_and_a_page_to_reconnect_are_noted(self, cast: Cast) -> None:
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.NEEDS_RECONNECT)
        pause(cast.brand, None, "Mourning", cast.alice)
        done = plan.schedule(post_of(cast.brand), cast.newsroom, NOON + HOUR, cast.bob)
        assert isinstance(done, Planned)
        assert done.notes == (PlanNote.PAUSED, PlanNote.TO_RECONNECT)


class TestCaps:
    def test_a_refused_slot_says_rule_posts_and_next_free(self, cast: Cast) -> None:
        cap(cast.newsroom, 1, 24)
        there = delivery_of(cast.newsroom, NOON + HOUR, "A first post")
        done = plan.schedule(post_of(cast.brand), cast.newsroom, NOON + 3 * HOUR, cast.bob)
        used = UsedBy(there.pk, there.post_id, "A first post", NOON + HOUR, S.PLANNED)
        rule = CapRule(1, timedelta(hours=24))
        assert done == Refused(
            Refusal.POLICY,
            blocked=(Blocked(ReasonCode.CAP, rule, (used,)),),
            next_free=NOON + 25 * HOUR,
            may_override=False,
        )
        assert list(Delivery.objects.all()) == [there]

    def test_the_proposed_slot_can_be_taken(self, cast: Cast) -> None:
        cap(cast.newsroom, 1, 24)
        delivery_of(cast.newsroom, NOON + HOUR)
        post = post_of(cast.brand)
        done = plan.schedule_next(post, cast.newsroom, NOON + 3 * HOUR, cast.bob)
        assert isinstance(done, Planned)
        assert Delivery.objects.get(post=post).due_at == NOON + 25 * HOUR

    def test_the_next_slot_is_never_past(self, cast: Cast) -> None:
        done = plan.schedule_next(post_of(cast.brand), cast.newsroom, NOON - 3 * HOUR, cast.bob)
        assert isinstance(done, Planned)
        assert done.delivery.due_at == NOON

    def test_no_slot_within_the_horizon(self, cast: Cast) -> None:
        cap(cast.newsroom, 1, 24 * 365)
        delivery_of(cast.newsroom, NOON + HOUR)
        done = plan.schedule_next(post_of(cast.brand), cast.newsroom, NOON, cast.bob)
        assert done == Refused(Refusal.NO_FREE_SLOT)

    def test_a_post_that_left_much_later_counts_when_it_left(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        published(cast.newsroom, NOON - HOUR, published_at=NOON - timedelta(minutes=40))
        early = plan.schedule(post_of(cast.brand), cast.newsroom, NOON - timedelta(seconds=0), cast.bob)
        assert isinstance(early, Planned)
        Delivery.objects.filter(pk=early.delivery.pk).delete()
        Delivery.objects.update(published_at=NOON - timedelta(minutes=29))
        assert isinstance(plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.bob), Refused)

    def test_a_post_that_left_a_little_late_counts_when_it_was_due(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        due_at = NOON - timedelta(minutes=30)
        published(cast.newsroom, due_at, published_at=due_at + timedelta(minutes=4))
        assert isinstance(plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.bob), Planned)

    @pytest.mark.parametrize("state", [S.CANCELLED, S.MISSED, S.REJECTED])
    def test_what_did_not_leave_uses_no_budget(self, cast: Cast, state: S) -> None:
        gap(cast.newsroom, 30)
        delivery_of(cast.newsroom, NOON + HOUR, state=state)
        assert isinstance(plan.schedule(post_of(cast.brand), cast.newsroom, NOON + HOUR, cast.bob), Planned)

    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING, S.UNKNOWN, S.NEEDS_PERSON, S.PUBLISHED])
    def test_what_is_out_or_may_be_uses_the_budget(self, cast: Cast, state: S) -> None:
        gap(cast.newsroom, 30)
        delivery_of(cast.newsroom, NOON, state=state)
        done = plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.bob)
        assert isinstance(done, Refused)
        assert done.next_free == NOON + timedelta(minutes=30)

    def test_a_held_post_keeps_its_place_unless_a_cap_took_it(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        held = delivery_of(cast.newsroom, NOON, state=S.HELD, hold_reason=HoldReason.PAUSED)
        assert isinstance(plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.bob), Refused)
        Delivery.objects.filter(pk=held.pk).update(hold_reason=HoldReason.POLICY)
        assert isinstance(plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.bob), Planned)

    def test_another_page_has_its_own_budget(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        other = Page.objects.create(brand=cast.brand, network="newsroom", remote_id="other", name="Other")
        delivery_of(other, NOON)
        assert isinstance(plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.bob), Planned)


class TestTakenDown:
    """Fans have seen it: publishing, taking down and publishing again is not a way around a cap."""

    def test_it_uses_the_budget_when_it_left(self, cast: Cast) -> None:
        cap(cast.newsroom, 1, 24)
        published(cast.newsroom, NOON - HOUR, state=S.REMOVED)
        done = plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.bob)
        assert isinstance(done, Refused)
        assert (done.code, done.next_free) == (Refusal.POLICY, NOON + 23 * HOUR)
        assert Delivery.objects.filter(state=S.PLANNED).count() == 0

    def test_who_may_override_may_replace_it(self, cast: Cast) -> None:
        cap(cast.newsroom, 1, 24)
        published(cast.newsroom, NOON - HOUR, state=S.REMOVED)
        reason = "A wrong price in the first"
        done = plan.schedule(post_of(cast.brand), cast.newsroom, NOON, cast.ada, override_reason=reason)
        assert isinstance(done, Planned)
        assert Override.objects.get().reason == reason

    def test_offers_of_free_slots_count_it_too(self, cast: Cast) -> None:
        gap(cast.newsroom, 60)
        published(cast.newsroom, NOON - timedelta(minutes=10), state=S.REMOVED)
        missed = delivery_of(cast.newsroom, NOON - HOUR, state=S.MISSED)
        found = free_slots({missed.pk: cast.newsroom.pk}, NOON)
        assert found == {missed.pk: NOON + timedelta(minutes=50)}


class TestOverride:
    def full(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        delivery_of(cast.newsroom, NOON + HOUR)

    def test_who_may_passes_with_a_reason(self, cast: Cast) -> None:
        self.full(cast)
        post = post_of(cast.brand)
        reason = "The shop burns"
        done = plan.schedule(post, cast.newsroom, NOON + HOUR, cast.ada, override_reason=reason)
        assert isinstance(done, Planned)
        assert done.notes == (PlanNote.OVERRIDDEN,)
        kept = Override.objects.get()
        assert (kept.delivery, kept.person, kept.reason, kept.for_due_at) == (
            done.delivery,
            cast.ada,
            "The shop burns",
            NOON + HOUR,
        )
        assert kinds() == ["delivery.overridden", "delivery.planned"]

    def test_who_may_is_told_so(self, cast: Cast) -> None:
        self.full(cast)
        done = plan.schedule(post_of(cast.brand), cast.newsroom, NOON + HOUR, cast.ada)
        assert isinstance(done, Refused)
        assert done.may_override is True

    def test_an_author_may_not(self, cast: Cast) -> None:
        self.full(cast)
        done = plan.schedule(
            post_of(cast.brand), cast.newsroom, NOON + HOUR, cast.bob, override_reason="Now!"
        )
        assert isinstance(done, Refused)
        assert (done.code, done.next_free) == (Refusal.OVERRIDE_NOT_ALLOWED, NOON + timedelta(minutes=90))
        assert (Delivery.objects.count(), Override.objects.count(), kinds()) == (1, 0, [])

    @pytest.mark.parametrize("reason", ["  ", "\u200b"])
    def test_a_blank_reason_is_none(self, cast: Cast, reason: str) -> None:
        self.full(cast)
        post = post_of(cast.brand)
        done = plan.schedule(post, cast.newsroom, NOON + HOUR, cast.ada, override_reason=reason)
        assert isinstance(done, Refused)

    def test_a_free_slot_needs_no_override(self, cast: Cast) -> None:
        done = plan.schedule(
            post_of(cast.brand), cast.newsroom, NOON, cast.ada, override_reason="Just in case"
        )
        assert isinstance(done, Planned)
        assert (done.notes, Override.objects.count()) == ((), 0)


class TestTwice:
    def test_a_double_click_plans_once(self, cast: Cast) -> None:
        post = post_of(cast.brand)
        first = plan.schedule(post, cast.newsroom, NOON + HOUR, cast.bob)
        second = plan.schedule(post, cast.newsroom, NOON + HOUR, cast.bob)
        assert first == second
        assert (Delivery.objects.count(), kinds()) == (1, ["delivery.planned"])

    def test_another_time_is_noted_and_changes_nothing(self, cast: Cast) -> None:
        post = post_of(cast.brand)
        plan.schedule(post, cast.newsroom, NOON + HOUR, cast.bob)
        second = plan.schedule(post, cast.newsroom, NOON + 2 * HOUR, cast.bob)
        assert isinstance(second, Planned)
        assert second.notes == (PlanNote.ALREADY_PLANNED,)
        assert Delivery.objects.get().due_at == NOON + HOUR

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            (S.CLAIMED, Refusal.ON_ITS_WAY),
            (S.SENDING, Refusal.ON_ITS_WAY),
            (S.UNKNOWN, Refusal.ON_ITS_WAY),
            (S.PUBLISHED, Refusal.ALREADY_SENT),
            (S.REMOVED, Refusal.ALREADY_SENT),
        ],
    )
    def test_what_has_left_is_not_planned_again(self, cast: Cast, state: S, code: Refusal) -> None:
        known = delivery_of(cast.newsroom, NOON, state=state)
        assert plan.schedule(known.post, cast.newsroom, NOON + HOUR, cast.bob) == Refused(code)
        assert plan.reschedule(known, NOON + HOUR, cast.bob) == Refused(code)
        assert state_of(known) == state

    @pytest.mark.parametrize("state", [S.CANCELLED, S.MISSED, S.REJECTED])
    def test_what_did_not_leave_is_planned_again_on_the_same_row(self, cast: Cast, state: S) -> None:
        known = delivery_of(cast.newsroom, NOON - HOUR, state=state, code="late", step="edit", tries=3)
        done = plan.schedule(known.post, cast.newsroom, NOON + HOUR, cast.bob)
        assert isinstance(done, Planned)
        row = Delivery.objects.get()
        assert (row.pk, row.state, row.due_at, row.code, row.step, row.tries, row.key) == (
            known.pk,
            S.PLANNED,
            NOON + HOUR,
            "",
            "",
            0,
            known.key,
        )


class TestReschedule:
    def test_it_moves_and_frees_its_own_place(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        known = delivery_of(cast.newsroom, NOON + HOUR)
        done = plan.reschedule(known, NOON + HOUR + timedelta(minutes=5), cast.ada)
        assert isinstance(done, Planned)
        row = Delivery.objects.get()
        assert (row.due_at, row.planned_by) == (NOON + HOUR + timedelta(minutes=5), cast.ada)
        assert kinds() == ["delivery.rescheduled"]

    def test_what_somebody_took_off_the_plan_stays_off(self, cast: Cast) -> None:
        known = delivery_of(cast.newsroom, NOON + HOUR)
        plan.cancel(Delivery.objects.get(), cast.ada)
        for act in (plan.reschedule, plan.reschedule_next):
            assert act(known, NOON + 2 * HOUR, cast.bob) == Refused(Refusal.STATE_CHANGED)
        known.refresh_from_db()
        assert (known.state, known.due_at) == (S.CANCELLED, NOON + HOUR)
        assert kinds() == ["delivery.cancelled"]

    def test_of_two_who_saw_the_same_time_the_first_moves_it(self, cast: Cast) -> None:
        known = delivery_of(cast.newsroom, NOON + HOUR)
        first = plan.reschedule(known, NOON + 2 * HOUR, cast.ada, seen=NOON + HOUR)
        second = plan.reschedule(known, NOON + 3 * HOUR, cast.bob, seen=NOON + HOUR)
        assert isinstance(first, Planned)
        assert second == Refused(Refusal.STATE_CHANGED)
        assert Delivery.objects.get().due_at == NOON + 2 * HOUR
        assert kinds() == ["delivery.rescheduled"]

    def test_it_obeys_the_caps(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        delivery_of(cast.newsroom, NOON + 2 * HOUR)
        known = delivery_of(cast.newsroom, NOON + HOUR)
        done = plan.reschedule(known, NOON + 2 * HOUR, cast.bob)
        assert isinstance(done, Refused)
        assert done.next_free == NOON + timedelta(minutes=150)
        known.refresh_from_db()
        assert known.due_at == NOON + HOUR

    def test_a_delivery_held_by_a_cap_takes_the_next_slot(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        published(cast.newsroom, NOON - timedelta(minutes=10))
        held = delivery_of(cast.newsroom, NOON, state=S.HELD, hold_reason=HoldReason.POLICY, code="policy")
        done = plan.reschedule_next(held, NOON, cast.bob)
        assert isinstance(done, Planned)
        held.refresh_from_db()
        assert (held.state, held.hold_reason, held.code, held.due_at) == (
            S.PLANNED,
            "",
            "",
            NOON + timedelta(minutes=20),
        )


class TestCancel:
    @pytest.mark.parametrize("state", [S.PLANNED, S.HELD, S.MISSED, S.REJECTED])
    def test_what_waits_is_cancelled(self, cast: Cast, state: S) -> None:
        known = delivery_of(cast.newsroom, NOON + HOUR, state=state)
        assert plan.cancel(known, cast.bob) == Done(known)
        assert (state_of(known), kinds()) == (S.CANCELLED, ["delivery.cancelled"])

    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING, S.UNKNOWN, S.NEEDS_PERSON])
    def test_what_is_on_its_way_or_perhaps_there_is_not(self, cast: Cast, state: S) -> None:
        known = delivery_of(cast.newsroom, NOON, state=state)
        assert plan.cancel(known, cast.bob) == Refused(Refusal.ON_ITS_WAY)
        assert (state_of(known), kinds()) == (state, [])

    def test_twice_changes_nothing(self, cast: Cast) -> None:
        known = delivery_of(cast.newsroom, NOON, state=S.CANCELLED)
        assert plan.cancel(known, cast.bob) == Refused(Refusal.STATE_CHANGED)

    def test_undone_it_is_back_at_its_time(self, cast: Cast) -> None:
        known = delivery_of(cast.newsroom, NOON + HOUR)
        plan.cancel(known, cast.bob)
        done = plan.undo_cancel(known, cast.bob)
        assert isinstance(done, Planned)
        row = Delivery.objects.get()
        assert (row.state, row.due_at) == (S.PLANNED, NOON + HOUR)
        assert kinds() == ["delivery.cancelled", "delivery.restored"]

    def test_it_is_not_undone_once_the_time_is_past(self, cast: Cast, noon: time_machine.Traveller) -> None:
        known = delivery_of(cast.newsroom, NOON + HOUR)
        plan.cancel(known, cast.bob)
        noon.shift(timedelta(hours=2))
        assert plan.undo_cancel(known, cast.bob) == Refused(Refusal.IN_THE_PAST)
        assert state_of(known) == S.CANCELLED

    def test_it_is_not_undone_once_the_slot_is_taken(self, cast: Cast) -> None:
        gap(cast.newsroom, 30)
        known = delivery_of(cast.newsroom, NOON + HOUR)
        plan.cancel(known, cast.bob)
        plan.schedule(post_of(cast.brand), cast.newsroom, NOON + HOUR, cast.bob)
        done = plan.undo_cancel(known, cast.bob)
        assert isinstance(done, Refused)
        assert (done.code, state_of(known)) == (Refusal.POLICY, S.CANCELLED)
