"""A decision carried to the network: the attempt written first, four outcomes, nothing done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from cm_suite.core import clock, ledger
from cm_suite.core.errors import Later, Never, NextStep, Outcome, Unknown
from moderation import jobs
from moderation.enums import ActionState, Code, Decided, Presence
from moderation.models import Action, ActionAttempt, Comment
from moderation.services import act, assign, outcomes, reconcile
from moderation.services.ingest import poll_page
from pages.enums import PageState
from pages.models import Page, Pause
from pages.networks.base import Fence
from pages.networks.types import Published, Reply
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, decided, fresh, lapse, lines, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

A = ActionState
D = Decided


@pytest.fixture
def hiding(cast: Cast, network: FakeNetwork) -> Action:
    """An insult that is to be hidden."""
    action = decided(taken(cast.newsroom, network), cast.mona, told="Voir la charte").action
    assert action is not None
    return action


@pytest.fixture
def replying(cast: Cast, network: FakeNetwork) -> Action:
    """A harmless comment that is to be answered."""
    comment = taken(cast.newsroom, network, HARMLESS, "c0")
    assign.ask_review(comment, cast.mona)
    action = decided(comment, cast.mona, D.REPLY, text="Merci à vous !").action
    assert action is not None
    return action


def tried(action: Action) -> list[tuple[int, str, str]]:
    return list(action.attempts.values_list("number", "outcome", "code"))


def stands(action: Action) -> tuple[str, str]:
    now = fresh(action)
    return now.state, now.code


@pytest.mark.parametrize(
    ("chosen", "call", "presence"),
    [
        (D.HIDE, ("hide", "c1", "Voir la charte"), Presence.HIDDEN),
        (D.DELETE, ("delete_comment", "c1", "Voir la charte"), Presence.GONE),
    ],
)
def test_a_removal_is_done_once(
    cast: Cast, network: FakeNetwork, chosen: Decided, call: tuple[str, ...], presence: Presence
) -> None:
    comment = taken(cast.newsroom, network)
    action = decided(comment, cast.mona, chosen, told="Voir la charte").action
    assert action is not None
    assert act.carry_out_due(10) == 1
    assert network.calls == [call]
    assert stands(action) == (A.DONE, "")
    assert fresh(action).done_at is not None
    assert tried(action) == [(1, Outcome.DONE, "")]
    assert fresh(comment).presence == presence
    assert lines(cast.brand)[-1] == "action.done"
    assert act.carry_out_due(10) == 0
    assert network.calls == [call]


def test_a_reply_is_sent_once_and_its_address_kept(
    cast: Cast, network: FakeNetwork, replying: Action
) -> None:
    assert act.carry_out(replying.pk) is True
    now = fresh(replying)
    assert (now.state, now.remote_id, now.remote_url) == (A.DONE, "r0", "https://reseau.example/r")
    assert network.calls == [("reply", "c0", "Merci à vous !")]
    assert Comment.objects.get().presence == Presence.VISIBLE


def test_the_attempt_is_written_before_the_call(
    network: FakeNetwork, hiding: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def hide(remote_id: str, reason: str) -> None:
        seen.extend((row.action.state, row.outcome) for row in ActionAttempt.objects.select_related("action"))

    monkeypatch.setattr(network, "hide", hide)
    act.carry_out(hiding.pk)
    assert seen == [(A.SENDING, "")]


def test_nothing_sent_is_tried_again_after_a_while(
    network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Later("not_sent"))
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.PLANNED, "not_sent")
    assert tried(hiding) == [(1, Outcome.LATER, "not_sent")]
    assert act.carry_out(hiding.pk) is False
    noon.shift(settings.CM_BACKOFF)
    assert act.carry_out(hiding.pk) is True
    assert stands(hiding) == (A.DONE, "")
    assert network.calls == [("hide", "c1", "Voir la charte")]


def test_the_time_a_network_names_is_kept(
    network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    named = NOON + timedelta(minutes=20)
    network.fails("hide", Later("rate_limited", retry_at=named))
    act.carry_out(hiding.pk)
    assert fresh(hiding).next_attempt_at == named


def test_people_hear_once_of_an_action_that_drags_on_and_it_goes_on_trying(
    cast: Cast, network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Later("not_sent"), times=outcomes.TELL_AFTER + 2)
    for tries in range(1, outcomes.TELL_AFTER + 3):
        act.carry_out(hiding.pk)
        assert Notice.objects.filter(person=cast.mona).count() == (tries >= outcomes.TELL_AFTER)
        noon.shift(outcomes.LONGEST_BACKOFF)
    assert stands(hiding) == (A.PLANNED, "not_sent")
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.DONE, "")


def test_refused_it_waits_for_people_who_are_told(cast: Cast, network: FakeNetwork, hiding: Action) -> None:
    network.fails("hide", Never("content_refused", step=NextStep.CONTACT))
    act.carry_out(hiding.pk)
    now = fresh(hiding)
    assert (now.state, now.code, now.step) == (A.REJECTED, "content_refused", NextStep.CONTACT)
    assert Comment.objects.get().presence == Presence.VISIBLE
    told = Notice.objects.values_list("person__name", "kind")
    assert sorted(told) == [("Alice", NoticeKind.ACTION_TROUBLE), ("Mona", NoticeKind.ACTION_TROUBLE)]
    assert lines(cast.brand)[-1] == "action.rejected"
    assert act.carry_out_due(10) == 0


def test_a_network_without_the_act_refuses_it_before_any_attempt(
    network: FakeNetwork, hiding: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.services.connect.client_for", lambda page, *, waiting=False: object())
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.REJECTED, Code.NOT_POSSIBLE)
    assert tried(hiding) == []


def test_what_is_gone_cannot_be_shown_and_is_known_to_be_gone(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    Comment.objects.update(presence=Presence.PENDING)
    assign.ask_review(fresh(comment), cast.mona)
    action = decided(fresh(comment), cast.mona, D.APPROVE).action
    assert action is not None
    network.take_down("c1")
    act.carry_out(action.pk)
    assert stands(action) == (A.REJECTED, "not_found")
    assert fresh(comment).presence == Presence.GONE


def test_lost_on_the_way_it_is_unknown_and_never_simply_sent_again(
    cast: Cast, network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Unknown("read_timeout"), done=True)
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.UNKNOWN, "read_timeout")
    assert tried(hiding) == [(1, Outcome.UNKNOWN, "read_timeout")]
    assert lines(cast.brand)[-1] == "action.unknown"
    assert (act.carry_out_due(10), jobs.reconcile_due()) == (0, 0)
    noon.shift(settings.CM_RECONCILE_AFTER)
    assert jobs.reconcile_due() == 1
    assert stands(hiding) == (A.DONE, "")
    assert tried(hiding) == [(1, Outcome.DONE, "")]
    assert len(network.calls) == 1
    assert Comment.objects.get().presence == Presence.HIDDEN


def test_lost_and_not_done_it_is_tried_again(
    network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Unknown("read_timeout"))
    act.carry_out(hiding.pk)
    noon.shift(settings.CM_RECONCILE_AFTER)
    jobs.reconcile_due()
    assert stands(hiding) == (A.PLANNED, Code.ABSENT)
    act.carry_out_due(10)
    assert stands(hiding) == (A.DONE, "")
    assert tried(hiding) == [(1, Outcome.UNKNOWN, "read_timeout"), (2, Outcome.DONE, "")]


@pytest.mark.parametrize("arrived", [True, False])
def test_a_reply_whose_answer_was_lost_is_looked_for(
    network: FakeNetwork, replying: Action, noon: time_machine.Traveller, *, arrived: bool
) -> None:
    network.fails("reply", Unknown("reset"), done=arrived)
    act.carry_out(replying.pk)
    noon.shift(settings.CM_RECONCILE_AFTER)
    jobs.reconcile_due()
    assert fresh(replying).state == (A.DONE if arrived else A.PLANNED)
    act.carry_out_due(10)
    assert network.calls == [("reply", "c0", "Merci à vous !")]
    assert (fresh(replying).state, fresh(replying).remote_id) == (A.DONE, "r0")


def test_words_known_as_another_reply_are_no_proof(
    cast: Cast, network: FakeNetwork, replying: Action, noon: time_machine.Traveller
) -> None:
    act.carry_out(replying.pk)
    other = taken(cast.newsroom, network, HARMLESS, "c2")
    assign.ask_review(other, cast.mona)
    second = decided(other, cast.mona, D.REPLY, text="Merci à vous !").action
    assert second is not None
    network.fails("reply", Unknown("reset"))
    act.carry_out(second.pk)
    network.replies[second.key] = network.replies[replying.key]
    noon.shift(settings.CM_RECONCILE_AFTER)
    jobs.reconcile_due()
    assert stands(second) == (A.UNKNOWN, Code.CANNOT_TELL)


def test_a_network_that_cannot_tell_leaves_it_to_a_person(
    cast: Cast, network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Unknown("read_timeout"))
    act.carry_out(hiding.pk)
    network.fails("comment", Later("not_sent"), times=reconcile.MOST_LOOKS)
    for _look in range(reconcile.MOST_LOOKS):
        assert fresh(hiding).state == A.UNKNOWN
        noon.shift(outcomes.LONGEST_BACKOFF)
        assert jobs.reconcile_due() == 1
    assert stands(hiding) == (A.NEEDS_PERSON, Code.CANNOT_TELL)
    assert Notice.objects.filter(person=cast.mona, kind=NoticeKind.ACTION_TROUBLE).count() == 1
    assert lines(cast.brand)[-1] == "action.needs_person"
    assert jobs.reconcile_due() == 0


def test_what_is_lost_and_never_done_ends_with_a_person(
    network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Unknown("server_error"), times=50)
    for _turn in range(reconcile.MOST_ATTEMPTS):
        act.carry_out_due(10)
        noon.shift(settings.CM_RECONCILE_AFTER)
        jobs.reconcile_due()
    assert stands(hiding) == (A.NEEDS_PERSON, Code.ABSENT)
    assert len(tried(hiding)) == reconcile.MOST_ATTEMPTS


def killed_after_the_fence(network: FakeNetwork, action: Action, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies with the attempt written and no answer read; its lease runs out."""

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    for method in ("hide", "reply"):
        real: Callable[..., object] = getattr(network, method)

        def call(*args: object, _real: Callable[..., object] = real) -> None:
            _real(*args)
            dies()

        monkeypatch.setattr(network, method, call)
    with pytest.raises(KeyboardInterrupt):
        act.carry_out(action.pk)
    monkeypatch.undo()
    lapse(action)


