"""Risk and time as lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Risk:
    """The mark of a severity: a shape, a word and a tone, so that it reads without colour."""

    icon: str
    word: Words
    tone: str


RISKS: Final[tuple[Risk, ...]] = (
    Risk("risk-0", gettext_lazy("No legal risk found"), ""),
    Risk("risk-1", gettext_lazy("Low risk"), ""),
    Risk("risk-2", gettext_lazy("Risk"), "warn"),
    Risk("risk-3", gettext_lazy("High risk"), "risk"),
)


def risk(severity: int) -> Risk:
    """The mark of a severity, 0 to 3; anything beyond is the nearest."""
    return RISKS[max(0, min(severity, len(RISKS) - 1))]


def length_words(length: timedelta) -> str:
    """A length in two units at most: "2 d 4 h", "3 h 12", "7 min"; never below one minute, sign aside."""
    minutes = max(1, int(abs(length).total_seconds() // 60))
    if minutes >= 24 * 60:
        return _("%(days)d d %(hours)d h") % {"days": minutes // 1440, "hours": minutes % 1440 // 60}
    if minutes >= 60:
        return _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def left_words(left: timedelta | None) -> str:
    """How long is left before a deadline, or since when it is past; empty without one."""
    if left is None:
        return ""
    if left <= timedelta():
        return _("%(length)s overdue") % {"length": length_words(left)}
    return _("%(length)s left") % {"length": length_words(left)}
