"""Reading what people paste, line by line. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from reputation.sources.addresses import BadLine, canonical, list_urls

type Pairs = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a text, each once in their order; the lines that are none, each with its number."""

    good: tuple[str, ...]
    bad: tuple[BadLine, ...]


def phrases(text: str) -> tuple[str, ...]:
    """The lines of a text without the blanks around and within them, each once whatever its case."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        phrase = " ".join(line.split())
        if phrase:
            found.setdefault(phrase.casefold(), phrase)
    return tuple(found.values())


def addresses(text: str, allowed: Pairs = frozenset()) -> Addresses:
    """The addresses of a pasted column. A lone word is none, though it could be the name of a machine.

    `allowed`: the pairs of host and port that may be private.
    """
    good: dict[str, str] = {}
    bad: list[BadLine] = []
    for number, raw in enumerate(text.splitlines(), 1):
        found = list_urls(raw, allowed)
        bad += [BadLine(number, line.text, line.code) for line in found.bad]
        for url in found.good:
            if _is_lone(url, allowed):
                bad.append(BadLine(number, raw.strip(), "address_malformed"))
            else:
                good.setdefault(canonical(url), url)
    return Addresses(tuple(good.values()), tuple(bad))


def web_link(url: str) -> str:
    """The address, where a browser may be sent to it; empty for what is none of the web or holds a name."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    open_to_all = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return url.strip() if open_to_all else ""


def _is_lone(url: str, allowed: Pairs) -> bool:
    host = urlsplit(url).hostname or ""
    return "." not in host.strip(".") and ":" not in host and host not in {name for name, _port in allowed}
