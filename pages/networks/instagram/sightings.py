"""Whether something of ours is among what the account said: by its words, within a time.

A caption comes back without its @ unless whoever asks administers the application:
https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from pages.networks import graph_sightings
from pages.networks.graph_sightings import Names, Seen
from pages.networks.types import Sighting

_MEDIA: Final = Names("timestamp", "caption", "permalink")
_COMMENT: Final = Names("timestamp", "text", "permalink")


def look(wanted: str, listed: Callable[[], Iterable[Seen]], since: datetime, until: datetime) -> Sighting:
    """As `graph_sightings.look`, whatever became of each @."""
    return graph_sightings.look(wanted, listed, since, until, bare=_bare)


def _bare(text: str) -> str:
    return text.replace("@", "").strip()


def of_media(answer: Mapping[str, Any]) -> Seen:
    """A post of ours. Raises KeyError, TypeError or ValueError for anything else."""
    return graph_sightings.seen(answer, _MEDIA)


def of_comment(answer: Mapping[str, Any]) -> Seen:
    """An answer of ours to a comment; it has no address of its own."""
    return graph_sightings.seen(answer, _COMMENT)
