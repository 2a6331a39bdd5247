"""What is counted, each count by LinkedIn's own word; what it does not say is not there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.linkedin.figures import AT_ONCE
from pages.networks.types import AudienceDay, Figure, Metric
from tests.networks.linkedin import fake as fakes
from tests.networks.linkedin.fake import PAGE, LinkedIn

COUNTS: Final[dict[str, int]] = {
    "impressionCount": 1200,
    "uniqueImpressionsCount": 900,
    "clickCount": 45,
    "likeCount": 30,
    "commentCount": 4,
    "shareCount": 2,
}


def figure(metric: Metric, value: int, name: str) -> Figure:
    """A count of this version."""
    return Figure(metric, value, name, "202604")


EACH: Final = (
    figure(Metric.VIEWS, 1200, "impressionCount"),
    figure(Metric.REACH, 900, "uniqueImpressionsCount"),
    figure(Metric.CLICKS, 45, "clickCount"),
    figure(Metric.COMMENTS, 4, "commentCount"),
    figure(Metric.RESHARES, 2, "shareCount"),
)


def midnight(day: date) -> int:
    """A day's beginning in UTC, in milliseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def gain(day: date, **gains: int) -> dict[str, Any]:
    """A day of the follower statistics."""
    span = {"start": midnight(day), "end": midnight(day + timedelta(days=1))}
    return {"organizationalEntity": PAGE, "timeRange": span, "followerGains": gains}


# --- posts


