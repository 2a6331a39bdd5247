"""Acts on one delivery: another time, off the plan and back, settled by a person, taken down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.models import LedgerEntry
from pages.enums import PageState
from pages.models import Page, Person
from pages.newsroom.models import NewsroomPost
from publishing import jobs
from publishing.enums import DeliveryState, EngineCode, HoldReason
from publishing.models import Attempt, Delivery, Override
from publishing.services import claim, send
from tests.people import Cast
from tests.publishing.conftest import NOON
from tests.publishing.makers import delivery_of, due, fresh, gap, state_of
from tests.publishing.network import Network
from tests.publishing.rooms import (
    Rooms,
    SignIn,
    card_of,
    labels,
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
def row(cast: Cast) -> Delivery:
    """Planned in three hours."""
    return delivery_of(cast.newsroom, NOON + 3 * HOUR)


def there(room: Rooms, row: Delivery) -> str:
    return f"{room.at('post', row.post_id)}#delivery-{row.pk}"


def kinds() -> list[str]:
    return list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))


class TestMove:
    def test_to_the_time_that_is_typed(self, bob: Rooms, row: Delivery) -> None:
        answer = bob.post("reschedule", row.pk, **when(AT))
        assert (fresh(row).due_at, fresh(row).state) == (DUE, S.PLANNED)
        assert (answer.url, said(answer)) == (
            there(bob, row),
            ["Planned on Maison Lumen for Mon 2 March, 15:30."],
        )
        assert kinds() == ["delivery.rescheduled"]

    def test_to_the_slot_that_is_offered(self, cast: Cast, bob: Rooms, row: Delivery) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, "In the way")
        refused = bob.post("reschedule", row.pk, **when(AT))
        assert fresh(row).due_at == NOON + 3 * HOUR
        page = bob.follow(refused)
        assert takes(card_of(page, row.pk)) == ["2026-03-02T15:30:00+00:00"]
        bob.post("reschedule", row.pk, take="2026-03-02T15:30:00+00:00")
        assert fresh(row).due_at == DUE + HOUR

    def test_a_slot_taken_meanwhile_is_refused_with_the_next(
        self, cast: Cast, bob: Rooms, row: Delivery
    ) -> None:
        gap(cast.newsroom, 30)
        delivery_of(cast.newsroom, DUE, "Faster")
        answer = bob.post("reschedule", row.pk, take=DUE.isoformat())
        assert fresh(row).due_at == NOON + 3 * HOUR
        assert takes(card_of(bob.follow(answer), row.pk)) == ["2026-03-02T15:00:00+00:00"]

    def test_the_time_it_has_already_is_not_offered(self, cast: Cast, bob: Rooms, row: Delivery) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, NOON + 2 * HOUR, "In the way")
        answer = bob.post("reschedule", row.pk, **when(wall("2026-03-02", "14:30")))
        card = card_of(bob.follow(answer), row.pk)
        assert ("Not free on Mon 2 March, 14:30." in words(card), takes(card)) == (True, [])

    @pytest.mark.parametrize(
        ("state", "fields"),
        [
            (S.HELD, {"hold_reason": HoldReason.POLICY, "code": EngineCode.POLICY}),
            (S.MISSED, {"code": EngineCode.LATE}),
            (S.REJECTED, {"code": "too_long", "step": "edit"}),
        ],
    )
    def test_what_is_in_trouble_is_planned_again(
        self, cast: Cast, bob: Rooms, state: S, fields: dict[str, str]
    ) -> None:
        row = delivery_of(cast.newsroom, NOON - HOUR, state=state, **fields)
        bob.post("reschedule", row.pk, **when(AT))
        row = fresh(row)
        assert (row.state, row.due_at, row.hold_reason, row.code, row.step) == (S.PLANNED, DUE, "", "", "")

    @pytest.mark.parametrize("state", [S.CLAIMED, S.SENDING, S.UNKNOWN, S.PUBLISHED, S.REMOVED])
    def test_what_has_left_stays(self, cast: Cast, bob: Rooms, state: S) -> None:
        row = delivery_of(cast.newsroom, NOON, state=state)
        answer = bob.post("reschedule", row.pk, **when(AT))
        assert (fresh(row).due_at, fresh(row).state, len(said(answer))) == (NOON, state, 1)
        assert bob.follow(answer).status_code == 200

    def test_of_two_who_saw_the_same_time_the_second_is_told_the_new_one(
        self, bob: Rooms, row: Delivery
    ) -> None:
        seen = value_of(card_of(bob.get("post", row.post_id), row.pk), "[name=seen]")
        bob.post("reschedule", row.pk, **when(AT), seen=seen)
        answer = bob.post("reschedule", row.pk, **when(wall("2026-03-04", "10:00")), seen=seen)
        assert fresh(row).due_at == DUE
        assert said(answer)[-2:] == [
            "Somebody was faster: look at how it stands now.",
            "Planned on Maison Lumen for Mon 2 March, 15:30.",
        ]
        again = card_of(bob.follow(answer), row.pk)
        assert {str(each["value"]) for each in again.select("[name=seen]")} == {DUE.isoformat()}
        assert value_of(again, "[name=day]") == "2026-03-04"

    def test_what_was_taken_off_meanwhile_stays_off(self, bob: Rooms, row: Delivery) -> None:
        bob.post("cancel", row.pk)
        answer = bob.post("reschedule", row.pk, **when(AT))
        assert (state_of(row), fresh(row).due_at) == (S.CANCELLED, NOON + 3 * HOUR)
        assert said(answer)[-1] == "Somebody was faster: look at how it stands now."
        assert bob.follow(answer).status_code == 200

    def test_every_offer_to_move_sends_the_time_that_was_seen(self, cast: Cast, bob: Rooms) -> None:
        missed = delivery_of(cast.newsroom, NOON - HOUR, state=S.MISSED)
        for page in (bob.get("post", missed.post_id), bob.get("plan"), bob.get("attention")):
            moves = soup(page).select("form[action$='/move/']")
            sent = [each.select_one("[name=seen]") for each in moves]
            assert {each and each["value"] for each in sent} == {missed.due_at.isoformat()}

    def test_a_past_time_is_judged_beside_the_form(self, bob: Rooms, row: Delivery) -> None:
        answer = bob.post("reschedule", row.pk, **when(wall("2026-03-01", "09:00")))
        card = card_of(bob.follow(answer), row.pk)
        assert "This time is past. Choose one ahead." in words(card)
        assert (value_of(card, "[name=day]"), fresh(row).due_at) == ("2026-03-01", NOON + 3 * HOUR)

    def test_half_a_time_is_asked_for_again(self, bob: Rooms, row: Delivery) -> None:
        answer = bob.post("reschedule", row.pk, day="2026-03-05", time="noon")
        card = card_of(answer, row.pk)
        assert (answer.status_code, fresh(row).due_at) == (422, NOON + 3 * HOUR)
        assert (value_of(card, "[name=day]"), value_of(card, "[name=time]")) == ("2026-03-05", "noon")
        assert len(card.select("details[open] .errorlist")) == 1

    def test_the_second_of_the_doubled_hours_can_be_taken(self, bob: Rooms, row: Delivery) -> None:
        second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
        bob.post("reschedule", row.pk, take=second.isoformat())
        assert fresh(row).due_at == second

    def test_an_override_is_for_those_who_may(
        self, cast: Cast, bob: Rooms, signed_in: SignIn, row: Delivery
    ) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, "In the way")
        bob.post("reschedule", row.pk, **when(AT), override_reason="Let me")
        assert (fresh(row).due_at, Override.objects.count()) == (NOON + 3 * HOUR, 0)
        Rooms(signed_in(cast.alice)).post("reschedule", row.pk, **when(AT), override_reason="The mayor calls")
        assert (fresh(row).due_at, Override.objects.get().person) == (DUE, cast.alice)


class TestCancel:
    def test_off_the_plan_and_back(self, bob: Rooms, row: Delivery) -> None:
        answer = bob.post("cancel", row.pk)
        assert (state_of(row), said(answer), answer.url) == (
            S.CANCELLED,
            ["Taken off the plan. It can be put back."],
            there(bob, row),
        )
        assert labels(card_of(bob.follow(answer), row.pk))[0] == "Put back on the plan"
        bob.post("restore", row.pk)
        assert (state_of(row), fresh(row).due_at) == (S.PLANNED, NOON + 3 * HOUR)
        assert kinds() == ["delivery.cancelled", "delivery.restored"]

    def test_not_once_it_is_on_its_way(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON, state=S.SENDING)
        answer = bob.post("cancel", row.pk)
        assert (state_of(row), kinds()) == (S.SENDING, [])
        assert said(answer) == [
            "This post is on its way, or being checked: nothing changes until that is settled."
        ]

    def test_put_back_on_a_slot_that_is_taken_offers_the_next(
        self, cast: Cast, bob: Rooms, row: Delivery
    ) -> None:
        gap(cast.newsroom, 60)
        bob.post("cancel", row.pk)
        delivery_of(cast.newsroom, NOON + 3 * HOUR, "In the way")
        answer = bob.post("restore", row.pk)
        assert state_of(row) == S.CANCELLED
        card = card_of(bob.follow(answer), row.pk)
        assert takes(card) == ["2026-03-02T15:00:00+00:00"]
        bob.post("place", row.post_id, page=cast.newsroom.pk, take="2026-03-02T15:00:00+00:00")
        assert (state_of(row), fresh(row).due_at) == (S.PLANNED, NOON + 4 * HOUR)

    def test_put_back_at_a_time_that_is_past_says_so(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON - HOUR, state=S.CANCELLED)
        answer = bob.post("restore", row.pk)
        assert state_of(row) == S.CANCELLED
        assert "This time is past. Choose one ahead." in words(card_of(bob.follow(answer), row.pk))

    def test_put_back_on_a_page_that_is_gone_says_so(self, cast: Cast, bob: Rooms) -> None:
        row = delivery_of(cast.newsroom, NOON + HOUR, state=S.CANCELLED)
        Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.DISCONNECTED)
        answer = bob.post("restore", row.pk)
        assert (state_of(row), said(answer)) == (
            S.CANCELLED,
            ["Maison Lumen is disconnected. Connect it again first."],
        )


class TestSettle:
    @pytest.fixture
    def lost(self, cast: Cast) -> Delivery:
        """Nobody knows whether it arrived."""
        row = delivery_of(cast.newsroom, NOON - HOUR, state=S.NEEDS_PERSON, code=EngineCode.CANNOT_TELL)
        Attempt.objects.create(delivery=row, number=1, started_at=NOON - HOUR, fingerprint="x")
        return row

    def test_it_is_there(self, bob: Rooms, lost: Delivery) -> None:
        answer = bob.post("found", lost.pk, url="https://example.org/@lumen/1")
        row = fresh(lost)
        assert (row.state, row.remote_url, row.published_at) == (
            S.PUBLISHED,
            "https://example.org/@lumen/1",
            NOON - HOUR,
        )
        assert said(answer) == ["Noted: the post is there."]

    @pytest.mark.parametrize("url", ["", "there", "javascript:alert(1)", "ftp://example.org/a", "https://"])
    def test_an_address_is_needed(self, bob: Rooms, lost: Delivery, url: str) -> None:
        answer = bob.post("found", lost.pk, url=url)
        assert (state_of(lost), fresh(lost).remote_url) == (S.NEEDS_PERSON, "")
        assert said(answer) == ["Paste the whole address of the post; it begins with https://."]

    def test_it_is_not_there(self, bob: Rooms, lost: Delivery) -> None:
        answer = bob.post("absent", lost.pk)
        assert (state_of(lost), fresh(lost).code) == (S.MISSED, EngineCode.ABSENT)
        assert said(answer) == ["Noted: the post is not there. Plan it again when you like."]
        assert "Somebody looked: the post is not there." in words(card_of(bob.follow(answer), lost.pk))

    @pytest.mark.parametrize("act", ["found", "absent"])
    def test_somebody_was_faster(self, bob: Rooms, row: Delivery, act: str) -> None:
        answer = bob.post(act, row.pk, url="https://example.org/1")
        assert (state_of(row), said(answer)) == (
            S.PLANNED,
            ["Somebody was faster: look at how it stands now."],
        )


class TestRemove:
    @pytest.fixture
    def out(self, cast: Cast) -> Delivery:
        """Published on the brand's own page, by the engine."""
        row = due(cast.newsroom)
        jobs.drain(claim.take, send.deliver, send.recover, 1)
        return fresh(row)

    def test_it_goes_with_its_reason(self, bob: Rooms, out: Delivery) -> None:
        assert NewsroomPost.objects.filter(removed_at=None).count() == 1
        answer = bob.post("remove", out.pk, reason="A wrong price")
        assert (state_of(out), fresh(out).reason, said(answer)) == (
            S.REMOVED,
            "A wrong price",
            ["Taken down."],
        )
        assert NewsroomPost.objects.filter(removed_at=None).count() == 0
        assert "Taken down: A wrong price" in words(card_of(bob.follow(answer), out.pk))

    @pytest.mark.parametrize(
        ("reason", "told"),
        [
            ("", "This field is required."),
            ("   ", "This field is required."),
            ("x" * 301, "Ensure this value has at most 300 characters (it has 301)."),
        ],
    )
    def test_not_without_a_reason_that_fits(self, bob: Rooms, out: Delivery, reason: str, told: str) -> None:
        answer = bob.post("remove", out.pk, reason=reason)
        assert (state_of(out), said(answer)) == (S.PUBLISHED, [told])

    def test_twice_is_once(self, bob: Rooms, out: Delivery) -> None:
        bob.post("remove", out.pk, reason="A wrong price")
        told = said(bob.post("remove", out.pk, reason="Again"))
        assert fresh(out).reason == "A wrong price"
        assert told == ["Taken down.", "Somebody was faster: look at how it stands now."]

    def test_the_dialog_wants_the_reason_and_counts_it(self, bob: Rooms, out: Delivery) -> None:
        answer = bob.get("post", out.post_id)
        assert f'id="remove-{out.pk}"'.encode() in answer.content
        assert b'required maxlength="300"' in answer.content

    def test_a_network_that_says_no_is_quoted(
        self, cast: Cast, bob: Rooms, mastodon: Page, network: Network
    ) -> None:
        row = delivery_of(mastodon, NOON, state=S.PUBLISHED, remote_id="1", published_at=NOON)
        network.answers("DELETE", 403, "This action is not allowed")
        answer = bob.post("remove", row.pk, reason="A wrong price")
        assert (state_of(row), fresh(row).reason, len(said(answer))) == (S.PUBLISHED, "", 1)


