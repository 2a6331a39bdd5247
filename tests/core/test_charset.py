"""Bytes of the web made into text, whatever was said of them."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.charset import decode

FRENCH = "Il était une fois… l’été à Besançon, « où » les naïfs œuvraient pour 20 €."
RUSSIAN = "Это довольно длинный русский текст о компании и её клиентах. " * 8
JAPANESE = "これは日本語の文章です。会社についての記事。" * 8


@pytest.mark.parametrize("declared", ["utf-8", "UTF8", "iso-8859-1", "", "nonsense", "utf-16", "punycode"])
@pytest.mark.parametrize("head", [b"", b'<meta charset="utf-8">', b"<?xml version='1.0' encoding='UTF-8'?>"])
def test_a_western_page_has_its_accents_whatever_was_declared(declared: str, head: bytes) -> None:
    text, name = decode(head + FRENCH.encode("cp1252"), declared)
    assert (text, name) == (head.decode() + FRENCH, "cp1252")


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "utf-8", "", "nonsense"])
def test_utf8_is_utf8_whatever_was_declared(declared: str) -> None:
    assert decode(FRENCH.encode(), declared) == (FRENCH, "utf-8")


@pytest.mark.parametrize(
    ("head", "text", "encoding", "name"),
    [
        ('<meta charset="windows-1251">', "Привет", "cp1251", "cp1251"),
        (
            "<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'>",
            "Привет",
            "koi8-r",
            "koi8-r",
        ),
        ("<META CHARSET=ISO-8859-15>", "20 €", "iso-8859-15", "iso8859-15"),
        ('<?xml version="1.0" encoding="shift_jis"?>', "日本", "cp932", "cp932"),
        ("<meta charset='gb2312'>", "中文镕", "gb18030", "gb18030"),
    ],
)
def test_the_document_says_what_it_is_in(head: str, text: str, encoding: str, name: str) -> None:
    assert decode((head + text).encode(encoding)) == (head + text, name)


def test_the_header_goes_before_the_document() -> None:
    body = '<meta charset="iso-8859-15">Привет'.encode("cp1251")
    assert decode(body, "windows-1251") == (body.decode("cp1251"), "cp1251")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_decides_and_goes(mark: bytes, encoding: str) -> None:
    assert decode(mark + FRENCH.encode(encoding), "windows-1252") == (FRENCH, encoding)


@pytest.mark.parametrize(("text", "encoding"), [(RUSSIAN, "cp1251"), (JAPANESE, "shift_jis")])
def test_what_nobody_declared_is_guessed(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding))[0] == text


def test_a_few_broken_bytes_do_not_spoil_a_page() -> None:
    body = FRENCH.encode() * 20
    text, name = decode(body + b"\xe9" + body, "utf-8")
    assert (text, name) == (FRENCH * 20 + "\ufffd" + FRENCH * 20, "utf-8")


def test_five_megabytes_of_noise_are_read_in_a_moment() -> None:
    began = time.process_time()
    text, _name = decode(bytes(range(256)) * 20_000, "utf-8")
    assert len(text) > 1_000_000
    assert time.process_time() - began < 3


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "iso-8859-1", "big5", "idna", "rot13", "\x00"]))
def test_any_bytes_give_a_text(body: bytes, declared: str) -> None:
    text, name = decode(body, declared)
    assert isinstance(text, str)
    assert codecs.lookup(name)


@given(st.text(max_size=200))
def test_any_text_comes_back_from_utf8(text: str) -> None:
    safe = text.encode("utf-8", "ignore").decode()
    assert decode(b" " + safe.encode(), "windows-1252") == (" " + safe, "utf-8")
