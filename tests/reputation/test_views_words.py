"""What pages of the web become on ours: names marked and nothing lost, links that lead only to the web."""

from __future__ import annotations

import time
from html import unescape
from typing import Final

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from hypothesis import given, settings
from hypothesis import strategies as st

from cm_suite.core.fetch import Fault
from pages.models import Person
from reputation import messages
from reputation.lines import web_link
from reputation.models import Audit, Document, Fetch, Mention, Run
from reputation.scoring.subject import names_brand
from reputation.sources.addresses import url_hash
from reputation.views.evidence import pieces
from tests.people import Cast
from tests.reputation.makers import fed, listed, make
from tests.reputation.rooms import Answer, Rooms, SignIn, links, soup, texts, words
from tests.reputation.shelf import comment, document, mention, run_of, unread

HOSTILE: Final = (
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://alice:secret@bank.example/",
    "https://",
    "http://[::1",
    "",
)
PLAIN: Final = st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"])
NAMES: Final = st.sampled_from(["Lumen", "Maison Lumen", "maison-lumen", "LUMEN", "l’Atelier"])
TEXTS: Final = st.lists(st.one_of(st.text(PLAIN, max_size=20), NAMES), max_size=8).map(" ".join)
SOUGHT: Final = ("Maison Lumen", "Lumen", "l'atelier")


def marked(text: str) -> str:
    return render_to_string("reputation/pieces.html", {"pieces": pieces(text, SOUGHT)})


class TestMarks:
    @settings(max_examples=120)
    @given(TEXTS)
    def test_without_its_marks_it_is_the_text(self, text: str) -> None:
        shown = marked(text)
        assert unescape(shown.replace("<mark>", "").replace("</mark>", "")) == text

    @settings(max_examples=120)
    @given(TEXTS)
    def test_marks_are_the_names_and_nothing_else(self, text: str) -> None:
        found = [unescape(part.partition("</mark>")[0]) for part in marked(text).split("<mark>")[1:]]
        assert found == [text[each.start : each.end] for each in names_brand(text, SOUGHT)]

    @settings(max_examples=60)
    @given(st.text(alphabet="<>&\"'/=abc ", max_size=40))
    def test_no_markup_of_theirs_is_markup_of_ours(self, text: str) -> None:
        page = BeautifulSoup(marked(f"{text} Lumen"), "html.parser")
        assert {tag.name for tag in page.find_all(True)} == {"mark"}
        assert strip_tags(marked("Lumen")) == "Lumen"

    def test_accents_case_and_apostrophes_aside(self) -> None:
        assert marked("Chez MAISON LUMEN, à l’Atélier.") == (
            "Chez <mark>MAISON LUMEN</mark>, à <mark>l’Atélier</mark>."
        )

    def test_a_name_within_a_word_is_none(self) -> None:
        assert marked("Luminaire, Lumens") == "Luminaire, Lumens"


class TestWebLink:
    @pytest.mark.parametrize("url", HOSTILE)
    def test_what_nobody_is_sent_to(self, url: str) -> None:
        assert web_link(url) == ""

    @pytest.mark.parametrize(
        "url", ["https://a.example", "http://a.example:8080/x?q=1#y", "HTTPS://A.example/"]
    )
    def test_what_is_of_the_web(self, url: str) -> None:
        assert web_link(url) == url

    @settings(max_examples=100)
    @given(st.text(max_size=60))
    def test_any_text(self, text: str) -> None:
        found = web_link(text)
        assert found in {"", text.strip()}
        assert not found or found.lower().startswith(("http://", "https://"))


