"""What nobody should send to the form of an audit, and what comes of it: words, never an error."""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.models import Person
from reputation.forms.rows import PublicFormSet, Publics, SourceFormSet, Sources
from reputation.lines import web_link
from reputation.models import Audit, Query, SourceAddress
from tests.people import Cast
from tests.reputation.makers import make
from tests.reputation.rooms import Answer, Rooms, SignIn, audit_form, soup, texts, value_of, words

LONG: Final = "é" * 100_000
ADDRESS: Final = "https://journal.example/"


@pytest.fixture(autouse=True)
def english(request: pytest.FixtureRequest) -> None:
    """Everybody reads English, where there is anybody."""
    translation.activate("en")
    if "cast" in request.fixturenames:
        request.getfixturevalue("cast")
        Person.objects.update(language="en")


@pytest.fixture
def alice(cast: Cast, signed_in: SignIn) -> Rooms:
    """The lead."""
    return Rooms(signed_in(cast.alice))


def urls(text: str) -> list[dict[str, str]]:
    return [{"kind": "urls", "name": "", "urls": text}]


def asks(text: str) -> list[dict[str, str]]:
    return [{"kind": "client", "name": "", "queries": text}]


def refused(page: Answer) -> str:
    """What a page says that kept nothing."""
    assert page.status_code == 422
    assert Audit.objects.count() == 0
    assert soup(page).select(".errorlist li, .has-error") != []
    return words(page)


class TestLong:
    @pytest.mark.parametrize(
        "given",
        [
            {"name": LONG},
            {"subject": LONG},
            {"every": "own", "cron": LONG},
            {"every": LONG},
            {"every": "month", "day": "9" * 4000},
            {"at": LONG},
            {"publics": [{"kind": "client", "name": LONG, "queries": "prix"}]},
            {"publics": asks(LONG)},
            {"publics": [{"kind": LONG, "name": "", "queries": "prix"}]},
            {"sources": urls(LONG)},
            {"sources": [{"kind": "urls", "name": LONG, "urls": ADDRESS}]},
            {"sources": [{"kind": "feed", "name": "", "feed": f"https://a.example/{LONG}"}]},
            {"sources": [{"kind": LONG, "name": "", "urls": ADDRESS}]},
            {"recipients": ["9" * 4000]},
        ],
        ids=lambda given: "-".join(given),
    )
    def test_a_hundred_thousand_letters_anywhere(self, alice: Rooms, given: dict[str, Any]) -> None:
        begun = time.perf_counter()
        refused(alice.post("new", **audit_form(**given)))
        assert time.perf_counter() - begun < 5

    def test_what_was_typed_comes_back_whole(self, alice: Rooms) -> None:
        page = alice.post("new", **audit_form(name=LONG))
        assert value_of(page, "name") == LONG

    def test_a_line_that_is_too_long_is_not_repeated_whole_in_its_error(self, alice: Rooms) -> None:
        page = alice.post("new", **audit_form(sources=urls("https://a.example/" + "x" * 5000)))
        (error,) = texts(page, ".errorlist li")
        assert error.startswith("Line 1, https://a.example/xxx")
        assert error.endswith("it is too long to be an address.")
        assert len(error) < 200

    def test_as_many_letters_as_the_browser_counts(self, alice: Rooms) -> None:
        lines = "\r\n".join(["Lumen" + "x" * 24] + [f"Maison {n:022d}" for n in range(9)])
        assert len(lines.replace("\r\n", "\n")) <= 300 < len(lines)
        answer = alice.post("new", **audit_form(subject=lines))
        assert answer.status_code == 302
        assert len(Audit.objects.get().subject.splitlines()) == 10


