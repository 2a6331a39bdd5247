"""RSS and Atom feeds, read through the fetcher; feedparser is given text and never an address."""

from __future__ import annotations

import calendar
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from time import struct_time
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]  # it ships no types

from cm_suite.core.clock import now
from cm_suite.core.errors import Later, Never
from cm_suite.core.fetch import Fault, Fetched, Fetcher
from reputation.sources.addresses import LONGEST, canonical
from reputation.sources.types import Answer, Listed, Status

MOST_ITEMS: Final = 200
LONGEST_TITLE: Final = 300
LONGEST_TEXT: Final = 2_000_000
DEEPEST: Final = 1000
TOMORROW: Final = timedelta(days=1)
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)

_ENDS: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.I)
_OPENED: Final = re.compile(r"<[a-zA-Z](?:[^<>]*[^<>/])?>")
_REFERENCE: Final = re.compile(r"&#(x[0-9a-f]{1,20}|[0-9]{1,20});?", re.I)
_STUMBLES: Final = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
_ENTITY: Final = re.compile(r"<!ENTITY", re.I)
_MARKUP: Final = re.compile(r"<[^<>]{0,200}>")
_REFUSALS: Final = frozenset(
    {Fault.ROBOTS_FORBIDDEN, Fault.FORBIDDEN, Fault.RATE_LIMITED, Fault.PRIVATE_ADDRESS}
)


def read_feed(fetcher: Fetcher, url: str, etag: str = "", modified: str = "") -> Answer:
    """Ask a feed what it names. Whatever happens is in the answer: nothing is raised.

    `etag` and `modified`: of the answer before, so that a feed that did not change says only that.
    """
    try:
        page = fetcher.get(url, etag=etag, modified=modified)
    except (Later, Never) as error:
        return _unanswered(error)
    if page.unchanged:
        return Answer((), Status.ANSWERED, "unchanged", page.etag, page.modified)
    return answer_of(page)


def answer_of(page: Fetched) -> Answer:
    """What a page that was read says as a feed."""
    items, known = listed(page.text, page.final_url)
    if items:
        return Answer(items, Status.ANSWERED, "", page.etag, page.modified)
    if known:
        return Answer((), Status.SILENT, "empty_feed", page.etag, page.modified)
    return Answer((), Status.FAULT, "not_feed")


def listed(text: str, url: str) -> tuple[tuple[Listed, ...], bool]:
    """The addresses that a feed's text names, each once, at most MOST_ITEMS; whether it is a feed at all.

    `url`: where it was read, for links that are relative.
    """
    text = _shortened(text)
    if _unclosed(text) > DEEPEST:
        return (), False
    feed = _parsed(text, url)
    found: dict[str, Listed] = {}
    for entry in feed.entries[:MOST_ITEMS]:
        item = _item(entry, url)
        if item is not None:
            found.setdefault(canonical(item.url), item)
    return tuple(found.values()), bool(feed.entries or feed.get("version"))


def _parsed(text: str, url: str) -> Any:
    """Feedparser's reading of a text; an empty one where it stumbles, which it does over odd contents."""
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        return feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _STUMBLES:
        return feedparser.FeedParserDict(entries=[])


def status_of(code: str) -> Status:
    """How a source answered that could not be read, by the code of its fault."""
    return Status.REFUSED if code in _REFUSALS else Status.FAULT


def _unanswered(error: Later | Never) -> Answer:
    status = status_of(error.code)
    if isinstance(error, Later):
        return Answer((), status, error.code, again=True, retry_at=error.retry_at)
    return Answer((), status, error.code)


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
    """How many more tags are opened than closed, CDATA apart: the parsers grow slow with the depth."""
    first, *rest = text.split("<![CDATA[")
    bare = first + "".join(each.partition("]]>")[2] for each in rest)
    return len(_OPENED.findall(bare)) - bare.count("</")


def _item(entry: Any, base: str) -> Listed | None:
    """One entry; None when it leads nowhere on the web."""
    url = _link(str(entry.get("link") or ""), base)
    if not url:
        return None
    return Listed(url, _title(str(entry.get("title") or "")), _date(entry))


def _link(link: str, base: str) -> str:
    """An entry's address, absolute and without fragment; empty when it is none of the web."""
    try:
        url = urldefrag(urljoin(base, link.strip())).url if link.strip() else ""
        parts = urlsplit(url)
    except ValueError:
        return ""
    on_the_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return url if on_the_web and len(url) <= LONGEST else ""


def _title(title: str) -> str:
    """A title in one line, without markup."""
    words = " ".join(unescape(_MARKUP.sub(" ", title)).split())
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"


def _date(entry: Any) -> datetime | None:
    """When an entry was published, else changed; None for no date, and for one that cannot be true."""
    for name in ("published_parsed", "updated_parsed"):
        found = dict.get(entry, name)  # feedparser's own would answer with one for the other
        if isinstance(found, struct_time):
            moment = _moment(found)
            if moment is not None:
                return moment
    return None


def _moment(parsed: struct_time) -> datetime | None:
    """An aware instant of feedparser's time in UTC."""
    try:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if EARLIEST <= moment <= now() + TOMORROW else None
