"""The chart, its table, the lists behind both and what is compared: one and the same count."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.models import Person
from reputation.enums import Sentiment
from reputation.models import Audit, Query, Run, RunSource
from reputation.selectors.evidence import NO_PUBLIC, Wanted, mentions
from reputation.selectors.runs import asked_otherwise, is_latest
from reputation.services.figures import Before, Totals
from reputation.services.report import Counts, PublicRow, report_of
from reputation.views.figures import ORDER, bars, figures, steps
from tests.people import Cast
from tests.reputation.makers import fed, listed, make
from tests.reputation.rooms import Rooms, SignIn, links, questions, soup, texts, words
from tests.reputation.shelf import NOON, mention, run_of

COUNT: Final = st.integers(0, 40)
COUNTS: Final = st.builds(Counts, COUNT, COUNT, COUNT, COUNT)
PUBLICS: Final = st.lists(st.tuples(COUNTS, COUNTS), max_size=6)


def rows(counts: list[tuple[Counts, Counts]]) -> list[PublicRow]:
    return [
        PublicRow(place, "client", f"Public {place}", first, again, ())
        for place, (first, again) in enumerate(counts, 1)
    ]


def per_cent(text: str) -> float:
    assert text.endswith("%")
    return float(text[:-1])


class TestDrawing:
    @settings(max_examples=120)
    @given(PUBLICS)
    def test_a_bar_is_its_row_of_the_table(self, counts: list[tuple[Counts, Counts]]) -> None:
        for bar, (first, again) in zip(bars(rows(counts)), counts, strict=True):
            assert [key for key, _count in bar.cells] == [each.value for each in ORDER]
            assert {key: count for key, count in bar.cells} == {
                each.value: getattr(first, each) for each in Sentiment
            }
            assert (bar.total, bar.copies) == (first.total, again.total)
            assert [(each.sentiment, each.count) for each in bar.segments] == [
                (key, count) for key, count in bar.cells if count
            ]

    @settings(max_examples=120)
    @given(PUBLICS)
    def test_pieces_follow_one_another_within_the_chart(self, counts: list[tuple[Counts, Counts]]) -> None:
        for bar in bars(rows(counts)):
            at = 0.0
            for each in bar.segments:
                assert per_cent(each.x) == pytest.approx(at, abs=0.03)
                assert per_cent(each.width) > 0
                middle = per_cent(each.x) + per_cent(each.width) / 2
                assert per_cent(each.middle) == pytest.approx(middle, abs=0.03)
                at += per_cent(each.width)
            assert at <= 100.03

    @settings(max_examples=120)
    @given(PUBLICS.filter(lambda counts: any(first.total for first, _again in counts)))
    def test_the_longest_bar_is_as_wide_as_the_chart(self, counts: list[tuple[Counts, Counts]]) -> None:
        drawn = bars(rows(counts))
        most = max(drawn, key=lambda bar: bar.total)
        assert sum(per_cent(each.width) for each in most.segments) == pytest.approx(100, abs=0.05)

    @settings(max_examples=60)
    @given(st.integers(1, 5000), st.integers(1, 5000))
    def test_what_is_more_is_never_drawn_shorter(self, one: int, other: int) -> None:
        (bar,) = bars([PublicRow(1, "client", "A", Counts(negative=one, positive=other), Counts(), ())])
        wide = [per_cent(each.width) for each in bar.segments]
        assert (wide[0] >= wide[1]) == (one >= other) or wide[0] == pytest.approx(wide[1], abs=0.02)

    def test_a_row_of_nothing_keeps_its_place_and_draws_nothing(self) -> None:
        full, empty = bars(rows([(Counts(neutral=3), Counts()), (Counts(), Counts(neutral=1))]))
        assert [count for _key, count in empty.cells] == [0, 0, 0, 0]
        assert (empty.total, empty.copies, empty.segments) == (0, 1, ())
        assert full.segments[0].width == "100.00%"

    def test_a_number_stands_only_where_it_has_room(self) -> None:
        (bar,) = bars([PublicRow(1, "client", "A", Counts(negative=1, neutral=99), Counts(), ())])
        assert [(each.width, each.told) for each in bar.segments] == [("1.00%", False), ("99.00%", True)]


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
def full(audit: Audit) -> Run:
    """A run with something of everything: both publics, none, two queries at once, copies of each kind."""
    run = run_of(audit)
    feed = audit.sources.get(kind="feed")
    first = mention(run, "a", "negative", "prix lampe", "livraison retard")
    mention(run, "b", "negative", "prix lampe", "salaire atelier")
    mention(run, "c", "positive", "salaire atelier", source=feed)
    beyond = mention(run, "d", "uncertain")
    mention(run, "e", "neutral", "livraison retard")
    mention(run, "f", "negative", "prix lampe", same_as=first)
    mention(run, "g", "uncertain", same_as=beyond, source=feed)
    mention(run, "h", "negative", "salaire atelier", same_as=first)
    return run


class TestEvidence:
    def test_each_figure_of_the_table_opens_as_many_pages(self, vera: Rooms, full: Run) -> None:
        page = vera.get("report", full.audit.slug, full.number)
        cells = soup(page).select("[aria-labelledby=chart-title] td.is-number")
        assert len(cells) == 3 * 6
        for cell in cells:
            link = cell.select_one("a")
            assert (link is None) == (words(cell) == "0")
            if link is not None:
                assert opened(vera, str(link["href"])) == int(words(cell))

    def test_each_figure_behind_a_public_opens_as_many_pages(self, vera: Rooms, full: Run) -> None:
        page = vera.get("report", full.audit.slug, full.number)
        asked = soup(page).select(".asked li")
        assert [words(each) for each in asked] == ["prix lampe 2", "livraison retard 2", "salaire atelier 2"]
        for each in asked:
            link = each.select_one("a")
            assert link is not None
            assert opened(vera, str(link["href"])) == 2

    def test_each_piece_of_the_drawing_opens_what_it_counts(self, vera: Rooms, full: Run) -> None:
        page = vera.get("report", full.audit.slug, full.number)
        pieces = soup(page).select(".opinion-bar a")
        counted = [int(words(each).rsplit(": ", 1)[-1].split()[0]) for each in pieces]
        assert [opened(vera, str(each["href"])) for each in pieces] == counted

    def test_each_source_opens_the_pages_it_counts(self, vera: Rooms, full: Run) -> None:
        page = vera.get("report", full.audit.slug, full.number)
        assert [opened(vera, link) for link in links(page, ".source-row a")] == [6, 2]

    def test_all_of_them(self, vera: Rooms, full: Run) -> None:
        page = vera.get("report", full.audit.slug, full.number)
        assert "See all 5 pages" in words(page)
        assert opened(vera, vera.at("mentions", full.audit.slug, full.number)) == 5

    def test_a_first_report_s_figures_open_theirs(self, vera: Rooms, full: Run) -> None:
        page = vera.get("report", full.audit.slug, full.number)
        assert texts(page, ".stat-value") == ["8", "5", "3"]
        assert [opened(vera, link) for link in links(page, ".stat-value a")] == [5, 3]

    def test_both_sides_of_a_comparison_open_theirs(self, vera: Rooms, full: Run) -> None:
        then = run_of(full.audit)
        mention(then, "a", "negative")
        now = run_of(full.audit)
        mention(now, "a", "positive")
        mention(now, "b", "positive")
        page = vera.get("report", full.audit.slug, now.number)
        for cell in soup(page).select("[aria-labelledby=since] td.is-number a"):
            assert opened(vera, str(cell["href"])) == int(words(cell))
        figures = [words(cell) for cell in soup(page).select("[aria-labelledby=since] td.is-number a")]
        assert figures == ["1", "2", "1", "2"]

    def test_copies_of_one_page_are_those_and_no_other(self, vera: Rooms, full: Run) -> None:
        first = full.mentions.get(title="Titre a")
        page = vera.get("mentions", full.audit.slug, full.number, copy_of=str(first.pk))
        assert set(texts(page, ".mention-row .row-title")) == {"Titre f", "Titre h"}
        assert "copies of Titre a" in words(page)

    def test_the_row_of_a_page_leads_to_its_copies(self, vera: Rooms, full: Run) -> None:
        first = full.mentions.get(title="Titre a")
        base = vera.at("mentions", full.audit.slug, full.number)
        page = vera.get("mentions", full.audit.slug, full.number)
        assert f"{base}?copy_of={first.pk}" in links(page, ".mention-row .row-meta a")

    @pytest.mark.parametrize("asked", ["", "0", "-1", "x", "99999999999999999999", "\x00"])
    def test_copies_of_nothing_are_not_asked_for(self, vera: Rooms, full: Run, asked: str) -> None:
        page = vera.get("mentions", full.audit.slug, full.number, copy_of=asked)
        assert len(texts(page, ".mention-row")) == 5

    def test_copies_of_another_run_s_page_neither(self, vera: Rooms, full: Run) -> None:
        other = run_of(full.audit)
        theirs = mention(other, "z")
        page = vera.get("mentions", full.audit.slug, full.number, copy_of=str(theirs.pk))
        assert "copies of" not in words(page)
        assert len(texts(page, ".mention-row")) == 5

    def test_many_copies_are_all_reached(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        first = mention(run, "a")
        other = mention(run, "b")
        mention(run, "c", same_as=other)
        for number in range(22):
            mention(run, f"n{number}", same_as=first)
        page = vera.get("mention", audit.slug, run.number, first.pk)
        assert len(texts(page, "[aria-labelledby=copies] .row-title")) == 20
        assert "The first 20 of 22." in words(page)
        assert opened(vera, links(page, "[aria-labelledby=copies] .card-foot a")[0]) == 22


def opened(rooms: Rooms, link: str) -> int:
    """How many pages the list behind a link holds, by its own account."""
    answer = rooms.client.get(link)
    assert answer.status_code == 200, link
    return int(answer.context["page"].paginator.count)


class TestRows:
    def test_those_without_a_date_come_last(self, full: Run) -> None:
        full.mentions.filter(title="Titre b").update(published_at=None)
        full.mentions.filter(title="Titre e").update(published_at=NOON)
        found = [each.title for each in mentions(full, Wanted())]
        assert (found[0], found[-1]) == ("Titre e", "Titre b")

    def test_publics_in_the_table_are_publics_in_the_list(self, full: Run) -> None:
        for row in report_of(full).publics:
            key = NO_PUBLIC if row.public_id is None else str(row.public_id)
            assert mentions(full, Wanted(public=key)).count() == row.originals.total
            for each in Sentiment:
                found = mentions(full, Wanted(public=key, sentiment=each))
                assert found.count() == getattr(row.originals, each)
            again = mentions(full, Wanted(public=key, which="copies"))
            assert again.count() == row.copies.total
            both = mentions(full, Wanted(public=key, which="all"))
            assert both.count() == row.originals.total + row.copies.total


class TestCompared:
    def test_the_same_questions_are_compared_without_a_word(self, vera: Rooms, audit: Audit) -> None:
        run_of(audit)
        run = run_of(audit)
        assert "compare with care" not in words(vera.get("report", audit.slug, run.number))

    def test_other_questions_are_compared_with_care(self, vera: Rooms, audit: Audit) -> None:
        before, run = run_of(audit), run_of(audit)
        run.queries.remove(Query.objects.get(words="prix lampe"))
        assert asked_otherwise(run, before.pk)
        seen = words(vera.get("report", audit.slug, run.number))
        assert (
            "The names, the queries, the sources or the rules that weigh pages have changed since: "
            "compare with care." in seen
        )

    def test_other_rules_weigh_otherwise(self, vera: Rooms, audit: Audit) -> None:
        before, run = run_of(audit), run_of(audit)
        mention(before, "a", "negative")
        again = mention(run, "a", "positive")
        assert not asked_otherwise(run, before.pk)
        run.mentions.filter(pk=again.pk).update(model_version="rules-0")
        assert asked_otherwise(run, before.pk)
        assert "compare with care" in words(vera.get("report", audit.slug, run.number))

    def test_other_sources_and_other_names_too(self, audit: Audit) -> None:
        before, run = run_of(audit), run_of(audit)
        assert not asked_otherwise(run, before.pk)
        RunSource.objects.filter(run=run, source__kind="feed").delete()
        assert asked_otherwise(run, before.pk)
        other = run_of(audit, subject="Lumen")
        assert asked_otherwise(other, before.pk)

    def test_the_latest_is_the_last_of_its_own_audit(self, cast: Cast, audit: Audit) -> None:
        elsewhere = make(cast.brand, cast.alice, name="Autre")
        first = run_of(audit)
        run_of(elsewhere)
        run_of(elsewhere)
        assert is_latest(first)
        second = run_of(audit)
        assert not is_latest(first)
        assert is_latest(second)

    def test_as_many_questions_with_a_report_before(self, vera: Rooms, audit: Audit) -> None:
        before, run = run_of(audit), run_of(audit)
        mention(before, "a", "negative", "prix lampe")
        mention(run, "a", "negative", "prix lampe")
        few = questions(lambda: vera.get("report", audit.slug, run.number))
        for path in "bcd":
            mention(before, path, "negative", "prix lampe")
            mention(run, path, "negative", "prix lampe")
        assert questions(lambda: vera.get("report", audit.slug, run.number)) == few


class TestSteps:
    TOTALS: Final = Totals(9, 8, 0, 1, 0, 3, 2, 5, 2, Counts(1, 2, 1, 1), 2, 0)

    def test_each_asks_for_what_it_counts(self) -> None:
        before = Before(1, 1, NOON, 3, 1, Counts(positive=3), 4)
        assert [(each.then, each.now, each.asks) for each in steps(self.TOTALS, before)] == [
            (4, 8, None),
            (3, 5, ""),
            (1, 2, "?which=copies"),
            (0, 2, "?sentiment=negative"),
            (0, 1, "?sentiment=uncertain"),
            (0, 1, "?sentiment=neutral"),
            (3, 1, "?sentiment=positive"),
        ]

    def test_nothing_before_nothing_compared(self) -> None:
        assert steps(self.TOTALS, None) == []

    def test_figures_of_a_first_report(self) -> None:
        assert [(each.value, each.asks) for each in figures(self.TOTALS)] == [
            (8, None),
            (5, ""),
            (2, "?which=copies"),
        ]
