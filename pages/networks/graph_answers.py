"""What answers of Meta's Graph API are made of, read with care: Facebook and Instagram share it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)
LONGEST_ID: Final = 200
LONGEST_ADDRESS: Final = 500


def identifier(value: object) -> str:
    """An id as the Graph API gives it. Raises ValueError for anything else."""
    found = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not 0 < len(found) <= LONGEST_ID or not _whole(found):
        raise ValueError("this is no identifier")
    return found


def web_address(value: object) -> str:
    """An address that may be shown as a link; empty for anything else."""
    address = value if isinstance(value, str) and len(value) <= LONGEST_ADDRESS else ""
    return address if address.startswith(("https://", "http://")) and _whole(address) else ""


def _whole(text: str) -> bool:
    return text.isprintable() and "\ufffd" not in text


def one_line(value: object) -> str:
    """A name on one line, without what no database stores; empty when unsaid."""
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(char for char in words if unicodedata.category(char) not in {"Cc", "Cs"}).strip()


def text_of(value: object) -> str:
    """Words as they are; empty when unsaid."""
    return value if isinstance(value, str) else ""


def instant(value: object) -> datetime:
    """An instant in UTC, from an ISO date or from seconds since 1970. Raises ValueError for anything else."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        read = datetime.fromisoformat(value if isinstance(value, str) else "")
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("out of the range of dates") from error


def instant_or_none(value: object) -> datetime | None:
    """An instant, or None for what is none."""
    try:
        return instant(value)
    except ValueError:
        return None


def count(value: object) -> int | None:
    """A number of things, or None for anything else: what is not said is not zero."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def mapping(value: object) -> Mapping[str, Any]:
    """An object; empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def rows(answer: object) -> list[Mapping[str, Any]]:
    """The objects in the `data` of an answer. Raises ValueError when it has no list there."""
    found = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise ValueError("there is no list")
    return [each for each in found if isinstance(each, Mapping)]


def inner(answer: Mapping[str, Any], edge: str) -> list[Mapping[str, Any]]:
    """The objects of an edge that came with its object; none when it has none."""
    try:
        return rows(answer.get(edge))
    except ValueError:
        return []
