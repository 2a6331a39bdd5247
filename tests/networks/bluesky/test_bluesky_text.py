"""Length in characters as a reader sees them, marks in bytes, and the keys that records go under."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pages.networks.bluesky.facets import facets, spots
from pages.networks.bluesky.keys import Address, address, claims, is_did, record_key
from pages.networks.bluesky.length import fits, graphemes, measure, shortened, site, with_link
from pages.networks.bluesky.words import words_of
from tests.networks.bluesky.fake_repo import TID, InvalidError, check
from tests.networks.bluesky.people import OURS, token

FAMILY: Final = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
LINK: Final = "https://www.lumen.example/boutique/nouvelle-vitrine?a=1"
WORDS: Final = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
PIECES: Final = st.lists(
    WORDS | st.sampled_from([" ", "\n", "é", FAMILY, "#Vitrine", "@nadia.example", LINK, "(", ")", "."]),
    max_size=8,
).map("".join)


def resolve(handle: str) -> str:
    return OURS if handle.endswith(".example") else ""


# --- length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Une lampe", 9),
        ("e\u0301t\u00e9", 3),
        (FAMILY, 1),
        ("\U0001f1eb\U0001f1f7\U0001f1e7\U0001f1ea", 2),
        ("\r\n", 1),
        ("\u0915\u094d\u0937\u093f", 1),
        ("\U0001f44d\U0001f3fd", 1),
    ],
)
def test_characters_are_the_ones_a_reader_sees(text: str, length: int) -> None:
    assert graphemes(text) == length


def test_a_tenth_of_its_bytes_where_that_is_more() -> None:
    assert (fits("x" * 300), fits("é" * 300), fits("あ" * 300)) == (300, 300, 300)
    assert fits(FAMILY * 120) == 300
    assert fits(FAMILY * 121) == 303


@given(PIECES)
def test_what_fits_is_what_a_server_takes(text: str) -> None:
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-08-12T10:00:00Z"}
    check("app.bsky.feed.post", record_key("post", text), record, {})
    long = record | {"text": text + "é" * (301 - graphemes(text))}
    assert fits(str(long["text"])) > 300
    with pytest.raises(InvalidError):
        check("app.bsky.feed.post", record_key("post", text), long, {})


@given(PIECES, PIECES)
def test_lengths_add_up_to_no_more_than_their_sum(one: str, other: str) -> None:
    assert graphemes(one + other) <= graphemes(one) + graphemes(other)
    assert fits(one) >= graphemes(one)


def test_a_link_counts_for_its_shortened_place_unless_the_text_holds_it() -> None:
    shown = "www.lumen.example/boutique/nou…"
    assert shortened(LINK) == shown
    assert measure("Une lampe", LINK) == len("Une lampe\n\n") + len(shown)
    assert measure(f"Voir {LINK} ici", LINK) == len(f"Voir {LINK} ici")
    assert measure(" Une lampe\n", "") == len("Une lampe")
    assert measure("", LINK) == len(shown)
    assert with_link("", LINK) == (shown, shown)


@pytest.mark.parametrize(
    ("link", "short", "name"),
    [
        ("https://lumen.example", "lumen.example", "lumen.example"),
        ("https://lumen.example/", "lumen.example", "lumen.example"),
        ("https://www.lumen.example/a/b", "www.lumen.example/a/b", "lumen.example"),
        ("https://lumen.example/a#bcdefghijklmnopqrstuvw", "lumen.example/a#bcdefghijk…", "lumen.example"),
        ("https://[bad", "https://[bad", "https://[bad"),
    ],
)
def test_an_address_as_it_is_shown(link: str, short: str, name: str) -> None:
    assert (shortened(link), site(link)) == (short, name)


# --- marks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Voir https://lumen.example/a.", [("link", "https://lumen.example/a")]),
        ("(https://lumen.example/a)", [("link", "https://lumen.example/a")]),
        ("https://lumen.example/a_(b)", [("link", "https://lumen.example/a_(b)")]),
        ("https://lumen.example/ç?é=✨#à, puis", [("link", "https://lumen.example/ç?é=✨#à")]),
        ("lumen.example xhttps://a.example", []),
        ("https:// ", []),
        ("@Nadia.Example, bonjour", [("mention", "nadia.example")]),
        ("(@nadia.example)", [("mention", "nadia.example")]),
        ("nadia@autre.example @nadia @-a.example @a..example", []),
        ("#Vitrine #déjà-vu! ＃灯", [("tag", "Vitrine"), ("tag", "déjà-vu"), ("tag", "灯")]),
        ("#123 #! # #\ufe0f1 a#b", []),
        ("#3lampes", [("tag", "3lampes")]),
        ("#" + "x" * 64, [("tag", "x" * 64)]),
        ("#" + "x" * 65, []),
        ("https://a.example/#tag @b.example", [("link", "https://a.example/#tag"), ("mention", "b.example")]),
    ],
)
def test_what_a_text_holds(text: str, found: list[tuple[str, str]]) -> None:
    assert [(each.kind, each.value) for each in spots(text)] == found


def test_marks_stand_in_bytes() -> None:
    text = f"{FAMILY} é @nadia.example #été"
    mention, tag = facets(text, resolve)
    raw = text.encode()
    assert raw[mention["index"]["byteStart"] : mention["index"]["byteEnd"]].decode() == "@nadia.example"
    assert raw[tag["index"]["byteStart"] : tag["index"]["byteEnd"]].decode() == "#été"
    assert mention["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": OURS}]


def test_no_more_than_twenty_are_looked_up() -> None:
    asked: list[str] = []

    def count(handle: str) -> str:
        asked.append(handle)
        return ""

    assert facets(" ".join(f"@a{number}.example" for number in range(30)), count) == []
    assert len(asked) == 20


@given(PIECES)
@example(f"({LINK})")
def test_marks_are_in_order_apart_and_around_what_they_name(text: str) -> None:
    raw, end = text.encode(), 0
    for each in facets(text, resolve):
        start, stop = each["index"]["byteStart"], each["index"]["byteEnd"]
        assert end <= start < stop <= len(raw)
        end = stop
        shown = raw[start:stop].decode()
        (feature,) = each["features"]
        named = {"link": feature.get("uri"), "tag": f"#{feature.get('tag')}"}
        kind = feature["$type"].partition("#")[2]
        assert shown.replace("＃", "#") == named.get(kind, shown)
        assert kind != "mention" or (shown.startswith("@") and feature["did"] == OURS)


@given(
    PIECES.map(str.strip),
    st.sampled_from([LINK, "https://lumen.example", "https://lumen.example/a/b/c/d/e/f/g"]),
)
def test_a_shortened_link_is_whole_again_when_it_is_read(text: str, link: str) -> None:
    written, shown = with_link(text, link)
    record = {"text": written, "facets": facets(written, resolve, (shown, link))}
    assert words_of(record) == (f"{text}\n\n{link}".strip() if shown else text)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [None, {}, {"index": 1, "features": 2}],
        [{"index": {"byteStart": 3, "byteEnd": 999}, "features": [{"uri": LINK}]}],
        [{"index": {"byteStart": "0", "byteEnd": 2}, "features": [{"uri": LINK}]}],
        [{"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"uri": "javascript:x"}, 3]}],
    ],
)
def test_marks_that_make_no_sense_change_no_word(broken: Any) -> None:
    assert words_of({"text": "Une lampe", "facets": broken}) == "Une lampe"


def test_an_address_behind_other_words_and_one_on_a_card_are_said() -> None:
    hidden = [{"index": {"byteStart": 4, "byteEnd": 9}, "features": [{"uri": LINK}]}]
    assert words_of({"text": "Une lampe", "facets": hidden}) == f"Une lampe ({LINK})"
    card = {"$type": "app.bsky.embed.external", "external": {"uri": LINK, "title": "t", "description": ""}}
    assert words_of({"text": "Une lampe", "embed": card}) == f"Une lampe\n\n{LINK}"
    assert words_of({"text": f"Une lampe {LINK}", "embed": card}) == f"Une lampe {LINK}"
    assert words_of({"text": 3}) == ""


# --- keys


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_key_is_the_same_at_every_try_and_another_for_another(one: str, other: str) -> None:
    assert TID.fullmatch(record_key("post", one))
    assert record_key("post", one) == record_key("post", one)
    assert (record_key("post", one) == record_key("post", other)) is (one == other)
    assert record_key("post", one) != record_key("reply", one)


def test_a_key_lies_in_a_past_that_servers_believe() -> None:
    digits = "234567abcdefghijklmnopqrstuvwxyz"
    for number in range(200):
        value = 0
        for char in record_key("post", str(number)):
            value = value * 32 + digits.index(char)
        assert 1_672_531_200 <= (value >> 10) / 1_000_000 < 1_672_531_200 + 365 * 86_400


def test_addresses_are_read_and_nothing_else_is() -> None:
    at = f"at://{OURS}/app.bsky.feed.post/3kaaaaaaaaaa2"
    assert address(at) == Address(OURS, "app.bsky.feed.post", "3kaaaaaaaaaa2")
    assert str(address(at)) == at
    assert address(f"at://{OURS}/app.bsky.graph.block/a").web == ""
    for other in (
        None,
        3,
        "",
        "999",
        f"at://{OURS}",
        "at://nadia.example/a.b.c/d",
        at + "/e",
        at + "\n",
        f" {at}",
    ):
        with pytest.raises(ValueError, match="address"):
            address(other)
    assert (is_did(OURS), is_did("nadia.example"), is_did(None)) == (True, False, False)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: f"a.{raw.hex()}.b"))
def test_a_token_that_says_nothing(said: str) -> None:
    assert isinstance(claims(said), dict)


def test_a_token_says_whose_it_is_and_when_it_ends() -> None:
    said = claims(token(OURS, "com.atproto.appPass"))
    assert (said["sub"], said["scope"]) == (OURS, "com.atproto.appPass")
    assert re.fullmatch(r"\d{10}", str(said["exp"]))