@pytest.mark.parametrize("kind", ["hiding", "replying"])
def test_a_worker_killed_after_the_call_leaves_an_unknown_that_is_found(
    network: FakeNetwork,
    request: pytest.FixtureRequest,
    noon: time_machine.Traveller,
    kind: str,
) -> None:
    action: Action = request.getfixturevalue(kind)
    with pytest.MonkeyPatch.context() as patch:
        killed_after_the_fence(network, action, patch)
    assert (stands(action), tried(action)) == ((A.SENDING, ""), [(1, "", "")])
    assert reconcile.expired_sends() == 1
    assert stands(action) == (A.UNKNOWN, Code.WORKER_LOST)
    assert tried(action) == [(1, Outcome.UNKNOWN, Code.WORKER_LOST)]
    noon.shift(settings.CM_RECONCILE_AFTER)
    jobs.reconcile_due()
    assert fresh(action).state == A.DONE
    assert len(network.calls) == 1


def test_a_worker_killed_before_the_fence_did_nothing(network: FakeNetwork, hiding: Action) -> None:
    (claimed,) = act.take(1)
    assert claimed == hiding
    assert reconcile.expired_claims() == 0
    lapse(hiding)
    assert (reconcile.expired_claims(), stands(hiding)) == (1, (A.PLANNED, Code.WORKER_LOST))
    act.carry_out_due(1)
    assert network.calls == [("hide", "c1", "Voir la charte")]


