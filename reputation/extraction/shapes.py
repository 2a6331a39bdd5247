"""What a page of the web is once its markup is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PRESS, BLOG, FORUM, SHOP, OTHER = "press", "blog", "forum", "shop", "other"


@dataclass(frozen=True, slots=True)
class PageComment:
    """A visitor's words under a page: who signed (may be empty), what they wrote, when (aware, or None)."""

    author: str
    text: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a page: `comments` are not in `text`; `published` is aware (UTC if no zone is named)."""

    title: str = ""
    text: str = ""
    published: datetime | None = None
    author: str = ""
    comments: tuple[PageComment, ...] = ()
    kind: str = OTHER