class TestAddresses:
    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("https://alice:secret@a.example/", "it holds a name or a password. Take them out."),
            ("https://alice@a.example/", "it holds a name or a password. Take them out."),
            ("http://127.0.0.1/", "it is inside a private network, where this site does not go."),
            ("http://[::1]/", "it is inside a private network, where this site does not go."),
            ("http://10.1.2.3:80/x", "it is inside a private network, where this site does not go."),
            ("http://169.254.169.254/latest", "it is inside a private network, where this site does not go."),
            ("http://192.168.1.1/", "it is inside a private network, where this site does not go."),
            ("https://a.example:22/", "only the usual ports of the web are read."),
            ("ftp://a.example/x", "only addresses in https:// or http:// can be read."),
            ("javascript:alert(1)", "only addresses in https:// or http:// can be read."),
            ("file:///etc/passwd", "only addresses in https:// or http:// can be read."),
            ("localhost", "this is not the address of a web page."),
            ("https://", "this is not the address of a web page."),
            ("https://exa mple.example/", "this is not the address of a web page."),
        ],
    )
    @pytest.mark.parametrize("kind", ["urls", "feed"])
    def test_what_is_no_page_of_the_web(self, line: str, why: str, kind: str) -> None:
        found = sources({"kind": kind, "name": "", kind: line})
        assert not found.is_valid()
        (told,) = found.forms[0].errors[kind]
        assert str(told).endswith(why)

    def test_the_page_says_so_beside_the_list(self, alice: Rooms) -> None:
        page = alice.post("new", **audit_form(sources=urls("https://alice:secret@a.example/")))
        assert "it holds a name or a password. Take them out." in refused(page)
        assert soup(page).select("#sources .has-error [name=sources-0-urls]") != []

    def test_two_spellings_are_kept_once(self, alice: Rooms) -> None:
        text = f"{ADDRESS}a\nHTTPS://Journal.example/a?utm_source=x\n{ADDRESS}a#fin\n{ADDRESS}b"
        assert alice.post("new", **audit_form(sources=urls(text))).status_code == 302
        found = SourceAddress.objects.order_by("pk").values_list("url", flat=True)
        assert list(found) == [f"{ADDRESS}a", f"{ADDRESS}b"]

    def test_two_thousand_are_kept(self, alice: Rooms) -> None:
        text = "\r\n".join(f"{ADDRESS}{n}" for n in range(2000))
        assert alice.post("new", **audit_form(sources=urls(text))).status_code == 302
        assert SourceAddress.objects.count() == 2000

    def test_one_more_is_not_and_the_list_comes_back(self, alice: Rooms) -> None:
        text = "\n".join(f"{ADDRESS}{n}" for n in range(2001))
        page = alice.post("new", **audit_form(sources=urls(text)))
        assert "2001 addresses, at most 2000 a source. Put the rest in another source." in refused(page)
        assert value_of(page, "sources-0-urls") == text

    def test_two_thousand_and_one_lines_of_two_thousand_addresses(self, alice: Rooms) -> None:
        text = "\n".join(f"{ADDRESS}{n % 2000}" for n in range(2001))
        assert alice.post("new", **audit_form(sources=urls(text))).status_code == 302

    def test_a_list_beyond_all_measure_is_not_even_read(self, alice: Rooms) -> None:
        begun = time.process_time()
        page = alice.post("new", **audit_form(sources=urls("a.example\n" * 120_000)))
        assert "120000 addresses, at most 2000 a source." in refused(page)
        assert time.process_time() - begun < 2.5

    def test_a_feed_is_one_address(self, alice: Rooms) -> None:
        row = {"kind": "feed", "name": "", "feed": f"{ADDRESS}a\n{ADDRESS}b"}
        assert "Paste the whole address of one feed" in refused(
            alice.post("new", **audit_form(sources=[row]))
        )


