"""How many: questions asked of the database, comments that wait, what came since, what an author wrote."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine

from moderation.enums import Decided
from moderation.models import Comment, Review
from moderation.selectors import queue
from moderation.selectors.review import author_history
from moderation.services import assign
from moderation.services import decide as deciding
from moderation.views import desk as panes
from pages.models import Person
from pages.networks.types import Commenter
from tests.moderation.conftest import NOON
from tests.moderation.desk import Desk, refreshed
from tests.moderation.makers import HARMLESS, INSULT, decided, held, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import Answer, SignIn, questions, soup, words

D = Decided


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn, noon: time_machine.Traveller) -> Desk:
    """The moderator at her desk."""
    Person.objects.update(language="en")
    return Desk(signed_in(cast.mona))


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork, mona: Desk) -> Comment:
    """A flagged comment that waits."""
    return taken(cast.newsroom, network)


class TestQuestions:
    def test_a_review_among_one_neighbour_or_three(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment
    ) -> None:
        taken(cast.newsroom, network, HARMLESS, "n0")
        review = review_of(comment)
        once = questions(lambda: mona.get("review", review.pk))
        for number in (1, 2):
            taken(cast.newsroom, network, INSULT, f"n{number}")
        assert questions(lambda: mona.get("review", review.pk)) == once
        assert once <= 24

    def test_a_comment_with_one_past_or_three(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment
    ) -> None:
        self.hidden_and_edited(cast, network, comment, "A")
        once = questions(lambda: mona.get("comment", comment.pk))
        for more in "BC":
            self.hidden_and_edited(cast, network, comment, more)
        assert (comment.reviews.count(), refreshed(comment).revision) == (4, 4)
        assert questions(lambda: mona.get("comment", comment.pk)) == once
        assert once <= 23

    def hidden_and_edited(self, cast: Cast, network: FakeNetwork, comment: Comment, more: str) -> None:
        """Decided once more, then edited once more."""
        review = assign.ask_review(refreshed(comment), cast.mona)
        assert review is not None
        held(review, cast.mona)
        revision = refreshed(comment).revision
        made = deciding.decide(review, cast.mona, D.HIDE, reason="Insulte nette", revision=revision)
        assert made.done
        taken(cast.newsroom, network, f"{INSULT} {more}", comment.remote_id)

    def test_the_history_of_two_persons_costs_what_one_s_does(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment
    ) -> None:
        decided(comment, cast.mona, D.HIDE)
        once = questions(lambda: mona.get("history"))
        for number in (1, 2):
            kept = taken(cast.newsroom, network, INSULT, f"k{number}")
            decided(kept, cast.mona, D.KEEP)
            deciding.second(review_of(kept), cast.alice, agree=True, reason="D'accord", revision=1)
        answer = mona.get("history")
        assert words(answer).count("Mona + Alice") == 2
        assert questions(lambda: mona.get("history")) == once

    def test_asking_what_is_new_is_cheap(self, mona: Desk, comment: Comment) -> None:
        asked = questions(lambda: mona.ask("queue", target="qnews", since=NOON.isoformat()))
        assert asked <= 6


class TestWhatWaits:
    def test_today_the_rail_and_the_queue_say_the_same(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        for number in range(7):
            taken(cast.newsroom, network, INSULT, f"c{number}")
        decided(Comment.objects.get(remote_id="c0"), cast.mona, D.HIDE)
        decided(Comment.objects.get(remote_id="c1"), cast.mona, D.KEEP)  # waits for a second person
        page = mona.get("queue")
        tab, rail = soup(page).select_one(".tabs .count"), len(soup(page).select(".qrow"))
        assert (tab and words(tab), rail, queue.open_count(cast.brand)) == ("6", 6, 6)
        today = words(mona.client.get("/b/maison-lumen/"))  # type: ignore[arg-type]  # an answer
        assert "Now 6 " in today

    def test_beyond_the_first_page_every_comment_is_reached(
        self, cast: Cast, mona: Desk, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(panes, "A_PAGE", 2)
        for number in range(5):
            taken(cast.newsroom, network, f"{INSULT} {number}", f"c{number}")
        seen: list[str] = []
        address: str | None = mona.at("queue")
        while address:
            page: Answer = mona.client.get(address)  # type: ignore[assignment]  # an answer
            seen += [str(row["data-review"]) for row in soup(page).select(".qrow")]
            following = soup(page).select_one(".qlist-foot a[rel=next]")
            address = str(following["href"]) if following else None
        assert sorted(seen) == sorted(str(pk) for pk in Review.objects.values_list("pk", flat=True))
        assert len(seen) == 5

    def test_a_review_opened_from_the_second_page_keeps_it(
        self, cast: Cast, mona: Desk, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(panes, "A_PAGE", 1)
        for number in range(2):
            taken(cast.newsroom, network, INSULT, f"c{number}")
        row = soup(mona.get("queue", page=2)).select_one(".qrow")
        assert row is not None
        opened: Answer = mona.client.get(str(row["href"]))  # type: ignore[assignment]  # an answer
        (kept,) = soup(opened).select(".qrow")
        assert (kept["data-review"], kept["aria-current"]) == (row["data-review"], "true")

    @pytest.mark.parametrize("odd", ["0", "-1", "x", "9" * 30, "٣", ""])
    def test_an_odd_page_is_a_page(self, mona: Desk, comment: Comment, odd: str) -> None:
        for name in ("queue", "history", "comments"):
            assert mona.get(name, page=odd).status_code == 200

    @pytest.mark.parametrize("pk", [0, 10**18, 10**30])
    def test_numbers_nobody_has_are_not_found(self, mona: Desk, pk: int) -> None:
        assert [mona.get(name, pk).status_code for name in ("review", "comment", "evidence")] == [404] * 3
        assert [mona.post(name, pk).status_code for name in ("claim", "undo", "retry")] == [404] * 3


class TestNews:
    def asked(self, desk: Desk, since: str) -> str:
        answer = desk.ask("queue", target="qnews", since=since)
        assert answer.status_code == 200
        return words(answer)

    def test_nothing_new_says_nothing(self, mona: Desk, comment: Comment) -> None:
        assert self.asked(mona, NOON.isoformat()) == ""

    def test_what_came_since_the_list_was_read(
        self, cast: Cast, mona: Desk, network: FakeNetwork, comment: Comment, noon: time_machine.Traveller
    ) -> None:
        region = soup(mona.get("queue")).select_one("#qnews")
        assert region is not None
        noon.shift(timedelta(minutes=1))
        taken(cast.newsroom, network, INSULT, "c2")
        first: Answer = mona.client.get(  # type: ignore[assignment]  # an answer
            str(region["data-look"]), headers={"HX-Request": "true", "HX-Target": "qnews"}
        )
        assert words(first) == "1 new comment: show it"
        taken(cast.newsroom, network, INSULT, "c3")
        assert self.asked(mona, NOON.isoformat()) == "2 new comments: show them"
        again = soup(first).select_one("#qnews")
        assert again is not None
        assert (again["data-look"], again["role"]) == (region["data-look"], "status")

    def test_what_was_decided_meanwhile_is_not_new(
        self, cast: Cast, mona: Desk, network: FakeNetwork, noon: time_machine.Traveller
    ) -> None:
        noon.shift(timedelta(minutes=1))
        decided(taken(cast.newsroom, network, INSULT, "c2"), cast.mona, D.HIDE)
        assert self.asked(mona, NOON.isoformat()) == ""

    def test_another_brand_s_are_not_counted(
        self, cast: Cast, mona: Desk, network: FakeNetwork, noon: time_machine.Traveller
    ) -> None:
        noon.shift(timedelta(minutes=1))
        taken(cast.newsroom, network, INSULT, "c2")
        Comment.objects.update(page=cast.other_newsroom)
        assert self.asked(mona, NOON.isoformat()) == ""

    @pytest.mark.parametrize(
        "odd",
        [
            "",
            "x",
            "2026-03-02T11:00:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
        ],
    )
    def test_a_moment_that_is_none_counts_from_now(self, mona: Desk, comment: Comment, odd: str) -> None:
        assert self.asked(mona, odd) == ""

    def test_it_takes_the_right_to_see(self, cast: Cast, mona: Desk, signed_in: SignIn) -> None:
        assert Desk(signed_in(cast.vera)).ask("queue", target="qnews").status_code == 200
        assert Desk(signed_in(cast.charlie)).ask("queue", target="qnews").status_code == 404

    def test_the_address_carries_the_zone_of_the_moment(self, mona: Desk) -> None:
        region = soup(mona.get("queue")).select_one("#qnews")
        assert region is not None
        assert str(region["data-look"]).endswith(quote("+00:00")) or "%2B" in str(region["data-look"])


class TestAuthor:
    AUTHOR = Commenter("v8", "Zoé", "@zoe")

    def test_counts_are_of_one_author_on_one_page(self, cast: Cast, mona: Desk, network: FakeNetwork) -> None:
        for number, text in enumerate([INSULT, INSULT, HARMLESS]):
            network.write(f"z{number}", text, author=self.AUTHOR)
        taken(cast.newsroom, network, INSULT, "other")  # somebody else's
        comment = Comment.objects.get(remote_id="z0")
        decided(comment, cast.mona, D.DELETE)
        found = author_history(refreshed(comment))
        assert (found.comments, found.flagged, found.removed) == (3, 2, 1)
        Comment.objects.filter(remote_id="z1").update(page=cast.other_newsroom)
        found = author_history(refreshed(comment))
        assert (found.comments, found.flagged, found.removed) == (2, 1, 1)

    def test_a_first_decision_is_no_removal_and_flags_are_counted_once(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        network.write("z0", INSULT, author=self.AUTHOR)
        taken(cast.newsroom, network, HARMLESS, "x")
        comment = refreshed(Comment.objects.get(remote_id="z0"))
        decided(comment, cast.mona, D.KEEP)
        network.write("z0", INSULT + " Vraiment.", author=self.AUTHOR)
        taken(cast.newsroom, network, HARMLESS, "y")
        found = author_history(refreshed(comment))
        assert (found.comments, found.flagged, found.removed) == (1, 1, 0)

    def test_they_stand_beside_the_comment_on_both_pages(
        self, cast: Cast, mona: Desk, comment: Comment
    ) -> None:
        for answer in (mona.get("review", review_of(comment).pk), mona.get("comment", comment.pk)):
            assert "Its author, on this page comment 1 flagged 1 removed 0" in words(answer)

    def test_without_an_identity_nothing_is_counted(self, mona: Desk, comment: Comment) -> None:
        Comment.objects.update(author_remote_id="")
        answer = mona.get("comment", comment.pk)
        assert "The network gives no stable identity: nothing is counted." in words(answer)
