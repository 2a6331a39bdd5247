"""A post whose images its network works on: asked about soon, by nobody who sleeps, and made once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.errors import Later, Outcome, Unknown
from pages.models import Page, Pause
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.spec import ImageRules
from pages.networks.types import Outgoing, Published
from publishing import jobs
from publishing.enums import DeliveryState, EngineCode
from publishing.models import Attempt, Delivery, FollowUp
from publishing.services import claim, outcomes, send, settle
from publishing.services.prepared import DeliveryShelf
from publishing.services.results import Done
from tests.people import Cast
from tests.publishing.makers import due, fresh, state_of
from tests.publishing.pictures import CODE, Network, give, offered

S = DeliveryState
FOUR = ImageRules(most=4, alt=1500)
WORKING = Later(Code.MEDIA_PROCESSING)


class Working(Network):
    """A network that keeps what went up, and says of a container what it is about to show."""

    ups = 0
    held: list[str] | None = None

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """An upload where none is kept; the next answer."""
        if not post.shelf.kept("up"):
            self.ups += 1
            post.shelf.keep("up", f"u{self.ups}", clock.now() + timedelta(hours=23))
        self.held = [*post.shelf.pressed()]
        post.shelf.press(post.shelf.kept("up"))
        return super().publish(post, fence)


@pytest.fixture(autouse=True)
def still(noon: time_machine.Traveller, redis_url: str, settings: Settings) -> time_machine.Traveller:
    settings.CM_SEND_THREADS = 1
    return noon


@pytest.fixture
def page(cast: Cast) -> Page:
    return Page.objects.create(brand=cast.brand, network=CODE, remote_id="1", name="Vitrine")


@pytest.fixture
def row(page: Page) -> Delivery:
    delivery = due(page)
    give(delivery.post, "Une lampe")
    return delivery


def go(row: Delivery) -> Delivery:
    """One turn of the engine; the delivery as it stands then."""
    (claimed,) = claim.take(1)
    send.deliver(claimed)
    return fresh(row)


def test_three_tries_and_one_upload(row: Delivery, still: time_machine.Traveller) -> None:
    network = Working([WORKING, WORKING], before_fence=True)
    with offered(network, rules=FOUR):
        for wait in (3, 3):
            found = go(row)
            assert (found.state, found.code, found.tries) == (S.PROCESSING, Code.MEDIA_PROCESSING, 0)
            assert found.next_attempt_at == clock.now() + timedelta(seconds=wait)
            assert (found.lease_token, claim.take(1)) == (None, [])
            still.shift(wait)
        assert jobs.publish_due() == 1
    found = fresh(row)
    assert (found.state, found.code, network.ups, len(network.given)) == (S.PUBLISHED, "", 1, 1)
    assert Attempt.objects.count() == 1


def test_the_wait_grows_with_the_work_and_keeps_the_time_that_the_network_named(
    row: Delivery, still: time_machine.Traveller
) -> None:
    at = clock.now() + timedelta(minutes=4)
    named = Later(Code.MEDIA_PROCESSING, retry_at=at)
    with offered(Working([named, WORKING], before_fence=True), rules=FOUR):
        assert go(row).next_attempt_at == at
        still.move_to(at)
        assert go(row).next_attempt_at == at + timedelta(minutes=1)


def test_waiting_is_no_fault_and_makes_no_later_try_wait_longer(
    row: Delivery, still: time_machine.Traveller
) -> None:
    with offered(Working([Later("not_sent"), WORKING, WORKING], before_fence=True), rules=FOUR):
        assert go(row).tries == 1
        for _time in range(2):
            still.shift(60)
            found = go(row)
            assert (found.state, found.tries) == (S.PROCESSING, 1)


def test_what_the_network_says_at_the_very_call_waits_too(
    row: Delivery, still: time_machine.Traveller
) -> None:
    network = Working([WORKING])
    with offered(network, rules=FOUR):
        assert go(row).state == S.PROCESSING
        assert Attempt.objects.get().outcome == Outcome.LATER
        still.shift(3)
        assert go(row).state == S.PUBLISHED
    assert (network.ups, Attempt.objects.count()) == (1, 2)


def test_a_pause_meanwhile_holds_it(row: Delivery, cast: Cast, still: time_machine.Traveller) -> None:
    network = Working([WORKING], before_fence=True)
    with offered(network, rules=FOUR):
        go(row)
        pause = Pause.objects.create(brand=cast.brand, reason="Deuil", started_by=cast.alice)
        still.shift(3)
        assert go(row).state == S.HELD
        Pause.objects.filter(pk=pause.pk).update(ended_at=clock.now())
        jobs.sweep()
        assert go(row).state == S.PUBLISHED
    assert network.ups == 1


def test_what_is_never_ready_is_missed_and_told(row: Delivery, still: time_machine.Traveller) -> None:
    with offered(Working([WORKING] * 9, before_fence=True), rules=FOUR):
        go(row)
        still.shift(timedelta(minutes=30))
        assert jobs.publish_due() == 0
        jobs.sweep()
    found = fresh(row)
    assert (found.state, found.code, Attempt.objects.count()) == (S.MISSED, EngineCode.LATE, 0)
    assert FollowUp.objects.filter(event=S.MISSED).count() == 2


def test_others_of_the_page_leave_meanwhile(row: Delivery, page: Page) -> None:
    network = Working([WORKING], before_fence=True)
    other = due(page, "Une autre")
    with offered(network, rules=FOUR):
        jobs.publish_due()
    assert (state_of(row), state_of(other)) == (S.PROCESSING, S.PUBLISHED)


def test_a_late_yes_is_kept(row: Delivery) -> None:
    with offered(Working([WORKING], before_fence=True), rules=FOUR):
        go(row)
    assert outcomes.publish(row, Published("r1", ""), None)
    assert state_of(row) == S.PUBLISHED


def test_what_is_about_to_be_shown_is_written_with_the_fence_and_told_to_later_tries(
    row: Delivery, still: time_machine.Traveller, settings: Settings
) -> None:
    network = Working([Unknown("read_timeout")])
    with offered(network, rules=FOUR):
        go(row)
        assert Attempt.objects.get().prepared == "u1"
        assert DeliveryShelf(row.pk).pressed() == ("u1",)
        still.shift(timedelta(minutes=5))
        jobs.reconcile_due()
        assert go(row).state == S.PUBLISHED
    assert (network.held, network.ups) == (["u1"], 1)
    assert DeliveryShelf(row.pk).pressed() == ("u1",)  # of the answered send, nothing more is asked


def test_a_closed_fence_writes_nothing(row: Delivery, cast: Cast) -> None:
    class Paused(Working):
        def publish(self, post: Outgoing, fence: Fence) -> Published:
            Pause.objects.create(brand=cast.brand, reason="Deuil", started_by=cast.alice)
            return super().publish(post, fence)

    with offered(Paused(), rules=FOUR):
        assert go(row).state == S.HELD
    assert (Attempt.objects.count(), DeliveryShelf(row.pk).pressed()) == (0, ())


def test_what_a_person_did_not_find_is_made_anew(row: Delivery, cast: Cast) -> None:
    shelf = DeliveryShelf(row.pk)
    shelf.keep("up", "u1", clock.now() + timedelta(hours=1))
    Delivery.objects.update(state=S.NEEDS_PERSON)
    assert isinstance(settle.it_is_not(fresh(row), cast.alice), Done)
    assert shelf.kept("up") == ""
