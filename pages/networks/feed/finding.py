"""The feed that an address names, or that the page at an address names."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import Final

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import Answer, NetworkHttp, Refusal
from pages.networks.errors import Code
from pages.networks.feed import reading
from pages.networks.feed.reading import Blog

ACCEPT: Final = {"Accept": "application/rss+xml, application/atom+xml, application/xml, text/html;q=0.8"}
HEAD: Final = 200_000  # characters of a page in which its feeds are named
MOST: Final = 3  # feeds of a page that are tried
_LINK: Final = re.compile(r"<link\b[^<>]{1,2000}>", re.I)
_PART: Final = re.compile(
    r"""\b(?P<name>rel|type|href|title)\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'>]+))""", re.I
)
_NOT_POSTS: Final = re.compile(r"comment|oembed", re.I)


def answer_at(http: NetworkHttp, url: str) -> Answer:
    """What stands at an address. Raises Never (`not_a_feed` where nothing is, `blocked`) and Later."""
    try:
        return http.call("GET", url, headers=ACCEPT)
    except Refusal as refusal:
        if refusal.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise Never(Code.NOT_A_FEED, answer=refusal.answer, step=NextStep.EDIT) from None
        raise Never(Code.BLOCKED, answer=refusal.answer, step=NextStep.CONTACT) from None


def blog_at(http: NetworkHttp, url: str) -> Blog:
    """The feed at an address. Raises Never (`not_a_feed`)."""
    found = reading.blog_of(reading.text_in(answer_at(http, url)), url)
    if found is None:
        raise Never(Code.NOT_A_FEED, step=NextStep.EDIT)
    return found


def find(http: NetworkHttp, url: str) -> tuple[str, Blog]:
    """The feed of posts at an address, or on the page there; and where it is. Raises Never."""
    text = reading.text_in(answer_at(http, url))
    found = reading.blog_of(text, url)
    if found is not None:
        return url, found
    for address in named_in(text, url)[:MOST]:
        try:
            return address, blog_at(http, address)
        except Never as refusal:
            if refusal.code != Code.NOT_A_FEED:
                raise
    raise Never(Code.NOT_A_FEED, step=NextStep.EDIT)


def named_in(text: str, url: str) -> list[str]:
    """The feeds that a page names, those of its posts alone, each once."""
    found: dict[str, None] = {}
    for link in _LINK.findall(text[:HEAD]):
        parts = {
            part["name"].lower(): unescape(part["a"] or part["b"] or part["c"] or "")
            for part in _PART.finditer(link)
        }
        kind, href = parts.get("type", "").lower(), parts.get("href", "")
        if "alternate" not in parts.get("rel", "").lower().split() or kind not in reading.FEEDS:
            continue
        address = reading.address(href, url)
        if address and not _NOT_POSTS.search(f"{href} {parts.get('title', '')}"):
            found[address] = None
    return list(found)
