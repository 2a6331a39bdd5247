"""The Atom feed: full texts, ids that never change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from pages.models import Page
from pages.newsroom import addresses, messages, prose
from pages.newsroom.models import NewsroomPost

CONTENT_TYPE: Final = "application/atom+xml; charset=utf-8"


class FullAtom(Atom1Feed):
    """Atom with the whole text as `<content>`, how many comments there are, each entry in its language."""

    def latest_post_date(self) -> datetime:
        """When the newest entry was published; without entries, when the newsroom was opened."""
        dates: list[datetime] = [item["pubdate"] for item in self.items]
        return max(dates, default=self.feed["opened_at"])

    def root_attributes(self) -> dict[str, str]:
        """Atom's names, and those of threads (RFC 4685)."""
        return {**super().root_attributes(), "xmlns:thr": "http://purl.org/syndication/thread/1.0"}

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        """The entry's language."""
        return {"xml:lang": item["language"]} if item["language"] else {}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Django's elements, then the full text."""
        super().add_item_elements(handler, item)
        if item["replies"]:
            attributes = {
                "rel": "replies",
                "type": "text/html",
                "href": f"{item['link']}#comments",
                "thr:count": str(item["replies"]),
            }
            handler.addQuickElement("link", "", attributes)
        handler.addQuickElement("content", item["content"], {"type": "html"})


def atom(page: Page, posts: list[NewsroomPost]) -> str:
    """The feed of a newsroom with these posts, as XML."""
    brand = page.brand
    feed = FullAtom(
        title=prose.clean(brand.name),
        link=addresses.of_brand(brand.slug),
        description="",
        subtitle=prose.clean(brand.tagline) or None,
        language=brand.language,
        author_name=prose.clean(brand.publisher or brand.name),
        feed_url=addresses.of_brand(brand.slug, "feed"),
        feed_guid=_tag(page.created_at, f"p/{page.pk}"),
        opened_at=page.created_at,
    )
    for post in posts:
        _add(feed, page, post)
    return feed.writeString("utf-8")


def _add(feed: FullAtom, page: Page, post: NewsroomPost) -> None:
    brand = page.brand
    mark = messages.mark(post.content_type)
    feed.add_item(
        title=_title(post, brand.name),
        link=addresses.of_post(brand.slug, post.pk),
        description=None,  # type: ignore[arg-type]  # Django then leaves the summary out
        unique_id=_tag(post.published_at, f"p/{page.pk}/{post.pk}"),
        pubdate=post.published_at,
        updateddate=post.published_at,
        categories=[mark] if mark else [],
        language=post.language,
        replies=getattr(post, "comment_count", 0),
        content=render_to_string("newsroom/entry.html", {"post": post, "brand": brand}).strip(),
    )


def _title(post: NewsroomPost, name: str) -> str:
    """The first words; an advertisement says so before them."""
    words = prose.title(post.text, name)
    if post.content_type == messages.PROMOTION:
        return f"[{messages.mark(post.content_type)}] {words}"
    return words


def _tag(since: datetime, path: str) -> str:
    """A tag: URI (RFC 4151): the name, the day it was given, and what it was given to."""
    return f"tag:{addresses.public_host()},{since.astimezone(UTC):%Y-%m-%d}:{path}"
