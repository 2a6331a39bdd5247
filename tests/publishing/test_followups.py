"""What follows from a change of state: a line in the ledger, notices, each with its own tries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cm_suite.core import clock, ledger
from cm_suite.core.models import LedgerEntry
from pages.models import Membership
from pages.notices.models import Notice
from publishing import jobs
from publishing.enums import DeliveryState, FollowUpState, FollowUpTask
from publishing.models import Delivery, FollowUp
from publishing.services import followups, outcomes
from tests.people import Cast
from tests.publishing.makers import due, state_of

S = DeliveryState
F = FollowUpState
BOTH = (FollowUpTask.LEDGER, FollowUpTask.NOTICE)


def followed(cast: Cast, event: S) -> Delivery:
    """A delivery of Bob's, planned by Alice, to which something happened."""
    row = due(cast.newsroom, author=cast.bob, planned_by=cast.alice)
    outcomes.follow(row, event, BOTH)
    return row


def told() -> set[tuple[str, str]]:
    return set(Notice.objects.values_list("person__name", "kind"))


class TestWhatFollows:
    def test_a_published_post_is_written_and_told_to_its_people(self, cast: Cast) -> None:
        row = due(cast.newsroom, author=cast.bob, planned_by=cast.alice)
        jobs.publish_due()
        assert state_of(row) == S.PUBLISHED
        entry = LedgerEntry.objects.get()
        assert (entry.kind, entry.subject_kind, entry.subject_id, entry.actor_id) == (
            "delivery.published",
            "delivery",
            row.pk,
            None,
        )
        assert len(entry.content_hash) == 64
        assert told() == {("Bob", "published"), ("Alice", "published")}
        notice = Notice.objects.filter(person=cast.bob).get()
        assert notice.subject == "Opening on Saturday · Maison Lumen"
        assert notice.link == f"/b/maison-lumen/posts/{row.post_id}/"
        assert set(FollowUp.objects.values_list("state", flat=True)) == {F.DONE}
        assert ledger.verify(cast.brand.pk) is None

    @pytest.mark.parametrize(
        ("event", "kind"),
        [(S.MISSED, "missed"), (S.REJECTED, "rejected"), (S.NEEDS_PERSON, "needs_person"), (S.HELD, "held")],
    )
    def test_trouble_is_told_to_approvers_too(self, cast: Cast, event: S, kind: str) -> None:
        followed(cast, event)
        jobs.follow_up()
        assert told() == {(name, kind) for name in ("Alice", "Ada", "Bob")}

    def test_somebody_who_left_the_brand_hears_nothing(self, cast: Cast) -> None:
        followed(cast, S.PUBLISHED)
        Membership.objects.filter(person=cast.bob).delete()
        jobs.follow_up()
        assert told() == {("Alice", "published")}

    def test_a_second_turn_does_nothing(self, cast: Cast) -> None:
        followed(cast, S.MISSED)
        assert (jobs.follow_up(), jobs.follow_up()) == (2, 0)
        assert (LedgerEntry.objects.count(), Notice.objects.count()) == (1, 3)


class TestTries:
    def test_a_ledger_that_fails_leaves_the_post_published_and_is_tried_again(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: object, **_more: object) -> None:
            raise RuntimeError("a fault of ours")

        row = due(cast.newsroom, author=cast.bob)
        with monkeypatch.context() as patch:
            patch.setattr("publishing.services.followups.ledger.append", broken)
            jobs.publish_due()
        waiting = FollowUp.objects.get(task=FollowUpTask.LEDGER)
        assert (state_of(row), waiting.state, waiting.tries, waiting.lease_token) == (
            S.PUBLISHED,
            F.WAITING,
            1,
            None,
        )
        assert waiting.next_try_at is not None
        assert waiting.next_try_at > clock.now() + timedelta(seconds=15)
        assert (LedgerEntry.objects.count(), jobs.follow_up()) == (0, 0)
        assert told() == {("Bob", "published")}
        FollowUp.objects.update(next_try_at=None)
        assert (jobs.follow_up(), LedgerEntry.objects.count()) == (1, 1)

    def test_one_that_was_taken_over_undoes_what_it_began(self, cast: Cast) -> None:
        followed(cast, S.MISSED)
        (mine,) = followups.take(1)
        FollowUp.objects.filter(pk=mine.pk).update(lease_token=None)
        with pytest.raises(followups.LeaseLostError):
            followups.do(mine)
        assert LedgerEntry.objects.count() == 0
