"""Bodies unpacked piece by piece, and told apart."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.errors import OutcomeError
from cm_suite.core.fetch_body import binary, kind_of, media_type, unpack
from cm_suite.core.fetch_types import Kind
from tests.core.sites import PAGE, Reader, Site, html

RAW = PAGE.encode() * 50
PACKED = {
    "": RAW,
    "identity": RAW,
    "gzip": gzip.compress(RAW),
    "x-gzip": gzip.compress(RAW),
    "deflate": zlib.compress(RAW),
    " DEFLATE ": zlib.compress(RAW)[2:-4],
}


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    """A body in pieces of so many bytes."""
    return (body[at : at + size] for at in range(0, len(body), size))


def code(body: bytes, encoding: str, most: int) -> str:
    """The code with which a body is refused."""
    with pytest.raises(OutcomeError) as raised:
        unpack(pieces(body, 100), encoding, most)
    return raised.value.code


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_unpacked_however_it_comes(encoding: str, size: int) -> None:
    assert unpack(pieces(PACKED[encoding], size), encoding, len(RAW)) == RAW


@pytest.mark.parametrize("encoding", PACKED)
def test_one_byte_too_many_is_too_many(encoding: str) -> None:
    assert code(PACKED[encoding], encoding, len(RAW) - 1) == "too_large"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", " DEFLATE "])
def test_a_body_that_ends_early_is_noticed(encoding: str) -> None:
    assert code(PACKED[encoding][:-3], encoding, 10**6) == "truncated"


def test_a_body_that_is_not_packed_although_it_says_so() -> None:
    assert unpack(pieces(RAW, 9), "gzip", len(RAW)) == RAW
    assert unpack(pieces(b"", 9), "gzip", 9) == b""


def test_what_follows_the_end_counts_as_received_and_is_dropped() -> None:
    assert unpack(pieces(PACKED["gzip"] + b"x" * 50, 10), "gzip", 10**6) == RAW
    assert code(PACKED["gzip"] + b"x" * 10**4, "gzip", len(RAW)) == "too_large"


def test_two_packings_are_one_too_many() -> None:
    assert code(gzip.compress(PACKED["gzip"]), "gzip, gzip", 10**6) == "bad_header"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_packed_page_is_read(encoding: str) -> None:
    packed = html(PACKED[encoding], f"Content-Encoding: {encoding}")
    with Site({"/a": packed}) as site:
        page = Reader(site).get(site.url("/a"))
    assert (page.text, page.body_bytes) == (PAGE * 50, len(RAW))


def test_a_page_in_cp1252_that_says_utf8_has_its_accents() -> None:
    body = PAGE.encode("cp1252")
    with Site({"/a": html(body)}) as site:
        page = Reader(site).get(site.url("/a"))
    assert (page.text, page.charset, page.body_bytes) == (PAGE, "cp1252", len(body))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", ("", "")),
        ("Text/HTML", ("text/html", "")),
        ('text/html; Charset="ISO-8859-1"; x=y', ("text/html", "ISO-8859-1")),
        ("text/html;charset=a;charset=b", ("text/html", "a")),
        (";;charset", ("", "")),
    ],
)
def test_a_media_type_is_read(header: str, found: tuple[str, str]) -> None:
    assert media_type(header) == found


def test_a_page_about_feeds_is_no_feed() -> None:
    assert kind_of("<html><body><rss></rss>", "text/html") is Kind.HTML
    assert kind_of("<!DOCTYPE html><feed>", "text/html") is Kind.FEED


@pytest.mark.parametrize(
    ("body", "found"),
    [(b"\x00", True), (b"%PDF-1", True), (b"\xff\xfea\x00", False), (b"<p>", False), (b"", False)],
)
def test_what_is_no_text_is_told(body: bytes, found: bool) -> None:
    assert binary(body) is found


@given(st.binary(max_size=400), st.sampled_from(["", "gzip", "deflate"]), st.integers(1, 50))
def test_any_body_is_unpacked_or_refused(body: bytes, encoding: str, size: int) -> None:
    refused = ""
    try:
        assert len(unpack(pieces(body, size), encoding, 1000)) <= 1000
    except OutcomeError as error:
        refused = error.code
    assert refused in {"", "too_large", "truncated"}


@given(st.text(max_size=300), st.sampled_from(["", "text/html", "text/plain", "a/b+xml", "x"]))
def test_any_text_has_a_kind(text: str, declared: str) -> None:
    assert kind_of(text, declared) in Kind
