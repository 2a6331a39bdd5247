"""When an audit runs, in words: both languages, any zone, across clock changes; and two people at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.models import Person
from reputation import cadence, messages
from reputation.cadence import Cadence, Every
from reputation.enums import RunState
from reputation.forms.standing import LINES_SHOWN, differences, standing
from reputation.models import Audit, Fetch, Run
from reputation.rules import next_slot
from reputation.services.drafts import PublicDraft, SourceDraft
from tests.people import Cast
from tests.reputation.makers import draft, fed, listed, make
from tests.reputation.rooms import Rooms, SignIn, audit_form, soup, texts, value_of, words
from tests.reputation.shelf import NOON, mention, run_of, unread

PARIS: Final = ZoneInfo("Europe/Paris")


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


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    return make(cast.brand, cast.alice, listed("https://journal.example/a"), fed("https://b.example/rss"))


class TestWords:
    @settings(max_examples=80)
    @given(
        st.sampled_from([Every.NEVER, Every.DAY, Every.WEEK, Every.MONTH]),
        st.times(),
        st.sampled_from(cadence.Weekday),
        st.integers(1, 28),
        st.sampled_from(["en", "fr"]),
    )
    def test_any_rhythm_is_one_line_with_its_hour(
        self, every: Every, at: Any, weekday: cadence.Weekday, day: int, language: str
    ) -> None:
        with translation.override(language):
            told = messages.schedule(cadence.write(Cadence(every, at.replace(second=0), weekday, day)))
        assert "%" not in told
        assert told == told.strip() != ""
        assert (f"{at:%H:%M}" in told) == (every != Every.NEVER)

    @settings(max_examples=60)
    @given(st.text(max_size=60))
    def test_any_line_at_all_has_words(self, line: str) -> None:
        assert messages.schedule(line) != ""

    def test_french_days_are_french(self) -> None:
        with translation.override("fr"):
            told = {day: messages.schedule(f"0 8 * * {day}") for day in range(7)}
        for day, name in enumerate(["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"]):
            assert name in told[day].lower()


def spoken(cast: Cast, signed_in: SignIn, now: datetime, **chosen: str) -> tuple[str, str]:
    """What the form of an audit says of a rhythm while it is chosen, and the instant of the next run."""
    with time_machine.travel(now, tick=False):
        alice = Rooms(signed_in(Person.objects.get(pk=cast.alice.pk)))
        part = alice.post_part("new", **audit_form() | chosen | {"more": "schedule"})
    moment = soup(part).select_one("time")
    assert moment is not None
    return words(part), str(moment["datetime"])


class TestZones:
    @pytest.mark.parametrize(
        ("now", "at", "told"),
        [
            (datetime(2026, 10, 24, 12, tzinfo=UTC), "08:00", "Sun 25 Oct., 08:00"),
            (datetime(2026, 10, 24, 12, tzinfo=UTC), "02:30", "Sun 25 Oct., 02:30"),
            (datetime(2026, 3, 28, 12, tzinfo=UTC), "02:30", "Sun 29 March, 03:30"),
            (datetime(2026, 3, 28, 12, tzinfo=UTC), "08:00", "Sun 29 March, 08:00"),
            (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "01:00", "Tue 1 Dec., 01:00"),
        ],
    )
    def test_the_next_run_is_told_on_the_brand_s_clock(
        self, cast: Cast, signed_in: SignIn, now: datetime, at: str, told: str
    ) -> None:
        assert spoken(cast, signed_in, now, every="day", at=at)[0].endswith(f"Next run: {told}")

    @pytest.mark.parametrize(
        ("zone", "offset"),
        [("Pacific/Auckland", "+13:00"), ("America/St_Johns", "-03:30"), ("Asia/Kathmandu", "+05:45")],
    )
    def test_wherever_the_brand_is(self, cast: Cast, signed_in: SignIn, zone: str, offset: str) -> None:
        cast.brand.zone = zone
        cast.brand.save()
        seen, moment = spoken(cast, signed_in, NOON, every="day", at="08:00")
        assert moment.endswith(f"T08:00:00{offset}")
        assert zone in seen

    def test_in_french(self, cast: Cast, signed_in: SignIn) -> None:
        Person.objects.update(language="fr")
        seen, _moment = spoken(cast, signed_in, NOON, every="month", day="1", at="07:05")
        assert "Next run" not in seen
        assert seen.endswith("mar 1 déc., 07:05")

    @settings(max_examples=60)
    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  # given a zone below
        st.times(),
    )
    def test_a_daily_audit_never_skips_a_day_and_never_runs_twice(self, start: datetime, at: Any) -> None:
        line = cadence.write(Cadence(Every.DAY, at.replace(second=0, microsecond=0)))
        instant = start.replace(tzinfo=UTC)
        days = []
        for _turn in range(4):
            instant = next_slot(line, PARIS, instant)
            days.append(instant.astimezone(PARIS).date())
        assert days == [days[0] + timedelta(days=n) for n in range(4)]


def sent(audit: Audit, **changes: Any) -> dict[str, Any]:
    """The form of the audit as it stands, with these changes."""
    form = audit_form(
        publics=[
            {"kind": "client", "name": "Clients", "queries": "prix lampe\nlivraison retard"},
            {"kind": "candidate", "name": "Candidats", "queries": "salaire atelier"},
        ],
        sources=[
            {"kind": "urls", "name": "Liste", "urls": "https://journal.example/a"},
            {"kind": "feed", "name": "Fil", "feed": "https://b.example/rss"},
        ],
        name=audit.name,
        version=str(audit.version),
        every="never",
    )
    return form | changes


class TestTwoAtOnce:
    def conflict(self, alice: Rooms, audit: Audit, theirs: dict[str, str], mine: dict[str, str]) -> str:
        """What the second one to save is told."""
        assert alice.post("edit", audit.slug, **sent(audit, **theirs)).status_code == 302
        page = alice.post("edit", audit.slug, **sent(audit, **mine))
        assert page.status_code == 409
        return " | ".join(texts(page, ".banner dd"))

    def test_a_kind_of_public_alone(self, alice: Rooms, audit: Audit) -> None:
        told = self.conflict(alice, audit, {"publics-0-kind": "official"}, {"publics-0-kind": "journalist"})
        assert "Clients (Officials and associations): prix lampe" in told
        assert "Clients (Journalists): prix lampe" in told

    def test_a_query_alone(self, alice: Rooms, audit: Audit) -> None:
        told = self.conflict(alice, audit, {"publics-1-queries": "stage"}, {"publics-1-queries": "prime"})
        assert told.count("stage") == told.count("prime") == 1

    def test_the_same_change_by_both_is_nothing_to_settle(self, alice: Rooms, audit: Audit) -> None:
        alice.post("edit", audit.slug, **sent(audit, name="Pareil"))
        page = alice.post("edit", audit.slug, **sent(audit, name="Pareil"))
        assert page.status_code == 409
        assert "Both of you wrote the same: there is nothing to settle." in words(page)

    def test_rows_that_were_added_and_removed_stay_as_they_were_typed(
        self, alice: Rooms, audit: Audit
    ) -> None:
        alice.post("edit", audit.slug, **sent(audit, name="Le leur"))
        mine = sent(audit) | {
            "publics-TOTAL_FORMS": "3",
            "publics-0-DELETE": "on",
            "publics-2-kind": "official",
            "publics-2-name": "Élus",
            "publics-2-queries": "subvention",
        }
        page = alice.post("edit", audit.slug, **mine)
        assert value_of(page, "publics-2-queries") == "subvention"
        assert soup(page).select_one("[name=publics-0-DELETE][checked]") is not None
        answer = alice.post("edit", audit.slug, **mine | {"version": value_of(page, "version")})
        assert answer.status_code == 302
        kept = audit.publics.filter(dropped_at=None).values_list("name", flat=True)
        assert list(kept) == ["Candidats", "Élus"]

    def test_a_row_more_in_the_middle_of_it_keeps_the_warning_s_version(
        self, alice: Rooms, audit: Audit
    ) -> None:
        alice.post("edit", audit.slug, **sent(audit, name="Le leur"))
        page = alice.post("edit", audit.slug, **sent(audit, name="Le mien", more="publics"))
        assert value_of(page, "version") == "1"
        again = alice.post("edit", audit.slug, **sent(audit, name="Le mien"))
        assert again.status_code == 409

    def test_three_at_once(self, alice: Rooms, audit: Audit) -> None:
        for name in ("Un", "Deux"):
            audit.refresh_from_db()
            alice.post("edit", audit.slug, **sent(audit, name=name))
        page = alice.post("edit", audit.slug, **sent(audit, name="Trois", version="1"))
        assert (page.status_code, value_of(page, "version")) == (409, "3")


class TestDifferences:
    def test_of_long_lists_only_what_differs(self, cast: Cast) -> None:
        urls = [f"https://journal.example/{n}" for n in range(100)]
        audit = make(cast.brand, cast.alice, listed(*urls))
        (found,) = differences(audit, draft(listed(*urls[1:], "https://journal.example/new")))
        assert found.label == "Sources"
        assert found.theirs == "Liste: https://journal.example/0"
        assert found.mine == "Liste: https://journal.example/new"

    def test_and_not_all_of_it_when_that_is_long_too(self, cast: Cast) -> None:
        audit = make(cast.brand, cast.alice, listed(*(f"https://a.example/{n}" for n in range(50))))
        mine = draft(listed(*(f"https://b.example/{n}" for n in range(50))))
        (found,) = differences(audit, mine)
        assert len(found.mine.splitlines()) == LINES_SHOWN + 1
        assert found.mine.endswith(f"and {50 - LINES_SHOWN} more")

    def test_the_same_lines_in_another_order_are_shown(self, cast: Cast) -> None:
        urls = [f"https://a.example/{n}" for n in range(20)]
        audit = make(cast.brand, cast.alice, listed(*urls))
        (found,) = differences(audit, draft(listed(*reversed(urls))))
        assert found.theirs.splitlines()[0] == "Liste: https://a.example/0"
        assert found.mine.splitlines()[0] == "Liste: https://a.example/19"

    def test_a_list_that_became_a_feed(self, cast: Cast, audit: Audit) -> None:
        now = standing(audit)
        sources = (SourceDraft("feed", "Liste", "https://b.example/rss"), now.sources[1])
        (found,) = differences(audit, draft(*sources))
        assert found.theirs.startswith("Liste: https://journal.example/a\n")
        assert found.mine.startswith("Liste: https://b.example/rss\n")

    def test_a_public_named_like_its_kind_says_so_once(self, cast: Cast) -> None:
        plain = PublicDraft("client", "Customers", ("prix",))
        audit = make(cast.brand, cast.alice, publics=(plain,))
        (found,) = differences(audit, draft(publics=(PublicDraft("client", "Customers", ("sav",)),)))
        assert (found.theirs, found.mine) == ("Customers: prix", "Customers: sav")


class TestReadAloud:
    """How far a run is, told at each step once, however often the page asks."""

    @pytest.fixture
    def current(self, audit: Audit) -> Run:
        """A run that reads: one page of three is done."""
        found = run_of(audit, RunState.COLLECTING)
        mention(found, "a")
        for path in "bc":
            Fetch.objects.filter(pk=unread(found, path, "").pk).update(state="planned")
        return found

    def ask(self, rooms: Rooms, run: Run, step: str) -> tuple[str, list[str]]:
        part = rooms.part("progress", run.audit.slug, run.number, said=step)
        return value_of(part, "said"), texts(part, "[hx-swap-oob]")

    def test_once_a_step(self, alice: Rooms, current: Run) -> None:
        step, first = self.ask(alice, current, "")
        assert first == ["Reading the pages, 20% done"]
        assert self.ask(alice, current, step) == (step, [])
        Fetch.objects.filter(state="planned").update(state="stored")
        after, told = self.ask(alice, current, step)
        assert (after != step, told) == (True, ["Reading the pages, 100% done"])

    def test_a_new_state_is_told(self, alice: Rooms, current: Run) -> None:
        step, _first = self.ask(alice, current, "")
        Run.objects.filter(pk=current.pk).update(state=RunState.SCORING)
        assert self.ask(alice, current, step)[1] == ["Weighing what was read, 20% done"]

    def test_the_page_itself_starts_in_silence(self, alice: Rooms, current: Run) -> None:
        page = alice.get("audit", current.audit.slug)
        assert value_of(page, "said") == ""
        area = soup(page).select_one("#progress")
        assert area is not None
        assert area["hx-include"] == "#progress-step"
        assert texts(page, "#progress-said") == [""]
        assert "Load this page again to see how far it is" in words(page)

    @pytest.mark.parametrize("said", ["<script>", "x" * 5000, "\x00"])
    def test_any_step_that_never_was(self, alice: Rooms, current: Run, said: str) -> None:
        step, told = self.ask(alice, current, said)
        assert (step, len(told)) == ("collecting-20", 1)
