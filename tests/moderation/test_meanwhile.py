"""What happens between opening, deciding and acting: edits, other decisions, notices, refusals."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from cm_suite.core import clock, ledger
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from moderation import jobs
from moderation.enums import ActionState, Code, Decided, Presence, ResultKind, ReviewState
from moderation.models import Action, ActionAttempt, Comment, Decision, Evidence, Review, Watch
from moderation.services import act, assign, ingest, reporters, troubles, watching
from moderation.services.decide import second, undo
from moderation.services.evidence import open_record
from moderation.services.ingest import poll_page
from pages.enums import PageState
from pages.models import Page
from pages.networks.base import Fence
from pages.networks.types import CommentPresence, IncomingComment, Published, Reply
from tests.moderation.conftest import NOON
from tests.moderation.makers import (
    HARMLESS,
    INSULT,
    REASON,
    decided,
    fresh,
    held,
    lapse,
    lines,
    review_of,
    taken,
)
from tests.moderation.network import FakeNetwork
from tests.people import Cast

A = ActionState
D = Decided
K = ResultKind
WORSE = INSULT + " Je sais où il habite."


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork) -> Comment:
    return taken(cast.newsroom, network)


def hides(comment: Comment, cast: Cast, act_: Decided = D.HIDE) -> Action:
    action = decided(comment, cast.mona, act_).action
    assert action is not None
    return action


def kept_by_two(comment: Comment, cast: Cast) -> Decision:
    """The comment's open review ends with: keep."""
    review = review_of(comment)
    assert decided(fresh(comment), cast.mona, D.KEEP).kind == K.NEEDS_SECOND
    result = second(review, cast.ada, agree=True, reason=REASON, revision=fresh(comment).revision)
    assert result.decision is not None
    return result.decision


def stands(action: Action) -> tuple[str, str]:
    now = fresh(action)
    return now.state, now.code


def sealed_texts() -> list[list[str]]:
    """Of every sealed copy, oldest first, the wordings it holds."""
    records = [open_record(each).data for each in Evidence.objects.order_by("pk")]
    return [[each["text"] for each in record["revisions"]] for record in records]


# --- edited after the decision, before it was carried out


@pytest.mark.parametrize("chosen", [D.HIDE, D.DELETE])
def test_edited_after_the_decision_the_removed_wording_is_sealed_too(
    cast: Cast, network: FakeNetwork, comment: Comment, chosen: Decided
) -> None:
    action = hides(comment, cast, chosen)
    network.change("c1", text=WORSE)
    act.carry_out(action.pk)
    assert stands(action) == (A.DONE, "")
    assert fresh(comment).text == WORSE
    assert sealed_texts() == [[INSULT], [INSULT, WORSE]]
    first, later = Evidence.objects.order_by("pk")
    assert (first.decision_id, later.decision_id) == (action.decision_id, None)
    record = open_record(later).data
    assert (record["sealed_for"], record["decision"]["id"]) == ("later_wording", action.decision_id)
    assert record["decision"]["revision"] == 1
    assert lines(cast.brand)[-2:] == ["evidence.sealed", "action.done"]
    assert ledger.verify(cast.brand.pk) is None


def test_what_was_not_edited_is_sealed_once(cast: Cast, network: FakeNetwork, comment: Comment) -> None:
    act.carry_out(hides(comment, cast).pk)
    assert sealed_texts() == [[INSULT]]


