"""The newsroom's comments as a network gives them: batches, marks, and what the page does with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from pages.networks.types import Commenter, CommentPresence, IncomingComment, Reply, ThreadPost
from pages.newsroom import services
from pages.newsroom.marks import Mark, settled
from pages.newsroom.models import CommentMode, CommentReport, NewsroomComment, NewsroomPost
from pages.newsroom.rules import BATCH, SETTLES
from pages.newsroom.store import DjangoNewsroomStore
from pages.notices.models import Mail
from tests.newsroom.helpers import NOON, make_post
from tests.newsroom.talk import HOME, notify, say, set_mode, soup, texts
from tests.people import Cast

ADDRESS = "https://pages.exemple.fr/p/maison-lumen/"


@pytest.fixture
def store(cast: Cast) -> DjangoNewsroomStore:
    return DjangoNewsroomStore(cast.newsroom)


def incoming(store: DjangoNewsroomStore, comment: NewsroomComment) -> IncomingComment:
    found = store.comment(str(comment.pk))
    assert found is not None
    return found


class TestOne:
    def test_all_that_is_known_of_it(self, store: DjangoNewsroomStore, post: NewsroomPost) -> None:
        above = say(post)
        comment = say(post, "Merci", "Paul", email="paul@exemple.fr", answers=above.pk)
        assert store.comment(str(comment.pk)) == IncomingComment(
            remote_id=str(comment.pk),
            text="Merci",
            author=Commenter(remote_id=comment.author_mark, name="Paul"),
            post=ThreadPost(str(post.pk), f"{ADDRESS}{post.pk}/", "Une nouvelle lampe", NOON),
            parent_id=str(above.pk),
            url=f"{ADDRESS}{post.pk}/#c{comment.pk}",
            at=NOON,
            version="1",
        )

    def test_its_reports(
        self, store: DjangoNewsroomStore, post: NewsroomPost, noon: time_machine.Traveller
    ) -> None:
        comment = say(post)
        for _ in range(2):
            noon.shift(timedelta(minutes=1))
            notify(comment)
        found = incoming(store, comment)
        assert (found.notices, found.notified_at) == (2, NOON + timedelta(minutes=1))

    def test_what_is_shown_of_it_at_each_step(
        self, cast: Cast, store: DjangoNewsroomStore, post: NewsroomPost
    ) -> None:
        set_mode(cast.newsroom, CommentMode.MODERATE_FIRST)
        comment = say(post)
        remote = str(comment.pk)
        seen = [incoming(store, comment)]
        for act in (
            lambda: store.show(remote),
            lambda: store.hide(remote, "x"),
            lambda: store.take_away(remote, "x"),
        ):
            act()
            seen.append(incoming(store, comment))
        assert [each.presence for each in seen] == [
            CommentPresence.PENDING,
            CommentPresence.VISIBLE,
            CommentPresence.HIDDEN,
            CommentPresence.GONE,
        ]
        assert [each.at is None for each in seen] == [True, False, False, False]

    @pytest.mark.parametrize("remote_id", ["", "x", "²", "-1", "0", "9" * 30, "999999"])
    def test_what_was_never_there(
        self, store: DjangoNewsroomStore, post: NewsroomPost, remote_id: str
    ) -> None:
        assert store.comment(remote_id) is None
        assert store.show(remote_id) is False
        store.hide(remote_id, "x")
        store.take_away(remote_id, "x")
        store.tell_reporters(remote_id, removed=True)
        with pytest.raises(KeyError):
            store.reply(Reply("k", remote_id, "Merci"))

    def test_another_newsrooms_comment_is_not_touched(self, cast: Cast, post: NewsroomPost) -> None:
        comment = say(post)
        notify(comment)
        other, remote = DjangoNewsroomStore(cast.other_newsroom), str(comment.pk)
        other.hide(remote, "x")
        other.take_away(remote, "x")
        other.tell_reporters(remote, removed=True)
        assert (other.comment(remote), other.show(remote), other.comments("").comments) == (None, False, ())
        comment.refresh_from_db()
        assert (comment.state, CommentReport.objects.get().answered_at) == ("visible", None)


class TestActs:
    def test_hidden_then_shown_again_keeps_its_first_day(
        self, store: DjangoNewsroomStore, post: NewsroomPost, noon: time_machine.Traveller
    ) -> None:
        comment = say(post)
        noon.shift(timedelta(hours=1))
        store.hide(str(comment.pk), "insultes")
        store.hide(str(comment.pk), "une seconde raison")
        comment.refresh_from_db()
        assert (comment.state, comment.reason, comment.changed_at) == (
            "hidden",
            "insultes",
            NOON + timedelta(hours=1),
        )
        assert store.show(str(comment.pk))
        assert store.show(str(comment.pk))
        comment.refresh_from_db()
        assert (comment.state, comment.reason, comment.shown_at) == ("visible", "", NOON)

    def test_let_through_it_has_its_day_from_then(
        self, cast: Cast, store: DjangoNewsroomStore, post: NewsroomPost, noon: time_machine.Traveller
    ) -> None:
        set_mode(cast.newsroom, CommentMode.MODERATE_FIRST)
        comment = say(post)
        noon.shift(timedelta(hours=1))
        store.show(str(comment.pk))
        assert incoming(store, comment).at == NOON + timedelta(hours=1)

    def test_removed_it_never_comes_back(self, store: DjangoNewsroomStore, post: NewsroomPost) -> None:
        comment = say(post)
        store.take_away(str(comment.pk), "x" * 600)
        store.take_away(str(comment.pk), "autre")
        store.hide(str(comment.pk), "autre")
        assert store.show(str(comment.pk)) is False
        comment.refresh_from_db()
        assert (comment.state, len(comment.reason), comment.reason[:2]) == ("removed", 500, "xx")

    def test_an_answer_is_written_once_and_found(
        self, store: DjangoNewsroomStore, post: NewsroomPost, client: Client
    ) -> None:
        comment = say(post)
        reply = Reply("action-1", str(comment.pk), "Merci Léa", "fr")
        assert store.find_reply("action-1") is None
        published = store.reply(reply)
        assert store.reply(replace(reply, text="Autre")) == published == store.find_reply("action-1")
        own = NewsroomComment.objects.get(by_brand=True)
        assert (published.remote_id, published.url, published.at) == (
            str(own.pk),
            f"{ADDRESS}{post.pk}/#c{own.pk}",
            NOON,
        )
        assert (own.text, own.author_name, own.parent_id, own.root_id) == (
            "Merci Léa",
            "Maison Lumen",
            comment.pk,
            comment.pk,
        )
        page = soup(client.get(f"{HOME}{post.pk}/"))
        assert texts(page, ".answers .said-words") == ["Merci Léa"]
        assert store.comment(str(own.pk)) is None

    def test_to_what_is_gone_there_is_no_answer(self, store: DjangoNewsroomStore, post: NewsroomPost) -> None:
        comment = say(post)
        services.withdraw(comment)
        with pytest.raises(KeyError):
            store.reply(Reply("k", str(comment.pk), "Merci"))
        assert NewsroomComment.objects.count() == 1

    def test_reporters_are_told_once_each(self, store: DjangoNewsroomStore, post: NewsroomPost) -> None:
        comment = say(post)
        notify(comment)
        Mail.objects.all().delete()
        for _ in range(2):
            store.tell_reporters(str(comment.pk), removed=True)
        assert [mail.to for mail in Mail.objects.all()] == ["nora@exemple.fr"]


class TestBatches:
    def read_all(self, store: DjangoNewsroomStore, mark: str = "") -> tuple[list[str], str]:
        """Everything from a mark on, as a poll reads it."""
        texts_: list[str] = []
        for _ in range(20):
            batch = store.comments(mark)
            texts_ += [comment.text for comment in batch.comments]
            mark = batch.mark
            if not batch.more:
                return texts_, mark
        raise AssertionError("the reader never comes to an end")

    def test_what_changed_oldest_first_without_the_pages_own_words(
        self, cast: Cast, store: DjangoNewsroomStore, post: NewsroomPost, noon: time_machine.Traveller
    ) -> None:
        first, second = say(post, "1"), say(post, "2")
        services.answer(cast.newsroom, key="k", to=first.pk, text="Merci", language="fr")
        say(make_post(cast.other_newsroom), "ailleurs")
        noon.shift(timedelta(minutes=1))
        services.edit(first, "1 bis", 1)
        noon.shift(SETTLES + timedelta(seconds=1))
        texts_, mark = self.read_all(store)
        assert texts_ == ["2", "1 bis"]
        assert self.read_all(store, mark) == ([], mark)
        noon.shift(timedelta(minutes=1))
        notify(second)
        services.withdraw(first)
        again, _mark = self.read_all(store, mark)
        assert again == ["1 bis", "2"]  # the same instant: by number

    def test_more_than_a_batch_in_one_instant_is_read_whole(
        self, store: DjangoNewsroomStore, post: NewsroomPost, noon: time_machine.Traveller
    ) -> None:
        row = say(post, "n")
        copies = [
            NewsroomComment(
                post=post, key=f"k{n}", token_hash=f"t{n}", text="n", author_name="x", state="visible",
                written_at=NOON, shown_at=NOON, changed_at=NOON,
            )
            for n in range(2 * BATCH)
        ]  # fmt: skip
        NewsroomComment.objects.bulk_create(copies)
        early = store.comments("")
        assert (len(early.comments), early.more) == (BATCH, True)
        assert store.comments(early.mark).more is False  # the rest has not settled: it comes next time
        noon.shift(SETTLES + timedelta(seconds=1))
        read, mark = self.read_all(store, early.mark)
        assert (len(read), Mark.read(mark)) == (2 * BATCH + 1, Mark(NOON, row.pk + 2 * BATCH))

    def test_one_committed_late_is_not_passed_over(
        self, store: DjangoNewsroomStore, post: NewsroomPost, noon: time_machine.Traveller
    ) -> None:
        late = say(post, "tard")
        NewsroomComment.objects.filter(pk=late.pk).update(post=make_post(post.page, "ailleurs", NOON))
        hidden = NewsroomComment.objects.get(pk=late.pk)
        hidden.delete()  # written at noon, not committed yet
        noon.shift(timedelta(seconds=3))
        say(post, "tôt")
        read, mark = self.read_all(store)
        assert read == ["tôt"]
        hidden.save(force_insert=True)
        noon.shift(timedelta(seconds=30))
        assert self.read_all(store, mark)[0] == ["tard", "tôt"]

    @pytest.mark.parametrize("mark", ["nonsense", "|", "2026-08-12|1", "2026-08-12T10:00:00+00:00|x"])
    def test_a_mark_that_is_none_is_the_beginning(
        self, store: DjangoNewsroomStore, post: NewsroomPost, mark: str
    ) -> None:
        say(post, "1")
        assert [comment.text for comment in store.comments(mark).comments] == ["1"]

    def test_nothing_yet(self, store: DjangoNewsroomStore) -> None:
        batch = store.comments("")
        assert (batch.comments, batch.mark, batch.more) == ((), "", False)

    def test_as_many_queries_for_three_as_for_one(
        self,
        store: DjangoNewsroomStore,
        post: NewsroomPost,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        notify(say(post))
        with django_assert_num_queries(1):
            store.comments("")
        for _ in range(2):
            notify(say(post))
        with django_assert_num_queries(1):
            store.comments("")


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
marks = st.builds(Mark, moments, st.integers(0, 10**9))


@given(mark=marks)
def test_a_mark_is_read_as_it_was_written(mark: Mark) -> None:
    assert Mark.read(str(mark)) == mark


@given(before=st.none() | marks, read=st.lists(marks, max_size=5), now=moments)
def test_a_mark_never_goes_back_and_never_past_what_may_still_come(
    before: Mark | None, read: list[Mark], now: datetime
) -> None:
    read = sorted(place for place in read if before is None or place > before)
    reached = settled(before, read, now)
    assert (reached is None) == (before is None and not read)
    if reached is not None:
        assert before is None or reached >= before
        assert reached == before or reached <= min(read[-1], Mark(now - SETTLES, 0))


@dataclass(frozen=True)
class Change:
    """A row's change: when it happened, and how long its commit took."""

    at: datetime
    pk: int
    lag: timedelta


changes = st.lists(
    st.tuples(st.integers(0, 60), st.floats(0, SETTLES.total_seconds() - 0.001)), min_size=1, max_size=12
)


@how(max_examples=60)
@given(written=changes, polls=st.lists(st.integers(0, 80), max_size=8), most=st.integers(1, 4))
def test_whatever_the_order_of_commits_nothing_is_passed_over(
    written: list[tuple[int, float]], polls: list[int], most: int
) -> None:
    rows = [
        Change(NOON + timedelta(seconds=at), pk, timedelta(seconds=lag))
        for pk, (at, lag) in enumerate(written, 1)
    ]
    mark: Mark | None = None
    seen: set[int] = set()
    for second in [*sorted(polls), *range(100, 100 + 2 * len(rows))]:
        now = NOON + timedelta(seconds=second)
        committed = sorted(Mark(row.at, row.pk) for row in rows if row.at + row.lag <= now)
        batch = [place for place in committed if mark is None or place > mark][:most]
        seen |= {place.pk for place in batch}
        mark = settled(mark, batch, now)
    assert seen == {row.pk for row in rows}
