"""Whether something of ours is among what an account of Meta's said: by its words, within a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from cm_suite.core.text import fingerprint
from pages.networks.answers import UNREADABLE, identifier, text_of, web_address
from pages.networks.graph import NoMoreError
from pages.networks.graph_answers import instant
from pages.networks.types import ABSENT, CANNOT_TELL, Published, Sighting, found

CLOCK_SKEW: Final = timedelta(minutes=2)  # the network's clock may be this far from ours
ALMOST: Final = 0.95  # from here on, two texts may be one that the network rewrote


@dataclass(frozen=True, slots=True)
class Seen:
    """Something of the account's own: a post, an answer or a message; `link` is its card's address."""

    published: Published
    at: datetime
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Under what names the network tells when something was said, its words and where it is shown."""

    at: str = "created_time"
    text: str = "message"
    address: str = "permalink_url"


PLAIN: Final = Names()


def window(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The time in which something of ours may have gone out."""
    return since - CLOCK_SKEW, until + CLOCK_SKEW


def look(
    wanted: str,
    listed: Callable[[], Iterable[Seen]],
    since: datetime,
    until: datetime,
    *,
    link: str = "",
    bare: Callable[[str], str] = str.strip,
) -> Sighting:
    """FOUND for the same words (or the same `link` of a card, without any) nearest to `since`.

    CANNOT_TELL when it cannot all be read, for words that are nearly the same, and between others without
    any. `bare`: a text without what the network may leave out.
    """
    opening, closing = window(since, until)
    complete = True
    within: list[Seen] = []
    try:
        within += (each for each in listed() if opening <= each.at <= closing)
    except NoMoreError:
        complete = False
    wanted = bare(wanted)
    for each in sorted(within, key=lambda one: abs(one.at - since)):
        if _same(each, bare(each.text), wanted, link):
            return found(each.published)
    unsure = not complete or any(_almost(bare(each.text), wanted) for each in within)
    return CANNOT_TELL if unsure else ABSENT


def _same(each: Seen, text: str, wanted: str, link: str) -> bool:
    if fingerprint(text) != fingerprint(wanted):
        return False
    return bool(wanted) or (bool(link) and _place(each.link) == _place(link))


def _place(address: str) -> str:
    """An address without what a network adds to it or takes away."""
    return address.partition("#")[0].partition("://")[2].removesuffix("/").casefold()


def _almost(text: str, wanted: str) -> bool:
    if not wanted:
        return not text
    matcher = SequenceMatcher(None, text, wanted, autojunk=False)
    return matcher.quick_ratio() >= ALMOST and matcher.ratio() >= ALMOST


def seen(answer: Mapping[str, Any], names: Names = PLAIN, link: str = "") -> Seen:
    """Something of ours in a list. Raises KeyError, TypeError or ValueError for anything else."""
    at = instant(answer[names.at])
    shown = Published(identifier(answer["id"]), web_address(answer.get(names.address)), at)
    return Seen(shown, at, text_of(answer.get(names.text)), link)


def readable(
    answers: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], Seen] = seen
) -> Iterator[Seen]:
    """Those of ours that can be read."""
    for each in answers:
        try:
            yield read(each)
        except UNREADABLE:
            continue
