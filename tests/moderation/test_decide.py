"""What a person decides: the right, the hold, the wording, the reason, and what is written of it."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from moderation.enums import ActionState, Code, Decided, ResultKind, ReviewState
from moderation.models import Action, Comment, Decision, Evidence, Review
from moderation.services import act, assign, ingest
from moderation.services.decide import decide, undo
from moderation.services.evidence import erase, open_record
from pages.networks.types import Capability, CommentPresence
from pages.notices.models import Notice
from tests.moderation.makers import (
    HARMLESS,
    INSULT,
    REASON,
    decided,
    fresh,
    held,
    lapse,
    lines,
    review_of,
    taken,
)
from tests.moderation.network import FakeNetwork
from tests.people import Cast

D = Decided
K = ResultKind
R = ReviewState


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork) -> Comment:
    """A flagged comment that waits."""
    return taken(cast.newsroom, network)


@pytest.fixture
def harmless(cast: Cast, network: FakeNetwork) -> Comment:
    """A harmless comment that somebody wants looked at."""
    comment = taken(cast.newsroom, network, HARMLESS)
    assert assign.ask_review(comment, cast.mona) is not None
    return comment


def nothing_happened(comment: Comment) -> bool:
    """No decision, action or evidence, and the review is still open."""
    rows = (Decision.objects.count(), Action.objects.count(), Evidence.objects.count())
    return rows == (0, 0, 0) and review_of(comment).closed_at is None


@pytest.mark.parametrize("chosen", [D.HIDE, D.DELETE])
def test_a_removal_is_decided_sealed_and_planned_in_one(
    cast: Cast, comment: Comment, chosen: Decided
) -> None:
    review = held(review_of(comment), cast.mona)
    result = decide(
        review, cast.mona, chosen, reason="  Insulte  ", told="Voir la charte", label="injure", revision=1
    )
    assert (result.kind, result.done) == (K.DONE, True)
    decision = Decision.objects.get()
    kept = (decision.act, decision.reason, decision.told, decision.label, decision.revision, decision.by)
    assert kept == (chosen, "Insulte", "Voir la charte", "injure", 1, cast.mona)
    assert (decision.final, decision.alone, decision.confirms) == (True, False, None)
    assert fresh(review).state == R.DECIDED
    assert fresh(review).closed_at is not None
    assert result.action == Action.objects.get()
    assert result.action is not None
    assert (result.action.state, result.action.decision) == (ActionState.PLANNED, decision)
    assert result.evidence == Evidence.objects.get(decision=decision)


@pytest.mark.parametrize("chosen", [D.KEEP, D.REPLY])
def test_what_leaves_a_harmless_comment_in_sight_takes_one_person_and_no_evidence(
    cast: Cast, harmless: Comment, chosen: Decided
) -> None:
    result = decided(harmless, cast.mona, chosen, text=" Merci à vous ! ")
    assert result.kind == K.DONE
    assert Evidence.objects.count() == 0
    texts = list(Action.objects.values_list("text", flat=True))
    assert texts == ([] if chosen == D.KEEP else ["Merci à vous !"])


def test_what_waits_for_approval_is_approved(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", HARMLESS, presence=CommentPresence.PENDING)
    ingest.poll_page(cast.newsroom.pk)
    result = decided(Comment.objects.get(), cast.mona, D.APPROVE)
    assert result.kind == K.DONE
    assert result.action is not None
    act.carry_out(result.action.pk)
    assert network.calls == [("approve", "c1")]
    assert Comment.objects.get().presence == "visible"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"reason": " x "}, K.NEEDS_REASON),
        ({"act": D.REPLY, "text": " \n"}, K.NEEDS_TEXT),
        ({"revision": 2}, K.CHANGED),
        ({"revision": 0}, K.CHANGED),
        ({"act": D.UNHIDE}, K.NOT_POSSIBLE),
        ({"act": D.APPROVE}, K.NOT_POSSIBLE),
    ],
)
def test_what_is_missing_is_said_and_nothing_happens(
    cast: Cast, comment: Comment, change: dict[str, Any], kind: ResultKind
) -> None:
    result = decided(comment, cast.mona, **change)
    assert (result.kind, result.done) == (kind, False)
    assert nothing_happened(comment)


def test_a_label_that_does_not_exist_is_a_fault(cast: Cast, comment: Comment) -> None:
    with pytest.raises(ValueError, match="vilain"):
        decided(comment, cast.mona, label="vilain")
    assert nothing_happened(comment)


@pytest.mark.parametrize("name", ["bob", "ada", "vera", "charlie"])
def test_who_may_not_moderate_decides_nothing(cast: Cast, comment: Comment, name: str) -> None:
    person = getattr(cast, name)
    Review.objects.update(state=R.CLAIMED, claimed_by=person)
    result = decide(review_of(comment), person, D.HIDE, reason=REASON, revision=1)
    assert result.kind == K.NOT_ALLOWED
    assert nothing_happened(comment)


def test_nobody_decides_what_they_do_not_hold(cast: Cast, comment: Comment) -> None:
    review = review_of(comment)
    fields: dict[str, Any] = {"reason": REASON, "revision": 1}
    assert decide(review, cast.mona, D.HIDE, **fields).kind == K.NOT_HELD
    held(review, cast.mona)
    assert decide(review, cast.alice, D.HIDE, **fields).kind == K.NOT_HELD
    lapse(review)
    assert decide(review, cast.mona, D.HIDE, **fields).kind == K.NOT_HELD
    assert nothing_happened(comment)
    held(review, cast.alice)
    assert decide(review, cast.alice, D.HIDE, **fields).kind == K.DONE


def test_of_two_who_decide_at_once_one_wins(cast: Cast, comment: Comment) -> None:
    first, stale = review_of(comment), review_of(comment)
    held(first, cast.mona)
    assert decide(first, cast.mona, D.HIDE, reason=REASON, revision=1).kind == K.DONE
    again = decide(stale, cast.mona, D.DELETE, reason=REASON, revision=1)
    other = decide(stale, cast.alice, D.DELETE, reason=REASON, revision=1)
    assert (again.kind, other.kind) == (K.NOT_HELD, K.NOT_HELD)
    assert list(Decision.objects.values_list("act", flat=True)) == [D.HIDE]
    assert (Action.objects.count(), Evidence.objects.count()) == (1, 1)


def test_edited_since_it_was_read_it_is_read_again_first(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    review = held(review_of(comment), cast.mona)
    network.change("c1", text=INSULT + " Encore.")
    ingest.poll_page(cast.newsroom.pk)
    assert decide(review, cast.mona, D.HIDE, reason=REASON, revision=1).kind == K.CHANGED
    assert nothing_happened(comment)
    assert decide(review, cast.mona, D.HIDE, reason=REASON, revision=2).kind == K.DONE
    assert Decision.objects.get().revision == 2


def test_taken_down_by_its_author_there_is_nothing_left_to_decide(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    review = held(review_of(comment), cast.mona)
    network.take_down("c1")
    ingest.poll_page(cast.newsroom.pk)
    assert decide(review, cast.mona, D.HIDE, reason=REASON, revision=1).kind == K.GONE
    assert (Decision.objects.count(), Action.objects.count()) == (0, 0)


def test_what_the_network_lacks_is_not_possible(
    cast: Cast, comment: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    able = frozenset({Capability.COMMENTS, Capability.REPLY})
    monkeypatch.setattr("moderation.services.network.capabilities_of", lambda page: able)
    for chosen in (D.HIDE, D.DELETE):
        assert decided(comment, cast.mona, chosen).kind == K.NOT_POSSIBLE
    assert nothing_happened(comment)


def test_what_is_carried_out_is_rung_for_after_the_commit(
    cast: Cast,
    comment: Comment,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr("cm_suite.core.queue._ring", lambda job, ids: rung.append((job, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        result = decided(comment, cast.mona)
        assert rung == []
    assert result.action is not None
    assert rung == [("moderation.jobs.carry_out_one", (result.action.pk,))]


def test_the_evidence_holds_the_decision_and_was_sealed_before_the_network_was_asked(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    result = decided(comment, cast.mona)
    assert network.calls == []
    assert result.evidence is not None
    record = open_record(result.evidence).data
    assert record["comment"]["text"] == INSULT
    assert (record["decision"]["act"], record["decision"]["reason"]) == ("hide", REASON)


def test_a_decision_that_fails_half_way_leaves_nothing(
    cast: Cast, comment: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object) -> None:
        raise RuntimeError("no key")

    monkeypatch.setattr("moderation.services.evidence.seal", breaks)
    with pytest.raises(RuntimeError):
        decided(comment, cast.mona)
    assert nothing_happened(comment)
    assert lines(cast.brand) == []


def test_the_ledger_has_a_line_for_each_and_never_a_word(cast: Cast, comment: Comment) -> None:
    decided(comment, cast.mona, reason="Karim est insulté", told="Pas d'insulte")
    entries = LedgerEntry.objects.filter(brand_id=cast.brand.pk).order_by("seq")
    assert [(each.kind, each.actor_id, each.subject_kind) for each in entries] == [
        ("decision.hide", cast.mona.pk, "decision"),
        ("evidence.sealed", cast.mona.pk, "evidence"),
    ]
    assert all(len(each.content_hash) == 64 for each in entries)
    written = repr([vars(each) for each in entries])
    assert not any(word in written for word in ("Karim", "insult", "connard"))
    assert ledger.verify(cast.brand.pk) is None


def test_a_later_decision_takes_the_place_of_what_was_not_done_yet(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    first = decided(comment, cast.mona).action
    assert first is not None
    network.change("c1", text=INSULT + " Bis.")
    ingest.poll_page(cast.newsroom.pk)
    second = decided(fresh(comment), cast.alice, D.DELETE).action
    assert second is not None
    assert (fresh(first).state, fresh(first).code) == (ActionState.CANCELLED, Code.SUPERSEDED)
    assert fresh(second).state == ActionState.PLANNED


@pytest.fixture
def hidden(cast: Cast, network: FakeNetwork, comment: Comment) -> Decision:
    """The decision that hid the comment, carried out."""
    result = decided(comment, cast.mona)
    assert result.action is not None
    assert result.decision is not None
    act.carry_out(result.action.pk)
    network.calls.clear()
    return result.decision


def test_to_show_a_qualified_comment_again_takes_two_people_too(
    cast: Cast, network: FakeNetwork, hidden: Decision
) -> None:
    result = undo(hidden, cast.mona, "Erreur de lecture")
    assert result.kind == K.NEEDS_SECOND
    assert result.review is not None
    assert (result.review.state, result.review.asked_by_person, result.review.qualified) == (
        R.SECOND,
        True,
        True,
    )
    assert Action.objects.count() == 1
    assert sorted(Notice.objects.values_list("person__name", flat=True)) == ["Ada", "Alice"]


def test_a_comment_that_nothing_qualifies_is_shown_again_by_one(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS)
    assign.ask_review(comment, cast.mona)
    result = decided(comment, cast.mona)
    assert result.action is not None
    assert result.decision is not None
    act.carry_out(result.action.pk)
    shown = undo(result.decision, cast.alice, "Rien à redire")
    assert shown.kind == K.DONE
    assert shown.action is not None
    act.carry_out(shown.action.pk)
    assert [call[0] for call in network.calls] == ["hide", "unhide"]
    assert fresh(comment).presence == "visible"


def test_only_what_was_hidden_can_be_shown_again(cast: Cast, network: FakeNetwork, comment: Comment) -> None:
    result = decided(comment, cast.mona)
    assert result.decision is not None
    assert undo(result.decision, cast.mona, REASON).kind == K.NOT_POSSIBLE  # not carried out yet
    assert result.action is not None
    act.carry_out(result.action.pk)
    assert undo(result.decision, cast.mona, " ").kind == K.NEEDS_REASON
    assert undo(result.decision, cast.vera, REASON).kind == K.NOT_ALLOWED
    assert Review.objects.count() == 1
    network.take_down("c1")
    ingest.poll_page(cast.newsroom.pk)
    assert undo(result.decision, cast.mona, REASON).kind == K.GONE


def test_a_deletion_or_a_keep_cannot_be_undone(cast: Cast, harmless: Comment) -> None:
    kept = decided(harmless, cast.mona, D.KEEP)
    assert kept.decision is not None
    assert undo(kept.decision, cast.mona, REASON).kind == K.NOT_POSSIBLE


def test_what_another_has_in_hand_is_not_undone(cast: Cast, hidden: Decision, comment: Comment) -> None:
    review = assign.ask_review(comment, cast.alice)
    assert review is not None
    held(review, cast.alice)
    result = undo(hidden, cast.mona, REASON)
    assert (result.kind, result.review) == (K.NOT_HELD, review)


def test_an_erased_comment_is_not_decided(cast: Cast, comment: Comment) -> None:
    review = held(review_of(comment), cast.mona)
    assert erase(comment, cast.alice).kind == K.DONE
    assert decide(review, cast.mona, D.HIDE, reason=REASON, revision=1).kind == K.GONE
    assert fresh(review).close_code == "erased"
