"""Private messages on X: heard from a mark on, answered once, and looked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Fault, FaultKind
from cm_suite.ops.bench.fake_network import Reply as Answer
from pages.networks.errors import Code
from pages.networks.types import (
    CANNOT_TELL,
    Commenter,
    CommentKind,
    IncomingComment,
    Reply,
    SightingKind,
)
from tests.networks.x.fake import LUMEN, NADIA, PAUL, FakeX, MemoryPurse, answering
from tests.networks.x.problems import REFUSED, problem

WITH_NADIA = f"{LUMEN.id}-{NADIA.id}"


def answer(text: str = "Elle part demain.", conversation: str = WITH_NADIA) -> Reply:
    """An answer to Nadia."""
    return Reply("k", "1", text, "fr", author=Commenter(NADIA.id, "Nadia"), conversation=conversation)


def test_a_message_is_all_that_x_says_of_it(x: FakeX) -> None:
    said = x.write(NADIA, "Ma commande & ma lampe ?")
    (message,) = x.client().messages("").comments
    assert message == IncomingComment(
        remote_id=said["id"],
        text="Ma commande & ma lampe ?",
        author=Commenter(NADIA.id, "Nadia", "@nadia_r", "https://x.com/nadia_r"),
        at=datetime.fromisoformat(said["created_at"]),
        kind=CommentKind.MESSAGE,
        conversation=WITH_NADIA,
    )


def test_what_we_wrote_and_who_came_or_left_is_no_message(x: FakeX) -> None:
    x.write(LUMEN, "Bonjour")
    x.write(PAUL, "Bonsoir")
    x.events.append(x.events[-1] | {"id": "1", "event_type": "ParticipantsJoin"})
    found = x.client().messages("")
    assert [each.text for each in found.comments] == ["Bonsoir"]
    assert x.client().messages(found.mark).comments == ()


def test_a_look_at_nothing_new_costs_one_message(x: FakeX, purse: MemoryPurse) -> None:
    x.write(NADIA, "Ma commande ?")
    mark = x.client().messages("").mark
    purse.paid.clear()
    found = x.client(purse=purse).messages(mark)
    assert (found.comments, found.mark, found.more) == ((), mark, False)
    assert purse.paid == {"message_read": 1, "user_read": 1}
    assert x.requests[-1].query["max_results"] == "1"


def test_many_messages_come_over_several_turns_and_none_is_lost(x: FakeX) -> None:
    x.write(NADIA, "Bonjour")
    mark = x.client().messages("").mark
    said = [x.write(NADIA if number % 2 else PAUL, f"Mot {number}")["id"] for number in range(100)]
    read: list[str] = []
    more = True
    turns = 0
    while more:
        found = x.client().messages(mark)
        read, mark, more, turns = (
            read + [each.remote_id for each in found.comments],
            found.mark,
            found.more,
            turns + 1,
        )
    assert (sorted(read), mark, turns) == (sorted(said), said[-1], 2)


def test_messages_that_cannot_be_read_hide_no_other(x: FakeX) -> None:
    good = x.write(NADIA, "Bonjour")
    kind = {"event_type": "MessageCreate"}
    broken = [kind, kind | {"id": "7"}, kind | {"id": "8", "text": "a", "dm_conversation_id": "../me"}]
    x.fail_next(answering(Answer(200, {"data": [good, *broken]})), "read")
    assert [each.remote_id for each in x.client().messages("").comments] == [good["id"]]


def test_a_token_that_may_not_read_messages_says_so(x: FakeX) -> None:
    x.fail_next(answering(REFUSED), "read")
    with pytest.raises(Never) as refused:
        x.client().messages("")
    assert (refused.value.code, refused.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


def test_an_answer_goes_to_its_conversation_and_costs(x: FakeX, purse: MemoryPurse) -> None:
    published = x.client(purse=purse).answer(answer(), lambda: None)
    (request,) = x.asked("POST", f"/2/dm_conversations/{WITH_NADIA}/messages")
    assert json.loads(request.body) == {"text": "Elle part demain."}
    assert (published.remote_id, published.url) == (x.events[-1]["id"], "")
    assert purse.paid == {"message": 1}


def test_with_no_conversation_known_it_goes_to_the_author(x: FakeX) -> None:
    x.client().answer(answer(conversation=""), lambda: None)
    assert x.requests[-1].path == f"/2/dm_conversations/with/{NADIA.id}/messages"
    nobody = Reply("k", "1", "Bonjour", conversation="../../users/me")
    with pytest.raises(Never) as refused:
        x.client().answer(nobody, lambda: None)
    assert refused.value.code == Code.NOT_FOUND
    assert len(x.events) == 1


def test_somebody_who_takes_no_message_is_said_to_be_so(x: FakeX, purse: MemoryPurse) -> None:
    x.fail_next(answering(problem(403, "You cannot send messages to this user.")))
    with pytest.raises(Never) as refused:
        x.client(purse=purse).answer(answer(), lambda: None)
    assert (refused.value.code, refused.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert (x.events, purse.paid) == ([], {"message": 0})


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": {"dm_event_id": "x"}}, {"data": []}])
def test_an_answer_without_an_id_is_unknown(x: FakeX, body: dict[str, Any]) -> None:
    x.fail_next(answering(Answer(201, body), after=True))
    with pytest.raises(Unknown):
        x.client().answer(answer(), lambda: None)
    assert len(x.events) == 1


def test_an_answer_is_found_among_our_words_of_that_time(x: FakeX) -> None:
    now = datetime.now(UTC)
    x.write(LUMEN, "Elle part demain.", now - timedelta(days=3))
    x.write(NADIA, "Elle part demain.", now)
    client = x.client()
    since = now - timedelta(minutes=1)
    assert client.find_answer(answer(), since, now).kind is SightingKind.ABSENT
    made = x.write(LUMEN, "Elle part  demain.", now)
    found = client.find_answer(answer(), since, now)
    assert found.published is not None
    assert found.published.remote_id == made["id"]
    assert client.find_answer(answer("Autre chose"), since, now).kind is SightingKind.ABSENT


def test_an_answer_is_not_absent_before_all_of_its_time_was_read(x: FakeX) -> None:
    now = datetime.now(UTC)
    for number in range(101):
        x.write(NADIA, f"Mot {number}", now)
    client = x.client()
    assert client.find_answer(answer(), now - timedelta(minutes=1), now) == CANNOT_TELL
    for event in x.events[:50]:
        event["created_at"] = "2026-01-01T00:00:00.000Z"
    assert client.find_answer(answer(), now - timedelta(minutes=1), now).kind is SightingKind.ABSENT


def test_what_cannot_be_read_cannot_be_told(x: FakeX) -> None:
    now = datetime.now(UTC)
    x.fail_next(answering(Answer(200, {"data": [{"id": "1"}]})), "read")
    assert x.client().find_answer(answer(), now, now) == CANNOT_TELL


def test_an_answer_cut_after_it_was_taken_is_unknown_and_counted(x: FakeX, purse: MemoryPurse) -> None:
    x.fail_next(Fault(FaultKind.RESET_AFTER))
    with pytest.raises(Unknown):
        x.client(purse=purse).answer(answer(), lambda: None)
    assert (len(x.events), purse.paid) == (1, {"message": 1})
