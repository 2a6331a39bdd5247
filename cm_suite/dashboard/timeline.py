"""The two days of a brand drawn as a line: where each post stands, in units of the drawing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from cm_suite.core import clock
from cm_suite.dashboard.selectors import Lane, Outlook
from pages.enums import PageState
from pages.models import Pause
from publishing.models import Delivery

WIDTH: Final = 560
MARK: Final = 16  # a mark is a square of this side
STEP: Final = MARK + 2  # marks nearer than this stand under each other
ROWS: Final = 2  # marks piled higher are a tower that nobody reads: the list is shown instead
TICK_HOURS: Final = (0, 8, 12, 16, 20)


@dataclass(frozen=True, slots=True)
class Tick:
    """An hour named on the line; the first hour of a day carries the day's name."""

    x: int
    at: datetime
    starts_day: bool
    tomorrow: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One post: the left upper corner of its mark."""

    delivery: Delivery
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Track:
    """One page's line. `stopped`: nothing leaves for it as things stand, so what is ahead is hatched."""

    lane: Lane
    marks: Sequence[Mark]
    height: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class TimeLine:
    """The drawing; `now` is where this instant stands, `ahead` how much of the line is to come."""

    ticks: Sequence[Tick]
    tracks: Sequence[Track]
    now: int

    @property
    def crowded(self) -> bool:
        """Whether a list says more than the drawing."""
        return any(track.height > ROWS * STEP for track in self.tracks)

    @property
    def ahead(self) -> int:
        """From now to the end."""
        return WIDTH - self.now


def timeline(outlook: Outlook, pauses: Collection[Pause]) -> TimeLine:
    """Draw what goes out on each page that has something in the two days. No query."""
    lanes = [lane for lane in outlook.lanes if lane.today or lane.tomorrow]
    return TimeLine(
        _ticks(outlook), [_track(outlook, lane, pauses) for lane in lanes], _x(outlook, clock.now())
    )


def _track(outlook: Outlook, lane: Lane, pauses: Collection[Pause]) -> Track:
    """Each mark in the first row where it covers no other."""
    rows: list[int] = []  # where the last mark of each row begins
    marks = []
    for delivery in (*lane.today, *lane.tomorrow):
        left = _x(outlook, delivery.due_at) - MARK // 2
        row = next((index for index, last in enumerate(rows) if left - last >= STEP), len(rows))
        rows[row : row + 1] = [left]
        marks.append(Mark(delivery, left, row * STEP + 1))
    page = lane.page
    paused = any(pause.page_id in (None, page.pk) for pause in pauses)
    return Track(lane, marks, len(rows) * STEP, paused or page.state != PageState.CONNECTED)


def _ticks(outlook: Outlook) -> list[Tick]:
    """The named hours by the clock on the wall; a day of a clock change is drawn as long as it is."""
    zone = clock.zone(outlook.zone)
    return [
        Tick(_x(outlook, at), at, hour == 0, day != outlook.today)
        for day in (outlook.today, outlook.tomorrow)
        for hour in TICK_HOURS
        for at in [clock.resolve_local(datetime.combine(day, time(hour)), zone).instant]
    ]


def _x(outlook: Outlook, at: datetime) -> int:
    """The middle of what happens at that instant, by the share of the two days that is over."""
    whole: timedelta = outlook.end - outlook.first
    return MARK // 2 + round((at - outlook.first) / whole * (WIDTH - MARK))
