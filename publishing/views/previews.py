"""How a post will look on a page, beside what the page says of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from publishing.enums import ContentType
from publishing.selectors.pictures import PictureRow
from publishing.services.draft import Content
from publishing.services.fits import is_own
from publishing.views.names import PageName
from publishing.views.says import Said


@dataclass(frozen=True, slots=True)
class Preview:
    """One page's verdict and the post as it would stand there."""

    said: Said
    name: PageName
    content: Content
    images: tuple[PictureRow, ...] = ()

    @property
    def is_newsroom(self) -> bool:
        """Whether it is the brand's own public page, which shows a link and a promotion apart."""
        return is_own(self.said.page.network)

    @property
    def is_promotion(self) -> bool:
        """Whether the public page will mark it as one."""
        return self.content.content_type == ContentType.PROMOTION

    @property
    def link_host(self) -> str:
        """The link's host, without what few read."""
        return urlsplit(self.content.link).netloc.removeprefix("www.")
