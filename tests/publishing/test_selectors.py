"""What lists and rooms read: frozen rows, in a constant number of queries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from pages.models import Page
from pages.selectors.links import post_url
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Attempt, Delivery, Override, Post
from publishing.policy.caps import Cap, Gap
from publishing.rules import DeliveryAct
from publishing.selectors import budget, calendar, lists, posts
from publishing.selectors.rows import row
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import cap, delivery_of, gap, post_of, published

S = DeliveryState
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("noon")


def many(cast: Cast, count: int, **more: Any) -> list[Delivery]:
    return [
        delivery_of(cast.newsroom, NOON + HOUR * number, author=cast.bob, planned_by=cast.ada, **more)
        for number in range(count)
    ]


class TestPlan:
    def test_every_day_is_there_in_the_brands_zone(self, cast: Cast) -> None:
        late = delivery_of(cast.newsroom, NOON + timedelta(hours=12, minutes=30), author=cast.bob)
        early = delivery_of(cast.newsroom, NOON + timedelta(hours=10))
        delivery_of(cast.newsroom, NOON + 3 * DAY)
        delivery_of(cast.newsroom, NOON + HOUR, state=S.CANCELLED)
        delivery_of(cast.other_newsroom, NOON + HOUR)
        days = calendar.plan_by_day(cast.brand, date(2026, 3, 2), 3)
        ids = [(day.date, [row.delivery_id for row in day.rows]) for day in days]
        assert ids == [
            (date(2026, 3, 2), [early.pk]),
            (date(2026, 3, 3), [late.pk]),
            (date(2026, 3, 4), []),
        ]

    def test_a_row_says_who_what_where(self, cast: Cast) -> None:
        (known,) = many(cast, 1, state=S.HELD, hold_reason=HoldReason.PAUSED, code="paused")
        (row,) = calendar.plan_by_day(cast.brand, date(2026, 3, 2), 1)[0].rows
        assert (row.delivery_id, row.post_id, row.excerpt, row.author, row.planned_by) == (
            known.pk,
            known.post_id,
            "Opening on Saturday",
            "Bob",
            "Ada",
        )
        assert (row.page_name, row.network, row.state, row.hold_reason, row.due_at) == (
            "Maison Lumen",
            "newsroom",
            S.HELD,
            "paused",
            NOON,
        )
        assert row.acts == (DeliveryAct.RESCHEDULE, DeliveryAct.CANCEL)

    def test_one_page_alone(self, cast: Cast) -> None:
        other = Page.objects.create(brand=cast.brand, network="newsroom", remote_id="o", name="Other")
        there = delivery_of(other, NOON)
        delivery_of(cast.newsroom, NOON)
        (day,) = calendar.plan_by_day(cast.brand, date(2026, 3, 2), 1, page_id=other.pk)
        assert [row.delivery_id for row in day.rows] == [there.pk]

    def test_today_is_the_brands(self, cast: Cast, noon: Any) -> None:
        noon.move_to(NOON + timedelta(hours=12, minutes=30))
        assert calendar.today(cast.brand) == date(2026, 3, 3)


class TestAddress:
    """Where a post is read: its network's address, or ours as it is today."""

    HERE = "https://news.example:8443"
    TOLD = "http://localhost:8000/p/maison-lumen/7/"

    def told(self, page: Page, settings: Settings, **more: Any) -> str:
        """What the row of a post on the page says; its network told TOLD when it went out."""
        settings.PUBLIC_URL = self.HERE
        published(page, NOON, remote_url=self.TOLD, **more)
        (day,) = calendar.plan_by_day(page.brand, date(2026, 3, 2), 1)
        return day.rows[0].remote_url

    def test_our_own_page_is_where_it_is_today(self, cast: Cast, settings: Settings) -> None:
        assert self.told(cast.newsroom, settings, remote_id="7") == f"{self.HERE}/p/maison-lumen/7/"

    def test_a_networks_address_stays(self, cast: Cast, settings: Settings) -> None:
        page = Page.objects.create(
            brand=cast.brand, network="mastodon", host="https://m.example", remote_id="1", name="M"
        )
        assert self.told(page, settings, remote_id="7") == self.TOLD

    def test_so_does_one_of_a_network_that_is_gone(self, cast: Cast, settings: Settings) -> None:
        page = Page.objects.create(brand=cast.brand, network="gone", remote_id="1", name="G")
        assert self.told(page, settings, remote_id="7") == self.TOLD

    @pytest.mark.parametrize("remote_id", ["", "7a", "٧", "-7"])
    def test_and_one_that_a_person_noted(self, cast: Cast, settings: Settings, remote_id: str) -> None:
        assert self.told(cast.newsroom, settings, remote_id=remote_id) == self.TOLD

    def test_without_an_address_none_is_made_up(self, cast: Cast) -> None:
        assert post_url(cast.newsroom, "7", "") == ""


