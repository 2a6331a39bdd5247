"""When one more post fits among those that are out or planned, and when next.

A post is judged in both directions: it may break no window that it would be in, be it with posts before it
or after it. All instants are aware and in UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from publishing.policy.caps import Cap, Rule, Taken
from publishing.policy.verdict import Reason, ReasonCode, Verdict

HORIZON: Final = timedelta(days=60)
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Closed:
    """No further post fits strictly between `start` and `end`: the posts first..last fill a window."""

    start: datetime
    end: datetime
    first: int
    last: int


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
    full = [closed for closed in _closed(near, cap) if closed.start < at < closed.end]
    if not full:
        return None
    filling = near[full[0].first : full[-1].last + 1]
    code = ReasonCode.CAP if isinstance(rule, Cap) else ReasonCode.GAP
    return Reason(code, rule, tuple(post.id for post in filling))


def _left(posts: Sequence[Taken], at: datetime) -> int:
    return bisect_left(posts, at, key=lambda post: post.at)


def _right(posts: Sequence[Taken], at: datetime) -> int:
    return bisect_right(posts, at, key=lambda post: post.at)


def _closed(posts: Sequence[Taken], cap: Cap) -> Iterator[_Closed]:
    """The stretches of time that each run of `at_most` posts closes, in order of their start."""
    run = cap.at_most - 1
    for first in range(len(posts) - run):
        opening, closing = posts[first].at, posts[first + run].at
        if closing - opening < cap.window:
            yield _Closed(closing - cap.window, opening + cap.window, first, first + run)


def _next_free(
    after: datetime, posts: Sequence[Taken], rules: Sequence[Rule], horizon: timedelta
) -> datetime | None:
    """Walk over the closed stretches in order, from each whole minute to the end of what closes it."""
    closed = [stretch for rule in rules for stretch in _closed(posts, _as_cap(rule))]
    closed.sort(key=lambda stretch: stretch.start)
    free = _whole_minute(after)
    for stretch in closed:
        if stretch.start >= free:
            break
        if free < stretch.end:
            free = _whole_minute(stretch.end)
    return free if free <= after + horizon else None


def _whole_minute(at: datetime) -> datetime:
    """The instant itself if it is a whole minute, else the next one."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE
