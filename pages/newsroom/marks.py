"""How far a reader of the newsroom's comments has come. No row is passed that could still be committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from pages.newsroom.rules import SETTLES


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the order of changes: an instant (UTC), then the number of a row."""

    at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The mark written so; None, which is the beginning, for anything that is not one."""
        moment, _bar, pk = text.partition("|")
        try:
            at = datetime.fromisoformat(moment)
            number = int(pk)
        except ValueError:
            return None
        return cls(at.astimezone(UTC), number) if at.tzinfo else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}|{self.pk}"


def settled(before: Mark | None, read: Sequence[Mark], now: datetime) -> Mark | None:
    """Where to go on from after reading these places, which come in order.

    What changed less than SETTLES ago is read again next time: a row with an earlier instant may be
    committed after it. Never before `before`.
    """
    edge = Mark(now - SETTLES, 0)
    reached = min(read[-1], edge) if read else before
    if before is not None and reached is not None:
        return max(before, reached)
    return reached
