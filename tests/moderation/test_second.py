"""Two different people for whatever leaves a qualified comment in sight; one who is alone confirms twice."""

from __future__ import annotations

from typing import Any

import pytest

from cm_suite.core import ledger
from moderation.enums import Decided, ResultKind, ReviewState
from moderation.models import Action, Comment, Decision, Review
from moderation.services import act, assign
from moderation.services.decide import second, undo
from moderation.services.ingest import poll_page
from pages.enums import Role
from pages.models import Membership
from pages.networks.types import CommentPresence
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, held, lines, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast, make_person

D = Decided
K = ResultKind
R = ReviewState


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork) -> Comment:
    """A flagged comment that waits."""
    return taken(cast.newsroom, network)


@pytest.fixture
def waiting(cast: Cast, comment: Comment) -> Review:
    """Mona would keep it; a second person is wanted."""
    result = decided(comment, cast.mona, D.KEEP, reason="Second degré", told="")
    assert result.kind == K.NEEDS_SECOND
    return review_of(comment)


def answer(review: Review, person: Any, *, agree: bool = True, **more: Any) -> ResultKind:
    fields: dict[str, Any] = {"agree": agree, "reason": "Vu aussi", "revision": 1, **more}
    return second(review, person, **fields).kind


def only(cast: Cast, *names: str) -> None:
    """Nobody else is left on the brand."""
    people = [getattr(cast, name) for name in names]
    Membership.objects.filter(brand=cast.brand).exclude(person__in=people).delete()


def test_the_first_decision_waits_and_the_others_are_told(cast: Cast, waiting: Review) -> None:
    first = Decision.objects.get()
    assert (first.act, first.final, first.by, first.confirms) == (D.KEEP, False, cast.mona, None)
    assert (waiting.state, waiting.claimed_by, waiting.lease_token) == (R.SECOND, None, None)
    assert Action.objects.count() == 0
    assert lines(cast.brand) == ["decision.first"]
    told = Notice.objects.values_list("person__name", "kind", "link")
    link = f"/b/maison-lumen/queue/{waiting.pk}/"
    assert sorted(told) == [
        ("Ada", NoticeKind.SECOND_WANTED, link),
        ("Alice", NoticeKind.SECOND_WANTED, link),
    ]
    assert "connard" not in repr(list(Notice.objects.values()))


@pytest.mark.parametrize("name", ["ada", "alice"])
def test_a_second_person_who_agrees_makes_it_final(cast: Cast, waiting: Review, name: str) -> None:
    person = getattr(cast, name)
    result = second(waiting, person, agree=True, reason="Vu aussi", revision=1)
    assert (result.kind, result.action, result.evidence) == (K.DONE, None, None)
    first, final = Decision.objects.order_by("pk")
    assert result.decision == final
    assert (final.act, final.reason, final.by, final.confirms) == (D.KEEP, "Vu aussi", person, first)
    assert (first.final, final.final, final.agrees, final.alone) == (False, True, True, False)
    assert fresh(waiting).state == R.DECIDED
    assert lines(cast.brand) == ["decision.first", "decision.keep"]
    assert ledger.verify(cast.brand.pk) is None


def test_another_moderator_may_be_the_second(cast: Cast, waiting: Review) -> None:
    noe = make_person("Noe")
    Membership.objects.create(person=noe, brand=cast.brand, role=Role.MODERATOR)
    assert answer(waiting, noe) == K.DONE


def test_who_disagrees_sends_it_back_with_the_reason(cast: Cast, waiting: Review) -> None:
    result = second(waiting, cast.ada, agree=False, reason="Insulte caractérisée", revision=1)
    assert (result.kind, result.action) == (K.DONE, None)
    first, no = Decision.objects.order_by("pk")
    assert (no.confirms, no.agrees, no.final, no.reason) == (first, False, False, "Insulte caractérisée")
    assert fresh(waiting).state == R.WAITING
    assert lines(cast.brand) == ["decision.first", "decision.declined"]
    again = decided(waiting.comment, cast.alice, D.HIDE)
    assert again.kind == K.DONE
    assert Decision.objects.filter(final=True).get() == again.decision


def test_sent_back_it_may_be_proposed_and_answered_anew(cast: Cast, waiting: Review) -> None:
    answer(waiting, cast.ada, agree=False)
    assert decided(waiting.comment, cast.alice, D.KEEP).kind == K.NEEDS_SECOND
    assert answer(waiting, cast.mona) == K.DONE
    final = Decision.objects.get(final=True)
    assert final.confirms is not None
    assert (final.by, final.confirms.by) == (cast.mona, cast.alice)
    assert Notice.objects.filter(person=cast.ada, kind=NoticeKind.SECOND_WANTED).count() == 2


@pytest.mark.parametrize(
    ("name", "more", "kind"),
    [
        ("mona", {}, K.NOT_ALLOWED),
        ("mona", {"alone_confirmed": True}, K.NOT_ALLOWED),
        ("bob", {}, K.NOT_ALLOWED),
        ("vera", {}, K.NOT_ALLOWED),
        ("charlie", {}, K.NOT_ALLOWED),
        ("ada", {"reason": "ok"}, K.NEEDS_REASON),
        ("ada", {"revision": 2}, K.CHANGED),
    ],
)
def test_what_does_not_count_as_a_second_voice_changes_nothing(
    cast: Cast, waiting: Review, name: str, more: dict[str, Any], kind: ResultKind
) -> None:
    assert answer(waiting, getattr(cast, name), **more) == kind
    assert (fresh(waiting).state, Decision.objects.count()) == (R.SECOND, 1)


