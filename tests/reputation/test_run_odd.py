"""What no database likes, from feeds, from pages and from people: kept clean, or refused, on any engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.fetch import Fetched
from reputation.enums import FetchState, Refusal, RunState
from reputation.extraction import Page, PageComment
from reputation.models import Document, DocumentComment, Fetch, SourceAddress
from reputation.services import documents, request
from reputation.services.drafts import Refused
from reputation.sources.addresses import LONGEST, canonical, list_urls
from tests.people import Cast
from tests.reputation.makers import LONG, begin, carry_out, draft, fed, listed, make
from tests.reputation.web import Web, article, feed

LAMP = f"Maison Lumen vend une lampe. {LONG}"
RSS = "application/rss+xml"


def test_a_feed_with_titles_that_no_database_takes(cast: Cast, web: Web) -> None:
    url = web.page("/a", article("", LAMP))
    rss = feed(("x" * 5000, web.page("/b", article("", LAMP))), ("Une\x00 lampe", url))
    run = carry_out(begin(make(cast.brand, cast.alice, fed(web.page("/rss", rss, kind=RSS))), cast.bob))
    assert run.state == RunState.DONE
    titles = set(SourceAddress.objects.values_list("title", flat=True))
    assert all("\x00" not in title and len(title) <= 300 for title in titles)
    assert run.fetches.filter(state=FetchState.STORED).count() == 2


def test_a_feed_that_names_what_is_no_address(cast: Cast, web: Web) -> None:
    good = web.page("/a", article("Une lampe", LAMP))
    long = f"http://{'a' * 300}.example/"
    escaped = f"http://site.example/{'é' * 400}"
    secret = f"http://me:hunter2@127.0.0.1:{web.port}/b"
    web.page("/b", article("Une autre", LAMP))
    rss = feed(("1", good), ("2", long), ("3", escaped), ("4", secret), ("5", "javascript:alert(1)"))
    run = carry_out(begin(make(cast.brand, cast.alice, fed(web.page("/rss", rss, kind=RSS))), cast.bob))
    assert run.state == RunState.DONE
    assert set(Fetch.objects.values_list("url", flat=True)) == {good, web.url("/b")}
    assert not SourceAddress.objects.filter(url__contains="hunter2").exists()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"https://site.example/{'é' * 400}", "address_too_long"),
        (f"https://site.example/{'a' * 1000}", "address_too_long"),
        (f"https://{'a.' * 200}example/", "address_malformed"),
        ("https://me:hunter2@site.example/", "address_userinfo"),
        ("https://me@site.example/", "address_userinfo"),
    ],
)
def test_an_address_that_cannot_be_kept_is_refused_at_once(cast: Cast, line: str, code: str) -> None:
    assert [bad.code for bad in list_urls(line).bad] == [code]
    refused = request.create_audit(cast.brand, cast.alice, draft(listed(line)))
    assert isinstance(refused, Refused)
    assert refused.code == Refusal.BAD_ADDRESS


@given(st.text(max_size=300).map(lambda text: f"https://site.example/{text}"))
def test_whatever_is_taken_fits_where_it_is_kept(line: str) -> None:
    for url in list_urls(line).good:
        assert len(url) <= LONGEST
        assert len(canonical(url)) <= LONGEST


def test_blank_lines_of_any_kind_are_passed_over() -> None:
    for blank in ("\x1f", "\u3000", "\t \xa0", "\ufeff", "\x1c\x1d"):
        assert list_urls(f"{blank}\nhttps://a.example/\n{blank}").bad == ()


def fetched(url: str) -> Fetched:
    return Fetched(url, url + "x" * 2000, 200, etag="e" * 300, modified="m" * 100)


ODD = "a\x00b\ud800c\ufffe" + "é" * 300_000


def test_a_page_with_what_no_database_takes(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice)
    run = begin(audit, cast.bob)
    source = audit.sources.get()
    fetch = Fetch(run=run, source=source, url="https://a.example/", url_hash="h", host="a.example")
    comments = tuple(PageComment(ODD, ODD, None) for _comment in range(600))
    page = Page(ODD, ODD, datetime(2026, 1, 1, tzinfo=UTC), ODD, comments[:2], "press")
    document = documents.keep(cast.brand.pk, fetch, fetched("https://a.example/"), page, None)
    document.refresh_from_db()
    assert (len(document.title), len(document.author), len(document.text)) == (300, 200, 200_000)
    assert "\x00" not in document.text + document.title
    assert (document.final_url, document.etag, document.modified) == ("", "", "")
    assert [len(each.author) for each in document.comments.all()] == [200, 200]
    short = tuple(PageComment("", f"mot {place}", None) for place in range(600))
    again = documents.keep(
        cast.brand.pk, fetch, fetched("https://a.example/"), replace(page, comments=short), None
    )
    assert (again.pk, DocumentComment.objects.count()) == (document.pk, documents.COMMENTS_MOST)
    assert Document.objects.count() == 1


@given(st.text(max_size=60), st.integers(1, 40))
def test_any_text_is_made_fit_to_be_kept(text: str, most: int) -> None:
    kept = documents.clean(text, most)
    assert len(kept) <= most
    assert "\x00" not in kept
    kept.encode()


def test_a_page_without_a_title_has_that_of_its_feed(cast: Cast, web: Web) -> None:
    url = web.page("/a", f"<html><body><p>{LAMP}</p></body></html>")
    rss = feed(("Le titre du fil", url))
    run = carry_out(begin(make(cast.brand, cast.alice, fed(web.page("/rss", rss, kind=RSS))), cast.bob))
    assert run.mentions.get().title == "Le titre du fil"


@pytest.mark.parametrize(
    "body", ["", " ", "<html></html>", "<!-- rien -->", "<html><head></head><body></body></html>"]
)
def test_an_empty_page_is_read_and_silent(cast: Cast, web: Web, body: str) -> None:
    run = carry_out(begin(make(cast.brand, cast.alice, listed(web.page("/a", body))), cast.bob))
    fetch = run.fetches.get()
    assert (fetch.state, fetch.code) == (FetchState.STORED, "empty")
    asked = run.sources.get()
    assert (asked.status, asked.reason) == ("silent", "no_text")


def test_a_page_that_gave_no_word_is_read_anew_the_next_time(cast: Cast, web: Web) -> None:
    url = web.page("/a", "<html></html>", etag='"1"')
    audit = make(cast.brand, cast.alice, listed(url))
    carry_out(begin(audit, cast.bob))
    run = carry_out(begin(audit, cast.bob))
    assert (run.fetches.get().unchanged, run.fetches.get().status) == (False, 200)
