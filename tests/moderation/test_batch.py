"""One answer of a network taken in at once: the same rows as one by one, in a handful of queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from moderation.models import Assessment, Comment, Element, Qualification, Review, Revision, Span
from moderation.risk import assess as risk
from moderation.services import batch, fresh, taking
from pages.models import Page, ThreadSnapshot
from pages.networks.types import CommentKind, CommentPresence, IncomingComment, ThreadPost
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT
from tests.moderation.network import POST, VISITOR
from tests.people import Cast

HOUR = timedelta(hours=1)
OTHER = ThreadPost("post-2", "https://reseau.example/p/2", "Les nouveautés d'automne.")
MIXED = (
    IncomingComment("a", INSULT, VISITOR, POST, at=NOON - HOUR),
    IncomingComment("b", HARMLESS, replace(VISITOR, remote_id="v2"), POST, parent_id="a", at=NOON - HOUR),
    IncomingComment(
        "c", "Vous êtes nuls, escrocs !", VISITOR, OTHER, at=NOON - HOUR, notices=2, notified_at=NOON - HOUR
    ),
    IncomingComment("d", HARMLESS, VISITOR, OTHER, presence=CommentPresence.PENDING),
    IncomingComment("e", "x" * 30_000, VISITOR, POST),
    IncomingComment("f", INSULT, VISITOR, kind=CommentKind.MENTION),
    IncomingComment("g", INSULT, VISITOR, kind=CommentKind.MESSAGE, conversation="k"),
)


def rows_of(model: Any, *names: str) -> list[tuple[Any, ...]]:
    return sorted(model.objects.values_list(*names), key=repr)


def everything() -> list[list[tuple[Any, ...]]]:
    """What is stored, without the numbers that each row happens to have."""
    return [
        rows_of(
            Comment,
            *("remote_id", "kind", "conversation", "text", "clipped", "presence", "published_at", "seen_at"),
            *("checked_at", "notices", "notified_at", "by_page", "thread__remote_id", "parent_remote_id"),
        ),
        rows_of(Revision, "comment__remote_id", "number", "text", "clipped", "whole"),
        rows_of(ThreadSnapshot, "remote_id", "text", "url"),
        rows_of(
            Assessment, "comment__remote_id", "revision", "flag", "score", "severity", "label", "partial"
        ),
        rows_of(Qualification, "assessment__comment__remote_id", "rank", "label", "article", "confidence"),
        rows_of(Element, "qualification__assessment__comment__remote_id", "place", "code", "found"),
        rows_of(Span, "qualification__assessment__comment__remote_id", "start", "end", "source"),
        rows_of(
            Review,
            *("comment__remote_id", "state", "label", "severity", "qualified", "notified", "known_at"),
            *("due_at", "opened_at", "notices"),
        ),
    ]


def test_at_once_stores_what_one_by_one_stores(cast: Cast, noon: time_machine.Traveller) -> None:
    for each in MIXED:
        taking.take(cast.newsroom, each, NOON)
    one_by_one = everything()
    Comment.objects.all().delete()
    ThreadSnapshot.objects.all().delete()
    taken = batch.take_all(cast.newsroom, MIXED, NOON)
    assert everything() == one_by_one
    assert [(each.new, each.changed) for each in taken if each] == [(True, False)] * len(MIXED)
    assert len(one_by_one[-1]) == 5  # a, c, d, e too long, the mention: neither the harmless nor the message


def test_what_is_new_costs_the_same_however_much_it_is(cast: Cast) -> None:
    counts = []
    for number, size in enumerate((3, 30)):
        new = [IncomingComment(f"{number}-{each}", INSULT, VISITOR, POST) for each in range(size)]
        ThreadSnapshot.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            batch.take_all(cast.newsroom, new, NOON)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 17
    assert Review.objects.count() == 33


def test_what_is_known_and_unchanged_is_only_noted(
    cast: Cast, noon: time_machine.Traveller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    calm = [IncomingComment(f"c{each}", HARMLESS, VISITOR, POST, at=NOON - HOUR) for each in range(20)]
    batch.take_all(cast.newsroom, calm, NOON)
    with django_assert_num_queries(3):
        taken = batch.take_all(cast.newsroom, calm, NOON + HOUR)
    assert [(each.new, each.changed, each.gone) for each in taken if each] == [(False, False, False)] * 20
    assert set(Comment.objects.values_list("checked_at", "revision")) == {(NOON + HOUR, 1)}


@pytest.mark.parametrize(
    "more",
    [
        {"text": "Merci."},
        {"presence": CommentPresence.HIDDEN},
        {"presence": CommentPresence.GONE},
        {"notices": 1},
    ],
)
def test_what_has_changed_is_taken_in(cast: Cast, noon: time_machine.Traveller, more: dict[str, Any]) -> None:
    first = IncomingComment("c1", HARMLESS, VISITOR, POST, at=NOON - HOUR)
    batch.take_all(cast.newsroom, [first], NOON)
    [taken] = batch.take_all(cast.newsroom, [replace(first, **more)], NOON + HOUR)
    assert taken is not None
    stored = Comment.objects.get()
    assert taken.changed or stored.notices == 1
    for name, value in more.items():
        if more.get("presence") != CommentPresence.GONE:
            assert getattr(stored, name) == value


def test_said_twice_in_one_answer_the_later_wording_stands(cast: Cast) -> None:
    first = IncomingComment("c1", "Bonjour", VISITOR, POST)
    taken = batch.take_all(cast.newsroom, [first, replace(first, text="Bonsoir"), first], NOON)
    assert [each.new for each in taken if each] == [True, False, False]
    comment = Comment.objects.get()
    assert list(comment.revisions.values_list("text", flat=True)) == ["Bonjour", "Bonsoir", "Bonjour"]


def test_a_flagged_one_that_has_not_changed_changes_nothing(cast: Cast) -> None:
    first = IncomingComment("c1", INSULT, VISITOR, POST)
    batch.take_all(cast.newsroom, [first], NOON)
    [taken] = batch.take_all(cast.newsroom, [first], NOON + HOUR)
    assert taken is not None
    assert (taken.new, taken.changed) == (False, False)
    assert (Revision.objects.count(), Review.objects.count(), Assessment.objects.count()) == (1, 1, 1)


def test_gone_before_it_was_seen_leaves_nothing(cast: Cast) -> None:
    gone = IncomingComment("c1", "", presence=CommentPresence.GONE)
    assert batch.take_all(cast.newsroom, [gone], NOON) == [None]
    assert batch.take_all(cast.newsroom, [], NOON) == []
    assert Comment.objects.count() == 0


def test_one_that_cannot_be_stored_stops_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = fresh.store

    def refuses(page: Page, drafts: list[fresh.Draft]) -> list[Comment]:
        if any(draft.comment.remote_id == "c1" for draft in drafts):
            raise DataError(INSULT)
        return real(page, drafts)

    monkeypatch.setattr(fresh, "store", refuses)
    both = [IncomingComment(each, INSULT, VISITOR, POST) for each in ("c1", "c2")]
    taken = batch.take_all(cast.newsroom, both, NOON)
    assert [each and each.comment.remote_id for each in taken] == [None, "c2"]
    assert "connard" not in caplog.text


def test_one_that_another_worker_stored_meanwhile_is_found(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = [IncomingComment(each, HARMLESS, VISITOR, POST) for each in ("c1", "c2")]
    monkeypatch.setattr(batch, "_known", lambda page, given: {})
    taking.take(cast.newsroom, incoming[0], NOON)
    taken = batch.take_all(cast.newsroom, incoming, NOON)
    assert sorted((each.comment.remote_id, each.new) for each in taken if each) == [
        ("c1", False),
        ("c2", True),
    ]
    assert Comment.objects.count() == 2


def test_what_a_comment_answers_is_read_with_it_also_from_the_same_answer(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[str, str, str]] = []
    real = risk.assess

    def assess(comment: Any) -> Any:
        read.append((comment.text, comment.parent_text, comment.post_text))
        return real(comment)

    monkeypatch.setattr(risk, "assess", assess)
    above = IncomingComment("a", "Qui est nul ?", VISITOR, POST)
    below = IncomingComment("b", "Lui.", VISITOR, POST, parent_id="a")
    batch.take_all(cast.newsroom, [above, below], NOON)
    batch.take_all(cast.newsroom, [replace(below, remote_id="c", text="Elle.")], NOON)
    assert read == [
        ("Qui est nul ?", "", POST.text),
        ("Lui.", "Qui est nul ?", POST.text),
        ("Elle.", "Qui est nul ?", POST.text),
    ]
