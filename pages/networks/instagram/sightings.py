"""Whether something of ours is among what the account said: by its words, within a time.

A caption comes back without its @ unless whoever asks administers the application:
https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from cm_suite.core.text import fingerprint
from pages.networks.graph import NoMoreError
from pages.networks.graph_answers import UNREADABLE, identifier, instant, text_of, web_address
from pages.networks.types import ABSENT, CANNOT_TELL, Published, Sighting, found

CLOCK_SKEW: Final = timedelta(minutes=2)  # the network's clock may be this far from ours
ALMOST: Final = 0.95  # from here on, two texts may be one that the network rewrote


@dataclass(frozen=True, slots=True)
class Seen:
    """Something of the account's own: a post, an answer or a message."""

    published: Published
    at: datetime
    text: str


def window(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The time in which something of ours may have gone out."""
    return since - CLOCK_SKEW, until + CLOCK_SKEW


def look(wanted: str, listed: Callable[[], Iterable[Seen]], since: datetime, until: datetime) -> Sighting:
    """FOUND for the same words nearest to `since`.

    CANNOT_TELL when it cannot all be read, for words that are nearly the same, and between posts without any.
    """
    opening, closing = window(since, until)
    complete = True
    within: list[Seen] = []
    try:
        within += (each for each in listed() if opening <= each.at <= closing)
    except NoMoreError:
        complete = False
    for each in sorted(within, key=lambda one: abs(one.at - since)):
        if _bare(wanted) and fingerprint(_bare(each.text)) == fingerprint(_bare(wanted)):
            return found(each.published)
    unsure = not complete or any(_almost(_bare(each.text), _bare(wanted)) for each in within)
    return CANNOT_TELL if unsure else ABSENT


def _bare(text: str) -> str:
    return text.replace("@", "").strip()


def _almost(text: str, wanted: str) -> bool:
    if not wanted:
        return not text
    matcher = SequenceMatcher(None, text, wanted, autojunk=False)
    return matcher.quick_ratio() >= ALMOST and matcher.ratio() >= ALMOST


def of_media(answer: Mapping[str, Any]) -> Seen:
    """A post of ours. Raises KeyError, TypeError or ValueError for anything else."""
    return _seen(answer, "timestamp", "caption")


def of_comment(answer: Mapping[str, Any]) -> Seen:
    """An answer of ours to a comment; it has no address of its own."""
    return _seen(answer, "timestamp", "text")


def of_message(answer: Mapping[str, Any]) -> Seen:
    """A private message of ours."""
    return _seen(answer, "created_time", "message")


def _seen(answer: Mapping[str, Any], when: str, words: str) -> Seen:
    at = instant(answer[when])
    shown = Published(identifier(answer["id"]), web_address(answer.get("permalink")), at)
    return Seen(shown, at, text_of(answer.get(words)))


def readable(
    answers: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], Seen]
) -> Iterator[Seen]:
    """Those of ours that can be read."""
    for each in answers:
        try:
            yield read(each)
        except UNREADABLE:
            continue
