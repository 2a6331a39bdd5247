"""How far a run is."""

from __future__ import annotations

from dataclasses import dataclass

from reputation.models import Run


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """Pages of one source: `done` read or given up, of which `failed`; `status` is its SourceStatus."""

    source_id: int
    name: str
    status: str
    done: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `total` grows while the sources are asked; `done` counts what failed too."""

    state: str
    done: int
    total: int
    failed: int
    by_source: tuple[SourceProgress, ...]

    @property
    def percent(self) -> int:
        """From 0 to 100, whole."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"done", "failed", "cancelled"}


def progress_of(run: Run) -> Progress:
    """How far the run is in the database right now: three queries."""
    raise NotImplementedError
