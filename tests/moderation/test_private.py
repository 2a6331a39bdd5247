"""Private messages: answered in their conversation with the same care as any reply, read by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from moderation.enums import ActionState, Code, Decided, Kind, ResultKind
from moderation.models import Action, ActionAttempt, Comment, Decision, Review
from moderation.rules import acts_possible
from moderation.selectors.comments import Wanted, list_comments
from moderation.selectors.conversations import conversation, conversations, waiting_count
from moderation.selectors.queue import answered_share, open_reviews
from moderation.selectors.review import author_history
from moderation.services import act, beside, evidence, reconcile, troubles
from moderation.services.assign import ask_review
from moderation.services.ingest import poll_page
from pages.models import Page, Pause
from tests.moderation.makers import INSULT, fresh, lines
from tests.moderation.network import VISITOR, FakeNetwork
from tests.people import Cast

A = ActionState
K = ResultKind
WORDS = "Bonjour Paul, votre commande part demain."


@pytest.fixture
def message(account: Page, social: FakeNetwork) -> Comment:
    """Somebody asks something in private."""
    social.tell("p1", "Où en est ma commande ?")
    poll_page(account.pk)
    return Comment.objects.select_related("page__brand").get()


def answered(message: Comment, cast: Cast) -> Action:
    result = beside.answer(message, cast.mona, WORDS)
    assert result.action is not None
    return result.action


def test_an_answer_goes_to_the_conversation_and_to_nobody_else(
    cast: Cast, message: Comment, social: FakeNetwork
) -> None:
    action = answered(message, cast)
    assert act.carry_out(action.pk) is True
    [reply] = social.answers
    assert (reply.to, reply.text, reply.conversation) == ("p1", WORDS, "k1")
    assert (reply.author, reply.post, reply.key) == (VISITOR, "", action.key)
    assert social.calls == [("answer", "p1", WORDS)]
    assert (fresh(action).state, fresh(action).remote_id) == (A.DONE, "r0")
    assert lines(cast.brand)[-2:] == ["decision.reply", "action.done"]
    decision = Decision.objects.get()
    kept = (decision.act, decision.final, decision.text, decision.reason, decision.by)
    assert kept == ("reply", True, WORDS, beside.ANSWERED, cast.mona)


def test_an_answer_leaves_the_queue_and_the_comments_alone(cast: Cast, message: Comment) -> None:
    answered(message, cast)
    assert list(open_reviews(cast.brand)) == []
    assert list(list_comments(cast.brand, Wanted())) == []
    assert answered_share(cast.brand, 7) == {}
    assert author_history(message).comments == 0
    assert ask_review(message, cast.mona) is None


@pytest.mark.parametrize(
    ("person", "kind"),
    [("bob", K.NOT_ALLOWED), ("vera", K.NOT_ALLOWED), ("ada", K.NOT_ALLOWED), ("alice", K.DONE)],
)
def test_those_who_moderate_answer(cast: Cast, message: Comment, person: str, kind: K) -> None:
    assert beside.answer(message, getattr(cast, person), WORDS).kind == kind
    assert Action.objects.count() == (kind == K.DONE)


def test_nothing_is_answered_to_nothing(cast: Cast, message: Comment, network: FakeNetwork) -> None:
    assert beside.answer(message, cast.mona, " \n").kind == K.NEEDS_TEXT
    Comment.objects.update(presence="gone")
    assert beside.answer(message, cast.mona, WORDS).kind == K.GONE
    Comment.objects.update(presence="visible", by_page=True)
    assert beside.answer(message, cast.mona, WORDS).kind == K.NOT_POSSIBLE
    Comment.objects.update(by_page=False, kind=Kind.COMMENT)
    assert beside.answer(message, cast.mona, WORDS).kind == K.NOT_POSSIBLE
    Comment.objects.update(kind=Kind.MESSAGE, page=cast.newsroom)
    assert beside.answer(message, cast.mona, WORDS).kind == K.NOT_POSSIBLE
    assert (Action.objects.count(), Review.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Later("rate_limited"), A.PLANNED),
        (Never("window_closed", step=NextStep.CONTACT), A.REJECTED),
        (Unknown("no_answer"), A.UNKNOWN),
    ],
)
def test_each_outcome_is_kept(
    cast: Cast, message: Comment, social: FakeNetwork, error: OutcomeError, state: A
) -> None:
    social.fails("answer", error)
    action = answered(message, cast)
    act.carry_out(action.pk)
    stands = fresh(action)
    assert (stands.state, stands.code, social.calls) == (state, error.code, [])
    assert ActionAttempt.objects.get().outcome == error.outcome
    assert fresh(message).presence == "visible"


def test_a_lost_answer_is_looked_for_among_messages_and_not_sent_again(
    cast: Cast, message: Comment, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    social.fails("answer", Unknown("no_answer"), done=True)
    action = answered(message, cast)
    act.carry_out(action.pk)
    assert fresh(action).state == A.UNKNOWN
    noon.shift(settings.CM_RECONCILE_AFTER + timedelta(minutes=1))
    for each in reconcile.take(5):
        reconcile.look(each)
    assert (fresh(action).state, fresh(action).remote_id) == (A.DONE, "r0")
    assert social.calls == [("answer", "p1", WORDS)]


def test_an_answer_that_never_arrived_is_sent_with_the_same_key(
    cast: Cast, message: Comment, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    social.fails("answer", Unknown("no_answer"))
    action = answered(message, cast)
    act.carry_out(action.pk)
    noon.shift(settings.CM_RECONCILE_AFTER + timedelta(minutes=1))
    for each in reconcile.take(5):
        reconcile.look(each)
    assert (fresh(action).state, fresh(action).code) == (A.PLANNED, Code.ABSENT)
    act.carry_out(action.pk)
    assert [each.key for each in social.answers] == [action.key]
    assert fresh(action).state == A.DONE


def test_a_pause_holds_answers_back(cast: Cast, message: Comment, social: FakeNetwork) -> None:
    Pause.objects.create(brand=cast.brand, reason="Crise", started_by=cast.alice, started_at=clock.now())
    action = answered(message, cast)
    assert act.carry_out(action.pk) is False
    assert (fresh(action).state, social.calls) == (A.PLANNED, [])


def test_an_answer_that_is_given_up_puts_nothing_in_the_queue(
    cast: Cast, message: Comment, social: FakeNetwork
) -> None:
    social.fails("answer", Never("window_closed"))
    action = answered(message, cast)
    act.carry_out(action.pk)
    result = troubles.cancel(fresh(action), cast.mona)
    assert (result.kind, result.review, list(open_reviews(cast.brand))) == (K.DONE, None, [])


def test_whoever_is_erased_leaves_no_conversation(cast: Cast, message: Comment) -> None:
    assert evidence.erase(message, cast.alice).kind == K.DONE
    stands = fresh(message)
    assert (stands.text, stands.conversation, stands.author_remote_id) == ("", "", "")
    assert conversations(cast.brand, None)[1] == []


# --- the lists


def test_conversations_stand_by_their_last_word(
    cast: Cast, account: Page, social: FakeNetwork, message: Comment
) -> None:
    social.tell("p2", "Je cherche un vase.", conversation="k2", author=VISITOR)
    social.tell("p3", "Alors ?", conversation="k1")
    poll_page(account.pk)
    _page, rows = conversations(cast.brand, None)
    assert [(row.excerpt, row.messages, row.waits) for row in rows] == [
        ("Alors ?", 2, True),
        ("Je cherche un vase.", 1, True),
    ]
    assert waiting_count(cast.brand) == 2
    answered(Comment.objects.select_related("page__brand").get(remote_id="p3"), cast)
    assert [row.waits for row in conversations(cast.brand, None)[1]] == [False, True]
    assert (waiting_count(cast.brand), waiting_count(cast.other_brand)) == (1, 0)
    assert conversations(cast.other_brand, None)[1] == []


def test_a_refused_answer_leaves_it_to_be_answered(cast: Cast, message: Comment, social: FakeNetwork) -> None:
    social.fails("answer", Never("window_closed"))
    act.carry_out(answered(message, cast).pk)
    assert waiting_count(cast.brand) == 1


def test_our_answer_stands_once_also_when_the_network_gives_it_back(
    cast: Cast, account: Page, social: FakeNetwork, message: Comment
) -> None:
    act.carry_out(answered(message, cast).pk)
    assert [(each.by_page, each.text) for each in conversation(message).said] == [
        (False, "Où en est ma commande ?"),
        (True, WORDS),
    ]
    social.tell("r0", WORDS, author=VISITOR.__class__(account.remote_id, "Maison Lumen"))
    poll_page(account.pk)
    talk = conversation(message)
    assert [(each.by_page, each.text, each.action) for each in talk.said] == [
        (False, "Où en est ma commande ?", None),
        (True, WORDS, None),
    ]
    assert talk.last == message
    assert [row.waits for row in conversations(cast.brand, None)[1]] == [False]


def test_two_pages_with_a_conversation_of_one_name_are_two(
    cast: Cast, account: Page, social: FakeNetwork, message: Comment
) -> None:
    other = Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://n.example", remote_id="8", name="Autre"
    )
    Comment.objects.create(
        page=other, remote_id="p1", kind="message", conversation="k1", text=INSULT, seen_at=clock.now()
    )
    assert len(conversations(cast.brand, None)[1]) == 2
    assert len(conversation(message).said) == 1


def test_an_act_of_the_queue_is_none_of_a_message(cast: Cast, message: Comment) -> None:

    everything = ["reply", "hide", "delete_comment", "approve", "messages"]
    assert acts_possible(everything, "visible", Kind.MESSAGE) == (Decided.REPLY,)
    assert acts_possible(["reply", "hide"], "visible", Kind.MESSAGE) == ()
    assert acts_possible(everything, "gone", Kind.MESSAGE) == ()
    assert acts_possible(everything, "visible", Kind.MENTION) == (Decided.KEEP, Decided.REPLY)
