"""What is put in sight is what somebody read: other words go back to the queue."""

from __future__ import annotations

import pytest
import time_machine

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from moderation import jobs
from moderation.enums import ActionState, Code, Decided, Presence, ReviewState
from moderation.models import Action, ActionAttempt, Comment, Decision, Review
from moderation.services import act, assign
from moderation.services.decide import undo
from moderation.services.ingest import poll_page
from pages.models import Page
from pages.networks.types import CommentPresence
from pages.newsroom.models import CommentMode, CommentRules, CommentState, NewsroomComment, NewsroomPost
from pages.newsroom.services import standing
from pages.newsroom.services.comments import Draft, edit, write
from pages.services import connect
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, lines, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

A = ActionState
D = Decided
UNREAD = "Je reviens avec mon fusil."
CANCELLED = (A.CANCELLED, Code.EDITED)


@pytest.fixture
def first(cast: Cast, noon: time_machine.Traveller) -> NewsroomPost:
    """A post of a newsroom where somebody reads comments first."""
    CommentRules.objects.create(page=cast.newsroom, mode=CommentMode.MODERATE_FIRST)
    return NewsroomPost.objects.create(
        page=cast.newsroom,
        key="p1",
        text="Notre atelier ouvre samedi.",
        content_type="information",
        language="fr",
        published_at=clock.now(),
    )


def waiting(post: NewsroomPost, text: str = HARMLESS) -> NewsroomComment:
    comment = write(post, Draft("n1", "Paul", text)).comment
    jobs.poll_page(post.page_id)
    return comment


def copy_of(comment: NewsroomComment) -> Comment:
    return Comment.objects.select_related("page__brand").get(remote_id=str(comment.pk))


def stands(comment: NewsroomComment) -> tuple[str, str]:
    comment.refresh_from_db()
    return comment.state, comment.text


def on_its_way(comment: Comment, cast: Cast, wanted: Decided = D.APPROVE) -> Action:
    action = decided(comment, cast.mona, wanted).action
    assert action is not None
    return action


def hidden(page: Page, network: FakeNetwork, cast: Cast, text: str = HARMLESS) -> Comment:
    """A comment out of sight, which somebody decided to show again."""
    comment = taken(page, network, text)
    assert assign.ask_review(comment, cast.mona) is not None
    act.carry_out(on_its_way(comment, cast, D.HIDE).pk)
    network.calls.clear()
    return fresh(comment)


# --- on the brand's own page


@pytest.mark.parametrize("words", [UNREAD, INSULT, "Autre chose, tout aussi gentille."])
def test_edited_after_it_was_approved_nothing_is_shown(cast: Cast, first: NewsroomPost, words: str) -> None:
    comment = waiting(first)
    action = on_its_way(copy_of(comment), cast)
    comment.refresh_from_db()
    edit(comment, words, comment.version)
    assert jobs.carry_out() == 1
    assert stands(comment) == (CommentState.PENDING, words)
    assert (fresh(action).state, fresh(action).code) == CANCELLED
    assert ActionAttempt.objects.count() == 0
    review = review_of(copy_of(comment))
    assert (review.state, copy_of(comment).revision, copy_of(comment).text) == (ReviewState.WAITING, 2, words)
    assert lines(cast.brand)[-1] == "action.edited"


def test_read_again_and_approved_the_new_words_are_shown(cast: Cast, first: NewsroomPost) -> None:
    comment = waiting(first)
    on_its_way(copy_of(comment), cast)
    comment.refresh_from_db()
    edit(comment, "À samedi, donc !", comment.version)
    jobs.carry_out()
    on_its_way(copy_of(comment), cast)
    assert jobs.carry_out() == 1
    assert stands(comment) == (CommentState.VISIBLE, "À samedi, donc !")


