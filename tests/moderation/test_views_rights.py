"""Who may do what at the desk, and that no row of another brand is reached from one's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from moderation.enums import Decided
from moderation.models import Action, Comment, Decision, Evidence, Review
from tests.moderation.desk import Desk, decision
from tests.moderation.makers import INSULT, decided, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn

pytestmark = pytest.mark.usefixtures("noon")
PAGES = ("queue", "history", "comments")


@pytest.fixture
def rows(cast: Cast, network: FakeNetwork) -> tuple[Comment, Review]:
    """One comment decided with its sealed copy, another that waits."""
    decided(taken(cast.newsroom, network, INSULT, "c1"), cast.mona, Decided.HIDE)
    comment = taken(cast.newsroom, network, INSULT, "c2")
    return comment, review_of(comment)


def writings(rows: tuple[Comment, Review]) -> list[tuple[str, tuple[int, ...], dict[str, Any]]]:
    """Everything that writes, with what it wants."""
    comment, review = rows
    action, made = Action.objects.get(), Decision.objects.get()
    return [
        ("next", (), {}),
        ("claim", (review.pk,), {}),
        ("renew", (review.pk,), {}),
        ("release", (review.pk,), {}),
        ("decide", (review.pk,), decision("hide")),
        ("ask_review", (comment.pk,), {}),
        ("undo", (made.pk,), {"reason": "So it is"}),
        ("retry", (action.pk,), {}),
        ("cancel", (action.pk,), {}),
        ("settle", (action.pk,), {"done": "yes", "reason": "Seen"}),
    ]


def state(rows: tuple[Comment, Review]) -> tuple[object, ...]:
    review = Review.objects.get(pk=rows[1].pk)
    return (review.state, review.claimed_by_id, Decision.objects.count(), Action.objects.get().state)


@pytest.mark.parametrize("role", ["viewer", "author", "approver"])
def test_who_does_not_moderate_reads_and_changes_nothing(
    cast: Cast, signed_in: SignIn, rows: tuple[Comment, Review], role: str
) -> None:
    desk, before = Desk(signed_in(cast.by_role()[role])), state(rows)
    seen = [desk.get(name).status_code for name in PAGES]
    seen += [desk.get("comment", rows[0].pk).status_code, desk.get("review", rows[1].pk).status_code]
    sent = {name: desk.post(name, *parts, **data).status_code for name, parts, data in writings(rows)}
    assert (seen, sent) == ([200] * 5, dict.fromkeys(sent, 403))
    assert state(rows) == before


@pytest.mark.parametrize(("role", "status"), [("approver", 200), ("moderator", 200), ("author", 403)])
def test_sealed_copies_are_for_second_persons(
    cast: Cast, signed_in: SignIn, rows: tuple[Comment, Review], role: str, status: int
) -> None:
    desk = Desk(signed_in(cast.by_role()[role]))
    assert desk.get("evidence", Evidence.objects.get().pk).status_code == status


def test_outsiders_find_nothing(cast: Cast, signed_in: SignIn, rows: tuple[Comment, Review]) -> None:
    desk, before = Desk(signed_in(cast.charlie)), state(rows)
    seen = [desk.get(name).status_code for name in PAGES]
    seen += [desk.get("comment", rows[0].pk).status_code, desk.get("review", rows[1].pk).status_code]
    seen.append(desk.get("evidence", Evidence.objects.get().pk).status_code)
    seen += [desk.post(name, *parts, **data).status_code for name, parts, data in writings(rows)]
    assert (set(seen), state(rows)) == ({404}, before)


def test_another_brand_s_rows_are_not_found_under_one_s_own(
    cast: Cast, signed_in: SignIn, rows: tuple[Comment, Review]
) -> None:
    desk, before = Desk(signed_in(cast.charlie), "atelier-roche"), state(rows)
    asked = [each for each in writings(rows) if each[1]]
    sent = {name: desk.post(name, *parts, **data).status_code for name, parts, data in asked}
    sent["second"] = desk.post("second", rows[1].pk, agree="yes", revision=1).status_code
    sent["skip"] = desk.post("next", skip=rows[1].pk).status_code
    seen = [desk.get("comment", rows[0].pk).status_code, desk.get("review", rows[1].pk).status_code]
    seen.append(desk.get("evidence", Evidence.objects.get().pk).status_code)
    assert (sent, seen) == (dict.fromkeys(sent, 404), [404] * 3)
    assert state(rows) == before
    assert INSULT.encode() not in desk.get("queue").content


def test_nobody_is_asked_to_sign_in_first(rows: tuple[Comment, Review]) -> None:
    desk, before = Desk(Client()), state(rows)
    for name, parts, data in writings(rows):
        answer = desk.post(name, *parts, **data)
        assert (answer.status_code, answer.url.startswith("/sign-in/")) == (302, True), name
    assert state(rows) == before


def test_looking_takes_nothing(cast: Cast, signed_in: SignIn, rows: tuple[Comment, Review]) -> None:
    desk, before = Desk(signed_in(cast.mona)), state(rows)
    for name, parts, _ in writings(rows):
        assert desk.get(name, *parts).status_code == 405, name
    desk.get("review", rows[1].pk)
    assert state(rows) == before
