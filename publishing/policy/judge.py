"""When one more post fits among those that are out or planned, and when next.

A post is judged in both directions: it may break no window that it would be in, be it with posts before it
or after it. All instants are aware and in UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from publishing.policy.caps import Cap, Rule, Taken
from publishing.policy.verdict import Reason, ReasonCode, Verdict

HORIZON: Final = timedelta(days=60)
MINUTE: Final = timedelta(minutes=1)
MICROSECOND: Final = timedelta(microseconds=1)
MINUTE_LONG: Final = MINUTE // MICROSECOND


def judge(
    at: datetime, taken: Iterable[Taken], rules: Sequence[Rule], *, horizon: timedelta = HORIZON
) -> Verdict:
    """Whether a post at `at` fits, what stands in the way, and the next free minute from then on."""
    posts = _sorted(taken)
    reasons = tuple(reason for rule in rules if (reason := _reason(at, posts, rule)) is not None)
    if not reasons:
        return Verdict(True, (), at)
    return Verdict(False, reasons, _next_free(at, posts, rules, horizon))


def next_free(
    after: datetime, taken: Iterable[Taken], rules: Sequence[Rule], *, horizon: timedelta = HORIZON
) -> datetime | None:
    """The first whole minute from `after` on where a post fits; None if there is none within `horizon`."""
    return _next_free(after, _sorted(taken), rules, horizon)


def used(at: datetime, taken: Iterable[Taken], cap: Cap) -> tuple[int, ...]:
    """Ids of the posts in the window of `cap` that ends at `at`, `at` included."""
    return tuple(post.id for post in _sorted(taken) if at - cap.window < post.at <= at)


def _sorted(taken: Iterable[Taken]) -> list[Taken]:
    return sorted(taken, key=lambda post: (post.at, post.id))


def _as_cap(rule: Rule) -> Cap:
    """A gap is a cap of one."""
    return rule if isinstance(rule, Cap) else Cap(1, rule.least)


def _reason(at: datetime, posts: Sequence[Taken], rule: Rule) -> Reason | None:
    """Why no post fits at `at` under `rule`, with every post of every full window around it."""
    cap = _as_cap(rule)
    near = posts[_left(posts, at - cap.window) : _right(posts, at + cap.window)]
    run = cap.at_most - 1
    full = [
        first for first in range(len(near) - run) if _spans(near[first].at, near[first + run].at, at, cap)
    ]
    if not full:
        return None
    filling = near[full[0] : full[-1] + run + 1]
    code = ReasonCode.CAP if isinstance(rule, Cap) else ReasonCode.GAP
    return Reason(code, rule, tuple(post.id for post in filling))


def _spans(opening: datetime, closing: datetime, at: datetime, cap: Cap) -> bool:
    """Whether one window holds everything from opening to closing, and `at` too."""
    return max(closing, at) - min(opening, at) < cap.window


def _left(posts: Sequence[Taken], at: datetime) -> int:
    return bisect_left(posts, at, key=lambda post: post.at)


def _right(posts: Sequence[Taken], at: datetime) -> int:
    return bisect_right(posts, at, key=lambda post: post.at)


def _next_free(
    after: datetime, posts: Sequence[Taken], rules: Sequence[Rule], horizon: timedelta
) -> datetime | None:
    """Walk over the closed stretches by their start, from each whole minute to the end of what closes it.

    Reckoned in whole microseconds since `after`: hundreds of stretches are compared.
    """
    instants = [(post.at - after) // MICROSECOND for post in posts]
    free = first = (_whole_minute(after) - after) // MICROSECOND
    stretches = [each for rule in rules for each in _closed(instants, _as_cap(rule), first)]
    stretches.sort()
    for start, end in stretches:
        if start >= free:
            break
        if free < end:
            free = first - (first - end) // MINUTE_LONG * MINUTE_LONG
    found = after + free * MICROSECOND
    return found if found <= after + horizon else None


def _closed(instants: Sequence[int], cap: Cap, after: int) -> Iterator[tuple[int, int]]:
    """Where nothing more fits strictly between start and end: what each run of `at_most` posts closes.

    Only what ends later than `after`; in microseconds.
    """
    window = cap.window // MICROSECOND
    near = instants[bisect_right(instants, after - window) :]
    for opening, closing in zip(near, near[cap.at_most - 1 :], strict=False):
        if closing - opening < window:
            yield closing - window, opening + window


def _whole_minute(at: datetime) -> datetime:
    """The instant itself if it is a whole minute, else the next one."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE
