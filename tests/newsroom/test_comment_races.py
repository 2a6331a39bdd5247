"""Two browsers at once, on real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from pytest_django import Settings

from pages.newsroom import services
from pages.newsroom.models import CommentReport, NewsroomComment
from pages.newsroom.services import Edited
from pages.notices.models import Mail
from tests.newsroom.helpers import make_post
from tests.newsroom.talk import notify, say, written
from tests.people import make_cast

TOGETHER = 4


def at_once[T](act: Callable[[int], T]) -> list[T]:
    """The act done by several threads in the same moment."""
    barrier = Barrier(TOGETHER)

    def run(n: int) -> T:
        try:
            barrier.wait()
            return act(n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(run, range(TOGETHER)))


@pytest.mark.django_db(transaction=True)
def test_everything_that_is_sent_twice_at_once_happens_once(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    post = make_post(make_cast().newsroom)
    sent = at_once(lambda _n: written(post, "Bravo", nonce="same", email="lea@exemple.fr"))
    assert (NewsroomComment.objects.count(), Mail.objects.count()) == (1, 1)
    assert (len({each.token for each in sent}), [each.new for each in sent].count(True)) == (1, 1)
    comment = NewsroomComment.objects.get()

    at_once(lambda _n: notify(comment, nonce="same"))
    assert (CommentReport.objects.count(), Mail.objects.count()) == (1, 2)
    assert sum(at_once(lambda _n: services.answer_reports(comment, removed=False))) == 1
    assert Mail.objects.count() == 3

    edits = at_once(lambda n: services.edit(comment, f"Version {n}", 1))
    comment.refresh_from_db()
    assert (edits.count(Edited.SAVED), comment.version) == (1, 2)

    assert at_once(lambda _n: services.withdraw(comment)).count(True) == 1
    other = say(post)
    at_once(lambda n: services.hide(other, "x") if n % 2 else services.withdraw(other))
    other.refresh_from_db()
    assert other.state == "withdrawn"
