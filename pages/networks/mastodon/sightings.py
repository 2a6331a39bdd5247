"""Whether something of ours is among the account's statuses: a post, or a reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Final

from cm_suite.core.text import fingerprint
from pages.networks.mastodon.length import plain_mentions
from pages.networks.mastodon.mapping import Seen
from pages.networks.mastodon.wire import UNREADABLE, TooManyError
from pages.networks.types import ABSENT, CANNOT_TELL, Outgoing, Reply, Sighting, found
from pages.networks.words import compose

CLOCK_SKEW: Final = timedelta(minutes=2)  # a server's clock may be this far from ours
ALMOST: Final = 0.9  # from here on, two texts may be one that the server rewrote
_ADDRESSED: Final = re.compile(r"\A\s*(?:@\S+\s+)+")


def look(
    statuses: Iterable[Seen], judge: Callable[[Sequence[Seen]], Sighting], since: datetime, until: datetime
) -> Sighting:
    """Ask `judge` about the statuses of a time; CANNOT_TELL when they cannot all be read."""
    within: list[Seen] = []
    try:
        complete = _collected(statuses, since - CLOCK_SKEW, until + CLOCK_SKEW, within)
    except UNREADABLE:
        return CANNOT_TELL
    sighting = judge(within)
    return CANNOT_TELL if sighting == ABSENT and not complete else sighting


def _collected(statuses: Iterable[Seen], opening: datetime, closing: datetime, within: list[Seen]) -> bool:
    """Keep the statuses between two instants. False when there were too many to reach the first."""
    try:
        for status in statuses:
            if status.at < opening:
                return True
            if status.at <= closing:
                within.append(status)
    except TooManyError:
        return False
    return True


def of_post(post: Outgoing, statuses: Iterable[Seen], since: datetime) -> Sighting:
    """Whether one of the statuses is the post; CANNOT_TELL when one nearly is.

    Of several, the one that went up closest to `since`.
    """
    wanted = plain_mentions(compose(post.text, post.link))
    near = _nearest(statuses, since)
    if not wanted:
        return _wordless(post, near)
    return _same(wanted, near, _as_shown) or _doubt(wanted, near, _as_shown)


def _wordless(post: Outgoing, statuses: Iterable[Seen]) -> Sighting:
    """A post of images alone is known by their alternative texts; without any, nobody can tell."""
    alts = tuple(image.alt for image in post.images)
    silent = [each for each in statuses if not each.text and each.alts]
    same = [each for each in silent if each.alts == alts]
    if same and any(alts):
        return found(same[0].published)
    return CANNOT_TELL if silent else ABSENT


def of_reply(reply: Reply, statuses: Iterable[Seen], since: datetime) -> Sighting:
    """Whether one of the statuses is the reply: the same words, under the same comment.

    The mention of the comment's author in front counts for nothing. CANNOT_TELL for words that are nearly
    the same there, or that stand under nothing: when a comment goes, what answered it is cut loose.
    """
    wanted = _unaddressed(plain_mentions(reply.text))
    near = _nearest(statuses, since)
    under = [each for each in near if each.parent_id == reply.to]
    loose = [each for each in near if not each.parent_id]
    return _same(wanted, under, _unaddressed) or _doubt(wanted, under + loose, _unaddressed)


def _nearest(statuses: Iterable[Seen], since: datetime) -> list[Seen]:
    return sorted(statuses, key=lambda each: abs(each.at - since))


def _same(wanted: str, statuses: Iterable[Seen], words: Callable[[str], str]) -> Sighting | None:
    mark = fingerprint(wanted)
    for each in statuses:
        if fingerprint(words(plain_mentions(each.text))) == mark:
            return found(each.published)
    return None


def _doubt(wanted: str, statuses: Iterable[Seen], words: Callable[[str], str]) -> Sighting:
    return CANNOT_TELL if any(_almost(wanted, words(each.text)) for each in statuses) else ABSENT


def _as_shown(text: str) -> str:
    return text


def _unaddressed(text: str) -> str:
    """The text without the mentions it begins with."""
    return _ADDRESSED.sub("", text).strip()


def _almost(wanted: str, text: str) -> bool:
    """Whether a server that rewrites what it is given could have made `text` of `wanted`."""
    matcher = SequenceMatcher(None, _letters(wanted), _letters(text), autojunk=False)
    return matcher.quick_ratio() >= ALMOST and matcher.ratio() >= ALMOST


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