class TestBack:
    @pytest.mark.parametrize(
        "target",
        [
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "/\\elsewhere.example",
            "\\\\elsewhere.example",
            "javascript:alert(1)",
            "http:elsewhere.example",
            " https://elsewhere.example",
            "https://testserver@elsewhere.example/",
            "",
            "0",
            "[]",
            "23:59",
            "plan",
            "publishing:plan",
            "/" + "x" * 3000,
        ],
    )
    def test_no_address_leaves_the_site(self, bob: Rooms, row: Delivery, target: str) -> None:
        assert bob.post("cancel", row.pk, next=target).url == there(bob, row)

    def test_an_address_of_the_site_is_followed(self, bob: Rooms, row: Delivery) -> None:
        assert (
            bob.post("cancel", row.pk, next="/b/maison-lumen/plan/?page=1").url
            == "/b/maison-lumen/plan/?page=1"
        )

    def test_a_refused_slot_is_shown_where_its_verdict_is(
        self, cast: Cast, bob: Rooms, row: Delivery
    ) -> None:
        gap(cast.newsroom, 60)
        delivery_of(cast.newsroom, DUE, "In the way")
        answer = bob.post("reschedule", row.pk, take=DUE.isoformat(), next="/b/maison-lumen/")
        assert answer.url.startswith(bob.at("post", row.post_id) + "?on=")

    @pytest.mark.parametrize("act", ["reschedule", "cancel", "restore", "found", "absent", "remove"])
    def test_looking_changes_nothing(self, bob: Rooms, row: Delivery, act: str) -> None:
        assert bob.get(act, row.pk).status_code == 405
        assert (state_of(row), fresh(row).due_at) == (S.PLANNED, NOON + 3 * HOUR)

    def test_the_card_is_where_the_answer_points(self, bob: Rooms, row: Delivery) -> None:
        anchor = bob.post("cancel", row.pk).url.partition("#")[2]
        assert soup(bob.get("post", row.post_id)).find(id=anchor) is not None
