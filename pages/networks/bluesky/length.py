"""Length of a post as Bluesky counts it, and the text as it leaves.

Its lexicon (https://docs.bsky.app/docs/api, `app.bsky.feed.post`) allows 300 characters as a reader sees them
(grapheme clusters) and 3,000 bytes of UTF-8: a post is as long as its characters, or as a tenth of its bytes
where that is more, so that one limit holds both.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import regex  # type: ignore[import-untyped]

LIMIT: Final = 300
BYTES_A_CHARACTER: Final = 10
_PATH_SHOWN: Final = 14  # characters of an address' path that are shown
_CLUSTER: Final = regex.compile(r"\X")


def graphemes(text: str) -> int:
    """How many characters a reader sees."""
    return sum(1 for _each in _CLUSTER.finditer(text))


def fits(text: str) -> int:
    """What a text counts for."""
    return max(graphemes(text), -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_A_CHARACTER))


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Length of the text with its link.

    A link that the text does not hold is shown as a card beside it, and beside images as a shortened address
    below it: the room for the latter is always counted, so that images may still be added.
    """
    return fits(with_link(text, link)[0])


def with_link(text: str, link: str) -> tuple[str, str]:
    """The text with its link on a line of its own, and how the link is written there.

    A link that the text holds already is left where it is, and nothing is written.
    """
    text = text.strip()
    if not link or holds(text, link):
        return text, ""
    shown = shortened(link)
    return (f"{text}\n\n{shown}" if text else shown), shown


def holds(text: str, link: str) -> bool:
    """Whether the text holds the link as a word of its own."""
    return link in text.split()


def shortened(link: str) -> str:
    """An address as Bluesky's app shows it: its host, and the beginning of what follows."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    rest = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    rest += f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.netloc}{rest[: _PATH_SHOWN - 1]}…" if len(rest) > _PATH_SHOWN else f"{parts.netloc}{rest}"


def site(link: str) -> str:
    """The host of an address, as a card that was not looked up is named."""
    try:
        return (urlsplit(link).hostname or link).removeprefix("www.")
    except ValueError:
        return link
