"""A delivery as it leaves: its words, and its images in the form that its network takes."""

from __future__ import annotations

import hashlib

from cm_suite.core.images import Picture, fitted
from cm_suite.core.text import fingerprint
from pages.models import Page
from pages.networks.spec import ImageRules
from pages.networks.types import Image, Outgoing
from publishing.models import Delivery, PostImage, StoredImage
from publishing.services import links
from publishing.services.fits import rules_of
from publishing.services.prepared import DeliveryShelf


def outgoing_of(delivery: Delivery, page: Page, *, images: bool = True) -> Outgoing:
    """The post of the delivery as it stands now, for its page. Reads the images' bytes.

    `images`: whether it may have any; False spares the question.
    """
    post = delivery.post
    return Outgoing(
        delivery.key,
        post.text,
        post.link,
        post.content_type,
        page.brand.language,
        _images(delivery, page) if images else (),
        DeliveryShelf(delivery.pk),
    )


def mark(outgoing: Outgoing) -> str:
    """The fingerprint of what leaves: words, link, and each image with its alternative text."""
    lines = [outgoing.text, outgoing.link]
    lines += [f"{hashlib.sha256(each.content).hexdigest()} {each.alt}" for each in outgoing.images]
    return fingerprint("\n".join(lines))


def as_taken(stored: StoredImage, rules: ImageRules | None) -> Picture:
    """A stored image in the form that a network's rules want: always the same bytes for the same rules."""
    picture = Picture(bytes(stored.content), stored.media_type, stored.width, stored.height)
    return fitted(picture, types=rules.types, most_bytes=rules.most_bytes) if rules else picture


def _images(delivery: Delivery, page: Page) -> tuple[Image, ...]:
    rules = rules_of(page.network)
    if rules is None:
        return ()
    rows = PostImage.objects.filter(post_id=delivery.post_id).select_related("stored")
    return tuple(_image(row, rules, page.network) for row in rows.order_by("place", "pk"))


def _image(row: PostImage, rules: ImageRules, network: str) -> Image:
    found = as_taken(row.stored, rules)
    url = links.image_url(row.stored_id, network, found.media_type)
    return Image(found.content, found.media_type, found.width, found.height, row.alt, url)
