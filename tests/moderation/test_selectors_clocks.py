"""Both clocks in words, for every label, for dates nobody knows, and for what the rules never read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from moderation import law, rules
from moderation.models import Assessment, Comment, Review
from moderation.risk.labels import Label
from moderation.selectors.reading import limitation_row, readings, removal_clock
from moderation.selectors.review import latest_assessment
from pages.models import Person
from tests.moderation.conftest import NOON
from tests.moderation.desk import Desk, refreshed
from tests.moderation.makers import INSULT, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn, soup, words

pytestmark = pytest.mark.usefixtures("noon")
L = Label
PRESS_THREE_MONTHS = (L.INSULT, L.DEFAMATION)
PRESS_ONE_YEAR = (L.INSULT_AGGRAVATED, L.DEFAMATION_AGGRAVATED, L.HATE)
SIX_YEARS = (L.THREAT, L.HARASSMENT, L.DOXXING)
NONE = (L.SPAM, L.CRITICISM, L.COMPLAINT, L.NEUTRAL)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> Iterator[None]:
    """Source words."""
    Person.objects.update(language="en")
    with translation.override("en"):
        yield


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork) -> Comment:
    """An insult published and read at noon."""
    return taken(cast.newsroom, network)


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn) -> Desk:
    """The moderator at her desk."""
    return Desk(signed_in(cast.mona))


def clocks(desk: Desk, comment: Comment) -> str:
    found = soup(desk.get("review", review_of(comment).pk)).select_one("#clocks")
    assert found is not None
    return words(found)


class TestLimitation:
    @pytest.mark.parametrize("label", Label)
    def test_every_label_has_a_standing_in_words(self, comment: Comment, label: Label) -> None:
        row = limitation_row(label, comment, NOON, ())
        assert row.status in {"known", "none"}
        assert (row.last_day is None) == (row.status == "none")
        assert row.why == ""

    @pytest.mark.parametrize("label", PRESS_THREE_MONTHS)
    def test_three_months_of_press_law(self, comment: Comment, label: Label) -> None:
        row = limitation_row(label, comment, NOON, ())
        assert (row.last_day, row.left, row.confirmed) == (date(2026, 6, 1), 91, True)

    @pytest.mark.parametrize("label", PRESS_ONE_YEAR)
    def test_one_year_of_press_law(self, comment: Comment, label: Label) -> None:
        row = limitation_row(label, comment, NOON, ())
        assert row.last_day is not None
        assert (row.last_day.year, row.last_day.month) == (2027, 3)

    @pytest.mark.parametrize("label", SIX_YEARS)
    def test_six_years_of_common_law(self, comment: Comment, label: Label) -> None:
        row = limitation_row(label, comment, NOON, ())
        assert row.last_day is not None
        assert row.last_day.year == 2032

    @pytest.mark.parametrize("label", NONE)
    def test_none_where_there_is_no_offence(self, comment: Comment, label: Label) -> None:
        row = limitation_row(label, comment, NOON, ())
        assert (row.status, row.last_day, row.doubts) == ("none", None, ())

    def test_a_publication_of_unknown_date_never_counts_from_when_we_saw_it(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        network.write("c9", INSULT, at=None)
        unknown = taken(cast.newsroom, network, INSULT, "c8").page.comments.get(remote_id="c9")
        said = clocks(mona, unknown)
        assert "Limitation Unknown The network gives no date for this comment." in said
        assert "Last prudent day" not in said

    def test_the_last_day_and_the_day_after(
        self, cast: Cast, mona: Desk, comment: Comment, noon: time_machine.Traveller
    ) -> None:
        assert "Last prudent day for the victim: 91 days left." in clocks(mona, comment)
        noon.move_to(datetime(2026, 5, 31, 10, tzinfo=UTC))
        mona.client.force_login(cast.mona)
        assert "Last prudent day for the victim: 1 day left." in clocks(mona, comment)
        noon.move_to(datetime(2026, 6, 1, 10, tzinfo=UTC))
        mona.client.force_login(cast.mona)
        assert "Today is the last prudent day for the victim." in clocks(mona, comment)
        noon.move_to(datetime(2026, 6, 2, 10, tzinfo=UTC))
        mona.client.force_login(cast.mona)
        assert "The last prudent day for the victim is past." in clocks(mona, comment)

    def test_days_are_days_of_paris(self, comment: Comment, noon: time_machine.Traveller) -> None:
        noon.move_to(datetime(2026, 5, 31, 22, 30, tzinfo=UTC))  # past midnight in Paris
        assert limitation_row(L.INSULT, comment, datetime.now(UTC), ()).left == 0

    def test_an_edit_says_its_doubt_beside_the_date(
        self, cast: Cast, mona: Desk, comment: Comment, network: FakeNetwork
    ) -> None:
        taken(cast.newsroom, network, INSULT + " Vraiment.")
        said = clocks(mona, refreshed(comment))
        assert "It was edited: whether that starts a new period is not settled in law." in said

    def test_two_doubts_are_two_sentences(self, comment: Comment) -> None:
        events = (
            law.Event(law.EventKind.EDITED, NOON + timedelta(days=1)),
            law.Event(law.EventKind.EDITED, None),
        )
        row = limitation_row(L.INSULT, comment, NOON + timedelta(days=2), events)
        assert len(row.doubts) == len(set(row.doubts)) >= 1
        assert all(doubt.endswith(".") for doubt in row.doubts)


class TestRemoval:
    @pytest.mark.parametrize("label", Label)
    def test_hours_are_ours_and_only_where_something_may_be_removed(
        self, comment: Comment, label: Label
    ) -> None:
        Assessment.objects.get().qualifications.update(label=label)
        reading = readings(comment, latest_assessment(comment), NOON)[0]
        expected = law.removal(label)
        assert reading.hours == (expected.hours if expected else None)
        assert (reading.hours is None) or reading.hours > 0

    def test_in_words_before_and_after(
        self, mona: Desk, comment: Comment, noon: time_machine.Traveller
    ) -> None:
        assert clocks(mona, comment).startswith("Removal 4 h 00 left Decide by Mon 2 March, 16:00")
        noon.shift(timedelta(hours=5))
        found = soup(mona.get("review", review_of(comment).pk)).select_one(".clock.is-over")
        assert found is not None
        assert words(found).startswith("Removal 1 h 00 overdue")

    def test_a_notice_of_something_harmless_presses_by_our_own_target(
        self, cast: Cast, mona: Desk, network: FakeNetwork
    ) -> None:
        network.write("c9", "Merci pour tout", notified_at=NOON, notices=1)
        reported = taken(cast.newsroom, network, INSULT, "c8").page.comments.get(remote_id="c9")
        assert f"{rules.NOTICE_HOURS - 1} h" in clocks(mona, reported) or "1 d 0 h left" in clocks(
            mona, reported
        )
        assert "Our own target, not a limit of the law." in clocks(mona, reported)

    def test_nothing_presses_without_a_target(self, mona: Desk, comment: Comment) -> None:
        Review.objects.update(due_at=None)
        clock = removal_clock(Review.objects.get(), NOON)
        assert (clock.left, clock.overdue) == ("", False)
        assert "Nothing presses" in clocks(mona, comment)


class TestUnread:
    def test_what_the_rules_never_read_is_not_called_harmless(self, mona: Desk, comment: Comment) -> None:
        Assessment.objects.all().delete()
        said = clocks(mona, comment)
        assert "Limitation Not read yet" in said
        for untrue in ("None to count", "Nothing presses", "nothing is to be removed"):
            assert untrue not in said

    def test_the_pane_asks_to_read_them_oneself(self, mona: Desk, comment: Comment) -> None:
        Assessment.objects.update(revision=9)
        answer = mona.get("review", review_of(comment).pk)
        assert "The rules have not read these words yet. Read them yourself." in words(answer)
        assert soup(answer).select("#words mark") == []


class TestWhy:
    def test_words_first_and_ids_only_in_the_titles(self, mona: Desk, comment: Comment) -> None:
        found = soup(mona.get("review", review_of(comment).pk)).select_one(".reading-why")
        assert found is not None
        quoted = found.select("q")
        assert "connard" in " ".join(words(each) for each in quoted)
        assert "(outrageous word)" in words(found)
        assert "inj." not in words(found)
        assert all("inj." in str(each["title"]) for each in quoted)

    def test_words_seen_alike_stand_together(self, cast: Cast, network: FakeNetwork) -> None:
        text = "La vendeuse, Éloïse Brard, habite 14 rue du Lavoir, son portable c’est le 06 99 00 12 34."
        exposed = taken(cast.newsroom, network, text, "dox")
        first = readings(exposed, latest_assessment(exposed), NOON)[0]
        assert first.label == L.DOXXING
        assert [why for why, _ in first.grounds] == list(dict.fromkeys(why for why, _ in first.grounds))
        assert sum(len(found) for _, found in first.grounds) == len(first.marked)
