"""From the markup of a page to its words. Pure: no network, no Django."""

from reputation.extraction.reader import extract
from reputation.extraction.shapes import Page, PageComment

__all__ = ["Page", "PageComment", "extract"]
