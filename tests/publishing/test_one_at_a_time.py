"""One account, one request in flight: posts leave one after the other, and nothing is read meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cm_suite.core import clock
from moderation.enums import WatchKind
from moderation.models import Watch
from moderation.services import watching
from pages.models import Page
from publishing import jobs
from publishing.enums import DeliveryState
from publishing.models import Attempt, Delivery
from publishing.services import claim, send
from tests.people import Cast
from tests.publishing.makers import due, fresh, state_of
from tests.publishing.network import Network

S = DeliveryState
LEFT = {"lease_token": None, "lease_until": None}


def turn() -> None:
    jobs.drain(claim.take, send.deliver, send.recover, 1)


class TestClaim:
    def test_one_of_each_page_is_taken_the_earliest(self, cast: Cast, mastodon: Page) -> None:
        late = due(mastodon, "late")
        early = due(mastodon, "early")
        Delivery.objects.filter(pk=early.pk).update(due_at=early.due_at - timedelta(minutes=1))
        other = due(cast.newsroom, "other")
        assert [row.pk for row in claim.take(16)] == [early.pk, other.pk]
        assert claim.take(16) == []
        Delivery.objects.filter(pk=early.pk).update(state=S.PUBLISHED, **LEFT)
        assert [row.pk for row in claim.take(16)] == [late.pk]

    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING, S.UNKNOWN])
    def test_a_page_that_something_leaves_for_waits(self, mastodon: Page, state: S) -> None:
        first, second = due(mastodon, "a"), due(mastodon, "b")
        claim.take(1)
        Delivery.objects.filter(pk=first.pk).update(state=state)
        assert claim.take(16) == []
        Delivery.objects.filter(pk=first.pk).update(lease_until=clock.now() - timedelta(days=1))
        assert [row.pk for row in claim.take(16)] == [second.pk]

    def test_what_waits_for_its_back_off_keeps_no_other_from_leaving(self, mastodon: Page) -> None:
        waits = due(mastodon, "a", next_attempt_at=clock.now() + timedelta(minutes=5))
        Delivery.objects.filter(pk=waits.pk).update(due_at=waits.due_at - timedelta(minutes=1))
        goes = due(mastodon, "b")
        assert [row.pk for row in claim.take(16)] == [goes.pk]

    def test_of_two_that_were_claimed_all_the_same_one_goes_back(
        self, mastodon: Page, network: Network
    ) -> None:
        rows = [due(mastodon, text) for text in ("a", "b")]
        (one,) = claim.take(1)
        Delivery.objects.filter(pk=rows[1].pk).update(
            state=S.CLAIMED, lease_token=one.lease_token, lease_until=one.lease_until
        )
        send.deliver(fresh(rows[1]))
        again = fresh(rows[1])
        assert (again.state, again.tries, again.next_attempt_at, again.lease_token) == (
            S.PLANNED,
            0,
            None,
            None,
        )
        assert (network.writes, Attempt.objects.count()) == (0, 0)
        send.deliver(one)
        turn()
        assert network.accepted == {"a": 1, "b": 1}

    def test_a_page_s_posts_leave_one_after_the_other(self, mastodon: Page, network: Network) -> None:
        rows = [due(mastodon, f"Post {number}") for number in range(4)]
        under_way: list[int] = []
        network.before = lambda request: under_way.append(Delivery.objects.filter(state=S.SENDING).count())
        turn()
        assert {state_of(row) for row in rows} == {S.PUBLISHED}
        assert set(under_way) <= {0, 1}
        sent = Attempt.objects.order_by("started_at", "pk").values_list("delivery_id", flat=True)
        assert list(sent) == [row.pk for row in rows]


class TestReading:
    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING])
    def test_nothing_is_read_while_a_post_leaves(self, mastodon: Page, state: S) -> None:
        row = due(mastodon)
        claim.take(1)
        Delivery.objects.filter(pk=row.pk).update(state=state)
        Watch.objects.create(page=mastodon, kind=WatchKind.COMMENTS)
        assert (watching.take_page(mastodon.pk), watching.take()) == (None, None)
        Delivery.objects.filter(pk=row.pk).update(state=S.PUBLISHED, **LEFT)
        watch = watching.take_page(mastodon.pk)
        assert watch is not None
        assert watch.page_id == mastodon.pk
