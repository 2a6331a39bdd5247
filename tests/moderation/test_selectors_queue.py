"""The queue in its order, how long it is, and how much was answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from moderation.enums import Decided, ReviewState
from moderation.models import Action, Review
from moderation.selectors import queue
from moderation.selectors.comments import Wanted, comment_row, list_comments
from moderation.selectors.review import author_history, detail, thread_of
from pages.models import Person
from tests.moderation.conftest import NOON
from tests.moderation.desk import refreshed
from tests.moderation.makers import HARMLESS, INSULT, decided, held, lapse, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("noon")
THREAT = "Je vais te retrouver et te casser les dents."
D = Decided


@pytest.fixture(autouse=True)
def english(cast: Cast) -> Iterator[None]:
    """Everybody reads English, and so does whoever asks a selector."""
    Person.objects.update(language="en")
    with translation.override("en"):
        yield


class TestOrder:
    def test_notices_then_gravity_then_deadline(self, cast: Cast, network: FakeNetwork) -> None:
        taken(cast.newsroom, network, INSULT, "insult")
        taken(cast.newsroom, network, THREAT, "threat")
        network.write("reported", HARMLESS, notified_at=NOON, notices=1)
        taken(cast.newsroom, network, INSULT, "late")
        Review.objects.filter(comment__remote_id="late").update(due_at=NOON - timedelta(hours=1))
        found = queue.open_reviews(cast.brand).values_list("comment__remote_id", flat=True)
        assert list(found) == ["reported", "threat", "late", "insult"]

    def test_what_cannot_wait_comes_by_deadline_before_the_cut(
        self, cast: Cast, network: FakeNetwork
    ) -> None:
        network.write("reported", HARMLESS, notified_at=NOON, notices=1)
        network.write("threat", THREAT)
        taken(cast.newsroom, network, INSULT, "insult")
        for remote_id, minutes in (("reported", 1380), ("threat", 120), ("insult", 44)):
            due = NOON + timedelta(minutes=minutes)
            Review.objects.filter(comment__remote_id=remote_id).update(due_at=due)
        found = [line.left for line in queue.now_reviews(cast.brand, 2)]
        assert found == ["44 min left", "2 h 00 left"]

    def test_only_what_waits_of_this_brand(self, cast: Cast, network: FakeNetwork) -> None:
        first = taken(cast.newsroom, network, INSULT, "first")
        taken(cast.newsroom, network, INSULT, "second")
        decided(first, cast.mona, D.HIDE)
        assert (queue.open_count(cast.brand), queue.open_count(cast.other_brand)) == (1, 0)
        assert [line.excerpt for line in queue.now_reviews(cast.brand, 5)] == [INSULT]
        assert queue.now_reviews(cast.other_brand, 5) == []


class TestLine:
    def test_what_it_says(self, cast: Cast, network: FakeNetwork) -> None:
        comment = taken(cast.newsroom, network)
        (line,) = queue.now_reviews(cast.brand, 5)
        review = review_of(comment)
        assert (line.review_id, line.url) == (review.pk, f"/b/maison-lumen/queue/{review.pk}/")
        assert (line.label, line.label_name, line.author) == ("injure", "Public insult", "Paul Martel")
        assert (line.due_at, line.left, line.overdue) == (NOON + timedelta(hours=4), "4 h 00 left", False)
        assert (line.page, line.page_icon, line.notified) == ("Maison Lumen", "newsroom", False)

    def test_who_is_on_it_while_the_five_minutes_run(self, cast: Cast, network: FakeNetwork) -> None:
        review = held(review_of(taken(cast.newsroom, network)), cast.mona)
        (line,) = queue.now_reviews(cast.brand, 5, cast.alice)
        assert (line.state, line.held_by, line.mine) == (ReviewState.CLAIMED, "Mona", False)
        assert queue.now_reviews(cast.brand, 5, cast.mona)[0].mine is True
        assert list(queue.held_by(cast.brand, cast.mona)) == [review]
        lapse(review)
        assert queue.now_reviews(cast.brand, 5, cast.mona)[0].held_by == ""

    def test_a_long_text_is_cut(self, cast: Cast, network: FakeNetwork) -> None:
        taken(cast.newsroom, network, "connard " * 20_000)
        (line,) = queue.now_reviews(cast.brand, 5)
        assert (len(line.excerpt), line.excerpt[-1]) == (queue.EXCERPT, "…")


class TestAnswered:
    def test_replies_of_ours_among_the_comments_of_some_days(self, cast: Cast, network: FakeNetwork) -> None:
        answered = taken(cast.newsroom, network, INSULT, "a")
        taken(cast.newsroom, network, HARMLESS, "b")
        decided(answered, cast.mona, D.HIDE)
        assert queue.answered_share(cast.brand, 7)[cast.newsroom.pk].share == 0.0
        Action.objects.update(state="done")
        Action.objects.get().decision.__class__.objects.update(act=D.REPLY)
        found = queue.answered_share(cast.brand, 7)[cast.newsroom.pk]
        assert (found.comments, found.answered, found.share) == (2, 1, 0.5)

    def test_an_answer_given_on_the_network_counts_and_is_no_comment_itself(
        self, cast: Cast, network: FakeNetwork
    ) -> None:
        asked = taken(cast.newsroom, network, HARMLESS, "asked")
        taken(cast.newsroom, network, "Et moi ?", "unanswered")
        ours = taken(cast.newsroom, network, "Merci !", "ours")
        cast.newsroom.comments.filter(pk=ours.pk).update(by_page=True, parent_remote_id=asked.remote_id)
        found = queue.answered_share(cast.brand, 7)[cast.newsroom.pk]
        assert (found.comments, found.answered) == (2, 1)
        cast.newsroom.comments.filter(pk=ours.pk).update(by_page=False)
        found = queue.answered_share(cast.brand, 7)[cast.newsroom.pk]
        assert (found.comments, found.answered) == (3, 0)

    def test_a_page_without_comments_is_absent(self, cast: Cast) -> None:
        assert queue.answered_share(cast.brand, 7) == {}


class TestBeside:
    def test_the_thread(self, cast: Cast, network: FakeNetwork) -> None:
        taken(cast.newsroom, network, HARMLESS, "parent")
        network.write("answer", INSULT, parent_id="parent")
        taken(cast.newsroom, network, "Moi aussi.", "other")
        comment = taken(cast.newsroom, network, "Et moi.", "last")
        answer = refreshed(comment.page.comments.get(remote_id="answer"))
        found = thread_of(answer)
        assert (found.post, found.parent and found.parent.excerpt) == (
            "Notre atelier ouvre samedi.",
            HARMLESS,
        )
        assert (found.neighbours, found.beside) == ((), 0)
        beside = thread_of(refreshed(comment))
        assert {each.excerpt for each in beside.neighbours} == {HARMLESS, "Moi aussi."}

    def test_a_parent_we_never_saw(self, cast: Cast, network: FakeNetwork) -> None:
        network.write("answer", INSULT, parent_id="unseen")
        comment = taken(cast.newsroom, network, HARMLESS, "x")
        answer = refreshed(comment.page.comments.get(remote_id="answer"))
        assert thread_of(answer).parent_missing is True

    def test_the_author_s_history_on_this_page(self, cast: Cast, network: FakeNetwork) -> None:
        gone = taken(cast.newsroom, network, INSULT, "a")
        taken(cast.newsroom, network, HARMLESS, "b")
        decided(gone, cast.mona, D.HIDE)
        found = author_history(refreshed(gone))
        assert (found.known, found.comments, found.flagged, found.removed) == (True, 2, 1, 1)

    def test_nobody_is_counted_without_an_identity(self, cast: Cast, network: FakeNetwork) -> None:
        comment = taken(cast.newsroom, network)
        comment.author_remote_id = ""
        assert author_history(comment).known is False

    def test_the_detail_costs_the_same_for_three_readings(
        self, cast: Cast, network: FakeNetwork, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        comment = refreshed(taken(cast.newsroom, network))
        review = Review.objects.select_related("comment__page__brand", "comment__thread").get()
        with django_assert_max_num_queries(12):
            found = detail(review, cast.mona, NOON)
        assert (found.comment, found.first, found.stale) == (comment, None, False)


class TestComments:
    @pytest.mark.parametrize("count", [1, 3])
    def test_one_query_however_many(
        self, cast: Cast, network: FakeNetwork, count: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(count):
            taken(cast.newsroom, network, INSULT, f"c{number}")
        with django_assert_num_queries(1):
            rows = [comment_row(cast.brand, each) for each in list_comments(cast.brand, Wanted())]
        assert (len(rows), rows[0].label_name) == (count, "Public insult")

    def test_filters(self, cast: Cast, network: FakeNetwork) -> None:
        hidden = taken(cast.newsroom, network, INSULT, "hidden")
        taken(cast.newsroom, network, HARMLESS, "harmless")
        decided(hidden, cast.mona, D.HIDE)
        taken(cast.newsroom, network, THREAT, "threat")

        def found(**wanted: object) -> set[str]:
            rows = list_comments(cast.brand, Wanted(**wanted))  # type: ignore[arg-type]  # as each case wants it
            return set(rows.values_list("remote_id", flat=True))

        assert found(label="menace") == {"threat"}
        assert found(standing="open") == {"threat"}
        assert found(standing="decided") == {"hidden"}
        assert found(standing="never") == {"harmless"}
        assert found(words="ACCUEIL") == {"harmless"}
        assert found(words="paul") == {"hidden", "harmless", "threat"}
        assert found(page_id=cast.other_newsroom.pk) == set()
        assert found(presence="visible", label="menace") == {"threat"}
