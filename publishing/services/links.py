"""Signed links to images: what a network fetches itself, for two hours, without signing in."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.urls import reverse

from cm_suite.core.images import PNG

VALID: Final = timedelta(hours=2)
_SALT: Final = "publishing.image"
_PRIVATE: Final = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "test", "invalid")


class LinkInvalid(ValueError):
    """A link that was not signed here, or whose time is over."""


def is_public() -> bool:
    """Whether networks can reach this installation: PUBLIC_URL is https, on a name of the public web."""
    parts = urlsplit(settings.PUBLIC_URL)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme != "https" or not host:
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not any(host == name or host.endswith(f".{name}") for name in _PRIVATE)


def image_url(stored_id: int, network: str, media_type: str) -> str:
    """Where a network fetches an image in the form it takes; empty without a public address.

    The token is `?t=`, which is written to no log.
    """
    if not is_public():
        return ""
    token = signing.dumps([stored_id, network], salt=_SALT)
    name = "image.png" if media_type == PNG else "image.jpg"
    return f"{settings.PUBLIC_URL}{reverse('publishing:shared_image', args=[name])}?t={token}"


def opened(token: str) -> tuple[int, str]:
    """The image's id and the network that a link was made for. Raises LinkInvalid."""
    try:
        stored_id, network = signing.loads(token, salt=_SALT, max_age=VALID)
    except signing.BadSignature as error:
        raise LinkInvalid from error
    return stored_id, network
