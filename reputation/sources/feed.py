"""RSS and Atom feeds, read through the fetcher."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from cm_suite.core.errors import Later, Never
from cm_suite.core.feeds import MOST_ITEMS, date_of, parsed
from cm_suite.core.fetch import Fault, Fetched, Fetcher
from reputation.sources.addresses import LONGEST, canonical
from reputation.sources.types import Answer, Listed, Status

LONGEST_TITLE: Final = 300

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
    feed = parsed(text, url)
    found: dict[str, Listed] = {}
    for entry in feed.entries[:MOST_ITEMS]:
        item = _item(entry, url)
        if item is not None:
            found.setdefault(canonical(item.url), item)
    return tuple(found.values()), bool(feed.entries or feed.get("version"))


def status_of(code: str) -> Status:
    """How a source answered that could not be read, by the code of its fault."""
    return Status.REFUSED if code in _REFUSALS else Status.FAULT


def _unanswered(error: Later | Never) -> Answer:
    status = status_of(error.code)
    if isinstance(error, Later):
        return Answer((), status, error.code, again=True, retry_at=error.retry_at)
    return Answer((), status, error.code)


def _item(entry: Any, base: str) -> Listed | None:
    """One entry; None when it leads nowhere on the web."""
    url = _link(str(entry.get("link") or ""), base)
    if not url:
        return None
    return Listed(url, _title(str(entry.get("title") or "")), date_of(entry))


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
