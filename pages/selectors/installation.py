"""What this installation is to the networks: its application keys, its public address."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from pages.networks.spec import NetworkSpec
from pages.networks.types import AppKeys

NOT_PUBLIC: Final = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "test", "invalid")
"""Ends of names that the public web does not have."""


def origin_of(spec: NetworkSpec, host: str = "") -> str:
    """The origin to ask: the account's own server, else what CM_NETWORK_HOSTS names; empty: the network's."""
    return host or str(settings.CM_NETWORK_HOSTS.get(spec.code, ""))


def app_keys(spec: NetworkSpec) -> AppKeys | None:
    """The agency's own application keys at the network; None when it wants none, or one is not set."""
    if spec.app is None or missing_settings(spec):
        return None
    return AppKeys(getattr(settings, spec.app.client_id), getattr(settings, spec.app.client_secret))


def missing_settings(spec: NetworkSpec) -> tuple[str, ...]:
    """The names of the settings that the network needs and this installation does not fill."""
    if spec.app is None:
        return ()
    wanted = (spec.app.client_id, spec.app.client_secret)
    return tuple(name for name in wanted if not getattr(settings, name, ""))


def redirect_uri(spec: NetworkSpec) -> str:
    """Where the network sends people back to; it must be entered there exactly so."""
    return str(settings.PUBLIC_URL) + reverse("pages:connect_back", args=[spec.code])


def has_public_address() -> bool:
    """Whether networks can reach this installation: PUBLIC_URL is https, on a name of the public web."""
    try:
        parts = urlsplit(settings.PUBLIC_URL)
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme != "https" or not host:
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not f".{host}".endswith(tuple(f".{end}" for end in NOT_PUBLIC))


def wants_public_address(spec: NetworkSpec) -> bool:
    """Whether the network fetches images itself while this installation has no address it could reach."""
    return spec.images is not None and spec.images.fetched and not has_public_address()
