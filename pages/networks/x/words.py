"""What a post of X says, and what it refers to."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, Final

from pages.networks.x.answers import maps

_IDENTIFIER: Final = re.compile(r"[0-9]{1,19}")
_SHORT: Final = re.compile(r"https?://t\.co/\w+")
_NAMED_FIRST: Final = re.compile(r"\A\s*(?:@\w+\s+)+")


def identifier(value: object) -> str:
    """An id as X gives it. Raises ValueError for anything else."""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise ValueError("this is no identifier")
    return value


def parent_of(post: Mapping[str, Any]) -> str:
    """What a post answers; empty for nothing."""
    return _referred(post, "replied_to")


def is_repost(post: Mapping[str, Any]) -> bool:
    """Whether somebody only passed a post on, with no word of their own."""
    return bool(_referred(post, "retweeted"))


def _referred(post: Mapping[str, Any], kind: str) -> str:
    for each in maps(post.get("referenced_tweets")):
        if each.get("type") == kind:
            return identifier(each.get("id"))
    return ""


def is_identifier(value: str) -> bool:
    """Whether X may have given something this id."""
    return _IDENTIFIER.fullmatch(value) is not None


def words_of(post: Mapping[str, Any]) -> str:
    """All the words of a post: addresses whole again, without the names that X puts in front of an answer
    nor the short address that it puts behind for images. Raises ValueError when it has none to read.
    """
    long = post.get("note_tweet")
    source = long if isinstance(long, Mapping) and isinstance(long.get("text"), str) else post
    text = source.get("text")
    if not isinstance(text, str):
        raise ValueError("this is no text")
    if parent_of(post):
        text = _unnamed(text, None if source is long else post.get("display_text_range"))
    return _expanded(html.unescape(text), source.get("entities")).strip()


def _unnamed(text: str, shown: object) -> str:
    """An answer without the names in front: as X says where the shown text begins, else those it holds."""
    if isinstance(shown, list) and shown and isinstance(shown[0], int) and 0 <= shown[0] <= len(text):
        return text[shown[0] :]
    return unaddressed(text)


def unaddressed(text: str) -> str:
    """The text without the names it begins with."""
    return _NAMED_FIRST.sub("", text)


def _expanded(text: str, entities: object) -> str:
    urls = maps(entities.get("urls") if isinstance(entities, Mapping) else None)
    known = {str(each.get("url")): str(each.get("expanded_url") or each.get("url")) for each in urls}
    known |= {str(each.get("url")): "" for each in urls if each.get("media_key")}
    return _SHORT.sub(lambda short: known.get(short[0], short[0]), text)
