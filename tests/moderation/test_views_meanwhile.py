"""Somebody else, the author or the network was faster: what happened, what is safe, what to do."""

from __future__ import annotations

import pytest

from moderation.enums import ActionState, Decided, ReviewState
from moderation.models import Action, Comment, Decision, Review
from moderation.services import decide as deciding
from moderation.services.act import carry_out
from pages.models import Person
from tests.moderation.desk import Desk, decision
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, held, lapse, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, said, soup, value_of, words

pytestmark = pytest.mark.usefixtures("noon")
A = ActionState
D = Decided
R = ReviewState


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn) -> Desk:
    """The moderator at her desk."""
    Person.objects.update(language="en")
    return Desk(signed_in(cast.mona))


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork) -> Comment:
    """A flagged comment that waits."""
    return taken(cast.newsroom, network)


@pytest.fixture
def review(mona: Desk, comment: Comment) -> Review:
    """Its review, in Mona's hands."""
    return mona.take(review_of(comment))


def outcome(answer: Answer) -> str:
    found = soup(answer).select_one("#outcome")
    return words(found) if found else ""


class TestEdited:
    def test_what_was_typed_stays_and_nothing_is_chosen(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        taken(cast.newsroom, network, INSULT + " Vraiment.")
        answer = mona.send("decide", review.pk, **decision("delete", reason="Mes mots", told="Poli !"))
        page = soup(answer)
        assert outcome(answer).startswith("Nothing was done: its author edited the comment")
        assert [value_of(page, f"#decide-{name}") for name in ("reason", "told")] == ["Mes mots", "Poli !"]
        assert page.select("input[name=act][checked]") == []
        assert value_of(page, "input[name=revision]") == "2"

    def test_choosing_again_decides_of_the_new_words(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        taken(cast.newsroom, network, INSULT + " Vraiment.")
        refused = mona.post("decide", review.pk, **decision("hide", reason="Mes mots"))
        assert refused.status_code == 409
        mona.press(refused, "Hide the comment", act="hide")
        made = Decision.objects.get()
        assert (made.revision, made.reason) == (2, "Mes mots")

    def test_while_it_waited_for_a_second_person_it_starts_anew(
        self, cast: Cast, comment: Comment, network: FakeNetwork, signed_in: SignIn
    ) -> None:
        Person.objects.update(language="en")
        decided(comment, cast.mona, D.KEEP)
        waiting = review_of(comment)
        taken(cast.newsroom, network, INSULT + " Vraiment.")
        alice = Desk(signed_in(cast.alice))
        answer = alice.post("second", waiting.pk, agree="yes", revision=1)
        assert (answer.status_code, outcome(answer)[:16]) == (409, "Nothing was done")
        assert (soup(answer).select(".qsecond"), fresh(waiting).state) == ([], R.WAITING)
        assert Decision.objects.filter(final=True).count() == 0

    def test_the_list_and_the_pane_say_it_was_edited(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        taken(cast.newsroom, network, INSULT + " Vraiment.")
        assert "Edited" in words(mona.get("queue"))
        assert "Edited since" in words(mona.get("review", review.pk))


class TestTaken:
    def test_a_claim_that_fails_costs_nothing_that_was_held(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        theirs = held(review_of(taken(cast.newsroom, network, INSULT, "c2")), cast.alice)
        mona.post("claim", theirs.pk)
        assert (fresh(review).claimed_by, fresh(theirs).claimed_by) == (cast.mona, cast.alice)

    def test_going_on_holds_one_comment_only(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        for number in range(3):
            taken(cast.newsroom, network, INSULT, f"n{number}")
        for _ in range(3):
            mona.send("next", skip=review.pk)
        assert Review.objects.filter(state=R.CLAIMED, claimed_by=cast.mona).count() == 1

    def test_deciding_opens_one_and_holds_one(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        for number in range(2):
            taken(cast.newsroom, network, INSULT, f"n{number}")
        mona.send("decide", review.pk, **decision("hide"))
        assert Review.objects.filter(state=R.CLAIMED).count() == 1

    def test_lost_and_free_again_the_form_stays(self, mona: Desk, review: Review) -> None:
        lapse(review)
        answer = mona.send("decide", review.pk, **decision("hide", reason="Mes mots"))
        assert outcome(answer).endswith("Take it again, or go on with the next.")
        assert soup(answer).select_one("#outcome[data-lost]") is not None
        assert value_of(answer, "#decide-reason") == "Mes mots"
        again = mona.send("claim", review.pk, target="hold")
        assert words(again).startswith("Yours until")
        mona.send("decide", review.pk, **decision("hide", reason="Mes mots"))
        assert Decision.objects.count() == 1

    def test_decided_by_somebody_else_there_is_no_form_left(
        self, cast: Cast, mona: Desk, review: Review
    ) -> None:
        lapse(review)
        held(review, cast.alice)
        deciding.decide(review, cast.alice, D.HIDE, reason="Insulte", revision=1)
        answer = mona.send("decide", review.pk, **decision("delete"))
        assert outcome(answer).startswith("Nothing was done: this comment is not yours")
        assert "This comment was decided." in words(answer)
        assert (soup(answer).select("#decide"), Decision.objects.count()) == ([], 1)


class TestGone:
    def test_the_pane_says_so_and_offers_no_act(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        network.take_down("c1")
        taken(cast.newsroom, network, HARMLESS, "c2")
        answer = mona.send("decide", review.pk, **decision("hide"))
        assert outcome(answer) == (
            "The comment is gone: its author took it down, or its words were erased. There is nothing left "
            "to do. What had to be kept as evidence is kept."
        )
        assert soup(answer).select("input[name=act]") == []

    def test_its_page_keeps_the_words_and_asks_nothing(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        network.take_down("c1")
        taken(cast.newsroom, network, HARMLESS, "c2")
        page = mona.get("comment", review.comment_id)
        shown = soup(page).select_one("#words")
        assert (shown and shown.get_text(), "Deleted" in words(page)) == (INSULT, True)
        assert "Review it" not in words(page)


class TestTheNetwork:
    @pytest.fixture
    def action(self, cast: Cast, comment: Comment) -> Action:
        """Hiding it, on its way."""
        action = decided(comment, cast.mona).action
        assert action is not None
        return action

    @pytest.mark.parametrize(
        ("code", "state", "step"),
        [
            ("refused", A.REJECTED, "Open the page to see what it said."),
            ("not_possible", A.REJECTED, "See to it on the network itself."),
            ("rate_limited", A.PLANNED, "It is tried again by itself."),
            ("absent", A.PLANNED, "It is tried again."),
            ("no_answer", A.UNKNOWN, "It is asked again by itself, and nothing is sent twice."),
            ("cannot_tell", A.NEEDS_PERSON, "Look, and say so here."),
        ],
    )
    def test_each_fault_has_its_next_step(
        self, mona: Desk, action: Action, code: str, state: str, step: str
    ) -> None:
        Action.objects.update(state=state, code=code)
        assert step in words(mona.get("comment", action.decision.review.comment_id))
        assert step in words(mona.get("history"))

    def test_a_reply_that_may_have_left_is_not_sent_again(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        other = taken(cast.newsroom, network, HARMLESS, "c5")
        mona.post("ask_review", other.pk)
        action = decided(other, cast.mona, D.REPLY, text="Merci !").action
        assert action is not None
        Action.objects.update(state=A.NEEDS_PERSON, code="cannot_tell")
        offered = [words(each) for each in soup(mona.get("comment", other.pk)).select(".events button")]
        assert offered == ["It was done", "It was not done", "Give it up"]
        assert said(mona.post("retry", action.pk))[-1].startswith("Nothing was done")
        assert fresh(action).state == A.NEEDS_PERSON

    def test_given_up_it_is_decided_anew(
        self, mona: Desk, action: Action, comment: Comment, network: FakeNetwork
    ) -> None:
        Action.objects.update(state=A.REJECTED, code="refused")
        mona.press(mona.get("comment", comment.pk), "Give it up")
        again = mona.take(review_of(comment))
        mona.post("decide", again.pk, **decision("delete"))
        carry_out(Action.objects.latest("pk").pk)
        assert [call[0] for call in network.calls] == ["delete_comment"]
        assert "Open it in the queue" not in words(mona.get("comment", comment.pk))

    def test_settled_and_not_done_it_leaves_again(
        self, mona: Desk, action: Action, comment: Comment, network: FakeNetwork
    ) -> None:
        Action.objects.update(state=A.NEEDS_PERSON, code="cannot_tell")
        answer = mona.press(mona.get("comment", comment.pk), "It was not done", reason="Vu sur la page")
        assert said(answer) == ["Noted: it was not done. It is tried again."]
        carry_out(action.pk)
        assert (fresh(action).state, [call[0] for call in network.calls]) == (A.DONE, ["hide"])