@pytest.fixture(autouse=True)
def english(request: pytest.FixtureRequest) -> None:
    """Everybody reads English, where there is anybody."""
    if "cast" in request.fixturenames:
        request.getfixturevalue("cast")
        Person.objects.update(language="en")


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer."""
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    return make(cast.brand, cast.alice, listed("https://journal.example/a"), fed("https://b.example/rss"))


@pytest.fixture
def run(audit: Audit) -> Run:
    """A finished run without anything in it."""
    return run_of(audit)


def shown(vera: Rooms, found: Mention) -> Answer:
    return vera.get("mention", found.run.audit.slug, found.run.number, found.pk)


class TestLinks:
    def test_the_page_where_it_ended_then_the_one_that_was_listed(self, vera: Rooms, run: Run) -> None:
        found = mention(run, "a", page=document(run, "a", final_url="https://journal.example/b"))
        assert links(shown(vera, found), ".main-actions a") == ["https://journal.example/b"]
        Document.objects.update(final_url="")
        assert links(shown(vera, found), ".main-actions a") == ["https://journal.example/a"]

    def test_an_address_that_leads_elsewhere_is_text(self, vera: Rooms, run: Run) -> None:
        found = mention(run, "a")
        for url in HOSTILE:
            Document.objects.update(url=url, final_url=url)
            page = shown(vera, found)
            assert page.status_code == 200
            assert links(page, ".main-actions a") == []
            assert soup(page).select("[cite]") == []
            assert " ".join(url.split()) in words(page)

    def test_among_the_pages_that_were_not_read_too(self, vera: Rooms, run: Run) -> None:
        for place, url in enumerate(HOSTILE):
            row = unread(run, f"p{place}", "bad_address")
            Fetch.objects.filter(pk=row.pk).update(url=url)
        page = vera.get("faults", run.audit.slug, run.number)
        assert links(page, ".fault-url a") == []
        assert set(texts(page, ".fault-url")) == {" ".join(url.split()) for url in HOSTILE}

    @pytest.mark.parametrize("name", ["report", "mentions", "faults"])
    def test_every_way_out_gives_nothing_away(self, vera: Rooms, run: Run, name: str) -> None:
        mention(run, "a", "negative", "prix lampe")
        unread(run, "b", "gone")
        page = vera.get(name, run.audit.slug, run.number)
        for tag in soup(page).select("a[href^=http]"):
            assert set(tag["rel"]) >= {"noopener", "noreferrer", "nofollow"}
            assert tag["target"] == "_blank"

    def test_the_host_is_told_of_each(self, vera: Rooms, run: Run) -> None:
        found = mention(run, "a", page=document(run, "a", host="blog.journal.example"))
        assert words(soup(shown(vera, found)).select(".lede")[0]).startswith("blog.journal.example")
        page = vera.get("mentions", run.audit.slug, run.number)
        assert "blog.journal.example" in texts(page, ".mention-row .row-meta")[0]

    def test_one_without_a_title_is_called_by_its_host(self, vera: Rooms, run: Run) -> None:
        first = mention(run, "a", page=document(run, "a", title=""))
        mention(run, "b", same_as=first)
        page = shown(vera, first)
        assert texts(page, "h1") == ["journal.example"]
        copies = vera.get("mentions", run.audit.slug, run.number, copy_of=str(first.pk))
        assert "copies of a page without a title" in words(copies)

    def test_copies_each_with_its_host(self, vera: Rooms, run: Run) -> None:
        first = mention(run, "a")
        mention(run, "b", same_as=first, page=document(run, "b", host="reprise.example"))
        assert texts(shown(vera, first), "[aria-labelledby=copies] .row-title") == ["reprise.example"]


class TestLongPages:
    def test_a_book_on_one_page_is_whole_and_quick(self, vera: Rooms, run: Run) -> None:
        text = "\n".join(f"Ligne {n}, Maison Lumen et le reste du texte." for n in range(4000))
        found = mention(run, "a", page=document(run, "a", text))
        begun = time.process_time()
        page = shown(vera, found)
        assert time.process_time() - begun < 3
        assert page.content.count(b"<mark>") == 4001

    def test_comments_are_paged(self, vera: Rooms, run: Run) -> None:
        page = document(run, "a", "Un texte.")
        for place in range(30):
            comment(page, place, f"Avis {place}")
        found = mention(run, "a", page=page)
        first = shown(vera, found)
        assert len(texts(first, "[aria-labelledby=comments] li")) == 25
        assert texts(first, "[aria-labelledby=comments] .count") == ["30"]
        rest = vera.get("mention", run.audit.slug, run.number, found.pk, page="2")
        assert texts(rest, "[aria-labelledby=comments] li")[-1] == "Somebody Avis 29"

    @pytest.mark.parametrize("page", ["0", "-1", "x", "999", "1e9"])
    def test_a_page_that_is_not_there_is_one_that_is(self, vera: Rooms, run: Run, page: str) -> None:
        found = mention(run, "a")
        for name, parts in (("mentions", ()), ("faults", ()), ("mention", (found.pk,))):
            assert vera.get(name, run.audit.slug, run.number, *parts, page=page).status_code == 200


class TestEmpty:
    def test_none_speaks_of_the_brand(self, vera: Rooms, run: Run) -> None:
        page = vera.get("mentions", run.audit.slug, run.number)
        assert texts(page, ".empty-title") == ["No page speaks of the brand"]
        assert links(page, ".empty a") == [vera.at("report", run.audit.slug, run.number)]

    def test_nor_are_they_weighed_yet(self, vera: Rooms, audit: Audit) -> None:
        current = run_of(audit, "collecting")
        page = vera.get("mentions", audit.slug, current.number)
        assert "this run has not come that far" in words(page)
        assert texts(page, ".crumb a")[-1] == "Run 1"

    def test_choices_that_nothing_fits_are_not_taken_for_success(self, vera: Rooms, run: Run) -> None:
        unread(run, "a", "gone")
        feed = str(run.audit.sources.get(kind="feed").pk)
        page = vera.get("faults", run.audit.slug, run.number, source=feed)
        assert texts(page, ".empty-title") == ["No such page"]
        assert links(page, ".empty a") == [vera.at("faults", run.audit.slug, run.number)]

    def test_a_run_that_goes_on_has_not_read_every_page(self, vera: Rooms, audit: Audit) -> None:
        current = run_of(audit, "cancelled")
        page = vera.get("faults", audit.slug, current.number)
        assert texts(page, ".empty-title") == ["No page was given up"]
        assert "Every page was read" not in words(page)

    @pytest.mark.parametrize("name", ["\x00", "x" * 400, " "])
    def test_words_that_are_not_looked_for_are_not_said_to_be(self, vera: Rooms, run: Run, name: str) -> None:
        mention(run, "a")
        page = vera.get("mentions", run.audit.slug, run.number, words=name)
        assert "for “" not in words(page)
        assert len(texts(page, ".mention-row")) == 1


class TestFaults:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_each_in_words_in_both_languages(self, vera: Rooms, run: Run, language: str) -> None:
        Person.objects.update(language=language)
        codes = sorted([*Fault, "worker_lost", "unreadable", "from_mars"])
        for code in codes:
            unread(run, f"p-{code}", code)
        rows = [
            row
            for number in (1, 2)
            for row in texts(vera.get("faults", run.audit.slug, run.number, page=number), ".rows > li")
        ]
        assert len(rows) == len(codes)
        for code, row in zip(codes, rows, strict=True):
            told = row.partition("https://")[0]
            assert code not in told.split()
            assert told.count(".") >= 2

    @pytest.mark.parametrize("status", ["silent", "refused", "fault"])
    def test_a_source_without_an_answer_is_never_a_plain_zero(
        self, vera: Rooms, run: Run, status: str
    ) -> None:
        run.sources.filter(source__kind="feed").update(status=status, reason="")
        page = vera.get("report", run.audit.slug, run.number)
        silent = texts(page, ".source-row")[1]
        assert str(messages.source(status, "").what) in silent
        assert "Not everything was seen: 1 source gave no answer (Fil)." in words(page)


class TestMany:
    @pytest.fixture
    def many(self, run: Run) -> Run:
        """Two thousand pages that speak of the brand, and as many that could not be read."""
        source = run.audit.sources.order_by("pk")[0]
        brand = run.audit.brand
        at = run.asked_at
        rows = []
        for n in range(2000):
            url = f"https://s{n % 40}.example/{n}"
            host = f"s{n % 40}.example"
            rows.append(Document(brand=brand, url=url, url_hash=url_hash(url), host=host, read_at=at))
        documents = Document.objects.bulk_create(rows)
        Fetch.objects.bulk_create(
            Fetch(
                run=run,
                source=source,
                url=each.url + suffix,
                url_hash=url_hash(each.url + suffix),
                host=each.host,
                state="failed" if suffix else "stored",
                code="not_found" if suffix else "",
                document=None if suffix else each,
            )
            for each in documents
            for suffix in ("", "-x")
        )
        found = Mention.objects.bulk_create(
            Mention(
                run=run,
                document=each,
                source=source,
                title=f"Titre {n}",
                excerpt="On parle de Maison Lumen ici.",
                kind="press",
                sentiment=("negative", "positive", "neutral", "uncertain")[n % 4],
                positive=0.3,
                negative=0.3,
                neutral=0.4,
                model_version="rules-1",
            )
            for n, each in enumerate(documents)
        )
        through = Mention.queries.through
        asked = list(run.queries.order_by("pk"))
        through.objects.bulk_create(
            through(mention_id=each.pk, query_id=asked[n % len(asked)].pk) for n, each in enumerate(found)
        )
        return run

    def test_two_thousand_are_quick_short_paged_and_ask_few_questions(self, vera: Rooms, many: Run) -> None:
        where = (many.audit.slug, many.number)
        begun = time.process_time()
        with CaptureQueriesContext(connection) as asked:
            page = vera.get("report", *where)
        assert time.process_time() - begun < 2.5
        assert len(asked) <= 30
        assert len(texts(page, ".mention-row")) == 6
        assert "See all 2000 pages" in words(page)
        assert len(page.content) < 80_000
        with CaptureQueriesContext(connection) as asked:
            last = vera.get("mentions", *where, page="80")
        assert len(asked) <= 25
        assert len(texts(last, ".mention-row")) == 25
        assert "1976 to 2000 of 2000" in words(last)
        assert len(texts(vera.get("faults", *where), ".rows > li")) == 25
