"""Making and changing an audit: rows, errors, two people at once; with scripts and without."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from cm_suite.core import clock
from cm_suite.core.models import LedgerEntry
from pages.models import Person
from reputation.enums import RunState
from reputation.models import Audit, Public, Query, Run, Source
from tests.people import Cast
from tests.reputation.makers import begin, fed, listed, make
from tests.reputation.rooms import Rooms, SignIn, audit_form, questions, said, soup, texts, value_of, words
from tests.reputation.shelf import NOON, run_of


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def alice(cast: Cast, signed_in: SignIn) -> Rooms:
    """The lead."""
    return Rooms(signed_in(cast.alice))


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    sources = (listed("https://journal.example/a", "https://journal.example/b"), fed("https://b.example/rss"))
    return make(cast.brand, cast.alice, *sources, cron="0 8 * * 1", recipients=(cast.vera.pk,))


def same(audit: Audit, **changes: Any) -> dict[str, Any]:
    """The form of the audit as the page shows it, sent again."""
    form = audit_form(
        publics=[
            {"kind": "client", "name": "Clients", "queries": "prix lampe\nlivraison retard"},
            {"kind": "candidate", "name": "Candidats", "queries": "salaire atelier"},
        ],
        sources=[
            {"kind": "urls", "name": "Liste", "urls": "https://journal.example/a\nhttps://journal.example/b"},
            {"kind": "feed", "name": "Fil", "feed": "https://b.example/rss"},
        ],
        name=audit.name,
        version=str(audit.version),
    )
    return form | changes


class TestNew:
    def test_the_empty_form(self, cast: Cast, alice: Rooms) -> None:
        with time_machine.travel(NOON, tick=False):
            page = alice.get("new")
        assert value_of(page, "subject") == "Maison Lumen"
        assert [value_of(page, f"{name}-TOTAL_FORMS") for name in ("publics", "sources")] == ["1", "1"]
        assert texts(page, "#schedule") == [
            "Every Monday at 08:00, Europe/Paris. Next run: Mon 30 Nov., 08:00"
        ]
        chosen = [tag["value"] for tag in soup(page).select("[name=recipients][checked]")]
        assert chosen == [str(cast.alice.pk)]

    def test_who_can_be_told(self, alice: Rooms) -> None:
        labels = texts(alice.get("new"), "label:has([name=recipients])")
        assert labels == ["Ada", "Alice", "Bob", "Mona", "Vera"]

    def test_it_is_kept(self, cast: Cast, alice: Rooms) -> None:
        answer = alice.post("new", **audit_form(recipients=[cast.vera.pk]))
        audit = Audit.objects.get()
        assert answer.status_code == 302
        assert answer.url == alice.at("audit", audit.slug)
        assert said(answer) == ["The audit is saved. Run it once now, to see what it finds."]
        assert (audit.brand, audit.name, audit.cron) == (cast.brand, "Notre nom", "0 8 * * 1")
        assert list(Query.objects.values_list("words", flat=True)) == ["prix lampe"]
        assert LedgerEntry.objects.filter(kind="audit.created").count() == 1
        assert Run.objects.count() == 0

    def test_what_is_wrong_shows_all_at_once_and_nothing_is_kept(self, alice: Rooms) -> None:
        form = audit_form(
            publics=[{"kind": "client", "name": "", "queries": ""}],
            sources=[{"kind": "urls", "name": "", "urls": "https://a.example/x\npas une adresse"}],
            name="",
        )
        page = alice.post("new", **form)
        seen = words(page)
        assert page.status_code == 422
        assert "Nothing is saved yet: look at what is marked below." in seen
        assert "Add at least one public, and what it asks." in seen
        assert "Line 2, pas une adresse: this is not the address of a web page." in seen
        assert value_of(page, "sources-0-urls") == "https://a.example/x\npas une adresse"
        assert Audit.objects.count() == 0

    def test_what_the_service_refuses_is_said(self, alice: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("reputation.rules.MOST_RECIPIENTS", -1)
        page = alice.post("new", **audit_form())
        assert page.status_code == 422
        assert "at most -1" in words(page)
        assert Audit.objects.count() == 0

    def test_markup_is_shown_as_it_was_typed(self, alice: Rooms) -> None:
        page = alice.post("new", **audit_form(name="", subject="<script>alert(1)</script>"))
        assert value_of(page, "subject") == "<script>alert(1)</script>"
        assert soup(page).select("form.audit-form script") == []

    def test_a_number_of_rows_that_is_none(self, alice: Rooms) -> None:
        page = alice.post("new", **audit_form() | {"publics-TOTAL_FORMS": "beaucoup"})
        assert page.status_code == 422
        assert Audit.objects.count() == 0


class TestMoreRows:
    def test_without_scripts_the_whole_page_comes_back_with_a_row_more(self, alice: Rooms) -> None:
        page = alice.post("new", **audit_form(more="publics", name="En cours"))
        assert page.status_code == 200
        assert value_of(page, "publics-TOTAL_FORMS") == "2"
        assert value_of(page, "sources-TOTAL_FORMS") == "1"
        assert value_of(page, "publics-0-queries") == "prix lampe"
        assert value_of(page, "publics-1-queries") == ""
        assert value_of(page, "name") == "En cours"
        assert Audit.objects.count() == 0

    def test_with_scripts_only_the_list_comes_back(self, alice: Rooms) -> None:
        part = alice.post_part("new", **audit_form(more="sources"))
        assert [tag["id"] for tag in soup(part).select("section")] == ["sources"]
        assert value_of(part, "sources-TOTAL_FORMS") == "2"
        assert soup(part).select("[name=name]") == []

    def test_half_a_form_is_no_error_yet(self, alice: Rooms) -> None:
        form = audit_form(
            publics=[{"kind": "client", "name": "Clients", "queries": ""}],
            name="",
            subject="",
            more="publics",
        )
        page = alice.post("new", **form)
        assert page.status_code == 200
        assert soup(page).select(".errorlist") == []

    def test_a_row_to_be_removed_is_gone(self, alice: Rooms) -> None:
        rows = [
            {"kind": "client", "name": "Clients", "queries": "prix", "DELETE": "on"},
            {"kind": "official", "name": "Élus", "queries": "subvention"},
        ]
        page = alice.post("new", **audit_form(publics=rows, more="publics"))
        assert value_of(page, "publics-0-name") == "Élus"
        assert value_of(page, "publics-TOTAL_FORMS") == "2"

    def test_the_schedule_is_said_while_it_is_chosen(self, alice: Rooms) -> None:
        with time_machine.travel(NOON, tick=False):
            part = alice.post_part("new", **audit_form(more="schedule", every="day", at="09:30"))
        assert words(part) == "Every day at 09:30, Europe/Paris. Next run: Tue 24 Nov., 09:30"

    def test_a_schedule_that_makes_no_sense_yet(self, alice: Rooms) -> None:
        part = alice.post_part("new", **audit_form(more="schedule", every="own", cron="8 heures"))
        assert words(part) == "This schedule cannot be read yet."

    def test_by_hand(self, alice: Rooms) -> None:
        part = alice.post_part("new", **audit_form(more="schedule", every="never"))
        assert words(part) == "Only when somebody asks."

    def test_an_unknown_part_is_the_whole_page(self, alice: Rooms) -> None:
        page = alice.post_part("new", **audit_form(more="../../secret"))
        assert page.status_code == 200
        assert soup(page).select_one("form.audit-form") is not None

    def test_an_audit_that_exists_is_not_changed_by_a_row_more(self, alice: Rooms, audit: Audit) -> None:
        page = alice.post("edit", audit.slug, **same(audit, more="sources", name="Autre"))
        assert value_of(page, "name") == "Autre"
        audit.refresh_from_db()
        assert (audit.name, audit.version) == ("Notre nom sur le web", 1)


class TestEdit:
    def test_the_form_holds_what_stands(self, cast: Cast, alice: Rooms, audit: Audit) -> None:
        page = alice.get("edit", audit.slug)
        assert value_of(page, "name") == "Notre nom sur le web"
        assert value_of(page, "publics-0-queries") == "prix lampe\nlivraison retard"
        assert value_of(page, "publics-1-name") == "Candidats"
        assert value_of(page, "publics-TOTAL_FORMS") == "2"
        assert value_of(page, "sources-0-urls") == "https://journal.example/a\nhttps://journal.example/b"
        assert value_of(page, "sources-1-kind") == "feed"
        assert value_of(page, "sources-1-feed") == "https://b.example/rss"
        assert value_of(page, "version") == "1"
        chosen = [tag["value"] for tag in soup(page).select("[name=recipients][checked]")]
        assert chosen == [str(cast.vera.pk)]
        checked = soup(page).select_one("[name=every][checked]")
        assert checked is not None
        assert checked["value"] == "week"

    def test_a_change_is_kept(self, alice: Rooms, audit: Audit) -> None:
        answer = alice.post("edit", audit.slug, **same(audit, name="Autre nom", every="never"))
        audit.refresh_from_db()
        assert answer.status_code == 302
        assert said(answer) == ["The audit is saved."]
        assert (audit.name, audit.cron, audit.next_run_at, audit.version) == ("Autre nom", "", None, 2)

    def test_rows_that_stay_are_the_same_rows(self, alice: Rooms, audit: Audit) -> None:
        before = (
            set(Public.objects.values_list("pk", flat=True)),
            set(Source.objects.values_list("pk", flat=True)),
        )
        alice.post("edit", audit.slug, **same(audit))
        after = (
            set(Public.objects.values_list("pk", flat=True)),
            set(Source.objects.values_list("pk", flat=True)),
        )
        assert after == before

    def test_two_at_once_nothing_of_either_is_lost(self, cast: Cast, alice: Rooms, audit: Audit) -> None:
        mine = same(audit, name="Le mien")
        alice.post("edit", audit.slug, **same(audit, name="Le leur", every="day"))
        page = alice.post("edit", audit.slug, **mine)
        seen = words(page)
        assert page.status_code == 409
        assert "Somebody saved this audit while you were writing." in seen
        assert texts(page, ".banner dt") == ["Name of the audit", "Schedule"]
        assert "Now: Le leur You wrote: Le mien" in seen
        assert "Now: Every day at 08:00 You wrote: Every Monday at 08:00" in seen
        assert value_of(page, "name") == "Le mien"
        assert value_of(page, "version") == "2"
        audit.refresh_from_db()
        assert audit.name == "Le leur"

    def test_saving_again_replaces_theirs_knowingly(self, alice: Rooms, audit: Audit) -> None:
        mine = same(audit, name="Le mien")
        alice.post("edit", audit.slug, **same(audit, name="Le leur"))
        alice.post("edit", audit.slug, **mine)
        answer = alice.post("edit", audit.slug, **mine | {"version": "2"})
        audit.refresh_from_db()
        assert answer.status_code == 302
        assert audit.name == "Le mien"

    @pytest.mark.parametrize("version", ["", "x", "-1"])
    def test_a_form_without_its_version_overwrites_nothing(
        self, alice: Rooms, audit: Audit, version: str
    ) -> None:
        page = alice.post("edit", audit.slug, **same(audit, name="Autre", version=version))
        assert page.status_code in {409, 422}
        audit.refresh_from_db()
        assert audit.name == "Notre nom sur le web"

    def test_one_that_was_put_away_cannot_be_changed(self, alice: Rooms, audit: Audit) -> None:
        alice.post("archive", audit.slug)
        page = alice.post("edit", audit.slug, **same(audit, name="Autre", version="2"))
        assert page.status_code in {409, 422}
        audit.refresh_from_db()
        assert audit.name == "Notre nom sur le web"

    def test_as_many_questions_for_three_rows_as_for_one(self, cast: Cast, alice: Rooms) -> None:
        one = make(cast.brand, cast.alice, listed("https://a.example/1"), name="Un")
        three = make(
            cast.brand,
            cast.alice,
            *(listed(f"https://{name}.example/1", name=name) for name in "abc"),
            name="Trois",
        )
        alone = questions(lambda: alice.get("edit", one.slug))
        assert questions(lambda: alice.get("edit", three.slug)) == alone


class TestArchive:
    def test_it_runs_no_more_and_stays_readable(self, alice: Rooms, audit: Audit) -> None:
        answer = alice.post("archive", audit.slug)
        audit.refresh_from_db()
        assert said(answer) == ["The audit is put away. Its reports stay readable."]
        assert audit.archived_at is not None
        assert audit.next_run_at is None
        assert alice.get("audit", audit.slug).status_code == 200

    def test_a_run_on_its_way_is_cancelled(self, cast: Cast, alice: Rooms, audit: Audit) -> None:
        run = begin(audit, cast.alice)
        alice.post("archive", audit.slug)
        run.refresh_from_db()
        assert run.state == RunState.CANCELLED

    def test_twice_says_so(self, alice: Rooms, audit: Audit) -> None:
        alice.post("archive", audit.slug)
        assert said(alice.post("archive", audit.slug))[1:] == [
            "This audit was put away: its reports stay, it runs no more."
        ]

    def test_it_is_no_link(self, alice: Rooms, audit: Audit) -> None:
        assert alice.get("archive", audit.slug).status_code == 405


class TestRestore:
    def test_it_goes_back_to_work_and_its_schedule_counts_from_now(self, alice: Rooms, audit: Audit) -> None:
        Audit.objects.update(cron="0 8 * * 1")
        alice.post("archive", audit.slug)
        before = clock.now()
        answer = alice.post("restore", audit.slug)
        audit.refresh_from_db()
        assert said(answer)[-1:] == ["The audit is back at work. Its schedule counts from now."]
        assert audit.archived_at is None
        assert audit.next_run_at is not None
        assert audit.next_run_at > before
        assert LedgerEntry.objects.filter(kind="audit.restored", actor_id=audit.created_by_id).count() == 1

    def test_one_at_work_stays_as_it_is(self, alice: Rooms, audit: Audit) -> None:
        alice.post("restore", audit.slug)
        version = audit.version
        audit.refresh_from_db()
        assert (audit.version, audit.archived_at) == (version, None)
        assert not LedgerEntry.objects.filter(kind="audit.restored").exists()

    def test_only_leads_see_the_way_back(
        self, cast: Cast, signed_in: SignIn, alice: Rooms, audit: Audit
    ) -> None:
        alice.post("archive", audit.slug)
        way = f"/audits/{audit.slug}/restore/"
        assert way in alice.get("audit", audit.slug).content.decode()
        viewer = Rooms(signed_in(cast.vera))
        assert way not in viewer.get("audit", audit.slug).content.decode()
        assert viewer.post("restore", audit.slug).status_code == 403


class TestRights:
    @pytest.mark.parametrize("role", ["author", "moderator", "approver", "viewer"])
    def test_only_leads(self, cast: Cast, signed_in: SignIn, audit: Audit, role: str) -> None:
        rooms = Rooms(signed_in(cast.by_role()[role]))
        run_of(audit)
        answers = [
            rooms.get("new"),
            rooms.post("new", **audit_form()),
            rooms.get("edit", audit.slug),
            rooms.post("edit", audit.slug, **same(audit, name="Autre")),
            rooms.post("archive", audit.slug),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5
        audit.refresh_from_db()
        assert (audit.name, audit.archived_at) == ("Notre nom sur le web", None)
        assert Audit.objects.count() == 1

    def test_a_lead_elsewhere_reaches_nothing(self, cast: Cast, signed_in: SignIn, audit: Audit) -> None:
        rooms = Rooms(signed_in(cast.charlie), brand="atelier-roche")
        assert rooms.get("edit", audit.slug).status_code == 404
        assert rooms.post("edit", audit.slug, **same(audit, name="Autre")).status_code == 404
        assert rooms.post("archive", audit.slug).status_code == 404
        audit.refresh_from_db()
        assert (audit.name, audit.archived_at) == ("Notre nom sur le web", None)
