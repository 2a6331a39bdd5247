"""Title, author and date of a page: what it says for machines first, what it shows next."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from htmldate import find_date

from reputation.extraction.comments import clean_name
from reputation.extraction.dates import read_date
from reputation.extraction.dom import TROUBLE, Node, line_of
from reputation.extraction.selectors import Index, first
from reputation.extraction.structured import Structured, Thing, date_in, name_in, text_in, types_of

_ABOVE, _BELOW = 200, 2_500
_LONGEST_TITLE, _SHORT_TITLE = 300, 8
_VAGUE = frozenset({"webpage"})
_HEADINGS = (
    "h1.entry-title", "h2.entry-title", "h3.entry-title", "h1.post-title", "h2.post-title", "h3.post-title",
    "h1.article-title", "h1[itemprop=headline]", "h2[itemprop=headline]", "h2.topic-title", "h1.topic-title",
    "h1.page-title",
)  # fmt: skip
_BREAK = re.compile(r"\s+[|·•»–—-]\s+|\s+::\s+")
_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "dc.date", "dcterms.created",
    "dc.date.issued", "date", "pubdate", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
_NAMES = ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl")
_SIGNATURES = (
    "[itemprop=author]", ".author.vcard", ".fn.n", "[rel=author]", ".byline-name", ".author-name",
    ".article-author", ".post-author", ".entry-author", ".byline", ".article__author", ".auteur",
    ".signature", ".author", "a[href*=/author/]", "a[href*=/auteur/]", "a[href*=/auteurs/]", ".post-info",
)  # fmt: skip
_SHOWN_DATES = (
    "[itemprop=datepublished]",
    "time.published",
    "time.entry-date",
    "abbr.published",
    "time[datetime*=-]",
    ".post-info",
)


def title_of(index: Index, structured: Structured, url: str = "") -> str:
    """Return the title of the page's main thing, without the name of the site; "" if it has none."""
    meta, main, heading = structured.meta, structured.main(), _heading(index)
    telling = (
        "" if _VAGUE.intersection(types_of(main)) else text_in(main.get("headline") or main.get("name") or "")
    )
    shown = next((line_of(node) for node in index.find(("title",))), "")
    for title in (telling, meta.get("og:title", ""), heading, meta.get("twitter:title", ""), shown):
        line = _without_site(" ".join(title.split()), meta.get("og:site_name", ""), heading)
        if line:
            return _without_host(line, url or meta.get("og:url", ""))[:_LONGEST_TITLE]
    return ""


def _without_host(title: str, url: str) -> str:
    """Leave out the last part of a title when it is the name of the host."""
    parts = list(_BREAK.finditer(title))
    host = letters(urlsplit(url).hostname or "") if url.startswith("http") else ""
    if parts and host:
        tail = letters(title[parts[-1].end() :])
        if tail and (tail in host or host.startswith(tail) or letters(host.rsplit(".", 1)[0]) in tail):
            return title[: parts[-1].start()]
    return title


def letters(text: str) -> str:
    """Return the letters and digits of a text, lower case, without "www"."""
    return "".join(char for char in text.casefold().removeprefix("www.") if char.isalnum())


def _heading(index: Index) -> str:
    """Return the heading that is marked as the page's title, or its only first-level heading."""
    marked = index.find(_HEADINGS)
    headings = marked or index.find(("h1",))
    return line_of(headings[0]) if len(headings) == 1 else ""


def _without_site(title: str, site: str, heading: str) -> str:
    if (
        len(heading) >= _SHORT_TITLE
        and heading != title
        and (title.startswith(heading) or title.endswith(heading))
    ):
        return heading
    parts = _BREAK.split(title)
    if site and len(parts) > 1:
        for place in (-1, 0):
            if parts[place].casefold() == site.casefold():
                cut = title[: -len(parts[-1])] if place else title[len(parts[0]) :]
                return cut.strip(" |·•»–—-:")
    return title


def author_of(index: Index, structured: Structured) -> str:
    """Return who signed the page, "" if nobody did."""
    main = structured.main()
    name = name_in(main.get("author") or main.get("creator") or "")
    if name:
        return name
    for key in _NAMES:
        value = structured.meta.get(key, "")
        if value and "/" not in value and len(value) <= 100:
            return " ".join(value.split())
    node = first(index.kept, _SIGNATURES)
    return clean_name(node.get("content") or line_of(node)) if node is not None else ""


def published_of(
    root: Node, index: Index, structured: Structured, url: str, title: str = ""
) -> datetime | None:
    """Return when the page appeared: aware, midnight UTC where only the day is known."""
    moment = _told(structured)
    if moment is None:
        shown = first(index.kept, _SHOWN_DATES)
        if shown is not None:
            moment = read_date(
                shown.get("datetime") or shown.get("content") or shown.get("title") or line_of(shown)
            )
    if moment is not None and _plausible(moment):
        return moment
    return _by_search(root, url) or _date_by_title(root, title)


def _date_by_title(root: Node, title: str) -> datetime | None:
    """Return the first full date a reader meets from just above the title on."""
    text = line_of(root)
    place = text.find(title) if title else -1
    begin = max(0, place - _ABOVE)
    moment = read_date(text[begin : begin + _ABOVE + _BELOW], most=_ABOVE + _BELOW)
    return moment if moment is not None and _plausible(moment) else None


def _told(structured: Structured) -> datetime | None:
    main: Thing = structured.main()
    moment = date_in(main, "datePublished", "dateCreated", "uploadDate")
    for key in _DATES:
        if moment is not None:
            break
        moment = read_date(structured.meta.get(key))
    return moment


def _plausible(moment: datetime) -> bool:
    return moment.year >= 1995 and moment.astimezone(UTC) <= datetime.now(UTC) + timedelta(days=2)


def _by_search(root: Node, url: str) -> datetime | None:
    """Ask htmldate, which is handed the tree and never an address to fetch."""
    try:
        return read_date(find_date(root, original_date=True, extensive_search=False, url=url or None))
    except TROUBLE:
        return None
