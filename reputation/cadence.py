"""When an audit runs: every day, week or month at an hour, or on a cron line of its own. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Every(TextChoices):
    """How often."""

    NEVER = "never", _("Only when somebody asks")
    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")
    OWN = "own", _("On a schedule of its own")


class Weekday(IntegerChoices):
    """The days of a week as cron counts them: Sunday is 0."""

    MONDAY = 1, pgettext_lazy("list of days", "Monday")
    TUESDAY = 2, pgettext_lazy("list of days", "Tuesday")
    WEDNESDAY = 3, pgettext_lazy("list of days", "Wednesday")
    THURSDAY = 4, pgettext_lazy("list of days", "Thursday")
    FRIDAY = 5, pgettext_lazy("list of days", "Friday")
    SATURDAY = 6, pgettext_lazy("list of days", "Saturday")
    SUNDAY = 0, pgettext_lazy("list of days", "Sunday")


DAY_MOST: Final = 28  # every month has it
_PLAIN: Final = re.compile(r"(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|[0-7])")


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often, and when on the brand's clocks; `cron` is the line of a schedule of its own."""

    every: Every
    at: time = time(8)
    weekday: Weekday = Weekday.MONDAY
    day: int = 1
    cron: str = ""


def read(cron: str) -> Cadence:
    """What a cron line means, when it is one that this module writes; else a schedule of its own."""
    line = " ".join(cron.split())
    if not line:
        return Cadence(Every.NEVER)
    plain = _PLAIN.fullmatch(line)
    own = Cadence(Every.OWN, cron=line)
    if plain is None or int(plain[1]) > 59 or int(plain[2]) > 23:
        return own
    at = time(int(plain[2]), int(plain[1]))
    if plain[3] == plain[4] == "*":
        return Cadence(Every.DAY, at)
    if plain[3] == "*":
        return Cadence(Every.WEEK, at, weekday=Weekday(int(plain[4]) % 7))
    if plain[4] == "*" and 1 <= int(plain[3]) <= DAY_MOST:
        return Cadence(Every.MONTH, at, day=int(plain[3]))
    return own


def write(cadence: Cadence) -> str:
    """The cron line of a cadence; empty when it runs by hand only."""
    clock = f"{cadence.at.minute} {cadence.at.hour}"
    lines = {
        Every.NEVER: "",
        Every.DAY: f"{clock} * * *",
        Every.WEEK: f"{clock} * * {int(cadence.weekday)}",
        Every.MONTH: f"{clock} {cadence.day} * *",
        Every.OWN: " ".join(cadence.cron.split()),
    }
    return lines[cadence.every]
