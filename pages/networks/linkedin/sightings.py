"""Whether something of ours is among what the page published: a post, or a reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Final

from cm_suite.core.text import fingerprint
from pages.networks.linkedin.mapping import Seen
from pages.networks.linkedin.outgoing import text_of
from pages.networks.linkedin.wire import UNREADABLE, TooManyError
from pages.networks.types import ABSENT, CANNOT_TELL, Outgoing, Sighting, found

CLOCK_SKEW: Final = timedelta(minutes=2)  # LinkedIn's clock may be this far from ours
ALMOST: Final = 0.9  # from here on, two texts may be one that LinkedIn rewrote


def look(
    posts: Iterable[Seen], judge: Callable[[Sequence[Seen]], Sighting], since: datetime, until: datetime
) -> Sighting:
    """Ask `judge` about what was published in a time, newest first; CANNOT_TELL when not all can be read."""
    within: list[Seen] = []
    complete = True
    try:
        for each in posts:
            if each.at < since - CLOCK_SKEW:
                break
            if each.at <= until + CLOCK_SKEW:
                within.append(each)
    except UNREADABLE:
        return CANNOT_TELL
    except TooManyError:
        complete = False
    within.sort(key=lambda each: abs(each.at - since))
    sighting = judge(within)
    return CANNOT_TELL if sighting == ABSENT and not complete else sighting


def of_post(post: Outgoing, seen: Sequence[Seen]) -> Sighting:
    """Whether one of them is the post: the same words, and a card that leads to the same address."""
    near = [each for each in seen if not (each.link and post.link and each.link != post.link)]
    return of_text(text_of(post), near)


def of_text(wanted: str, seen: Sequence[Seen]) -> Sighting:
    """Whether one of them says just this; CANNOT_TELL when one nearly does."""
    mark = fingerprint(wanted)
    for each in seen:
        if fingerprint(each.text) == mark:
            return found(each.published)
    return CANNOT_TELL if any(_almost(wanted, each.text) for each in seen) else ABSENT


def _almost(wanted: str, text: str) -> bool:
    matcher = SequenceMatcher(None, _letters(wanted), _letters(text), autojunk=False)
    return matcher.quick_ratio() >= ALMOST and matcher.ratio() >= ALMOST


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
