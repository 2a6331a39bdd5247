"""RSS and Atom text as feedparser reads it, whatever the text holds. Feedparser is given text and no address.

No Django here.
"""

from __future__ import annotations

import calendar
import io
import re
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any, Final

import feedparser  # type: ignore[import-untyped]  # it ships no types

from cm_suite.core.clock import now

MOST_ITEMS: Final = 200
LONGEST_TEXT: Final = 2_000_000
DEEPEST: Final = 1000
TOMORROW: Final = timedelta(days=1)
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)

_ENDS: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.I)
_OPENED: Final = re.compile(r"<[a-zA-Z](?:[^<>]*[^<>/])?>")
_REFERENCE: Final = re.compile(r"&#(x[0-9a-f]{1,20}|[0-9]{1,20});?", re.I)
_STUMBLES: Final = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
_ENTITY: Final = re.compile(r"<!ENTITY", re.I)


def parsed(text: str, url: str) -> Any:
    """What a text says as a feed, its first MOST_ITEMS entries and a few more at most.

    `url`: where it was read. Without entries and without a `version` it is no feed: so is what is nested
    deeper than DEEPEST, and what feedparser stumbles over.
    """
    text = _shortened(text)
    if _unclosed(text) > DEEPEST:
        return feedparser.FeedParserDict(entries=[], feed=feedparser.FeedParserDict())
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        return feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _STUMBLES:
        return feedparser.FeedParserDict(entries=[], feed=feedparser.FeedParserDict())


def date_of(entry: Any) -> datetime | None:
    """When an entry was published, else changed; None for no date, and for one that cannot be true."""
    for name in ("published_parsed", "updated_parsed"):
        found = dict.get(entry, name)  # feedparser's own would answer with one for the other
        if isinstance(found, struct_time):
            moment = _moment(found)
            if moment is not None:
                return moment
    return None


def _shortened(text: str) -> str:
    """The beginning of a feed's text, a little past the last item that counts; its entities mean nothing."""
    text = _ENTITY.sub("<!none", _REFERENCE.sub(_sound, text[:LONGEST_TEXT]))
    for count, end in enumerate(_ENDS.finditer(text), 1):
        if count > MOST_ITEMS:
            return text[: end.end()]
    return text


def _sound(reference: re.Match[str]) -> str:
    """A character reference as it stands, or a replacement character for one that names no character."""
    digits = reference[1]
    number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    sound = number < 0xD800 or 0xE000 <= number < 0x110000
    return reference[0] if sound else "\ufffd"


def _unclosed(text: str) -> int:
    """How many more tags are opened, or begun, than closed, CDATA apart: the parsers grow slow with both."""
    first, *rest = text.split("<![CDATA[")
    bare = first + "".join(each.partition("]]>")[2] for each in rest)
    return max(len(_OPENED.findall(bare)) - bare.count("</"), bare.count("<") - bare.count(">"))


def _moment(read: struct_time) -> datetime | None:
    """An aware instant of feedparser's time in UTC."""
    try:
        moment = datetime.fromtimestamp(calendar.timegm(read), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if EARLIEST <= moment <= now() + TOMORROW else None
