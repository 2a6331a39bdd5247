"""What follows from a change of state: a line in the ledger, notices, each with its own tries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cm_suite.core import clock, ledger
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.errors import Never, NextStep
from cm_suite.core.models import LedgerEntry
from pages.models import Membership
from pages.networks.types import Published
from pages.notices.models import Notice
from publishing import jobs
from publishing.enums import DeliveryState, EngineCode, FollowUpState, FollowUpTask, HoldReason
from publishing.models import Attempt, Delivery, FollowUp
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


def sent(delivery: Delivery, number: int, fingerprint: str) -> Attempt:
    """The delivery is being sent, for the so-manyth time, with content of this fingerprint."""
    Delivery.objects.filter(pk=delivery.pk).update(state=S.SENDING)
    delivery.refresh_from_db()
    return Attempt.objects.create(
        delivery=delivery, number=number, fingerprint=fingerprint, started_at=clock.now()
    )


def hashed() -> dict[str, str]:
    """The hash of the content in each line of the ledger, by its kind."""
    return dict(LedgerEntry.objects.values_list("kind", "content_hash"))


class TestContent:
    """A line stands for what had left when its event happened, however late the line is written."""

    def test_each_line_hashes_what_its_own_send_sent(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        sent(row, 1, "a" * 64)
        assert outcomes.lose(row, EngineCode.UNEXPECTED, look_at=clock.now())
        second = sent(row, 2, "b" * 64)
        assert outcomes.publish(row, Published("7", "https://x.example/7", None), second)
        assert LedgerEntry.objects.count() == 0
        jobs.follow_up()
        assert hashed() == {
            "delivery.unknown": keyed_hash("a" * 64),
            "delivery.published": keyed_hash("b" * 64),
        }

    def test_a_late_yes_to_an_earlier_send_hashes_that_send(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        first = sent(row, 1, "a" * 64)
        sent(row, 2, "b" * 64)
        assert outcomes.publish(row, Published("7", "https://x.example/7", None), first)
        jobs.follow_up()
        assert hashed() == {"delivery.published": keyed_hash("a" * 64)}

    def test_a_refusal_hashes_what_was_refused(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        sent(row, 1, "a" * 64)
        assert outcomes.refuse(row, S.SENDING, Never("spam", step=NextStep.EDIT))
        sent(row, 2, "b" * 64)
        jobs.follow_up()
        assert hashed() == {"delivery.rejected": keyed_hash("a" * 64)}

    def test_what_a_person_is_asked_about_is_the_last_send(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        sent(row, 1, "a" * 64)
        sent(row, 2, "b" * 64)
        assert outcomes.lose(row, EngineCode.UNEXPECTED, look_at=clock.now())
        assert outcomes.ask_person(row, EngineCode.CANNOT_TELL)
        jobs.follow_up()
        assert hashed() == {
            "delivery.unknown": keyed_hash("b" * 64),
            "delivery.needs_person": keyed_hash("b" * 64),
        }

    def test_what_did_not_leave_has_no_content(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        sent(row, 1, "a" * 64)
        Delivery.objects.update(state=S.PLANNED)
        assert outcomes.hold(row, S.PLANNED, HoldReason.POLICY, EngineCode.POLICY)
        assert outcomes.miss(row, S.HELD)
        refused = due(cast.newsroom, state=S.CLAIMED)
        assert outcomes.refuse_text(refused, EngineCode.TOO_LONG)
        jobs.follow_up()
        assert hashed() == {"delivery.held": "", "delivery.missed": "", "delivery.rejected": ""}


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
