"""What the services answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from moderation.enums import ResultKind, WatchKind
from moderation.models import Action, Decision, Evidence, Review
from pages.models import Person


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an act. `decision` is the one written; `action` what is carried out, if anything is.

    Keeping a comment asks nothing of its network: it has no action. `evidence` is there when a removal
    sealed some. `review`: where to go on, when the act opened or sent back one.
    """

    kind: ResultKind
    decision: Decision | None = None
    action: Action | None = None
    evidence: Evidence | None = None
    review: Review | None = None

    @property
    def done(self) -> bool:
        """Whether it went through, to the end or to the second person."""
        return self.kind in (ResultKind.DONE, ResultKind.NEEDS_SECOND)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whether a review was taken; if not, who has it (None: it is decided, closed or waits for a second)."""

    review: Review
    taken: bool
    held_by: Person | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Polled:
    """One turn on a page: comments the network gave, new ones, changed ones, and those taken down.

    `code`: why it stopped early, empty when it did not.
    """

    page_id: int
    seen: int = 0
    stored: int = 0
    changed: int = 0
    gone: int = 0
    code: str = ""
    kind: str = WatchKind.COMMENTS

    @property
    def news(self) -> int:
        """How many were new or changed."""
        return self.stored + self.changed

    def counting(self, new: bool = False, changed: bool = False, gone: bool = False) -> Polled:
        """The same with one comment more."""
        return replace(
            self,
            seen=self.seen + 1,
            stored=self.stored + new,
            changed=self.changed + changed,
            gone=self.gone + gone,
        )

    def with_more(self, other: Polled) -> Polled:
        """Two turns on the same page as one; the first code stands."""
        return replace(
            self,
            seen=self.seen + other.seen,
            stored=self.stored + other.stored,
            changed=self.changed + other.changed,
            gone=self.gone + other.gone,
            code=self.code or other.code,
        )
