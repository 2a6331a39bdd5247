"""What a refusal of Instagram means, beyond what Meta's networks share.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes
says what each subcode is; 2207082 and 2207085 are not there, and were met by others while the network worked
on an image; the latter also where a post was to be taken down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.http import Refusal
from pages.networks.errors import Code
from pages.networks.graph import Graph
from pages.networks.graph_errors import SUBCODES, Meaning, said_in

AGAIN: Final = timedelta(minutes=1)  # an image that the network works on
QUOTA_REST: Final = timedelta(hours=1)  # posts stop counting one by one, 24 hours after each
SPAM_REST: Final = timedelta(hours=1)

_MEDIA: Final = (Code.MEDIA_REFUSED, NextStep.EDIT)
_CONTENT: Final = (Code.CONTENT_REFUSED, NextStep.EDIT)

MEANINGS: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        **SUBCODES,
        2207004: _MEDIA,  # more than 8 MiB
        2207005: _MEDIA,  # a format that it does not take
        2207009: _MEDIA,  # too wide or too high
        2207010: _CONTENT,  # the caption
        2207023: _MEDIA,
        2207026: _MEDIA,
        2207028: _MEDIA,  # a carousel of one, or of more than ten
        2207040: _CONTENT,  # too many people named
        2207050: (Code.CHECKPOINT, NextStep.CONTACT),  # inactive or restricted: the app asks for something
        2207052: (Code.PUBLIC_URL_NEEDED, NextStep.CONTACT),  # it cannot fetch the image from our address
        2207073: (Code.NOT_ALLOWED_HERE, NextStep.CONTACT),  # what is no post of ours to take down
        2207085: (Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
    }
)
OF_MEDIA: Final[Mapping[int, Meaning]] = MappingProxyType(
    {subcode: meaning for subcode, meaning in MEANINGS.items() if subcode != 2207085}
)

_WAITS: Final[Mapping[int, tuple[str, timedelta]]] = MappingProxyType(
    {
        2207003: (Code.MEDIA_PROCESSING, AGAIN),  # fetching the image took too long
        2207027: (Code.MEDIA_PROCESSING, AGAIN),
        2207042: (Code.QUOTA_SPENT, QUOTA_REST),
        2207051: ("rate_limited", SPAM_REST),  # taken for spam
        2207082: (Code.MEDIA_PROCESSING, AGAIN),
        2207085: (Code.MEDIA_PROCESSING, AGAIN),
    }
)
_PASSING: Final = frozenset({2207001, 2207006, 2207008, 2207020, 2207032, 2207053})
_PASSING_CODES: Final = frozenset({-1, -2})
_SUBCODE: Final = re.compile(r"\b(2207\d{3})\b")


class InstagramGraph(Graph):
    """The Graph API, with the refusals of Instagram understood."""

    def _meant(self, refusal: Refusal, write: bool, lacking: Code) -> OutcomeError:
        said = said_in(refusal.body)
        if said is not None and said.subcode in _WAITS and said.subcode not in self._subcodes:
            return waiting(said.subcode, refusal.answer)
        passing = said is not None and (said.subcode in _PASSING or _passes(said.code, said.subcode))
        if passing:
            kind = Unknown if write else Later
            return kind("server_error", answer=refusal.answer)
        return super()._meant(refusal, write, lacking)


def _passes(code: int, subcode: int) -> bool:
    return code in _PASSING_CODES and subcode not in MEANINGS


def waiting(subcode: int, answer: str = "") -> Later:
    """What only needs time, by its subcode."""
    code, pause = _WAITS[subcode]
    return Later(code, answer=answer, retry_at=clock.now() + pause)


def of_container(status: str) -> OutcomeError:
    """What became of a container that failed, by the subcode in its `status`."""
    found = _SUBCODE.search(status)
    subcode = int(found[1]) if found else 0
    if subcode in _WAITS:
        return waiting(subcode, status)
    if subcode in _PASSING:
        return Later(Code.MEDIA_PROCESSING, answer=status, retry_at=clock.now() + AGAIN)
    code, step = OF_MEDIA.get(subcode, _MEDIA)
    return Never(code, answer=status, step=step)