def test_tried_again_the_later_wording_is_sealed_once(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    action = hides(comment, cast)
    network.change("c1", text=WORSE)
    network.fails("hide", Later("not_sent"), times=2)
    for _try in range(3):
        Action.objects.update(next_attempt_at=None)
        assert act.carry_out(action.pk) is True
    assert (stands(action), len(sealed_texts())) == ((A.DONE, ""), 2)


def test_edited_between_two_tries_each_wording_is_sealed(
    cast: Cast, network: FakeNetwork, comment: Comment, noon: time_machine.Traveller
) -> None:
    action = hides(comment, cast)
    network.fails("hide", Later("not_sent"))
    network.change("c1", text=WORSE)
    act.carry_out(action.pk)
    noon.shift(timedelta(hours=1))
    network.change("c1", text=WORSE + " Voilà.")
    act.carry_out(action.pk)
    assert sealed_texts()[-1] == [INSULT, WORSE, WORSE + " Voilà."]
    assert len(sealed_texts()) == 3


def test_what_was_sealed_at_the_same_instant_is_not_taken_for_the_later_wording(
    cast: Cast, network: FakeNetwork, comment: Comment, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Later("not_sent"))
    act.carry_out(hides(comment, cast).pk)
    assign.ask_review(fresh(comment), cast.mona)
    hides(fresh(comment), cast)
    network.change("c1", text=WORSE)
    act.carry_out_due(10)
    assert sealed_texts() == [[INSULT], [INSULT], [INSULT, WORSE]]


@pytest.mark.parametrize("error", [Later("not_sent"), Unknown("reset"), Never("scope_missing")])
def test_a_network_that_cannot_be_read_is_asked_to_remove_all_the_same(
    cast: Cast, network: FakeNetwork, comment: Comment, error: OutcomeError
) -> None:
    action = hides(comment, cast)
    network.fails("comment", error)
    act.carry_out(action.pk)
    assert (stands(action), network.calls) == ((A.DONE, ""), [("hide", "c1", "")])


def test_the_evidence_is_committed_before_the_call(
    cast: Cast, network: FakeNetwork, comment: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = hides(comment, cast)
    network.change("c1", text=WORSE)
    seen: list[list[list[str]]] = []
    real = network.hide

    def hide(remote_id: str, reason: str) -> None:
        seen.append(sealed_texts())
        real(remote_id, reason)

    monkeypatch.setattr(network, "hide", hide)
    act.carry_out(action.pk)
    assert seen == [[[INSULT], [INSULT, WORSE]]]


def test_taken_down_by_its_author_before_we_act_there_is_no_second_copy(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    action = hides(comment, cast)
    network.take_down("c1")
    act.carry_out(action.pk)
    assert (fresh(action).state, fresh(comment).presence) == (A.DONE, Presence.GONE)
    assert (fresh(comment).text, sealed_texts()) == (INSULT, [[INSULT]])


def test_a_reply_reads_nothing_first(
    cast: Cast, network: FakeNetwork, comment: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(network, "comment", asked.append)
    review = review_of(comment)
    decided(comment, cast.mona, D.REPLY, text="Restons polis.")
    assert second(review, cast.ada, agree=True, reason=REASON, revision=1).action is not None
    assert jobs.carry_out() == 1
    assert (asked, network.calls) == ([], [("reply", "c1", "Restons polis.")])


# --- edited between opening and deciding


def test_edited_between_opening_and_deciding_nothing_is_decided(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    review = held(review_of(comment), cast.mona)
    network.change("c1", text=HARMLESS)
    poll_page(cast.newsroom.pk)
    result = decided(comment, cast.mona)  # of the wording that was read
    assert (result.kind, Decision.objects.count(), Evidence.objects.count()) == (K.CHANGED, 0, 0)
    assert (fresh(review).state, fresh(review).changed_since) == (ReviewState.CLAIMED, True)
    assert decided(fresh(comment), cast.mona, D.KEEP).kind == K.DONE


# --- another decision while the first is on its way


def test_a_decision_on_its_way_gives_way_to_a_later_one(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    [claimed] = act.take_one(hides(comment, cast).pk)
    assert assign.ask_review(fresh(comment), cast.mona) is not None
    kept = kept_by_two(comment, cast)
    act.perform(claimed)
    assert stands(claimed) == (A.CANCELLED, Code.SUPERSEDED)
    assert (network.calls, ActionAttempt.objects.count()) == ([], 0)
    assert (kept.final, fresh(comment).presence) == (True, Presence.VISIBLE)


def test_a_lost_removal_is_not_done_after_it_was_decided_otherwise(
    cast: Cast, network: FakeNetwork, comment: Comment, noon: time_machine.Traveller
) -> None:
    action = hides(comment, cast)
    network.fails("hide", Unknown("reset"))
    act.carry_out(action.pk)
    assert assign.ask_review(fresh(comment), cast.mona) is not None
    kept_by_two(comment, cast)
    noon.shift(timedelta(hours=1))
    assert jobs.reconcile_due() == 1
    assert stands(action) == (A.PLANNED, Code.ABSENT)
    assert jobs.carry_out() == 1
    assert stands(action) == (A.CANCELLED, Code.SUPERSEDED)
    assert network.calls == []


def test_a_killed_workers_removal_gives_way_too(cast: Cast, network: FakeNetwork, comment: Comment) -> None:
    action = hides(comment, cast)
    act.take_one(action.pk)
    lapse(action)
    assert assign.ask_review(fresh(comment), cast.mona) is not None
    later = decided(fresh(comment), cast.alice, D.DELETE).action
    jobs.sweep()
    jobs.carry_out()
    assert later is not None
    assert (stands(action)[0], stands(later)[0]) == (A.CANCELLED, A.DONE)
    assert [call[0] for call in network.calls] == ["delete_comment"]


def test_a_reply_is_sent_whatever_is_decided_later(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    review = review_of(comment)
    decided(comment, cast.mona, D.REPLY, text="Restons polis.")
    reply = second(review, cast.ada, agree=True, reason=REASON, revision=1).action
    assert reply is not None
    assert assign.ask_review(fresh(comment), cast.mona) is not None
    hides(fresh(comment), cast)
    jobs.carry_out()
    assert sorted(call[0] for call in network.calls) == ["hide", "reply"]
    assert stands(reply) == (A.DONE, "")


# --- the same words do not become harmless by being looked at once more


def hidden_as(cast: Cast, network: FakeNetwork, text: str, label: str = "") -> Comment:
    """A comment that somebody asked to look at, and hid with this label."""
    comment = taken(cast.newsroom, network, text)
    assert assign.ask_review(comment, cast.mona) is not None
    action = decided(comment, cast.mona, D.HIDE, label=label).action
    assert action is not None
    act.carry_out(action.pk)
    return fresh(comment)


def test_hidden_as_an_insult_by_a_person_one_alone_does_not_show_it_again(
    cast: Cast, network: FakeNetwork
) -> None:
    comment = hidden_as(cast, network, HARMLESS, "injure")
    review = assign.ask_review(comment, cast.mona)
    assert review is not None
    assert review.qualified is True
    assert decided(comment, cast.mona, D.UNHIDE).kind == K.NEEDS_SECOND
    assert (fresh(comment).presence, network.calls) == (Presence.HIDDEN, [("hide", "c1", "")])
    assert second(review, cast.ada, agree=True, reason=REASON, revision=1).kind == K.DONE


def test_hidden_for_no_legal_reason_one_person_shows_it_again(cast: Cast, network: FakeNetwork) -> None:
    comment = hidden_as(cast, network, HARMLESS)
    assert assign.ask_review(comment, cast.mona) is not None
    assert decided(comment, cast.mona, D.UNHIDE).kind == K.DONE


def test_other_words_are_judged_anew(cast: Cast, network: FakeNetwork) -> None:
    comment = hidden_as(cast, network, HARMLESS, "injure")
    network.change("c1", text=HARMLESS + " Vraiment.", presence=CommentPresence.HIDDEN)
    poll_page(cast.newsroom.pk)
    review = assign.ask_review(fresh(comment), cast.mona)
    assert review is not None
    assert review.qualified is False


def test_kept_by_two_it_takes_two_again(cast: Cast, network: FakeNetwork, comment: Comment) -> None:
    kept_by_two(comment, cast)
    assert assign.ask_review(fresh(comment), cast.mona) is not None
    assert decided(fresh(comment), cast.mona, D.KEEP).kind == K.NEEDS_SECOND


@pytest.mark.parametrize("way", ["undo", "ask"])
def test_no_way_round_the_second_person(cast: Cast, network: FakeNetwork, way: str) -> None:
    comment = hidden_as(cast, network, HARMLESS, "menace")
    hide = Decision.objects.get(act=D.HIDE)
    if way == "undo":
        kind = undo(hide, cast.mona, REASON).kind
    else:
        assert assign.ask_review(comment, cast.mona) is not None
        kind = decided(comment, cast.mona, D.UNHIDE).kind
    assert kind == K.NEEDS_SECOND
    assert Action.objects.filter(decision__act=D.UNHIDE).count() == 0


# --- notices that come while another is being answered


@pytest.fixture
def notified(cast: Cast, network: FakeNetwork) -> Comment:
    network.write("c1", HARMLESS, notices=1)
    poll_page(cast.newsroom.pk)
    return Comment.objects.select_related("page__brand").get()


def told(network: FakeNetwork) -> list[str]:
    return [call[2] for call in network.calls if call[0] == "tell"]


def test_a_notice_nobody_read_is_not_answered_with_the_one_before(
    cast: Cast, network: FakeNetwork, notified: Comment
) -> None:
    decided(notified, cast.mona, D.KEEP)
    network.change("c1", notices=2)  # it has not been read yet
    assert reporters.answer_one(notified.pk) is False
    assert (told(network), fresh(notified).notices) == ([], 2)
    again = review_of(notified)
    assert (again.notified, again.notices) == (True, 2)
    hides(notified, cast)
    jobs.carry_out()
    assert reporters.answer_one(notified.pk) is True
    assert (told(network), fresh(notified).notices_answered) == (["removed"], 2)


def test_out_of_sight_everybody_who_reported_it_hears_so(
    cast: Cast, network: FakeNetwork, notified: Comment
) -> None:
    hides(notified, cast)
    jobs.carry_out()
    network.change("c1", notices=2)
    assert reporters.answer_one(notified.pk) is True
    assert told(network) == ["removed"]
    assert Review.objects.filter(state__in=("waiting", "claimed")).count() == 0


def test_who_cannot_be_asked_about_later_notices_is_asked_later(
    cast: Cast, network: FakeNetwork, notified: Comment, noon: time_machine.Traveller
) -> None:
    decided(notified, cast.mona, D.KEEP)
    network.fails("comment", Later("not_sent"))
    assert reporters.answer_one(notified.pk) is False
    assert (told(network), fresh(notified).answer_at) == ([], clock.now() + reporters.AGAIN)


# --- refusals


def test_a_refused_removal_keeps_its_evidence_and_says_the_next_step(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    action = hides(comment, cast)
    network.fails("hide", Never("content_refused", step=NextStep.CONTACT))
    act.carry_out(action.pk)
    refused = fresh(action)
    assert (refused.state, refused.code, refused.step) == (A.REJECTED, "content_refused", NextStep.CONTACT)
    assert (fresh(comment).presence, sealed_texts()) == (Presence.VISIBLE, [[INSULT]])
    assert lines(cast.brand)[-1] == "action.rejected"
    given_up = troubles.cancel(refused, cast.mona)
    assert given_up.review is not None
    assert (given_up.review.qualified, given_up.review.state) == (True, ReviewState.WAITING)
    assert sealed_texts() == [[INSULT]]


@pytest.mark.parametrize("code", ["scope_missing", "listen_scope_missing"])
def test_a_missing_right_asks_nobody_and_disconnects_nothing(
    cast: Cast, network: FakeNetwork, comment: Comment, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(network, "profile", lambda: asked.append(True))
    review = review_of(comment)
    decided(comment, cast.mona, D.REPLY, text="Restons polis.")
    action = second(review, cast.ada, agree=True, reason=REASON, revision=1).action
    assert action is not None

    def reply(_reply: Reply, _fence: Fence) -> Published:
        raise Never(code, step=NextStep.RECONNECT)

    monkeypatch.setattr(network, "reply", reply)
    act.carry_out(action.pk)
    assert (stands(action), fresh(action).step) == ((A.REJECTED, code), NextStep.RECONNECT)
    assert (asked, ActionAttempt.objects.count()) == ([], 0)
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.CONNECTED


def test_listening_refused_the_page_stays_connected_and_is_asked_later(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    error = Never("listen_scope_missing", step=NextStep.RECONNECT)
    network.fails("comments", error, times=20)
    waits = []
    for _turn in range(5):
        assert poll_page(cast.newsroom.pk).code == "listen_scope_missing"
        watch = Watch.objects.get(page=cast.newsroom)
        assert watch.next_at is not None
        waits.append(watch.next_at - clock.now())
    assert all(later <= watching.LONGEST_WAIT for later in waits)
    assert waits[0] >= watching.AFTER_NEVER * 0.75
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.CONNECTED


# --- evidence holds what surrounded the comment


def test_the_record_holds_what_was_answered_without_names(cast: Cast, network: FakeNetwork) -> None:
    network.write("a", "Vous êtes nuls.", at=NOON - timedelta(hours=2))
    network.write("b", "Toi-même !", parent_id="a", at=NOON - timedelta(hours=1))
    comment = taken(cast.newsroom, network, INSULT, "c1")
    network.change("c1", parent_id="b")
    Comment.objects.filter(pk=comment.pk).update(parent_remote_id="b")
    poll_page(cast.newsroom.pk)
    result = decided(fresh(comment), cast.mona)
    assert result.evidence is not None
    answered = open_record(result.evidence).data["answers"]
    assert [each["text"] for each in answered] == ["Toi-même !", "Vous êtes nuls."]
    assert set(answered[0]) == {"remote_id", "text", "by_page", "published_at"}
    assert answered[0]["published_at"] == "2026-03-02T10:00:00.000000+00:00"


def test_comments_that_answer_each_other_in_a_circle_end(cast: Cast, network: FakeNetwork) -> None:
    network.write("a", HARMLESS, parent_id="c1")
    comment = taken(cast.newsroom, network, INSULT, "c1")
    Comment.objects.filter(pk=comment.pk).update(parent_remote_id="a")
    result = decided(fresh(comment), cast.mona)
    assert result.evidence is not None
    assert [each["text"] for each in open_record(result.evidence).data["answers"]] == [HARMLESS]


# --- a turn ends within its time


def test_pages_left_when_time_is_up_come_first_next_time(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    polled: list[int] = []
    ticks = itertools.count(0, jobs.POLL_SECONDS * 0.6)
    real: Callable[..., Any] = ingest.turn

    def turn(watch: Watch) -> Any:
        polled.append(watch.page_id)
        return real(watch)

    monkeypatch.setattr(ingest, "turn", turn)
    monkeypatch.setattr("moderation.services.crew.time", SimpleNamespace(monotonic=lambda: next(ticks)))
    jobs.poll_comments()
    jobs.poll_comments()
    assert sorted(polled) == [cast.newsroom.pk, cast.other_newsroom.pk]


def test_a_comment_is_asked_as_it_was_stored(cast: Cast, network: FakeNetwork, comment: Comment) -> None:
    seen: list[str] = []
    real = network.comment

    def ask(remote_id: str) -> IncomingComment:
        seen.append(remote_id)
        return real(remote_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "comment", ask)
        act.carry_out(hides(comment, cast).pk)
    assert seen == ["c1"]
