"""The whole desk without a script: every step is a link followed or a form sent as a browser sends it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag

from moderation.enums import ActionState, Decided, ReviewState
from moderation.models import Action, Comment, Decision, Review
from moderation.services.act import carry_out
from pages.models import Membership, Person
from tests.moderation.desk import Desk
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, lapse, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, said, soup, value_of, words

pytestmark = pytest.mark.usefixtures("noon")
D = Decided
R = ReviewState


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn) -> Desk:
    """The moderator at her desk."""
    return Desk(signed_in(cast.mona))


@pytest.fixture
def alice(cast: Cast, signed_in: SignIn) -> Desk:
    """The lead at hers."""
    return Desk(signed_in(cast.alice))


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork) -> Comment:
    """A flagged comment that waits."""
    return taken(cast.newsroom, network)


@pytest.fixture
def review(comment: Comment) -> Review:
    """Its review."""
    return review_of(comment)


def opened(desk: Desk) -> Answer:
    """The first comment of the queue, by its link."""
    link = soup(desk.get("queue")).select_one(".qrow")
    assert link is not None
    return desk.client.get(str(link["href"]))  # type: ignore[return-value]  # a test client's answer


class TestDeciding:
    def test_open_take_hide_and_read_what_became_of_it(
        self, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        held = mona.follow(mona.press(opened(mona), "Take it"))
        answer = mona.press(held, "Hide the comment", act="hide", quick="insult")
        assert (answer.url, said(answer)) == (mona.at("queue"), ["Hidden: on its way to the network."])
        made = Decision.objects.get()
        assert (made.act, made.reason, made.told) == (
            D.HIDE,
            "It insults or belittles somebody.",
            "Votre commentaire insulte ou rabaisse quelqu’un.",
        )
        assert carry_out(Action.objects.get().pk) is True
        assert network.calls == [("hide", "c1", made.told)]
        assert "Done" in words(mona.get("comment", review.comment_id))

    def test_the_most_urgent_is_a_button_too(self, cast: Cast, mona: Desk, review: Review) -> None:
        answer = mona.press(mona.get("queue"), "Take the most urgent")
        assert (answer.url, fresh(review).claimed_by) == (mona.at("review", review.pk), cast.mona)

    def test_every_act_and_reason_is_there_without_a_script(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        page = soup(mona.get("review", review.pk))
        assert [str(each["value"]) for each in page.select("input[name=act]")] == [
            "keep",
            "reply",
            "hide",
            "delete",
        ]
        assert len(page.select("input[name=quick]")) == 12
        assert page.select("#decide [hidden], #decide [disabled]") == []

    def test_replying(self, cast: Cast, mona: Desk, network: FakeNetwork) -> None:
        harmless = taken(cast.newsroom, network, HARMLESS)
        held = mona.follow(mona.press(mona.get("comment", harmless.pk), "Review it"))
        held = mona.follow(mona.press(held, "Take it"))
        answer = mona.press(held, "Send the reply", act="reply", quick="customer", text="À samedi !")
        assert said(answer) == ["Answered: on its way to the network."]
        carry_out(Action.objects.get().pk)
        assert network.calls == [("reply", "c1", "À samedi !")]

    def test_giving_it_back_and_taking_the_next(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        other = review_of(taken(cast.newsroom, network, INSULT, "c2"))
        mona.take(review)
        answer = mona.press(mona.get("review", review.pk), "Next")
        assert answer.url == mona.at("review", other.pk)
        assert (fresh(review).state, fresh(other).state) == (R.WAITING, R.CLAIMED)
        back = mona.press(mona.follow(answer), "Give it back")
        assert (back.url, fresh(other).state) == (mona.at("queue"), R.WAITING)

    def test_what_is_missing_is_asked_for_on_the_same_page(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.press(
            mona.get("review", review.pk), "Hide the comment", act="hide", told="Restons polis"
        )
        assert answer.status_code == 422
        assert "Nothing was done: the reason is missing." in words(answer)
        assert value_of(answer, "#decide-told") == "Restons polis"
        again = mona.press(answer, "Hide the comment", reason="Insulte nette")
        assert (again.status_code, Decision.objects.get().told) == (302, "Restons polis")

    def test_links_of_a_page_that_answered_a_form_lead_somewhere(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        text = "Franchement bande d’abrutis, vous avez encore oublié ma commande."
        review = mona.take(review_of(taken(cast.newsroom, network, text)))
        answer = mona.post("decide", review.pk, act="", revision=1)
        tabs = [str(tab["href"]) for tab in soup(answer).select(".reading-tabs a")]
        assert len(tabs) == 2
        assert [mona.client.get(href).status_code for href in tabs] == [200, 200]


class TestTheLeaseRanOut:
    def test_the_form_stays_and_may_be_sent_once_taken_again(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        page = mona.get("review", review.pk)
        lapse(review)
        lost = mona.press(page, "Hide the comment", act="hide", reason="Mes mots à moi", told="Poli !")
        assert lost.status_code == 409
        assert "No longer yours: your five minutes were over." in words(lost)
        assert value_of(lost, "#decide-reason") == "Mes mots à moi"
        again = mona.press(lost, "Take it again")
        assert (value_of(again, "#decide-reason"), value_of(again, "#decide-told")) == (
            "Mes mots à moi",
            "Poli !",
        )
        assert Decision.objects.count() == 0
        answer = mona.press(again, "Hide the comment", act="hide")
        assert (answer.status_code, Decision.objects.get().reason) == (302, "Mes mots à moi")

    def test_what_somebody_else_took_shows_no_form(
        self, cast: Cast, mona: Desk, alice: Desk, review: Review
    ) -> None:
        mona.take(review)
        page = mona.get("review", review.pk)
        lapse(review)
        alice.take(review)
        lost = mona.press(page, "Hide the comment", act="hide", reason="Mes mots", told="Poli !")
        assert (lost.status_code, soup(lost).select("#decide")) == (409, [])
        assert "Alice is on it." in words(lost)
        assert fresh(review).claimed_by == cast.alice


class TestTwoPeople:
    def test_first_then_second(self, mona: Desk, alice: Desk, review: Review) -> None:
        mona.take(review)
        mona.press(mona.get("review", review.pk), "Keep the comment", act="keep", quick="quoted")
        assert (fresh(review).state, Action.objects.count()) == (R.SECOND, 0)
        answer = alice.press(opened(alice), "I agree")
        assert (said(answer), fresh(review).state) == (["Kept."], R.DECIDED)
        assert [each.agrees for each in Decision.objects.all()] == [True, True]

    def test_against_it_with_a_reason(self, mona: Desk, alice: Desk, review: Review) -> None:
        mona.take(review)
        mona.press(mona.get("review", review.pk), "Keep the comment", act="keep", quick="quoted")
        bare = alice.press(opened(alice), "I do not agree")
        assert (bare.status_code, fresh(review).state) == (422, R.SECOND)
        answer = alice.press(bare, "I do not agree", reason="C'est une insulte")
        assert said(answer) == ["Noted: not followed. The comment is back in the queue."]

    def test_taking_back_what_one_said_first(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        mona.press(mona.get("review", review.pk), "Keep the comment", act="keep", quick="quoted")
        mona.press(mona.get("review", review.pk), "Take it back")
        assert fresh(review).state in {R.WAITING, R.CLAIMED}
        assert Decision.objects.filter(final=True).count() == 0

    def test_alone_the_same_button_confirms(self, cast: Cast, mona: Desk, review: Review) -> None:
        Membership.objects.filter(brand=cast.brand).exclude(person=cast.mona).delete()
        mona.take(review)
        once = mona.press(mona.get("review", review.pk), "Keep the comment", act="keep", quick="quoted")
        assert (once.status_code, Decision.objects.count()) == (422, 0)
        mona.press(once, "Confirm a second time", act="keep", quick="quoted")
        assert Decision.objects.get().alone is True


class TestUndoing:
    @pytest.fixture
    def hidden(self, cast: Cast, comment: Comment, network: FakeNetwork) -> Comment:
        """Hidden on the network, by Mona."""
        action = decided(comment, cast.mona).action
        assert action is not None
        carry_out(action.pk)
        return fresh_comment(comment)

    def test_the_question_is_a_link_and_its_answer_a_form(self, mona: Desk, hidden: Comment) -> None:
        page = soup(mona.get("comment", hidden.pk))
        (link,) = [each for each in page.select("a.btn") if "Show it again" in words(each)]
        asked = mona.get("comment", hidden.pk, confirm="show")
        assert str(link["href"]) == "?confirm=show#undo"
        dialog = whole(asked).select_one("dialog#undo")
        assert dialog is not None
        assert dialog.has_attr("data-open")
        assert whole(mona.get("comment", hidden.pk)).select("dialog#undo[data-open]") == []

    def test_a_reason_is_wanted_and_none_is_made_up(self, mona: Desk, hidden: Comment) -> None:
        made = Decision.objects.get()
        for reason in ("", "  ", "x" * 501):
            answer = mona.post("undo", made.pk, reason=reason)
            assert said(answer)[-1].startswith("Nothing was done: the reason is missing.")
        assert Decision.objects.count() == 1

    def test_what_is_qualified_waits_for_a_second_person_and_stays_hidden(
        self, mona: Desk, hidden: Comment
    ) -> None:
        answer = mona.post("undo", Decision.objects.get().pk, reason="Mauvaise personne")
        assert said(answer)[0].startswith("Noted. It takes a second person")
        assert fresh_comment(hidden).presence == "hidden"

    def test_nobody_but_moderators_is_asked(self, cast: Cast, signed_in: SignIn, hidden: Comment) -> None:
        for person in (cast.vera, cast.bob, cast.ada):
            page = Desk(signed_in(person)).get("comment", hidden.pk, confirm="show")
            assert whole(page).select("#undo, a[href*=confirm]") == []


class TestActs:
    @pytest.fixture
    def action(self, cast: Cast, comment: Comment) -> Action:
        """Hiding it, on its way."""
        action = decided(comment, cast.mona).action
        assert action is not None
        return action

    def test_a_person_looks_and_says_so(self, mona: Desk, action: Action, comment: Comment) -> None:
        Action.objects.update(state=ActionState.NEEDS_PERSON, code="cannot_tell")
        page = mona.get("comment", comment.pk)
        assert "The network cannot say whether it was done. Look, and say so here." in words(page)
        answer = mona.press(page, "It was done", reason="Vu sur la page")
        assert said(answer) == ["Noted: it was done."]
        assert fresh(action).state == ActionState.DONE

    def test_trying_again_and_giving_up(self, mona: Desk, action: Action, comment: Comment) -> None:
        Action.objects.update(state=ActionState.REJECTED, code="refused")
        mona.press(mona.get("comment", comment.pk), "Try again")
        assert fresh(action).state == ActionState.PLANNED
        answer = mona.press(mona.get("comment", comment.pk), "Give it up")
        assert answer.url == f"{mona.at('comment', comment.pk)}#action-{action.pk}"
        assert fresh(action).state == ActionState.CANCELLED


def fresh_comment(comment: Comment) -> Comment:
    """The comment as the database holds it."""
    return Comment.objects.get(pk=comment.pk)


def whole(answer: Answer) -> Tag:
    """The whole page, with its dialogs."""
    return BeautifulSoup(answer.content, "lxml")
