"""What a person decides of a comment, and the second person where two are asked."""

from __future__ import annotations

from moderation.enums import Decided
from moderation.models import Decision, Review
from moderation.services.results import Result
from pages.models import Person


def decide(
    review: Review,
    person: Person,
    act: Decided,
    *,
    reason: str,
    told: str = "",
    label: str = "",
    text: str = "",
    revision: int,
    alone_confirmed: bool = False,
) -> Result:
    """Decide a review that the person holds."""
    raise NotImplementedError


def second(
    review: Review,
    person: Person,
    *,
    agree: bool,
    reason: str,
    revision: int,
    alone_confirmed: bool = False,
) -> Result:
    """Answer a first decision. The first person may only take it back, or confirm where nobody else can."""
    raise NotImplementedError


def undo(decision: Decision, person: Person, reason: str, *, alone_confirmed: bool = False) -> Result:
    """Show a hidden comment again, by the same rule of two people."""
    raise NotImplementedError
