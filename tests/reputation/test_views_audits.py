"""The list of audits and the page of one, for each role."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
import time_machine

from pages.models import Person
from reputation.enums import RunState
from reputation.models import Audit
from reputation.selectors.audits import due
from tests.people import Cast
from tests.reputation.makers import make
from tests.reputation.rooms import Rooms, SignIn, links, questions, soup, texts, words
from tests.reputation.shelf import NOON, mention, run_of, unread

ROLES: Final = ("lead", "author", "moderator", "approver", "viewer")


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def alice(cast: Cast, signed_in: SignIn) -> Rooms:
    """The lead."""
    return Rooms(signed_in(cast.alice))


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer."""
    return Rooms(signed_in(cast.vera))


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit on Mondays."""
    with time_machine.travel(NOON, tick=False):
        return make(cast.brand, cast.alice, cron="0 8 * * 1", recipients=(cast.vera.pk,))


class TestEmptyList:
    def test_a_lead_is_told_what_an_audit_is_and_where_to_begin(self, alice: Rooms) -> None:
        page = alice.get("audits")
        assert texts(page, ".empty-title") == ["No audit yet"]
        assert "Each figure leads to the pages behind it." in words(page)
        assert links(page, ".empty a") == [alice.at("new")]

    def test_others_are_told_who_begins(self, vera: Rooms) -> None:
        page = vera.get("audits")
        assert "A lead of the brand makes the first one." in words(page)
        assert links(page, ".empty a") == []


class TestList:
    def test_before_the_first_run(self, alice: Rooms, audit: Audit) -> None:
        page = alice.get("audits")
        assert texts(page, ".row-title") == ["Notre nom sur le web"]
        assert "Every Monday at 08:00" in words(page)
        assert "No report yet" in words(page)
        assert "Mon 30 Nov" in words(page)

    def test_shares_and_trend(self, vera: Rooms, audit: Audit) -> None:
        first, second = run_of(audit), run_of(audit)
        mention(first, "a", "negative")
        mention(first, "b", "positive")
        for path in "abc":
            mention(second, path, "negative")
        mention(second, "d", "positive")
        copied = mention(second, "e", "negative")
        copied.same_as = second.mentions.first()
        copied.save()
        page = vera.get("audits")
        seen = words(page)
        assert "4 pages · 75% negative · 25% positive" in seen
        assert "+2 pages since the run before" in seen
        assert "+25 points of negative" in seen
        assert [tag["class"] for tag in soup(page).select(".change")] == [["change"], ["change", "is-risk"]]
        assert [tag["width"] for tag in soup(page).select(".opinion-bar rect")] == ["75.00%", "25.00%"]

    def test_a_first_report_is_compared_with_nothing(self, vera: Rooms, audit: Audit) -> None:
        mention(run_of(audit), "a", "positive")
        assert "First report: nothing to compare with" in words(vera.get("audits"))

    def test_a_report_without_a_mention(self, vera: Rooms, audit: Audit) -> None:
        run_of(audit)
        page = vera.get("audits")
        assert "No page speaks of the brand" in words(page)
        assert soup(page).select(".opinion-bar") == []

    @pytest.mark.parametrize("state", RunState.values)
    def test_each_state_of_the_last_run_shows(self, vera: Rooms, audit: Audit, state: str) -> None:
        run_of(audit, state)
        assert texts(vera.get("audits"), ".audit-when .mark") == [str(RunState(state).label)]

    def test_a_run_that_failed_leaves_the_figures_of_the_last_finished_one(
        self, vera: Rooms, audit: Audit
    ) -> None:
        mention(run_of(audit), "a", "positive")
        mention(run_of(audit, RunState.FAILED), "a", "negative")
        assert "1 page · 0% negative · 100% positive" in words(vera.get("audits"))

    def test_those_put_away_stand_apart(self, vera: Rooms, audit: Audit) -> None:
        Audit.objects.filter(pk=audit.pk).update(archived_at=NOON, next_run_at=None)
        page = vera.get("audits")
        assert texts(page, "details .row-title") == ["Notre nom sur le web"]
        assert texts(page, ".empty-title") == ["No audit runs"]
        assert soup(page).select(".empty a") == []

    def test_when_all_are_put_away_a_lead_may_make_another(self, alice: Rooms, audit: Audit) -> None:
        Audit.objects.filter(pk=audit.pk).update(archived_at=NOON, next_run_at=None)
        page = alice.get("audits")
        assert links(page, ".empty a") == [alice.at("new")]
        assert "Those that were put away are below" in words(page)

    def test_those_of_another_brand_do_not_show(self, cast: Cast, vera: Rooms) -> None:
        make(cast.other_brand, cast.charlie, name="Secret")
        assert "Secret" not in words(vera.get("audits"))

    def test_as_many_questions_for_three_as_for_one(self, cast: Cast, vera: Rooms, audit: Audit) -> None:
        def fill(one: Audit) -> None:
            for _time in range(2):
                mention(run_of(one), f"{one.slug}", "negative")

        fill(audit)
        alone = questions(lambda: vera.get("audits"))
        for name in ("Deux", "Trois"):
            fill(make(cast.brand, cast.alice, name=name))
        assert questions(lambda: vera.get("audits")) == alone

    @pytest.mark.parametrize("role", ROLES)
    def test_everybody_of_the_brand_sees_it(
        self, cast: Cast, signed_in: SignIn, audit: Audit, role: str
    ) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        page = rooms.get("audits")
        assert page.status_code == 200
        assert (rooms.at("new") in links(page)) == (role == "lead")

    def test_an_outsider_finds_nothing(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        rooms = Rooms(signed_in(cast.charlie))
        assert rooms.get("audits").status_code == 404
        assert rooms.get("audit", audit.slug).status_code == 404


class TestOne:
    def test_what_it_is(self, vera: Rooms, audit: Audit) -> None:
        page = vera.get("audit", audit.slug)
        seen = words(page)
        assert "Every Monday at 08:00, Europe/Paris" in seen
        assert texts(page, ".asked li") == ["prix lampe", "livraison retard", "salaire atelier"]
        assert "1 address" in seen
        assert texts(page, ".plain-names li") == ["Vera"]

    def test_nobody_gets_the_report(self, cast: Cast, vera: Rooms) -> None:
        audit = make(cast.brand, cast.alice)
        assert "Nobody by e-mail: it is read here." in words(vera.get("audit", audit.slug))

    def test_never_run_says_what_a_run_does(self, alice: Rooms, audit: Audit) -> None:
        page = alice.get("audit", audit.slug)
        assert texts(page, ".empty-title") == ["Not run yet"]
        form = soup(page).select_one(".empty form")
        assert form is not None
        assert form["action"] == alice.at("run", audit.slug)

    def test_the_last_finished_run_speaks(self, vera: Rooms, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a", "negative", "prix lampe")
        run_of(audit, RunState.CANCELLED)
        page = vera.get("audit", audit.slug)
        assert texts(page, ".said li")[0] == ("1 of the 1 page read speaks of the brand, on journal.example.")
        assert vera.at("report", audit.slug, run.number) in links(page, ".card-foot a")

    def test_one_whose_last_run_was_stopped_says_why_at_once(self, vera: Rooms, audit: Audit) -> None:
        run_of(audit)
        stopped = run_of(audit, RunState.FAILED, code="unexpected")
        page = vera.get("audit", audit.slug)
        assert texts(page, ".banner-text") == [
            "Run 2 was stopped by a fault. Something unexpected happened on our side. "
            "Run it again; if it lasts, tell whoever runs this installation."
        ]
        assert links(page, ".banner a") == [vera.at("report", audit.slug, stopped.number)]

    def test_a_fault_of_before_is_no_news(self, vera: Rooms, audit: Audit) -> None:
        run_of(audit, RunState.FAILED, code="unexpected")
        run_of(audit)
        assert texts(vera.get("audit", audit.slug), ".banner-text") == []

    def test_past_runs_the_latest_first(self, vera: Rooms, audit: Audit) -> None:
        first = run_of(audit)
        mention(first, "a")
        unread(first, "b", "not_found")
        run_of(audit, RunState.FAILED, code="unexpected")
        rows = texts(vera.get("audit", audit.slug), "tbody tr")
        assert rows[0].startswith("No. 2 Stopped by a fault")
        assert rows[1].startswith("No. 1 Finished")
        assert rows[1].endswith("2 1 1")

    def test_many_runs_are_paged(self, vera: Rooms, audit: Audit) -> None:
        for _time in range(12):
            run_of(audit)
        page = vera.get("audit", audit.slug)
        assert len(texts(page, "tbody tr")) == 10
        assert texts(page, ".pager > span:first-child") == ["1 to 10 of 12"]

    @pytest.mark.parametrize("role", ROLES)
    def test_acts_by_role(self, cast: Cast, signed_in: SignIn, audit: Audit, role: str) -> None:
        run_of(audit)
        rooms = Rooms(signed_in(cast.by_role()[role]))
        page = rooms.get("audit", audit.slug)
        acts = soup(page).select_one(".main-actions")
        assert acts is not None
        writes, leads = role in {"lead", "author", "approver"}, role == "lead"
        assert bool(acts.select("form")) == writes
        assert (rooms.at("edit", audit.slug) in links(page)) == leads
        assert bool(acts.select("[data-dialog=archive]")) == leads

    def test_one_that_was_put_away_only_shows(self, alice: Rooms, audit: Audit) -> None:
        run_of(audit)
        Audit.objects.filter(pk=audit.pk).update(archived_at=NOON)
        page = alice.get("audit", audit.slug)
        assert "it runs no more, its reports stay" in words(page)
        acts = soup(page).select(".main-actions form, .main-actions a")
        assert [act.get("action") for act in acts] == [alice.at("restore", audit.slug)]

    def test_one_of_another_brand_is_not_there(self, cast: Cast, alice: Rooms) -> None:
        theirs = make(cast.other_brand, cast.charlie, name="Secret")
        assert alice.get("audit", theirs.slug).status_code == 404

    def test_as_many_questions_for_three_runs_as_for_one(self, vera: Rooms, audit: Audit) -> None:
        mention(run_of(audit), "a", "negative", "prix lampe")
        run_of(audit)
        few = questions(lambda: vera.get("audit", audit.slug))
        for _time in range(2):
            mention(run_of(audit), "b", "negative", "prix lampe")
        assert questions(lambda: vera.get("audit", audit.slug)) == few


class TestDue:
    @pytest.fixture(autouse=True)
    def noon(self) -> object:
        with time_machine.travel(NOON, tick=False):
            yield

    def test_what_comes_within_the_days(self, cast: Cast) -> None:
        soon = make(cast.brand, cast.alice, cron="0 8 * * *", name="Tous les jours")
        make(cast.brand, cast.alice, cron="0 8 1 * *", name="Le mois")
        make(cast.brand, cast.alice, name="À la main")
        found = due(cast.brand, 3)
        assert [(each.audit, each.last_run, each.state) for each in found] == [(soon, None, None)]
        assert found[0].next_run_at == NOON.replace(hour=7) + timedelta(days=1)

    def test_the_soonest_first_with_how_the_last_one_stands(self, cast: Cast) -> None:
        late = make(cast.brand, cast.alice, cron="0 8 * * 4", name="Jeudi")
        soon = make(cast.brand, cast.alice, cron="0 8 * * 2", name="Mardi")
        run_of(late)
        run = run_of(late, RunState.FAILED)
        found = due(cast.brand, 7)
        assert [each.audit for each in found] == [soon, late]
        assert (found[1].last_run, found[1].state) == (run, RunState.FAILED)

    def test_one_whose_time_has_passed_is_due(self, cast: Cast) -> None:
        audit = make(cast.brand, cast.alice, cron="0 8 * * 1")
        Audit.objects.filter(pk=audit.pk).update(next_run_at=NOON - timedelta(hours=1))
        assert [each.audit for each in due(cast.brand, 0)] == [audit]

    def test_neither_put_away_nor_of_another_brand(self, cast: Cast) -> None:
        make(cast.other_brand, cast.charlie, cron="0 8 * * *")
        audit = make(cast.brand, cast.alice, cron="0 8 * * *")
        Audit.objects.filter(pk=audit.pk).update(archived_at=NOON)
        assert due(cast.brand, 30) == []

    def test_two_questions_whatever_their_number(self, cast: Cast) -> None:
        for name in ("Un", "Deux", "Trois"):
            run_of(make(cast.brand, cast.alice, cron="0 8 * * *", name=name))
        assert questions(lambda: due(cast.brand, 3)) == 2
