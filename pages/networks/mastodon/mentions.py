"""The notifications of an account in which somebody names it, read forward from a mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cm_suite.core.errors import Later
from pages.networks.answers import identifier
from pages.networks.mastodon.wire import API, PAGE_SIZE, Wire

NOTIFICATIONS: Final = f"{API}/notifications"
PAGES_A_TURN: Final = 5
BEFORE_ALL: Final = "0"  # the mark of an account nobody has named yet
MENTION: Final = "mention"

_ASKED: Final = {"types[]": MENTION, "limit": PAGE_SIZE, "include_filtered": "true"}


@dataclass(frozen=True, slots=True)
class Mention:
    """A notification; `status` is None for one that holds nothing to read."""

    id: str
    status: Mapping[str, Any] | None = None


def since(wire: Wire, mark: str) -> tuple[list[Mention], bool]:
    """The mentions after a mark, oldest first, and whether there are more; without a mark, the recent ones.

    A server that knows no marks gives the recent ones each time: those up to the mark are left out here.
    Raises Later when not even the first page can be read; a further one waits for the next turn.
    """
    if not mark:
        return _page(wire, {}), False
    found: list[Mention] = []
    for _turn in range(PAGES_A_TURN):
        last = found[-1].id if found else mark
        try:
            page = [each for each in _page(wire, {"min_id": last}) if _order(each.id) > _order(last)]
        except Later:
            if not found:
                raise
            return found, False
        if not page:
            return found, False
        found += page
    return found, True


def _page(wire: Wire, params: Mapping[str, str]) -> list[Mention]:
    """One page, oldest first. Raises Later when nothing in it can be read."""
    answer = wire.heard(NOTIFICATIONS, {**_ASKED, **params})
    if not isinstance(answer, list):
        raise Later("answer_unreadable")
    page = list(_readable(answer))
    if answer and not page:
        raise Later("answer_unreadable")
    return sorted(page, key=lambda each: _order(each.id))


def _readable(answer: Iterable[Any]) -> Iterable[Mention]:
    for each in answer:
        try:
            yield Mention(identifier(each["id"]), _status(each))
        except (KeyError, TypeError, ValueError):
            continue


def _status(notification: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What was said, when somebody named us. Some servers list other news all the same."""
    status = notification.get("status")
    named = notification.get("type") == MENTION
    return status if named and isinstance(status, Mapping) else None


def _order(identifier: str) -> tuple[int, str]:
    """Ids grow: the longer of two figures is the larger."""
    return len(identifier), identifier
