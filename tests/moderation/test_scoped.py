"""Nothing is seen or done across brands, whichever service is asked, and whatever it is handed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cm_suite.core import ledger
from moderation import jobs
from moderation.enums import ActionState, Decided, Presence, ResultKind
from moderation.models import Action, Assessment, Comment, Decision, Evidence, Review
from moderation.services import assess, assign, evidence, reporters, taking, troubles
from moderation.services.decide import decide, second, undo
from moderation.services.ingest import poll_page
from pages.enums import Role
from pages.models import Membership, Page, Person
from pages.networks.types import IncomingComment
from pages.notices.models import Notice
from pages.services import connect
from tests.moderation.makers import HARMLESS, INSULT, REASON, decided, fresh, held, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast, make_person

D = Decided
K = ResultKind


@pytest.fixture
def elsewhere(cast: Cast, network: FakeNetwork) -> FakeNetwork:
    """The network of the other brand."""
    found = connect.client_for(cast.other_newsroom)
    assert isinstance(found, FakeNetwork)
    return found


def state_of_the_house() -> tuple[Any, ...]:
    """All that an act could change."""
    return (
        list(Review.objects.order_by("pk").values_list("state", "claimed_by", "label", "qualified")),
        list(Decision.objects.order_by("pk").values_list("act", "final", "by")),
        list(Action.objects.order_by("pk").values_list("state", "code", "tries")),
        list(Comment.objects.order_by("pk").values_list("text", "presence", "erased_at")),
        Evidence.objects.count(),
    )


Try = Callable[[Cast, Comment, Person], Any]


def _held(comment: Comment) -> Review:
    return review_of(comment)


ACTS: dict[str, Try] = {
    "claim": lambda _cast, comment, who: assign.claim(_held(comment), who),
    "renew": lambda _cast, comment, who: assign.renew(_held(comment), who),
    "release": lambda _cast, comment, who: assign.release(_held(comment), who),
    "claim next": lambda cast, _comment, who: assign.claim_next(cast.brand, who),
    "ask": lambda _cast, comment, who: assign.ask_review(comment, who),
    "decide": lambda _cast, comment, who: decide(
        _held(comment), who, D.HIDE, reason=REASON, revision=1, alone_confirmed=True
    ),
    "second": lambda _cast, comment, who: second(
        _held(comment), who, agree=True, reason=REASON, revision=1, alone_confirmed=True
    ),
    "erase": lambda _cast, comment, who: evidence.erase(comment, who),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("who", ["charlie", "vera", "bob", "nobody"])
def test_who_has_no_part_in_a_comment_changes_nothing(
    cast: Cast, network: FakeNetwork, name: str, who: str
) -> None:
    comment = taken(cast.newsroom, network)
    person = make_person("Nobody") if who == "nobody" else getattr(cast, who)
    before, length = state_of_the_house(), ledger.head(cast.brand.pk).count
    ACTS[name](cast, comment, person)
    assert state_of_the_house() == before
    assert ledger.head(cast.brand.pk).count == length


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.APPROVER, Role.LEAD])
def test_a_role_elsewhere_is_none_here(cast: Cast, network: FakeNetwork, role: Role) -> None:
    comment = taken(cast.newsroom, network)
    Membership.objects.filter(person=cast.charlie).update(role=role)
    review = held(review_of(comment), cast.mona)
    result = decide(review, cast.charlie, D.HIDE, reason=REASON, revision=1)
    assert (result.kind, Decision.objects.count()) == (K.NOT_ALLOWED, 0)


def test_a_second_person_is_of_the_same_brand(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    others = Membership.objects.filter(brand=cast.brand).exclude(person=cast.mona)
    others.delete()
    # Charlie leads the other brand: here nobody else is left, so one confirms alone
    assert decided(comment, cast.mona, D.KEEP).kind == K.ALONE_MUST_CONFIRM


def test_troubles_of_another_brand_are_not_touched(cast: Cast, network: FakeNetwork) -> None:
    action = decided(taken(cast.newsroom, network), cast.mona).action
    assert action is not None
    Action.objects.update(state=ActionState.NEEDS_PERSON)
    before = state_of_the_house()
    assert troubles.retry(action, cast.charlie).kind == K.NOT_ALLOWED
    assert troubles.cancel(action, cast.charlie).kind == K.NOT_ALLOWED
    assert troubles.settle(action, cast.charlie, done=True, reason=REASON).kind == K.NOT_ALLOWED
    hidden = Decision.objects.get()
    assert undo(hidden, cast.charlie, REASON, alone_confirmed=True).kind == K.NOT_ALLOWED
    assert state_of_the_house() == before


def test_the_same_reference_on_two_pages_is_two_comments(
    cast: Cast, network: FakeNetwork, elsewhere: FakeNetwork
) -> None:
    here = taken(cast.newsroom, network, INSULT, "7")
    there = taken(cast.other_newsroom, elsewhere, HARMLESS, "7")
    assert (here.pk == there.pk, here.text, there.text) == (False, INSULT, HARMLESS)
    network.take_down("7")
    poll_page(cast.newsroom.pk)
    assert (fresh(here).presence, fresh(there).presence) == (Presence.GONE, Presence.VISIBLE)


def test_what_is_removed_here_is_asked_of_this_network_alone(
    cast: Cast, network: FakeNetwork, elsewhere: FakeNetwork
) -> None:
    here = taken(cast.newsroom, network, INSULT, "7")
    there = taken(cast.other_newsroom, elsewhere, INSULT, "7")
    decided(here, cast.mona, D.DELETE)
    assert jobs.carry_out() == 1
    assert (len(network.calls), elsewhere.calls) == (1, [])
    assert fresh(there).presence == Presence.VISIBLE
    assert (ledger.head(cast.brand.pk).count, ledger.head(cast.other_brand.pk).count) == (3, 0)


def test_the_comment_answered_is_looked_for_on_the_same_page(
    cast: Cast, network: FakeNetwork, elsewhere: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(cast.other_newsroom, elsewhere, "Mots d'une autre maison", "p1")
    seen: list[str] = []
    real = assess.risk.assess  # type: ignore[attr-defined]  # the module is not part of what it exports

    def spying(text: Any) -> Any:
        seen.append(text.parent_text)
        return real(text)

    monkeypatch.setattr(assess.risk, "assess", spying)  # type: ignore[attr-defined]  # as above
    taking.take(cast.newsroom, IncomingComment("c9", HARMLESS, parent_id="p1"))
    assert seen == [""]


def test_notices_go_to_people_of_the_brand(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network)
    decided(comment, cast.mona, D.KEEP)
    told = set(Notice.objects.values_list("person__name", flat=True))
    assert told == {"Ada", "Alice"}
    assert set(Notice.objects.values_list("brand", flat=True)) == {cast.brand.pk}


def test_reporters_of_one_brand_are_not_told_by_another(
    cast: Cast, network: FakeNetwork, elsewhere: FakeNetwork
) -> None:
    network.write("c1", HARMLESS, notices=1)
    elsewhere.write("c1", HARMLESS, notices=1)
    jobs.poll_comments()
    decided(Comment.objects.get(page=cast.newsroom), cast.mona, D.KEEP)
    assert reporters.answer_due(10) == 1
    assert (network.calls, elsewhere.calls) == ([("tell", "c1", "kept")], [])


def test_what_the_page_wrote_itself_is_its_own_on_its_own_page_alone(
    cast: Cast, network: FakeNetwork
) -> None:
    other = Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="7", name="M"
    )
    from_there = taking.take(cast.newsroom, network.write("c1", INSULT))
    assert from_there is not None
    assert (from_there.comment.by_page, other.comments.count()) == (False, 0)
    assert Assessment.objects.count() == 1
