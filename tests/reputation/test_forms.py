"""What leads type about an audit: lines, addresses, schedules, rows."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from reputation import cadence
from reputation.cadence import Cadence, Every, Weekday
from reputation.forms.audit import AuditForm, draft
from reputation.forms.rows import PublicForm, PublicFormSet, Publics, SourceFormSet, Sources
from reputation.forms.typed import typed_rows
from reputation.lines import addresses, phrases
from tests.people import Cast
from tests.reputation.rooms import audit_form


@pytest.fixture(autouse=True)
def english() -> None:
    translation.activate("en")


def publics(*rows: dict[str, str]) -> Publics:
    return PublicFormSet(audit_form(publics=rows), prefix="publics")


def sources(*rows: dict[str, str]) -> Sources:
    return SourceFormSet(audit_form(sources=rows), prefix="sources")


def urls(text: str, **given: str) -> dict[str, str]:
    return {"kind": "urls", "name": "", "urls": text, **given}


def sheet(cast: Cast, **given: Any) -> AuditForm:
    return AuditForm(audit_form(**given), brand=cast.brand)


class TestLines:
    def test_blanks_are_folded_and_twins_dropped(self) -> None:
        assert phrases("  prix   lampe \n\nPRIX lampe\r\nretard") == ("prix lampe", "retard")

    def test_a_pasted_column(self) -> None:
        found = addresses('"https://a.example/x",\n\n<http://b.example>\nc.example/y')
        assert found.good == ("https://a.example/x", "http://b.example", "https://c.example/y")
        assert found.bad == ()

    def test_two_spellings_are_one(self) -> None:
        assert addresses("https://A.example/x?utm_source=mail\nhttps://a.example/x").good == (
            "https://A.example/x?utm_source=mail",
        )

    def test_what_is_none_keeps_its_number(self) -> None:
        found = addresses("https://a.example\n\nbonjour tout le monde\nftp://a.example\nhttp://10.0.0.1/")
        assert [(line.number, line.code) for line in found.bad] == [
            (3, "address_malformed"),
            (4, "address_scheme"),
            (5, "address_private"),
        ]

    def test_a_lone_word_is_none(self) -> None:
        assert [line.code for line in addresses("presse").bad] == ["address_malformed"]

    def test_an_allowed_host_may_be_lone(self) -> None:
        allowed = frozenset({("demo", 8410)})
        assert addresses("http://demo:8410/a", allowed).good == ("http://demo:8410/a",)

    @settings(max_examples=60)
    @given(st.text(max_size=200))
    def test_any_text_gives_lines_that_exist(self, text: str) -> None:
        found = addresses(text)
        assert all(1 <= line.number <= len(text.splitlines()) for line in found.bad)
        assert all(url.startswith(("http://", "https://")) for url in found.good)

    @settings(max_examples=60)
    @given(st.lists(st.from_regex(r"[a-z]{1,8}\.example/[a-z0-9]{0,8}", fullmatch=True), max_size=12))
    def test_good_lines_all_come_back_once(self, lines: list[str]) -> None:
        assert len(addresses("\n".join(lines)).good) == len(set(lines))
        assert addresses("\n".join(lines)).bad == ()

    @settings(max_examples=60)
    @given(st.text(max_size=200))
    def test_phrases_are_clean_and_stable(self, text: str) -> None:
        found = phrases(text)
        assert all(" ".join(each.split()) == each for each in found)
        assert phrases("\n".join(found)) == found


class TestCadence:
    @settings(max_examples=80)
    @given(
        st.sampled_from([Every.DAY, Every.WEEK, Every.MONTH]),
        st.integers(0, 23),
        st.integers(0, 59),
        st.sampled_from(Weekday),
        st.integers(1, 28),
    )
    def test_what_is_written_is_read(
        self, every: Every, hour: int, minute: int, weekday: Weekday, day: int
    ) -> None:
        line = cadence.write(Cadence(every, time(hour, minute), weekday, day))
        back = cadence.read(line)
        assert back.every == every
        assert back.at == time(hour, minute)
        assert cadence.write(back) == line

    @settings(max_examples=80)
    @given(st.text(alphabet="0123456789*/-, ", max_size=20))
    def test_any_line_comes_back_meaning_the_same(self, line: str) -> None:
        back = cadence.write(cadence.read(line))
        assert cadence.read(back) == cadence.read(line)

    def test_hours_that_do_not_exist_are_no_plain_schedule(self) -> None:
        assert cadence.read("0 24 * * *").every == Every.OWN
        assert cadence.read("60 8 * * *").every == Every.OWN


class TestPublics:
    def test_rows_and_their_queries(self) -> None:
        found = publics(
            {"kind": "client", "name": " Nos  clients ", "queries": "prix lampe\nprix lampe\nSAV"}
        )
        assert found.is_valid()
        row = found.kept()[0].cleaned_data
        assert (row["name"], row["queries"]) == ("Nos clients", ("prix lampe", "SAV"))

    def test_a_public_without_a_name_bears_that_of_its_kind(self) -> None:
        found = publics({"kind": "candidate", "name": "", "queries": "salaire"})
        assert found.is_valid()
        assert found.kept()[0].cleaned_data["name"] == "Job seekers"

    def test_an_empty_row_is_none(self) -> None:
        found = publics(
            {"kind": "client", "name": "", "queries": "prix"},
            {"kind": "official", "name": "", "queries": " "},
        )
        assert found.is_valid()
        assert len(found.kept()) == 1

    def test_none_at_all_says_the_next_step(self) -> None:
        found = publics({"kind": "client", "name": "", "queries": ""})
        assert not found.is_valid()
        assert found.non_form_errors() == ["Add at least one public, and what it asks."]

    def test_one_that_is_removed_does_not_count(self) -> None:
        found = publics({"kind": "client", "name": "", "queries": "prix", "DELETE": "on"})
        assert not found.is_valid()

    def test_a_public_that_asks_nothing(self) -> None:
        found = publics({"kind": "client", "name": "Clients", "queries": ""})
        assert not found.is_valid()
        assert found.forms[0].errors == {"queries": ["Write what this public asks, one query a line."]}

    def test_two_of_one_name(self) -> None:
        row = {"kind": "client", "name": "", "queries": "prix"}
        found = publics(row, row)
        assert not found.is_valid()
        assert found.non_form_errors() == ["Two have the name “Customers”. Give one of them another."]

    def test_a_query_that_is_too_long_is_named_by_its_number(self) -> None:
        found = publics({"kind": "client", "name": "", "queries": "prix\n" + "x" * 121})
        assert not found.is_valid()
        assert found.forms[0].errors["queries"] == [
            "Query 2 is longer than 120 characters. Keep its main words."
        ]

    def test_too_many_queries(self) -> None:
        found = publics({"kind": "client", "name": "", "queries": "\n".join(f"q{n}" for n in range(41))})
        assert not found.is_valid()
        assert "41 queries, at most 40" in str(found.forms[0].errors)


class TestSources:
    def test_a_list_is_named_after_its_site(self) -> None:
        found = sources(urls("https://www.journal.example/a\nhttps://journal.example/b"))
        assert found.is_valid()
        row = found.kept()[0].cleaned_data
        assert row["name"] == "journal.example"
        assert row["urls"] == ("https://www.journal.example/a", "https://journal.example/b")

    def test_two_lists_of_one_site_are_numbered(self) -> None:
        found = sources(urls("https://a.example/1"), urls("https://a.example/2"))
        assert found.is_valid()
        assert [form.cleaned_data["name"] for form in found.kept()] == ["a.example", "a.example 2"]

    def test_a_name_that_was_typed_is_not_changed(self) -> None:
        found = sources(urls("https://a.example/1"), urls("https://b.example/", name="a.example"))
        assert found.is_valid()
        assert [form.cleaned_data["name"] for form in found.kept()] == ["a.example 2", "a.example"]

    def test_two_typed_names_alike_are_an_error(self) -> None:
        found = sources(urls("https://a.example/1", name="X"), urls("https://b.example/", name="X"))
        assert not found.is_valid()
        assert found.non_form_errors() == ["Two have the name “X”. Give one of them another."]

    def test_bad_lines_are_named_by_number_and_reason(self) -> None:
        found = sources(urls("https://a.example/1\npas une adresse\nhttp://192.168.0.1/"))
        assert not found.is_valid()
        assert found.forms[0].errors["urls"] == [
            "Line 2, pas une adresse: this is not the address of a web page.",
            "Line 3, http://192.168.0.1/: it is inside a private network, where this site does not go.",
        ]

    def test_many_bad_lines_are_counted(self) -> None:
        found = sources(urls("\n".join(f"pas une adresse {n}" for n in range(8))))
        assert not found.is_valid()
        assert len(found.forms[0].errors["urls"]) == 6
        assert found.forms[0].errors["urls"][-1] == "3 more lines like this."

    def test_an_empty_list(self) -> None:
        found = sources(urls("", name="Presse"))
        assert not found.is_valid()
        assert found.forms[0].errors["urls"] == ["Paste the addresses of the pages to read, one a line."]

    def test_a_feed(self) -> None:
        found = sources({"kind": "feed", "name": "", "feed": "a.example/feed", "urls": ""})
        assert found.is_valid()
        assert found.kept()[0].cleaned_data["feed"] == "https://a.example/feed"

    def test_what_the_other_kind_holds_is_not_looked_at(self) -> None:
        found = sources(
            {"kind": "feed", "name": "", "feed": "a.example/feed", "urls": "pas une adresse"},
            {"kind": "urls", "name": "", "feed": "pas une adresse", "urls": "b.example/x"},
        )
        assert found.is_valid(), found.errors
        assert [form.cleaned_data["urls"] for form in found.kept()] == [(), ("https://b.example/x",)]
        assert [form.cleaned_data["feed"] for form in found.kept()] == ["https://a.example/feed", ""]

    def test_a_feed_without_its_address(self) -> None:
        found = sources({"kind": "feed", "name": "Blog", "feed": "", "urls": ""})
        assert not found.is_valid()
        assert found.forms[0].errors["feed"] == ["Paste the address of the feed."]

    def test_a_feed_that_is_no_address(self) -> None:
        found = sources({"kind": "feed", "name": "Blog", "feed": "mon blog", "urls": ""})
        assert not found.is_valid()
        assert found.forms[0].errors["feed"][0] == (
            "Paste the whole address of one feed: this is not the address of a web page."
        )


class TestSchedule:
    @pytest.mark.parametrize(
        ("given", "cron"),
        [
            ({"every": "never"}, ""),
            ({"every": "day", "at": "07:15"}, "15 7 * * *"),
            ({"every": "week", "weekday": "5"}, "0 8 * * 5"),
            ({"every": "week", "weekday": "0"}, "0 8 * * 0"),
            ({"every": "month", "day": "12"}, "0 8 12 * *"),
            ({"every": "own", "cron": " 0  8 * * 1-5 "}, "0 8 * * 1-5"),
            ({"every": "week", "at": ""}, "0 8 * * 1"),
        ],
    )
    def test_what_was_chosen_as_a_cron_line(self, cast: Cast, given: dict[str, str], cron: str) -> None:
        assert sheet(cast, **given).schedule == cron

    @pytest.mark.parametrize(
        ("cron", "told"),
        [
            ("", "This schedule cannot be read. Write five fields, such as 0 8 * * 1."),
            ("tous les jours", "This schedule cannot be read. Write five fields, such as 0 8 * * 1."),
            ("* * * * *", "An audit runs once an hour at most. Space it out."),
            ("0 8 31 2 *", "This day never comes. Choose one that does."),
        ],
    )
    def test_a_schedule_of_its_own_that_cannot_be(self, cast: Cast, cron: str, told: str) -> None:
        form = sheet(cast, every="own", cron=cron)
        assert form.schedule is None
        assert form.errors["cron"] == [told]

    def test_what_a_rhythm_does_not_ask_is_not_looked_at(self, cast: Cast) -> None:
        form = sheet(cast, every="day", day="99", weekday="12", cron="n’importe quoi")
        assert form.is_valid(), form.errors
        assert form.schedule == "0 8 * * *"

    def test_a_day_that_not_every_month_has(self, cast: Cast) -> None:
        form = sheet(cast, every="month", day="31")
        assert form.schedule is None
        assert "day" in form.errors


class TestDraft:
    def test_all_of_it(self, cast: Cast) -> None:
        data = audit_form(
            sources=[urls("https://a.example/1"), {"kind": "feed", "name": "Blog", "feed": "b.example/feed"}],
            recipients=[cast.alice.pk, cast.vera.pk],
            subject="Maison Lumen\nLumen",
        )
        form = AuditForm(data, brand=cast.brand)
        rows = PublicFormSet(data, prefix="publics"), SourceFormSet(data, prefix="sources")
        assert form.is_valid()
        assert all(each.is_valid() for each in rows)
        made = draft(form, *rows)
        assert made.subject == ("Maison Lumen", "Lumen")
        assert made.cron == "0 8 * * 1"
        assert [(each.kind, each.name, each.queries) for each in made.publics] == [
            ("client", "Clients", ("prix lampe",))
        ]
        assert [(each.kind, each.name, each.feed, each.urls) for each in made.sources] == [
            ("urls", "a.example", "", ("https://a.example/1",)),
            ("feed", "Blog", "https://b.example/feed", ()),
        ]
        assert set(made.recipients) == {cast.alice.pk, cast.vera.pk}

    def test_nobody_of_another_brand_gets_it(self, cast: Cast) -> None:
        form = sheet(cast, recipients=[cast.charlie.pk])
        assert not form.is_valid()
        assert "recipients" in form.errors

    @pytest.mark.parametrize("subject", ["", " \n ", "L"])
    def test_a_name_worth_looking_for(self, cast: Cast, subject: str) -> None:
        form = sheet(cast, subject=subject)
        assert not form.is_valid()
        assert "subject" in form.errors


class TestTyped:
    def rows(self, **data: str) -> list[dict[str, Any]]:
        sent = QueryDict(mutable=True)
        sent.update(data)
        return typed_rows(PublicForm, sent, "publics")

    def test_rows_that_hold_something_come_back(self) -> None:
        found = self.rows(
            **{"publics-TOTAL_FORMS": "3", "publics-0-queries": "prix", "publics-2-name": "Élus"}
        )
        assert [(row["queries"], row["name"]) for row in found] == [("prix", ""), ("", "Élus")]

    def test_one_to_be_removed_does_not(self) -> None:
        data = {"publics-TOTAL_FORMS": "1", "publics-0-queries": "prix", "publics-0-DELETE": "on"}
        assert self.rows(**data) == []

    @pytest.mark.parametrize("count", ["", "-1", "x", "999999999999", "²"])
    def test_a_count_that_is_none(self, count: str) -> None:
        assert self.rows(**{"publics-TOTAL_FORMS": count, "publics-0-queries": "prix"}) == []
