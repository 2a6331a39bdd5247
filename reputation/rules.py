"""What audits go by: schedules, limits, waits, and the sentences a report is made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, CroniterError, croniter

from cm_suite.core.clock import resolve_local
from reputation.enums import FetchState, Refusal, RunState

RUNNING: Final = frozenset({RunState.PLANNED, RunState.LISTING, RunState.COLLECTING, RunState.SCORING})
OPEN: Final = frozenset({FetchState.PLANNED, FetchState.FETCHING})

MOST_PUBLICS: Final = 12
MOST_QUERIES: Final = 40  # of one public
MOST_SOURCES: Final = 40
MOST_ADDRESSES: Final = 2000  # of one list
MOST_OF_FEED: Final = 200  # the newest that a feed ever named
MOST_RECIPIENTS: Final = 50

MOST_TRIES: Final = 3  # of one page, for faults that may pass
MOST_LONG_TRIES: Final = 2  # when it is worth another try only after LONG
LONG: Final = timedelta(minutes=1)
MOST_STEP_TRIES: Final = 3  # of listing, and of scoring, when each is cut off
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)  # a site that asks for more is not waited for
PATIENCE: Final = timedelta(hours=2)  # from the first question to the last page

_NUMBERS: Final = r"[\d*,/-]+"
_MONTHS: Final = r"(?:[\d*,/-]|[A-Za-z]{3})+"
_LINE: Final = re.compile(rf"{_NUMBERS} {_NUMBERS} [\d*,/?Ll-]+ {_MONTHS} (?:[\d*,/?#Ll-]|[A-Za-z]{{3}})+")
_SHIFT: Final = timedelta(hours=3)  # more than any zone moves its clocks


class Said(StrEnum):
    """The sentences of a report. Each `Sentence` carries the parameters named here.

    Three a report: how much and where, who sees it worst, what is unsure.
    """

    NOTHING_READ = "nothing_read"  # asked (pages), sources
    NOT_NAMED = "not_named"  # read (pages), hosts
    NAMED = "named"  # read, originals, copies, hosts (sites that name the brand), first (site that does most)
    NAMED_MORE = "named_more"  # like NAMED, and before (originals in the run before): more than then
    NAMED_LESS = "named_less"  # like NAMED_MORE, but fewer

    WORST_PUBLIC = "worst_public"  # name (of the public), negative, total, percent
    NO_NEGATIVE = "no_negative"  # positive, total
    NEGATIVE_BEYOND = "negative_beyond"  # negative, total: some is, but nothing that a public asks about
    NO_PUBLIC = "no_public"  # total: named, but nothing that any public asks about
    NO_OPINION = "no_opinion"  # nothing to weigh

    ALL_CERTAIN = "all_certain"  # read, sources
    UNCERTAIN = "uncertain"  # uncertain, total
    GAPS = (
        "gaps"  # silent (sources without an answer), names (of them, a tuple), unread (pages), asked (pages)
    )
    GAPS_UNCERTAIN = "gaps_uncertain"  # the parameters of both


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a report: which, and what fills its blanks (numbers, names as they were given)."""

    code: Said
    params: Mapping[str, Any] = field(default_factory=dict)


def check_cron(line: str) -> Refusal | None:
    """What is wrong with a cron line: it cannot be read, runs more than once an hour, or never."""
    if not line:
        return None
    if not _LINE.fullmatch(line):
        return Refusal.CRON_INVALID
    try:
        minutes = croniter.expand(line)[0][0]
        croniter(line, datetime(2026, 1, 1)).get_next(datetime)  # noqa: DTZ001  # a wall time
    except CroniterBadDateError:
        return Refusal.CRON_NEVER
    except (CroniterError, ValueError, OverflowError):
        return Refusal.CRON_INVALID
    return None if len(minutes) == 1 and minutes != ["*"] else Refusal.CRON_TOO_OFTEN


def next_slot(line: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first instant (UTC) of a checked cron line after `after`, on the clocks of `zone`.

    A time that a clock change skips is taken right after it; one that comes twice is taken once, first.
    """
    walls = croniter(line, _wall(after, zone) - _SHIFT)
    later: list[datetime] = []
    while len(later) < 2:  # a skipped time may come after the one that follows it
        instant = resolve_local(walls.get_next(datetime), zone).instant
        if instant > after:
            later.append(instant)
    return min(later)


def last_slot(line: str, zone: ZoneInfo, until: datetime) -> datetime:
    """The last instant (UTC) of a checked cron line that is not after `until`."""
    walls = croniter(line, _wall(until, zone) + _SHIFT)
    while True:
        instant = resolve_local(walls.get_prev(datetime), zone).instant
        if instant <= until:
            return instant


def wait(tries: int) -> timedelta:
    """How long a page is left alone after so many failed tries (one at least)."""
    return min(FIRST_WAIT * int(4 ** (tries - 1)), LONGEST_WAIT)


def worth_another(tries: int, at: datetime, now: datetime, started_at: datetime) -> bool:
    """Whether a page that failed `tries` times is tried again at `at`: not too often, not too late."""
    most = MOST_LONG_TRIES if at > now + LONG else MOST_TRIES
    return tries < most and at <= now + LONGEST_WAIT and now < started_at + PATIENCE


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
