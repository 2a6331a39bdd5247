"""What the pages of audits are read from, and what the back office shows of them."""

from __future__ import annotations

import pytest

from pages.models import Person
from reputation.enums import RunState
from reputation.forms.standing import differences, standing
from reputation.models import Audit, Public, Query, Source
from reputation.selectors.audits import Shares, listed, publics_of, recipients_of, shares_of, sources_of
from reputation.selectors.evidence import Wanted, fault_codes, mentions, unread_samples
from reputation.selectors.runs import last_done, running, runs_of
from tests.people import Cast
from tests.reputation import makers
from tests.reputation.makers import draft, fed, make
from tests.reputation.rooms import SignIn, questions
from tests.reputation.shelf import NOON, mention, run_of, unread


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a list and a feed."""
    sources = (
        makers.listed("https://journal.example/a", "https://journal.example/b"),
        fed("https://b.example/rss"),
    )
    return make(cast.brand, cast.alice, *sources, recipients=(cast.vera.pk, cast.bob.pk))


class TestShares:
    @pytest.mark.parametrize(
        ("shares", "percent"),
        [
            (Shares(), 0),
            (Shares(negative=1), 100),
            (Shares(negative=1, positive=2), 33),
            (Shares(negative=2, positive=1), 67),
            (Shares(uncertain=4), 0),
        ],
    )
    def test_whole_per_cent(self, shares: Shares, percent: int) -> None:
        assert shares.percent("negative") == percent

    def test_originals_only_each_run_apart(self, audit: Audit) -> None:
        first, second = run_of(audit), run_of(audit)
        original = mention(first, "a", "negative")
        mention(first, "b", "negative", same_as=original)
        mention(second, "a", "uncertain")
        assert shares_of([first.pk, second.pk]) == {
            first.pk: Shares(negative=1),
            second.pk: Shares(uncertain=1),
        }

    def test_of_no_run(self, db: None) -> None:
        assert shares_of([]) == {}


class TestListed:
    def test_the_two_latest_finished_runs_whatever_came_between(self, audit: Audit, cast: Cast) -> None:
        run_of(audit)
        before, _failed = run_of(audit), run_of(audit, RunState.FAILED)
        done, last = run_of(audit), run_of(audit, RunState.CANCELLED)
        mention(before, "a", "positive")
        mention(done, "a", "negative")
        (row,) = listed(cast.brand)
        assert (row.last, row.done) == (last, done)
        assert (row.shares, row.before) == (Shares(negative=1), Shares(positive=1))
        assert (row.change, row.drift) == (0, 100)

    def test_without_a_run_before_there_is_no_change(self, audit: Audit, cast: Cast) -> None:
        run_of(audit)
        (row,) = listed(cast.brand)
        assert (row.before, row.change, row.drift) == (None, None, None)

    def test_by_name(self, audit: Audit, cast: Cast) -> None:
        make(cast.brand, cast.alice, name="Avant")
        assert [row.audit.name for row in listed(cast.brand)] == ["Avant", "Notre nom sur le web"]

    def test_put_away_or_not(self, audit: Audit, cast: Cast) -> None:
        Audit.objects.filter(pk=audit.pk).update(archived_at=NOON)
        assert listed(cast.brand) == []
        assert [row.audit for row in listed(cast.brand, archived=True)] == [audit]


class TestWhatItAsks:
    def test_publics_in_their_order_with_their_queries(self, audit: Audit) -> None:
        assert [(public.name, [query.words for query in asked]) for public, asked in publics_of(audit)] == [
            ("Clients", ["prix lampe", "livraison retard"]),
            ("Candidats", ["salaire atelier"]),
        ]

    def test_what_was_dropped_is_asked_no_more(self, audit: Audit) -> None:
        Public.objects.filter(name="Candidats").update(dropped_at=NOON)
        Query.objects.filter(words="prix lampe").update(dropped_at=NOON)
        Source.objects.filter(kind="feed").update(dropped_at=NOON)
        assert [(public.name, [query.words for query in asked]) for public, asked in publics_of(audit)] == [
            ("Clients", ["livraison retard"])
        ]
        assert [source.name for source in sources_of(audit)] == ["Liste"]

    def test_those_who_have_left_get_nothing(self, audit: Audit, cast: Cast) -> None:
        Person.objects.filter(pk=cast.bob.pk).update(is_active=False)
        assert list(recipients_of(audit)) == [cast.vera]
        cast.vera.memberships.all().delete()
        assert list(recipients_of(audit)) == []


class TestStanding:
    def test_a_draft_that_would_change_nothing(self, audit: Audit, cast: Cast) -> None:
        now = standing(audit)
        assert now.subject == ("Maison Lumen",)
        assert [source.urls for source in now.sources] == [
            ("https://journal.example/a", "https://journal.example/b"),
            (),
        ]
        assert now.recipients == (cast.bob.pk, cast.vera.pk)
        assert differences(audit, now) == []

    def test_where_two_differ(self, audit: Audit, cast: Cast) -> None:
        found = differences(audit, draft(name="Autre", cron="0 8 * * *", recipients=(cast.vera.pk,)))
        assert len(found) == 4
        assert (found[0].theirs, found[0].mine) == ("Notre nom sur le web", "Autre")
        assert (found[-1].theirs, found[-1].mine) == ("Bob\nVera", "Vera")


class TestRuns:
    def test_each_with_its_figures(self, audit: Audit) -> None:
        run = run_of(audit)
        first = mention(run, "a")
        mention(run, "b", same_as=first)
        unread(run, "c", "gone")
        run_of(audit)
        names = ("number", "asked", "unread", "originals")
        found = [tuple(vars(each)[name] for name in names) for each in runs_of(audit)]
        assert found == [(2, 0, 0, 0), (1, 3, 1, 1)]

    def test_the_one_on_its_way_and_the_last_finished(self, audit: Audit) -> None:
        assert (running(audit), last_done(audit)) == (None, None)
        done = run_of(audit)
        run_of(audit, RunState.FAILED)
        current = run_of(audit, RunState.SCORING)
        assert (running(audit), last_done(audit)) == (current, done)


class TestEvidence:
    def test_a_mention_that_answers_two_queries_is_there_once(self, audit: Audit) -> None:
        run = run_of(audit)
        mention(run, "a", "negative", "prix lampe", "livraison retard")
        public = str(audit.publics.get(name="Clients").pk)
        assert [each.title for each in mentions(run, Wanted(public=public))] == ["Titre a"]

    def test_copies_are_counted(self, audit: Audit) -> None:
        run = run_of(audit)
        first = mention(run, "a")
        for path in "bc":
            mention(run, path, same_as=first)
        assert [vars(each)["repeats"] for each in mentions(run, Wanted())] == [2]

    def test_a_few_pages_of_each_fault_in_one_question(self, audit: Audit) -> None:
        run = run_of(audit)
        for number in range(4):
            unread(run, f"p{number}", "not_found")
        unread(run, "z", "gone")
        assert {code: len(pages) for code, pages in unread_samples(run, 3).items()} == {
            "not_found": 3,
            "gone": 1,
        }
        assert questions(lambda: unread_samples(run, 3)) == 1
        assert fault_codes(run) == ["gone", "not_found"]


class TestBackOffice:
    @pytest.mark.parametrize("model", ["audit", "source", "run", "fetch"])
    def test_a_lead_reads_what_is_of_the_brand_and_changes_nothing(
        self, cast: Cast, signed_in: SignIn, audit: Audit, model: str
    ) -> None:
        theirs = make(
            cast.other_brand, cast.charlie, makers.listed("https://secret.example/x"), name="Secret"
        )
        mention(run_of(audit), "a")
        unread(run_of(theirs), "secret", "gone")
        client = signed_in(cast.alice)
        page = client.get(f"/admin/reputation/{model}/")
        assert page.status_code == 200
        assert "secret" not in page.content.decode().lower()
        assert client.get(f"/admin/reputation/{model}/add/").status_code == 403
