"""What is typed: an answer as long as its network takes it, and a reason for who is taken out of sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from moderation import rules
from moderation.enums import Decided, ResultKind
from moderation.forms import NEAREST, QUICK, AnswerForm
from moderation.models import Action, Comment, Decision
from moderation.risk.labels import Label
from moderation.selectors import room
from moderation.services import beside
from moderation.services.assign import ask_review
from moderation.services.ingest import poll_page
from pages.models import Page, Person
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, Commenter
from tests.moderation.desk import Desk
from tests.moderation.makers import HARMLESS, decided, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn, soup, words

pytestmark = pytest.mark.usefixtures("noon")
D = Decided


@pytest.fixture(autouse=True)
def english(cast: Cast) -> Iterator[None]:
    """Everybody reads English; the brand speaks French."""
    Person.objects.update(language="en")
    with translation.override("en"):
        yield


@pytest.fixture
def mona(cast: Cast, signed_in: SignIn) -> Desk:
    """The moderator at her desk."""
    return Desk(signed_in(cast.mona))


def page_on(cast: Cast, network: str, **fields: object) -> Page:
    return Page.objects.create(
        brand=cast.brand, network=network, host="https://n.example", remote_id="7", name="Lumen", **fields
    )


def asked(page: Page, cast: Cast, **fields: object) -> Comment:
    """A comment on the page that somebody is to answer."""
    made = Comment.objects.create(
        page=page, remote_id="c1", text=HARMLESS, seen_at=page.created_at, **{"kind": "comment", **fields}
    )
    assert ask_review(made, cast.mona) is not None
    return made


# --- an answer's length


LIMITS = {"x": 280, "bluesky": 300, "mastodon": 500, "linkedin": 1250, "facebook": 8000, "newsroom": 5000}


@pytest.mark.parametrize(("network", "limit"), LIMITS.items())
def test_an_answer_is_as_long_as_its_network_takes_it(cast: Cast, network: str, limit: int) -> None:
    page = cast.newsroom if network == "newsroom" else page_on(cast, network)
    comment = asked(page, cast)
    assert room.of(comment).limit == limit
    fits = decided(comment, cast.mona, D.REPLY, text="é" * (limit + 1))
    assert (fits.kind, Decision.objects.count(), Action.objects.count()) == (ResultKind.TOO_LONG, 0, 0)
    assert decided(comment, cast.mona, D.REPLY, text="é" * limit).kind == ResultKind.DONE


def test_no_network_that_answers_is_without_a_limit() -> None:
    answering = [spec for spec in NETWORKS.values() if Capability.REPLY in spec.capabilities]
    assert all((spec.reply_limit or spec.default_text_limit) > 0 for spec in answering)


def test_it_is_measured_as_the_network_counts(cast: Cast) -> None:
    comment = asked(page_on(cast, "x"), cast)
    address = "https://lumen.example/" + "a" * 300
    assert room.of(comment).length(f"Voyez {address}") == len("Voyez ") + 23
    assert decided(comment, cast.mona, D.REPLY, text=f"Voyez {address}").kind == ResultKind.DONE


def test_the_name_that_an_answer_begins_with_counts(cast: Cast) -> None:
    comment = asked(page_on(cast, "mastodon"), cast, author_handle="@paul@loin.example")
    assert room.of(comment).length("Merci") == len("@paul Merci")
    assert room.of(comment).length("Merci @paul@loin.example") == len("Merci @paul")
    assert decided(comment, cast.mona, D.REPLY, text="é" * 495).kind == ResultKind.TOO_LONG
    assert decided(comment, cast.mona, D.REPLY, text="é" * 494).kind == ResultKind.DONE


def test_the_account_s_own_limit_stands(cast: Cast) -> None:
    comment = asked(page_on(cast, "mastodon", text_limit=5000), cast)
    assert room.of(comment).limit == 5000


@pytest.mark.parametrize(("network", "limit"), [("x", 10_000), ("mastodon", 500)])
def test_a_private_answer_has_a_limit_of_its_own(cast: Cast, network: str, limit: int) -> None:
    page = page_on(cast, network)
    message = Comment.objects.create(
        page=page, remote_id="m1", kind="message", conversation="k", text="?", seen_at=page.created_at
    )
    assert room.of(message).limit == limit
    assert beside.answer(message, cast.mona, "é" * (limit + 1)).kind == ResultKind.TOO_LONG
    form = AnswerForm({"text": "é" * (limit + 1)}, room=room.of(message))
    assert (form.is_valid(), list(form.errors)) == (False, ["text"])
    assert Action.objects.count() == 0


def test_the_form_says_how_long_and_keeps_what_was_typed(
    cast: Cast, network: FakeNetwork, mona: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = taken(cast.newsroom, network)
    review = review_of(comment)
    mona.take(review)
    shown = soup(mona.get("review", review.pk)).select_one("#decide-room")
    assert shown is not None
    assert words(shown) == "At most 5000 characters, as Public page counts them."
    answer = mona.decide(review, "reply", text="é" * 5001)
    assert answer.status_code == 422
    assert "5001 characters, as Public page counts them: it takes 5000 at most." in words(answer)
    kept = soup(answer).select_one("#decide-text")
    assert kept is not None
    assert "é" * 5001 in kept.get_text()
    assert Decision.objects.count() == 0


def test_a_long_text_left_beside_a_removal_hinders_nothing(
    cast: Cast, network: FakeNetwork, mona: Desk
) -> None:
    review = review_of(taken(cast.newsroom, network))
    mona.take(review)
    assert mona.decide(review, "hide", quick="insult", text="é" * 6000).status_code == 302


# --- what the author of a removed comment may read


def test_a_removal_without_words_for_its_author_is_asked_for_them(
    cast: Cast, network: FakeNetwork, mona: Desk
) -> None:
    review = review_of(taken(cast.newsroom, network))
    mona.take(review)
    answer = mona.decide(review, "hide", told="", label="injure")
    assert (answer.status_code, Decision.objects.count()) == (422, 0)
    assert "Its author reads why. Choose a reason, or send this one, changed or not." in words(answer)
    told = soup(answer).select_one("#decide-told")
    assert told is not None
    with translation.override("fr"):
        proposed = str(QUICK["insult"].told)
    assert told.get_text().strip() == proposed
    again = mona.press(answer, "Hide the comment")
    assert (again.status_code, Decision.objects.get().told) == (302, proposed)


def test_a_reason_at_hand_is_what_its_author_reads(cast: Cast, network: FakeNetwork, mona: Desk) -> None:
    review = review_of(taken(cast.newsroom, network))
    mona.take(review)
    assert mona.decide(review, "hide", quick="insult", told="").status_code == 302
    with translation.override("fr"):
        assert Decision.objects.get().told == str(QUICK["insult"].told)


def test_a_reason_to_keep_is_none_to_remove(cast: Cast, network: FakeNetwork, mona: Desk) -> None:
    review = review_of(taken(cast.newsroom, network))
    mona.take(review)
    assert mona.decide(review, "delete", quick="opinion", told="").status_code == 422
    assert Decision.objects.count() == 0


def test_what_stays_in_sight_tells_its_author_nothing(cast: Cast, network: FakeNetwork, mona: Desk) -> None:
    network.write("c1", HARMLESS, author=Commenter("v1", "Paul"))
    poll_page(cast.newsroom.pk)
    review = ask_review(Comment.objects.get(), cast.mona)
    assert review is not None
    mona.take(review)
    assert mona.decide(review, "keep").status_code == 302
    assert Decision.objects.get().told == ""


@pytest.mark.parametrize("label", Label)
def test_every_label_has_words_near_to_it(label: Label) -> None:
    quick = QUICK[NEAREST.get(label, "charter")]
    assert str(quick.told).startswith("Your comment")
    assert rules.reason_given(str(quick.told))
