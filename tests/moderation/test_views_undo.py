"""The undo offered right after hiding: what it comes to, wherever the act stands by then."""

from __future__ import annotations

import pytest

from cm_suite.core.models import LedgerEntry
from moderation.enums import ActionState, Decided, ReviewState
from moderation.models import Action, Comment, Decision, Evidence, Review
from moderation.services.act import carry_out
from pages.models import Person
from tests.moderation.desk import Desk, decision
from tests.moderation.makers import INSULT, fresh, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, said, soup, words

pytestmark = pytest.mark.usefixtures("noon")
A = ActionState
D = Decided
SPAM = "Gagnez 300 € par jour sans bouger !!! Cliquez vite ici www.argent-facile.example et contactez-moi"


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn) -> Desk:
    """The moderator at her desk."""
    Person.objects.update(language="en")
    return Desk(signed_in(cast.mona))


@pytest.fixture
def review(cast: Cast, network: FakeNetwork) -> Review:
    """An insult that waits."""
    return review_of(taken(cast.newsroom, network))


def hide(mona: Desk, review: Review) -> Answer:
    """Hide it by htmx, as the desk does."""
    mona.take(review)
    return mona.send("decide", review.pk, **decision("hide"))


def undo(mona: Desk, answer: Answer) -> Answer:
    """Press the button of the message."""
    button = soup(answer).select_one("[data-undo] form")
    assert button is not None
    sent = {str(each["name"]): str(each["value"]) for each in button.select("input[name]")}
    target = str(button["hx-post"])
    return mona.client.post(target, sent, headers={"HX-Request": "true"})  # type: ignore[return-value]  # an answer


class TestBeforeItLeft:
    def test_nothing_leaves_and_the_comment_is_back(
        self, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        answer = undo(mona, hide(mona, review))
        assert "Taken back before it left: nothing changed on the network." in words(answer)
        action = Action.objects.get()
        assert (action.state, action.code) == (A.CANCELLED, "cancelled")
        assert carry_out(action.pk) is False
        assert network.calls == []
        again = review_of(review.comment)
        assert (again.pk != review.pk, again.qualified, again.asked_by_person) == (True, True, True)

    def test_it_needs_no_second_person_for_nothing_was_shown_again(self, mona: Desk, review: Review) -> None:
        undo(mona, hide(mona, review))
        assert list(Decision.objects.values_list("act", flat=True)) == [D.HIDE]

    def test_the_ledger_and_the_sealed_copy_keep_both(self, mona: Desk, review: Review) -> None:
        undo(mona, hide(mona, review))
        kinds = list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))
        assert [kind for kind in kinds if kind.startswith(("decision.", "action."))] == [
            "decision.hide",
            "action.cancelled",
        ]
        assert Evidence.objects.count() == 1

    def test_twice_is_once(self, mona: Desk, review: Review) -> None:
        hidden = hide(mona, review)
        undo(mona, hidden)
        lines = LedgerEntry.objects.count()
        answer = undo(mona, hidden)
        assert answer.status_code == 200
        assert LedgerEntry.objects.count() == lines
        assert Review.objects.filter(state=ReviewState.WAITING).count() == 1

    def test_what_the_network_refused_is_taken_back_too(self, mona: Desk, review: Review) -> None:
        hidden = hide(mona, review)
        Action.objects.update(state=A.REJECTED, code="refused")
        undo(mona, hidden)
        assert Action.objects.get().state == A.CANCELLED

    def test_from_the_comment_s_page_without_htmx(self, mona: Desk, review: Review) -> None:
        hide(mona, review)
        answer = mona.post("undo", Decision.objects.get().pk, reason="Mauvais clic")
        assert answer.url == mona.at("comment", review.comment_id)
        assert said(answer)[-1].startswith("Taken back before it left")


class TestOnItsWay:
    @pytest.mark.parametrize("state", [A.CLAIMED, A.SENDING, A.UNKNOWN])
    def test_nobody_reaches_into_a_call(self, mona: Desk, review: Review, state: str) -> None:
        hidden = hide(mona, review)
        Action.objects.update(state=state)
        answer = undo(mona, hidden)
        assert words(answer) == (
            "It is being carried out at this very moment. Nothing was taken back. Show it again from its own "
            "page once the network has answered. Dismiss"
        )
        assert (Action.objects.get().state, Decision.objects.count()) == (state, 1)
        assert Review.objects.exclude(state=ReviewState.DECIDED).count() == 0


class TestOnceHidden:
    def test_a_legal_risk_takes_a_second_person(
        self, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        hidden = hide(mona, review)
        carry_out(Action.objects.get().pk)
        answer = undo(mona, hidden)
        assert "It takes a second person" in words(answer)
        made = Decision.objects.get(act=D.UNHIDE)
        assert (made.final, made.reason) == (False, "Undone right after deciding.")
        assert Comment.objects.get().presence == "hidden"

    def test_spam_is_shown_again_at_once(self, cast: Cast, mona: Desk, network: FakeNetwork) -> None:
        review = review_of(taken(cast.newsroom, network, SPAM))
        hidden = hide(mona, review)
        carry_out(Action.objects.get().pk)
        answer = undo(mona, hidden)
        assert "It is shown again: on its way to the network." in words(answer)
        carry_out(Action.objects.get(decision__act=D.UNHIDE).pk)
        assert network.calls[-1] == ("unhide", "c1")
        assert Comment.objects.get().presence == "visible"

    def test_its_author_took_it_down_meanwhile(
        self, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        hidden = hide(mona, review)
        carry_out(Action.objects.get().pk)
        Comment.objects.update(presence="gone")
        answer = undo(mona, hidden)
        assert words(answer).startswith("The comment is gone")
        assert Decision.objects.count() == 1


class TestWhatIsOffered:
    def test_only_hiding_can_be_undone(self, cast: Cast, mona: Desk, network: FakeNetwork) -> None:
        for number, act in enumerate(["delete", "keep", "reply"]):
            review = review_of(taken(cast.newsroom, network, INSULT, f"c{number}"))
            mona.take(review)
            answer = mona.send("decide", review.pk, **decision(act, text="Bonjour"))
            assert soup(answer).select("[data-undo]") == []

    def test_the_message_stays_until_it_is_used_or_dismissed(self, mona: Desk, review: Review) -> None:
        toast = soup(hide(mona, review)).select_one("[data-undo]")
        assert toast is not None
        assert toast.has_attr("data-stay")
        assert [words(each) for each in toast.select("button")] == ["Undo U", "Dismiss"]

    def test_those_who_do_not_moderate_cannot_take_back(
        self, cast: Cast, mona: Desk, review: Review, signed_in: SignIn
    ) -> None:
        hide(mona, review)
        made = Decision.objects.get()
        for person in (cast.ada, cast.bob, cast.vera):
            assert Desk(signed_in(person)).post("undo", made.pk, at_once="on").status_code == 403
        assert fresh(Action.objects.get()).state == A.PLANNED
