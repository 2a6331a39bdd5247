"""The thread from a visitor's insult to its disappearance."""

from __future__ import annotations

from cm_suite.core import ledger
from moderation.enums import ActionState, Decided, Presence, ResultKind, ReviewState
from moderation.models import Action, Comment, Evidence
from moderation.services.act import carry_out
from tests.moderation.makers import INSULT, decided, fresh, lines, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast


def test_an_insult_is_taken_in_flagged_decided_and_hidden(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    review = review_of(comment)
    assert (review.label, review.severity, review.qualified, review.state) == (
        "injure",
        2,
        True,
        ReviewState.WAITING,
    )
    result = decided(comment, cast.mona, told="Insulte : voir la charte")
    assert result.kind == ResultKind.DONE
    assert result.action is not None
    assert network.calls == []
    assert carry_out(result.action.pk) is True
    assert network.calls == [("hide", "c1", "Insulte : voir la charte")]
    assert fresh(result.action).state == ActionState.DONE
    assert fresh(comment).presence == Presence.HIDDEN
    assert fresh(review).state == ReviewState.DECIDED
    assert Evidence.objects.count() == 1
    assert lines(cast.brand) == ["decision.hide", "evidence.sealed", "action.done"]
    assert ledger.verify(cast.brand.pk) is None
    assert carry_out(result.action.pk) is False
    assert (Comment.objects.count(), Action.objects.count()) == (1, 1)


def test_keeping_a_qualified_comment_takes_two_people(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, INSULT)
    result = decided(comment, cast.mona, Decided.KEEP)
    assert result.kind == ResultKind.NEEDS_SECOND
    assert fresh(review_of(comment)).state == ReviewState.SECOND
