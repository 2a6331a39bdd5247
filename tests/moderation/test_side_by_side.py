"""Many pages read at once by several threads and workers: never two requests of one account in flight."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from django.db import connection
from pytest_django import Settings

from moderation import jobs
from moderation.enums import WatchKind
from moderation.models import Comment, Watch
from moderation.services import crew, watching
from pages.models import Page
from pages.networks.types import CommentBatch, IncomingComment
from pages.services import connect
from tests.moderation.makers import HARMLESS, INSULT
from tests.moderation.network import POST, VISITOR
from tests.moderation.test_together import together
from tests.people import Cast, make_cast

pytestmark = pytest.mark.slow
PAGES = 8


class Counting:
    """One account that counts how many of its calls are under way."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.flying = 0
        self.most = 0
        self.calls: Counter[str] = Counter()

    def _answer(self, kind: str, mark: str) -> CommentBatch:
        with self.lock:
            self.flying += 1
            self.most = max(self.most, self.flying)
            self.calls[kind] += 1
        time.sleep(0.01)
        with self.lock:
            self.flying -= 1
        if mark:
            return CommentBatch((), mark)
        said = [
            IncomingComment(f"{kind}{each}", text, VISITOR, POST)
            for each, text in enumerate((HARMLESS, INSULT))
        ]
        return CommentBatch(tuple(said), "2")

    def comments(self, mark: str) -> CommentBatch:
        return self._answer("comments", mark)

    def comment(self, remote_id: str) -> IncomingComment:
        return IncomingComment(remote_id, "")

    def mentions(self, mark: str) -> CommentBatch:
        return self._answer("mentions", mark)

    def messages(self, mark: str) -> CommentBatch:
        return self._answer("messages", mark)

    def answer(self) -> None:
        raise NotImplementedError

    find_answer = answer


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast, where several threads see it."""
    return make_cast()


@pytest.fixture
def accounts(crowd: Cast, monkeypatch: pytest.MonkeyPatch) -> dict[int, Counting]:
    """Some pages, each on an account that counts."""
    pages = [
        Page.objects.create(
            brand=crowd.brand,
            network="mastodon",
            host="https://m.example",
            remote_id=str(each),
            name=f"P{each}",
        )
        for each in range(PAGES)
    ]
    fakes = {page.pk: Counting() for page in (*pages, crowd.newsroom, crowd.other_newsroom)}
    monkeypatch.setattr(connect, "client_for", lambda page, *, waiting=False: fakes[page.pk])
    return {page.pk: fakes[page.pk] for page in pages}


def test_two_jobs_of_several_threads_read_everything_once(
    accounts: dict[int, Counting], settings: Settings
) -> None:
    settings.CM_SEND_THREADS = 4
    watching.watch_all()
    together(jobs.poll_comments, jobs.poll_comments)
    jobs.poll_comments()
    assert {fake.most for fake in accounts.values()} == {1}
    assert {frozenset(fake.calls) for fake in accounts.values()} == {frozenset(WatchKind.values)}
    mine = Comment.objects.filter(page__in=accounts)
    assert mine.count() == PAGES * 6
    assert set(Watch.objects.values_list("state", "lease_token", "code")) == {("idle", None, "")}


def test_workers_who_want_one_page_take_it_in_turn(accounts: dict[int, Counting]) -> None:
    page_id, fake = next(iter(accounts.items()))
    together(*[lambda: jobs.poll_page(page_id)] * 4)
    assert fake.most == 1
    assert Comment.objects.filter(page_id=page_id).count() in {2, 4, 6}
    jobs.poll_page(page_id)
    assert Comment.objects.filter(page_id=page_id).count() == 6


def test_threads_leave_no_connection_behind(accounts: dict[int, Counting], settings: Settings) -> None:
    opened: list[object] = []

    def work(watch: Watch) -> None:
        opened.append(connection.connection)
        Watch.objects.filter(pk=watch.pk).update(state="idle", lease_token=None, lease_until=None)

    watching.watch_all()
    before = threading.active_count()
    crew.side_by_side(watching.take, work, 3, 20)
    assert threading.active_count() == before
    assert len(opened) == PAGES * 3 + 2
    assert connection.connection not in opened


def test_one_thread_is_this_one(accounts: dict[int, Counting]) -> None:
    seen: set[int] = set()
    watching.watch_all()
    crew.side_by_side(watching.take, lambda _watch: seen.add(threading.get_ident()), 1, 20)
    assert seen == {threading.get_ident()}
