"""Counts of posts, and who came and who left."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.graph import VERSION
from pages.networks.instagram import SPEC
from pages.networks.types import AudienceDay, Capability, Figure, Metric, WhyNot
from tests.networks.graph_words import error
from tests.networks.instagram import fake as fakes
from tests.networks.instagram.fake import Instagram
from tests.networks.instagram.words import ACCOUNT, day, insights

ALL: Final = {"reach": 103, "views": 264, "likes": 31, "comments": 4, "saved": 7, "shares": 2}
FIRST: Final = date(2026, 8, 11)
MIDNIGHT: Final = int(datetime(2026, 8, 11, 7, 0, tzinfo=UTC).timestamp())  # on the Pacific coast
DAY: Final = 24 * 3600


def figure(metric: Metric, value: int, name: str) -> Figure:
    return Figure(metric, value, name, VERSION.name)


# --- posts


def test_every_count_is_apart_under_the_networks_own_name(instagram: Instagram) -> None:
    post = instagram.put("Une lampe")
    instagram.insights[post] = ALL
    assert instagram.client().figures([post]) == {
        post: (
            figure(Metric.REACH, 103, "reach"),
            figure(Metric.VIEWS, 264, "views"),
            figure(Metric.REACTIONS, 31, "likes"),
            figure(Metric.COMMENTS, 4, "comments"),
            figure(Metric.SAVES, 7, "saved"),
            figure(Metric.RESHARES, 2, "shares"),
        )
    }


def test_metrics_that_were_removed_are_never_asked(instagram: Instagram) -> None:
    instagram.client().figures([instagram.put("Une lampe")])
    (asked,) = instagram.requests
    assert asked.query["fields"] == (
        "id,insights.metric(reach,views,likes,comments,saved,shares){name,values}"
    )
    for removed in ("impressions", "video_views", "plays", "engagement", "total_interactions"):
        assert removed not in asked.query["fields"]


def test_what_the_network_does_not_say_is_not_there(instagram: Instagram) -> None:
    post = instagram.put("Une lampe")
    instagram.insights[post] = {"likes": 0, "impressions": 12}
    assert instagram.client().figures([post]) == {post: (figure(Metric.REACTIONS, 0, "likes"),)}


def test_several_posts_are_one_call_and_many_are_few(instagram: Instagram) -> None:
    posts = [instagram.put(f"Lampe {number}") for number in range(30)]
    for number, post in enumerate(posts):
        instagram.insights[post] = {"likes": number}
    found = instagram.client().figures(posts)
    assert {post: figures[0].value for post, figures in found.items()} == {
        post: number for number, post in enumerate(posts)
    }
    assert len(instagram.requests) == 2


@pytest.mark.parametrize("refusal", [fakes.before(error(803)), fakes.before(error(100, 33))])
def test_one_that_is_gone_does_not_hide_the_others(instagram: Instagram, refusal: Any) -> None:
    first, second = instagram.put("Une lampe"), instagram.put("Une autre")
    instagram.insights[second] = {"likes": 3}
    instagram.fail_next(refusal, "read")
    found = instagram.client().figures([first, second])
    assert found == {first: (), second: (figure(Metric.REACTIONS, 3, "likes"),)}
    assert len(instagram.requests) == 2  # the refused one was the fault's


def test_a_post_of_a_kind_without_such_counts_is_left_out(instagram: Instagram) -> None:
    post = instagram.put("Une lampe")
    instagram.refused["insights"] = error(100, 2108006)
    assert instagram.client().figures([post]) == {}


def test_without_the_right_nothing_is_counted_and_nothing_disconnected(instagram: Instagram) -> None:
    instagram.refused["insights"] = error(10)
    for ask in (
        lambda: instagram.client().figures([instagram.put("Une lampe")]),
        lambda: instagram.client().audience(FIRST, FIRST),
    ):
        with pytest.raises(Never) as never:
            ask()
        assert (never.value.code, never.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)


@pytest.mark.parametrize(
    "rows",
    [
        "?",
        [3],
        [{"name": "likes"}],
        [{"name": "likes", "values": []}],
        [{"name": "likes", "values": [3]}],
        [{"name": "likes", "values": [{"value": "3"}]}],
        [{"name": "likes", "values": [{"value": True}]}],
        [{"name": "likes", "values": [{"value": -1}]}],
        [{"name": ["likes"], "values": [{"value": 3}]}],
    ],
)
def test_a_count_that_cannot_be_read_is_none(instagram: Instagram, rows: Any) -> None:
    post = instagram.put("Une lampe")
    instagram.refused["insights"] = Reply(200, {post: {"insights": {"data": rows}}})
    assert instagram.client().figures([post]) == {post: ()}


def test_a_count_that_is_told_twice_is_told_once(instagram: Instagram) -> None:
    post = instagram.put("Une lampe")
    body = {post: {"insights": {"data": insights({"likes": 3}) * 2}}}
    instagram.refused["insights"] = Reply(200, body)
    assert instagram.client().figures([post]) == {post: (figure(Metric.REACTIONS, 3, "likes"),)}


# --- followers


def test_each_day_is_asked_apart_in_the_networks_own_hours(instagram: Instagram) -> None:
    instagram.days = {MIDNIGHT: day(12, 5), MIDNIGHT + DAY: day(0, 1)}
    found = instagram.client().audience(FIRST, date(2026, 8, 12))
    assert found == (
        AudienceDay(
            FIRST,
            (
                figure(Metric.GAINED, 12, "follows_and_unfollows.FOLLOWER"),
                figure(Metric.LOST, 5, "follows_and_unfollows.NON_FOLLOWER"),
            ),
        ),
        AudienceDay(
            date(2026, 8, 12),
            (
                figure(Metric.GAINED, 0, "follows_and_unfollows.FOLLOWER"),
                figure(Metric.LOST, 1, "follows_and_unfollows.NON_FOLLOWER"),
            ),
        ),
    )
    first, second = instagram.requests
    assert {name: first.query[name] for name in sorted(set(first.query) - {"appsecret_proof"})} == {
        "breakdown": "follow_type",
        "metric": "follows_and_unfollows",
        "metric_type": "total_value",
        "period": "day",
        "since": str(MIDNIGHT),
        "until": str(MIDNIGHT + DAY - 1),
    }
    assert first.path == f"/{VERSION.name}/{ACCOUNT}/insights"
    assert second.query["since"] == str(MIDNIGHT + DAY)


def test_the_day_on_which_the_clocks_change_has_its_own_length(instagram: Instagram) -> None:
    instagram.client().audience(date(2026, 11, 1), date(2026, 11, 1))
    (asked,) = instagram.requests
    assert int(asked.query["until"]) - int(asked.query["since"]) == 25 * 3600 - 1


def test_a_small_account_is_told_nothing(instagram: Instagram) -> None:
    assert instagram.client().audience(FIRST, date(2026, 8, 13)) == ()
    assert len(instagram.requests) == 3


def test_half_a_day_is_half_told(instagram: Instagram) -> None:
    instagram.days = {MIDNIGHT: day(None, 5)}
    (told,) = instagram.client().audience(FIRST, FIRST)
    assert [each.metric for each in told.figures] == [Metric.LOST]


def test_no_day_is_no_call(instagram: Instagram) -> None:
    assert instagram.client().audience(FIRST, date(2026, 8, 10)) == ()
    assert instagram.requests == []


@pytest.mark.parametrize(
    "total",
    [
        None,
        {},
        {"breakdowns": 3},
        {"breakdowns": [3]},
        {"breakdowns": [{"results": "?"}]},
        {"breakdowns": [{"results": [{"dimension_values": "FOLLOWER", "value": 3}]}]},
        {"breakdowns": [{"results": [{"dimension_values": [["FOLLOWER"]], "value": 3}]}]},
        {"breakdowns": [{"results": [{"dimension_values": ["FOLLOWER"], "value": "3"}]}]},
    ],
)
def test_a_day_that_cannot_be_read_is_not_there(instagram: Instagram, total: Any) -> None:
    instagram.days = {MIDNIGHT: {"name": "follows_and_unfollows", "total_value": total}}
    assert instagram.client().audience(FIRST, FIRST) == ()


def test_an_answer_without_a_list_is_asked_again(instagram: Instagram) -> None:
    instagram.refused["insights"] = Reply(200, {})
    with pytest.raises(Later):
        instagram.client().audience(FIRST, FIRST)


# --- what there is not


def test_what_instagram_lacks_it_says_why() -> None:
    assert SPEC.why_not == {
        Capability.DELETE: WhyNot.NOT_OPEN,
        Capability.APPROVE: WhyNot.SHOWN_AT_ONCE,
        Capability.BLOCK: WhyNot.NO_CALL,
        Capability.TELL: WhyNot.NO_CALL,
        Capability.URL_FIGURES: WhyNot.NO_COUNT,
        Capability.REFRESH: WhyNot.NEVER_ENDS,
    }
