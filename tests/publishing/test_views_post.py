"""One post's page: its words, its pages, a wish judged again, a slot taken in one click."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.models import LedgerEntry
from pages.enums import PageState
from pages.models import Page, Person
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Attempt, Delivery, Override, Post
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import cap, delivery_of, gap, post_of, published
from tests.publishing.rooms import (
    Rooms,
    SignIn,
    card_of,
    labels,
    questions,
    said,
    soup,
    takes,
    value_of,
    wall,
    when,
    words,
)

S = DeliveryState
pytestmark = pytest.mark.usefixtures("noon")
HOUR = timedelta(hours=1)
AT = wall("2026-03-02", "15:30")
DUE = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """Everybody reads English."""
    Person.objects.update(language="en")


@pytest.fixture
def bob(cast: Cast, signed_in: SignIn) -> Rooms:
    """The author, in the brand's rooms."""
    return Rooms(signed_in(cast.bob))


@pytest.fixture
def ada(cast: Cast, signed_in: SignIn) -> Rooms:
    """The approver."""
    return Rooms(signed_in(cast.ada))


@pytest.fixture
def vera(cast: Cast, signed_in: SignIn) -> Rooms:
    """The viewer, who acts on nothing."""
    return Rooms(signed_in(cast.vera))


def kinds() -> list[str]:
    return list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))


