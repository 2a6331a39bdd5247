"""Who may open what: every address of audits, for each role, on the page and by sending a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import get_resolver

from cm_suite.core.models import LedgerEntry
from pages.models import Person
from reputation import urls
from reputation.enums import RunState
from reputation.models import Audit, Recipient, Run
from reputation.services.progress import progress_of
from tests.people import Cast
from tests.reputation.makers import fed, listed, make
from tests.reputation.rooms import Answer, Rooms, SignIn, audit_form, links, said, soup, texts, words
from tests.reputation.shelf import NOON, mention, run_of, unread

ROLES: Final = ("lead", "author", "moderator", "approver", "viewer")
WRITERS: Final = frozenset({"lead", "author", "approver"})
HUGE: Final = 10**30


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    return make(
        cast.brand,
        cast.alice,
        listed("https://journal.example/a"),
        fed("https://b.example/rss"),
        recipients=(cast.vera.pk,),
    )


@pytest.fixture
def run(audit: Audit) -> Run:
    """A finished run with a page that was read and one that was not."""
    found = run_of(audit)
    mention(found, "a", "negative", "prix lampe")
    unread(found, "b", "gone")
    return found


Parts = dict[str, tuple[object, ...]]


@pytest.fixture
def seen(audit: Audit, run: Run) -> Parts:
    """Every page that is only looked at, by name, with what its address holds."""
    one = run.mentions.get().pk
    return {
        "audits": (),
        "audit": (audit.slug,),
        "report": (audit.slug, run.number),
        "progress": (audit.slug, run.number),
        "mentions": (audit.slug, run.number),
        "mention": (audit.slug, run.number, one),
        "faults": (audit.slug, run.number),
    }


@pytest.fixture
def led(audit: Audit) -> Parts:
    """What leads alone do."""
    return {"new": (), "edit": (audit.slug,), "archive": (audit.slug,), "restore": (audit.slug,)}


@pytest.fixture
def written(audit: Audit, run: Run) -> Parts:
    """What those who write do."""
    return {"run": (audit.slug,), "cancel": (audit.slug, run.number)}


def standing(audit: Audit) -> tuple[object, ...]:
    """All that an act could have changed."""
    audit.refresh_from_db()
    return (
        audit.version,
        audit.name,
        audit.archived_at,
        Audit.objects.count(),
        Recipient.objects.count(),
        list(Run.objects.order_by("pk").values_list("pk", "state")),
        LedgerEntry.objects.count(),
    )


def test_no_address_is_left_out_here(seen: Parts, led: Parts, written: Parts) -> None:
    names = {pattern.name for pattern in urls.urlpatterns}
    assert names == {*seen, *led, *written}
    assert urls.app_name in get_resolver().app_dict


class TestSee:
    @pytest.mark.parametrize("role", ROLES)
    def test_everybody_of_the_brand(self, cast: Cast, signed_in: SignIn, seen: Parts, role: str) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        found = {name: rooms.get(name, *parts).status_code for name, parts in seen.items()}
        assert found == {name: 302 if name == "progress" else 200 for name in seen}

    def test_nobody_without_signing_in(self, client: Client, seen: Parts, led: Parts, written: Parts) -> None:
        rooms = Rooms(client)
        for name, parts in (seen | led).items():
            answer = rooms.get(name, *parts)
            assert answer.status_code == 302
            assert "/sign-in/" in answer.url, name
        for name, parts in (led | written).items():
            assert "/sign-in/" in rooms.post(name, *parts).url, name

    def test_a_fragment_sends_the_whole_page_to_the_sign_in(self, client: Client, seen: Parts) -> None:
        answer = Rooms(client).part("progress", *seen["progress"])
        assert "/sign-in/" in answer.headers["HX-Redirect"]

    @pytest.mark.parametrize("brand", ["maison-lumen", "atelier-roche"])
    def test_nobody_of_another_brand_by_any_way(
        self, cast: Cast, signed_in: SignIn, audit: Audit, seen: Parts, led: Parts, written: Parts, brand: str
    ) -> None:
        rooms = Rooms(signed_in(cast.charlie), brand=brand)
        before = standing(audit)
        own = {"audits", "new"} if brand == "atelier-roche" else set()
        for name, parts in (seen | led | written).items():
            if name in own:
                continue
            assert rooms.get(name, *parts).status_code in {404, 405}, name
            assert rooms.post(name, *parts, **audit_form()).status_code in {404, 405}, name
        assert standing(audit) == before

    def test_a_run_of_one_audit_under_the_name_of_another(
        self, cast: Cast, signed_in: SignIn, run: Run
    ) -> None:
        other = make(cast.brand, cast.alice, name="Autre")
        rooms = Rooms(signed_in(cast.alice))
        for name in ("report", "mentions", "faults", "progress"):
            assert rooms.get(name, other.slug, run.number).status_code == 404
        assert rooms.post("cancel", other.slug, run.number).status_code == 404

    @pytest.mark.parametrize("number", [0, 2, HUGE])
    def test_a_number_that_no_run_has(
        self, cast: Cast, signed_in: SignIn, audit: Audit, run: Run, number: int
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        for name in ("report", "mentions", "faults", "progress"):
            assert rooms.get(name, audit.slug, number).status_code == 404
        assert rooms.post("cancel", audit.slug, number).status_code == 404

    @pytest.mark.parametrize("number", [0, HUGE])
    def test_a_page_that_no_run_has(
        self, cast: Cast, signed_in: SignIn, audit: Audit, run: Run, number: int
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        assert rooms.get("mention", audit.slug, run.number, number).status_code == 404

    def test_pages_that_are_looked_at_take_nothing(
        self, cast: Cast, signed_in: SignIn, audit: Audit, seen: Parts
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        before = standing(audit)
        for name, parts in seen.items():
            assert rooms.post(name, *parts).status_code == 405, name
        assert standing(audit) == before

    @pytest.mark.parametrize("way", ["get", "head"])
    def test_looking_changes_nothing(
        self, cast: Cast, signed_in: SignIn, audit: Audit, seen: Parts, led: Parts, written: Parts, way: str
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        before = standing(audit)
        for name, parts in (seen | led | written).items():
            look: Callable[[str], Any] = getattr(rooms.client, way)
            look(rooms.at(name, *parts))
        assert standing(audit) == before


class TestLead:
    @pytest.mark.parametrize("role", ROLES)
    def test_who_makes_changes_and_puts_away(
        self, cast: Cast, signed_in: SignIn, audit: Audit, led: Parts, role: str
    ) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        before = standing(audit)
        shown = {name: rooms.get(name, *parts).status_code for name, parts in led.items()}
        sent = {name: rooms.post(name, *parts, **audit_form()).status_code for name, parts in led.items()}
        if role == "lead":
            assert shown == {"new": 200, "edit": 200, "archive": 405, "restore": 405}
            assert sent == {"new": 302, "edit": 409, "archive": 302, "restore": 302}
        else:
            assert {*shown.values(), *sent.values()} == {403}
            assert standing(audit) == before

    @pytest.mark.parametrize("role", ROLES[1:])
    def test_nobody_else_writes_themselves_among_the_recipients(
        self, cast: Cast, signed_in: SignIn, audit: Audit, role: str
    ) -> None:
        person = cast.by_role()[role]
        rooms = Rooms(signed_in(person))
        rooms.post("edit", audit.slug, **audit_form(version="1", recipients=[person.pk, cast.charlie.pk]))
        assert list(Recipient.objects.values_list("person", flat=True)) == [cast.vera.pk]

    @pytest.mark.parametrize("role", ROLES)
    def test_pages_offer_what_the_person_may_do_and_no_more(
        self, cast: Cast, signed_in: SignIn, audit: Audit, run: Run, role: str
    ) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        page = rooms.get("audit", audit.slug)
        offered = page.content.decode()
        leads, writes = role == "lead", role in WRITERS
        assert (rooms.at("edit", audit.slug) in offered) == leads
        assert (rooms.at("archive", audit.slug) in offered) == leads
        assert (f'action="{rooms.at("run", audit.slug)}"' in offered) == writes
        assert (rooms.at("new") in links(rooms.get("audits"))) == leads


class TestWrite:
    @pytest.mark.parametrize("role", ROLES)
    def test_who_cancels_in_each_state(self, cast: Cast, signed_in: SignIn, audit: Audit, role: str) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        may = role in WRITERS
        for state in ("planned", "listing", "collecting", "scoring"):
            current = run_of(audit, state)
            offered = rooms.get("report", audit.slug, current.number).content.decode()
            answer = rooms.post("cancel", audit.slug, current.number)
            current.refresh_from_db()
            assert (rooms.at("cancel", audit.slug, current.number) in offered) == may
            assert answer.status_code == (302 if may else 403)
            assert current.state == (RunState.CANCELLED if may else state)
            Run.objects.filter(pk=current.pk).update(state=RunState.CANCELLED)

    def test_what_has_ended_cannot_be_cancelled(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        rooms = Rooms(signed_in(cast.bob))
        for state in ("done", "failed", "cancelled"):
            ended = run_of(audit, state)
            before = standing(audit)
            answer = rooms.post("cancel", audit.slug, ended.number)
            assert said(answer)[-1] == "This run has ended already."
            assert standing(audit) == before

    def test_a_form_without_its_token_is_turned_away(self, cast: Cast, audit: Audit, run: Run) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.alice)
        rooms = Rooms(client)
        before = standing(audit)
        answers = [
            rooms.post("new", **audit_form()),
            rooms.post("edit", audit.slug, **audit_form()),
            rooms.post("archive", audit.slug),
            rooms.post("run", audit.slug),
            rooms.post("cancel", audit.slug, run.number),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5
        assert standing(audit) == before


class TestPutAway:
    @pytest.fixture(autouse=True)
    def away(self, audit: Audit, run: Run) -> None:
        """The audit was put away after its run."""
        Audit.objects.filter(pk=audit.pk).update(archived_at=NOON, next_run_at=None)

    @pytest.mark.parametrize("role", ["lead", "viewer"])
    def test_its_reports_stay_readable(self, cast: Cast, signed_in: SignIn, seen: Parts, role: str) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        assert texts(rooms.get("audits"), "details .row-title") == ["Notre nom sur le web"]
        for name in ("audit", "report", "mentions", "mention", "faults"):
            assert rooms.get(name, *seen[name]).status_code == 200, name

    def test_nothing_is_offered_that_would_be_refused(
        self, cast: Cast, signed_in: SignIn, audit: Audit
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        page = rooms.get("audit", audit.slug).content.decode()
        for name in ("run", "edit", "archive"):
            assert rooms.at(name, audit.slug) not in page

    def test_its_form_leads_back_with_the_reason(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        rooms = Rooms(signed_in(cast.alice))
        answer = rooms.get("edit", audit.slug)
        assert answer.url == rooms.at("audit", audit.slug)
        assert said(answer) == ["This audit was put away: its reports stay, it runs no more."]

    def test_a_form_that_was_open_all_along_keeps_what_was_typed(
        self, cast: Cast, signed_in: SignIn, audit: Audit
    ) -> None:
        rooms = Rooms(signed_in(cast.alice))
        page = rooms.post("edit", audit.slug, **audit_form(name="Tard", version="1"))
        assert page.status_code == 422
        assert "This audit was put away: its reports stay, it runs no more." in words(page)
        assert soup(page).select_one("[name=name][value=Tard]") is not None


class TestUnfinished:
    """What a run that has no report says, and what can be done next."""

    def page(self, rooms: Rooms, run: Run) -> Answer:
        return rooms.get("report", run.audit.slug, run.number)

    @pytest.mark.parametrize(("role", "may"), [("lead", True), ("author", True), ("viewer", False)])
    @pytest.mark.parametrize("state", ["failed", "cancelled"])
    def test_it_can_be_run_again_by_those_who_may(
        self, cast: Cast, signed_in: SignIn, audit: Audit, state: str, role: str, may: bool
    ) -> None:
        stopped = run_of(audit, state, code="unexpected")
        rooms = Rooms(signed_in(cast.by_role()[role]))
        page = self.page(rooms, stopped)
        forms = [tag["action"] for tag in soup(page).select("main form, .card-foot form")]
        assert (rooms.at("run", audit.slug) in forms) == may
        assert texts(page, ".card-foot button") == (["Run it again"] if may else [])

    def test_an_audit_without_a_source_needs_one_first(
        self, cast: Cast, signed_in: SignIn, audit: Audit
    ) -> None:
        stopped = run_of(audit, RunState.FAILED, code="no_sources")
        lead = self.page(Rooms(signed_in(cast.alice)), stopped)
        assert texts(lead, ".card-foot .btn") == ["Add a source", "Back to the audit"]

    def test_one_that_was_followed_by_another_is_history(
        self, cast: Cast, signed_in: SignIn, audit: Audit
    ) -> None:
        stopped = run_of(audit, RunState.FAILED, code="unexpected")
        run_of(audit)
        page = self.page(Rooms(signed_in(cast.alice)), stopped)
        assert texts(page, ".card-foot .btn") == ["Back to the audit"]

    def test_each_stop_has_its_reason_in_words(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        rooms = Rooms(signed_in(cast.vera))
        for code in ("", "no_sources", "unexpected", "worker_lost", "from_mars", "dns"):
            page = self.page(rooms, run_of(audit, RunState.FAILED, code=code))
            (reason,) = texts(page, ".banner-text")
            assert len(reason.split(". ")) == 2
            assert "_" not in reason
            assert "Stopped by a fault" in words(page)

    def test_one_that_ended_while_the_page_was_made_shows_its_report(
        self, cast: Cast, signed_in: SignIn, audit: Audit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        current = run_of(audit, RunState.SCORING)

        def late(run: Run) -> object:
            Run.objects.filter(pk=run.pk).update(state=RunState.DONE, ended_at=NOON)
            return progress_of(run)

        monkeypatch.setattr("reputation.views.report.progress_of", late)
        page = self.page(Rooms(signed_in(cast.vera)), current)
        assert "cancelled" not in words(page)
        assert len(texts(page, ".said li")) == 3
