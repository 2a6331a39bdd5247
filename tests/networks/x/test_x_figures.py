"""What X counts of a post, each apart, and what it does not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cm_suite.core.errors import Later
from cm_suite.ops.bench.fake_network import Reply as Answer
from pages.networks.types import Figure, Metric
from pages.networks.x.figures import counts
from pages.networks.x.mapping import TWEPOCH, made_at
from tests.networks.x.fake import LUMEN, FakeX, MemoryPurse, answering

PUBLIC = {
    "retweet_count": 50,
    "reply_count": 12,
    "like_count": 234,
    "quote_count": 5,
    "bookmark_count": 8,
    "impression_count": 5432,
}
PRIVATE = {"impression_count": 5432, "url_link_clicks": 89, "user_profile_clicks": 156}


def test_each_count_stands_apart_under_xs_own_word(x: FakeX) -> None:
    made = x.say(LUMEN, "Une lampe", public_metrics=PUBLIC, non_public_metrics=PRIVATE)
    assert x.client().figures([made["id"]])[made["id"]] == (
        Figure(Metric.REACTIONS, 234, "public_metrics.like_count", "2"),
        Figure(Metric.COMMENTS, 12, "public_metrics.reply_count", "2"),
        Figure(Metric.RESHARES, 50, "public_metrics.retweet_count", "2"),
        Figure(Metric.QUOTES, 5, "public_metrics.quote_count", "2"),
        Figure(Metric.SAVES, 8, "public_metrics.bookmark_count", "2"),
        Figure(Metric.VIEWS, 5432, "public_metrics.impression_count", "2"),
        Figure(Metric.CLICKS, 89, "non_public_metrics.url_link_clicks", "2"),
    )


def test_clicks_are_asked_of_posts_of_less_than_thirty_days_alone(x: FakeX, purse: MemoryPurse) -> None:
    now = datetime.now(UTC)
    young = x.say(LUMEN, "Une lampe", at=now - timedelta(days=28))["id"]
    old = x.say(LUMEN, "Une autre", at=now - timedelta(days=30))["id"]
    found = x.client(purse=purse).figures([old, young, young])
    assert {each: len(figures) for each, figures in found.items()} == {young: 7, old: 6}
    asked = [(each.query["ids"], each.query["tweet.fields"]) for each in x.asked("GET", "/2/tweets")]
    assert asked == [(young, "public_metrics,non_public_metrics"), (old, "public_metrics")]
    assert purse.paid == {"post_read": 2}


def test_many_posts_are_asked_a_hundred_at_a_time(x: FakeX) -> None:
    made = [x.say(LUMEN, f"Lampe {number}")["id"] for number in range(101)]
    assert set(x.client().figures(made)) == set(made)
    assert [len(each.query["ids"].split(",")) for each in x.asked("GET", "/2/tweets")] == [100, 1]


def test_what_is_no_id_is_not_asked_for(x: FakeX) -> None:
    assert x.client().figures(["", "abc", "1,2"]) == {}
    assert list(x.requests) == []


@pytest.mark.parametrize(
    ("row", "metrics"),
    [
        ({}, []),
        ({"public_metrics": None}, []),
        ({"public_metrics": {"like_count": 0}}, [(Metric.REACTIONS, 0)]),
        ({"public_metrics": {"like_count": -1, "reply_count": "3", "quote_count": True}}, []),
        ({"public_metrics": {"like_count": 1.5, "retweet_count": 2}}, [(Metric.RESHARES, 2)]),
        ({"non_public_metrics": {"url_link_clicks": 4}}, [(Metric.CLICKS, 4)]),
        ({"organic_metrics": {"like_count": 4}}, []),
    ],
)
def test_what_is_not_said_is_not_zero(row: dict[str, Any], metrics: list[tuple[Metric, int]]) -> None:
    assert [(each.metric, each.value) for each in counts(row)] == metrics


def test_an_answer_that_says_nothing_is_for_later(x: FakeX) -> None:
    x.fail_next(answering(Answer(200, {})), "read")
    with pytest.raises(Later):
        x.client().figures(["1"])


def test_an_id_tells_the_made_at_its_post() -> None:
    made = datetime.now(UTC) - timedelta(days=3)
    found = made_at(str(int(made.timestamp() * 1000) - TWEPOCH << 22))
    assert found is not None
    assert abs(found - made) < timedelta(milliseconds=2)
    assert made_at("999") is None
