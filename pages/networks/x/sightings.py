"""Whether something of ours is among what the account published: a post, or an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.text import fingerprint
from pages.networks.types import ABSENT, CANNOT_TELL, Outgoing, Reply, Sighting, found
from pages.networks.words import compose
from pages.networks.x import mapping, words
from pages.networks.x.answers import UNREADABLE
from pages.networks.x.length import plain_addresses
from pages.networks.x.mapping import Seen
from pages.networks.x.wire import Wire

CLOCK_SKEW: Final = timedelta(minutes=2)  # X's clock may be this far from ours
PAGE_SIZE: Final = 10
MOST_PAGES: Final = 10
FIELDS: Final = "created_at,display_text_range,entities,note_tweet,referenced_tweets"


class TooManyError(Exception):
    """The account published more in that time than we are ready to read."""


def of_post(wire: Wire, post: Outgoing, since: datetime, until: datetime) -> Sighting:
    """Whether one of the posts of that time is this one; of several, the one closest to `since`."""
    return _look(wire, compose(post.text, post.link), "", since, until)


def of_reply(wire: Wire, reply: Reply, since: datetime, until: datetime) -> Sighting:
    """Whether one of the answers of that time has these words and stands under the same comment."""
    return _look(wire, reply.text, reply.to, since, until)


def _look(wire: Wire, text: str, parent_id: str, since: datetime, until: datetime) -> Sighting:
    try:
        there = list(_between(wire, since - CLOCK_SKEW, until + CLOCK_SKEW))
    except (*UNREADABLE, TooManyError):
        return CANNOT_TELL
    wanted = mark_of(words.unaddressed(text) if parent_id else text)
    same = [each for each in there if each.parent_id == parent_id and mark_of(each.text) == wanted]
    nearest = min(same, key=lambda each: abs(each.at - since), default=None)
    return ABSENT if nearest is None else found(nearest.published)


def mark_of(text: str) -> str:
    """The fingerprint of a text, whatever X made of its addresses."""
    return fingerprint(plain_addresses(text))


def _between(wire: Wire, opening: datetime, closing: datetime) -> Iterator[Seen]:
    """What the account published between two instants, reposts left out."""
    params: dict[str, Any] = {
        "start_time": stamp(opening),
        "exclude": "retweets",
        "max_results": PAGE_SIZE,
        "tweet.fields": FIELDS,
    }
    if closing < clock.now() - CLOCK_SKEW:  # an end that is not past is refused
        params["end_time"] = stamp(closing + timedelta(seconds=1))
    for _page in range(MOST_PAGES):
        batch = wire.paid(f"/users/{wire.remote_id}/tweets", params, post_look=PAGE_SIZE).listed()
        yield from _within(batch.rows, opening, closing)
        if not batch.further:
            return
        params["pagination_token"] = batch.further
    raise TooManyError


def _within(rows: tuple[Mapping[str, Any], ...], opening: datetime, closing: datetime) -> Iterator[Seen]:
    for each in map(mapping.seen, rows):
        if opening <= each.at <= closing:
            yield each


def stamp(at: datetime) -> str:
    """An aware instant as X wants it: UTC, to the second, cut."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