class TestShown:
    def test_a_draft_with_one_page_has_its_times_open(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand, cast.bob)
        page = soup(bob.get("post", post.pk))
        assert "Written by Bob" in words(page)
        assert len(page.select("details[open] input[name=day]")) == 1
        assert value_of(page, "[name=time]") == "13:00"

    def test_a_planned_post_says_where_and_when(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE, author=cast.bob, planned_by=cast.ada)
        card = card_of(bob.get("post", row.post_id), row.pk)
        assert "Mon 2 March, 15:30 planned by Ada" in words(card)
        assert labels(card) == ["Move", "Take off the plan"]
        assert (value_of(card, "[name=day]"), value_of(card, "[name=time]")) == ("2026-03-02", "15:30")

    @pytest.mark.parametrize(
        ("state", "fields", "seen", "buttons"),
        [
            (S.HELD, {"hold_reason": HoldReason.POLICY}, "break one of the page’s rules", ["Move"]),
            (S.HELD, {"hold_reason": HoldReason.PAUSED}, "publishing is paused", ["Move"]),
            (S.CLAIMED, {}, "About to leave", []),
            (S.SENDING, {}, "Being sent", []),
            (S.PROCESSING, {}, "Processing", []),
            (S.UNKNOWN, {"code": "no_answer"}, "nothing is sent twice", []),
            (S.NEEDS_PERSON, {}, "cannot say whether the post arrived", ["Note it", "It is not there"]),
            (S.REJECTED, {"code": "too_long"}, "longer than this page takes", ["Plan again"]),
            (S.MISSED, {"code": "late"}, "did not leave at all", ["Plan again"]),
            (S.PUBLISHED, {"remote_id": "1"}, "Published", ["Take down"]),
            (S.PARTIAL, {"remote_id": "1"}, "Partly published", ["Take down"]),
            (S.REMOVED, {"reason": "A wrong price"}, "Taken down: A wrong price", []),
        ],
    )
    def test_each_state_is_explained_with_its_acts(
        self,
        cast: Cast,
        bob: Rooms,
        vera: Rooms,
        state: S,
        fields: dict[str, str],
        seen: str,
        buttons: list[str],
    ) -> None:
        row = delivery_of(cast.newsroom, DUE, state=state, **fields)
        card, read = (card_of(room.get("post", row.post_id), row.pk) for room in (bob, vera))
        offered = [label for label in labels(card) if not label.startswith(("Take off", "Take Mon"))]
        assert (seen in words(card), seen in words(read)) == (True, True)
        assert (offered, labels(read)) == (buttons, [])

    @pytest.mark.parametrize(
        ("state", "fields", "order"),
        [
            (S.HELD, {"hold_reason": HoldReason.POLICY}, "Choose another time for it."),
            (S.NEEDS_PERSON, {}, "say whether it is there"),
            (S.MISSED, {"code": "late"}, "Choose another time for it."),
            (S.REJECTED, {"code": "too_long"}, "plan it again"),
        ],
    )
    def test_who_may_not_act_is_given_no_order(
        self, cast: Cast, bob: Rooms, vera: Rooms, state: S, fields: dict[str, str], order: str
    ) -> None:
        row = delivery_of(cast.newsroom, DUE, state=state, **fields)
        asked, read = (card_of(room.get("post", row.post_id), row.pk) for room in (bob, vera))
        assert (order in words(asked), order in words(read)) == (True, False)

    def test_a_reader_learns_what_happens_by_itself(self, cast: Cast, vera: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE, state=S.HELD, hold_reason=HoldReason.PAUSED)
        assert "It leaves when the pause ends" in words(card_of(vera.get("post", row.post_id), row.pk))

    def test_a_held_post_names_the_rules_that_hold_it_and_the_posts_that_used_them(
        self, cast: Cast, vera: Rooms
    ) -> None:
        cap(cast.newsroom, 1, 24)
        gap(cast.newsroom, 120)
        published(cast.newsroom, DUE - HOUR)
        row = delivery_of(cast.newsroom, DUE, state=S.HELD, hold_reason=HoldReason.POLICY)
        card = card_of(vera.get("post", row.post_id), row.pk)
        verdict = card.select_one(".verdict")
        assert verdict is not None
        assert [words(line) for line in verdict.select("li")] == [
            "1 post stands within 24 hours of it; this page takes 1.",
            "Another post leaves 1 hour from it; this page wants 2 hours between two.",
            "Mon 2 March, 14:30 · Opening on Saturday",
        ]

    def test_what_a_pause_holds_blames_no_rule(self, cast: Cast, bob: Rooms) -> None:
        cap(cast.newsroom, 1, 24)
        published(cast.newsroom, DUE - HOUR)
        row = delivery_of(cast.newsroom, DUE, state=S.HELD, hold_reason=HoldReason.PAUSED)
        assert card_of(bob.get("post", row.post_id), row.pk).select(".verdict") == []

    def test_what_was_taken_off_the_plan_is_put_back_or_planned_anew(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE, state=S.CANCELLED)
        answer = bob.get("post", row.post_id)
        card = card_of(answer, row.pk)
        assert "It was planned for Mon 2 March, 15:30" in words(card)
        assert labels(card) == ["Put back on the plan", "Plan again"]
        assert "Not planned" not in words(answer)
        assert len(soup(answer).select("input[name=day]")) == 1

    def test_a_time_that_is_past_is_not_offered_again(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON - HOUR, state=S.CANCELLED)
        assert labels(card_of(bob.get("post", row.post_id), row.pk)) == ["Plan again"]

    def test_planned_again_after_it_was_taken_off(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON - HOUR, state=S.CANCELLED)
        bob.post("place", row.post_id, page=cast.newsroom.pk, **when(AT))
        assert list(Delivery.objects.values_list("pk", "due_at", "state")) == [(row.pk, DUE, S.PLANNED)]

    def test_a_disconnected_page_says_so_and_offers_nothing(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE, state=S.CANCELLED)
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.DISCONNECTED)
        card = card_of(bob.get("post", row.post_id), row.pk)
        assert ("This page is disconnected" in words(card), labels(card)) == (True, [])

    def test_what_is_due_and_has_not_left_is_late(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON - timedelta(minutes=5))
        assert "Its time has come and it has not left." in words(
            card_of(bob.get("post", row.post_id), row.pk)
        )

    def test_sends_are_told_in_words(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON - HOUR, state=S.PLANNED, next_attempt_at=NOON + HOUR)
        for number, (outcome, code) in enumerate(
            [("later", "not_sent"), ("unknown", "no_answer"), ("", "")], 1
        ):
            Attempt.objects.create(
                delivery=row,
                number=number,
                started_at=NOON - HOUR,
                outcome=outcome,
                code=code,
                fingerprint="x",
            )
        card = words(card_of(bob.get("post", row.post_id), row.pk))
        assert "3 sends" in card
        assert "nothing was sent: The server cannot be reached." in card
        assert ("the answer was lost" in card, "under way" in card) == (True, True)
        assert "Next try: Mon 2 March, 13:00" in card

    def test_who_passed_over_a_cap_is_told(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE)
        for person in (cast.ada, None):
            Override.objects.create(delivery=row, person=person, reason="The mayor calls", for_due_at=DUE)
        card = words(card_of(bob.get("post", row.post_id), row.pk))
        assert "Ada passed over a cap: “The mayor calls”" in card
        assert "A cap was passed over: “The mayor calls”" in card

    def test_a_discarded_post_is_a_record(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE, state=S.CANCELLED)
        Post.objects.update(discarded_at=NOON)
        page = soup(bob.get("post", row.post_id))
        assert "This post was discarded. It is kept for the record only." in words(page)
        assert "Opening on Saturday" in words(page)
        assert page.select("form, .empty, input[name=day]") == []

    def test_a_held_post_is_offered_its_next_free_slot(self, cast: Cast, bob: Rooms, vera: Rooms) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, NOON + timedelta(minutes=20), "In the way")
        row = delivery_of(cast.newsroom, NOON, state=S.HELD, hold_reason=HoldReason.POLICY)
        card = card_of(bob.get("post", row.post_id), row.pk)
        assert takes(card) == ["2026-03-02T12:20:00+00:00"]
        assert takes(card_of(vera.get("post", row.post_id), row.pk)) == []
        bob.post("reschedule", row.pk, take="2026-03-02T12:20:00+00:00")
        row.refresh_from_db()
        assert (row.state, row.due_at, row.hold_reason) == (
            S.PLANNED,
            datetime(2026, 3, 2, 12, 20, tzinfo=UTC),
            "",
        )

    @pytest.mark.parametrize("address", ["99999999999999999999999999", "9" * 4400, "0"])
    def test_no_such_post(self, bob: Rooms, address: str) -> None:
        assert bob.client.get(f"/b/maison-lumen/posts/{address}/").status_code == 404

    def test_as_many_questions_for_three_pages_as_for_one(self, cast: Cast, bob: Rooms) -> None:
        pages = [
            cast.newsroom,
            *(
                Page.objects.create(brand=cast.brand, network="mastodon", remote_id=str(n), name=f"Page {n}")
                for n in range(2)
            ),
        ]
        post = post_of(cast.brand, cast.bob)
        found = []
        for page in pages:
            cap(page, 2, 24)
            row = Delivery.objects.create(
                post=post, page=page, due_at=NOON, state=S.MISSED, planned_by=cast.ada
            )
            Attempt.objects.create(delivery=row, number=1, started_at=NOON, fingerprint="x")
            Override.objects.create(delivery=row, person=cast.ada, reason="So it is", for_due_at=NOON)
            bob.get("post", post.pk)
            found.append(questions(lambda: bob.get("post", post.pk)))
        assert found == [16, 16, 16]


