"""What a post of ours is made of on a site: a title, safe HTML, and a slug that tells it among all others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any, Final

from cm_suite.core.text import clip
from pages.networks.types import Outgoing

LONGEST_TITLE: Final = 100  # characters of a first line that stands as title
LONGEST_SENTENCE: Final = 80
LONGEST_SLUG: Final = 60
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s")
_APART: Final = re.compile(r"\n\s*\n")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")
_AFTER: Final = ".,;:!?)»…"
_BRACKETS: Final = str.maketrans({"[": "&#091;", "]": "&#093;"})  # WordPress would run what stands in them
_IN_ADDRESS: Final = str.maketrans({"[": "%5B", "]": "%5D"})


@dataclass(frozen=True, slots=True)
class Shown:
    """An image on the site."""

    number: int
    address: str
    alt: str


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Characters of the text, and of its link where the text does not hold it."""
    return len(text) + (len(link) + 2 if link and link not in text else 0)


def body(post: Outgoing, images: Sequence[Shown]) -> dict[str, Any]:
    """What creates the post, shown at once."""
    title, rest = titled(post.text)
    said = {
        "title": escape(title, quote=False),
        "content": content(rest, post.link, images),
        "slug": slug(post),
        "status": "publish",
    }
    return said | ({"featured_media": images[0].number} if images else {})


def titled(text: str) -> tuple[str, str]:
    """The title and what stands below: a short first line alone, else the first sentence of the whole."""
    whole = text.strip()
    first, _sep, rest = whole.partition("\n")
    if rest.strip() and len(first.strip()) <= LONGEST_TITLE:
        return first.strip(), rest.strip()
    return clip(_SENTENCE.split(first, maxsplit=1)[0].strip(), LONGEST_SENTENCE), whole


def content(text: str, link: str, images: Sequence[Shown]) -> str:
    """Paragraphs in which only addresses are links, then the images, then where it leads."""
    parts = [_paragraph(each) for each in _APART.split(text) if each.strip()]
    parts += [_figure(each) for each in images]
    if link.startswith(("https://", "http://")) and link not in text:
        parts.append(f"<p>{_linked(link)}</p>")
    return "\n".join(parts)


def slug(post: Outgoing) -> str:
    """The post's name in its address: words of its title, and what its key alone has."""
    plain = unicodedata.normalize("NFKD", titled(post.text)[0]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-")
    return f"{words}-{sign(post.key)}" if words else sign(post.key)


def sign(key: str) -> str:
    """What a slug ends with: the same for the same key."""
    return f"p{sha256(key.encode()).hexdigest()[:10]}"


def _paragraph(text: str) -> str:
    lines = (_line(each) for each in text.strip().split("\n"))
    return f"<p>{'<br />'.join(lines)}</p>"


def _line(text: str) -> str:
    """A line whose addresses are links."""
    pieces: list[str] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER)
        pieces += [_plain(text[end : found.start()]), _linked(address)]
        end = found.start() + len(address)
    return "".join([*pieces, _plain(text[end:])])


def _linked(address: str) -> str:
    return f'<a href="{_inside(address)}">{_plain(address)}</a>'


def _figure(image: Shown) -> str:
    kind = f'class="wp-image-{image.number}"'
    alt = _plain(image.alt)
    return (
        f'<figure class="wp-block-image"><img src="{_inside(image.address)}" alt="{alt}" {kind} /></figure>'
    )


def _inside(address: str) -> str:
    return escape(address.translate(_IN_ADDRESS))


def _plain(text: str) -> str:
    return escape(text).translate(_BRACKETS)
