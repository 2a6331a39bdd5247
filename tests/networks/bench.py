"""What the common suite asks of a network under test."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from cm_suite.core.errors import Later, Outcome

TEXT: Final = "Nouvelle vitrine ✨\n\nOn vous attend samedi & dimanche."
LINK: Final = "https://maison-lumen.example/vitrine/une-adresse-assez-longue-pour-etre-raccourcie?a=1&b=2"

type Opens = Callable[[], AbstractContextManager[Bench]]


@dataclass
class Bench:
    """A network under test.

    `client` is any of them: what it can do beyond publishing is asked of its type. `hear` lets Nadia answer a
    post or a comment, and gives the comment's id; `take_down` lets her take it away.
    """

    client: Any
    faults: dict[str, tuple[Callable[[], None], Outcome]]
    holds: Callable[[], int]
    hear: Callable[[str, str], str]
    take_down: Callable[[str], None]
    fences: list[str] = field(default_factory=list)

    def fence(self) -> None:
        """Count the crossing, and what was there at that time."""
        self.fences.append(f"{self.holds()} there")

    def refuse(self) -> None:
        """A fence that stays shut."""
        raise Later("fence_closed")
