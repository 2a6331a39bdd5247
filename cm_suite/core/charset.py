"""Bytes of the web made into text: what the bytes themselves say goes before what was declared of them."""

from __future__ import annotations

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

_HEAD: Final = 2048
_SAMPLE: Final = 50_000
_DECLARED: Final = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What the web means by a name is often a larger set than the one that bears it.
_MEANT: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_FAMILIES: Final = ("iso8859", "cp", "koi8", "mac", "gb", "big5", "euc", "shift_jis", "hz", "iso2022")
_WESTERN: Final = frozenset(
    "àâäçéèêëîïôöùûüÿœæñáíóúìòãõåøßÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆÑÁÍÓÚÌÒÃÕÅØ«»‹›\u2018\u2019\u201a\u201c\u201d\u201e…\u2013—•·°²³€£§©®™¡¿\xa0½¼¾ºª±×"
)


def decode(body: bytes, declared: str = "") -> tuple[str, str]:
    """The text of a body and the character set that gave it. `declared`: what the header said, or nothing.

    A byte order mark decides; then UTF-8 if that is what the bytes are, a few broken ones apart; then what
    was declared in the header or in the document, if it fits; then what the bytes look most like.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    text = _utf8(body)
    if text is not None:
        return text, "utf-8"
    for label in (declared, _inside(body)):
        name = _known(label)
        text = _strictly(body, name) if name else None
        if text is not None:
            return text, name
    return _guessed(body)


def _utf8(body: bytes) -> str | None:
    """The body as UTF-8; at most one in twenty of what is not ASCII may be broken."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return text if broken * 20 <= beyond else None


def _inside(body: bytes) -> str:
    """The character set that the document names in its head."""
    found = _DECLARED.search(body[:_HEAD])
    return found[1].decode("ascii", "replace") if found else ""


def _known(label: str) -> str:
    """Python's name for what the web means by a label; empty for Unicode (its bytes show it) and nonsense."""
    try:
        name = codecs.lookup(label.strip(" \"'")).name
    except (LookupError, ValueError):
        return ""
    name = _MEANT.get(name, name)
    return name if name.startswith(_FAMILIES) else ""


def _strictly(body: bytes, name: str) -> str | None:
    """The body in this set, or None if some byte has no meaning in it."""
    try:
        return body.decode(name)
    except UnicodeError:
        return None


def _guessed(body: bytes) -> tuple[str, str]:
    """Western European if every letter would be one in use there, else the likeliest set."""
    text = body.decode("cp1252", "replace")
    if all(char in _WESTERN for char in set(text) if char > "\x7f"):
        return text, "cp1252"
    best = from_bytes(body[:_SAMPLE]).best()
    name = best.encoding if best is not None else "cp1252"
    return body.decode(name, "replace"), name
