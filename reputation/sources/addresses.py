"""Addresses as people paste them and as sites spell them: read from a list, brought to one form. Pure."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from cm_suite.core.guard import Guard, GuardRefused

LONGEST: Final = 1000
LONGEST_HOST: Final = 253 + len(":65535")
MOST_LINES: Final = 2000

_PORTS: Final = {"http": 80, "https": 443}
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.I)
_AROUND: Final = " \t\ufeff\u200b\xa0,;\"'<>"
# What newsletters, networks and advertisers hang on an address to follow people.
_TRACKERS: Final = frozenset(
    {
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "dclid",
        "fbclid",
        "gclid",
        "gbraid",
        "igsh",
        "igshid",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "msclkid",
        "oly_anon_id",
        "oly_enc_id",
        "srsltid",
        "ttclid",
        "twclid",
        "vero_id",
        "wbraid",
        "wickedid",
        "xtor",
        "yclid",
    }
)
_TRACKING: Final = ("utm_", "at_medium", "at_campaign", "at_custom", "mtm_", "pk_campaign", "pk_kwd", "hsa_")
# Sub-delimiters and what is already escaped stay as they are.
_SAFE: Final = "%/:@!$&'()*+,;=-._~?"
_ESCAPE: Final = re.compile(r"%[0-9a-fA-F]{2}")


class BadLine(NamedTuple):
    """A line that is no address: its number from 1, the line, and a code.

    A line that is too long is cut, to what is still too long: a part of it must not pass for an address.
    """

    number: int
    text: str
    code: str


class Addresses(NamedTuple):
    """The addresses of a list, each once in their order, and the lines that are none."""

    good: tuple[str, ...]
    bad: tuple[BadLine, ...]


def list_urls(text: str, allowed: frozenset[tuple[str, int]] = frozenset()) -> Addresses:
    """The addresses of a pasted list, one a line; empty lines and those that begin with # are passed over.

    Without a scheme, https is meant. Two spellings of one address count once. `allowed`: the pairs of host
    and port that may be private. Codes of bad lines: those of the guard, `address_too_long`,
    `too_many_addresses`.
    """
    guard, good, bad = Guard(allowed), dict[str, str](), list[BadLine]()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip(_AROUND)
        if not line.strip() or line.startswith("#"):
            continue
        url = line if _SCHEME.match(line) else f"https://{line}"
        code = _wrong(url, guard) or ("too_many_addresses" if len(good) >= MOST_LINES else "")
        if code:
            bad.append(BadLine(number, line[: LONGEST + 1], code))
        else:
            good.setdefault(canonical(url), url.partition("#")[0])
    return Addresses(tuple(good.values()), tuple(bad))


def canonical(url: str) -> str:
    """The one form of an address by which two are compared.

    Scheme and host in lower case and ASCII, no default port, no fragment, no parameter that only follows
    people. What is no address of the web stays as it is.
    """
    try:
        parts = urlsplit(url.strip())
        place = _place(parts)
    except ValueError:
        return url.strip()
    if parts.scheme not in _PORTS or not place:
        return url.strip()
    return urlunsplit((parts.scheme, place, _escaped(parts.path or "/"), _query(parts.query), ""))


def url_hash(url: str) -> str:
    """The SHA-256 of the canonical form, in hex."""
    return sha256(canonical(url).encode("utf-8", "surrogatepass")).hexdigest()


def _wrong(url: str, guard: Guard) -> str:
    """Why this is no address to read; empty when it is one. It must not be too long once escaped either."""
    if len(url) > LONGEST or len(canonical(url)) > LONGEST:
        return "address_too_long"
    try:
        guard.check_url(url)
        host = _place(urlsplit(url))
    except GuardRefused as refused:
        return refused.code
    except ValueError:
        return "address_malformed"
    return "" if host and len(host) <= LONGEST_HOST else "address_malformed"


def _place(parts: SplitResult) -> str:
    """Host and port; raises ValueError (UnicodeError among them) for what is no host."""
    host, port = (parts.hostname or "").rstrip("."), parts.port
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        host = host.encode("idna").decode("ascii").lower()
    return host if port in {None, _PORTS.get(parts.scheme)} else f"{host}:{port}"


def _query(query: str) -> str:
    """The parameters that matter, in the order given."""
    kept = [each for each in query.split("&") if each and not _tracks(each.partition("=")[0].lower())]
    return _escaped("&".join(kept))


def _tracks(name: str) -> bool:
    return name in _TRACKERS or name.startswith(_TRACKING)


def _escaped(text: str) -> str:
    """Percent-encoded where it must be, with escapes in capitals."""
    spelled = quote(text, safe=_SAFE, errors="surrogatepass")
    return _ESCAPE.sub(lambda found: found[0].upper(), spelled)
