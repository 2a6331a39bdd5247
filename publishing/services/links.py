"""Signed links to images: what a network fetches itself, for two hours, without signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from cm_suite.core.images import PNG
from pages.selectors.installation import has_public_address

VALID: Final = timedelta(hours=2)
_SALT: Final = "publishing.image"


class LinkInvalid(ValueError):
    """A link that was not signed here, or whose time is over."""


def image_url(stored_id: int, network: str, media_type: str) -> str:
    """Where a network fetches an image in the form it takes; empty without a public address.

    The token is `?t=`, which is written to no log.
    """
    if not has_public_address():
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
