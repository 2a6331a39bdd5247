"""Reading what people paste, line by line. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

ADDRESS_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a text, each once in their order; what is none, with the number of its line from 1."""

    good: tuple[str, ...]
    bad: tuple[tuple[int, str], ...]


def phrases(text: str) -> tuple[str, ...]:
    """The lines of a text without the blanks around and within them, each once whatever its case."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        phrase = " ".join(line.split())
        if phrase:
            found.setdefault(phrase.casefold(), phrase)
    return tuple(found.values())


def addresses(text: str) -> Addresses:
    """The addresses of a pasted column; a scheme that is missing is taken to be https."""
    good: dict[str, None] = {}
    bad: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip().strip(",;\"'<>").strip()
        if not line:
            continue
        whole = line if "://" in line else f"https://{line}"
        if is_address(whole):
            good.setdefault(whole, None)
        else:
            bad.append((number, raw.strip()))
    return Addresses(tuple(good), tuple(bad))


def is_address(text: str) -> bool:
    """Whether this may be the address of a web page: http or https, a host with a dot, nobody's password."""
    if len(text) > ADDRESS_MOST or any(each.isspace() or not each.isprintable() for each in text):
        return False
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None
    return parts.scheme in {"http", "https"} and plain and "." in host.strip(".")
