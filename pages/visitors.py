"""Where a request comes from, and whether it came straight from this machine."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

PROXY_HEADERS: Final = frozenset({"forwarded", "via", "x-real-ip"})
PROXY_PREFIX: Final = "x-forwarded-"


def client_address(request: HttpRequest | None) -> str:
    """The peer's network address, for counting; behind our own proxy, the one that the proxy saw.

    Of an IPv6 address the network of 64 bits: whoever has one has all of its 2⁶⁴. Empty when unknown.
    """
    return _network(_peer(request), v6=64)


def neighbourhood(request: HttpRequest | None) -> str:
    """The wider network that the peer stands in, as one tenant may hold: 24 bits of IPv4, 48 of IPv6."""
    return _network(_peer(request), v4=24, v6=48)


def _peer(request: HttpRequest | None) -> str:
    if request is None:
        return ""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


def _network(peer: str, *, v4: int = 32, v6: int) -> str:
    """The network of so many bits, without its size where it is one address; what is no address as it is."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or IPv6Address(
            int(address)
        )  # without its zone, which is the peer's own
    bits = v6 if address.version == 6 else v4
    return str(ip_network(f"{address}/{bits}", strict=False)).removesuffix("/32")


def is_local(request: HttpRequest | None) -> bool:
    """Whether a person on this machine asks, with no proxy between.

    The installation is one that this machine alone can reach, and the peer and the host asked for are
    loopback. A proxy that adds nothing to the request is told by the host it was asked for.
    """
    if request is None or settings.SECURE_PROXY_SSL_HEADER or _through_proxy(request):
        return False
    hosts = (_host_asked_for(request), _host_of(settings.PUBLIC_URL))
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and all(
        host == "localhost" or _is_loopback(host) for host in hosts
    )


def _through_proxy(request: HttpRequest) -> bool:
    names = {name.lower() for name in request.headers}
    return bool(names & PROXY_HEADERS) or any(name.startswith(PROXY_PREFIX) for name in names)


def _host_asked_for(request: HttpRequest) -> str:
    try:
        return _host_of(f"//{request.get_host()}")
    except DisallowedHost:
        return ""


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
