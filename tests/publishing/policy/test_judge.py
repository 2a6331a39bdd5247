"""Caps and gaps: judged in both directions, the next free minute exact."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.policy.caps import Cap, Gap, Rule, Taken
from publishing.policy.judge import HORIZON, judge, next_free, used
from publishing.policy.verdict import Reason, ReasonCode, Verdict

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TWO_A_DAY = Cap(2, timedelta(hours=24))
HALF_AN_HOUR = Gap(timedelta(minutes=30))


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def taken(*hours: float) -> list[Taken]:
    return [Taken(at(each), number) for number, each in enumerate(hours, 1)]


class TestCap:
    def test_an_empty_page_takes_anything(self) -> None:
        assert judge(at(0), [], (TWO_A_DAY, HALF_AN_HOUR)) == Verdict(True, (), at(0))

    def test_a_page_without_rules_takes_anything(self) -> None:
        assert judge(at(0), taken(0, 0, 0), ()) == Verdict(True, (), at(0))

    def test_the_last_place_is_free(self) -> None:
        assert judge(at(5), taken(0), (TWO_A_DAY,)).allowed is True

    def test_a_full_window_names_its_posts_and_the_next_free_minute(self) -> None:
        verdict = judge(at(5), taken(0, 3), (TWO_A_DAY,))
        assert verdict == Verdict(False, (Reason(ReasonCode.CAP, TWO_A_DAY, (1, 2)),), at(24))

    def test_a_window_is_half_open(self) -> None:
        assert judge(at(24), taken(0, 3), (TWO_A_DAY,)).allowed is True
        just_before = at(24) - timedelta(seconds=1)
        assert judge(just_before, taken(0, 3), (TWO_A_DAY,)).allowed is False

    def test_posts_that_come_later_count_too(self) -> None:
        verdict = judge(at(5), taken(20, 23), (TWO_A_DAY,))
        assert verdict == Verdict(False, (Reason(ReasonCode.CAP, TWO_A_DAY, (1, 2)),), at(44))

    def test_a_post_between_two_others_breaks_their_common_window(self) -> None:
        assert judge(at(10), taken(0, 20), (TWO_A_DAY,)).allowed is False
        assert judge(at(10), taken(0, 24), (TWO_A_DAY,)).allowed is True

    def test_a_free_hole_between_planned_posts_is_found(self) -> None:
        assert next_free(at(1), taken(0, 1, 40, 41), (Cap(2, timedelta(hours=12)),)) == at(12)

    def test_a_hole_that_is_too_small_is_passed_over(self) -> None:
        posts = taken(0, 1, 20, 21)
        assert next_free(at(1), posts, (Cap(2, timedelta(hours=12)),)) == at(32)
        assert next_free(at(1), [*posts, *taken(32)], (Cap(2, timedelta(hours=12)),)) == at(33)

    def test_posts_already_over_the_cap_keep_others_out_of_every_full_window(self) -> None:
        verdict = judge(at(3), taken(0, 1, 2), (TWO_A_DAY,))
        assert verdict == Verdict(False, (Reason(ReasonCode.CAP, TWO_A_DAY, (1, 2, 3)),), at(25))


class TestGap:
    def test_both_neighbours_are_named(self) -> None:
        verdict = judge(at(0.25), taken(0, 0.5), (HALF_AN_HOUR,))
        assert verdict == Verdict(False, (Reason(ReasonCode.GAP, HALF_AN_HOUR, (1, 2)),), at(1))

    def test_the_exact_gap_is_enough(self) -> None:
        assert judge(at(0.5), taken(0, 1), (HALF_AN_HOUR,)).allowed is True


class TestSeveralRules:
    def test_each_rule_in_the_way_is_named(self) -> None:
        verdict = judge(at(0.1), taken(0, 3), (TWO_A_DAY, HALF_AN_HOUR))
        assert verdict.reasons == (
            Reason(ReasonCode.CAP, TWO_A_DAY, (1, 2)),
            Reason(ReasonCode.GAP, HALF_AN_HOUR, (1,)),
        )
        assert verdict.next_free == at(24)


class TestNextFree:
    def test_it_is_a_whole_minute(self) -> None:
        posts = [Taken(START + timedelta(seconds=7), 1)]
        assert next_free(START + timedelta(seconds=3), [], ()) == START + timedelta(minutes=1)
        assert next_free(START, posts, (HALF_AN_HOUR,)) == START + timedelta(minutes=31)

    def test_none_within_the_horizon(self) -> None:
        yearly = Cap(1, timedelta(days=365))
        assert next_free(at(1), taken(0), (yearly,)) is None
        assert judge(at(1), taken(0), (yearly,)) == Verdict(
            False, (Reason(ReasonCode.CAP, yearly, (1,)),), None
        )
        assert next_free(at(0), taken(0), (Cap(1, HORIZON),)) == START + HORIZON

    def test_two_hundred_posts_take_less_than_a_millisecond(self) -> None:
        draw = Random(7)
        posts = [Taken(at(draw.uniform(0, 24 * 60)), number) for number in range(200)]
        rules = (Cap(4, timedelta(hours=24)), Cap(20, timedelta(days=7)), Gap(timedelta(hours=1)))
        lasted = []
        for number in range(100):
            began = time.thread_time()
            next_free(at(number), posts, rules)
            lasted.append(time.thread_time() - began)
        assert sorted(lasted)[94] < 0.001


class TestUsed:
    def test_the_window_ends_now_and_its_start_is_out(self) -> None:
        assert used(at(24), taken(0, 1, 24, 25), TWO_A_DAY) == (2, 3)


minutes = st.integers(0, 600)
posts_of = st.lists(minutes, max_size=12).map(
    lambda each: [Taken(START + timedelta(minutes=minute), number) for number, minute in enumerate(each)]
)
caps = st.builds(Cap, st.integers(1, 4), st.integers(1, 300).map(lambda each: timedelta(minutes=each)))
gaps = st.builds(Gap, st.integers(1, 120).map(lambda each: timedelta(minutes=each)))
rules_of = st.lists(st.one_of(caps, gaps), max_size=3)


def fits(when: datetime, posts: Sequence[Taken], rules: Sequence[Rule]) -> bool:
    """The definition, spelled out: no window that holds `when` holds too many, tried from every start."""
    instants = [each.at for each in posts] + [when]
    for rule in rules:
        most, length = (rule.at_most, rule.window) if isinstance(rule, Cap) else (1, rule.least)
        for start in instants:
            inside = [each for each in instants if start <= each < start + length]
            if start <= when < start + length and len(inside) > most:
                return False
    return True


@given(minutes, posts_of, rules_of)
def test_the_verdict_is_the_definition(minute: int, posts: list[Taken], rules: list[Rule]) -> None:
    when = START + timedelta(minutes=minute)
    assert judge(when, posts, rules).allowed is fits(when, posts, rules)


@given(minutes, posts_of, rules_of)
def test_the_next_free_minute_is_the_first(minute: int, posts: list[Taken], rules: list[Rule]) -> None:
    after = START + timedelta(minutes=minute)
    free = next_free(after, posts, rules)
    assert free is not None
    assert fits(free, posts, rules)
    earlier = after
    while earlier < free:
        assert not fits(earlier, posts, rules)
        earlier += timedelta(minutes=1)


@given(minutes, posts_of, rules_of)
def test_a_refusal_names_posts_that_fill_a_window(minute: int, posts: list[Taken], rules: list[Rule]) -> None:
    when = START + timedelta(minutes=minute)
    by_id = {each.id: each for each in posts}
    for reason in judge(when, posts, rules).reasons:
        named = [by_id[each] for each in reason.used_by]
        assert named == sorted(named, key=lambda each: each.at)
        assert not fits(when, named, (reason.rule,))


@pytest.mark.parametrize("shift", range(0, 120, 7))
def test_what_is_allowed_one_after_the_other_keeps_every_rule(shift: int) -> None:
    rules = (Cap(3, timedelta(hours=4)), Gap(timedelta(minutes=20)))
    posts: list[Taken] = []
    for number in range(30):
        free = next_free(START + timedelta(minutes=shift * number % 400), posts, rules)
        assert free is not None
        posts.append(Taken(free, number))
    for post in posts:
        others = [each for each in posts if each.id != post.id]
        assert judge(post.at, others, rules).allowed is True
