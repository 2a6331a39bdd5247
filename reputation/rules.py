"""What audits go by: schedules, limits, waits, and the sentences a report is made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from croniter import CroniterError, croniter

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

MOST_TRIES: Final = 4  # of one page, faults that may pass
MOST_STEP_TRIES: Final = 3  # of listing, and of scoring, each interrupted
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=10)  # a site that asks for more is not waited for
PATIENCE: Final = timedelta(hours=2)  # from the first question to the last page


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
