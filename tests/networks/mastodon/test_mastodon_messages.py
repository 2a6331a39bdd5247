"""Mentions and private messages: each kind has a mark of its own, and none is lost between them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.errors import Code
from pages.networks.mastodon import mentions, threads
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Reply,
    SightingKind,
)
from tests.networks import openapi
from tests.networks.fake_mastodon import ACCOUNT, NADIA, PAUL, Mastodon, answer_before, running
from tests.networks.openapi import needs_description

NOW: Final = datetime.now(UTC)
PAYLOADS: Final = Path(__file__).parents[1] / "payloads"
SCOPE: Final = {"error": "This action is outside the authorized scopes"}
NOTIFICATIONS: Final = "/api/v1/notifications"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())["payload"]


def post(server: Mastodon, text: str = "Une lampe") -> str:
    """A post of ours."""
    made: str = server.put(text, NOW - timedelta(hours=1))["id"]
    return made


def nadia(server: Mastodon, text: str, to: str | None = None, **said: Any) -> str:
    """Nadia names us."""
    made: str = server.say(NADIA, f"@maison_lumen {text}", to, **said)["id"]
    return made


def ids(batch: CommentBatch) -> list[str]:
    return [each.remote_id for each in batch.comments]


def reply_to(message: IncomingComment, text: str = "Elle part demain.") -> Reply:
    return Reply("k" * 32, message.remote_id, text, "fr", "", message.author, message.conversation)


# --- three kinds, three marks


def test_each_kind_is_read_by_its_own_question(mastodon: Mastodon) -> None:
    first = post(mastodon)
    comment, elsewhere = nadia(mastodon, "Trop chère.", first), nadia(mastodon, "Vu en vitrine.")
    message = mastodon.whisper(NADIA, "Ma commande ?")
    client = mastodon.client()
    found = [client.comments(""), client.mentions(""), client.messages("")]
    assert [ids(each) for each in found] == [[comment], [elsewhere], [message]]
    assert [each.comments[0].kind for each in found] == [
        CommentKind.COMMENT,
        CommentKind.MENTION,
        CommentKind.MESSAGE,
    ]
    assert {each.mark for each in found} == {"3"}


def test_a_mark_of_before_the_kinds_were_told_apart_goes_on(mastodon: Mastodon) -> None:
    first = post(mastodon)
    nadia(mastodon, "Avis", first)
    comment, elsewhere = nadia(mastodon, "Encore", first), nadia(mastodon, "Vu en vitrine.")
    client = mastodon.client()
    assert ids(client.comments("1")) == [comment]
    assert ids(client.mentions("1")) == [elsewhere]


def test_threads_read_for_one_kind_are_known_for_the_next(mastodon: Mastodon) -> None:
    theirs = mastodon.say(PAUL, "Que pensez-vous de ces lampes ?")["id"]
    nadia(mastodon, "Trop chère.", post(mastodon))
    nadia(mastodon, "Demandez-leur", theirs)
    client = mastodon.client()
    client.comments("")
    client.mentions("")
    assert [request.path.rpartition("/")[2] for request in mastodon.requests] == [
        "notifications",
        "context",
        "context",
        "notifications",
    ]


def test_each_turn_has_its_questions(mastodon: Mastodon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "QUESTIONS_A_TURN", 1)
    posts = [post(mastodon, f"Lampe {number}") for number in range(2)]
    spoken = [nadia(mastodon, "Avis", each) for each in posts]
    client = mastodon.client()
    first = client.comments(mentions.BEFORE_ALL)
    assert (ids(first), first.more) == (spoken[:1], True)
    assert ids(client.comments(first.mark)) == spoken[1:]


def test_a_status_whose_thread_cannot_be_read_is_given_to_both(mastodon: Mastodon) -> None:
    theirs = mastodon.say(PAUL, "Que pensez-vous de ces lampes ?")["id"]
    unsure = nadia(mastodon, "Demandez-leur", theirs)
    for ask in (mastodon.client().comments, mastodon.client().mentions):
        mastodon.fail_next(answer_before(200, mastodon.heard[ACCOUNT.id]), "read")
        mastodon.fail_next(answer_before(500), "read")
        (comment,) = ask("").comments
        assert (comment.remote_id, comment.post) == (unsure, None)


def test_what_the_server_could_not_say_is_asked_again_in_the_next_turn(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    client = mastodon.client()
    mastodon.fail_next(answer_before(200, mastodon.heard[ACCOUNT.id]), "read")
    mastodon.fail_next(answer_before(500), "read")
    assert [each.post is None for each in client.comments("").comments] == [True]
    (known,) = client.comments("").comments
    assert (known.remote_id, known.post is not None) == (remote_id, True)
    assert client.mentions("").comments == ()


def test_an_answer_to_us_is_a_comment_when_its_thread_is_gone(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    for ask, heard in ((mastodon.client().comments, [remote_id]), (mastodon.client().mentions, [])):
        mastodon.fail_next(answer_before(200, mastodon.heard[ACCOUNT.id]), "read")
        mastodon.fail_next(answer_before(404, {"error": "Record not found"}), "read")
        assert ids(ask("")) == heard


PLACES: Final = st.lists(st.sampled_from(["ours", "theirs", "nothing", "private", "below"]), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=PLACES)
def test_whatever_people_write_is_read_once_and_by_one_kind(places: list[str]) -> None:
    with running(Mastodon()) as server:
        ours, theirs = post(server), server.say(PAUL, "Que pensez-vous de ces lampes ?")["id"]
        below = server.say(PAUL, "Bof", ours)["id"]
        above = {"ours": ours, "theirs": theirs, "below": below}
        spoken = [
            nadia(
                server,
                f"Avis {number}",
                above.get(place),
                visibility="direct" if place == "private" else "public",
            )
            for number, place in enumerate(places)
        ]
        client = server.client()
        read = [ids(ask(mentions.BEFORE_ALL)) for ask in (client.comments, client.mentions, client.messages)]
        assert sorted(sum(read, [])) == sorted(spoken)
        assert [len(each) for each in read] == [
            places.count("ours") + places.count("below"),
            places.count("theirs") + places.count("nothing"),
            places.count("private"),
        ]


# --- messages


@time_machine.travel(datetime(2026, 8, 13, 10, 0, tzinfo=UTC), tick=True)
def test_a_file_becomes_a_message(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(200, payload("notification_message")), "read")
    assert mastodon.client().messages("") == CommentBatch(
        (
            IncomingComment(
                remote_id="112200000000000205",
                text="@maison_lumen Ma commande ?",
                author=Commenter("7", "Nadia 🌿", "@nadia@autre.example", "https://autre.example/@nadia"),
                url="https://autre.example/@nadia/112199",
                language="fr",
                at=datetime(2026, 8, 12, 11, 30, tzinfo=UTC),
                kind=CommentKind.MESSAGE,
                conversation="112200000000000205",
            ),
        ),
        "34975930",
    )


def test_one_conversation_is_one_whoever_wrote_last(mastodon: Mastodon) -> None:
    first = mastodon.whisper(NADIA, "Ma commande ?")
    ours = mastodon.say(ACCOUNT, "@nadia Elle part demain.", first, visibility="direct")["id"]
    second = nadia(mastodon, "Merci !", ours, visibility="direct")
    another = mastodon.whisper(PAUL, "Bonjour")
    found = mastodon.client().messages("").comments
    assert [(each.remote_id, each.conversation) for each in found] == [
        (first, first),
        (second, first),
        (another, another),
    ]


def test_a_private_answer_to_a_post_of_ours_is_a_message_and_not_its_comment(mastodon: Mastodon) -> None:
    message = nadia(mastodon, "Entre nous", post(mastodon), visibility="direct")
    client = mastodon.client()
    assert client.comments("").comments == ()
    (found,) = client.messages("").comments
    assert (found.remote_id, found.conversation, found.post) == (message, message, None)


def test_a_message_taken_back_is_gone(mastodon: Mastodon) -> None:
    message = mastodon.whisper(NADIA, "Ma commande ?")
    client = mastodon.client()
    (known,) = client.messages("").comments
    assert client.comment(message) == known
    mastodon.take_down(mastodon.everything()[message])
    assert client.comment(message).presence is CommentPresence.GONE


def test_a_token_that_may_not_listen_is_told_so(mastodon: Mastodon) -> None:
    for ask in (mastodon.client().messages, mastodon.client().mentions):
        mastodon.fail_next(
            answer_before(403, {"error": "This action is outside the authorized scopes"}), "read"
        )
        with pytest.raises(Never) as refused:
            ask("")
        assert (refused.value.code, refused.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


# --- answering in private


def test_an_answer_is_read_by_its_addressee_alone(mastodon: Mastodon) -> None:
    mastodon.whisper(NADIA, "Ma commande ?")
    (message,) = mastodon.client().messages("").comments
    published = mastodon.client().answer(reply_to(message), lambda: None)
    assert json.loads(mastodon.requests[-1].body) == {
        "status": "@nadia Elle part demain.",
        "visibility": "direct",
        "language": "fr",
        "in_reply_to_id": message.remote_id,
    }
    assert mastodon.requests[-1].headers["idempotency-key"] == "k" * 32
    assert mastodon.everything()[published.remote_id]["visibility"] == "direct"


def test_an_answer_stays_private_below_what_everybody_reads(mastodon: Mastodon) -> None:
    shown = nadia(mastodon, "Trop chère.", post(mastodon))
    mastodon.client().answer(Reply("k" * 32, shown, "Écrivez-nous."), lambda: None)
    assert json.loads(mastodon.requests[-1].body)["visibility"] == "direct"


def test_what_nobody_would_read_does_not_leave(mastodon: Mastodon) -> None:
    message = mastodon.whisper(NADIA, "Ma commande ?")
    mastodon.everything()[message]["account"] = {"id": "7"}
    fences: list[str] = []
    with pytest.raises(Never) as refused:
        mastodon.client().answer(Reply("k" * 32, message, "Bonjour"), lambda: fences.append("crossed"))
    assert (refused.value.code, fences, mastodon.texts) == (Code.NOT_FOUND, [], [])


def test_a_message_that_is_gone_is_not_answered(mastodon: Mastodon) -> None:
    with pytest.raises(Never) as refused:
        mastodon.client().answer(Reply("k" * 32, "5", "Bonjour"), lambda: None)
    assert (refused.value.code, mastodon.texts) == (Code.NOT_FOUND, [])


def answered(server: Mastodon) -> Reply:
    """An answer that went out."""
    server.whisper(NADIA, "Ma commande ?")
    (message,) = server.client().messages("").comments
    reply = reply_to(message)
    server.client().answer(reply, lambda: None)
    server.requests.clear()
    return reply


def test_a_server_that_lists_no_private_statuses_is_asked_below_the_message(mastodon: Mastodon) -> None:
    reply = answered(mastodon)
    mastodon.fail_next(answer_before(200, "[]"), "read")
    found = mastodon.client().find_answer(reply, NOW, datetime.now(UTC))
    assert found.kind is SightingKind.FOUND
    assert [request.path.rpartition("/")[2] for request in mastodon.requests] == ["context"]


@pytest.mark.parametrize(
    ("status", "body"), [(200, {}), (200, {"descendants": None}), (404, {"error": "Record not found"})]
)
def test_absence_takes_both_to_be_read(mastodon: Mastodon, status: int, body: Any) -> None:
    reply = answered(mastodon)
    mastodon.fail_next(answer_before(200, "[]"), "read")
    mastodon.fail_next(answer_before(status, body or "{}"), "read")
    found = mastodon.client().find_answer(reply, NOW, datetime.now(UTC))
    assert found.kind is SightingKind.CANNOT_TELL


def test_absence_is_told_when_both_were_read(mastodon: Mastodon) -> None:
    reply = answered(mastodon)
    other = Reply("j" * 32, reply.to, "Tout autre chose, et bien plus long.", "fr")
    assert mastodon.client().find_answer(other, NOW, datetime.now(UTC)).kind is SightingKind.ABSENT


def test_a_server_that_fails_below_the_message_is_for_later(mastodon: Mastodon) -> None:
    reply = answered(mastodon)
    mastodon.fail_next(answer_before(200, "[]"), "read")
    mastodon.fail_next(answer_before(503), "read")
    with pytest.raises(Later):
        mastodon.client().find_answer(reply, NOW, datetime.now(UTC))


# --- servers that are alike


def test_a_server_that_shows_what_was_deleted_is_asked_once_and_believed(mastodon: Mastodon) -> None:
    mastodon.keeps_deleted = True
    remote_id = post(mastodon)
    mastodon.client().delete(remote_id)
    assert [request.method for request in mastodon.requests] == ["DELETE"]


@needs_description
def test_messages_and_answers_fit_the_description(mastodon: Mastodon) -> None:
    answered_to = answered(mastodon)
    body = {"status": "@nadia Bonjour", "visibility": "direct", "in_reply_to_id": answered_to.to}
    assert openapi.faults(body, openapi.body_schema("post", "/api/v1/statuses")) == []
    heard = openapi.answer_schema("get", NOTIFICATIONS, 200)
    assert openapi.faults(mastodon.heard[ACCOUNT.id], heard) == []
    assert openapi.faults(payload("notification_message"), heard) == []
