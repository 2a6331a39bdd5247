"""What feeds say, as our types; and whatever else stands where a feed should be."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cm_suite.core.http import Answer
from pages.networks.feed import finding, marks, reading
from pages.networks.feed.reading import Post
from pages.networks.types import Commenter, IncomingComment, ThreadPost

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
URL: Final = "https://maison-lumen.example/feed/"
LUMEN: Final = "https://maison-lumen.example/2026/vitrine/"
POST: Final = Post(
    ThreadPost(LUMEN, LUMEN, "Vitrine & lumière", TEN),
    frozenset({LUMEN, "https://maison-lumen.example/?p=7"}),
    f"{LUMEN}feed/",
    2,
)
ENTRY: Final = "http://www.example.org/entries/1"
ATOM_POST: Final = Post(
    ThreadPost(ENTRY, ENTRY, "Vitrine", TEN),
    frozenset({ENTRY, "tag:example.org,2026:1"}),
    "http://www.example.org/mycommentsfeed.xml",
    10,
)


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def blog(text: str) -> reading.Blog:
    found = reading.blog_of(text, URL)
    assert found is not None
    return found


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_source_and_what_was_invented(name: str) -> None:
    assert set(file(name)) == {"source", "invented", "payload"}
    source = urlsplit(file(name)["source"])
    assert (source.scheme, source.hostname in {"www.rfc-editor.org", "github.com"}) == ("https", True)
    assert all(isinstance(each, str) and each for each in file(name)["invented"])


def test_a_blog_and_its_posts() -> None:
    found = blog(file("posts_rss")["payload"])
    assert (found.title, found.link, found.wordpress) == (
        "Maison & Lumen",
        "https://maison-lumen.example",
        True,
    )
    assert found.posts() == (POST,)
    other = blog(file("posts_atom")["payload"])
    assert (other.title, other.wordpress, other.posts()) == ("Maison Lumen", False, (ATOM_POST,))


def test_a_comment_of_wordpress() -> None:
    assert blog(file("comments_rss")["payload"]).comments((POST,)) == [
        IncomingComment(
            "https://maison-lumen.example/?p=7#comment-12",
            "Trop chère & laide.\n\nVraiment.",
            Commenter(name="Nadia Lefèvre"),
            POST.thread,
            url=f"{LUMEN}#comment-12",
            at=TEN + timedelta(hours=1),
        )
    ]


def test_an_answer_to_a_comment_names_it_and_an_edit_its_instant() -> None:
    assert blog(file("comments_atom")["payload"]).comments((ATOM_POST,)) == [
        IncomingComment(
            "tag:example.org,2026:1,2",
            "Pas du tout.",
            Commenter(name="Nadia", url="https://nadia.example/"),
            ThreadPost(f"{ENTRY}/2", f"{ENTRY}/2"),
            "tag:example.org,2026:1,1",
            f"{ENTRY}/2",
            at=TEN + timedelta(hours=1),
            edited_at=TEN + timedelta(hours=2),
        ),
        IncomingComment(
            "tag:example.org,2026:1,1",
            "Trop chère.",
            Commenter(name="Paul"),
            ATOM_POST.thread,
            url=f"{ENTRY}/1",
            at=TEN + timedelta(hours=1),
        ),
    ]


def test_a_very_long_name_is_kept_short_and_the_same() -> None:
    text = f"<rss version='2.0'><channel><item><guid>{'g' * 900}</guid></item></channel></rss>"
    (one,), (other,) = (blog(text).comments(()) for _time in range(2))
    assert (len(one.remote_id), one, one.post) == (64, other, None)


# --- letters


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("iso-8859-1", "text/xml; charset=ISO-8859-1"),
        ("windows-1252", ""),
        ("utf-8", "text/xml; charset=no-such-letters"),
        ("utf-8", "text/xml; charset=zip"),
    ],
)
def test_the_letters_are_read_as_they_were_written(encoding: str, declared: str) -> None:
    said = encoding if encoding.startswith(("iso", "windows")) else "utf-8"
    head = f'<?xml version="1.0" encoding="{said}"?>'
    text = f'{head}<rss version="2.0"><channel><title>Lumière</title></channel></rss>'
    answer = Answer(200, {"Content-Type": declared}, text.encode(encoding))
    assert blog(reading.text_in(answer)).title == "Lumière"


@given(st.binary(max_size=300), st.text(alphabet="abcdefghijklm-;=/ 0123456789", max_size=30))
def test_any_bytes_are_a_text(body: bytes, declared: str) -> None:
    text = reading.text_in(Answer(200, {"Content-Type": f"text/xml; charset={declared}"}, body))
    assert isinstance(text, str)
    reading.blog_of(text, URL)


# --- whatever stands there

PIECES: Final = st.sampled_from(
    [
        *(
            "<rss version='2.0'>",
            "<channel>",
            "<item>",
            "</item>",
            "<entry>",
            "</entry>",
            "<feed>",
            "<title>",
        ),
        *("</title>", "<link>", "</link>", "<link href='", "' rel='replies' type='application/atom+xml'/>"),
        *(
            "<guid>",
            "</guid>",
            "<pubDate>",
            "Wed, 12 Aug 2026 12:00:00 +9900",
            "<thr:in-reply-to ref='",
            "'/>",
        ),
        *("<slash:comments>", "-1", "</slash:comments>", "<wfw:commentRss>", "https://a.example/", "[::1"),
        *(
            "<![CDATA[",
            "]]>",
            "&#0;",
            "&#xD800;",
            "&#99999999999;",
            "<!DOCTYPE x [<!ENTITY a 'b'>]>",
            "&a;",
            "\x00",
        ),
        *(
            "<author>",
            "<name>",
            "</name>",
            "</author>",
            "<content type='html'>",
            "</content>",
            "<published>",
            "é",
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_whatever_stands_there_is_a_feed_or_none_and_can_be_kept(text: str) -> None:
    found = reading.blog_of(text, URL)
    finding.named_in(text, URL)
    if found is None:
        return
    posts = found.posts()
    for comment in found.comments(posts):
        assert 0 < len(comment.remote_id) <= reading.LONGEST_ID
        assert len(comment.parent_id) <= reading.LONGEST_ID
        f"{comment}".encode()
        assert "\x00" not in f"{comment.remote_id}{comment.text}{comment.url}{comment.author}"
    for post in posts:
        assert post.thread.url.startswith(("https://", "http://"))


def test_a_bomb_of_entities_means_nothing() -> None:
    inner = "".join(f"<!ENTITY b{number} '{f'&b{number - 1};' * 10}'>" for number in range(1, 12))
    text = (
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY b0 'lampe'>{inner}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
        "<rss version='2.0'><channel><title>&b11;&f;</title><item><guid>1</guid>"
        "<description>&b11;</description></item></channel></rss>"
    )
    began = time.monotonic()
    found = reading.blog_of(text, URL)
    assert time.monotonic() - began < 2
    assert found is None or len(f"{found}{found.comments(())}") < 10_000
    assert found is None or "root:" not in f"{found}"


@pytest.mark.parametrize(
    "piece", ["<item><guid>1</guid></item>", "<item>", "<a b='", "<![CDATA[", "<item><title>x", "é" * 9]
)
def test_ten_million_bytes_take_seconds_and_not_more(piece: str) -> None:
    body = f"<rss version='2.0'><channel>{piece * (10_000_000 // len(piece.encode()))}".encode()
    began = time.monotonic()
    found = reading.blog_of(reading.text_in(Answer(200, {}, body)), URL)
    assert time.monotonic() - began < 15
    assert found is None or len(found.entries) <= 200


def test_a_page_names_its_feeds_and_those_of_its_comments_are_left_aside() -> None:
    page = """<head><LINK REL="alternate" TYPE='application/rss+xml' HREF=/feed/>
        <link rel="alternate" type="application/rss+xml" title="Comments" href="/x/">
        <link rel="alternate" type="application/json+oembed" href="/oembed/">
        <link rel="stylesheet" type="application/rss+xml" href="/no/">
        <link type="application/atom+xml" rel="home alternate" href="//atom.example/a?b=1&amp;c=2">
        <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">"""
    assert finding.named_in(page, "https://maison-lumen.example/blog") == [
        "https://maison-lumen.example/feed/",
        "https://atom.example/a?b=1&c=2",
    ]


# --- marks


COMMENTS: Final = st.lists(
    st.builds(
        IncomingComment,
        remote_id=st.text(min_size=1, max_size=5),
        text=st.text(max_size=5),
        at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    ),
    max_size=120,
)


@given(COMMENTS)
def test_a_mark_fits_and_nothing_is_new_right_after_it(comments: list[IncomingComment]) -> None:
    there = marks.latest(comments)
    mark = marks.written(there)
    assert len(mark) <= 300
    assert marks.new(there, mark) == ()
    assert marks.new(there, "") == tuple(there)
    assert [each.at for each in there if each.at] == sorted(each.at for each in there if each.at)