def test_of_two_second_persons_one_answers(cast: Cast, waiting: Review) -> None:
    stale = Review.objects.get(pk=waiting.pk)
    assert answer(waiting, cast.ada) == K.DONE
    assert answer(stale, cast.alice, agree=False) == K.NOT_HELD
    assert fresh(waiting).state == R.DECIDED
    assert Decision.objects.count() == 2


def test_the_first_may_take_the_decision_back(cast: Cast, waiting: Review) -> None:
    assert answer(waiting, cast.mona, agree=False, reason="Relu : je retire") == K.DONE
    assert fresh(waiting).state == R.WAITING
    assert Decision.objects.filter(final=True).count() == 0


def test_gone_meanwhile_there_is_nothing_to_second(cast: Cast, network: FakeNetwork, waiting: Review) -> None:
    network.take_down("c1")
    poll_page(cast.newsroom.pk)
    assert answer(waiting, cast.ada) == K.GONE
    assert fresh(waiting).state == R.CLOSED


def test_edited_meanwhile_it_takes_a_first_person_again(
    cast: Cast, network: FakeNetwork, waiting: Review
) -> None:
    network.change("c1", text=INSULT + " Oui.")
    poll_page(cast.newsroom.pk)
    assert answer(waiting, cast.ada) == K.CHANGED
    assert answer(waiting, cast.ada, revision=2) == K.NOT_HELD
    assert fresh(waiting).state == R.WAITING


def test_a_reply_waits_with_its_words_and_is_sent_once_agreed(
    cast: Cast, network: FakeNetwork, comment: Comment
) -> None:
    decided(comment, cast.mona, D.REPLY, text="Restons courtois, merci.")
    result = second(review_of(comment), cast.ada, agree=True, reason="Vu aussi", revision=1)
    assert result.action is not None
    act.carry_out(result.action.pk)
    assert network.calls == [("reply", "c1", "Restons courtois, merci.")]


def test_a_label_a_person_retains_counts_as_much_as_the_rules(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, HARMLESS, "c9")
    assign.ask_review(comment, cast.mona)
    assert decided(comment, cast.mona, D.KEEP, label="diffamation").kind == K.NEEDS_SECOND


def test_another_label_does_not_lift_what_the_rules_qualify(cast: Cast, comment: Comment) -> None:
    assert decided(comment, cast.mona, D.KEEP, label="critique").kind == K.NEEDS_SECOND


def test_alone_on_the_brand_one_confirms_twice_and_the_record_says_so(cast: Cast, comment: Comment) -> None:
    only(cast, "alice", "bob", "vera")
    asked = decided(comment, cast.alice, D.KEEP)
    assert (asked.kind, Decision.objects.count(), lines(cast.brand)) == (K.ALONE_MUST_CONFIRM, 0, [])
    confirmed = decided(comment, cast.alice, D.KEEP, alone_confirmed=True)
    assert confirmed.kind == K.DONE
    decision = Decision.objects.get()
    assert (decision.final, decision.alone, decision.confirms) == (True, True, None)
    assert Notice.objects.count() == 0


def test_confirming_alone_does_not_count_where_somebody_else_could(cast: Cast, comment: Comment) -> None:
    result = decided(comment, cast.mona, D.KEEP, alone_confirmed=True)
    assert result.kind == K.NEEDS_SECOND
    assert Decision.objects.filter(final=True).count() == 0


def test_somebody_who_may_no_longer_sign_in_is_no_second_person(cast: Cast, comment: Comment) -> None:
    only(cast, "alice", "ada")
    cast.ada.is_active = False
    cast.ada.save()
    assert decided(comment, cast.alice, D.KEEP).kind == K.ALONE_MUST_CONFIRM


def test_left_alone_while_it_waits_the_first_confirms(cast: Cast, waiting: Review) -> None:
    only(cast, "mona")
    assert answer(waiting, cast.mona) == K.ALONE_MUST_CONFIRM
    assert fresh(waiting).state == R.SECOND
    assert answer(waiting, cast.mona, alone_confirmed=True) == K.DONE
    assert Decision.objects.get(final=True).alone is True


def test_alone_one_shows_again_what_was_hidden(cast: Cast, network: FakeNetwork, comment: Comment) -> None:
    only(cast, "alice")
    hidden = decided(comment, cast.alice)
    assert hidden.action is not None
    assert hidden.decision is not None
    act.carry_out(hidden.action.pk)
    assert undo(hidden.decision, cast.alice, "Erreur").kind == K.ALONE_MUST_CONFIRM
    assert Review.objects.count() == 1
    assert undo(hidden.decision, cast.alice, "Erreur", alone_confirmed=True).kind == K.DONE
    assert Decision.objects.get(act=D.UNHIDE).alone is True


def test_approving_what_is_qualified_takes_two(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT, presence=CommentPresence.PENDING)
    poll_page(cast.newsroom.pk)
    comment = Comment.objects.get()
    assert decided(comment, cast.mona, D.APPROVE).kind == K.NEEDS_SECOND
    assert answer(review_of(comment), cast.alice) == K.DONE
    assert Action.objects.get().decision.act == D.APPROVE


def test_removing_a_qualified_comment_takes_one(cast: Cast, comment: Comment) -> None:
    assert decided(comment, cast.mona, D.DELETE).kind == K.DONE


def test_nobody_seconds_what_waits_for_a_first(cast: Cast, comment: Comment) -> None:
    assert answer(review_of(comment), cast.ada) == K.NOT_HELD
    held(review_of(comment), cast.mona)
    assert answer(review_of(comment), cast.ada) == K.NOT_HELD