def test_who_lost_the_lease_does_nothing_any_more(network: FakeNetwork, hiding: Action) -> None:
    (claimed,) = act.take(1)
    lapse(hiding)
    act.perform(claimed)
    assert (network.calls, tried(hiding)) == ([], [])


def test_a_late_yes_is_kept(network: FakeNetwork, hiding: Action) -> None:
    (claimed,) = act.take(1)
    assert outcomes.postpone(claimed, A.CLAIMED, "not_sent") is True
    assert outcomes.done(act.whole(hiding)) is True
    assert stands(hiding) == (A.DONE, "")
    assert outcomes.done(act.whole(hiding)) is False


def test_a_pause_stops_a_reply_and_not_a_removal(
    cast: Cast, network: FakeNetwork, hiding: Action, replying: Action
) -> None:
    pause = Pause.objects.create(brand=cast.brand, reason="Crise", started_by=cast.alice)
    assert act.carry_out_due(10) == 1
    assert (fresh(hiding).state, fresh(replying).state) == (A.DONE, A.PLANNED)
    assert act.carry_out(replying.pk) is False
    pause.ended_at = clock.now()
    pause.save()
    assert act.carry_out_due(10) == 1
    assert [call[0] for call in network.calls] == ["hide", "reply"]


def test_a_pause_that_begins_right_before_the_call_stops_it(
    cast: Cast, network: FakeNetwork, replying: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = network.reply

    def slow(message: Reply, fence: Fence) -> Published:
        Pause.objects.create(brand=cast.brand, page=cast.newsroom, reason="Crise")
        return reply(message, fence)

    monkeypatch.setattr(network, "reply", slow)
    act.carry_out(replying.pk)
    assert stands(replying) == (A.PLANNED, Code.PAUSED)
    assert (network.calls, tried(replying)) == ([], [])


def test_a_page_asked_to_wait_is_left_alone(
    cast: Cast, network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    Page.objects.filter(pk=cast.newsroom.pk).update(paced_until=NOON + timedelta(minutes=5))
    assert act.carry_out_due(10) == 0
    noon.shift(timedelta(minutes=5))
    assert act.carry_out_due(10) == 1


def test_a_page_to_reconnect_keeps_the_action_until_it_is_connected_again(
    cast: Cast, network: FakeNetwork, hiding: Action
) -> None:
    network.fails("hide", Never("access_refused", step=NextStep.RECONNECT))
    network.fails("profile", Never("access_refused", step=NextStep.RECONNECT))
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.REJECTED, "needs_reconnect")
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.NEEDS_RECONNECT
    assert reconcile.reconnected() == 0
    Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.CONNECTED)
    assert reconcile.reconnected() == 1
    assert act.carry_out_due(1) == 1
    assert stands(hiding) == (A.DONE, "")