def test_each_count_stands_apart_and_reactions_of_all_kinds_are_one_sum(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    linkedin.counts[post] = dict(COUNTS)
    linkedin.reactions[post] = {"LIKE": 20, "PRAISE": 7, "EMPATHY": 3}
    reactions = figure(Metric.REACTIONS, 30, "reactionSummaries")
    assert linkedin.client().figures([post]) == {post: (*EACH, reactions)}


def test_shares_and_other_posts_are_asked_for_by_their_kind(linkedin: LinkedIn) -> None:
    share, other = linkedin.put("Une lampe"), "urn:li:ugcPost:7100000000000000000"
    linkedin.posts[other] = linkedin.posts[share] | {"id": other}
    linkedin.counts |= {share: {"clickCount": 1}, other: {"clickCount": 2}}
    found = linkedin.client().figures([share, other])
    assert {urn: figures[0].value for urn, figures in found.items()} == {share: 1, other: 2}
    (asked,) = linkedin.asked("organizationalEntityShareStatistics")
    assert asked.query["shares"] == f"List({share})"
    assert asked.query["ugcPosts"] == f"List({other})"


def test_many_posts_are_asked_for_together(linkedin: LinkedIn) -> None:
    posts = [linkedin.put(f"Lampe {number}") for number in range(AT_ONCE + 5)]
    linkedin.counts = {post: {"clickCount": number} for number, post in enumerate(posts)}
    found = linkedin.client().figures(posts)
    assert [found[post][0].value for post in posts] == list(range(AT_ONCE + 5))
    assert len(linkedin.asked("organizationalEntityShareStatistics")) == 2


def test_what_is_gone_or_no_post_is_not_there(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    assert set(linkedin.client().figures([post, "urn:li:share:1", "999", "../x"])) == {post}
    assert len(linkedin.asked("socialMetadata")) == 2


def test_no_post_asks_nothing(linkedin: LinkedIn) -> None:
    assert linkedin.client().figures([]) == {}
    assert linkedin.requests == []


def test_whoever_is_no_administrator_still_sees_reactions(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    linkedin.counts[post], linkedin.reactions[post] = dict(COUNTS), {"LIKE": 1}
    linkedin.refused["organizationalEntityShareStatistics"] = fakes.NOT_ADMIN
    reactions = figure(Metric.REACTIONS, 1, "reactionSummaries")
    assert linkedin.client().figures([post]) == {post: (reactions,)}


def test_reactions_that_may_not_be_read_leave_the_others(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    linkedin.counts[post] = dict(COUNTS)
    linkedin.refused["socialMetadata"] = fakes.DENIED
    assert linkedin.client().figures([post]) == {post: EACH}


def test_a_count_that_is_none_is_left_out(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    odd: dict[str, Any] = {
        "clickCount": "4",
        "shareCount": True,
        "commentCount": 10**30,
        "impressionCount": 0,
    }
    linkedin.counts[post] = odd
    assert linkedin.client().figures([post])[post][0] == figure(Metric.VIEWS, 0, "impressionCount")
    assert len(linkedin.client().figures([post])[post]) == 2


@pytest.mark.parametrize("reply", [fakes.EXPIRED, fakes.error(426, "NONEXISTENT_VERSION", "no")])
def test_a_refused_access_is_not_a_count_of_nothing(linkedin: LinkedIn, reply: Reply) -> None:
    post = linkedin.put("Une lampe")
    linkedin.refused["organizationalEntityShareStatistics"] = reply
    with pytest.raises(Never) as refused:
        linkedin.client().figures([post])
    assert refused.value.code in {Code.EXPIRED, Code.VERSION_GONE}


def test_a_failing_answer_is_for_later(linkedin: LinkedIn) -> None:
    linkedin.refused["socialMetadata"] = fakes.error(500, "X", "oh")
    with pytest.raises(Later):
        linkedin.client().figures([linkedin.put("Une lampe")])


# --- followers


def test_gains_are_told_day_by_day_and_losses_by_nobody(linkedin: LinkedIn) -> None:
    first, second = date(2026, 8, 10), date(2026, 8, 11)
    linkedin.gains = [
        gain(second, organicFollowerGain=5, paidFollowerGain=0),
        gain(first, organicFollowerGain=3),
        gain(date(2026, 8, 9), organicFollowerGain=9),
    ]
    assert linkedin.client().audience(first, second) == (
        AudienceDay(first, (figure(Metric.GAINED, 3, "organicFollowerGain"),)),
        AudienceDay(
            second,
            (
                figure(Metric.GAINED, 5, "organicFollowerGain"),
                figure(Metric.GAINED, 0, "paidFollowerGain"),
            ),
        ),
    )


def test_both_days_are_asked_for_whole(linkedin: LinkedIn) -> None:
    first, last = date(2026, 8, 10), date(2026, 8, 11)
    assert linkedin.client().audience(first, last) == ()
    (asked,) = linkedin.asked("organizationalEntityFollowerStatistics")
    span = f"(start:{midnight(first)},end:{midnight(date(2026, 8, 12))})"
    assert asked.query["timeIntervals"] == f"(timeRange:{span},timeGranularityType:DAY)"
    assert asked.query["organizationalEntity"] == PAGE


def test_a_whole_month_is_told_in_one_answer(linkedin: LinkedIn) -> None:
    days = [date(2026, 7, 1) + timedelta(days=number) for number in range(31)]
    linkedin.gains = [gain(day, organicFollowerGain=1) for day in days]
    assert [each.day for each in linkedin.client().audience(days[0], days[-1])] == days
    assert len(linkedin.requests) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"followerGains": {}},
        {"timeRange": {"start": 0}},
        {"followerGains": {}, "timeRange": {"start": "x"}},
    ],
)
def test_a_day_that_tells_nothing_is_not_there(linkedin: LinkedIn, odd: dict[str, Any]) -> None:
    linkedin.gains = [odd]
    assert linkedin.client().audience(date(1970, 1, 1), date(2026, 8, 11)) == ()


def test_only_administrators_are_told_and_the_page_stays_connected(linkedin: LinkedIn) -> None:
    linkedin.refused["organizationalEntityFollowerStatistics"] = fakes.NOT_ADMIN
    with pytest.raises(Never) as refused:
        linkedin.client().audience(date(2026, 8, 10), date(2026, 8, 11))
    assert refused.value.code == Code.NOT_ALLOWED_HERE
    assert refused.value.step.value == "contact"
