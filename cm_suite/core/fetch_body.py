"""A body as it comes in: unpacked piece by piece within a size, and told apart by its first characters."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from cm_suite.core.fetch_types import Fault, Kind, failure

_PIECE: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
_OPENING: Final = 1024
_ROOT: Final = re.compile(r"<([a-z][\w:]*)", re.I)
_FEED_ROOTS: Final = frozenset({"rss", "feed", "rdf:rdf"})
_BINARY: Final = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", _GZIP)
_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_XML_TYPES: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
_ANY_XML: Final = frozenset({"text/xml", "application/xml"})
_VAGUE: Final = frozenset({"", "application/octet-stream", "binary/octet-stream", "unknown/unknown"})


def media_type(header: str) -> tuple[str, str]:
    """The media type of a Content-Type header, lower case, and its charset; each may be empty."""
    name, *rest = header.split(";")
    charset = ""
    for each in rest:
        key, _equal, value = each.partition("=")
        if key.strip().lower() == "charset" and not charset:
            charset = value.strip(" \t\"'")
    return name.strip().lower(), charset


def readable(declared: str) -> bool:
    """Whether a body of this media type may be one we read, so that it is worth receiving."""
    known = declared in _HTML_TYPES | _XML_TYPES | _ANY_XML | _VAGUE
    return known or declared.startswith("text/") or declared.endswith("+xml")


def binary(body: bytes) -> bool:
    """Whether the first bytes are no text, whatever was declared."""
    head = body[:_OPENING]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.startswith(_BINARY) or (b"\x00" in head and not wide)


def kind_of(text: str, declared: str) -> Kind:
    """What a text is: a feed by its root element, else as declared, HTML where nothing clear was said."""
    root = _ROOT.search(text[:_OPENING])
    if declared in _XML_TYPES or (root and root[1].lower() in _FEED_ROOTS):
        return Kind.FEED
    if declared in _HTML_TYPES or declared in _ANY_XML or declared.endswith("+xml"):
        return Kind.HTML
    if declared in _VAGUE:
        return Kind.HTML if text.lstrip().startswith("<") else Kind.TEXT
    return Kind.TEXT


def unpack(pieces: Iterable[bytes], encoding: str, most: int) -> bytes:
    """The body that the pieces make, decompressed. `encoding`: the Content-Encoding header.

    Raises an outcome: `too_large` as soon as there are more than `most` bytes, whatever they unpack to,
    `truncated` when a compressed body ends early, `bad_header` for an encoding that was not asked for.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _joined(pieces, most)
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise failure(Fault.BAD_HEADER, "content-encoding")
    return _joined(_inflated(pieces, name, most), most)


def _joined(pieces: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most:
            raise failure(Fault.TOO_LARGE)
    return bytes(body)


def _inflated(pieces: Iterable[bytes], name: str, most: int) -> Iterator[bytes]:
    """What the pieces unpack to, a little at a time; `most` also bounds what is received."""
    rest = iter(pieces)
    first = next(filter(None, rest), b"")
    stream = _opened(first, name) if first else None
    if stream is None:
        yield first
        yield from rest
        return
    received = 0
    for piece in chain((first,), rest):
        received += len(piece)
        if received > most:
            raise failure(Fault.TOO_LARGE)
        yield from _drained(stream, piece)
    if not stream.eof:
        raise failure(Fault.TRUNCATED)


def _opened(first: bytes, name: str) -> zlib._Decompress | None:
    """A decompressor for what begins so; None for a body that is not compressed although it says so."""
    if name != "deflate":
        return zlib.decompressobj(zlib.MAX_WBITS | 16) if first.startswith(_GZIP[: len(first)]) else None
    wrapped = first[0] & 0x0F == 8 and (len(first) < 2 or int.from_bytes(first[:2]) % 31 == 0)
    return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _drained(stream: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    """All that the decompressor makes of one piece, in small steps; what follows its end is ignored."""
    made = piece
    while made and not stream.eof:
        try:
            made = stream.decompress(piece, _PIECE)
        except zlib.error:
            raise failure(Fault.TRUNCATED) from None
        piece = stream.unconsumed_tail
        yield made