class TestLists:
    def test_trouble_is_what_waits_for_a_person(self, cast: Cast) -> None:
        rows = {state: delivery_of(cast.newsroom, NOON, state=state) for state in S}
        delivery_of(cast.other_newsroom, NOON, state=S.MISSED)
        found = {each.pk for each in lists.troubled(cast.brand)}
        assert found == {rows[each].pk for each in (S.HELD, S.REJECTED, S.MISSED, S.NEEDS_PERSON)}

    def test_trouble_of_one_page_the_oldest_first(self, cast: Cast) -> None:
        other = Page.objects.create(brand=cast.brand, network="newsroom", remote_id="o", name="Other")
        late, early = (delivery_of(other, NOON + away, state=S.HELD) for away in (HOUR, -HOUR))
        delivery_of(cast.newsroom, NOON, state=S.HELD)
        assert [each.pk for each in lists.troubled(cast.brand, other.pk)] == [early.pk, late.pk]

    def test_drafts_are_on_no_page(self, cast: Cast) -> None:
        draft = post_of(cast.brand, cast.bob)
        delivery_of(cast.newsroom, NOON)
        taken_off = delivery_of(cast.newsroom, NOON, state=S.CANCELLED)
        post_of(cast.brand, discarded_at=NOON)
        post_of(cast.other_brand)
        assert {each.pk for each in lists.unplanned(cast.brand)} == {draft.pk, taken_off.post_id}

    def test_a_draft_in_a_row(self, cast: Cast) -> None:
        post = post_of(cast.brand, cast.bob, "Opening\n\non  Saturday")
        row = lists.draft_row(post)
        assert (row.post_id, row.excerpt, row.author) == (post.pk, "Opening on Saturday", "Bob")
        assert lists.draft_row(post_of(cast.brand, text="w" * 200)).excerpt == "w" * 139 + "…"
        assert lists.draft_row(post_of(cast.brand)).author == ""


class TestDiscarded:
    OUT = (S.SENDING, S.PROCESSING, S.UNKNOWN, S.NEEDS_PERSON, S.PUBLISHED, S.PARTIAL)

    def test_what_went_out_all_the_same_is_not_hidden(self, cast: Cast) -> None:
        rows = {state: delivery_of(cast.newsroom, NOON, state=state) for state in S}
        Post.objects.update(discarded_at=NOON)
        (day,) = calendar.plan_by_day(cast.brand, NOON.date(), 1)
        assert [row.delivery_id for row in day.rows] == sorted(rows[each].pk for each in self.OUT)
        assert [each.pk for each in lists.troubled(cast.brand)] == [rows[S.NEEDS_PERSON].pk]

    @pytest.mark.parametrize("state", [*OUT, S.REMOVED])
    def test_its_own_page_tells_of_it_too(self, cast: Cast, state: S) -> None:
        row = delivery_of(cast.newsroom, NOON, state=state, reason="Said twice")
        hidden = Page.objects.create(brand=cast.brand, network="newsroom", remote_id="o", name="Other")
        Delivery.objects.create(post=row.post, page=hidden, due_at=NOON, state=S.CANCELLED)
        Post.objects.update(discarded_at=NOON)
        row.post.refresh_from_db()
        detail = posts.post_detail(row.post)
        assert [each.row.delivery_id for each in detail.deliveries] == [row.pk]
        assert detail.editable is False


