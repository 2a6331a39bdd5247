"""Addresses as people paste them and as sites spell them."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.sources.addresses import MOST_LINES, BadLine, canonical, list_urls, url_hash

PASTED = """\ufeffhttps://presse.example/article
  blog.example/billet?id=3

# forums
https://forum.example/t/12#reponse-4
https://PRESSE.example/article?utm_source=lettre
"https://boutique.example/avis",
<https://cafe.example>
"""


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://Presse.Example", "https://presse.example/"),
        ("HTTPS://presse.example:443/a", "https://presse.example/a"),
        ("http://presse.example:80/a", "http://presse.example/a"),
        ("http://presse.example:443/a", "http://presse.example:443/a"),
        ("https://presse.example./a", "https://presse.example/a"),
        ("https://presse.example/a#b", "https://presse.example/a"),
        ("https://presse.example/a?", "https://presse.example/a"),
        ("https://presse.example/A/", "https://presse.example/A/"),
        ("https://presse.example/?utm_source=x&id=3&UTM_medium=y", "https://presse.example/?id=3"),
        ("https://presse.example/?fbclid=1&b=2&a=1&xtor=RSS-1", "https://presse.example/?b=2&a=1"),
        ("https://presse.example/?a=1&&a=2&c", "https://presse.example/?a=1&a=2&c"),
        ("https://presse.example/?at_medium=x&attente=1", "https://presse.example/?attente=1"),
        ("https://presse.example/été?q=é à", "https://presse.example/%C3%A9t%C3%A9?q=%C3%A9%20%C3%A0"),
        ("https://presse.example/%c3%a9t%C3%A9", "https://presse.example/%C3%A9t%C3%A9"),
        ("https://presse.example/a%2fb", "https://presse.example/a%2Fb"),
        ("https://café.example/", "https://xn--caf-dma.example/"),
        ("https://[2001:DB8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        (" https://presse.example/a \n", "https://presse.example/a"),
        ("mailto:a@presse.example", "mailto:a@presse.example"),
        ("https://presse.example:x/", "https://presse.example:x/"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_an_address_has_one_form(url: str, form: str) -> None:
    assert canonical(url) == form
    assert canonical(form) == form
    assert url_hash(url) == sha256(form.encode()).hexdigest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x", "https://a.example/x/"),
        ("https://a.example/x", "http://a.example/x"),
        ("https://a.example/x?p=1", "https://a.example/x?p=2"),
        ("https://a.example/x", "https://a.example/X"),
        ("https://a.example/", "https://www.a.example/"),
    ],
)
def test_what_may_be_another_page_is_another_address(one: str, other: str) -> None:
    assert url_hash(one) != url_hash(other)


def test_a_pasted_list_is_read() -> None:
    assert list_urls(PASTED) == (
        (
            "https://presse.example/article",
            "https://blog.example/billet?id=3",
            "https://forum.example/t/12",
            "https://boutique.example/avis",
            "https://cafe.example",
        ),
        (),
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ftp://presse.example/a", "address_scheme"),
        ("javascript:alert(1)", "address_scheme"),
        ("mailto:a@presse.example", "address_scheme"),
        ("https://me:secret@presse.example/", "address_userinfo"),
        ("presse.example:22/a", "address_port"),
        ("https://127.0.0.1/", "address_private"),
        ("[::1]/a", "address_private"),
        ("169.254.169.254/latest", "address_private"),
        ("http://2130706433/", "address_malformed"),
        ("https://", "address_malformed"),
        ("https:///a", "address_malformed"),
        ("deux mots", "address_malformed"),
        ("https://[::1/", "address_malformed"),
        ("https://" + "é" * 80 + ".example/", "address_malformed"),
        ("https://presse.example/" + "x" * 1000, "address_too_long"),
    ],
)
def test_a_line_that_is_no_address_is_named(line: str, code: str) -> None:
    found = list_urls(f"https://presse.example/a\n\n{line}\nhttps://presse.example/b")
    assert found.good == ("https://presse.example/a", "https://presse.example/b")
    assert found.bad == (BadLine(3, line[:1001], code),)


def test_a_pair_of_the_allow_list_may_be_private() -> None:
    text = "http://127.0.0.1:8001/a\nhttp://127.0.0.1:8002/a"
    found = list_urls(text, frozenset({("127.0.0.1", 8001)}))
    assert found.good == ("http://127.0.0.1:8001/a",)
    assert found.bad == (BadLine(2, "http://127.0.0.1:8002/a", "address_port"),)


def test_a_list_has_an_end() -> None:
    found = list_urls("\n".join(f"https://a.example/{number}" for number in range(MOST_LINES + 1)))
    assert len(found.good) == MOST_LINES
    assert found.bad == (BadLine(2001, "https://a.example/2000", "too_many_addresses"),)


@given(st.text(max_size=80))
def test_any_text_is_read_as_a_list(text: str) -> None:
    found = list_urls(text)
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(found.good) + len(found.bad) <= len(lines)
    assert [bad.number for bad in found.bad] == sorted({bad.number for bad in found.bad})


@given(st.text(max_size=60).map(lambda tail: f"https://a.example/{tail}") | st.text(max_size=60))
def test_the_form_of_a_form_is_itself(url: str) -> None:
    form = canonical(url)
    assert canonical(form) == form
    assert len(url_hash(url)) == 64
