"""A page of the web as last read for a brand."""

from __future__ import annotations

from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.fetch import Fetched, visited
from cm_suite.core.text import clip, fingerprint
from reputation.enums import PageKind
from reputation.extraction import Page
from reputation.models import Document, DocumentComment, Fetch, SourceAddress

TEXT_MOST: Final = 200_000  # characters: a book on one page is cut
COMMENTS_MOST: Final = 500


def keep(brand_id: int, fetch: Fetch, fetched: Fetched, page: Page, hint: SourceAddress | None) -> Document:
    """Write down a page in place of what was known of it. Date and title are the feed's if it has none."""
    text = clean(page.text, TEXT_MOST)
    fields: dict[str, Any] = {
        "url": fetch.url,
        "final_url": fetched.final_url if len(fetched.final_url) <= 1000 else "",
        "host": visited(fetched.final_url or fetch.url),
        "title": clean(page.title or (hint.title if hint else ""), 300),
        "text": text,
        "author": clean(page.author, 200),
        "published_at": page.published or (hint.published_at if hint else None),
        "kind": page.kind if page.kind in PageKind.values else PageKind.OTHER,
        "etag": _header(fetched.etag, 200),
        "modified": _header(fetched.modified, 60),
        "fingerprint": fingerprint(text) if text else "",
        "read_at": clock.now(),
    }
    document, new = Document.objects.update_or_create(
        brand_id=brand_id, url_hash=fetch.url_hash, defaults=fields
    )
    if not new:
        document.comments.all().delete()
    DocumentComment.objects.bulk_create(_comments(document, page))
    return document


def confirm(known: Document | None, fetched: Fetched) -> Document:
    """A page that has not changed since it was read. Raises ValueError when it was never read."""
    if known is None:
        raise ValueError(f"unchanged since never: {fetched.status}")
    Document.objects.filter(pk=known.pk).update(read_at=clock.now())
    return known


def _comments(document: Document, page: Page) -> list[DocumentComment]:
    return [
        DocumentComment(
            document=document,
            place=place,
            author=clean(comment.author, 200),
            text=clean(comment.text, TEXT_MOST),
            published_at=comment.published,
        )
        for place, comment in enumerate(page.comments[:COMMENTS_MOST])
    ]


def clean(text: str, most: int) -> str:
    """What a database takes of a text: no NUL, no half of a pair, not too long."""
    return clip(text.replace("\0", "").encode("utf-8", "replace").decode("utf-8"), most)


def _header(value: str, most: int) -> str:
    """A header to give back as it came, or not at all."""
    return value if len(value) <= most and value.isprintable() else ""