def test_a_refusal_that_passes_disconnects_nothing(cast: Cast, network: FakeNetwork, hiding: Action) -> None:
    network.fails("hide", Never("access_refused", step=NextStep.RECONNECT))
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.PLANNED, "access_refused")
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.CONNECTED


def test_waits_of_another_kind_are_no_refusals(
    cast: Cast, network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Later("rate_limited"), times=3)
    network.fails("hide", Never("access_refused", step=NextStep.RECONNECT))
    for _turn in range(4):
        act.carry_out(hiding.pk)
        noon.shift(outcomes.LONGEST_BACKOFF)
    assert stands(hiding) == (A.PLANNED, "access_refused")
    limited = [(number, Outcome.LATER, "rate_limited") for number in (1, 2, 3)]
    assert tried(hiding) == [*limited, (4, Outcome.NEVER, "access_refused")]
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.DONE, "")
    assert "action.rejected" not in lines(cast.brand)
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.CONNECTED


def test_a_credential_refused_three_times_for_this_act_ends_it(
    cast: Cast, network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Later("rate_limited"))
    network.fails("hide", Never("access_refused", step=NextStep.RECONNECT), times=3)
    states = []
    for _turn in range(4):
        act.carry_out(hiding.pk)
        states.append(stands(hiding))
        noon.shift(outcomes.LONGEST_BACKOFF)
    assert states == [
        (A.PLANNED, "rate_limited"),
        (A.PLANNED, "access_refused"),
        (A.PLANNED, "access_refused"),
        (A.REJECTED, "access_refused"),
    ]
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.CONNECTED


