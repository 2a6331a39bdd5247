"""`extract`: the words of a page."""

from __future__ import annotations

from trafilatura import extract as article_of

from reputation.extraction.shapes import Page


def extract(html: str, url: str = "") -> Page:
    """Return the words of a page given as text. Never raises, asks no network; an unreadable page is empty.

    `url` is only a hint for the kind of page: it is never fetched.
    """
    return Page(text=article_of(html, fast=True, include_comments=False) or "")
