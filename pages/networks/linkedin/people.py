"""Who wrote: LinkedIn's comments name a person or a page by URN only, the rest is asked once each.

https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/profile-api: a member who does not show
their profile is answered without a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cm_suite.core.errors import Later, Never
from cm_suite.core.text import clip
from pages.networks.answers import one_line
from pages.networks.linkedin import mapping
from pages.networks.linkedin.wire import Wire, encoded, number_of
from pages.networks.types import Commenter

LOOK_UPS: Final = 10  # people asked for in a turn; the others stay without a name
LONGEST_NAME: Final = 200
_PERSON: Final = "urn:li:person:"


class People:
    """The people of one turn."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._left = LOOK_UPS
        self._known: dict[str, Commenter] = {}

    def known_as(self, urn: str) -> Commenter:
        """Who a URN stands for; by the URN alone when LinkedIn tells no more."""
        if urn and urn not in self._known:
            self._known[urn] = self._asked(urn)
        return self._known.get(urn, Commenter())

    def _asked(self, urn: str) -> Commenter:
        path = _path(urn)
        if not path or self._left == 0:
            return Commenter(urn)
        self._left -= 1
        try:
            return _described(urn, self._wire.get(path))
        except (Never, Later):
            return Commenter(urn)


def _path(urn: str) -> str:
    if urn.startswith(_PERSON):
        return f"people/(id:{encoded(number_of(urn))})"
    return f"organizations/{number_of(urn)}" if mapping.is_organization(urn) else ""


def _described(urn: str, said: Mapping[str, Any]) -> Commenter:
    vanity = mapping.vanity_name(said)
    kind = "in" if urn.startswith(_PERSON) else "company"
    url = f"https://www.linkedin.com/{kind}/{vanity}" if vanity else ""
    return Commenter(urn, clip(_name(said), LONGEST_NAME), vanity, url)


def _name(said: Mapping[str, Any]) -> str:
    parts = (said.get(name) for name in ("localizedFirstName", "localizedLastName", "localizedName"))
    return " ".join(word for word in map(one_line, parts) if word)
