"""The whole thread on the brand's own newsroom: no network in between is invented."""

from __future__ import annotations

import pytest
import time_machine

from cm_suite.core import clock, ledger
from moderation import jobs
from moderation.enums import ActionState, Decided, Presence, ReviewState
from moderation.models import Action, Comment, Review
from moderation.services.assign import ask_review
from moderation.services.decide import second, undo
from pages.newsroom.models import (
    CommentMode,
    CommentReport,
    CommentRules,
    CommentState,
    NewsroomComment,
    NewsroomPost,
)
from pages.newsroom.services.comments import Draft, edit, withdraw, write
from pages.newsroom.services.reports import Notice, report
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, review_of
from tests.people import Cast

D = Decided


@pytest.fixture
def post(cast: Cast, noon: time_machine.Traveller) -> NewsroomPost:
    """A post to speak under."""
    return NewsroomPost.objects.create(
        page=cast.newsroom,
        key="p1",
        text="Notre atelier ouvre samedi.",
        content_type="information",
        language="fr",
        published_at=clock.now(),
    )


def written(post: NewsroomPost, text: str = INSULT, nonce: str = "n1") -> NewsroomComment:
    """What a visitor wrote, read into the house."""
    comment = write(post, Draft(nonce, "Paul", text, "paul@visiteur.example")).comment
    jobs.poll_page(post.page_id)
    return comment


def copy_of(comment: NewsroomComment) -> Comment:
    return Comment.objects.select_related("page__brand").get(remote_id=str(comment.pk))


def again(post: NewsroomPost) -> None:
    jobs.poll_page(post.page_id)


def state_of(comment: NewsroomComment) -> tuple[str, str]:
    comment.refresh_from_db()
    return comment.state, comment.reason


def test_an_insult_is_hidden_and_its_author_may_read_why(cast: Cast, post: NewsroomPost) -> None:
    insult = written(post)
    copy = copy_of(insult)
    assert (copy.text, copy.author_name, copy.published_at) == (INSULT, "Paul", insult.shown_at)
    assert "paul@" not in repr(vars(copy))
    decided(copy, cast.mona, told="Insulte : la charte ne le permet pas.")
    assert jobs.carry_out() == 1
    assert state_of(insult) == (CommentState.HIDDEN, "Insulte : la charte ne le permet pas.")
    again(post)
    assert (fresh(copy).presence, Review.objects.count()) == (Presence.HIDDEN, 1)
    assert ledger.verify(cast.brand.pk) is None


def test_shown_again_by_two_people(cast: Cast, post: NewsroomPost) -> None:
    insult = written(post)
    first = decided(copy_of(insult), cast.mona)
    jobs.carry_out()
    assert first.decision is not None
    asked = undo(first.decision, cast.mona, "Second degré")
    assert asked.review is not None
    assert second(asked.review, cast.ada, agree=True, reason="En effet", revision=1).done
    assert jobs.carry_out() == 1
    assert state_of(insult)[0] == CommentState.VISIBLE
    again(post)
    assert Review.objects.filter(state=ReviewState.WAITING).count() == 0


def test_deleted_for_good(cast: Cast, post: NewsroomPost) -> None:
    insult = written(post)
    decided(copy_of(insult), cast.mona, D.DELETE, told="Insulte")
    jobs.carry_out()
    assert state_of(insult) == (CommentState.REMOVED, "Insulte")
    again(post)
    assert copy_of(insult).presence == Presence.GONE


def test_the_brand_answers_and_its_answer_is_not_reviewed(cast: Cast, post: NewsroomPost) -> None:
    comment = written(post, "Vous ouvrez à quelle heure ?")
    copy = copy_of(comment)
    assert ask_review(copy, cast.mona) is not None
    action = decided(copy, cast.mona, D.REPLY, text="À dix heures.").action
    assert action is not None
    jobs.carry_out()
    answer = NewsroomComment.objects.get(by_brand=True)
    assert (answer.text, answer.parent) == ("À dix heures.", comment)
    assert (fresh(action).state, fresh(action).remote_id) == (ActionState.DONE, str(answer.pk))
    again(post)
    assert Review.objects.filter(state=ReviewState.WAITING).count() == 0


def test_a_report_puts_it_on_top_and_is_answered(cast: Cast, post: NewsroomPost) -> None:
    comment = written(post, HARMLESS)
    assert Review.objects.count() == 0
    report(comment, Notice("r1", "Ce message me vise.", "Léa", "lea@visiteur.example"))
    again(post)
    review = review_of(copy_of(comment))
    assert (review.notified, review.notices) == (True, 1)
    decided(copy_of(comment), cast.mona, D.KEEP)
    assert jobs.tell_reporters(review.comment_id) is True
    assert CommentReport.objects.get().answer == "kept"
    assert Action.objects.count() == 0


def test_reported_and_removed_the_reporter_hears_of_the_removal(cast: Cast, post: NewsroomPost) -> None:
    insult = written(post)
    report(insult, Notice("r1", "Insulte", "Léa", "lea@visiteur.example"))
    again(post)
    decided(copy_of(insult), cast.mona)
    jobs.carry_out()
    assert jobs.answer_due() == 1
    assert CommentReport.objects.get().answer == "removed"


def test_taken_back_by_its_author_under_review(cast: Cast, post: NewsroomPost) -> None:
    insult = written(post)
    review = review_of(copy_of(insult))
    withdraw(insult)
    again(post)
    assert (fresh(review).state, fresh(review).close_code) == (ReviewState.CLOSED, "author_removed")
    assert copy_of(insult).text == INSULT


def test_where_somebody_reads_first_it_shows_once_approved(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller
) -> None:
    CommentRules.objects.create(page=cast.newsroom, mode=CommentMode.MODERATE_FIRST)
    comment = written(post, HARMLESS)
    copy = copy_of(comment)
    assert (copy.presence, copy.published_at) == (Presence.PENDING, None)
    noon.shift(600)
    decided(copy, cast.mona, D.APPROVE)
    jobs.carry_out()
    again(post)
    assert state_of(comment)[0] == CommentState.VISIBLE
    assert (copy_of(comment).presence, copy_of(comment).published_at) == (Presence.VISIBLE, clock.now())
    assert Review.objects.count() == 1


def test_edited_after_it_was_approved_it_waits_and_is_read_again(
    cast: Cast, post: NewsroomPost, noon: time_machine.Traveller
) -> None:
    CommentRules.objects.create(page=cast.newsroom, mode=CommentMode.MODERATE_FIRST)
    comment = written(post, HARMLESS)
    decided(copy_of(comment), cast.mona, D.APPROVE)
    jobs.carry_out()
    again(post)
    noon.shift(60)
    edit(comment, INSULT, 1)
    again(post)
    review = review_of(copy_of(comment))
    assert (review.qualified, copy_of(comment).presence, copy_of(comment).revision) == (
        True,
        Presence.PENDING,
        2,
    )


def test_the_other_brands_newsroom_is_another_house(cast: Cast, post: NewsroomPost) -> None:
    written(post)
    jobs.poll_page(cast.other_newsroom.pk)
    assert set(Comment.objects.values_list("page_id", flat=True)) == {cast.newsroom.pk}
    assert ledger.head(cast.other_brand.pk).count == 0
