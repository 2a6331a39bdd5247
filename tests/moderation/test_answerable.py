"""Where a network always refuses an answer there is no button for it, and its absence says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moderation.enums import Decided, ResultKind
from moderation.models import Action, Comment
from moderation.services.ingest import poll_page
from pages.models import Page, Person
from pages.services import connect
from tests.moderation.desk import Desk
from tests.moderation.makers import HARMLESS, INSULT, decided, review_of
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn, soup

Writes = Callable[[FakeNetwork], object]
WRITES: dict[str, Writes] = {
    "comment": lambda fake: fake.write("c1", INSULT),
    "answer": lambda fake: fake.write("c1", INSULT, parent_id="c0"),
    "mention": lambda fake: fake.name("c1", INSULT),
}


@pytest.fixture
def heard(cast: Cast, network: FakeNetwork) -> Callable[[str, str], Comment]:
    """What somebody wrote to a page of a network, taken in."""

    def heard(code: str, what: str) -> Comment:
        page = Page.objects.create(brand=cast.brand, network=code, remote_id="7", name="Lumen")
        fake: FakeNetwork = connect.client_for(page)  # type: ignore[assignment]  # see `network`
        WRITES[what](fake)
        poll_page(page.pk)
        return Comment.objects.select_related("page__brand").get(page=page, remote_id="c1")

    return heard


CASES = [
    ("facebook", "comment", True),
    ("facebook", "answer", True),
    ("facebook", "mention", True),
    ("instagram", "comment", True),
    ("instagram", "answer", False),
    ("instagram", "mention", False),
    ("mastodon", "mention", True),
]


@pytest.mark.parametrize(("code", "what", "answerable"), CASES)
def test_the_button_is_there_where_an_answer_can_be(
    cast: Cast,
    heard: Callable[[str, str], Comment],
    signed_in: SignIn,
    code: str,
    what: str,
    answerable: bool,
) -> None:
    Person.objects.update(language="en")
    comment = heard(code, what)
    mona = Desk(signed_in(cast.mona))
    review = mona.take(review_of(comment))
    page = soup(mona.get("review", review.pk))
    acts = {each["value"] for each in page.select("[name=act]")}
    assert ("reply" in acts, "keep" in acts) == (answerable, True)
    assert ("Instagram does not let us answer from here." in page.get_text(" ")) is not answerable


@pytest.mark.parametrize("what", ["answer", "mention"])
def test_it_cannot_be_decided_otherwise_either(
    cast: Cast, heard: Callable[[str, str], Comment], what: str
) -> None:
    comment = heard("instagram", what)
    result = decided(comment, cast.mona, Decided.REPLY, text=HARMLESS)
    assert (result.kind, Action.objects.count()) == (ResultKind.NOT_POSSIBLE, 0)
