"""All comments, one of them with its past, its sealed copies and its acts on the network."""

from __future__ import annotations

import json

import pytest

from cm_suite.core.models import LedgerEntry
from moderation.enums import ActionState, Decided, ReviewState
from moderation.models import Action, Comment, Evidence, Review
from pages.models import Person
from tests.moderation.desk import Desk
from tests.moderation.makers import HARMLESS, INSULT, decided, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, labels, said, soup, words

pytestmark = pytest.mark.usefixtures("noon")
A = ActionState
D = Decided


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn) -> Desk:
    """The moderator at her desk."""
    return Desk(signed_in(cast.mona))


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork) -> Comment:
    """A flagged comment that waits."""
    return taken(cast.newsroom, network)


def texts(answer: Answer) -> list[str]:
    return [words(link) for link in soup(answer).select(".comment-cell > a")]


class TestList:
    def test_filters_by_what_is_typed(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment
    ) -> None:
        taken(cast.newsroom, network, HARMLESS, "c2")
        assert texts(mona.get("comments")) == [HARMLESS, INSULT]
        assert texts(mona.get("comments", label="injure")) == [INSULT]
        assert texts(mona.get("comments", standing="never")) == [HARMLESS]
        assert texts(mona.get("comments", q="accueil")) == [HARMLESS]
        assert texts(mona.get("comments", presence="hidden")) == []
        assert texts(mona.get("comments", on=cast.newsroom.pk)) == [HARMLESS, INSULT]

    def test_what_cannot_be_read_filters_nothing(self, cast: Cast, mona: Desk, comment: Comment) -> None:
        odd = {"label": "x", "on": cast.other_newsroom.pk, "presence": "0", "standing": "'", "page": "zz"}
        assert texts(mona.get("comments", **odd)) == [INSULT]

    def test_empty_states_say_the_next_step(self, mona: Desk) -> None:
        assert "No comment yet" in words(mona.get("comments"))
        assert "Clear the filter" in words(mona.get("comments", q="nothing like it"))

    def test_another_brand_s_are_never_there(self, cast: Cast, mona: Desk, comment: Comment) -> None:
        Comment.objects.update(page=cast.other_newsroom)
        assert texts(mona.get("comments")) == []
        assert mona.get("comment", comment.pk).status_code == 404


class TestOne:
    def test_wordings_beside_each_other_the_latest_first(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment
    ) -> None:
        taken(cast.newsroom, network, INSULT + " Vraiment.")
        found = soup(mona.get("comment", comment.pk)).select(".wording")
        assert [words(each.select_one(".words")) for each in found] == [  # type: ignore[arg-type]  # is there
            INSULT + " Vraiment.",
            INSULT,
        ]
        assert "Wording 1: Public insult (" in words(found[1])

    def test_decisions_with_reasons_and_what_the_author_may_read(
        self, cast: Cast, mona: Desk, comment: Comment
    ) -> None:
        decided(comment, cast.mona, D.HIDE, reason="Insulte nette", told="Restons courtois.")
        page = words(mona.get("comment", comment.pk))
        for part in (
            "Hidden",
            "To be carried out",
            "Insulte nette",
            "Its author may read: Restons courtois.",
        ):
            assert part in page, part

    def test_an_open_review_is_one_click_away(self, mona: Desk, comment: Comment) -> None:
        page = soup(mona.get("comment", comment.pk))
        link = page.select_one(".btn-primary") or soup(mona.get("comment", comment.pk))
        assert "Open it in the queue" in words(link)

    def test_a_review_may_be_asked_of_any_comment(self, cast: Cast, mona: Desk, network: FakeNetwork) -> None:
        harmless = taken(cast.newsroom, network, HARMLESS)
        assert "Review it" in words(mona.get("comment", harmless.pk))
        answer = mona.post("ask_review", harmless.pk)
        review = review_of(harmless)
        assert (answer.url, review.asked_by_person) == (mona.at("review", review.pk), True)
        assert "A person asked for this review" in words(mona.follow(answer))

    def test_a_comment_that_is_gone_is_not_reviewed(self, mona: Desk, comment: Comment) -> None:
        Review.objects.all().delete()
        Comment.objects.update(presence="gone")
        answer = mona.post("ask_review", comment.pk)
        assert said(answer) == ["Nothing to review: it is gone, private, or the page itself wrote it."]
        assert Review.objects.count() == 0

    def test_erased_words_are_not_shown(self, mona: Desk, comment: Comment) -> None:
        Comment.objects.update(erased_at=comment.seen_at)
        assert "Its words were erased." in words(mona.get("comment", comment.pk))


