"""A run asked for, watched and cancelled from the page."""

from __future__ import annotations

import pytest

from pages.models import Person
from reputation.enums import Cause, RunState
from reputation.models import Audit, Fetch, Run
from tests.people import Cast
from tests.reputation.makers import begin, fed, listed, make
from tests.reputation.rooms import Rooms, SignIn, questions, said, soup, texts, words
from tests.reputation.shelf import mention, run_of, unread

RUNNING = ("planned", "listing", "collecting", "scoring")


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def bob(cast: Cast, signed_in: SignIn) -> Rooms:
    """The author, who may run audits."""
    return Rooms(signed_in(cast.bob))


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer, who may only look."""
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    return make(cast.brand, cast.alice, listed("https://journal.example/a"), fed("https://b.example/rss"))


def planned(run: Run, path: str) -> None:
    """A page that is still to be read."""
    Fetch.objects.filter(pk=unread(run, path, "").pk).update(state="planned", done_at=None)


class TestRun:
    def test_it_starts_and_is_watched_on_the_audit_s_page(self, cast: Cast, bob: Rooms, audit: Audit) -> None:
        answer = bob.post("run", audit.slug)
        run = Run.objects.get()
        assert answer.status_code == 302
        assert answer.url == bob.at("audit", audit.slug)
        assert said(answer) == ["The audit has started. You can leave this page: it goes on."]
        assert (run.audit, run.cause, run.asked_by, run.state) == (audit, Cause.PERSON, cast.bob, "planned")

    def test_twice_is_once(self, bob: Rooms, audit: Audit) -> None:
        bob.post("run", audit.slug)
        answer = bob.post("run", audit.slug)
        assert said(answer)[-1] == "This audit is running already: here is how far it is."
        assert Run.objects.count() == 1

    def test_one_that_was_put_away_does_not_run(self, cast: Cast, bob: Rooms, audit: Audit) -> None:
        Audit.objects.filter(pk=audit.pk).update(archived_at=audit.created_at)
        answer = bob.post("run", audit.slug)
        assert said(answer) == ["This audit was put away: its reports stay, it runs no more."]
        assert Run.objects.count() == 0

    def test_it_is_no_link(self, bob: Rooms, audit: Audit) -> None:
        assert bob.get("run", audit.slug).status_code == 405
        assert Run.objects.count() == 0

    @pytest.mark.parametrize(
        ("role", "may"),
        [("lead", True), ("author", True), ("approver", True), ("moderator", False), ("viewer", False)],
    )
    def test_who_may(self, cast: Cast, signed_in: SignIn, audit: Audit, role: str, may: bool) -> None:
        answer = Rooms(signed_in(cast.by_role()[role])).post("run", audit.slug)
        assert answer.status_code == (302 if may else 403)
        assert Run.objects.count() == int(may)

    def test_not_from_elsewhere(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        rooms = Rooms(signed_in(cast.charlie), brand="atelier-roche")
        assert rooms.post("run", audit.slug).status_code == 404
        assert Run.objects.count() == 0


class TestWatched:
    @pytest.mark.parametrize("state", RUNNING)
    def test_the_audit_s_page_asks_again_every_second(self, vera: Rooms, audit: Audit, state: str) -> None:
        run = run_of(audit, state)
        page = vera.get("audit", audit.slug)
        area = soup(page).select_one("#progress")
        assert area is not None
        assert area["hx-get"] == vera.at("progress", audit.slug, run.number)
        assert area["hx-trigger"] == "every 1s"
        assert texts(page, "#progress label")[0] == str(RunState(state).label)
        assert soup(page).select_one("#progress-said[role=status]") is not None

    def test_an_audit_at_rest_asks_nothing(self, vera: Rooms, audit: Audit) -> None:
        run_of(audit)
        assert soup(vera.get("audit", audit.slug)).select("#progress") == []

    def test_how_far_it_is(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        mention(run, "a")
        unread(run, "b", "not_found")
        planned(run, "c")
        planned(run, "d")
        part = vera.part("progress", audit.slug, run.number)
        bar = soup(part).select_one("#progress-all")
        assert bar is not None
        assert (bar["value"], bar["max"]) == ("2", "4")
        assert "2 of 4 pages are done. 1 could not be read." in words(part)
        assert texts(part, ".progress-sources .budget-figure") == ["2 / 4", "0 / 0"]

    def test_what_is_read_aloud_goes_by_steps(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        mention(run, "a")
        for path in "bc":
            planned(run, path)
        part = vera.part("progress", audit.slug, run.number)
        assert texts(part, "[hx-swap-oob='innerHTML:#progress-said']") == ["Reading the pages, 20% done"]

    def test_before_the_sources_have_answered(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.LISTING)
        bar = soup(vera.part("progress", audit.slug, run.number)).select_one("#progress-all")
        assert bar is not None
        assert "value" not in bar.attrs

    @pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
    def test_once_it_has_ended_the_page_moves_on(self, vera: Rooms, audit: Audit, state: str) -> None:
        run = run_of(audit, state)
        part = vera.part("progress", audit.slug, run.number)
        assert part.headers["HX-Redirect"] == vera.at("report", audit.slug, run.number)

    def test_a_browser_that_opens_the_fragment_gets_the_page(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        answer = vera.get("progress", audit.slug, run.number)
        assert answer.status_code == 302
        assert answer.url == vera.at("report", audit.slug, run.number)

    def test_as_many_questions_for_three_pages_as_for_one(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        planned(run, "a")
        alone = questions(lambda: vera.part("progress", audit.slug, run.number))
        for path in "bc":
            planned(run, path)
        assert questions(lambda: vera.part("progress", audit.slug, run.number)) == alone

    def test_not_from_elsewhere(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        rooms = Rooms(signed_in(cast.charlie), brand="atelier-roche")
        assert rooms.part("progress", audit.slug, run.number).status_code == 404


class TestCancel:
    def test_it_stops(self, cast: Cast, bob: Rooms, audit: Audit) -> None:
        run = begin(audit, cast.alice)
        answer = bob.post("cancel", audit.slug, run.number)
        run.refresh_from_db()
        assert run.state == RunState.CANCELLED
        assert answer.url == bob.at("audit", audit.slug)
        assert said(answer) == ["The run is cancelled. It has no report."]

    def test_the_report_before_is_spoken_of_when_there_is_one(
        self, cast: Cast, bob: Rooms, audit: Audit
    ) -> None:
        run_of(audit)
        run = begin(audit, cast.alice)
        assert said(bob.post("cancel", audit.slug, run.number)) == [
            "The run is cancelled. It has no report; the one before stands."
        ]

    def test_one_that_has_ended_stays_what_it_is(self, bob: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        assert said(bob.post("cancel", audit.slug, run.number)) == ["This run has ended already."]
        run.refresh_from_db()
        assert run.state == RunState.DONE

    def test_those_who_may_not_have_no_button(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        page = vera.get("audit", audit.slug)
        assert soup(page).select("[data-dialog=cancel-run]") == []
        assert vera.post("cancel", audit.slug, run.number).status_code == 403
        run.refresh_from_db()
        assert run.state == RunState.COLLECTING

    def test_it_is_asked_before(self, bob: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        page = bob.get("audit", audit.slug)
        assert len(soup(page).select("[data-dialog=cancel-run]")) == 1
        assert f'action="{bob.at("cancel", audit.slug, run.number)}"' in page.content.decode()


class TestUnfinished:
    def test_a_run_on_its_way_shows_how_far_it_is(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.COLLECTING)
        page = vera.get("report", audit.slug, run.number)
        assert soup(page).select_one("#progress") is not None
        assert soup(page).select(".said") == []

    def test_one_that_failed_says_why_and_what_next(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.FAILED, code="no_sources")
        seen = words(vera.get("report", audit.slug, run.number))
        assert "The audit has nowhere to look. A lead adds a source, then run it again." in seen

    def test_one_that_was_cancelled_says_so(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit, RunState.CANCELLED)
        mention(run, "a")
        unread(run, "b", "gone")
        page = vera.get("report", audit.slug, run.number)
        assert "This run was cancelled before its end, so it has no report." in words(page)
        assert "Pages done 2 / 2" in words(page)
        assert soup(page).select("#progress") == []