class TestLetters:
    @pytest.mark.parametrize("field", ["name", "subject"])
    def test_a_null_letter_is_an_error_like_another(self, alice: Rooms, field: str) -> None:
        refused(alice.post("new", **audit_form() | {field: "Maison\x00Lumen"}))

    @pytest.mark.parametrize(
        "rows",
        [{"publics": asks("prix\x00lampe")}, {"sources": urls(f"{ADDRESS}\x00")}],
        ids=["query", "address"],
    )
    def test_in_a_row_too(self, alice: Rooms, rows: dict[str, Any]) -> None:
        refused(alice.post("new", **audit_form(**rows)))

    @pytest.mark.parametrize("broken", [b"%ED%A0%80", b"%FF%FE", b"%C0%AF", b"%"])
    def test_bytes_that_are_no_letters_are_replaced(self, alice: Rooms, broken: bytes) -> None:
        body = urlencode(audit_form(), encoding="utf-8").encode().replace(b"name=Notre", b"name=" + broken)
        answer = alice.raw("new", body=body)
        assert answer.status_code == 302
        Audit.objects.get().name.encode()

    @pytest.mark.parametrize("name", ["\u202eemoc.evil", "💡💡", "مرحبا", "-- '; drop table --", "../../etc"])
    def test_any_name_has_an_address_of_its_own(self, alice: Rooms, name: str) -> None:
        answer = alice.post("new", **audit_form(name=name))
        audit = Audit.objects.get()
        assert answer.url == alice.at("audit", audit.slug)
        assert audit.name == name
        assert alice.get("audit", audit.slug).status_code == 200

    @pytest.mark.parametrize("name", ["!!", "L", "é", "---", "«»", "🙂"])
    def test_a_name_that_could_never_be_found(self, alice: Rooms, name: str) -> None:
        seen = refused(alice.post("new", **audit_form(subject=f"Maison Lumen\n{name}")))
        assert f"“{name}” cannot be looked for. Write a name of at least two letters." in seen

    def test_a_query_that_could_never_match(self, alice: Rooms) -> None:
        seen = refused(alice.post("new", **audit_form(publics=asks("prix\n???"))))
        assert "Query 2 holds no word: nothing would ever match it." in seen

    def test_letters_of_other_alphabets_can(self, alice: Rooms) -> None:
        form = audit_form(subject="Лампа\n灯具\nمصباح", publics=asks("цена\n价格"))
        assert alice.post("new", **form).status_code == 302
        assert list(Query.objects.values_list("words", flat=True)) == ["цена", "价格"]


class TestRows:
    def rows(self, count: int) -> list[dict[str, str]]:
        return [{"kind": "client", "name": f"Public {n}", "queries": "prix"} for n in range(count)]

    def test_as_many_publics_as_there_is_room_for(self, alice: Rooms) -> None:
        assert alice.post("new", **audit_form(publics=self.rows(12))).status_code == 302
        assert Audit.objects.get().publics.count() == 12

    def test_one_too_many(self, alice: Rooms) -> None:
        page = alice.post("new", **audit_form(publics=self.rows(13)))
        assert "There is room for 12 and no more: remove some." in refused(page)
        assert value_of(page, "publics-12-name") == "Public 12"

    def test_one_too_many_of_which_one_is_removed(self, alice: Rooms) -> None:
        rows = self.rows(13)
        rows[3]["DELETE"] = "on"
        assert alice.post("new", **audit_form(publics=rows)).status_code == 302
        assert "Public 3" not in Audit.objects.get().publics.values_list("name", flat=True)

    def test_a_full_list_offers_no_further_row(self, alice: Rooms) -> None:
        full = alice.post("new", **audit_form(publics=self.rows(12), more="publics"))
        assert value_of(full, "publics-TOTAL_FORMS") == "12"
        assert "There is room for 12 and no more." in words(full)
        assert soup(full).select("button[value=publics]") == []
        assert len(soup(full).select("button[value=sources]")) == 1

    @pytest.mark.parametrize("count", ["1000000", "-5", "", "beaucoup", "²", "1e3"])
    def test_a_number_of_rows_that_nobody_typed(self, alice: Rooms, count: str) -> None:
        begun = time.perf_counter()
        page = alice.post("new", **audit_form() | {"publics-TOTAL_FORMS": count})
        assert time.perf_counter() - begun < 5
        refused(page)
        assert len(soup(page).select("#publics fieldset")) <= 22

    def test_a_list_that_came_without_its_count(self, alice: Rooms) -> None:
        form = audit_form()
        del form["publics-TOTAL_FORMS"]
        seen = refused(alice.post("new", **form))
        assert "This list came incomplete. Load the page again." in seen
        assert "ManagementForm" not in seen

    def test_the_row_that_was_added_is_where_writing_goes_on(self, alice: Rooms) -> None:
        part = alice.post_part("new", **audit_form(more="sources"))
        assert [tag["name"] for tag in soup(part).select("[autofocus]")] == ["sources-1-kind"]
        page = alice.get("new")
        assert soup(page).select("[autofocus]") == []

    def test_nothing_was_sent_at_all(self, alice: Rooms) -> None:
        refused(alice.post("new"))
        page = alice.post("new", more="publics")
        assert page.status_code == 200
        assert len(soup(page).select("#publics fieldset")) == 1


def publics(*rows: dict[str, str]) -> Publics:
    return PublicFormSet(audit_form(publics=rows), prefix="publics")


def sources(*rows: dict[str, str]) -> Sources:
    return SourceFormSet(audit_form(sources=rows), prefix="sources")


