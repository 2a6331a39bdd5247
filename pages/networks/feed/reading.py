"""A blog's feeds as our types: its posts, and what people write under them.

A post names the feed of its comments by `wfw:commentRss` or a link of the relation `replies` (RFC 4685), and
how many there are by `slash:comments` or `thr:total`; an Atom comment names what it answers by
`thr:in-reply-to`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urldefrag, urljoin

from cm_suite.core import feeds
from cm_suite.core.charset import decode
from cm_suite.core.fetch_body import media_type
from cm_suite.core.http import Answer, storable
from pages.networks.types import Commenter, IncomingComment, ThreadPost
from pages.networks.words import text_of

MOST_BYTES: Final = 1_000_000  # of a feed that are looked at
LONGEST_ID: Final = 300
LONGEST_ADDRESS: Final = 500
FEEDS: Final = ("application/rss+xml", "application/atom+xml")


@dataclass(frozen=True, slots=True)
class Post:
    """A post that the blog's feed names. `names`: all that its comments may call it."""

    thread: ThreadPost
    names: frozenset[str]
    comments: str = ""  # the address of its comments' feed
    total: int | None = None  # how many comments it has, when the feed says


@dataclass(frozen=True, slots=True)
class Blog:
    """What a feed says of its blog."""

    title: str
    link: str
    wordpress: bool
    entries: tuple[Mapping[str, Any], ...]

    def posts(self) -> tuple[Post, ...]:
        """Its posts, as the feed has them: newest first."""
        return tuple(filter(None, (_post(each, self.link) for each in self.entries)))

    def comments(self, posts: tuple[Post, ...]) -> list[IncomingComment]:
        """Its entries read as comments, as the feed has them."""
        return list(filter(None, (_comment(each, posts, self.link) for each in self.entries)))


def text_in(answer: Answer) -> str:
    """The text of an answer, in whatever letters it came."""
    return decode(answer.body[:MOST_BYTES], media_type(answer.headers.get("Content-Type", ""))[1])[0]


def blog_of(text: str, url: str) -> Blog | None:
    """What a text says as a feed, read at `url`; None when it is none."""
    read = feeds.parsed(text, url)
    if not read.entries and not read.get("version"):
        return None
    head = read.get("feed") or {}
    made_by = f"{head.get('generator')} {(head.get('generator_detail') or {}).get('href')}"
    return Blog(
        title=line(head.get("title")),
        link=address(head.get("link"), url) or url,
        wordpress="wordpress.org" in made_by,
        entries=tuple(read.entries[: feeds.MOST_ITEMS]),
    )


def address(value: object, base: str) -> str:
    """An absolute address of the web; empty for anything else."""
    with suppress(ValueError):
        found = storable(urljoin(base, value.strip())) if isinstance(value, str) and value.strip() else ""
        if (
            found.startswith(("https://", "http://"))
            and found.isprintable()
            and len(found) <= LONGEST_ADDRESS
        ):
            return found
    return ""


def page_of(url: str) -> str:
    """An address without its fragment; empty for what cannot be one."""
    with suppress(ValueError):
        return urldefrag(url).url
    return ""


def line(value: object) -> str:
    """Words on one line, without markup; empty when unsaid."""
    words = " ".join(text_of(value).split()) if isinstance(value, str) else ""
    return "".join(char for char in words if char.isprintable())[:200]


def _post(entry: Mapping[str, Any], base: str) -> Post | None:
    url = page_of(address(entry.get("link"), base))
    if not url or len(url) > LONGEST_ID:
        return None
    total = _number(entry.get("slash_comments"))
    return Post(
        ThreadPost(url, url, line(entry.get("title")), feeds.date_of(entry)),
        frozenset({url, str(entry.get("id") or url)}),
        _comments_feed(entry, base),
        _number(entry.get("thr_total")) if total is None else total,
    )


def _comments_feed(entry: Mapping[str, Any], base: str) -> str:
    for each in _maps(entry.get("links")):
        if each.get("rel") == "replies" and each.get("type") in FEEDS:
            return address(each.get("href"), base)
    return address(entry.get("wfw_commentrss"), base)


def _comment(entry: Mapping[str, Any], posts: tuple[Post, ...], base: str) -> IncomingComment | None:
    url = address(entry.get("link"), base)
    name = storable(str(entry.get("id") or url)).strip()
    if not name:
        return None
    above = _above(entry)
    author = entry.get("author_detail")
    author = author if isinstance(author, Mapping) else {}
    return IncomingComment(
        remote_id=_named(name),
        text=text_of(_words(entry)),
        author=Commenter(
            name=line(author.get("name")) or line(entry.get("author")), url=address(author.get("href"), base)
        ),
        post=_under(posts, url, name, above),
        parent_id="" if not above or any(above in each.names for each in posts) else _named(above),
        url=url,
        at=feeds.date_of(entry),
        edited_at=_edited(entry),
    )


def _under(posts: tuple[Post, ...], url: str, name: str, above: str) -> ThreadPost | None:
    """The post that a comment stands under: one of the feed's, else the page that it is on."""
    called = {page_of(url), page_of(name) if "#" in name else "", above}
    for each in posts:
        if called & each.names:
            return each.thread
    page = page_of(url)
    return ThreadPost(page, page) if 0 < len(page) <= LONGEST_ID else None


def _above(entry: Mapping[str, Any]) -> str:
    answered = entry.get("thr_in-reply-to")
    found = answered.get("ref") if isinstance(answered, Mapping) else None
    return storable(found).strip() if isinstance(found, str) else ""


def _edited(entry: Mapping[str, Any]) -> datetime | None:
    """When it was changed, where a feed has both instants."""
    read = dict(entry)  # feedparser's own would answer with one for the other
    first, last = (feeds.date_of({name: read.get(name)}) for name in ("published_parsed", "updated_parsed"))
    return last if first and last and last > first else None


def _words(entry: Mapping[str, Any]) -> str:
    """The whole of what was written, else its summary."""
    for each in _maps(entry.get("content")):
        if isinstance(each.get("value"), str):
            return str(each["value"])
    summary = entry.get("summary")
    return summary if isinstance(summary, str) else ""


def _named(name: str) -> str:
    """What an entry is called here: its own name, or what stands for a very long one."""
    return name if len(name) <= LONGEST_ID and name.isprintable() else sha256(name.encode()).hexdigest()


def _number(value: object) -> int | None:
    found = value.strip() if isinstance(value, str) else ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 8 else None


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
