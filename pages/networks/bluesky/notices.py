"""The notifications of an account (`app.bsky.notification.listNotifications`), newest first, read by a mark.

The network sorts them by an instant that authors have a say in, so one may appear a little below those that
were read already: each turn looks ten minutes further back than its mark, which remembers what was given.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from cm_suite.core.errors import Later
from pages.networks.answers import instant
from pages.networks.bluesky.records import written
from pages.networks.bluesky.wire import UNREADABLE, Wire

PAGE_SIZE: Final = 50
PAGES_A_TURN: Final = 3
OVERLAP: Final = timedelta(minutes=10)
REASONS: Final = ("reply", "mention", "quote")
LONGEST_MARK: Final = 300
LONGEST_CURSOR: Final = 150
NOBODY: Final = "0"  # the mark of an account that nobody spoke to yet

type Wanted = Callable[[Mapping[str, Any]], bool]


@dataclass(slots=True)
class Mark:
    """How far an account was read: up to `seen`, of whose last minutes `given` were given.

    While there is more than one turn reads, `cursor` is where to go on downwards, and `top` and `above` are
    what `seen` and `given` will be once the bottom is reached.
    """

    seen: str = NOBODY
    given: str = ""
    top: str = ""
    above: str = ""
    cursor: str = ""

    def __str__(self) -> str:
        fixed = len(self.seen) + len(self.top) + len(self.cursor) + 4
        room = (LONGEST_MARK - fixed) // (2 if self.cursor else 1) // _DIGEST * _DIGEST
        parts = [self.seen, self.given[:room]]
        return "|".join([*parts, self.top, self.above[:room], self.cursor] if self.cursor else parts)

    @property
    def floor(self) -> datetime | None:
        """Below this everything was given; None: nothing was."""
        return None if self.seen == NOBODY else instant(self.seen) - OVERLAP


_DIGEST: Final = 4  # characters that remember one notification


def mark_of(text: str) -> Mark:
    """The mark a text stands for; what cannot be read is where an account begins."""
    mark = Mark(*(text.split("|", 4) if text else ()))
    try:
        _floor = mark.floor
    except ValueError:
        return Mark()
    return mark


def since(wire: Wire, text: str, wanted: Wanted) -> tuple[list[Mapping[str, Any]], str, bool]:
    """The notifications after a mark that are `wanted`, oldest first; the next mark; whether there is more.

    Without a mark, those of the first page. Raises Later when it cannot be read.
    """
    mark = mark_of(text)
    turn = _Turn(mark, wanted)
    done = False
    for _page in range(PAGES_A_TURN if text else 1):
        items, cursor = _page_at(wire, mark.cursor)
        done = turn.through(items) or not items or not cursor or cursor == mark.cursor
        mark.cursor = cursor
        if done:
            break
    done = done or not text
    if done:
        mark = Mark(mark.top or mark.seen, mark.above)
    return [each for _at, each in sorted(reversed(turn.found), key=lambda pair: pair[0])], str(mark), not done


class _Turn:
    """One turn down the notifications."""

    def __init__(self, mark: Mark, wanted: Wanted) -> None:
        self._mark = mark
        self._floor = mark.floor
        self._wanted = wanted
        self._given = set(_split(mark.given))
        self.found: list[tuple[datetime, Mapping[str, Any]]] = []

    def through(self, items: list[tuple[datetime, Mapping[str, Any]]]) -> bool:
        """Take a page in. True once what was given before is reached."""
        for at, item in items:
            if self._floor is not None and at < self._floor:
                return True
            if not self._mark.top:
                self._mark.top = max(written(at), self._mark.seen)
            if self._wanted(item):
                self._take(at, item)
        return False

    def _take(self, at: datetime, item: Mapping[str, Any]) -> None:
        digest = _digest(str(item.get("uri")))
        if at >= instant(self._mark.top) - OVERLAP:
            self._mark.above += digest
        if digest not in self._given:
            self.found.append((at, item))


def _page_at(wire: Wire, cursor: str) -> tuple[list[tuple[datetime, Mapping[str, Any]]], str]:
    """One page, newest first, and where the next one begins. Raises Later when it is no page."""
    params: dict[str, Any] = {"reasons": list(REASONS), "limit": PAGE_SIZE}
    answer = wire.ask(
        "app.bsky.notification.listNotifications", params | ({"cursor": cursor} if cursor else {})
    )
    told, after = answer.get("notifications"), answer.get("cursor")
    if not isinstance(told, list) or (isinstance(after, str) and len(after) > LONGEST_CURSOR):
        raise Later("answer_unreadable")
    items = list(_readable(told))
    if told and not items:
        raise Later("answer_unreadable")
    return items, after if isinstance(after, str) else ""


def _readable(told: list[Any]) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    """Some servers know no `reasons`, and tell of everything."""
    for each in told:
        try:
            yield instant(each["indexedAt"]), each
        except UNREADABLE:
            continue


def _digest(uri: str) -> str:
    return base64.urlsafe_b64encode(sha256(uri.encode("utf-8", "replace")).digest()[:3]).decode()


def _split(digests: str) -> Iterator[str]:
    return (digests[start : start + _DIGEST] for start in range(0, len(digests), _DIGEST))