TEXT: Final = st.text(max_size=120)


class TestRecipients:
    @pytest.mark.parametrize("given", ["9" * 4000, str(10**30), "-1", "0", "x", "1.5", "²", "\x00", ""])
    def test_one_that_is_nobody_s_number(self, alice: Rooms, given: str) -> None:
        refused(alice.post("new", **audit_form(recipients=[given])))

    def test_somebody_of_another_brand(self, cast: Cast, alice: Rooms) -> None:
        refused(alice.post("new", **audit_form(recipients=[cast.vera.pk, cast.charlie.pk])))

    def test_one_who_has_left(self, cast: Cast, alice: Rooms) -> None:
        Person.objects.filter(pk=cast.bob.pk).update(is_active=False)
        refused(alice.post("new", **audit_form(recipients=[cast.bob.pk])))

    def test_the_same_twice_is_once(self, cast: Cast, alice: Rooms) -> None:
        assert alice.post("new", **audit_form(recipients=[cast.vera.pk] * 2)).status_code == 302
        assert [each.person for each in Audit.objects.get().recipients.all()] == [cast.vera]


class TestAnyText:
    @settings(max_examples=60)
    @given(TEXT, TEXT, TEXT)
    def test_a_public_is_kept_clean_or_told_why_not(self, kind: str, name: str, queries: str) -> None:
        found = publics({"kind": kind or "client", "name": name, "queries": queries})
        if found.is_valid():
            for row in found.kept():
                assert 0 < len(row.cleaned_data["name"]) <= 80
                assert 0 < len(row.cleaned_data["queries"]) <= 40
                assert all(each == " ".join(each.split()) for each in row.cleaned_data["queries"])
        else:
            assert found.total_error_count() > 0

    @settings(max_examples=60)
    @given(st.sampled_from(["urls", "feed", "?"]), TEXT, TEXT, TEXT)
    def test_a_source_is_kept_whole_or_told_why_not(self, kind: str, name: str, feed: str, text: str) -> None:
        found = sources({"kind": kind, "name": name, "feed": feed, "urls": text})
        if found.is_valid():
            for row in found.kept():
                data = row.cleaned_data
                given = data["urls"] if data["kind"] == "urls" else (data["feed"],)
                assert given
                assert all(web_link(each) for each in given)
                assert 0 < len(data["name"]) <= 80
        else:
            assert found.total_error_count() > 0


class TestKept:
    def test_what_the_form_lets_through_is_never_refused_by_the_house(self, cast: Cast, alice: Rooms) -> None:
        form = audit_form(
            publics=[
                {"kind": "client", "name": " ", "queries": "  prix   lampe \r\n\r\nPRIX LAMPE\r\nsav"},
                {"kind": "other", "name": "É" * 80, "queries": "\r\n".join(f"mot {n}" for n in range(40))},
            ],
            sources=[
                {"kind": "urls", "name": "", "urls": "journal.example/a\r\n# une note\r\n\r\nb.example"},
                {"kind": "feed", "name": "", "feed": "  b.example/rss  "},
            ],
            subject="Maison  Lumen\r\n\r\nmaison lumen",
            recipients=[cast.alice.pk, cast.vera.pk],
        )
        assert alice.post("new", **form).status_code == 302
        audit = Audit.objects.get()
        assert audit.subject == "Maison Lumen"
        assert [each.name for each in audit.publics.all()] == ["Customers", "É" * 80]
        assert [each.words for each in audit.publics.all()[0].queries.all()] == ["prix lampe", "sav"]
        assert [each.name for each in audit.sources.all()] == ["journal.example", "b.example"]

    def test_the_form_of_a_large_audit_comes_back_as_it_was(self, cast: Cast, alice: Rooms) -> None:
        text = "\n".join(f"{ADDRESS}{n}" for n in range(300))
        alice.post("new", **audit_form(sources=urls(text)))
        page = alice.get("edit", Audit.objects.get().slug)
        assert value_of(page, "sources-0-urls") == text

    def test_another_brand_s_audit_of_the_same_name_is_no_neighbour(self, cast: Cast, alice: Rooms) -> None:
        theirs = make(cast.other_brand, cast.charlie, name="Notre nom")
        alice.post("new", **audit_form())
        assert Audit.objects.get(brand=cast.brand).slug == theirs.slug
