"""What answers of networks are made of, each piece read with care: whoever answers may say anything."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cm_suite.core import clock

UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)
LONGEST_ID: Final = 200
LONGEST_ADDRESS: Final = 500
SKEW: Final = timedelta(minutes=10)  # further ahead than this, no instant is believed

_UNSEEN: Final = frozenset({"Cc", "Cs"})  # controls, and halves of a character
_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})  # what is around


def identifier(value: object) -> str:
    """An id as a network gives it. Raises ValueError for anything else."""
    found = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not 0 < len(found) <= LONGEST_ID or not _whole(found):
        raise ValueError("this is no identifier")
    return found


def web_address(value: object) -> str:
    """An address that may be shown as a link; empty for anything else."""
    address = value if isinstance(value, str) and len(value) <= LONGEST_ADDRESS else ""
    return address if address.startswith(("https://", "http://")) and _whole(address) else ""


def _whole(text: str) -> bool:
    """Whether a text holds what it said, and nothing that is not seen."""
    return text.isprintable() and "\ufffd" not in text


def one_line(value: object) -> str:
    """A name on one line, without what no database stores or what turns the words around it; empty when
    unsaid.
    """
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(char for char in words if _shown(char)).strip()


def _shown(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN and unicodedata.bidirectional(char) not in _TURNING


def text_of(value: object) -> str:
    """Words as they are; empty when unsaid."""
    return value if isinstance(value, str) else ""


def instant(value: object) -> datetime:
    """An ISO date as an instant in UTC; without a zone it is UTC. Raises ValueError for anything else."""
    read = datetime.fromisoformat(text_of(value))
    try:
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("out of the range of dates") from error


def believed(value: object) -> datetime | None:
    """An instant that may be true, or None: one yet to come is not."""
    try:
        read = instant(value)
    except ValueError:
        return None
    return None if read > clock.now() + SKEW else read


def count(value: object, most: int = 2**63) -> int | None:
    """A number of things, or None for anything else: what is not said is not zero."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < most else None


def mapping(value: object) -> Mapping[str, Any]:
    """An object; empty for anything else."""
    return value if isinstance(value, Mapping) else {}
