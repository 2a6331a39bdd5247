"""Feeds as they are found: well made, broken, hostile, empty, unchanged, out of reach."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.feeds import MOST_ITEMS
from reputation.sources.feed import listed, read_feed
from reputation.sources.types import Answer, Listed, Status
from tests.core.faults import answer, reset
from tests.core.sites import Reader, Site, html, moved

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://presse.example/flux/rss.xml"
MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

RSS = """<?xml version="1.0" encoding="iso-8859-1"?>
<rss version="2.0"><channel><title>Presse &amp; été</title><link>https://presse.example/</link>
<item><title>L&#8217;été &lt;b&gt;commence&lt;/b&gt;</title><link>https://presse.example/1?utm_source=rss#c</link>
<pubDate>Mon, 02 Nov 2026 10:30:00 +0100</pubDate></item>
<item><title><![CDATA[Deux &amp; trois]]></title><link>../2</link></item>
<item><title>Sans lien</title></item>
<item><title>Encore</title><link>https://presse.example/1</link></item>
<item><title>Courriel</title><link>mailto:a@presse.example</link></item>
<item><guid isPermaLink="true">https://presse.example/3</guid><pubDate>hier</pubDate></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.example/b/"><title>Blog</title>
<entry><title type="html">Un &amp;eacute;t&amp;eacute;</title><link rel="alternate" href="a"/>
<published>2026-11-02T09:30:00Z</published><updated>2026-11-03T00:00:00Z</updated></entry>
<entry><title>B</title><link href="/c"/><updated>2026-11-02T10:30:00+01:00</updated></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Vieux</title></channel>
<item rdf:about="https://vieux.example/1"><title>Un</title><link>https://vieux.example/1</link>
<dc:date>2026-11-02T09:30:00Z</dc:date></item></rdf:RDF>"""
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol0 "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
    + ']><rss version="2.0"><channel><item><title>&lol9;</title><link>/a</link></item></channel></rss>'
)
ITEM = "<item><title>T{n}</title><link>/{n}</link></item>"


def rss(*items: str) -> str:
    """A feed of these items."""
    return f'<rss version="2.0"><channel><title>F</title>{"".join(items)}</channel></rss>'


def urls(text: str) -> list[str]:
    """The addresses that a feed names."""
    return [item.url for item in listed(text, URL)[0]]


def asked(route: Any, **known: str) -> Answer:
    """What a feed at a site answers."""
    with Site({"/f": route}) as site:
        return read_feed(Reader(site).fetcher, site.url("/f"), **known)


@time_machine.travel(AT, tick=False)
def test_an_rss_feed_is_read() -> None:
    assert listed(RSS, URL) == (
        (
            Listed("https://presse.example/1?utm_source=rss", "L’été commence", MONDAY),
            Listed("https://presse.example/2", "Deux & trois", None),
            Listed("https://presse.example/3", "", None),
        ),
        True,
    )


@time_machine.travel(AT, tick=False)
def test_an_atom_feed_is_read() -> None:
    assert listed(ATOM, URL)[0] == (
        Listed("https://blog.example/b/a", "Un été", MONDAY),
        Listed("https://blog.example/c", "B", MONDAY),
    )


@time_machine.travel(AT, tick=False)
def test_an_old_feed_is_read() -> None:
    assert listed(RDF, URL)[0] == (Listed("https://vieux.example/1", "Un", MONDAY),)


@time_machine.travel(AT, tick=False)
@pytest.mark.parametrize(
    ("date", "found"),
    [
        ("Mon, 02 Nov 2026 09:30:00 GMT", MONDAY),
        ("2026-11-02 09:30", MONDAY),
        ("Sat, 21 Nov 2026 09:00:00 GMT", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("Mon, 02 Nov 2037 09:30:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 02 Nov 0026 09:30:00 GMT", None),
        ("99999-99-99", None),
        ("", None),
    ],
)
def test_a_date_is_aware_or_none(date: str, found: datetime | None) -> None:
    item = f"<item><title>T</title><link>/1</link><pubDate>{date}</pubDate></item>"
    assert listed(rss(item), URL)[0] == (Listed("https://presse.example/1", "T", found),)


@pytest.mark.parametrize(
    "text",
    [
        RSS[: RSS.index("<item><title>Sans")],
        RSS.replace("</channel></rss>", "<b>& </p>"),
        RSS.replace("Encore", "A & B < C \x0b &nbsp; &inconnu;"),
        "\n\n <!-- x -->" + RSS,
        RSS.replace("Encore", "&#55357;&#56832; &#x110000; &#99999999999999999999999;"),
        '<!DOCTYPE rss [<!ENTITY e "x">]>' + RSS[RSS.index("<rss") :],
        RSS.replace('<?xml version="1.0" encoding="iso-8859-1"?>', ""),
    ],
)
def test_a_broken_feed_gives_what_can_be_read(text: str) -> None:
    assert urls(text)[:2] == ["https://presse.example/1?utm_source=rss", "https://presse.example/2"]


def test_an_entity_bomb_does_not_go_off() -> None:
    began = time.process_time()
    items, known = listed(BOMB, URL)
    assert ([item.url for item in items], known) == (["https://presse.example/a"], True)
    assert "lollol" not in items[0].title
    assert time.process_time() - began < 1


def test_an_entity_reads_no_file() -> None:
    text = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + rss(
        "<item><title>[&e;]</title><link>/1</link></item>"
    )
    assert listed(text, URL)[0][0].title in {"[]", "[&e;]"}


def test_a_text_that_looks_like_an_address_is_not_opened() -> None:
    with Site({"/f": html(RSS)}) as site:
        assert listed(site.url("/f", "127.0.0.1"), URL) == ((), False)
    assert site.asked == []
    assert listed("/etc/hostname", URL) == ((), False)


@pytest.mark.parametrize("count", [MOST_ITEMS, MOST_ITEMS + 1, 20_000])
def test_a_feed_names_so_many_addresses_and_no_more(count: int) -> None:
    began = time.process_time()
    found = urls(rss(*(ITEM.format(n=n) for n in range(count))))
    assert found == [f"https://presse.example/{n}" for n in range(MOST_ITEMS)]
    assert time.process_time() - began < 3


def test_a_feed_over_which_the_parser_stumbles_is_none() -> None:
    assert listed(rss("<item><gml:pos>1 2 z</gml:pos><link>/1</link></item>"), URL) == ((), False)


@pytest.mark.parametrize("text", ["<rss>" + "<a>" * 500_000, "<rss><channel>" + "<item><link>/a" * 100_000])
def test_a_feed_without_bottom_is_none(text: str) -> None:
    began = time.process_time()
    assert listed(text, URL) == ((), False)
    assert time.process_time() - began < 3


def test_a_long_title_is_cut() -> None:
    title = listed(rss(f"<item><title>{'mot ' * 200}</title><link>/1</link></item>"), URL)[0][0].title
    assert (len(title) <= 300, title[-4:]) == (True, "mot…")


def test_a_feed_that_answers() -> None:
    found = asked(html(rss(ITEM.format(n=1)), 'ETag: "v2"', kind="application/rss+xml"))
    assert (found.status, found.reason, found.etag, found.again) == (Status.ANSWERED, "", '"v2"', False)
    assert [item.title for item in found.items] == ["T1"]


def test_links_are_taken_from_where_the_redirect_led() -> None:
    with Site({"/f": moved("/new/f"), "/new/f": html(rss("<item><link>x</link></item>"))}) as site:
        found = read_feed(Reader(site).fetcher, site.url("/f"))
        assert [item.url for item in found.items] == [site.url("/new/x")]


def test_a_feed_that_did_not_change_is_no_silence() -> None:
    found = asked(answer("304 Not Modified"), etag='"v2"', modified="x")
    assert found == Answer((), Status.ANSWERED, "unchanged", '"v2"', "x")


@pytest.mark.parametrize("text", [rss(), "<feed xmlns='http://www.w3.org/2005/Atom'/>"])
def test_a_feed_with_nothing_in_it_is_silent(text: str) -> None:
    assert asked(html(text, 'ETag: "v3"')) == Answer((), Status.SILENT, "empty_feed", '"v3"')


@pytest.mark.parametrize("text", ["<!doctype html><title>404</title>", "", "nothing here", "{}"])
def test_what_is_no_feed_is_a_fault(text: str) -> None:
    assert asked(html(text)) == Answer((), Status.FAULT, "not_feed")


@pytest.mark.parametrize(
    ("route", "found"),
    [
        (answer("403 Forbidden"), Answer((), Status.REFUSED, "forbidden")),
        (answer("404 Not Found"), Answer((), Status.FAULT, "not_found")),
        (answer("500 Oops"), Answer((), Status.FAULT, "server_error", again=True)),
        (answer("429 Slow"), Answer((), Status.REFUSED, "rate_limited", again=True)),
        (moved("http://10.0.0.1/"), Answer((), Status.REFUSED, "private_address")),
        (reset, Answer((), Status.FAULT, "reset", again=True)),
        (html(b"%PDF-1", kind="application/pdf"), Answer((), Status.FAULT, "not_html")),
    ],
)
def test_a_feed_out_of_reach_says_why(route: Any, found: Answer) -> None:
    assert asked(route) == found


def test_a_feed_that_robots_may_not_read_has_refused() -> None:
    rules = html("User-agent: *\nDisallow: /f", kind="text/plain")
    with Site({"/robots.txt": rules, "/f": html(RSS)}) as site:
        found = read_feed(Reader(site).fetcher, site.url("/f"))
    assert found == Answer((), Status.REFUSED, "robots_forbidden")
    assert site.paths == ["/robots.txt"]


@given(st.text(max_size=120) | st.text(max_size=80).map(lambda inside: rss(f"<item>{inside}</item>")))
def test_any_text_is_read_as_a_feed(text: str) -> None:
    items, _known = listed(text, URL)
    assert all(item.url.startswith(("http://", "https://")) for item in items)
