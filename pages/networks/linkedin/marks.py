"""How far what people wrote was read: an instant, and what was given after it.

LinkedIn shows things late and out of order, so the last LAG before the newest is read again each time; what
was given there already is known by a tag and left out.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

LAG: Final = 120_000  # milliseconds
AHEAD: Final = 600_000  # milliseconds
MOST: Final = 16  # tags kept: what is forgotten is given again, and changes nothing
_TAG: Final = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """`floor`: everything up to here was given (milliseconds); `told`: tags of what was given after it.

    The others are of a round that is under way: when it began, the newest that it met, where it goes on, the
    tags of what it met, and the newest of those that there is no room for.
    """

    floor: int = 0
    told: tuple[str, ...] = ()
    began: int = 0
    newest: int = 0
    at: str = ""
    met: tuple[str, ...] = ()
    cut: int = 0

    @classmethod
    def read(cls, text: str) -> Mark:
        """The mark that a text holds; from the start for one that cannot be read."""
        try:
            floor, told, began, newest, at, met, cut = text.split(".")
            return cls(int(floor), _tags(told), int(began), int(newest), at, _tags(met), int(cut))
        except ValueError:
            return cls()

    def __str__(self) -> str:
        told, met = "".join(self.told), "".join(self.met)
        return f"{self.floor}.{told}.{self.began}.{self.newest}.{self.at}.{met}.{self.cut}"

    def is_new(self, item: Item) -> bool:
        """Whether an item was not given before."""
        return item.at > self.floor and item.tag not in self.told

    def going_on(self, at: str, items: Iterable[Item]) -> Mark:
        """The mark inside a round that met these as well, and goes on at a place of its own words."""
        here = {each.tag: self._believed(each.at) for each in items if each.at > self.floor}
        newest = max([self.newest, *here.values()])
        horizon = min(newest, self.began) - LAG
        near = sorted((each for each in here if here[each] > horizon), key=here.__getitem__)
        before = self.met if self.newest > horizon else ()
        tags = tuple(dict.fromkeys((*before, *near)))
        cut = max([self.cut, *(here.get(each, self.newest) for each in tags[:-MOST])])
        return replace(self, newest=newest, at=at, met=tags[-MOST:], cut=cut)

    def at_the_end(self, items: Iterable[Item]) -> Mark:
        """The mark after a round: as it was before when nothing new was met."""
        last = self.going_on("", items)
        if set(last.met) <= set(self.told):
            return Mark(self.floor, self.told)
        return Mark(max(self.floor, min(last.newest, self.began) - LAG, last.cut), last.met)

    def _believed(self, at: int) -> int:
        """An instant, or the last that may be true: LinkedIn's clock is not far ahead of ours."""
        return min(at, self.began + AHEAD)


@dataclass(frozen=True, slots=True)
class Item:
    """Something as it was at an instant (milliseconds): changed, it is another item."""

    at: int
    name: str
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{self.name}:{self.at}".encode()).digest()
        object.__setattr__(self, "tag", base64.urlsafe_b64encode(digest)[:_TAG].decode())


def _tags(text: str) -> tuple[str, ...]:
    return tuple(text[start : start + _TAG] for start in range(0, len(text), _TAG))
