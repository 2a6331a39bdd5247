"""The report of a run: three sentences, the chart and its table, sources, differences, what was not read."""

from __future__ import annotations

from typing import Final

import pytest

from cm_suite.core.fetch import Fault
from pages.models import Person
from reputation import messages
from reputation.enums import SourceStatus
from reputation.models import Audit, RunSource
from reputation.services.report import Counts, PublicRow
from reputation.views.figures import bars, change_of
from tests.people import Cast
from tests.reputation.makers import fed, listed, make
from tests.reputation.rooms import Answer, Rooms, SignIn, links, questions, soup, texts, words
from tests.reputation.shelf import mention, run_of, unread

ROLES: Final = ("lead", "author", "moderator", "approver", "viewer")


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer."""
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    return make(cast.brand, cast.alice, listed("https://journal.example/a"), fed("https://b.example/rss"))


def table(page: Answer) -> list[list[str]]:
    """The chart's table, row by row; the queries behind a public's name left out."""
    found = []
    for row in soup(page).select("[aria-labelledby=chart-title] tbody tr"):
        name = row.select_one("th summary") or row.select_one("th")
        assert name is not None
        found.append([words(name), *(words(cell) for cell in row.select("td"))])
    return found


class TestSaid:
    def test_three_sentences_come_first(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a", "negative", "prix lampe")
        mention(run, "b", "uncertain", "prix lampe")
        page = vera.get("report", audit.slug, run.number)
        assert texts(page, ".said li") == [
            "2 of the 2 pages read speak of the brand, all on journal.example.",
            "“Clients” see the worst of it: 1 of the 2 pages on what they ask are negative (50%).",
            "1 of 2 is too unclear to call: read it before you conclude.",
        ]
        cards = soup(page).select(".main-body .card")
        assert "report-words" in cards[0]["class"]

    def test_nothing_was_read(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        unread(run, "a", "dns")
        page = vera.get("report", audit.slug, run.number)
        assert texts(page, ".said li")[0] == (
            "The page that was asked for could not be read, so this run says nothing of the brand."
        )
        assert soup(page).select(".mention-row") == []

    @pytest.mark.parametrize("role", ROLES)
    def test_everybody_of_the_brand_reads_it(
        self, cast: Cast, signed_in: SignIn, audit: Audit, role: str
    ) -> None:
        run = run_of(audit)
        rooms = Rooms(signed_in(cast.by_role()[role]))
        assert rooms.get("report", audit.slug, run.number).status_code == 200

    def test_nobody_else(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        run = run_of(audit)
        for brand in ("maison-lumen", "atelier-roche"):
            rooms = Rooms(signed_in(cast.charlie), brand=brand)
            for name in ("report", "mentions", "faults"):
                assert rooms.get(name, audit.slug, run.number).status_code == 404

    def test_a_number_that_was_never_run(self, vera: Rooms, audit: Audit) -> None:
        assert vera.get("report", audit.slug, 7).status_code == 404


class TestChart:
    def test_its_table_says_the_same(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        first = mention(run, "a", "negative", "prix lampe")
        mention(run, "b", "negative", "prix lampe", "salaire atelier")
        mention(run, "c", "positive", "salaire atelier")
        mention(run, "d", "neutral")
        mention(run, "e", "negative", "prix lampe", same_as=first)
        page = vera.get("report", audit.slug, run.number)
        assert table(page) == [
            ["Clients", "2", "0", "0", "0", "2", "1"],
            ["Candidats", "1", "0", "0", "1", "2", "0"],
            ["Nothing that any public asks", "0", "0", "1", "0", "1", "0"],
        ]
        assert texts(page, ".opinion-name") == ["Clients", "Candidats", "Nothing that any public asks"]
        assert texts(page, ".opinion-total") == ["2", "2", "1"]

    def test_each_figure_opens_its_evidence(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a", "negative", "prix lampe")
        page = vera.get("report", audit.slug, run.number)
        public = audit.publics.get(name="Clients")
        base = vera.at("mentions", audit.slug, run.number)
        assert links(page, "tbody td.is-number a")[:2] == [
            f"{base}?public={public.pk}&sentiment=negative",
            f"{base}?public={public.pk}",
        ]
        assert links(page, ".opinion-bar a") == [f"{base}?public={public.pk}&sentiment=negative"]
        assert f"{base}?public={public.pk}&words=prix%20lampe" in links(page, ".asked a")

    def test_what_stands_in_the_drawing_is_not_in_the_way_of_the_keyboard(
        self, vera: Rooms, audit: Audit
    ) -> None:
        run = run_of(audit)
        mention(run, "a", "negative", "prix lampe")
        page = soup(vera.get("report", audit.slug, run.number))
        assert [tag["tabindex"] for tag in page.select(".opinion-bar a")] == ["-1"]
        assert page.select_one(".opinion-rows[aria-hidden=true]") is not None

    def test_nothing_on_the_page_carries_a_style(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a", "negative", "prix lampe")
        page = soup(vera.get("report", audit.slug, run.number))
        assert page.select("[style], style, script:not([src])") == []

    def test_no_chart_without_a_public(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        run.queries.clear()
        assert soup(vera.get("report", audit.slug, run.number)).select(".opinions") == []


class TestBars:
    def row(self, **counts: int) -> PublicRow:
        return PublicRow(1, "client", "Clients", Counts(**counts), Counts(), ())

    def test_all_on_one_scale(self) -> None:
        long, short = bars([self.row(negative=6, positive=2), self.row(neutral=4)])
        assert [(each.sentiment, each.x, each.width) for each in long.segments] == [
            ("negative", "0.00%", "75.00%"),
            ("positive", "75.00%", "25.00%"),
        ]
        assert [(each.x, each.width) for each in short.segments] == [("0.00%", "50.00%")]

    def test_none_is_too_thin_to_be_seen_and_none_leaves_the_chart(self) -> None:
        (bar,) = bars([self.row(negative=1, uncertain=1, positive=998)])
        widths = [float(each.width.rstrip("%")) for each in bar.segments]
        assert min(widths) > 0.7
        assert sum(widths) <= 100.01
        assert [each.told for each in bar.segments] == [False, False, True]

    def test_nothing_at_all(self) -> None:
        (bar,) = bars([self.row()])
        assert bar.segments == ()
        assert bar.total == 0
        assert bars([]) == []

    @pytest.mark.parametrize(
        ("difference", "sentiment", "said", "tone"),
        [
            (3, "", "+3", ""),
            (-3, "", "−3", ""),
            (0, "negative", "=", ""),
            (2, "negative", "+2", "risk"),
            (-2, "negative", "−2", "ok"),
            (2, "positive", "+2", "ok"),
            (-2, "positive", "−2", "risk"),
            (2, "uncertain", "+2", ""),
        ],
    )
    def test_a_difference_has_its_sign(self, difference: int, sentiment: str, said: str, tone: str) -> None:
        found = change_of(difference, sentiment)
        assert (found.said, found.tone) == (said, tone)


class TestSince:
    def test_the_run_before(self, vera: Rooms, audit: Audit) -> None:
        first, second = run_of(audit), run_of(audit)
        mention(first, "a", "positive")
        mention(second, "a", "negative")
        mention(second, "b", "negative")
        page = vera.get("report", audit.slug, second.number)
        rows = texts(page, "[aria-labelledby=since] tbody tr")
        assert rows == [
            "Pages read 1 2 +1",
            "Pages that speak of the brand 1 2 +1",
            "Copies of them 0 0 =",
            "Negative 0 2 +2",
            "Uncertain 0 0 =",
            "Neutral 0 0 =",
            "Positive 1 0 −1",
        ]
        assert vera.at("report", audit.slug, first.number) in links(page, "[aria-labelledby=since] a")

    def test_the_first_says_that_it_is(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a")
        page = vera.get("report", audit.slug, run.number)
        assert "This is the first report: the next one will be compared with it." in words(page)
        assert texts(page, ".stat-value") == ["1", "1", "0"]


class TestSources:
    @pytest.mark.parametrize(
        ("status", "reason", "told"),
        [
            ("silent", "empty_feed", "Its feed is empty: silence, not the absence of mentions."),
            ("refused", "robots_forbidden", "The site asks robots not to read this page, and we comply."),
            ("fault", "dns", "No site has this name."),
            ("fault", "not_feed", "There is something at this address, but it is not a feed."),
        ],
    )
    def test_one_that_did_not_answer_says_why(
        self, vera: Rooms, audit: Audit, status: str, reason: str, told: str
    ) -> None:
        run = run_of(audit)
        RunSource.objects.filter(run=run, source__kind="feed").update(status=status, reason=reason)
        page = vera.get("report", audit.slug, run.number)
        mine = texts(page, ".source-row")[1]
        assert str(SourceStatus(status).label) in mine
        assert told in mine
        assert str(messages.source(status, reason).advice) in mine

    def test_one_that_answered_shows_its_figures(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a")
        unread(run, "b", "gone")
        page = vera.get("report", audit.slug, run.number)
        source = audit.sources.order_by("pk")[0]
        assert texts(page, ".source-row")[0] == "Liste Answered 1 page read 1 not read 1 speaks of the brand"
        assert links(page, ".source-row a") == [
            f"{vera.at('faults', audit.slug, run.number)}?source={source.pk}",
            f"{vera.at('mentions', audit.slug, run.number)}?source={source.pk}&which=all",
        ]


class TestNotRead:
    def test_each_fault_is_told_in_words(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        for code in Fault:
            unread(run, f"p-{code}", code)
        seen = words(vera.get("report", audit.slug, run.number))
        for code in Fault:
            assert " ".join(str(messages.fault(code)).split()) in seen

    def test_grouped_the_most_frequent_first_and_never_cut_without_a_word(
        self, vera: Rooms, audit: Audit
    ) -> None:
        run = run_of(audit)
        for number in range(7):
            unread(run, f"n{number}", "not_found")
        unread(run, "z", "gone")
        page = vera.get("report", audit.slug, run.number)
        groups = soup(page).select("[aria-labelledby=faults] .rows > li")
        assert [len(group.select(".addresses li")) for group in groups] == [5, 1]
        assert "See all 7" in words(groups[0])
        assert "See all" not in words(groups[1])

    def test_nothing_to_say_when_all_was_read(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a")
        assert soup(vera.get("report", audit.slug, run.number)).select("[aria-labelledby=faults]") == []


class TestFirstMentions:
    def test_the_negative_ones_first_without_copies(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "bien", "positive")
        bad = mention(run, "mal", "negative")
        mention(run, "copie", "negative", same_as=bad)
        page = vera.get("report", audit.slug, run.number)
        assert texts(page, ".mention-row .row-title") == ["Titre mal", "Titre bien"]
        assert "1 copy" in texts(page, ".mention-row")[0]
        assert "See all 2 pages" in words(page)

    def test_at_most_six(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        for number in range(8):
            mention(run, f"p{number}", "negative")
        page = vera.get("report", audit.slug, run.number)
        assert len(texts(page, ".mention-row")) == 6
        assert "See all 8 pages" in words(page)

    def test_as_many_questions_for_three_as_for_one(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a", "negative", "prix lampe")
        unread(run, "b", "gone")
        alone = questions(lambda: vera.get("report", audit.slug, run.number))
        for path in "cd":
            mention(run, path, "negative", "prix lampe")
            unread(run, f"x{path}", "not_found")
        assert questions(lambda: vera.get("report", audit.slug, run.number)) == alone
