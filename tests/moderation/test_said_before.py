"""A network that has our words already: ours from a send whose answer was lost, or somebody's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from cm_suite.core.errors import Never, NextStep, Outcome, Unknown
from moderation import jobs
from moderation.enums import ActionState, Code, Decided
from moderation.models import Action, ActionAttempt
from moderation.services import act, assign
from moderation.services.reconcile import MOST_LOOKS
from pages.networks.types import ABSENT
from tests.moderation.makers import HARMLESS, decided, fresh, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

A = ActionState
REPLY = ("reply", "c1", "À dix heures !")
TWO_MINUTES = timedelta(minutes=2)
DUPLICATE = Never("duplicate", step=NextStep.EDIT)


@pytest.fixture
def reply(cast: Cast, network: FakeNetwork, noon: time_machine.Traveller) -> Action:
    """An answer on its way."""
    comment = taken(cast.newsroom, network, HARMLESS)
    assert assign.ask_review(comment, cast.mona) is not None
    action = decided(comment, cast.mona, Decided.REPLY, text="À dix heures !").action
    assert action is not None
    return action


def stands(action: Action) -> tuple[str, str, str]:
    row = fresh(action)
    return row.state, row.code, row.step


def outcomes() -> list[tuple[str, str]]:
    return list(ActionAttempt.objects.order_by("number").values_list("outcome", "code"))


def lost(network: FakeNetwork, reply: Action, noon: time_machine.Traveller, *, done: bool) -> None:
    """The answer is lost, and at the first look the network's list does not show it yet."""
    network.fails("reply", Unknown("reset"), done=done)
    act.carry_out(reply.pk)
    noon.shift(TWO_MINUTES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "find_reply", lambda *_args: ABSENT)
        assert jobs.reconcile_due() == 1
    assert stands(reply) == (A.PLANNED, Code.ABSENT, "")


def test_refused_as_said_before_it_is_found(
    network: FakeNetwork, reply: Action, noon: time_machine.Traveller
) -> None:
    lost(network, reply, noon, done=True)
    network.fails("reply", DUPLICATE)
    act.carry_out(reply.pk)
    assert stands(reply) == (A.UNKNOWN, "duplicate", "")
    noon.shift(TWO_MINUTES)
    assert jobs.reconcile_due() == 1
    assert (fresh(reply).state, fresh(reply).remote_id) == (A.DONE, "r0")
    assert network.calls == [REPLY]
    assert outcomes()[0] == (Outcome.UNKNOWN, "reset")


def test_said_before_and_never_found_a_person_looks(
    network: FakeNetwork, reply: Action, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(network, reply, noon, done=False)
    network.fails("reply", DUPLICATE)
    act.carry_out(reply.pk)
    for _look in range(MOST_LOOKS):
        noon.shift(timedelta(hours=1))
        assert jobs.reconcile_due() == 1
    assert stands(reply) == (A.NEEDS_PERSON, Code.CANNOT_TELL, "")
    noon.shift(timedelta(days=1))
    jobs.sweep()
    jobs.carry_out()
    assert (network.calls, len(outcomes())) == ([], 2), "it is not sent a third time"


def test_somebody_else_s_words_are_to_be_changed(network: FakeNetwork, reply: Action) -> None:
    network.fails("reply", DUPLICATE)
    act.carry_out(reply.pk)
    assert stands(reply) == (A.REJECTED, "duplicate", NextStep.EDIT)
    assert (network.calls, jobs.reconcile_due()) == ([], 0)


def test_another_refusal_after_a_lost_answer_is_a_refusal(
    network: FakeNetwork, reply: Action, noon: time_machine.Traveller
) -> None:
    lost(network, reply, noon, done=False)
    network.fails("reply", Never("not_allowed_here", step=NextStep.CONTACT))
    act.carry_out(reply.pk)
    assert stands(reply) == (A.REJECTED, "not_allowed_here", NextStep.CONTACT)