def test_tried_again_by_a_person_it_has_as_many_refusals_before_it(
    cast: Cast, network: FakeNetwork, hiding: Action, noon: time_machine.Traveller
) -> None:
    network.fails("hide", Never("access_refused", step=NextStep.RECONNECT), times=4)
    for _turn in range(3):
        act.carry_out(hiding.pk)
        noon.shift(outcomes.LONGEST_BACKOFF)
    assert stands(hiding) == (A.REJECTED, "access_refused")
    assert act.retry(fresh(hiding), cast.mona).done is True
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.PLANNED, "access_refused")


def test_refused_before_any_call_it_ends_too(
    cast: Cast,
    network: FakeNetwork,
    hiding: Action,
    noon: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [Later("rate_limited")] * 3 + [Never("access_refused", step=NextStep.RECONNECT)] * 2
    told = iter(answers)

    def client_of(page: Page) -> FakeNetwork:
        raise next(told)

    monkeypatch.setattr("moderation.services.network.client_of", client_of)
    states = []
    for _turn in range(5):
        act.carry_out(hiding.pk)
        states.append(stands(hiding)[0])
        noon.shift(outcomes.LONGEST_BACKOFF)
    assert states == [A.PLANNED, A.PLANNED, A.PLANNED, A.PLANNED, A.REJECTED]
    assert (tried(hiding), network.calls) == ([], [])


def test_a_missing_right_refuses_the_act_and_the_page_stays_connected(
    cast: Cast, network: FakeNetwork, hiding: Action
) -> None:
    network.fails("hide", Never("scope_missing", step=NextStep.RECONNECT))
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.REJECTED, "scope_missing")
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.CONNECTED
    assert reconcile.reconnected() == 0


def test_what_the_author_took_down_meanwhile_stays_down(
    cast: Cast, network: FakeNetwork, hiding: Action
) -> None:
    network.take_down("c1")
    poll_page(cast.newsroom.pk)
    act.carry_out(hiding.pk)
    assert stands(hiding) == (A.DONE, "")
    assert Comment.objects.get().presence == Presence.GONE


def test_a_fault_of_ours_after_the_fence_is_unknown_and_stops_no_other(
    cast: Cast,
    network: FakeNetwork,
    hiding: Action,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = decided(taken(cast.newsroom, network, remote_id="c2"), cast.mona).action
    assert other is not None
    hide = network.hide

    def faulty(remote_id: str, reason: str) -> None:
        if remote_id == "c1":
            raise ZeroDivisionError
        hide(remote_id, reason)

    monkeypatch.setattr(network, "hide", faulty)
    assert jobs.carry_out() == 2
    assert stands(hiding) == (A.UNKNOWN, Code.UNEXPECTED)
    assert stands(other) == (A.DONE, "")
    [said] = caplog.messages
    assert said.startswith(f"perform of Action {hiding.pk}: ZeroDivisionError\n")


def test_the_ledger_holds_after_all_of_it(cast: Cast, network: FakeNetwork, hiding: Action) -> None:
    network.fails("hide", Unknown("reset"))
    act.carry_out(hiding.pk)
    assert lines(cast.brand) == ["decision.hide", "evidence.sealed", "action.unknown"]
    assert ledger.verify(cast.brand.pk) is None
