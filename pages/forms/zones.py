"""The time zones a person chooses from: places, by continent, in the reader's words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

type Choices = list[tuple[str, list[tuple[str, str]]]]

# continents as the Unicode names of places number them; what they do not name is said by `_oceans`
_CONTINENTS: Final = {
    "Africa": "002",
    "America": "019",
    "Antarctica": "AQ",
    "Asia": "142",
    "Australia": "AU",
    "Europe": "150",
    "Pacific": "009",
}


def zone_choices() -> Choices:
    """Every zone that is a place, in the language in force: by continent, Europe first; UTC at the end."""
    return _choices(get_language() or "en")


@cache
def _choices(language: str) -> Choices:
    with override(language):
        names = _areas(Locale.parse(language, sep="-"))
    groups: dict[str, dict[str, str]] = {area: {} for area in names}
    for zone in sorted(available_timezones()):
        area = zone.partition("/")[0]
        if area in groups and _at_home(zone, area):
            _enter(groups[area], zone, language)
    order = sorted(groups, key=lambda area: (area != "Europe", _alphabetical(names[area])))
    places = [(names[area], _listed(groups[area])) for area in order]
    return [*places, ("UTC", [("UTC", "UTC")])]


def _areas(locale: Locale) -> dict[str, str]:
    """The name of each part of the world that has zones."""
    oceans = {"Arctic": _("Arctic"), "Atlantic": _("Atlantic Ocean"), "Indian": _("Indian Ocean")}
    return {area: locale.territories[code] for area, code in _CONTINENTS.items()} | oceans


def _at_home(zone: str, area: str) -> bool:
    """Whether it is no other name of a place in another part of the world (the South Pole: Auckland)."""
    aliases: Mapping[str, str] = get_global("zone_aliases")
    return aliases.get(zone, zone).partition("/")[0] == area


def _enter(places: dict[str, str], zone: str, language: str) -> None:
    """Note a zone under its place's name; of two names of one place, the one in use today."""
    label = _place(zone, language)
    if label not in places or zone.partition("/")[2].replace("_", " ") == _place(zone, "en"):
        places[label] = zone


def _place(zone: str, language: str) -> str:
    return get_timezone_location(zone, locale=Locale.parse(language, sep="-"), return_city=True)


def _listed(places: dict[str, str]) -> list[tuple[str, str]]:
    """Each zone with its place, in the order of the alphabet."""
    return [(places[label], label.replace("/", " · ")) for label in sorted(places, key=_alphabetical)]


def _alphabetical(label: str) -> str:
    """Accents do not count."""
    bare = unicodedata.normalize("NFKD", label)
    return "".join(each for each in bare if not unicodedata.combining(each)).casefold()
