"""The server's address as people type it, made into an origin."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from cm_suite.core.guard import Guard, GuardRefused

LONGEST: Final = 200


def origin(typed: str, allowed: frozenset[tuple[str, int]] = frozenset()) -> str:
    """The origin (`https://example.social`) of a bare host, a web address or a handle (`@me@example.social`).

    Always https, unless the pair of host and port is on the allow-list. Raises GuardRefused for what is no
    address, or is one that may not be reached by its spelling.
    """
    parts = _parts(typed.strip())
    host, port = _host(parts), _port(parts)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    if parts.scheme == "http" and (host, port or default) not in allowed:
        raise GuardRefused("address_scheme")
    place = host if port in {None, default} else f"{host}:{port}"
    found = f"{parts.scheme}://{place}"
    Guard(allowed).check_url(found)
    if len(found) > LONGEST:
        raise GuardRefused("address_malformed")
    return found


def place(typed: str, allowed: frozenset[tuple[str, int]] = frozenset()) -> str:
    """As `origin`, with the folder that was typed below it: a site may be a folder of its server.

    Raises GuardRefused as well for what is too long to be kept.
    """
    below = quote(_parts(typed.strip()).path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
    found = origin(typed, allowed) + below
    if len(found) > LONGEST:
        raise GuardRefused("address_malformed")
    return found


def _parts(text: str) -> SplitResult:
    if "://" not in text:
        text = f"https://{text.rpartition('@')[2] if '/' not in text else text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        raise GuardRefused("address_malformed") from None
    if "@" in parts.netloc:
        raise GuardRefused("address_userinfo")
    return parts


def _host(parts: SplitResult) -> str:
    """The host in ASCII, lower case; an IPv6 address keeps its brackets."""
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise GuardRefused("address_malformed") from None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise GuardRefused("address_malformed") from None