class TestWish:
    def test_a_wish_in_the_address_is_judged_as_things_stand(self, cast: Cast, bob: Rooms) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, "In the way")
        post = post_of(cast.brand)
        page = soup(bob.get("post", post.pk, on=cast.newsroom.pk, at="2026-03-02T15:30"))
        assert takes(page) == ["2026-03-02T15:30:00+00:00"]
        assert "Pass over the cap" not in words(page)
        Delivery.objects.all().delete()
        page = soup(bob.get("post", post.pk, on=cast.newsroom.pk, at="2026-03-02T15:30"))
        assert ("Free on Mon 2 March, 15:30." in words(page), takes(page)) == (True, [])

    def test_it_opens_for_its_own_delivery_only(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE)
        other = Page.objects.create(brand=cast.brand, network="mastodon", remote_id="7", name="Lumen social")
        second = Delivery.objects.create(post=row.post, page=other, due_at=DUE)
        answer = bob.get("post", row.post_id, on=other.pk, at="2026-03-02T18:00")
        cards = [card_of(answer, pk) for pk in (row.pk, second.pk)]
        assert [bool(card.select("details[open] .verdict")) for card in cards] == [False, True]
        assert [value_of(card, "[name=time]") for card in cards] == ["15:30", "18:00"]

    @pytest.mark.parametrize("at", ["", "soon", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00+23:59"])
    def test_a_time_that_is_none_is_no_wish(self, cast: Cast, bob: Rooms, at: str) -> None:
        answer = bob.get("post", post_of(cast.brand).pk, on=cast.newsroom.pk, at=at)
        assert (answer.status_code, soup(answer).select(".verdict")) == (200, [])

    @pytest.mark.parametrize(
        ("at", "said"), [("0002-01-01T00:00", "This time is past"), ("9998-12-31T23:59", "730 days ahead")]
    )
    def test_a_time_beyond_reckoning_is_judged_all_the_same(
        self, cast: Cast, bob: Rooms, at: str, said: str
    ) -> None:
        answer = bob.get("post", post_of(cast.brand).pk, on=cast.newsroom.pk, at=at)
        assert (answer.status_code, said in words(answer)) == (200, True)

    @pytest.mark.parametrize("on", ["", "x", "9" * 5000, "9" * 30, "٣", "-3", "1.5", "' OR 1=1", "0"])
    def test_a_page_that_is_none_is_no_wish(self, cast: Cast, bob: Rooms, on: str) -> None:
        answer = bob.get("post", post_of(cast.brand).pk, on=on, at="2026-03-02T15:30")
        assert (answer.status_code, soup(answer).select(".verdict")) == (200, [])

    def test_of_many_pages_the_brand_s_own_are_judged(self, cast: Cast, bob: Rooms) -> None:
        on = ["x", cast.other_newsroom.pk, cast.newsroom.pk, cast.newsroom.pk]
        answer = bob.get("post", post_of(cast.brand).pk, on=on, at="2026-03-02T15:30")
        assert len(soup(answer).select(".verdict")) == 1

    def test_the_pages_of_another_brand_are_not_judged(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand)
        answer = bob.get("post", post.pk, on=cast.other_newsroom.pk, at="2026-03-02T15:30")
        assert ("Atelier Roche" in words(answer), soup(answer).select(".verdict")) == (False, [])

    def test_a_viewer_s_wish_is_not_judged(self, cast: Cast, vera: Rooms) -> None:
        row = delivery_of(cast.newsroom, DUE)
        answer = vera.get("post", row.post_id, on=cast.newsroom.pk, at="2026-03-02T15:30")
        assert soup(answer).select(".verdict, input[name=day]") == []


class TestPlace:
    def test_one_click_takes_the_next_free_slot(self, cast: Cast, bob: Rooms) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, "In the way")
        post = post_of(cast.brand)
        refused = bob.post("place", post.pk, page=cast.newsroom.pk, **when(AT))
        (take,) = takes(bob.follow(refused))
        answer = bob.post("place", post.pk, page=cast.newsroom.pk, take=take)
        row = post.deliveries.get()
        assert (row.due_at, row.state, row.planned_by) == (DUE + HOUR, S.PLANNED, cast.bob)
        assert (said(answer), answer.url) == (
            ["Planned on Maison Lumen for Mon 2 March, 16:30."],
            bob.at("post", post.pk),
        )

    def test_a_slot_taken_meanwhile_is_refused_with_the_next_one(self, cast: Cast, bob: Rooms) -> None:
        gap(cast.newsroom, 60)
        post = post_of(cast.brand)
        delivery_of(cast.newsroom, DUE, "Faster")
        answer = bob.post("place", post.pk, page=cast.newsroom.pk, take=DUE.isoformat())
        assert (post.deliveries.count(), kinds()) == (0, [])
        page = bob.follow(answer)
        assert takes(page) == ["2026-03-02T15:30:00+00:00"]
        assert "Mon 2 March, 15:30 · Faster" in words(page)

    def test_clicked_twice_it_is_planned_once(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand)
        for _ in range(2):
            bob.post("place", post.pk, page=cast.newsroom.pk, take=DUE.isoformat())
        assert (post.deliveries.count(), kinds()) == (1, ["delivery.planned"])

    def test_without_a_time_it_asks_for_one_and_keeps_the_rest(self, cast: Cast, ada: Rooms) -> None:
        post = post_of(cast.brand)
        data = {"page": cast.newsroom.pk, "day": "2026-03-02", "time": "", "override_reason": "x" * 301}
        answer = ada.post("place", post.pk, **data)
        page = soup(answer)
        assert (answer.status_code, post.deliveries.count()) == (422, 0)
        assert value_of(page, "[name=day]") == "2026-03-02"
        assert value_of(page, "[name=override_reason]") == "x" * 301
        assert "This field is required." in words(page)

    @pytest.mark.parametrize("page", ["", "x", "0", "9" * 30])
    def test_no_such_page(self, cast: Cast, bob: Rooms, page: str) -> None:
        post = post_of(cast.brand)
        assert bob.post("place", post.pk, page=page, **when(AT)).status_code == 404

    @pytest.mark.parametrize(
        "take", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00+14:00", "2026-03-02T15:30"]
    )
    def test_a_slot_nobody_offered_is_no_time(self, cast: Cast, bob: Rooms, take: str) -> None:
        post = post_of(cast.brand)
        answer = bob.post("place", post.pk, page=cast.newsroom.pk, take=take)
        assert (answer.status_code, post.deliveries.count()) == (422, 0)

    def test_a_discarded_post_is_planned_no_more(self, cast: Cast, bob: Rooms) -> None:
        post = post_of(cast.brand, discarded_at=NOON)
        answer = bob.post("place", post.pk, page=cast.newsroom.pk, **when(AT))
        assert (said(answer), Delivery.objects.count()) == (["This post was discarded."], 0)

    def test_what_has_left_does_not_leave_again(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON, state=S.PUBLISHED)
        answer = bob.post("place", row.post_id, page=cast.newsroom.pk, **when(AT))
        assert said(answer) == [
            "This post has already left for this page. To publish it again, write a new one."
        ]
        assert list(Delivery.objects.values_list("state", "due_at")) == [(S.PUBLISHED, NOON)]


class TestOverride:
    @pytest.fixture
    def post(self, cast: Cast) -> Post:
        """A post whose wished slot is full."""
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, "In the way")
        return post_of(cast.brand)

    def test_an_approver_passes_over_a_cap_with_a_reason(self, cast: Cast, ada: Rooms, post: Post) -> None:
        refused = ada.post("place", post.pk, page=cast.newsroom.pk, **when(AT))
        assert "Pass over the cap" in words(ada.follow(refused))
        answer = ada.post(
            "place", post.pk, page=cast.newsroom.pk, **when(AT), override_reason="The mayor calls"
        )
        override = Override.objects.get()
        assert (override.person, override.reason, override.for_due_at) == (cast.ada, "The mayor calls", DUE)
        assert post.deliveries.get().due_at == DUE
        assert "A cap was passed over; the reason is in the ledger." in said(answer)[0]
        assert kinds() == ["delivery.overridden", "delivery.planned"]

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_not_without_a_reason(self, cast: Cast, ada: Rooms, post: Post, reason: str) -> None:
        answer = ada.post("place", post.pk, page=cast.newsroom.pk, **when(AT), override_reason=reason)
        assert (post.deliveries.count(), Override.objects.count(), said(answer)) == (0, 0, [])
        assert "Pass over the cap" in words(ada.follow(answer))

    def test_an_author_is_told_who_may(self, cast: Cast, bob: Rooms, post: Post) -> None:
        answer = bob.post("place", post.pk, page=cast.newsroom.pk, **when(AT), override_reason="Let me")
        assert (post.deliveries.count(), Override.objects.count(), kinds()) == (0, 0, [])
        assert said(answer) == [
            "Only approvers and leads pass over a cap. Take the next free slot, or ask one of them."
        ]
        assert takes(bob.follow(answer)) == ["2026-03-02T15:30:00+00:00"]

    def test_the_free_slot_needs_no_override(self, cast: Cast, ada: Rooms, post: Post) -> None:
        slot = "2026-03-02T15:30:00+00:00"
        ada.post("place", post.pk, page=cast.newsroom.pk, take=slot, override_reason="Not needed")
        assert (post.deliveries.count(), Override.objects.count()) == (1, 0)