def test_edited_between_the_last_look_and_the_call_nothing_is_shown(
    cast: Cast, first: NewsroomPost, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = waiting(first)
    action = on_its_way(copy_of(comment), cast)
    real = act.Doing.fence

    def fence(doing: act.Doing) -> None:
        real(doing)
        row = NewsroomComment.objects.get(pk=comment.pk)
        edit(row, UNREAD, row.version)

    with monkeypatch.context() as patch:
        patch.setattr(act.Doing, "fence", fence)
        assert act.carry_out(action.pk) is True
    assert stands(comment) == (CommentState.PENDING, UNREAD)
    assert (fresh(action).state, fresh(action).code) == (A.PLANNED, "edited_meanwhile")
    noon.shift(3600)
    assert act.carry_out(action.pk) is True
    assert stands(comment) == (CommentState.PENDING, UNREAD)
    assert (fresh(action).state, fresh(action).code) == CANCELLED
    assert review_of(copy_of(comment)).state == ReviewState.WAITING


def test_shown_only_in_the_version_that_was_read(first: NewsroomPost) -> None:
    comment = waiting(first)
    comment.refresh_from_db()
    edit(comment, UNREAD, comment.version)
    with pytest.raises(standing.EditedSince):
        standing.show(comment, 1)
    assert stands(comment)[0] == CommentState.PENDING
    assert standing.show(comment, 2) is True
    assert stands(comment) == (CommentState.VISIBLE, UNREAD)
    assert standing.show(comment, 1) is True, "visible already is done"


def test_a_network_in_between_reads_the_version_as_well(cast: Cast, first: NewsroomPost) -> None:
    comment = waiting(first)
    client = connect.client_for(cast.newsroom)
    read = client.comment(str(comment.pk))  # type: ignore[attr-defined]  # it listens
    comment.refresh_from_db()
    edit(comment, UNREAD, comment.version)
    with pytest.raises(Later, match="edited_meanwhile"):
        client.show_as_read(read)  # type: ignore[attr-defined]  # ours
    assert stands(comment)[0] == CommentState.PENDING


# --- on any network


def test_edited_while_hidden_it_is_not_shown_again(cast: Cast, network: FakeNetwork) -> None:
    comment = hidden(cast.newsroom, network, cast)
    result = undo(Decision.objects.get(), cast.mona, "Second degré")
    assert result.action is not None
    network.change("c1", text=UNREAD)
    act.carry_out(result.action.pk)
    assert (fresh(result.action).state, fresh(result.action).code) == CANCELLED
    assert (network.calls, fresh(comment).presence) == ([], Presence.HIDDEN)
    review = review_of(comment)
    assert (review.state, review.asked_by_person) == (ReviewState.WAITING, True)


def test_the_same_words_are_shown_again(cast: Cast, network: FakeNetwork) -> None:
    comment = hidden(cast.newsroom, network, cast)
    assert undo(Decision.objects.get(), cast.mona, "Second degré").done
    assert jobs.carry_out() == 1
    assert (network.calls, fresh(comment).presence) == ([("unhide", "c1")], Presence.VISIBLE)


def test_words_that_were_read_by_a_turn_meanwhile_stop_it_as_well(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", HARMLESS, presence=CommentPresence.PENDING)
    poll_page(cast.newsroom.pk)
    action = on_its_way(Comment.objects.get(), cast)
    network.change("c1", text="Merci encore, à samedi !")
    poll_page(cast.newsroom.pk)
    assert jobs.carry_out() == 1
    assert ((fresh(action).state, fresh(action).code), network.calls) == (CANCELLED, [])
    assert Review.objects.filter(state=ReviewState.WAITING).count() == 1


def test_what_cannot_be_read_now_is_not_shown_yet(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    network.write("c1", HARMLESS, presence=CommentPresence.PENDING)
    poll_page(cast.newsroom.pk)
    action = on_its_way(Comment.objects.get(), cast)
    network.fails("comment", Later("not_sent"))
    act.carry_out(action.pk)
    assert ((fresh(action).state, fresh(action).code), network.calls) == ((A.PLANNED, "not_sent"), [])
    noon.shift(3600)
    act.carry_out(action.pk)
    assert (fresh(action).state, network.calls) == (A.DONE, [("approve", "c1")])


def test_what_may_not_be_read_is_not_shown(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", HARMLESS, presence=CommentPresence.PENDING)
    poll_page(cast.newsroom.pk)
    action = on_its_way(Comment.objects.get(), cast)
    network.fails("comment", Never("listen_scope_missing", step=NextStep.RECONNECT))
    act.carry_out(action.pk)
    assert (fresh(action).state, fresh(action).code) == (A.REJECTED, "listen_scope_missing")
    assert network.calls == []


def test_taken_down_meanwhile_nothing_is_opened(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", HARMLESS, presence=CommentPresence.PENDING)
    poll_page(cast.newsroom.pk)
    action = on_its_way(Comment.objects.get(), cast)
    network.take_down("c1")
    act.carry_out(action.pk)
    assert (fresh(action).state, fresh(action).code) == (A.REJECTED, "not_found")
    assert Review.objects.filter(state=ReviewState.WAITING).count() == 0
