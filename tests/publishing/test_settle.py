"""What a person settles, takes down, and sets as limits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cm_suite.core import clock
from cm_suite.core.models import LedgerEntry
from pages.models import Page
from pages.newsroom.models import NewsroomPost
from publishing import jobs
from publishing.enums import DeliveryState, Refusal
from publishing.models import Attempt, Cap, Delivery, Gap
from publishing.services import draft, plan, settle
from publishing.services.limits import set_limits
from publishing.services.remove import remove
from publishing.services.results import Done, Planned, Refused, Saved
from tests.people import Cast
from tests.publishing.makers import cap, due, fresh, gap, published, state_of
from tests.publishing.network import Network

S = DeliveryState
URL = "https://social.example/@lumen/1"


def kinds() -> list[str]:
    return list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))


def asked(page: Page) -> Delivery:
    """A delivery of which nobody knows whether it arrived."""
    row = due(page, state=S.NEEDS_PERSON, code="cannot_tell")
    started_at = clock.now() - timedelta(minutes=9)
    Attempt.objects.create(delivery=row, number=1, fingerprint="x", started_at=started_at, outcome="unknown")
    return row


class TestSettle:
    def test_it_is_there(self, cast: Cast) -> None:
        row = asked(cast.newsroom)
        assert settle.it_is_there(row, f" {URL} ", cast.bob) == Done(row)
        row = fresh(row)
        assert (row.state, row.remote_url, row.remote_id) == (S.PUBLISHED, URL, "")
        assert row.published_at == Attempt.objects.get().started_at
        assert kinds() == ["delivery.found"]

    @pytest.mark.parametrize("url", ["", "lumen", "javascript:alert(1)", "https://" + "x" * 600 + ".example"])
    def test_an_address_is_needed(self, cast: Cast, url: str) -> None:
        row = asked(cast.newsroom)
        assert settle.it_is_there(row, url, cast.bob) == Refused(Refusal.NOT_AN_ADDRESS)
        assert state_of(row) == S.NEEDS_PERSON

    def test_it_is_not_there_so_it_may_be_changed_and_planned_again(self, cast: Cast) -> None:
        row = asked(cast.newsroom)
        assert settle.it_is_not(row, cast.bob) == Done(row)
        assert (state_of(row), fresh(row).code, kinds()) == (S.MISSED, "absent", ["delivery.not_found"])
        assert isinstance(draft.edit(row.post, 1, draft.Content("Again"), cast.bob), Saved)
        assert isinstance(plan.reschedule(row, clock.now(), cast.bob), Planned)
        jobs.publish_due()
        assert (state_of(row), NewsroomPost.objects.get().text) == (S.PUBLISHED, "Again")

    @pytest.mark.parametrize("state", [S.UNKNOWN, S.PUBLISHED, S.PLANNED])
    def test_only_what_asks_for_a_person_is_settled(self, cast: Cast, state: S) -> None:
        row = due(cast.newsroom, state=state)
        assert settle.it_is_there(row, URL, cast.bob) == Refused(Refusal.STATE_CHANGED)
        assert settle.it_is_not(row, cast.bob) == Refused(Refusal.STATE_CHANGED)
        assert (state_of(row), kinds()) == (state, [])


class TestRemove:
    def test_it_goes_where_it_was_published(self, mastodon: Page, network: Network, cast: Cast) -> None:
        row = due(mastodon)
        jobs.publish_due()
        assert remove(fresh(row), "A wrong price", cast.bob) == Done(fresh(row))
        row = fresh(row)
        assert (row.state, row.reason, network.fake.of("7")) == (S.REMOVED, "A wrong price", [])
        assert kinds() == ["delivery.published", "delivery.removed"]

    def test_what_is_gone_there_is_done(self, mastodon: Page, network: Network, cast: Cast) -> None:
        row = published(mastodon, clock.now(), remote_id="404")
        assert remove(row, "A wrong price", cast.bob) == Done(row)

    def test_a_network_that_says_no_changes_nothing(
        self, mastodon: Page, network: Network, cast: Cast
    ) -> None:
        row = published(mastodon, clock.now(), remote_id="1")
        network.answers("DELETE", 500, "down")
        refused = remove(row, "A wrong price", cast.bob)
        assert refused == Refused(Refusal.NETWORK, {"code": "server_error"})
        assert (state_of(row), kinds()) == (S.PUBLISHED, [])

    def test_the_newsroom_no_longer_shows_it(self, cast: Cast) -> None:
        row = due(cast.newsroom)
        jobs.publish_due()
        remove(fresh(row), "A wrong price", cast.bob)
        assert NewsroomPost.objects.get().removed_at is not None

    def test_a_reason_a_reference_and_a_published_post_are_needed(self, cast: Cast) -> None:
        row = published(cast.newsroom, clock.now())
        assert remove(row, " ", cast.bob) == Refused(Refusal.REASON_MISSING)
        assert remove(row, "\u200b", cast.bob) == Refused(Refusal.REASON_MISSING)
        assert remove(row, "Wrong", cast.bob) == Refused(Refusal.NO_REMOTE_ID)
        assert remove(due(cast.newsroom), "Wrong", cast.bob) == Refused(Refusal.STATE_CHANGED)


class TestLimits:
    def test_rules_are_replaced_whole_and_written_down(self, cast: Cast) -> None:
        page = cast.newsroom
        cap(page, 1, 24)
        cap(page, 9, 168)
        assert set_limits(page, {24: 3, 72: 5}, 45, cast.alice) is True
        assert list(Cap.objects.values_list("hours", "at_most")) == [(24, 3), (72, 5)]
        assert (Gap.objects.get().minutes, kinds()) == (45, ["page.limits"])

    def test_the_same_rules_are_no_change(self, cast: Cast) -> None:
        cap(cast.newsroom, 1, 24)
        gap(cast.newsroom, 30)
        assert set_limits(cast.newsroom, {24: 1}, 30, cast.alice) is False
        assert kinds() == []

    def test_no_rule_at_all_is_one_too(self, cast: Cast) -> None:
        cap(cast.newsroom, 1, 24)
        gap(cast.newsroom, 30)
        assert set_limits(cast.newsroom, {}, None, cast.alice) is True
        assert (Cap.objects.count(), Gap.objects.count()) == (0, 0)
