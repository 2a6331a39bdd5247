"""Private messages: what is read, and until when one may answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import time_machine

from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Reply as Answer
from pages.networks import graph_messages
from pages.networks.errors import Code
from pages.networks.types import (
    CANNOT_TELL,
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    SightingKind,
)
from tests.networks.facebook.fake import Facebook
from tests.networks.facebook.words import CONVERSATION, NADIA, PAGE
from tests.networks.graph_words import GONE, error

NOW: Final = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
REPLY: Final = Reply(
    "k", "m_1", "Elle part demain.", "fr", author=Commenter(NADIA, "Nadia"), conversation=CONVERSATION
)


def fence() -> None:
    """Nothing stands in the way."""


def test_a_message_is_read_with_its_conversation(facebook: Facebook) -> None:
    remote_id = facebook.write("Ma commande ?", at=NOW)
    assert facebook.client().messages("").comments == (
        IncomingComment(
            remote_id,
            "Ma commande ?",
            Commenter(NADIA, "Nadia"),
            at=NOW,
            kind=CommentKind.MESSAGE,
            conversation=CONVERSATION,
        ),
    )


def test_the_pages_own_messages_are_left_aside_and_time_goes_up(facebook: Facebook) -> None:
    first = facebook.write("Ma commande ?", at=NOW)
    facebook.write("Elle part demain.", PAGE, NOW)
    second = facebook.write("Merci.", at=NOW)
    client = facebook.client()
    batch = client.messages("")
    assert [each.remote_id for each in batch.comments] == [first, second]
    assert client.messages(batch.mark).comments == ()


def read(facebook: Facebook, mark: str) -> tuple[list[str], str, int]:
    """What is read turn by turn, the last mark, and how many turns it took."""
    found: list[str] = []
    for number in range(1, 30):
        before = len(facebook.requests)
        batch = facebook.client().messages(mark)
        assert len(facebook.requests) - before <= graph_messages.MOST_PAGES + 1
        assert len(batch.mark) <= 300
        found += [each.remote_id for each in batch.comments]
        mark = batch.mark
        if not batch.more:
            return found, mark, number
    raise AssertionError("it never ends")


def crowd(facebook: Facebook, number: int, start: datetime = NOW) -> list[str]:
    """So many people write, each in a conversation of their own, a second apart."""
    return [
        facebook.write(f"Bonjour {each}", at=start + timedelta(seconds=each), thread=f"t_{each}")
        for each in range(number)
    ]


def test_of_more_conversations_than_one_turn_reads_none_is_lost(facebook: Facebook) -> None:
    mark = facebook.client().messages("").mark
    facebook.page_size = 4
    said = crowd(facebook, 45)
    batch = facebook.client().messages(mark)
    assert ([each.remote_id for each in batch.comments], batch.more) == (said[-20:], True)
    found, mark, _turns = read(facebook, mark)
    assert set(found) == set(said)
    assert read(facebook, mark)[0] == []


def test_who_writes_again_before_their_first_words_were_reached_is_heard_whole(facebook: Facebook) -> None:
    facebook.page_size = 4
    said = crowd(facebook, 45)
    batch = facebook.client().messages("0.")
    assert said[0] not in [each.remote_id for each in batch.comments]
    late = facebook.write("Toujours rien ?", at=NOW + timedelta(hours=1), thread="t_0")
    again = facebook.client().messages(batch.mark)
    assert late in [each.remote_id for each in again.comments]
    found, _mark, _turns = read(facebook, again.mark)
    heard = {*(each.remote_id for each in (*batch.comments, *again.comments)), *found}
    assert heard == {*said, late}


def test_a_first_look_goes_no_further_than_a_month_behind_the_latest_conversations(
    facebook: Facebook,
) -> None:
    facebook.page_size = 4
    recent = crowd(facebook, 45, NOW - timedelta(days=29))
    with time_machine.travel(NOW, tick=False):
        assert set(read(facebook, "")[0]) == set(recent)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        batch = facebook.client().messages("")
    assert ([each.remote_id for each in batch.comments], batch.more) == (recent[-20:], False)


def test_a_place_among_conversations_that_is_known_no_more_is_begun_again(facebook: Facebook) -> None:
    facebook.page_size = 4
    said = crowd(facebook, 45)
    mark = facebook.client().messages("5.").mark
    facebook.refused["conversations"] = error(100, 0, "Invalid cursor")
    assert facebook.client().messages(mark) == CommentBatch((), "5.", more=True)
    facebook.refused.clear()
    assert set(read(facebook, "5.")[0]) == set(said)


def test_a_message_is_asked_for_again_and_gone_once_it_is(facebook: Facebook) -> None:
    remote_id = facebook.write("Ma commande ?", at=NOW)
    client = facebook.client()
    assert client.comment(remote_id).text == "Ma commande ?"
    facebook.messages.clear()
    assert client.comment(remote_id).presence is CommentPresence.GONE


def test_without_the_right_to_messages_the_page_stays_connected(facebook: Facebook) -> None:
    facebook.refused["conversations"] = error(230)
    with pytest.raises(Never) as deaf:
        facebook.client().messages("")
    assert deaf.value.code == Code.LISTEN_SCOPE_MISSING


@pytest.mark.parametrize(
    ("waited", "sent"),
    [
        (timedelta(hours=1), ("RESPONSE", "")),
        (timedelta(hours=23, minutes=59), ("RESPONSE", "")),
        (timedelta(hours=24), ("MESSAGE_TAG", "HUMAN_AGENT")),
        (timedelta(days=6, hours=23), ("MESSAGE_TAG", "HUMAN_AGENT")),
    ],
)
def test_an_answer_is_meant_as_the_time_allows(
    facebook: Facebook, waited: timedelta, sent: tuple[str, str]
) -> None:
    facebook.write("Ma commande ?", at=NOW - waited)
    with time_machine.travel(NOW, tick=False):
        published = facebook.client().answer(REPLY, fence)
    said = facebook.messages[0]
    assert published == Published(said["id"], "")
    assert (said["messaging_type"], said["tag"]) == sent
    assert (said["message"], said["from"]) == ("Elle part demain.", PAGE)


def test_after_seven_days_nothing_leaves(facebook: Facebook) -> None:
    facebook.write("Ma commande ?", at=NOW - timedelta(days=7))
    with time_machine.travel(NOW, tick=False), pytest.raises(Never) as closed:
        facebook.client().answer(REPLY, lambda: pytest.fail("crossed"))
    assert closed.value.code == Code.WINDOW_CLOSED
    assert len(facebook.messages) == 1


def test_it_is_their_last_message_that_counts(facebook: Facebook) -> None:
    facebook.write("Ma commande ?", at=NOW - timedelta(days=3))
    facebook.write("Bonjour", PAGE, NOW - timedelta(minutes=5))
    with time_machine.travel(NOW, tick=False):
        facebook.client().answer(REPLY, fence)
    assert facebook.messages[0]["messaging_type"] == "MESSAGE_TAG"


def test_the_network_may_close_the_window_itself(facebook: Facebook) -> None:
    facebook.write("Ma commande ?")
    facebook.refused[f"{PAGE}/messages"] = error(10, 2018278)
    with pytest.raises(Never) as closed:
        facebook.client().answer(REPLY, fence)
    assert closed.value.code == Code.WINDOW_CLOSED


def test_a_tag_that_meta_did_not_grant_is_told_as_such(facebook: Facebook) -> None:
    facebook.write("Ma commande ?", at=NOW - timedelta(days=2))
    facebook.refused[f"{PAGE}/messages"] = error(10)
    with time_machine.travel(NOW, tick=False), pytest.raises(Never) as refused:
        facebook.client().answer(REPLY, fence)
    assert (refused.value.code, refused.value.step) == (Code.REVIEW_MISSING, NextStep.CONTACT)


def test_without_its_conversation_it_is_looked_up_by_its_author(facebook: Facebook) -> None:
    facebook.write("Ma commande ?")
    reply = Reply("k", "m_1", "Elle part demain.", "fr", author=Commenter(NADIA, "Nadia"))
    facebook.client().answer(reply, fence)
    assert facebook.requests[0].query["user_id"] == NADIA
    assert facebook.messages[0]["from"] == PAGE


def test_without_its_author_the_conversation_tells_who_it_is(facebook: Facebook) -> None:
    facebook.write("Ma commande ?")
    facebook.client().answer(Reply("k", "m_1", "Oui.", "fr", conversation=CONVERSATION), fence)
    assert b'"recipient": {"id": "7001"}' in facebook.requests[-1].body


def test_nobody_is_written_to_who_never_wrote(facebook: Facebook) -> None:
    facebook.write("Bonjour", PAGE)
    with pytest.raises(Never) as nobody:
        facebook.client().answer(Reply("k", "m_1", "Oui.", "fr", conversation=CONVERSATION), fence)
    assert nobody.value.code == Code.NOT_FOUND
    with pytest.raises(Never) as closed:
        facebook.client().answer(REPLY, fence)
    assert closed.value.code == Code.WINDOW_CLOSED
    assert len(facebook.messages) == 1


@pytest.mark.parametrize(("waited", "kind"), [(1, "RESPONSE"), (30, "MESSAGE_TAG"), (200, "")])
def test_a_message_behind_twenty_of_our_own_is_answered_by_its_own_time(
    facebook: Facebook, waited: int, kind: str
) -> None:
    theirs = facebook.write("Ma commande ?", at=NOW - timedelta(hours=waited))
    for number in range(20):
        facebook.write(f"Nous cherchons {number}", PAGE, NOW - timedelta(minutes=30))
    reply = replace(REPLY, to=theirs)
    with time_machine.travel(NOW, tick=False):
        if kind:
            facebook.client().answer(reply, fence)
        else:
            with pytest.raises(Never) as closed:
                facebook.client().answer(reply, lambda: pytest.fail("crossed"))
            assert closed.value.code == Code.WINDOW_CLOSED
    assert facebook.messages[0].get("messaging_type", "") == kind


def test_a_conversation_that_is_gone_is_not_answered(facebook: Facebook) -> None:
    facebook.refused[CONVERSATION] = GONE
    with pytest.raises(Never) as gone:
        facebook.client().answer(REPLY, fence)
    assert gone.value.code == Code.NOT_FOUND


def test_our_answer_is_known_by_its_words_and_its_time(facebook: Facebook) -> None:
    facebook.write("Ma commande ?", at=NOW)
    facebook.write("Elle part demain.", at=NOW)
    client = facebook.client()
    assert client.find_answer(REPLY, NOW, NOW).kind is SightingKind.ABSENT
    facebook.write("Elle part demain.", PAGE, NOW + timedelta(minutes=10))
    assert client.find_answer(REPLY, NOW, NOW).kind is SightingKind.ABSENT
    sent = facebook.write("Elle part demain.", PAGE, NOW)
    found = client.find_answer(REPLY, NOW, NOW).published
    assert found == Published(sent, "", NOW)


def test_behind_twenty_later_messages_nobody_can_tell(facebook: Facebook) -> None:
    for number in range(25):
        facebook.write(f"Encore {number}", at=NOW + timedelta(minutes=number))
    assert facebook.client().find_answer(REPLY, NOW, NOW) == CANNOT_TELL


def test_an_answer_that_says_no_id_is_looked_up(facebook: Facebook) -> None:
    facebook.write("Ma commande ?")
    facebook.refused[f"{PAGE}/messages"] = Answer(502, "")
    with pytest.raises(Unknown):
        facebook.client().answer(REPLY, fence)
