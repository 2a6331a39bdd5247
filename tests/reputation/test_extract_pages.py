"""Pages of a dozen publishing systems (all invented), each with exactly what is to be read in it."""

from __future__ import annotations

import gzip
import json
import re
import socket
import statistics
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reputation.extraction import Page, PageComment, extract
from reputation.extraction.reader import LONGEST_TEXT

FOLDER = Path(__file__).parents[1] / "fixtures" / "pages"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "extraction"
ADDRESSES = {
    "overblog": "http://balades-de-marcel.over-blog.com/2025/09/lampions.html",
    "discourse": "https://forum.bricoleurs.example/t/panne-du-variateur-lumen/812",
}
NAMES = sorted(path.stem for path in FOLDER.glob("*.html"))
ARTICLE = """
<article><h1>Le pont rouvre</h1><p>Le pont de la Sauge rouvre lundi à six heures,
après quatre mois de travaux et
deux reports. Les bus reprendront leur ancien trajet le même jour.</p><p>La commune promet un bilan public
des dépenses avant l’été, et une piste pour les vélos sur la rive gauche.</p></article>
"""
HOSTILE = {
    "nothing": "",
    "blank": " \n\t ",
    "nul": "\0" * 400,
    "surrogates": "<p>\ud800 seul \udfff</p>",
    "only a doctype": "<!DOCTYPE html>",
    "deep": "<div>" * 20_000 + "fond" + "</div>" * 20_000,
    "deep and mixed": "<div><span><b><ul><li>" * 5_000 + "fond",
    "open attribute": '<a href="' + "x" * 50_000,
    "unclosed remarks": '<p class="comment-body">mot' * 3_000,
    "deep json": '<script type="application/ld+json">' + "[" * 50_000 + "</script><p>a</p>",
    "broken json": '<script type="application/ld+json">{"@type": "NewsArticle", </script><p>a</p>',
    "wrong json": '<script type="application/ld+json">{"@type": 3, "author": {"name": []}}</script>',
    "frames": "<frameset><frame src=a></frameset>",
    "feed": '<?xml version="1.0"?><rss><channel><item><title>x</title></item></channel></rss>',
    "absurd dates": '<time datetime="9999-99-99">99 mars 9999</time><li class=comment><time>00-00</time>x',
    "an address": "https://exemple.example/page",
}


def expected(name: str) -> dict[str, Any]:
    found = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def as_dict(page: Page) -> dict[str, Any]:
    def said(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "title": page.title,
        "author": page.author,
        "published": said(page.published),
        "kind": page.kind,
        "text": page.text,
        "comments": [[one.author, said(one.published), one.text] for one in page.comments],
    }


def under(remarks: str) -> str:
    return f"<html><head><title>Le pont rouvre</title></head><body>{ARTICLE}{remarks}</body></html>"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_gives_exactly_its_words(name: str) -> None:
    html = (FOLDER / f"{name}.html").read_text("utf-8")
    assert as_dict(extract(html, ADDRESSES.get(name, ""))) == expected(name)


def test_there_are_pages_of_every_kind() -> None:
    assert len(NAMES) >= 15
    assert {expected(name)["kind"] for name in NAMES} == {"press", "blog", "forum", "shop", "other"}


@pytest.mark.parametrize("name", NAMES)
def test_no_remark_is_also_in_the_article(name: str) -> None:
    page = expected(name)
    for _, _, text in page["comments"]:
        assert text not in page["text"]


def test_every_moment_is_aware() -> None:
    page = extract((FOLDER / "wordpress.html").read_text("utf-8"))
    assert page.published is not None
    assert page.published.utcoffset() is not None
    assert all(one.published is not None and one.published.utcoffset() is not None for one in page.comments)


def test_a_thread_is_its_first_post_and_the_answers_are_remarks() -> None:
    page = extract((FOLDER / "phpbb.html").read_text("utf-8"))
    assert page.text.startswith("Bonsoir à tous")
    assert [one.author for one in page.comments] == ["Vrille", "Varlope26"]
    assert "Mesurer deux fois" not in page.text + "".join(one.text for one in page.comments)


def test_the_remarks_of_the_side_bar_are_of_other_pages() -> None:
    one = '<li class="comment"><b class="fn">Zoé</b><div class="comment-content">a</div></li>'
    assert extract(under(f'<ul id="recentcomments">{one}</ul>')).comments == ()
    assert len(extract(under(f"<ul>{one}</ul>")).comments) == 1


def test_a_menu_that_is_named_like_a_remark_is_none() -> None:
    menu = '<ul><li class="depth-1 comment-item"><a href="/x">Nos commentaires</a></li></ul>'
    assert extract(under(menu)).comments == ()


def test_a_remark_shown_twice_is_one() -> None:
    one = '<li class="comment"><b class="fn">Ana</b><div class="comment-content">Enfin !</div></li>'
    assert extract(under(f"<ol>{one}{one}</ol>")).comments == (PageComment("Ana", "Enfin !", None),)


def test_a_numbered_remark_without_a_name_is_believed_and_another_is_not() -> None:
    assert extract(under("<ol><li class=comment id=comment-5><p>Sans nom.</p></li></ol>")).comments == (
        PageComment("", "Sans nom.", None),
    )
    assert extract(under("<ol><li class=comment><p>Nos commentaires sportifs</p></li></ol>")).comments == ()


def test_one_remark_marked_twice_over_is_one() -> None:
    html = (
        '<li id="li-comment-9" class="comment"><b class="fn">Ana</b><div id="comment-9" class="comment-body">'
        '<div class="wrap"><p>Enfin !</p></div></div></li>'
    )
    assert extract(under(f"<ol>{html}</ol>")).comments == (PageComment("Ana", "Enfin !", None),)


