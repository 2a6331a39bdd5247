"""Dates as pages write them: ISO, French, English, German, numbers, seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    "jan": 1, "fev": 2, "fév": 2, "feb": 2, "mar": 3, "mär": 3, "avr": 4, "apr": 4, "mai": 5, "may": 5,
    "juin": 6, "jun": 6, "juil": 7, "jul": 7, "aou": 8, "aoû": 8, "aug": 8, "sep": 9, "oct": 10, "okt": 10,
    "nov": 11, "dec": 12, "déc": 12, "dez": 12,
}  # fmt: skip
_NAMES = (
    r"(?P<month>jan|f[eé]v|feb|m[aä]r|a[vp]r|mai|may|juin|jun|juil|jul|ao[uû]|aug|sep|o[ck]t|nov|d[eé][cz])"
)
_REST = r"[a-zéûä]*\.?"
_TIME = (
    r"(?:\D{1,12}?(?P<hour>[01]?\d|2[0-3])\s?(?:[:h.]|heures?)\s?(?P<minute>[0-5]\d)"
    r"(?:[:.](?P<second>[0-5]\d))?(?:\s?(?P<half>[ap])\.?m\b)?)?"
)
_ISO = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<number>[01]\d)-(?P<day>[0-3]\d)"
    r"(?:[T ]\s?(?P<hour>[0-2]\d):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"\s?(?P<zone>Z|UTC|GMT|[+-][01]\d:?[0-5]\d)?)?(?!\d)"
)
_FORMS = (
    re.compile(
        rf"(?<!\d)(?P<day>[0-3]?\d)(?:er|st|nd|rd|th)?\.?[\s-]{{1,2}}{_NAMES}{_REST},?[\s-]{{1,2}}"
        rf"(?P<year>(?:19|20)\d\d)(?!\d){_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_NAMES}{_REST}\s(?P<day>[0-3]?\d)(?:st|nd|rd|th)?,?\s(?P<year>(?:19|20)\d\d)(?!\d){_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<!\d)(?P<day>[0-3]?\d)(?:[/-]|\.\s?)(?P<number>[0-3]?\d)(?:[/-]|\.\s?)(?P<year>(?:19|20)\d\d|\d\d)(?!\d){_TIME}"
    ),
)
_EPOCH = re.compile(r"\s*1\d{9}(?:\d{3})?\s*\Z")
_LONGEST = 300


def read_date(text: str | None, *, most: int = _LONGEST) -> datetime | None:
    """Return the first date a short text holds, aware; UTC and midnight where it names no zone or hour."""
    if not text:
        return None
    text = " ".join(text[:most].split())
    if _EPOCH.match(text):
        return _since_1970(text.strip())
    found = _ISO.search(text)
    if found:
        return _moment(found, int(found["number"]), _zone(found["zone"]))
    for form in _FORMS:
        found = form.search(text)
        if found:
            return _moment(found, _month(found), UTC)
    return None


def _since_1970(digits: str) -> datetime:
    return datetime.fromtimestamp(int(digits[:10]), UTC)


def _month(found: re.Match[str]) -> int:
    named = found.groupdict()
    if named.get("number"):
        return int(named["number"])
    return _MONTHS[named["month"].lower()]


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if text[0] == "-" else shift) if shift else UTC


def _moment(found: re.Match[str], month: int, zone: timezone) -> datetime | None:
    named = found.groupdict()
    year, hour = int(named["year"]), int(named["hour"] or 0)
    if year < 100:
        year += 2000 if year < 70 else 1900
    day, half = int(named["day"]), (named.get("half") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if month > 12 >= day:
        day, month = month, day
    try:
        return datetime(
            year, month, day, hour, int(named["minute"] or 0), int(named["second"] or 0), tzinfo=zone
        )
    except ValueError:
        return None
