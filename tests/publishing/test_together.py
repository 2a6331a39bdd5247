"""Several at once: two people on the last place of a cap, two publishers on one delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import Settings

from cm_suite.core import clock
from pages.models import Credential, Page
from publishing import jobs
from publishing.enums import DeliveryState, FollowUpState, Refusal
from publishing.models import Attempt, Delivery, FollowUp
from publishing.services import claim, draft, plan, send, slots
from publishing.services.results import Planned, Refused, Saved
from tests.people import Cast, make_cast
from tests.publishing.makers import cap, due, post_of, state_of
from tests.publishing.network import Network

S = DeliveryState
pytestmark = pytest.mark.django_db(transaction=True)


def together[Result](*acts: Callable[[], Result]) -> list[Result]:
    """What the acts gave, each in a thread of its own, all begun at once."""
    barrier = threading.Barrier(len(acts))
    found: list[Result] = []

    def run(act: Callable[[], Result]) -> None:
        barrier.wait()
        try:
            found.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast, where several threads see it."""
    return make_cast()


@pytest.fixture
def account(crowd: Cast, network: Network) -> Page:
    page = Page.objects.create(
        brand=crowd.brand, network="mastodon", host=network.origin, remote_id="7", name="Lumen social"
    )
    Credential.objects.create(page=page, token="7")
    return page


def test_two_people_never_take_the_last_place_of_a_cap(crowd: Cast) -> None:
    cap(crowd.newsroom, 1, 24)
    at = clock.now() + timedelta(hours=1)
    posts = [post_of(crowd.brand, text=f"Post {number}") for number in range(4)]
    acts = [lambda post=post: plan.schedule(post, crowd.newsroom, at, crowd.bob) for post in posts]
    found = together(*acts)
    refused = [each for each in found if isinstance(each, Refused)]
    assert (sum(isinstance(each, Planned) for each in found), len(refused)) == (1, 3)
    assert {each.code for each in refused} == {Refusal.POLICY}
    assert Delivery.objects.count() == 1


def test_a_double_click_at_once_plans_once(crowd: Cast) -> None:
    post = post_of(crowd.brand)
    at = clock.now() + timedelta(hours=1)
    found = together(*[lambda: plan.schedule(post, crowd.newsroom, at, crowd.bob)] * 3)
    assert {each.delivery.pk for each in found if isinstance(each, Planned)} == {Delivery.objects.get().pk}
    assert len(found) == 3


def test_a_delivery_is_claimed_by_one(crowd: Cast) -> None:
    pages = [
        Page.objects.create(brand=crowd.brand, network="newsroom", remote_id=f"{number}", name="Lumen")
        for number in range(5)
    ]
    rows = [due(page, "First") for page in pages]
    second = due(pages[0], "Second")
    taken = together(*[lambda: [row.pk for row in claim.take(3)]] * 4)
    ids = [pk for batch in taken for pk in batch]
    assert len(ids) == len(set(ids))
    assert {*ids, *(row.pk for row in claim.take(9))} == {row.pk for row in rows}
    assert state_of(second) == S.PLANNED


def test_publishers_at_once_send_each_post_once(
    crowd: Cast, account: Page, network: Network, settings: Settings
) -> None:
    settings.CM_SEND_THREADS = 4
    rows = [due(account, f"Post number {number} of many") for number in range(20)]
    together(jobs.publish_due, jobs.publish_due)
    assert {state_of(row) for row in rows} == {S.PUBLISHED}
    assert sorted(network.accepted.values()) == [1] * 20
    assert Attempt.objects.count() == 20
    jobs.follow_up()
    assert FollowUp.objects.exclude(state=FollowUpState.DONE).count() == 0


def test_an_edit_against_a_claim_is_refused_or_is_what_leaves(
    crowd: Cast, account: Page, network: Network
) -> None:
    row = due(account, "Old words")

    def edit() -> Any:
        return draft.edit(row.post, 1, draft.Content("New words"), crowd.bob)

    found = together(edit, jobs.publish_due)
    jobs.publish_due()  # where the engine can, the first turn passed over a row that was being edited
    saved = any(isinstance(each, Saved) for each in found)
    assert network.accepted == {"New words" if saved else "Old words": 1}
    row.post.refresh_from_db()
    assert row.post.text == ("New words" if saved else "Old words")


@pytest.mark.parametrize("act", ["schedule", "reschedule", "undo_cancel"])
def test_what_is_discarded_meanwhile_is_not_on_the_plan(
    crowd: Cast, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now() + timedelta(hours=1)
    row = None
    post = post_of(crowd.brand)
    if act != "schedule":
        state = S.CANCELLED if act == "undo_cancel" else S.PLANNED
        row = Delivery.objects.create(post=post, page=crowd.newsroom, due_at=at, state=state)
    read, gone = threading.Event(), threading.Event()
    real = slots.unfit

    def slow(*args: Any) -> Any:
        read.set()
        gone.wait(0.3)  # whoever discards goes first, or waits until this is over
        return real(*args)

    def place() -> object:
        if row is None:
            return plan.schedule(post, crowd.newsroom, at, crowd.bob)
        if act == "undo_cancel":
            return plan.undo_cancel(row, crowd.bob)
        return plan.reschedule(row, at + timedelta(hours=1), crowd.bob)

    def discard() -> object:
        read.wait(5)
        done = draft.discard(post, crowd.bob)
        gone.set()
        return done

    monkeypatch.setattr(slots, "unfit", slow)
    together(place, discard)
    post.refresh_from_db()
    assert post.discarded_at is not None
    assert list(Delivery.objects.values_list("state", flat=True)) == [S.CANCELLED]


def connection_of_this_thread() -> BaseDatabaseWrapper:
    return connections["default"]


def test_each_thread_leaves_no_connection_behind(
    crowd: Cast, account: Page, network: Network, settings: Settings
) -> None:
    settings.CM_SEND_THREADS = 3
    opened: set[BaseDatabaseWrapper] = set()
    real = send.deliver

    def spying(row: Delivery) -> None:
        real(row)
        opened.add(connection_of_this_thread())

    for number in range(6):
        due(account, f"Post number {number} of many")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(send, "deliver", spying)
        jobs.publish_due()
    assert 1 <= len(opened) <= 3
    assert connection_of_this_thread() not in opened
    assert [each.connection for each in opened] == [None] * len(opened)


def test_a_turn_that_is_over_rings_for_the_next(
    crowd: Cast, account: Page, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0)
    monkeypatch.setattr("publishing.jobs.queue.enqueue", rung.append)
    row = due(account)
    jobs.publish_due()
    assert (state_of(row), rung) == (S.PLANNED, ["publishing.jobs.publish_due"])
