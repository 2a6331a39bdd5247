"""A brand's words on a page: paragraphs, safe links, short forms. Everything that comes in is plain text."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from cm_suite.core.text import ELLIPSIS, clip

# Marks that turn the direction of writing: right in a sentence, a disguise in an address.
_TURNS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_TURNING: Final = re.compile(f"[{_TURNS}]")
_LINK: Final = re.compile(rf"\bhttps?://[^\s<>\"“”«»{_TURNS}]+", re.IGNORECASE)
_THIN_BEFORE: Final = re.compile(r"(?<=\S) (?=[;!?])")
_FIRM_BESIDE: Final = re.compile(r"(?<=\S) (?=[:»%€])|(?<=«) ")
_PARAGRAPHS: Final = re.compile(r"\n[^\S\n]*\n\s*")
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_TRAILING: Final = ".,;:!?…'’*_"
_NOT_IN_XML: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def clean(text: str) -> str:
    """The text with `\\n` line ends and without what neither a page nor a feed may carry."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def french(text: str) -> str:
    """The text with spaces that do not break beside French punctuation, where a space was written."""
    return _FIRM_BESIDE.sub("\N{NO-BREAK SPACE}", _THIN_BEFORE.sub("\N{NARROW NO-BREAK SPACE}", text))


def paragraphs(text: str, language: str = "", *, rel: str = "noopener") -> SafeString:
    """The text as HTML paragraphs, each in its own direction; addresses of the web become links."""
    words = french(clean(text)) if language == "fr" else clean(text)
    blocks = [block.strip() for block in _PARAGRAPHS.split(words)]
    shown = ((_lines(block, rel),) for block in blocks if block)
    return format_html_join("\n", '<p dir="auto">{}</p>', shown)


def visitors_words(text: str) -> SafeString:
    """A visitor's text as HTML, sign for sign; its links carry no word of recommendation."""
    return paragraphs(text, rel="ugc nofollow noopener")


def single_line(text: str) -> str:
    """A name or the like: on one line, without signs that turn the direction of what follows."""
    return " ".join(_TURNING.sub("", clean(text)).split())


def _lines(block: str, rel: str) -> SafeString:
    return format_html_join(mark_safe("<br>\n"), "{}", ((_linked(line, rel),) for line in block.split("\n")))


def _linked(line: str, rel: str) -> SafeString:
    """One line with its addresses as links; what is not an address is escaped."""
    parts: list[str] = []
    end = 0
    for found in _LINK.finditer(line):
        address = _trimmed(found[0])
        if not link_host(address):
            continue
        parts += (line[end : found.start()], _anchor(address, rel))
        end = found.start() + len(address)
    return format_html_join("", "{}", ((part,) for part in [*parts, line[end:]]))


def _anchor(address: str, rel: str) -> SafeString:
    return format_html('<a href="{}" rel="{}" dir="ltr">{}</a>', address, rel, address)


def _trimmed(address: str) -> str:
    """The address without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        opening = _CLOSING.get(last)
        unmatched = opening is not None and address.count(last) > address.count(opening)
        if last not in _TRAILING and not unmatched:
            return address
        address = address[:-1]
    return address


def link_host(address: str) -> str:
    """The host a web address leads to, without `www.`; empty for anything that is not http or https."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"}:
        return ""
    return host.removeprefix("www.")


def short(text: str, n: int) -> str:
    """The beginning of the text on one line, at most `n` characters, cut between two words where possible."""
    folded = " ".join(clean(text).split())
    if len(folded) <= n:
        return folded
    head, blank, _rest = folded[:n].rpartition(" ")
    if not blank or len(head) <= n // 2:
        return clip(folded, n)
    while head and unicodedata.category(head[-1]) in {"Pd", "Po", "Zs"}:
        head = head[:-1]
    return head + ELLIPSIS


def title(text: str, fallback: str) -> str:
    """The first line of the text, short; `fallback` when there is no text."""
    first = next((line for line in clean(text).split("\n") if line.strip()), "")
    return short(first, 70) or fallback
