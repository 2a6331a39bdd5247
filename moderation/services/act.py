"""A final decision on its way to the network, with its four outcomes."""

from __future__ import annotations

from moderation.models import Action
from moderation.services.results import Result
from pages.models import Person


def carry_out_due(limit: int) -> int:
    """Carry out what is due; how many actions were taken."""
    raise NotImplementedError


def carry_out(action_id: int) -> bool:
    """Carry out one action now, if it waits. False when there was nothing to do."""
    raise NotImplementedError


def retry(action: Action, person: Person) -> Result:
    """Try again what was refused, or what a person must check (not a reply: settle it)."""
    raise NotImplementedError


def cancel(action: Action, person: Person) -> Result:
    """Give an action up; the comment is as it was, so it is back in the queue (`review`)."""
    raise NotImplementedError


def settle(action: Action, person: Person, *, done: bool, reason: str) -> Result:
    """A person looked where the network could not tell: it is done, or it is not and is tried again."""
    raise NotImplementedError
