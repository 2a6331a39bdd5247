"""What people type about posts, times and caps, and what becomes of it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.enums import PageState
from pages.models import Page
from publishing.forms import (
    CapFormSet,
    ComposeForm,
    ContentForm,
    EditForm,
    FoundForm,
    GapForm,
    ReasonForm,
    WhenForm,
    cap_rows,
    wall_time,
)
from tests.people import Cast
from tests.publishing.makers import post_of
from tests.publishing.rooms import cap_row, caps_form, draft_form, wall, when

AT = wall("2026-03-02", "15:30")


def content(**more: str) -> ContentForm:
    return ContentForm({"text": "Some words", "link": "", "content_type": "information", **more})


class TestContent:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("Some words", "Some words"),
            ("  both ends \n", "both ends"),
            ("one\r\n\r\ntwo", "one\n\ntwo"),
            ("مرحبا 🎉", "مرحبا 🎉"),
            ("<b>not bold</b>", "<b>not bold</b>"),
            ("a" * 70_000, "a" * 70_000),
        ],
    )
    def test_the_text_is_kept_without_its_blanks(self, typed: str, kept: str) -> None:
        form = content(text=typed)
        assert (form.is_valid(), form.cleaned_data["text"]) == (True, kept)

    @pytest.mark.parametrize("typed", ["", " ", "\n\r\n\t", "\u00a0", "\u200b\u2060", "a" * 70_001, "a\x00b"])
    def test_no_text_and_far_too_much_are_refused(self, typed: str) -> None:
        form = content(text=typed)
        assert (form.is_valid(), list(form.errors)) == (False, ["text"])

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("", ""),
            ("example.org", "https://example.org"),
            ("http://example.org/é?a=1#b", "http://example.org/é?a=1#b"),
        ],
    )
    def test_a_link_may_leave_out_its_scheme(self, typed: str, kept: str) -> None:
        form = content(link=typed)
        assert (form.is_valid(), form.cleaned_data["link"]) == (True, kept)

    @pytest.mark.parametrize(
        "typed", ["javascript:alert(1)", "ftp:/x", "not an address", "https://a.example/" + "b" * 500]
    )
    def test_what_is_no_address_is_refused(self, typed: str) -> None:
        form = content(link=typed)
        assert (form.is_valid(), list(form.errors)) == (False, ["link"])

    def test_an_unknown_kind_of_content_is_refused(self) -> None:
        assert list(content(content_type="poetry").errors) == ["content_type"]

    def test_an_edit_begins_with_the_post_as_it_stands(self, cast: Cast) -> None:
        post = post_of(cast.brand, link="https://example.org", content_type="service", version=4)
        assert EditForm.of(post).initial == {
            "text": "Opening on Saturday",
            "link": "https://example.org",
            "content_type": "service",
            "version": 4,
        }


class TestWhen:
    def test_a_wall_time(self) -> None:
        form = WhenForm(when(AT))
        assert (form.is_valid(), form.wall) == (True, AT)

    @pytest.mark.parametrize(
        ("day", "at"), [("", "15:30"), ("2026-03-02", ""), ("02/03/2026", "15:30"), ("2026-03-02", "3pm")]
    )
    def test_half_a_time_or_another_writing_is_none(self, day: str, at: str) -> None:
        assert WhenForm({"day": day, "time": at}).is_valid() is False

    @pytest.mark.parametrize(("length", "valid"), [(0, True), (300, True), (301, False)])
    def test_a_reason_has_its_measure(self, length: int, valid: bool) -> None:
        assert WhenForm({**when(AT), "override_reason": "x" * length}).is_valid() is valid

    def test_several_on_one_page_have_ids_of_their_own(self) -> None:
        forms = [WhenForm.at(AT, page_id) for page_id in (1, 2)]
        assert [form["day"].id_for_label for form in forms] == ["day-1", "day-2"]
        assert [form["time"].value() for form in forms] == [time(15, 30)] * 2

    def test_seconds_are_cut(self) -> None:
        assert wall_time(date(2026, 3, 2), time(15, 30, 59, 999)) == AT


class TestCompose:
    def form(self, cast: Cast, **more: Any) -> ComposeForm:
        """What is sent to be planned."""
        return ComposeForm(draft_form(**more), brand=cast.brand, planning=True)

    def test_only_connected_pages_of_the_brand(self, cast: Cast) -> None:
        other = Page.objects.create(brand=cast.brand, network="mastodon", remote_id="7", name="Lumen social")
        Page.objects.filter(pk=other.pk).update(state=PageState.NEEDS_RECONNECT)
        gone = Page.objects.create(brand=cast.brand, network="mastodon", remote_id="8", name="Gone")
        Page.objects.filter(pk=gone.pk).update(state=PageState.DISCONNECTED)
        form = ComposeForm(brand=cast.brand)
        assert [page.pk for page, _name in form_choices(form)] == [cast.newsroom.pk, other.pk]

    def test_a_plan_needs_pages_and_a_time(self, cast: Cast) -> None:
        form = self.form(cast)
        assert (form.is_valid(), sorted(form.errors)) == (False, ["day", "pages", "time"])

    def test_a_draft_needs_neither(self, cast: Cast) -> None:
        form = ComposeForm(draft_form(), brand=cast.brand)
        assert (form.is_valid(), form.wall) == (True, None)

    def test_an_unreadable_time_is_told_once(self, cast: Cast) -> None:
        form = self.form(cast, pages=[cast.newsroom.pk], day="2026-03-02", time="noon")
        assert (list(form.errors), len(form.errors["time"])) == (["time"], 1)

    def test_the_wall_time_is_naive(self, cast: Cast) -> None:
        form = self.form(cast, pages=[cast.newsroom.pk], **when(AT))
        assert (form.is_valid(), form.wall) == (True, AT)


def form_choices(form: ComposeForm) -> list[tuple[Page, str]]:
    """The pages to choose from, with the names they are shown by."""
    return [(box.data["value"].instance, box.choice_label) for box in form["pages"]]


class TestCaps:
    @given(
        st.dictionaries(st.integers(1, 8760), st.integers(1, 500), max_size=10),
    )
    def test_what_is_shown_is_what_comes_back(self, caps: dict[int, int]) -> None:
        rows = cap_rows(caps)
        formset = CapFormSet(caps_form([*rows, cap_row("", "")][:10]), prefix="caps")
        assert (formset.is_valid(), formset.caps) == (True, caps)
        assert [row["unit"] for row in rows] == [
            "days" if hours % 24 == 0 and hours > 24 else "hours" for hours in sorted(caps)
        ]

    def test_one_day_is_said_in_hours(self) -> None:
        assert cap_rows({24: 2, 48: 3}) == [cap_row(2, 24, "hours"), cap_row(3, 2, "days")]

    def test_a_unit_alone_is_no_cap(self) -> None:
        formset = CapFormSet(caps_form([cap_row("", " ", "days")]), prefix="caps")
        assert (formset.is_valid(), formset.caps) == (True, {})

    @pytest.mark.parametrize(
        "row",
        [
            cap_row(0, 24),
            cap_row(2, 0),
            cap_row(501, 24),
            cap_row(2, 366, "days"),
            cap_row("", 3),
            cap_row("²", 3),
        ],
    )
    def test_a_cap_outside_all_measure_is_refused(self, row: dict[str, object]) -> None:
        assert CapFormSet(caps_form([row]), prefix="caps").is_valid() is False

    @pytest.mark.parametrize(
        ("minutes", "valid"), [("", True), ("0", True), ("43200", True), ("43201", False), ("-1", False)]
    )
    def test_the_gap_has_its_measure(self, minutes: str, valid: bool) -> None:
        assert GapForm({"minutes": minutes}).is_valid() is valid


@pytest.mark.parametrize(
    ("reason", "valid"), [("So", True), ("", False), (" ", False), ("x" * 300, True), ("x" * 301, False)]
)
def test_a_reason_is_needed(reason: str, valid: bool) -> None:
    assert ReasonForm({"reason": reason}).is_valid() is valid


@pytest.mark.parametrize(
    ("url", "valid"), [("https://a.example/1", True), ("a.example/1", True), ("there", False), ("", False)]
)
def test_an_address_is_needed(url: str, valid: bool) -> None:
    assert FoundForm({"url": url}).is_valid() is valid


def test_the_wall_time_of_a_form_that_is_not_valid_is_not_asked_for() -> None:
    form = WhenForm({"day": "", "time": "15:30"})
    assert form.is_valid() is False
    with pytest.raises(KeyError):
        datetime.isoformat(form.wall)
