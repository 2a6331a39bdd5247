"""Taking, deciding, answering, undoing: each result in words, and what did not happen."""

from __future__ import annotations

import re

import pytest

from moderation.enums import Decided, ReviewState
from moderation.models import Action, Comment, Decision, Evidence, Review
from pages.models import Membership, Person
from tests.moderation.desk import Desk, decision
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, held, lapse, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, said, soup, words

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


def outcome(answer: Answer) -> str:
    found = soup(answer).select_one("#outcome")
    return words(found) if found else ""


class TestTaking:
    def test_it_is_yours_for_five_minutes(self, cast: Cast, mona: Desk, review: Review) -> None:
        answer = mona.send("claim", review.pk)
        hold = soup(answer).select_one("#hold")
        assert hold is not None
        assert words(hold).startswith("Yours until")
        assert hold["data-renew"] == mona.at("renew", review.pk)
        assert (fresh(review).state, fresh(review).claimed_by) == (R.CLAIMED, cast.mona)

    def test_without_htmx_one_comes_back_to_it(self, mona: Desk, review: Review) -> None:
        answer = mona.post("claim", review.pk)
        assert (answer.status_code, answer.url) == (302, mona.at("review", review.pk))
        assert "What to do with this comment" in words(mona.follow(answer))

    def test_the_one_held_before_is_given_back(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        other = review_of(taken(cast.newsroom, network, INSULT, "c2"))
        mona.take(review)
        mona.take(other)
        assert (fresh(review).state, fresh(other).state) == (R.WAITING, R.CLAIMED)

    def test_never_from_somebody_else(self, cast: Cast, mona: Desk, review: Review) -> None:
        held(review, cast.alice)
        assert "Alice is on it." in words(mona.send("claim", review.pk))
        assert said(mona.post("claim", review.pk)) == ["Alice is on it at the moment."]
        assert fresh(review).claimed_by == cast.alice

    def test_renewing_and_losing(self, cast: Cast, mona: Desk, review: Review) -> None:
        mona.take(review)
        assert "Yours until" in words(mona.send("renew", review.pk))
        lapse(review)
        assert "No longer yours: your five minutes were over." in words(mona.send("renew", review.pk))
        held(review, cast.alice)
        assert "No longer yours: Alice is on it." in words(mona.send("renew", review.pk))

    def test_taking_again_keeps_the_form(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        lapse(review)
        again = soup(mona.send("claim", review.pk, target="hold"))
        assert (again.select_one("#hold") is not None, again.select_one("#decide")) == (True, None)

    def test_giving_back(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.send("release", review.pk)
        assert (fresh(review).state, fresh(review).claimed_by) == (R.WAITING, None)
        assert (
            "Choose a comment" in words(answer),
            "Given back: it waits for anybody." in words(answer),
        ) == (
            True,
            True,
        )
        assert said(mona.post("release", review.pk)) == ["It was not yours any more."]

    def test_the_most_urgent_is_taken(self, cast: Cast, mona: Desk, review: Review) -> None:
        answer = mona.post("next")
        assert (answer.url, fresh(review).claimed_by) == (mona.at("review", review.pk), cast.mona)

    def test_next_leaves_this_one_aside(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        other = review_of(taken(cast.newsroom, network, INSULT, "c2"))
        mona.take(review)
        assert mona.post("next", skip=review.pk).url == mona.at("review", other.pk)

    def test_nothing_else_is_free(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.post("next", skip=review.pk)
        assert (answer.url, said(answer)) == (mona.at("review", review.pk), ["Nothing else is free to take."])
        assert fresh(review).state == R.CLAIMED


class TestDeciding:
    def test_hiding_with_a_reason_at_hand(self, cast: Cast, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.decide(review, "hide", quick="insult", reason="", label="injure")
        made = Decision.objects.get()
        assert (answer.status_code, answer.url) == (302, mona.at("queue"))
        assert said(answer) == ["Hidden: on its way to the network."]
        assert (made.act, made.reason, made.label, made.by) == (
            D.HIDE,
            "It insults or belittles somebody.",
            "injure",
            cast.mona,
        )
        assert (Action.objects.count(), Evidence.objects.count(), fresh(review).state) == (1, 1, R.DECIDED)

    def test_the_author_reads_the_reason_in_the_brand_s_language_or_the_words_typed(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        cast.brand.language = "en"
        cast.brand.save()
        other = review_of(taken(cast.newsroom, network, INSULT, "c2"))
        mona.take(review)
        mona.decide(review, "hide", quick="insult", reason="Clear")
        mona.take(other)
        mona.decide(other, "delete", quick="insult", told="Be kind, please.")
        first, second = Decision.objects.order_by("pk")
        assert (first.reason, first.told) == (
            "It insults or belittles somebody. Clear",
            "Your comment insults or belittles somebody.",
        )
        assert second.told == "Be kind, please."

    def test_the_next_comment_opens_at_once(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        other = review_of(taken(cast.newsroom, network, INSULT + " Bis.", "c2"))
        mona.take(review)
        answer = mona.send("decide", review.pk, **decision("hide"))
        page = soup(answer)
        assert page.select_one(f'#pane[data-review="{other.pk}"]') is not None
        assert fresh(other).claimed_by == cast.mona
        headers = answer.headers  # type: ignore[attr-defined]  # a real response has them
        assert (headers["HX-Retarget"], headers["HX-Push-Url"]) == ("#desk", mona.at("review", other.pk))
        undo = page.select_one(f'form[action="{mona.at("undo", Decision.objects.get().pk)}"]')
        assert (undo is not None, "Hidden: on its way to the network." in words(answer)) == (True, True)

    def test_an_emptied_queue_says_so(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.send("decide", review.pk, **decision("hide"))
        assert "Nothing to decide" in words(answer)

    def test_keeping_takes_a_second_person(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.decide(review, "keep")
        assert said(answer) == [
            "Noted. It takes a second person to leave this comment in sight. Nothing changes until somebody "
            "else of the team agrees; they have been told."
        ]
        assert (fresh(review).state, Action.objects.count()) == (R.SECOND, 0)

    def test_a_reason_for_removing_does_not_explain_keeping(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.send("decide", review.pk, **decision("keep", quick="insult", reason=""))
        assert outcome(answer).startswith("Nothing was done: the reason is missing.")
        assert Decision.objects.count() == 0

    def test_the_form_keeps_what_was_typed(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.send("decide", review.pk, **decision("reply", reason="It deserves one", text=""))
        assert outcome(answer).startswith("Nothing was sent: the reply is empty.")
        page = soup(answer)
        reason, act = page.select_one("#decide-reason"), page.select_one("#act-reply[checked]")
        assert (reason and reason.get_text(strip=True), act is not None) == ("It deserves one", True)

    def test_without_an_act_nothing_happens(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.post("decide", review.pk, **decision(""))
        assert (answer.status_code, "Choose what to do." in words(answer)) == (422, True)
        assert "Choose what to do." in words(mona.send("decide", review.pk, **decision("")))
        assert Decision.objects.count() == 0

    @pytest.mark.parametrize("field", ["revision", "label", "quick", "act"])
    def test_what_the_form_never_sent_is_refused(self, mona: Desk, review: Review, field: str) -> None:
        mona.take(review)
        answer = mona.post("decide", review.pk, **{**decision("hide"), field: "nonsense"})
        assert (answer.status_code, Decision.objects.count()) == (422, 0)

    def test_somebody_else_took_it_meanwhile(self, cast: Cast, mona: Desk, review: Review) -> None:
        held(review, cast.alice)
        answer = mona.decide(review, "hide")
        assert (answer.status_code, outcome(answer)) == (
            409,
            "Nothing was done: this comment is not yours at the moment. Your five minutes were over, or "
            "somebody else has it. Take it again, or go on with the next.",
        )
        assert Decision.objects.count() == 0

    def test_edited_while_it_was_read(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        mona.take(review)
        taken(cast.newsroom, network, INSULT + " Et menteur.")
        answer = mona.send("decide", review.pk, **decision("hide"))
        page = soup(answer)
        shown, revision = page.select_one("#words"), page.select_one("input[name=revision]")
        assert outcome(answer).startswith("Nothing was done: its author edited the comment")
        assert (shown and shown.get_text(), revision and revision["value"]) == (INSULT + " Et menteur.", "2")
        assert Decision.objects.count() == 0

    def test_gone_before_one_decided(
        self, cast: Cast, mona: Desk, review: Review, network: FakeNetwork
    ) -> None:
        mona.take(review)
        network.take_down("c1")
        taken(cast.newsroom, network, HARMLESS, "c2")
        answer = mona.decide(review, "hide")
        assert (answer.status_code, Decision.objects.count()) == (409, 0)
        assert "Its author took it down." in words(answer)

    def test_an_act_the_network_has_not(self, mona: Desk, review: Review) -> None:
        mona.take(review)
        answer = mona.decide(review, "approve")
        assert (answer.status_code, outcome(answer)[:46]) == (
            422,
            "Nothing was done: the network has no such act,",
        )
        assert Decision.objects.count() == 0


class TestTwoPeople:
    @pytest.fixture
    def waiting(self, cast: Cast, comment: Comment) -> Review:
        """Mona would keep it."""
        decided(comment, cast.mona, D.KEEP, reason="Second degré")
        return review_of(comment)

    def test_another_one_sees_what_was_said_and_agrees(self, alice: Desk, waiting: Review) -> None:
        page = words(alice.get("review", waiting.pk))
        assert re.search("Kept , says Mona: Second degré", page)
        answer = alice.post("second", waiting.pk, agree="yes", revision=1)
        assert (said(answer), fresh(waiting).state) == (["Kept."], R.DECIDED)
        assert Action.objects.count() == 0

    def test_not_agreeing_needs_a_reason_and_sends_it_back(self, alice: Desk, waiting: Review) -> None:
        bare = alice.send("second", waiting.pk, agree="no", revision=1)
        assert outcome(bare).startswith("Nothing was done: the reason is missing.")
        assert fresh(waiting).state == R.SECOND
        answer = alice.post("second", waiting.pk, agree="no", reason="It is an insult", revision=1)
        assert said(answer) == ["Noted: not followed. The comment is back in the queue."]
        assert fresh(waiting).state in {R.WAITING, R.CLAIMED}

    def test_saying_neither_changes_nothing(self, alice: Desk, waiting: Review) -> None:
        answer = alice.post("second", waiting.pk, revision=1)
        assert (answer.status_code, "Say whether you agree." in words(answer)) == (422, True)
        assert fresh(waiting).state == R.SECOND

    def test_the_first_one_cannot_agree_with_herself(self, mona: Desk, waiting: Review) -> None:
        page = mona.get("review", waiting.pk)
        assert "You said it first: somebody else answers." in words(page)
        assert soup(page).select('button[value="yes"]') == []
        answer = mona.post("second", waiting.pk, agree="yes", revision=1, alone_confirmed="on")
        assert (answer.status_code, fresh(waiting).state) == (422, R.SECOND)

    def test_an_approver_may_answer_and_an_author_only_reads(
        self, cast: Cast, signed_in: SignIn, waiting: Review
    ) -> None:
        bob, ada = Desk(signed_in(cast.bob)), Desk(signed_in(cast.ada))
        assert "A moderator, an approver or a lead answers." in words(bob.get("review", waiting.pk))
        assert bob.post("second", waiting.pk, agree="yes", revision=1).status_code == 403
        assert ada.post("second", waiting.pk, agree="yes", revision=1).status_code == 302
        assert fresh(waiting).state == R.DECIDED

    def test_one_who_is_alone_confirms_twice_under_the_warning(
        self, cast: Cast, mona: Desk, review: Review
    ) -> None:
        Membership.objects.filter(brand=cast.brand).exclude(person=cast.mona).delete()
        mona.take(review)
        answer = mona.send("decide", review.pk, **decision("keep"))
        assert outcome(answer).startswith(
            "Nothing was done yet: leaving this comment in sight takes two people"
        )
        page = soup(answer)
        confirmed = page.select_one("#decide input[name=alone_confirmed]")
        assert (confirmed and confirmed["value"], "Confirm a second time" in words(page)) == ("on", True)
        assert Decision.objects.count() == 0
        mona.send("decide", review.pk, **decision("keep", alone_confirmed="on"))
        assert Decision.objects.filter(alone=True, final=True).count() == 1

    def test_the_last_one_left_may_confirm_her_own(self, cast: Cast, mona: Desk, waiting: Review) -> None:
        Membership.objects.filter(brand=cast.brand).exclude(person=cast.mona).delete()
        page = mona.get("review", waiting.pk)
        assert "Nobody else of the brand can answer any more." in words(page)
        again = mona.send("second", waiting.pk, agree="yes", revision=1)
        assert outcome(again).startswith("Nothing was done yet")
        mona.send("second", waiting.pk, agree="yes", revision=1, alone_confirmed="on")
        assert fresh(waiting).state == R.DECIDED


class TestUndoing:
    @pytest.fixture
    def hidden(self, cast: Cast, comment: Comment) -> Decision:
        """Mona hid it, and the network did."""
        made = decided(comment, cast.mona, D.HIDE).decision
        assert made is not None
        Comment.objects.update(presence="hidden")
        Action.objects.update(state="done")
        return made

    def test_it_takes_two_for_a_qualified_comment(self, mona: Desk, hidden: Decision) -> None:
        answer = mona.send("undo", hidden.pk, at_once="on")
        assert "It takes a second person" in words(answer)
        assert Decision.objects.filter(act=D.UNHIDE, final=False).count() == 1

    def test_from_the_comment_s_page_with_a_reason(self, mona: Desk, hidden: Decision) -> None:
        page = mona.get("comment", hidden.review.comment_id)
        assert [link["href"] for link in soup(page).select("a.btn") if "Show it again" in words(link)] == [
            "?confirm=show#undo"
        ]
        answer = mona.post("undo", hidden.pk, reason="Wrong person")
        assert answer.url == mona.at("comment", hidden.review.comment_id)
        assert Decision.objects.get(act=D.UNHIDE).reason == "Wrong person"

    def test_alone_one_is_asked_again(self, cast: Cast, mona: Desk, hidden: Decision) -> None:
        Membership.objects.filter(brand=cast.brand).exclude(person=cast.mona).delete()
        answer = mona.post("undo", hidden.pk, reason="Wrong person")
        assert answer.url.endswith("?confirm=undo#undo")
        dialog = mona.client.get(answer.url).content
        assert b'name="alone_confirmed" value="on"' in dialog
        assert Decision.objects.filter(act=D.UNHIDE).count() == 0
        mona.post("undo", hidden.pk, reason="Wrong person", alone_confirmed="on")
        assert Decision.objects.filter(act=D.UNHIDE, alone=True, final=True).count() == 1

    def test_what_was_not_hidden_cannot_be_undone(self, cast: Cast, mona: Desk, review: Review) -> None:
        mona.take(review)
        mona.decide(review, "delete")
        answer = mona.post("undo", Decision.objects.get().pk, reason="So")
        assert said(answer)[-1].startswith("Nothing was done: the network has no such act")
        assert Decision.objects.count() == 1