def test_a_ping_is_no_remark_and_is_not_in_the_article_either() -> None:
    page = extract((FOLDER / "wordpress.html").read_text("utf-8"))
    assert "Ailleurs" not in page.text
    assert [one.author for one in page.comments] == ["Paulin D.", "Lise Carron", "Odile"]


def test_what_the_page_shows_and_tells_machines_is_counted_once() -> None:
    told = (
        '<script type="application/ld+json">{"@type": "Article", "comment": ['
        '{"@type": "Comment", "author": "Ana", "text": "Enfin !"},'
        '{"@type": "Comment", "author": {"name": "Luc"}, "text": "Pas trop tôt."}]}</script>'
    )
    shown = '<li class="comment"><b class="fn">Ana</b><div class="comment-content">Enfin !</div></li>'
    comments = extract(under(f"{told}<ol>{shown}</ol>")).comments
    assert [(one.author, one.text) for one in comments] == [("Ana", "Enfin !"), ("Luc", "Pas trop tôt.")]


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ('<script type="application/ld+json">{"@type": "NewsArticle"}</script>', "press"),
        ('<script type="application/ld+json">{"@type": ["BlogPosting"]}</script>', "blog"),
        ('<script type="application/ld+json">{"@type": "QAPage"}</script>', "forum"),
        ('<script type="application/ld+json">{"@type": "Product"}</script>', "shop"),
        ('<meta property="og:type" content="product">', "shop"),
        ('<meta property="og:type" content="article">', "press"),
        ('<meta name="generator" content="phpBB">', "forum"),
        ('<meta name="generator" content="WordPress 6">', "blog"),
        ("", "other"),
    ],
)
def test_the_kind_of_a_page_is_told_by_its_markup(markup: str, kind: str) -> None:
    assert extract(f"<html><head>{markup}</head><body>{ARTICLE}</body></html>").kind == kind


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://forum.exemple.example/t/1", "forum"),
        ("https://exemple.example/viewtopic.php?t=3", "forum"),
        ("https://maud.over-blog.com/2025/x.html", "blog"),
        ("https://exemple.example/blog/x", "blog"),
        ("https://exemple.example/produit/lampe", "shop"),
        ("https://exemple.example/a", "other"),
        ("not an address", "other"),
    ],
)
def test_else_by_its_address(url: str, kind: str) -> None:
    assert extract(under(""), url).kind == kind


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_page_is_a_page_all_the_same(name: str) -> None:
    page = extract(HOSTILE[name])
    assert isinstance(page, Page)
    assert len(page.text) <= LONGEST_TEXT
    assert page.kind == "other"


def test_nothing_gives_an_empty_page() -> None:
    assert extract("") == Page() == extract("\0\0") == extract("  \n")


def test_an_address_for_a_page_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    html = f'<link rel="stylesheet" href="http://exemple.example/a.css"><img src="http://exemple.example/b">{ARTICLE}'
    assert extract(html, "http://exemple.example/").title == "Le pont rouvre"
    assert extract("http://exemple.example/page").comments == ()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<div class=comment>",
                "</div>",
                "<li id=comment-1 class=comment>",
                "<p>",
                "mot ",
                "<time datetime=",
                '"2026-02-30">',
                "<dt id=c1>",
                "<dd>",
                "<blockquote>",
                "&#0;",
                "\ud800",
                "\0",
                "<table>",
                "<h1>",
                "é",
                '<script type="application/ld+json">{"@type":"Comment","text":',
                "</script>",
                "<!--",
                "<svg>",
                "'",
                '"',
                '<div itemprop=comment itemscope itemtype="https://schema.org/Comment">',
                "<meta property=og:type>",
            ]  # fmt: skip
        )
        | st.text(max_size=12),
        max_size=40,
    )
)
def test_no_markup_makes_it_fail(pieces: list[str]) -> None:
    page = extract("".join(pieces), "".join(pieces[:2]))
    assert page == extract("".join(pieces), "".join(pieces[:2]))
    for one in page.comments:
        assert one.text.strip() == one.text != ""
        assert one.published is None or one.published.tzinfo is not None
    assert page.published is None or page.published.tzinfo is not None


def test_a_remark_without_a_zone_is_in_utc() -> None:
    html = under(
        '<ol><li class="comment"><cite class="fn">Ana</cite> <span class="date">3/4/2026 à 8h05</span>'
        '<div class="comment-content">Oui.</div></li></ol>'
    )
    assert extract(html).comments == (PageComment("Ana", "Oui.", datetime(2026, 4, 3, 8, 5, tzinfo=UTC)),)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))


def test_articles_of_the_public_benchmark_are_read_better_than_by_the_library_alone() -> None:
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data/extraction: the public pages are not part of the project")
    truth = json.loads((SHARED / "ground-truth.json").read_text("utf-8"))
    precisions, recalls = [], []
    for name in sorted(truth)[:24]:
        html = gzip.decompress((SHARED / "html" / f"{name}.html.gz").read_bytes()).decode()
        wanted, got = shingles(truth[name]["articleBody"]), shingles(extract(html, truth[name]["url"]).text)
        shared = (wanted & got).total()
        precisions.append(shared / max(1, got.total()))
        recalls.append(shared / max(1, wanted.total()))
    precision, recall = statistics.mean(precisions), statistics.mean(recalls)
    assert 2 * precision * recall / (precision + recall) > 0.96