class TestEvidence:
    @pytest.fixture
    def sealed(self, cast: Cast, comment: Comment) -> Evidence:
        """Sealed when Mona hid it."""
        decided(comment, cast.mona, D.HIDE)
        return Evidence.objects.get()

    def test_a_second_person_downloads_the_file(self, cast: Cast, mona: Desk, sealed: Evidence) -> None:
        answer = mona.get("evidence", sealed.pk)
        headers = answer.headers  # type: ignore[attr-defined]  # a real response has them
        assert headers["Content-Disposition"] == f'attachment; filename="evidence-{sealed.pk}.json"'
        assert headers["Cache-Control"] == "no-store"
        assert sealed.digest in json.dumps(json.loads(answer.content))

    def test_others_may_not(self, cast: Cast, signed_in: SignIn, sealed: Evidence) -> None:
        for person in (cast.bob, cast.vera):
            desk = Desk(signed_in(person))
            assert desk.get("evidence", sealed.pk).status_code == 403
            assert "Download" not in words(desk.get("comment", sealed.comment_id))
        assert Desk(signed_in(cast.charlie)).get("evidence", sealed.pk).status_code == 404

    def test_an_erased_one_cannot_be_opened(self, mona: Desk, sealed: Evidence) -> None:
        Evidence.objects.update(key="", erased_at=sealed.at)
        answer = mona.get("evidence", sealed.pk)
        assert said(answer) == ["The key of this copy was destroyed: nobody can open it any more."]


class TestActions:
    @pytest.fixture
    def action(self, cast: Cast, comment: Comment) -> Action:
        """Hiding it, on its way."""
        decided(comment, cast.mona, D.HIDE)
        return Action.objects.get()

    def page(self, desk: Desk, action: Action) -> list[str]:
        found = soup(desk.get("comment", action.decision.review.comment_id))
        event = found.select_one(f"#action-{action.pk}")
        assert event is not None
        return labels(event)

    @pytest.mark.parametrize(
        ("state", "acts"),
        [
            (A.PLANNED, ["Give it up"]),
            (A.REJECTED, ["Try again", "Give it up"]),
            (A.NEEDS_PERSON, ["It was done", "It was not done", "Try again", "Give it up"]),
            (A.SENDING, []),
            (A.DONE, []),
        ],
    )
    def test_each_state_has_its_acts(self, mona: Desk, action: Action, state: str, acts: list[str]) -> None:
        Action.objects.update(state=state)
        assert self.page(mona, action) == acts

    def test_readers_have_none(self, cast: Cast, signed_in: SignIn, action: Action) -> None:
        Action.objects.update(state=A.REJECTED)
        vera = Desk(signed_in(cast.vera))
        assert self.page(vera, action) == []
        answers = [vera.post(name, action.pk).status_code for name in ("retry", "cancel", "settle")]
        assert (answers, Action.objects.get().state) == ([403] * 3, A.REJECTED)

    def test_trying_again(self, mona: Desk, action: Action) -> None:
        Action.objects.update(state=A.REJECTED, code="refused")
        assert "The network refused." in words(mona.get("comment", action.decision.review.comment_id))
        answer = mona.post("retry", action.pk)
        assert (said(answer), Action.objects.get().state) == (["It is tried again."], A.PLANNED)

    def test_giving_up_puts_the_comment_back(self, mona: Desk, action: Action) -> None:
        answer = mona.post("cancel", action.pk)
        assert said(answer) == ["Given up: the comment is as it was, and back in the queue."]
        assert Action.objects.get().state == A.CANCELLED
        assert Review.objects.exclude(state=ReviewState.DECIDED).count() == 1

    @pytest.mark.parametrize(("done", "state"), [("yes", A.DONE), ("no", A.PLANNED)])
    def test_a_person_looked(self, mona: Desk, action: Action, done: str, state: str) -> None:
        Action.objects.update(state=A.NEEDS_PERSON)
        answer = mona.post("settle", action.pk, done=done, reason="I saw the page")
        assert (said(answer)[0].startswith("Noted: it was"), Action.objects.get().state) == (True, state)

    def test_how_they_know_is_kept(self, mona: Desk, action: Action) -> None:
        Action.objects.update(state=A.NEEDS_PERSON)
        answer = mona.post("settle", action.pk, done="yes", reason="")
        assert said(answer) == ["Say what you saw, and how you know: both are kept."]
        assert Action.objects.get().state == A.NEEDS_PERSON

    def test_what_is_done_is_not_done_again(self, mona: Desk, action: Action) -> None:
        Action.objects.update(state=A.DONE)
        before = LedgerEntry.objects.count()
        answers = [
            mona.post(name, action.pk, done="no", reason="So") for name in ("retry", "cancel", "settle")
        ]
        assert all(said(answer)[0].startswith("Nothing was done") for answer in answers)
        assert (Action.objects.get().state, LedgerEntry.objects.count()) == (A.DONE, before)