class TestBudget:
    def test_used_left_and_next_free(self, cast: Cast) -> None:
        cap(cast.newsroom, 2, 24)
        cap(cast.newsroom, 3, 168)
        gap(cast.newsroom, 30)
        published(cast.newsroom, NOON - 2 * HOUR)
        published(cast.newsroom, NOON - HOUR)
        delivery_of(cast.newsroom, NOON + 2 * DAY)
        found = budget.budget(cast.newsroom, NOON)
        assert found == budget.Budget(
            uses=(budget.Use(Cap(2, DAY), 2), budget.Use(Cap(3, 7 * DAY), 2)),
            gap=Gap(timedelta(minutes=30)),
            next_free=NOON + 7 * DAY - 2 * HOUR,
        )
        assert [use.left for use in found.uses] == [0, 1]

    def test_no_rule_no_limit(self, cast: Cast) -> None:
        assert budget.budget(cast.newsroom, NOON) == budget.Budget((), None, NOON)


class TestDetail:
    def test_a_post_with_all_that_became_of_it(self, cast: Cast) -> None:
        row = delivery_of(cast.newsroom, NOON, author=cast.bob, state=S.UNKNOWN)
        Attempt.objects.create(delivery=row, number=1, fingerprint="x", started_at=NOON, outcome="later")
        Attempt.objects.create(delivery=row, number=2, fingerprint="x", started_at=NOON + HOUR)
        Override.objects.create(delivery=row, person=cast.ada, reason="Fire", for_due_at=NOON)
        detail = posts.post_detail(row.post)
        (found,) = detail.deliveries
        assert (detail.author, detail.editable, found.row.delivery_id) == ("Bob", False, row.pk)
        assert [(each.number, each.outcome) for each in found.attempts] == [(1, "later"), (2, "")]
        assert [(each.person, each.reason) for each in found.overrides] == [("Ada", "Fire")]

    def test_a_draft_is_editable(self, cast: Cast) -> None:
        detail = posts.post_detail(post_of(cast.brand))
        assert (detail.deliveries, detail.editable, detail.author) == ((), True, "")


@pytest.mark.parametrize("count", [1, 3])
class TestQueries:
    def test_the_plan(self, cast: Cast, count: int, django_assert_num_queries: Any) -> None:
        many(cast, count)
        with django_assert_num_queries(1):
            assert len(calendar.plan_by_day(cast.brand, date(2026, 3, 2), 7)[0].rows) == count

    def test_the_trouble(self, cast: Cast, count: int, django_assert_num_queries: Any) -> None:
        many(cast, count, state=S.MISSED)
        with django_assert_num_queries(1):
            assert len([row(each) for each in lists.troubled(cast.brand)]) == count

    def test_the_drafts(self, cast: Cast, count: int, django_assert_num_queries: Any) -> None:
        for _ in range(count):
            post_of(cast.brand, cast.bob)
        with django_assert_num_queries(1):
            assert len([lists.draft_row(each) for each in lists.unplanned(cast.brand)]) == count

    def test_the_budget(self, cast: Cast, count: int, django_assert_num_queries: Any) -> None:
        cap(cast.newsroom, 5, 24)
        many(cast, count)
        with django_assert_num_queries(3):
            budget.budget(cast.newsroom, NOON)
        verdict = budget.verdict_for_plan(cast.newsroom, NOON)
        with django_assert_num_queries(0 if verdict.allowed else 1):
            budget.explain(verdict.reasons)

    def test_a_post(self, cast: Cast, count: int, django_assert_num_queries: Any) -> None:
        (row,) = many(cast, 1)
        for number in range(count):
            Attempt.objects.create(delivery=row, number=number, fingerprint="x", started_at=NOON)
            Override.objects.create(delivery=row, person=cast.ada, reason="Fire", for_due_at=NOON)
        with django_assert_num_queries(5):
            assert len(posts.post_detail(row.post).deliveries[0].attempts) == count
