"""The rules of a page: seen by all, set by leads, never overwritten unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cm_suite.core.models import LedgerEntry
from pages.models import Page, Person
from publishing.models import Cap, Delivery, Gap
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import cap, delivery_of, gap, published
from tests.publishing.rooms import (
    Answer,
    Rooms,
    SignIn,
    cap_row,
    caps_form,
    questions,
    said,
    soup,
    value_of,
    words,
)

pytestmark = pytest.mark.usefixtures("noon")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def alice(cast: Cast, signed_in: SignIn) -> Rooms:
    """The lead, in the brand's rooms."""
    return Rooms(signed_in(cast.alice))


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer."""
    return Rooms(signed_in(cast.vera))


def rules_of(page: Page) -> tuple[list[tuple[int, int]], list[int]]:
    caps = Cap.objects.filter(page=page).order_by("hours").values_list("at_most", "hours")
    return list(caps), list(Gap.objects.filter(page=page).values_list("minutes", flat=True))


def rows_of(answer: Answer, unit: str = "option[selected]") -> list[tuple[str, str, str]]:
    found = []
    for row in soup(answer).select(".cap-row"):
        most, length = (
            str(row.select(f"[name$={name}]")[0].get("value", "")) for name in ("at_most", "length")
        )
        found.append((most, length, value_of(row, unit)))
    return found


class TestSeen:
    def test_without_a_rule_it_says_what_is_frequent(self, cast: Cast, vera: Rooms) -> None:
        page = vera.get("rules", cast.newsroom.pk)
        assert "No rule yet: any number of posts may go out." in words(page)
        assert "A lead of the brand changes these rules." in words(page)
        assert soup(page).select("form") == []

    def test_use_rules_and_next_slot(self, cast: Cast, vera: Rooms) -> None:
        cap(cast.newsroom, 2, 24)
        cap(cast.newsroom, 6, 168)
        gap(cast.newsroom, 90)
        for hours in (1, 5, 30):
            published(cast.newsroom, NOON - hours * HOUR)
        seen = words(vera.get("rules", cast.newsroom.pk))
        assert "In the last 24 hours 2 of 2" in seen
        assert "In the last 7 days 3 of 6" in seen
        assert "At most 2 posts in any 24 hours. At most 6 posts in any 7 days." in seen
        assert "At least 90 minutes between two posts." in seen
        assert "Next free slot: Tue 3 March, 07:00" in seen

    def test_a_lead_reads_each_cap_as_a_sentence(self, cast: Cast, alice: Rooms) -> None:
        cap(cast.newsroom, 2, 24)
        cap(cast.newsroom, 6, 168)
        cap(cast.newsroom, 9, 100)
        page = alice.get("rules", cast.newsroom.pk)
        assert rows_of(page) == [
            ("2", "24", "hours"),
            ("9", "100", "hours"),
            ("6", "7", "days"),
            ("", "", "hours"),
        ]
        assert len(soup(page).select("[name$=DELETE]")) == 3

    def test_as_many_questions_for_three_caps_as_for_one(self, cast: Cast, alice: Rooms) -> None:
        found = []
        for hours in (24, 48, 72):
            cap(cast.newsroom, 2, hours)
            published(cast.newsroom, NOON - hours * HOUR)
            alice.get("rules", cast.newsroom.pk)
            found.append(questions(lambda: alice.get("rules", cast.newsroom.pk)))
        assert found == [12, 12, 12]


class TestSaved:
    def test_caps_and_gap(self, cast: Cast, alice: Rooms) -> None:
        data = caps_form([cap_row(2, 24), cap_row(6, 7, "days"), cap_row("", "")], 90)
        answer = alice.post("rules", cast.newsroom.pk, **data)
        assert rules_of(cast.newsroom) == ([(2, 24), (6, 168)], [90])
        assert (answer.status_code, said(answer)) == (302, ["The rules of Maison Lumen are saved."])
        assert list(LedgerEntry.objects.values_list("kind", "actor_id")) == [("page.limits", cast.alice.pk)]

    def test_sent_twice_it_changes_once(self, cast: Cast, alice: Rooms) -> None:
        data = caps_form([cap_row(2, 24)], 90)
        alice.post("rules", cast.newsroom.pk, **data)
        answer = alice.post("rules", cast.newsroom.pk, **data)
        assert (rules_of(cast.newsroom), said(answer)[-1]) == (([(2, 24)], [90]), "Nothing has changed.")
        assert LedgerEntry.objects.count() == 1

    @pytest.mark.parametrize("row", [cap_row(2, 24, DELETE="on"), cap_row("", "")])
    def test_a_cap_is_removed_by_its_box_or_by_emptying_it(
        self, cast: Cast, alice: Rooms, row: dict[str, object]
    ) -> None:
        cap(cast.newsroom, 2, 24)
        cap(cast.newsroom, 6, 168)
        data = caps_form([row, cap_row(6, 7, "days")], seen="2/24 6/168 0")
        alice.post("rules", cast.newsroom.pk, **data)
        assert rules_of(cast.newsroom) == ([(6, 168)], [])

    def test_a_cap_may_be_removed_whatever_stands_in_it(self, cast: Cast, alice: Rooms) -> None:
        cap(cast.newsroom, 2, 24)
        alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(0, -3, DELETE="on")], seen="2/24 0"))
        assert rules_of(cast.newsroom) == ([], [])

    @pytest.mark.parametrize("minutes", ["", "0"])
    def test_the_gap_goes(self, cast: Cast, alice: Rooms, minutes: str) -> None:
        gap(cast.newsroom, 90)
        alice.post("rules", cast.newsroom.pk, **caps_form([], minutes, seen="90"))
        assert rules_of(cast.newsroom) == ([], [])

    def test_what_is_planned_stays_planned(self, cast: Cast, alice: Rooms) -> None:
        for hours in (1, 2, 3):
            delivery_of(cast.newsroom, NOON + hours * HOUR)
        alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(1, 24)]))
        assert list(Delivery.objects.values_list("state", flat=True)) == ["planned"] * 3

    def test_the_other_pages_keep_their_rules(self, cast: Cast, alice: Rooms) -> None:
        cap(cast.other_newsroom, 2, 24)
        other = Page.objects.create(brand=cast.brand, network="mastodon", remote_id="7", name="Lumen social")
        cap(other, 3, 24)
        alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(1, 24)]))
        assert [rules_of(page)[0] for page in (cast.newsroom, other, cast.other_newsroom)] == [
            [(1, 24)],
            [(3, 24)],
            [(2, 24)],
        ]


class TestRefused:
    @pytest.mark.parametrize(
        ("row", "error"),
        [
            (cap_row(0, 24), "greater than or equal to 1"),
            (cap_row(-1, 24), "greater than or equal to 1"),
            (cap_row(501, 24), "less than or equal to 500"),
            (cap_row(2, 0), "greater than or equal to 1"),
            (cap_row(2, 8761), "less than or equal to 8760"),
            (cap_row(2, 366, "days"), "A window is a year long at most."),
            (cap_row("9" * 400, 24), "less than or equal to 500"),
            (cap_row("two", 24), "Enter a whole number."),
            (cap_row(2, ""), "This field is required."),
            (cap_row("", 24), "This field is required."),
            (cap_row(2, 24, "weeks"), "Select a valid choice."),
        ],
    )
    def test_a_cap_that_is_none(self, cast: Cast, alice: Rooms, row: dict[str, object], error: str) -> None:
        cap(cast.newsroom, 6, 168)
        answer = alice.post("rules", cast.newsroom.pk, **caps_form([row], 30, seen="6/168 0"))
        assert (answer.status_code, error in words(answer)) == (422, True)
        assert rules_of(cast.newsroom) == ([(6, 168)], [])
        assert value_of(answer, "[name=minutes]") == "30"
        assert rows_of(answer, "option")[0][:2] == (str(row["at_most"]), str(row["length"]))

    @pytest.mark.parametrize(
        "rows", [[cap_row(2, 24), cap_row(3, 24)], [cap_row(2, 48), cap_row(2, 2, "days")]]
    )
    def test_two_caps_of_one_window(self, cast: Cast, alice: Rooms, rows: list[dict[str, object]]) -> None:
        answer = alice.post("rules", cast.newsroom.pk, **caps_form(rows))
        assert answer.status_code == 422
        assert "Two caps have the same window. Keep one of them." in words(answer)
        assert rules_of(cast.newsroom) == ([], [])

    def test_a_cap_takes_the_window_of_one_that_goes(self, cast: Cast, alice: Rooms) -> None:
        data = caps_form([cap_row(2, 24, DELETE="on"), cap_row(3, 24)])
        alice.post("rules", cast.newsroom.pk, **data)
        assert rules_of(cast.newsroom) == ([(3, 24)], [])

    @pytest.mark.parametrize("minutes", ["-1", "43201", "soon", "9" * 400])
    def test_a_gap_that_is_none(self, cast: Cast, alice: Rooms, minutes: str) -> None:
        answer = alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(2, 24)], minutes))
        assert (answer.status_code, rules_of(cast.newsroom)) == (422, ([], []))

    def test_more_caps_than_anybody_reads(self, cast: Cast, alice: Rooms) -> None:
        answer = alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(2, n) for n in range(1, 13)]))
        assert (answer.status_code, rules_of(cast.newsroom)) == (422, ([], []))

    @pytest.mark.parametrize("count", ["", "-1", "many"])
    def test_a_form_without_its_count(self, cast: Cast, alice: Rooms, count: str) -> None:
        cap(cast.newsroom, 2, 24)
        answer = alice.post("rules", cast.newsroom.pk, **{"caps-TOTAL_FORMS": count, "minutes": "5"})
        assert (answer.status_code, rules_of(cast.newsroom)) == (422, ([(2, 24)], []))


class TestTwoLeads:
    def test_the_second_sees_what_the_first_saved_and_keeps_their_own(self, cast: Cast, alice: Rooms) -> None:
        alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(2, 24)]))
        answer = alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(6, 7, "days")], 30))
        seen = words(answer)
        assert answer.status_code == 409
        assert "Somebody changed these rules while you were writing." in seen
        assert "At most 2 posts in any 24 hours." in seen
        assert rows_of(answer) == [("6", "7", "days")]
        assert rules_of(cast.newsroom) == ([(2, 24)], [])

    def test_saving_again_replaces_them_knowingly(self, cast: Cast, alice: Rooms) -> None:
        alice.post("rules", cast.newsroom.pk, **caps_form([cap_row(2, 24)]))
        data = caps_form([cap_row(6, 7, "days")], 30)
        seen = value_of(alice.post("rules", cast.newsroom.pk, **data), "[name=seen]")
        alice.post("rules", cast.newsroom.pk, **{**data, "seen": seen})
        assert (seen, rules_of(cast.newsroom)) == ("2/24 0", ([(6, 168)], [30]))

    def test_what_the_form_shows_is_what_it_saw(self, cast: Cast, alice: Rooms) -> None:
        cap(cast.newsroom, 6, 168)
        cap(cast.newsroom, 2, 24)
        gap(cast.newsroom, 90)
        assert value_of(alice.get("rules", cast.newsroom.pk), "[name=seen]") == "2/24 6/168 90"
