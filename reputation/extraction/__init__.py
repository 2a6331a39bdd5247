"""From the markup of a page to its words: title, article, author, date, comments, kind. Pure: no network, no Django."""

from reputation.extraction.reader import extract
from reputation.extraction.shapes import Page, PageComment

__all__ = ["Page", "PageComment", "extract"]
