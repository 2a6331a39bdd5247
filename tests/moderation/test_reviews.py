"""Which comments a person must look at, in which order, and what edits and disappearances do to that."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from moderation.enums import CloseCode, Decided, ReviewState
from moderation.models import Assessment, Comment, Evidence, Review, Span
from moderation.risk.assess import assess
from moderation.risk.shapes import Assessment as Found
from moderation.risk.shapes import CommentText
from moderation.rules import OPEN, queue_order
from moderation.services import act, assign, reviews
from moderation.services.assess import assess_comment
from moderation.services.decide import second
from moderation.services.ingest import poll_page
from pages.networks.types import CommentPresence
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, held, lines, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

R = ReviewState
THREAT = "Je vais te retrouver et te casser la gueule, Karim."


def open_ids() -> list[str]:
    rows = Review.objects.filter(state__in=OPEN).order_by(*queue_order())
    return list(rows.values_list("comment__remote_id", flat=True))


def edit(cast: Cast, network: FakeNetwork, text: str) -> None:
    network.change("c1", text=text)
    poll_page(cast.newsroom.pk)


def test_an_assessment_keeps_readings_elements_and_the_very_words(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    assessment = Assessment.objects.get(comment=comment)
    kept = (assessment.revision, assessment.model_version, assessment.flag, assessment.label)
    assert kept == (1, "rules-2", True, "injure")
    first = assessment.qualifications.get(rank=0)
    assert (first.label, first.article) == ("injure", "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 2")
    assert ("terme_outrageant", True) in first.elements.values_list("code", "found")
    words = [INSULT[span.start : span.end] for span in Span.objects.filter(qualification=first)]
    assert words == ["connard"]


def test_assessed_twice_by_the_same_rules_nothing_is_added(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    first = Assessment.objects.get()
    assert assess_comment(comment) == first
    assert (Assessment.objects.count(), Review.objects.count()) == (1, 1)


def test_the_comment_answered_and_the_post_are_read_with_it(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(cast.newsroom, network, "Qui est passé hier ?")
    network.write("c2", "Lui.", parent_id="c1", language="fr")
    seen: list[CommentText] = []

    def spy(text: CommentText) -> Found:
        seen.append(text)
        return assess(text)

    monkeypatch.setattr("moderation.services.assess.risk.assess", spy)
    poll_page(cast.newsroom.pk)
    context = [(each.text, each.parent_text, each.post_text, each.author, each.lang) for each in seen]
    assert context == [("Lui.", "Qui est passé hier ?", "Notre atelier ouvre samedi.", "Paul Martel", "fr")]


def test_a_harmless_comment_is_not_reviewed(cast: Cast, network: FakeNetwork) -> None:
    taken(cast.newsroom, network, HARMLESS)
    assert (Assessment.objects.count(), Review.objects.count()) == (1, 0)


def test_a_flagged_comment_waits_with_its_target(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    review = review_of(taken(cast.newsroom, network))
    kept = (review.state, review.label, review.severity, review.qualified, review.notified)
    assert kept == (R.WAITING, "injure", 2, True, False)
    assert (review.known_at, review.due_at, review.opened_at) == (NOON, NOON + timedelta(hours=4), NOON)


def test_one_that_waits_for_approval_always_gets_a_review(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", HARMLESS, presence=CommentPresence.PENDING)
    poll_page(cast.newsroom.pk)
    review = Review.objects.get()
    assert (review.severity, review.qualified, review.due_at) == (0, False, None)


def test_a_formal_notice_sets_the_clock_back_to_when_it_was_received(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    at = NOON - timedelta(hours=5)
    network.write("c1", HARMLESS, notified_at=at, notices=1)
    poll_page(cast.newsroom.pk)
    review = Review.objects.get()
    assert (review.notified, review.qualified, review.notices) == (True, False, 1)
    assert (review.known_at, review.due_at) == (at, at + timedelta(hours=24))


def test_a_notice_about_an_open_review_puts_it_on_top_and_moves_its_target(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(cast.newsroom, network)
    at = NOON - timedelta(minutes=30)
    network.change("c1", notified_at=at, notices=1)
    poll_page(cast.newsroom.pk)
    review = review_of(comment)
    assert (review.notified, review.known_at, review.due_at) == (True, at, at + timedelta(hours=4))
    assert review.changed_since is False


def test_the_queue_has_notices_first_then_gravity_then_the_nearest_target(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    network.write("pending", HARMLESS, presence=CommentPresence.PENDING)
    network.write("insult", INSULT)
    network.write("threat", THREAT)
    network.write("notice", HARMLESS, notified_at=NOON, notices=1)
    poll_page(cast.newsroom.pk)
    noon.shift(timedelta(minutes=1))
    network.write("later insult", INSULT)
    poll_page(cast.newsroom.pk)
    assert open_ids() == ["notice", "threat", "insult", "later insult", "pending"]


def test_edited_under_review_it_is_assessed_again_and_says_so(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    review = held(review_of(comment), cast.mona)
    edit(cast, network, THREAT)
    now = fresh(review)
    assert (now.state, now.claimed_by, now.changed_since) == (R.CLAIMED, cast.mona, True)
    assert (now.label, now.severity) == ("menace", 3)
    assert [each.revision for each in Assessment.objects.order_by("revision")] == [1, 2]


def test_edited_harmless_before_anybody_looked_the_review_closes(cast: Cast, network: FakeNetwork) -> None:
    review = review_of(taken(cast.newsroom, network))
    edit(cast, network, HARMLESS)
    assert (fresh(review).state, fresh(review).close_code) == (R.CLOSED, CloseCode.EDITED_HARMLESS)
    edit(cast, network, INSULT)
    assert Review.objects.filter(state=R.WAITING).count() == 1


@pytest.mark.parametrize("how", ["claimed", "claimed and released", "asked", "notified", "pending"])
def test_edited_harmless_where_somebody_has_a_part_in_it_a_person_ends_it(
    cast: Cast, network: FakeNetwork, how: str
) -> None:
    review = review_of(taken(cast.newsroom, network))
    if how.startswith("claimed"):
        held(review, cast.mona)
    if how.endswith("released"):
        assert assign.release(review, cast.mona) is True
    if how == "asked":
        Review.objects.update(asked_by_person=True)
    if how == "notified":
        network.change("c1", notices=1)
    if how == "pending":
        network.change("c1", presence=CommentPresence.PENDING)
    edit(cast, network, HARMLESS)
    now = fresh(review)
    assert now.state == (R.CLAIMED if how == "claimed" else R.WAITING)
    assert (now.changed_since, now.qualified, now.severity, now.label == "injure") == (True, False, 0, False)


def test_edited_while_it_waits_for_a_second_person_it_goes_back_to_the_queue(
    cast: Cast, network: FakeNetwork
) -> None:
    comment = taken(cast.newsroom, network)
    review = review_of(comment)
    decided(comment, cast.mona, Decided.KEEP)
    edit(cast, network, INSULT + " Honte à vous.")
    now = fresh(review)
    assert (now.state, now.changed_since, now.claimed_by) == (R.WAITING, True, None)


@pytest.mark.parametrize(("text", "opened"), [(THREAT, 1), (HARMLESS, 0)])
def test_edited_after_the_decision_it_is_reviewed_again_if_it_is_flagged(
    cast: Cast, network: FakeNetwork, text: str, opened: int
) -> None:
    comment = taken(cast.newsroom, network)
    first = decided(comment, cast.mona, Decided.KEEP)
    assert first.review is not None
    assert second(first.review, cast.ada, agree=True, reason="D'accord", revision=1).done
    edit(cast, network, text)
    assert Review.objects.filter(state=R.WAITING).count() == opened


def test_decided_it_is_not_reviewed_again_for_the_same_words(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    result = decided(comment, cast.mona)
    network.change("c1", url="https://reseau.example/c1")
    poll_page(cast.newsroom.pk)
    assert Review.objects.count() == 1
    assert result.action is not None
    act.carry_out(result.action.pk)
    poll_page(cast.newsroom.pk)
    assert (fresh(comment).presence, Review.objects.count()) == ("hidden", 1)


def test_hidden_by_us_and_shown_again_on_the_network_itself_it_is_reviewed_again(
    cast: Cast, network: FakeNetwork
) -> None:
    comment = taken(cast.newsroom, network)
    result = decided(comment, cast.mona)
    assert result.action is not None
    act.carry_out(result.action.pk)
    network.change("c1", presence=CommentPresence.VISIBLE)
    poll_page(cast.newsroom.pk)
    assert review_of(comment).state == R.WAITING


def test_a_notice_after_the_decision_opens_another_review_once(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    review = assign.ask_review(comment, cast.mona)
    assert review is not None
    assert decided(comment, cast.mona, Decided.KEEP).done
    network.change("c1", notices=1)
    poll_page(cast.newsroom.pk)
    again = review_of(comment)
    assert (again.notified, again.notices, again.pk == review.pk) == (True, 1, False)
    assert decided(comment, cast.mona, Decided.KEEP).done
    network.change("c1")
    poll_page(cast.newsroom.pk)
    assert Review.objects.filter(state__in=OPEN).count() == 0


def test_a_second_notice_starts_no_clock_before_it_came(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    network.write("c1", HARMLESS, notices=1, notified_at=NOON)
    poll_page(cast.newsroom.pk)
    decided(Comment.objects.get(), cast.mona, Decided.KEEP)
    noon.shift(timedelta(days=30))
    network.change("c1", notices=2)
    poll_page(cast.newsroom.pk)
    review = review_of(Comment.objects.get())
    later = NOON + timedelta(days=30)
    assert (review.known_at, review.due_at) == (later, later + timedelta(hours=24))


def test_taken_down_by_its_author_under_review_the_copy_is_sealed_and_the_review_closed(
    cast: Cast, network: FakeNetwork
) -> None:
    comment = taken(cast.newsroom, network)
    review = held(review_of(comment), cast.mona)
    network.take_down("c1")
    polled = poll_page(cast.newsroom.pk)
    assert (polled.gone, polled.changed) == (1, 1)
    now = fresh(review)
    assert (now.state, now.close_code, now.claimed_by) == (R.CLOSED, CloseCode.AUTHOR_REMOVED, None)
    kept = fresh(comment)
    assert (kept.presence, kept.text, kept.revision) == ("gone", INSULT, 1)
    evidence = Evidence.objects.get()
    assert (evidence.comment_id, evidence.decision) == (comment.pk, None)
    assert lines(cast.brand) == ["evidence.sealed", "review.author_removed"]
    poll_page(cast.newsroom.pk)
    assert Evidence.objects.count() == 1


def test_taken_down_when_nobody_was_to_look_nothing_is_sealed(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    network.take_down("c1")
    poll_page(cast.newsroom.pk)
    assert (fresh(comment).presence, Evidence.objects.count(), lines(cast.brand)) == ("gone", 0, [])


def test_a_hidden_comment_is_not_put_in_the_queue_by_the_rules(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT, presence=CommentPresence.HIDDEN)
    poll_page(cast.newsroom.pk)
    assert Review.objects.count() == 0
    network.change("c1", presence=CommentPresence.VISIBLE)
    poll_page(cast.newsroom.pk)
    assert Review.objects.count() == 1


def test_two_who_open_a_review_at_once_get_the_same(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    first = review_of(comment)
    rank = reviews.rank_of(Assessment.objects.get())
    assert reviews.open_new(comment, rank).pk == first.pk
    assert Review.objects.count() == 1


def test_comments_are_apart_by_page(cast: Cast, network: FakeNetwork) -> None:
    taken(cast.newsroom, network)
    Comment.objects.create(page=cast.other_newsroom, remote_id="c1", text=INSULT, seen_at=NOON)
    assert Comment.objects.filter(remote_id="c1").count() == 2
