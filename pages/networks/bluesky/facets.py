"""Links, mentions and hashtags of a text, with the places they stand at in bytes of UTF-8.

The rules are those of the network's own client library (`detectFacets` of `@atproto/api`), but for addresses
without `https://` and for cashtags, which stay plain words here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pages.networks.bluesky.length import graphemes

LONGEST_TAG: Final = 64  # characters as a reader sees them
LONGEST_TAG_BYTES: Final = 640
MOST_MENTIONS: Final = 20  # handles that are looked up for one text

_FACET: Final = "app.bsky.richtext.facet"
_LINK: Final = re.compile(r"(?:^|(?<=[\s(]))https?://[^\s]+", re.IGNORECASE)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MENTION: Final = re.compile(
    rf"(?:^|(?<=[\s(]))@((?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)(?![\w-])", re.IGNORECASE
)
_THIN: Final = "\u00ad\u2060\u200a\u200b\u200c\u200d\u20e2"
_TAG: Final = re.compile(rf"(?:^|(?<=\s))[#＃](?!\ufe0f)([^\s{_THIN}]+)")


@dataclass(frozen=True, slots=True)
class Spot:
    """Something in a text, from one character to another. `kind`: link, mention or tag."""

    start: int
    end: int
    kind: str
    value: str


def spots(text: str) -> list[Spot]:
    """What the text holds, in its order, nothing inside something else."""
    found = sorted([*_links(text), *_mentions(text), *_tags(text)], key=lambda each: each.start)
    kept: list[Spot] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def facets(
    text: str, resolve: Callable[[str], str], written: tuple[str, str] = ("", "")
) -> list[dict[str, Any]]:
    """The facets of a text. `resolve` gives the account of a handle, empty for nobody's: it stays a word.

    `written`: a shortened address at the end of the text, and the one it stands for.
    """
    shown, link = written
    body = text.removesuffix(shown)
    made = [_facet(text, each, resolve) for each in spots(body)]
    if shown:
        made.append(_made(text, Spot(len(body), len(text), "link", link), {"uri": link}))
    return [each for each in made if each]


def _facet(text: str, spot: Spot, resolve: Callable[[str], str]) -> dict[str, Any]:
    if spot.kind == "link":
        return _made(text, spot, {"uri": spot.value})
    if spot.kind == "tag":
        return _made(text, spot, {"tag": spot.value})
    did = resolve(spot.value)
    return _made(text, spot, {"did": did}) if did else {}


def _made(text: str, spot: Spot, feature: dict[str, str]) -> dict[str, Any]:
    start = len(text[: spot.start].encode())
    end = start + len(text[spot.start : spot.end].encode())
    return {
        "$type": _FACET,
        "index": {"byteStart": start, "byteEnd": end},
        "features": [{"$type": f"{_FACET}#{spot.kind}"} | feature],
    }


def _links(text: str) -> Iterator[Spot]:
    for found in _LINK.finditer(text):
        url = found[0]
        if url[-1] in ".,;:!?":
            url = url[:-1]
        if url.endswith(")") and "(" not in url:
            url = url[:-1]
        if url.partition("://")[2]:
            yield Spot(found.start(), found.start() + len(url), "link", url)


def _mentions(text: str) -> Iterator[Spot]:
    for number, found in enumerate(_MENTION.finditer(text)):
        if number == MOST_MENTIONS:
            return
        yield Spot(found.start(), found.end(), "mention", found[1].lower())


def _tags(text: str) -> Iterator[Spot]:
    for found in _TAG.finditer(text):
        tag = _unclosed(found[1])
        if tag and graphemes(tag) <= LONGEST_TAG and len(tag.encode()) <= LONGEST_TAG_BYTES:
            yield Spot(found.start(), found.start() + 1 + len(tag), "tag", tag)


def _unclosed(word: str) -> str:
    """The word without the punctuation it ends with; empty when it is all digits and punctuation."""
    while word and _is_punctuation(word[-1]):
        word = word[:-1]
    return word if any(not _is_punctuation(char) and char not in "0123456789" for char in word) else ""


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")
