"""The two panes: the list, the comment in its thread, what it says to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from moderation.enums import Decided
from moderation.models import Comment, Review
from moderation.views import desk as panes
from pages.models import Person
from tests.moderation.conftest import NOON
from tests.moderation.desk import Desk
from tests.moderation.makers import HARMLESS, INSULT, decided, held, lapse, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, labels, questions, soup, words

pytestmark = pytest.mark.usefixtures("noon")
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


def rows(answer: Answer) -> list[str]:
    return [words(row) for row in soup(answer).select(".qrow")]


def pane(answer: Answer) -> str:
    found = soup(answer).select_one("#pane")
    assert found is not None
    return words(found)


class TestList:
    def test_risk_label_deadline_page_and_text(self, mona: Desk, comment: Comment) -> None:
        (row,) = rows(mona.get("queue"))
        assert row.startswith("Risk 4 h 00 left Public insult")
        assert INSULT in row
        assert "Maison Lumen" in row

    def test_reported_overdue_and_who_is_on_it(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment
    ) -> None:
        network.change("c1", notified_at=NOON, notices=1)
        taken(cast.newsroom, network, HARMLESS, "c2")
        held(review_of(comment), cast.alice)
        Review.objects.update(due_at=NOON - timedelta(minutes=90))
        (row,) = rows(mona.get("queue"))
        assert "1 h 30 overdue" in row
        assert row.endswith("Reported Alice")

    def test_an_empty_queue_says_what_comes_next(self, mona: Desk) -> None:
        answer = mona.get("queue")
        said = words(answer)
        assert (rows(answer), "Nothing to decide" in said, "See all comments" in said) == ([], True, True)
        assert "Take the most urgent" not in said

    def test_fifty_a_page_and_the_rest_is_counted(
        self, cast: Cast, mona: Desk, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(panes, "A_PAGE", 2)
        for number in range(5):
            taken(cast.newsroom, network, INSULT, f"c{number}")
        first, last = mona.get("queue"), mona.get("queue", page="3")
        assert (len(rows(first)), len(rows(last))) == (2, 1)
        assert ("3 more" in words(first), "The ones before" in words(last)) == (True, True)

    @pytest.mark.parametrize("name", ["queue", "history", "comments"])
    def test_as_many_questions_for_three_rows_as_for_one(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment, name: str
    ) -> None:
        if name == "history":
            decided(comment, cast.mona, D.HIDE)
        once = questions(lambda: mona.get(name))
        for number in ("c2", "c3"):
            more = taken(cast.newsroom, network, INSULT, number)
            if name == "history":
                decided(more, cast.mona, D.HIDE)
        assert questions(lambda: mona.get(name)) == once
        assert once <= 13


class TestPane:
    def test_the_words_are_marked_with_what_the_rules_see(self, mona: Desk, comment: Comment) -> None:
        answer = mona.get("review", review_of(comment).pk)
        found = soup(answer)
        marks = found.select("#words mark")
        assert "connard" in "".join(words(mark) for mark in marks)
        assert all("outrageous word (" in str(mark["title"]) for mark in marks)
        whole = found.select_one("#words")
        assert whole is not None
        assert whole.get_text() == INSULT
        assert whole["dir"] == "auto"

    def test_name_plain_meaning_elements_clocks_and_author(self, mona: Desk, comment: Comment) -> None:
        said = pane(mona.get("review", review_of(comment).pk))
        for part in (
            "Notre atelier ouvre samedi.",
            "Public insult Outrageous or contemptuous words aimed at somebody",
            "Law of 29 July 1881 on the press, art. 29 para. 2 and 33 para. 2.",
            "An outrageous word found",
            "Nobody provoked it to check",
            "4 h 00 left",
            "Our own target: 4 hours after we knew. The law says “promptly” and gives no number.",
            "1 June 2026",
            "Last prudent day for the victim: 91 days left.",
            "comment 1 flagged 1 removed 0",
            "Rules point at a risk. A person decides.",
        ):
            assert part in said, part

    def test_nothing_a_visitor_wrote_is_taken_for_a_tag(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        nasty = f"{INSULT}<script>alert(1)</script><img src=x onerror=alert(1)> & 'co'"
        review = review_of(taken(cast.newsroom, network, nasty))
        answer = mona.get("review", review.pk)
        found = soup(answer)
        shown = found.select_one("#words")
        assert shown is not None
        assert (shown.get_text(), found.select("#pane img, #pane script")) == (nasty, [])
        assert b"<script>alert" not in answer.content

    def test_a_comment_without_a_date_is_unknown_and_no_error(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        network.write("c9", INSULT, at=None)
        review = review_of(taken(cast.newsroom, network, INSULT, "c10").page.comments.get(remote_id="c9"))
        said = pane(mona.get("review", review.pk))
        assert "Unknown The network gives no date for this comment." in said
        assert "date unknown" in said

    def test_rival_readings_can_be_looked_at(self, cast: Cast, mona: Desk, network: FakeNetwork) -> None:
        text = "Franchement bande d’abrutis, vous avez encore oublié ma commande."
        review = review_of(taken(cast.newsroom, network, text))
        first = soup(mona.get("review", review.pk))
        tabs = [words(tab) for tab in first.select(".reading-tabs a")]
        second = soup(mona.ask("review", review.pk, reading=1))
        names = [page.select_one(".reading-name") for page in (first, second)]
        assert len(tabs) == 2
        assert [words(name) for name in names if name] == [" ".join(tab.split(" ")[:-2]) for tab in tabs]

    def test_an_unknown_reading_is_the_first(self, mona: Desk, comment: Comment) -> None:
        review = review_of(comment)
        for odd in ("9", "-1", "x", "٣", "9" * 40):
            assert "Public insult" in pane(mona.get("review", review.pk, reading=odd))

    def test_only_the_pane_for_htmx(self, mona: Desk, comment: Comment) -> None:
        content = mona.ask("review", review_of(comment).pk).content
        assert (b'id="pane"' in content, b"<html" in content, b'class="qrows"' in content) == (
            True,
            False,
            False,
        )

    def test_a_network_that_cannot_hide_says_so_in_place_of_a_button(
        self, mona: Desk, comment: Comment
    ) -> None:
        comment.page.network = "mastodon"
        comment.page.save()
        review = mona.take(review_of(comment))
        answer = mona.get("review", review.pk)
        offered = [str(radio["value"]) for radio in soup(answer).select("input[name=act]")]
        assert offered == ["keep", "reply"]
        assert "Hide, Delete · On this network an answer stays on its author’s own page." in pane(answer)

    def test_the_newsroom_offers_all_with_its_true_effect(self, mona: Desk, comment: Comment) -> None:
        review = mona.take(review_of(comment))
        answer = mona.get("review", review.pk)
        offered = [str(radio["value"]) for radio in soup(answer).select("input[name=act]")]
        assert offered == ["keep", "reply", "hide", "delete"]
        assert "its author sees that it was hidden, and why" in pane(answer)
        assert "It takes a second person." in pane(answer)

    def test_what_waits_before_publication_may_be_approved(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        network.write("c5", HARMLESS, presence="pending")
        comment = taken(cast.newsroom, network, INSULT, "c6").page.comments.get(remote_id="c5")
        review = mona.take(review_of(comment))
        answer = mona.get("review", review.pk)
        offered = [str(radio["value"]) for radio in soup(answer).select("input[name=act]")]
        assert offered == ["approve", "hide", "delete"]
        assert "the page then answers for it" in pane(answer)


class TestWhoSeesWhat:
    def test_a_viewer_reads_and_has_no_act(self, cast: Cast, signed_in: SignIn, comment: Comment) -> None:
        vera = Desk(signed_in(cast.vera))
        answer = vera.get("review", review_of(comment).pk)
        assert "Moderators and leads decide. You may read." in pane(answer)
        assert soup(answer).select("#pane form") == []

    def test_opening_asks_to_be_taken_but_looking_takes_nothing(self, mona: Desk, comment: Comment) -> None:
        review = review_of(comment)
        form = soup(mona.get("review", review.pk)).select_one("#acts form")
        assert form is not None
        assert (form["hx-trigger"], form["action"]) == ("submit, load", mona.at("claim", review.pk))
        assert Review.objects.get().claimed_by is None

    def test_somebody_else_is_on_it(self, cast: Cast, mona: Desk, comment: Comment) -> None:
        review = held(review_of(comment), cast.alice)
        answer = mona.get("review", review.pk)
        assert "Alice is on it. It is free again at" in pane(answer)
        assert labels(soup(answer), "#acts button") == ["Take the next N"]
        lapse(review)
        assert "Take it to decide" in pane(mona.get("review", review.pk))

    def test_a_decided_one_shows_where_to_read_on(self, cast: Cast, mona: Desk, comment: Comment) -> None:
        review = review_of(comment)
        decided(comment, cast.mona, D.HIDE)
        answer = mona.get("review", review.pk)
        assert "This comment was decided. See what was decided and what became of it" in pane(answer)

    def test_its_author_took_it_down(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment
    ) -> None:
        review = review_of(comment)
        network.take_down("c1")
        taken(cast.newsroom, network, HARMLESS, "c2")
        assert "Its author took it down." in pane(mona.get("review", review.pk))

    def test_the_keys_of_the_queue_are_in_the_help(self, mona: Desk, cast: Cast, signed_in: SignIn) -> None:
        assert b"In the queue" in mona.get("queue").content
        assert b"In the queue" not in mona.get("comments").content


class TestHistory:
    def test_who_decided_what_and_whether_the_network_followed(
        self, cast: Cast, mona: Desk, comment: Comment
    ) -> None:
        decided(comment, cast.mona, D.HIDE, reason="Insulte nette")
        said = words(mona.get("history"))
        for part in ("Hidden", "Public insult", "To be carried out", "Mona", "Insulte nette"):
            assert part in said, part

    def test_two_names_where_two_were_asked(self, cast: Cast, mona: Desk, comment: Comment) -> None:
        decided(comment, cast.mona, D.KEEP)
        review = review_of(comment)
        Desk(mona.client).post("second", review.pk, agree="yes", revision=1)
        assert "Mona + " not in words(mona.get("history"))

    def test_an_empty_one_leads_to_the_queue(self, mona: Desk) -> None:
        assert "Nothing was decided yet" in words(mona.get("history"))


def test_the_rail_counts_what_waits(cast: Cast, mona: Desk, network: FakeNetwork) -> None:
    def badge() -> list[str]:
        page = mona.client.get("/b/maison-lumen/comments/")
        rail = BeautifulSoup(page.content, "html.parser").select(".rail-link[aria-current] .count")
        return [words(count) for count in rail]

    assert badge() == []
    taken(cast.newsroom, network)
    assert badge() == ["1"]
