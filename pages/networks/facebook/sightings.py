"""Whether something of ours is among what the Page said: by its words, within a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Final

from cm_suite.core.text import fingerprint
from pages.networks.facebook.mapping import Seen
from pages.networks.graph import NoMoreError
from pages.networks.types import ABSENT, CANNOT_TELL, Sighting, found

CLOCK_SKEW: Final = timedelta(minutes=2)  # the network's clock may be this far from ours
ALMOST: Final = 0.95  # from here on, two texts may be one that the network rewrote


def window(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The time in which something of ours may have gone out."""
    return since - CLOCK_SKEW, until + CLOCK_SKEW


def look(
    wanted: str, listed: Callable[[], Iterable[Seen]], since: datetime, until: datetime, link: str = ""
) -> Sighting:
    """FOUND for the same words (and card, for a post without words) nearest to `since`.

    CANNOT_TELL when it cannot all be read, or for words that are nearly the same.
    """
    opening, closing = window(since, until)
    complete = True
    within: list[Seen] = []
    try:
        within += (each for each in listed() if opening <= each.at <= closing)
    except NoMoreError:
        complete = False
    for each in sorted(within, key=lambda one: abs(one.at - since)):
        if _same(each, wanted, link):
            return found(each.published)
    unsure = not complete or any(_almost(each.text, wanted) for each in within)
    return CANNOT_TELL if unsure else ABSENT


def _same(each: Seen, wanted: str, link: str) -> bool:
    if fingerprint(each.text) != fingerprint(wanted):
        return False
    return bool(wanted) or (bool(link) and _bare(each.link) == _bare(link))


def _bare(address: str) -> str:
    """An address without what a network adds to it or takes away."""
    return address.partition("#")[0].partition("://")[2].removesuffix("/").casefold()


def _almost(text: str, wanted: str) -> bool:
    if not wanted:
        return not text.strip()
    matcher = SequenceMatcher(None, text, wanted, autojunk=False)
    return matcher.quick_ratio() >= ALMOST and matcher.ratio() >= ALMOST
