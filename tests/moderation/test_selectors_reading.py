"""The words marked, the elements, the two clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.models import Assessment, Comment, Span
from moderation.selectors.reading import limitation_row, marked, pieces, readings, removal_clock
from moderation.selectors.review import latest_assessment
from pages.models import Person
from tests.moderation.conftest import NOON
from tests.moderation.makers import INSULT, fresh, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

TEXTS = st.text(max_size=40)
SPANS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.sampled_from(["inj.grave", "men.mort", "model"])),
    max_size=6,
)


def spans(*rows: tuple[int, int, str]) -> list[Span]:
    return [Span(start=start, end=end, source=source) for start, end, source in rows]


class TestPieces:
    @given(TEXTS, SPANS)
    @settings(max_examples=60)
    def test_nothing_is_lost_and_only_spans_are_marked(
        self, text: str, rows: list[tuple[int, int, str]]
    ) -> None:
        cut = pieces(text, spans(*rows))
        assert "".join(piece.text for piece in cut) == text
        covered = {n for start, end, _ in rows for n in range(start, min(end, len(text)))}
        at, shown = 0, set()
        for piece in cut:
            shown |= set(range(at, at + len(piece.text))) if piece.rules else set()
            at += len(piece.text)
        assert shown == covered

    def test_offsets_are_code_points(self) -> None:
        cut = pieces("😀😀 con 👩🏽‍🚀", spans((3, 6, "inj.nette")))
        assert [(piece.text, piece.rules) for piece in cut] == [
            ("😀😀 ", ()),
            ("con", ("inj.nette",)),
            (" 👩🏽‍🚀", ()),
        ]

    def test_overlapping_rules_share_their_words(self) -> None:
        cut = pieces("abcdef", spans((0, 4, "a.1"), (2, 6, "b.2")))
        assert [(piece.text, piece.rules) for piece in cut] == [
            ("ab", ("a.1",)),
            ("cd", ("a.1", "b.2")),
            ("ef", ("b.2",)),
        ]

    def test_marked_words_are_told_once_with_all_their_rules(self) -> None:
        found = marked(
            "a volé la caisse, volé", spans((0, 16, "dif.vol"), (2, 6, "dif.acte"), (18, 22, "dif.vol"))
        )
        assert [(each.text, each.rules) for each in found] == [
            ("a volé la caisse", ("dif.vol", "dif.acte")),
            ("volé", ("dif.vol",)),
        ]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Source words."""
    with translation.override("en"):
        yield


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork, noon: object) -> Comment:
    """An insult that was read at noon."""
    Person.objects.update(language="en")
    return taken(cast.newsroom, network)


class TestReadings:
    def test_the_first_one_in_words(self, comment: Comment) -> None:
        reading = readings(comment, latest_assessment(comment), NOON)[0]
        assert (reading.number, reading.label, reading.hours) == (0, "injure", 4)
        assert [each.text for each in reading.marked] == ["gros connard"] or "connard" in reading.marked[
            0
        ].text
        assert {element.found for element in reading.elements} == {True, False}
        assert "".join(piece.text for piece in reading.pieces) == INSULT

    def test_without_an_assessment_there_is_none(self, comment: Comment) -> None:
        assert readings(comment, None, NOON) == ()

    def test_an_assessment_of_other_words_is_not_shown(self, comment: Comment) -> None:
        Assessment.objects.update(revision=7)
        assert latest_assessment(comment) is None


class TestClocks:
    def test_removal_is_our_own_target(self, comment: Comment) -> None:
        clock = removal_clock(review_of(comment), NOON + timedelta(hours=1))
        assert (clock.due_at, clock.left, clock.overdue) == (NOON + timedelta(hours=4), "3 h 00 left", False)
        assert removal_clock(review_of(comment), NOON + timedelta(hours=5)).left == "1 h 00 overdue"

    def test_limitation_runs_to_the_last_prudent_day(self, comment: Comment) -> None:
        row = limitation_row("injure", comment, NOON, ())
        assert (row.status, row.last_day, row.left) == ("known", date(2026, 6, 1), 91)

    @pytest.mark.parametrize(
        ("at", "why"),
        [
            (None, "The network gives no date for this comment."),
            (datetime(1970, 1, 1, tzinfo=UTC), "The network’s date is too old to be believed."),
            (datetime(2999, 1, 1, tzinfo=UTC), "The network’s date is in the future."),
        ],
    )
    def test_a_date_nobody_believes_leaves_it_unknown(
        self, comment: Comment, at: datetime | None, why: str
    ) -> None:
        comment.published_at = at
        row = limitation_row("injure", comment, NOON, ())
        assert (row.status, row.last_day, row.why) == ("unknown", None, why)

    def test_spam_has_none(self, comment: Comment) -> None:
        assert limitation_row("spam", comment, NOON, ()).status == "none"

    def test_an_edit_leaves_a_doubt(self, comment: Comment, network: FakeNetwork, cast: Cast) -> None:
        taken(cast.newsroom, network, INSULT + " Vraiment.")
        edited = fresh(comment)
        reading = readings(edited, latest_assessment(edited), NOON)[0]
        assert reading.limitation.doubts == (
            "It was edited: whether that starts a new period is not settled in law.",
        )
