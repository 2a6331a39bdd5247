"""What became of posts, of the audience, and of any address: each apart, and nothing made up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.facebook.audience import LONGEST
from pages.networks.facebook.figures import AT_ONCE
from pages.networks.types import AudienceDay, Figure, Metric
from tests.networks.facebook.fake import Facebook
from tests.networks.facebook.words import PAGE
from tests.networks.graph_words import error

URL: Final = "https://lumen.example/vitrine"
DAY: Final = date(2026, 8, 31)
REMOVED: Final = ("impressions", "page_fans", "page_fan_adds", "page_fan_removes", "engaged_users")


def figure(metric: Metric, value: int, name: str) -> Figure:
    return Figure(metric, value, name, "v25.0")


# --- posts


def test_each_count_stands_apart_under_its_own_word(facebook: Facebook) -> None:
    post = facebook.put("Une lampe")
    facebook.insights[post] = {
        "reactions": 12,
        "comments": 3,
        "shares": 2,
        "post_clicks": 40,
        "post_media_view": 900,
        "post_total_media_view_unique": 700,
    }
    assert facebook.client().figures([post]) == {
        post: (
            figure(Metric.REACTIONS, 12, "reactions"),
            figure(Metric.COMMENTS, 3, "comments"),
            figure(Metric.RESHARES, 2, "shares"),
            figure(Metric.CLICKS, 40, "post_clicks"),
            figure(Metric.VIEWS, 900, "post_media_view"),
            figure(Metric.REACH, 700, "post_total_media_view_unique"),
        )
    }


def test_a_post_without_insights_takes_them_from_no_other(facebook: Facebook) -> None:
    posts = [facebook.put(f"Lampe {number}") for number in range(3)]
    facebook.insights = {post: {"reactions": 1, "post_clicks": 5} for post in posts}
    facebook.without_insights = {posts[1]}
    found = facebook.client().figures(posts)
    assert [[each.name for each in found[post]] for post in posts] == [
        ["reactions", "comments", "post_clicks"],
        ["reactions", "comments"],
        ["reactions", "comments", "post_clicks"],
    ]


def test_what_nobody_shared_has_no_reshares(facebook: Facebook) -> None:
    post = facebook.put("Une lampe")
    facebook.insights[post] = {"reactions": 0}
    assert facebook.client().figures([post])[post] == (
        figure(Metric.REACTIONS, 0, "reactions"),
        figure(Metric.COMMENTS, 0, "comments"),
    )


@pytest.mark.parametrize("refused", [error(200), error(10), error(100, 0), error(3001, 1504028)])
def test_without_the_right_to_insights_the_counts_remain(facebook: Facebook, refused: Reply) -> None:
    post = facebook.put("Une lampe")
    facebook.insights[post] = {"reactions": 5, "post_clicks": 9}
    facebook.refused["insights"] = refused
    (reactions, comments) = facebook.client().figures([post])[post]
    assert (reactions, comments.metric) == (figure(Metric.REACTIONS, 5, "reactions"), Metric.COMMENTS)


def test_many_posts_take_few_calls(facebook: Facebook) -> None:
    posts = [facebook.put(f"Lampe {number}") for number in range(AT_ONCE + 1)]
    assert set(facebook.client().figures(posts)) == set(posts)
    assert len(facebook.requests) == 4


def test_one_that_is_gone_takes_nothing_from_the_others(facebook: Facebook) -> None:
    posts = [facebook.put(f"Lampe {number}") for number in range(3)]
    assert set(facebook.client().figures([posts[0], "5515_999", *posts[1:]])) == set(posts)


def test_a_refused_token_is_told(facebook: Facebook) -> None:
    facebook.refused["reactions"] = error(190, 463)
    with pytest.raises(Never) as refused:
        facebook.client().figures([facebook.put("Une lampe")])
    assert (refused.value.code, refused.value.step) == (Code.EXPIRED, NextStep.RECONNECT)


@pytest.mark.parametrize("told", ["12", None, -1, 3.5, True, {"like": 3}])
def test_a_count_that_is_none_is_left_out(facebook: Facebook, told: Any) -> None:
    post = facebook.put("Une lampe")
    body = {post: {"id": post, "shares": {"count": told}, "reactions": {"summary": {"total_count": told}}}}
    facebook.refused[" id,"] = Reply(200, body)
    assert facebook.client().figures([post]) == {post: ()}


# --- any address


def test_the_share_counter_is_taken_apart(facebook: Facebook) -> None:
    facebook.engagement = {
        "reaction_count": 120,
        "comment_count": 14,
        "share_count": 31,
        "comment_plugin_count": 2,
    }
    assert facebook.client().url_figures(URL) == (
        figure(Metric.REACTIONS, 120, "reaction_count"),
        figure(Metric.COMMENTS, 14, "comment_count"),
        figure(Metric.RESHARES, 31, "share_count"),
        figure(Metric.PLUGIN_COMMENTS, 2, "comment_plugin_count"),
    )
    (request,) = facebook.requests
    assert (request.query["id"], request.query["fields"]) == (URL, "engagement")


def test_an_address_that_is_told_nothing_of_has_no_counts(facebook: Facebook) -> None:
    assert facebook.client().url_figures(URL) == ()


# --- the audience


def series(name: str, *values: tuple[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "period": "day",
        "values": [{"end_time": end, "value": value} for end, value in values],
    }


def test_a_day_is_the_one_that_ends_the_next_morning(facebook: Facebook) -> None:
    facebook.days = [
        series("page_follows", ("2026-09-01T07:00:00+0000", 1204)),
        series("page_daily_follows_unique", ("2026-09-01T07:00:00+0000", 9)),
        series("page_daily_unfollows_unique", ("2026-09-01T07:00:00+0000", 4)),
    ]
    assert facebook.client().audience(DAY, DAY) == (
        AudienceDay(
            DAY,
            (
                figure(Metric.FOLLOWERS, 1204, "page_follows"),
                figure(Metric.GAINED, 9, "page_daily_follows_unique"),
                figure(Metric.LOST, 4, "page_daily_unfollows_unique"),
            ),
        ),
    )
    (request,) = facebook.requests
    assert (request.query["since"], request.query["until"]) == ("2026-08-31", "2026-09-01")


def test_days_outside_and_values_that_are_missing_are_left_out(facebook: Facebook) -> None:
    facebook.days = [
        series(
            "page_daily_follows_unique",
            ("2026-08-31T07:00:00+0000", 1),
            ("2026-09-01T07:00:00+0000", None),
            ("2026-09-02T07:00:00+0000", 0),
            ("2026-09-03T07:00:00+0000", 5),
            ("soon", 5),
        ),
        series("page_fan_adds", ("2026-09-02T07:00:00+0000", 8)),
    ]
    gained = (figure(Metric.GAINED, 0, "page_daily_follows_unique"),)
    assert facebook.client().audience(DAY, DAY + timedelta(days=1)) == (
        AudienceDay(DAY + timedelta(days=1), gained),
    )


def test_a_small_page_is_told_nothing(facebook: Facebook) -> None:
    assert facebook.client().audience(DAY, DAY) == ()


def test_a_long_time_is_asked_in_parts_that_do_not_overlap(facebook: Facebook) -> None:
    facebook.client().audience(DAY - timedelta(days=200), DAY)
    asked = [(each.query["since"], each.query["until"]) for each in facebook.requests]
    assert len(asked) == 3
    assert asked[0][0] == (DAY - timedelta(days=200)).isoformat()
    assert asked[-1][1] == (DAY + timedelta(days=1)).isoformat()
    assert [each[1] for each in asked[:-1]] == [each[0] for each in asked[1:]]
    for since, until in asked:
        assert date.fromisoformat(until) - date.fromisoformat(since) <= timedelta(days=LONGEST)


def test_no_removed_metric_is_ever_asked(facebook: Facebook) -> None:
    facebook.client().audience(DAY, DAY)
    facebook.client().figures([facebook.put("Une lampe")])
    asked = " ".join(
        f"{each.query.get('metric', '')} {each.query.get('fields', '')}" for each in facebook.requests
    )
    assert "page_daily_follows_unique" in asked
    assert [name for name in REMOVED if name in asked] == []


def test_a_role_that_may_not_analyse_does_not_disconnect_the_page(facebook: Facebook) -> None:
    facebook.refused[f"{PAGE}/insights"] = error(200)
    with pytest.raises(Never) as barred:
        facebook.client().audience(DAY, DAY)
    assert (barred.value.code, barred.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)


def test_an_answer_that_is_none_is_for_later(facebook: Facebook) -> None:
    facebook.refused[f"{PAGE}/insights"] = Reply(200, {"data": 3})
    with pytest.raises(Later):
        facebook.client().audience(DAY, DAY)
