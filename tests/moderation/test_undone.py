"""What was decided and is not done stays before people's eyes: over the queue, on Today, in reminders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cm_suite.core import clock
from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.dashboard.lines import brand_lines
from cm_suite.dashboard.selectors import NowKind, now_of
from moderation import jobs
from moderation.enums import ActionState, Decided, Presence, Reminder
from moderation.models import Action, Comment, Review
from moderation.rules import SOON
from moderation.selectors.undone import undone_line, undone_of
from moderation.services import act, assign, tell, troubles
from pages.models import Person
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from pages.selectors.people import memberships_of
from tests.moderation.conftest import NOON
from tests.moderation.desk import Desk
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn, soup, words

pytestmark = pytest.mark.usefixtures("noon")
A = ActionState
D = Decided
FOUR_HOURS = timedelta(hours=4)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> Iterator[None]:
    """Everybody reads English."""
    Person.objects.update(language="en")
    with translation.override("en"):
        yield


def refused(
    cast: Cast, network: FakeNetwork, number: str = "c1", wanted: Decided = D.HIDE, text: str = INSULT
) -> Action:
    """What the network refused of a comment."""
    comment = taken(cast.newsroom, network, text, number)
    if text != INSULT:
        assign.ask_review(comment, cast.mona)
    action = decided(comment, cast.mona, wanted, text="Merci !" if wanted == D.REPLY else "").action
    assert action is not None
    call = {D.HIDE: "hide", D.DELETE: "delete_comment", D.REPLY: "reply"}[wanted]
    network.fails(call, Never("content_refused", step=NextStep.CONTACT))
    act.carry_out(action.pk)
    assert fresh(action).state == A.REJECTED
    return fresh(action)


def listed(cast: Cast) -> list[Action]:
    return list(undone_of(cast.brand))


# --- what is among them


def test_a_refused_removal_with_its_next_step_and_its_deadline(cast: Cast, network: FakeNetwork) -> None:
    action = refused(cast, network)
    assert listed(cast) == [action]
    line = undone_line(cast.brand, listed(cast)[0], clock.now())
    assert (line.act, line.excerpt, line.due_at, line.left, line.overdue) == (
        "Hide",
        INSULT,
        NOON + FOUR_HOURS,
        "4 h 00 left",
        False,
    )
    assert line.state_words == "Refused by the network"
    assert line.why.startswith("The network refused this text.")
    comment = action.decision.review.comment
    assert line.url == f"/b/maison-lumen/comments/{comment.pk}/#action-{action.pk}"


def test_what_a_person_must_check_and_a_reply_too(cast: Cast, network: FakeNetwork) -> None:
    hide, reply = refused(cast, network), refused(cast, network, "c2", D.REPLY, HARMLESS)
    Action.objects.filter(pk=hide.pk).update(state=A.NEEDS_PERSON)
    assert listed(cast) == [hide, reply]
    line = undone_line(cast.brand, reply, clock.now())
    assert (line.act, line.due_at, line.left) == ("Reply", None, "")


@pytest.mark.parametrize("state", [A.PLANNED, A.CLAIMED, A.SENDING, A.UNKNOWN, A.DONE, A.CANCELLED])
def test_nothing_that_goes_on_or_is_over(cast: Cast, network: FakeNetwork, state: str) -> None:
    refused(cast, network)
    Action.objects.update(state=state)
    assert (listed(cast), now_of(cast.brand).count) == ([], 0)


@pytest.mark.parametrize("presence", [Presence.HIDDEN, Presence.GONE])
def test_nothing_that_is_out_of_sight_already(cast: Cast, network: FakeNetwork, presence: str) -> None:
    refused(cast, network)
    Comment.objects.update(presence=presence)
    assert listed(cast) == []


def test_nothing_that_was_erased_nor_of_another_brand(cast: Cast, network: FakeNetwork) -> None:
    refused(cast, network)
    assert list(undone_of(cast.other_brand)) == []
    Comment.objects.update(erased_at=NOON)
    assert listed(cast) == []


def test_tried_again_or_given_up_it_leaves(cast: Cast, network: FakeNetwork) -> None:
    first, second = refused(cast, network), refused(cast, network, "c2")
    troubles.retry(first, cast.mona)
    assert listed(cast) == [second]
    troubles.cancel(second, cast.mona)
    assert listed(cast) == []


# --- where it is seen


def test_over_the_queue_and_on_today(cast: Cast, network: FakeNetwork, signed_in: SignIn) -> None:
    action = refused(cast, network)
    client = signed_in(cast.mona)
    over = soup(Desk(client).get("queue")).select_one(".qundone")
    assert over is not None
    said = words(over)
    assert said.startswith("Not done 1 Hide 4 h 00 left")
    assert (INSULT in said, "Refused by the network. The network refused this text." in said) == (True, True)
    [item] = now_of(cast.brand).items
    assert (item.kind, item.at, item.undone is not None) == (NowKind.UNDONE, NOON + FOUR_HOURS, True)
    today = client.get("/b/maison-lumen/").content.decode()
    assert "Not done: Hide" in today
    assert f"#action-{action.pk}" in today
    assert "Nothing needs you" not in today


def test_over_an_empty_queue_there_is_nothing(cast: Cast, signed_in: SignIn) -> None:
    assert soup(Desk(signed_in(cast.mona)).get("queue")).select_one(".qundone") is None


def test_the_rest_is_counted(cast: Cast, network: FakeNetwork, signed_in: SignIn) -> None:
    for number in range(7):
        refused(cast, network, f"c{number}")
    over = soup(Desk(signed_in(cast.mona)).get("queue")).select_one(".qundone")
    assert over is not None
    assert (len(over.select("li")), words(over).endswith("2 more")) == (5, True)
    now = now_of(cast.brand)
    assert (len(now.items), now.more_undone, now.more_in_queue, now.count) == (4, 3, 3, 7)


@pytest.mark.parametrize("address", ["/b/maison-lumen/", "/b/maison-lumen/queue/"])
def test_as_many_questions_for_three_as_for_one(
    cast: Cast, network: FakeNetwork, signed_in: SignIn, address: str
) -> None:
    client = signed_in(cast.mona)

    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            assert client.get(address).status_code == 200
        return len(context)

    refused(cast, network)
    once = asked()
    for number in ("c2", "c3"):
        refused(cast, network, number)
    assert asked() == once


def test_among_all_brands_it_is_trouble(cast: Cast, network: FakeNetwork) -> None:
    refused(cast, network)
    line = next(each for each in brand_lines(memberships_of(cast.mona)) if each.brand == cast.brand)
    assert (line.undone, line.trouble) == (1, 1)


# --- who is reminded


def told() -> list[str]:
    rows = Notice.objects.filter(kind=NoticeKind.ACTION_TROUBLE)
    return sorted(rows.values_list("person__name", flat=True))


def test_people_hear_again_an_hour_before_and_after(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    action = refused(cast, network)
    assert told() == ["Alice", "Mona"]
    assert tell.remind() == 0
    noon.shift(FOUR_HOURS - SOON)
    assert (tell.remind(), tell.remind()) == (1, 0)
    noon.shift(SOON)
    assert (tell.remind(), tell.remind()) == (1, 0)
    assert told() == ["Alice"] * 3 + ["Mona"] * 3
    assert Review.objects.get().reminded == Reminder.OVERDUE
    assert Notice.objects.filter(link__endswith=f"/queue/{action.decision.review_id}/").count() == 6


def test_long_asleep_once(cast: Cast, network: FakeNetwork, noon: time_machine.Traveller) -> None:
    refused(cast, network)
    noon.shift(timedelta(days=3))
    jobs.sweep()
    assert told() == ["Alice", "Alice", "Mona", "Mona"]
    assert tell.remind() == 0


def test_nobody_is_reminded_of_what_was_done_or_has_no_deadline(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    action = refused(cast, network)
    refused(cast, network, "c2", D.REPLY, HARMLESS)
    troubles.retry(action, cast.mona)
    act.carry_out(action.pk)
    noon.shift(timedelta(days=3))
    assert tell.remind() == 0


def test_an_unknown_answer_is_not_among_them_before_a_person_is_asked(
    cast: Cast, network: FakeNetwork
) -> None:
    action = decided(taken(cast.newsroom, network), cast.mona).action
    assert action is not None
    network.fails("hide", Unknown("reset"))
    act.carry_out(action.pk)
    assert (fresh(action).state, listed(cast)) == (A.UNKNOWN, [])
