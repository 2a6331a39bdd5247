"""Hiding, keeping away, private messages and counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from pages.networks.bluesky import chats, talk
from pages.networks.errors import Code
from pages.networks.types import (
    Commenter,
    CommentKind,
    CommentPresence,
    Figure,
    IncomingComment,
    Metric,
    Outgoing,
    Reply,
    SightingKind,
)
from tests.networks.bluesky.fake import Bluesky, after, before
from tests.networks.bluesky.fake_view import BLOCKS, GATES
from tests.networks.bluesky.people import NADIA, OURS, PAUL

AUTHOR: Final = Commenter(NADIA, "Nadia")
NOW: Final = datetime.now(UTC)
UNTIL: Final = NOW + timedelta(hours=2)


def published(server: Bluesky) -> str:
    return server.client().publish(Outgoing("k", "Une lampe"), lambda: None).remote_id


def gate(server: Bluesky, post: str) -> dict[str, Any]:
    kept = server.accounts[OURS].of(GATES)[post.rpartition("/")[2]]
    found: dict[str, Any] = kept["value"]
    return found


# --- hiding


def test_what_is_hidden_stands_in_the_threadgate_of_its_post(server: Bluesky) -> None:
    post = published(server)
    first, second = (server.say(NADIA, f"Avis {number}", post) for number in range(2))
    client = server.client()
    client.hide(first, "Injure")
    client.hide(second, "Injure")
    made = gate(server, post)
    assert (made["post"], made["hiddenReplies"]) == (post, [first, second])
    assert set(made) == {"$type", "post", "createdAt", "hiddenReplies"}
    client.unhide(first)
    assert gate(server, post)["hiddenReplies"] == [second]
    assert [each.remote_id for each in client.comments("").comments] == [first]
    assert client.comment(first).presence is CommentPresence.VISIBLE
    assert client.comment(second).presence is CommentPresence.HIDDEN


def test_who_may_answer_stays_as_the_page_chose_it(server: Bluesky) -> None:
    post = published(server)
    heard, rkey = server.say(NADIA, "Trop chère.", post), post.rpartition("/")[2]
    rule = {"$type": GATES, "post": post, "createdAt": "2026-08-12T10:00:00Z", "allow": []}
    server.accounts[OURS].of(GATES)[rkey] = {"cid": "c", "value": rule}
    server.client().hide(heard, "")
    assert gate(server, post) == rule | {"hiddenReplies": [heard]}


def test_what_is_hidden_already_writes_nothing(server: Bluesky) -> None:
    heard = server.say(NADIA, "Trop chère.", published(server))
    for act in (server.client().unhide, lambda remote_id: server.client().hide(remote_id, "")):
        act(heard)
        act(heard)
    assert len(server.asked("com.atproto.repo.putRecord")) == 1


def test_a_list_that_somebody_else_wrote_meanwhile_is_read_again(server: Bluesky) -> None:
    post = published(server)
    heard = server.say(NADIA, "Trop chère.", post)
    swapped = before(400, {"error": "InvalidSwap", "message": "Record was at c"})
    server.fail_next(swapped, "write")
    server.client().hide(heard, "")
    assert gate(server, post)["hiddenReplies"] == [heard]
    for _time in range(3):
        server.fail_next(swapped, "write")
    with pytest.raises(Later):
        server.client().unhide(heard)
    assert gate(server, post)["hiddenReplies"] == [heard]


def test_only_our_own_threads_can_be_hidden_in(server: Bluesky) -> None:
    theirs = server.say(PAUL, "Quelle lampe ?")
    for remote_id in (theirs, server.say(NADIA, "Aucune.", theirs)):
        for act in (server.client().unhide, lambda each: server.client().hide(each, "")):
            with pytest.raises(Never) as refused:
                act(remote_id)
            assert refused.value.code == Code.NOT_ALLOWED_HERE
    assert server.asked("com.atproto.repo.putRecord") == []


def test_what_is_gone_is_hidden_already_and_cannot_be_shown(server: Bluesky) -> None:
    heard = server.say(NADIA, "Trop chère.", published(server))
    server.take_down(heard)
    for remote_id in (heard, "999"):
        server.client().hide(remote_id, "")
        with pytest.raises(Never) as refused:
            server.client().unhide(remote_id)
        assert refused.value.code == Code.NOT_FOUND
    assert server.asked("com.atproto.repo.putRecord") == []


def test_no_more_than_three_hundred_are_hidden_in_one_thread(server: Bluesky) -> None:
    post = published(server)
    heard, rkey = server.say(NADIA, "Trop chère.", post), post.rpartition("/")[2]
    full = [f"at://{PAUL}/app.bsky.feed.post/3kaaaaaaaa{number}" for number in range(300)]
    rule = {"$type": GATES, "post": post, "createdAt": "2026-08-12T10:00:00Z", "hiddenReplies": full}
    server.accounts[OURS].of(GATES)[rkey] = {"cid": "c", "value": rule}
    with pytest.raises(Never) as refused:
        server.client().hide(heard, "")
    assert (refused.value.code, refused.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert gate(server, post) == rule


# --- keeping away


def test_who_is_kept_away_has_one_record_whatever_happens(server: Bluesky) -> None:
    for _time in range(2):
        server.client().block(AUTHOR)
    ((_rkey, kept),) = server.accounts[OURS].of(BLOCKS).items()
    assert (kept["value"]["$type"], kept["value"]["subject"]) == (BLOCKS, NADIA)
    server.fail_next(after(502, "<html>"), "write")
    with pytest.raises(Unknown):
        server.client().block(Commenter(PAUL))
    server.client().block(Commenter(PAUL))
    assert len(server.accounts[OURS].of(BLOCKS)) == 2


def test_one_kept_away_from_the_network_s_own_app_comes_again_too(server: Bluesky) -> None:
    record = {"$type": BLOCKS, "subject": NADIA, "createdAt": "2026-08-12T10:00:00Z"}
    server.accounts[OURS].of(BLOCKS)["3kaaaaaaaaaa2"] = {"cid": "c", "value": record}
    server.client().unblock(AUTHOR)
    assert server.accounts[OURS].of(BLOCKS) == {}


def test_on_a_server_alone_ours_is_taken_away(alone: Bluesky) -> None:
    alone.client().block(AUTHOR)
    alone.client().unblock(AUTHOR)
    assert alone.accounts[OURS].of(BLOCKS) == {}


@pytest.mark.parametrize("who", ["", "nadia.example", OURS])
def test_nobody_else_can_be_kept_away(server: Bluesky, who: str) -> None:
    for act in (server.client().block, server.client().unblock):
        with pytest.raises(Never) as refused:
            act(Commenter(who))
        assert refused.value.code == Code.NOT_FOUND
    assert list(server.requests) == []


# --- private messages


def test_a_message_is_all_that_the_service_says_of_it(server: Bluesky) -> None:
    said = server.chat.say(NADIA, OURS, "Ma commande ?", at=NOW.replace(microsecond=7000))
    (message,) = server.client().messages("").comments
    assert message == IncomingComment(
        remote_id=f"{said['convo']}/{said['id']}",
        text="Ma commande ?",
        author=Commenter(NADIA, "Nadia", "@nadia.example", f"https://bsky.app/profile/{NADIA}"),
        at=NOW.replace(microsecond=7000),
        kind=CommentKind.MESSAGE,
        conversation=said["convo"],
    )
    assert server.client().comment(message.remote_id) == IncomingComment(
        message.remote_id,
        message.text,
        Commenter(NADIA, url=message.author.url),
        at=message.at,
        kind=CommentKind.MESSAGE,
        conversation=message.conversation,
    )


def test_at_first_the_last_of_each_conversation_and_then_all_that_is_new(server: Bluesky) -> None:
    server.chat.say(NADIA, OURS, "Ancien")
    server.chat.say(NADIA, OURS, "Ma commande ?")
    server.chat.say(PAUL, OURS, "Bonjour")
    server.chat.say(OURS, PAUL, "Bonjour Paul")
    batch = server.client().messages("")
    assert [each.text for each in batch.comments] == ["Ma commande ?"]
    server.chat.page = 2
    new = [server.chat.say(NADIA, OURS, f"Suite {number}")["text"] for number in range(5)]
    later = server.client().messages(batch.mark)
    assert ([each.text for each in later.comments], later.more) == (new, False)
    assert server.client().messages(later.mark) == later.__class__((), later.mark, False)
    assert server.client().messages(batch.mark) == later


def test_many_messages_are_read_in_turns(server: Bluesky) -> None:
    mark = server.client().messages("").mark
    assert mark == chats.BEFORE_ALL
    server.chat.page = 2
    new = [server.chat.say(NADIA, OURS, f"Suite {number}")["text"] for number in range(14)]
    first = server.client().messages(mark)
    second = server.client().messages(first.mark)
    assert (first.more, second.more) == (True, False)
    assert [each.text for each in (*first.comments, *second.comments)] == new


def test_a_password_that_may_not_read_messages_asks_for_another_and_all_else_goes_on(server: Bluesky) -> None:
    said = server.chat.say(NADIA, OURS, "Ma commande ?")
    server.accounts[OURS].scope = "com.atproto.appPass"
    for ask in (
        server.client().messages,
        lambda _mark: server.client().comment(f"{said['convo']}/{said['id']}"),
    ):
        with pytest.raises(Never) as refused:
            ask("")
        assert (refused.value.code, refused.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)
    with pytest.raises(Never) as refused:
        server.client().answer(Reply("r", f"{said['convo']}/{said['id']}", "Demain"), lambda: None)
    assert (refused.value.code, refused.value.step) == (Code.SCOPE_MISSING, NextStep.RECONNECT)
    assert published(server) != ""


def to_nadia(server: Bluesky, text: str = "Elle part demain.") -> Reply:
    said = server.chat.say(NADIA, OURS, "Ma commande ?")
    return Reply("r", f"{said['convo']}/{said['id']}", text, "fr", author=AUTHOR, conversation=said["convo"])


def test_an_answer_replies_to_the_message_so_that_it_is_known_again(server: Bluesky) -> None:
    one, two = to_nadia(server), to_nadia(server)
    crossed: list[int] = []
    made = server.client().answer(
        one, lambda: crossed.append(len(server.asked("chat.bsky.convo.sendMessage")))
    )
    assert crossed == [0]
    (sent,) = server.asked("chat.bsky.convo.sendMessage")
    said = json.loads(sent.body)["message"]
    assert said == {"text": "Elle part demain.", "replyTo": {"messageId": one.to.partition("/")[2]}}
    found = server.client().find_answer(one, NOW, UNTIL)
    assert (found.kind, found.published) == (SightingKind.FOUND, made)
    assert server.client().find_answer(two, NOW, UNTIL).kind is SightingKind.ABSENT


def test_the_same_words_of_another_time_or_from_somebody_else_are_not_the_answer(server: Bluesky) -> None:
    reply = to_nadia(server)
    server.chat.say(NADIA, OURS, reply.text)
    server.chat.say(OURS, NADIA, "Autre chose")
    assert server.client().find_answer(reply, NOW, UNTIL).kind is SightingKind.ABSENT
    server.chat.say(OURS, NADIA, reply.text, at=NOW - timedelta(hours=1))
    assert server.client().find_answer(reply, NOW, UNTIL).kind is SightingKind.ABSENT


def test_a_conversation_too_long_to_be_read_cannot_tell(
    server: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "PAGE_SIZE", 2)
    reply = to_nadia(server)
    for number in range(12):
        server.chat.say(NADIA, OURS, f"Suite {number}")
    assert server.client().find_answer(reply, NOW, UNTIL).kind is SightingKind.CANNOT_TELL
    with pytest.raises(Never):
        server.client().comment(reply.to)


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        (lambda server, reply: server.chat.locked.add(reply.conversation), Code.WINDOW_CLOSED),
        (lambda server, reply: server.chat.convos.clear(), Code.NOT_FOUND),
        (lambda server, reply: server.chat.messages[reply.conversation].clear(), Code.NOT_FOUND),
    ],
    ids=["locked", "left", "taken back"],
)
def test_a_conversation_that_takes_no_answer(
    server: Bluesky, breaks: Callable[[Bluesky, Reply], None], code: Code
) -> None:
    reply = to_nadia(server)
    breaks(server, reply)
    with pytest.raises(Never) as refused:
        server.client().answer(reply, lambda: None)
    assert refused.value.code == code
    assert all(each["sender"]["did"] == NADIA for said in server.chat.messages.values() for each in said)


def test_a_message_taken_back_is_gone(server: Bluesky) -> None:
    reply = to_nadia(server)
    kept = server.chat.messages[reply.conversation][0]
    kept["$type"] = "chat.bsky.convo.defs#deletedMessageView"
    kept.pop("text")
    comment = server.client().comment(reply.to)
    assert (comment.presence, comment.text) == (CommentPresence.GONE, "")
    assert server.client().messages("").comments == ()
    assert server.client().comment("nowhere/3l").presence is CommentPresence.GONE


@pytest.mark.parametrize("answer", ["<html>", [], {"messages": 3}, {"messages": [3], "cursor": "c"}])
def test_an_answer_of_the_service_that_is_none(server: Bluesky, answer: Any) -> None:
    reply = to_nadia(server)
    for _page in range(5 if answer == {"messages": [3], "cursor": "c"} else 1):
        server.fail_next(before(200, answer), "read")
    if isinstance(answer, dict) and "cursor" in answer:
        assert server.client().find_answer(reply, NOW, UNTIL).kind is SightingKind.CANNOT_TELL
    else:
        with pytest.raises(Later):
            server.client().find_answer(reply, NOW, UNTIL)


# --- counts


def test_each_count_is_apart_under_the_network_s_own_word(server: Bluesky) -> None:
    post = published(server)
    server.view.engaged[post] = {
        "likeCount": 5,
        "replyCount": 4,
        "repostCount": 3,
        "quoteCount": 2,
        "bookmarkCount": 1,
    }
    gone = f"at://{OURS}/app.bsky.feed.post/3kzzzzzzzzzz2"
    assert server.client().figures([post, gone, post, "999"]) == {
        post: (
            Figure(Metric.REACTIONS, 5, "likeCount", "app.bsky"),
            Figure(Metric.COMMENTS, 4, "replyCount", "app.bsky"),
            Figure(Metric.RESHARES, 3, "repostCount", "app.bsky"),
            Figure(Metric.QUOTES, 2, "quoteCount", "app.bsky"),
            Figure(Metric.SAVES, 1, "bookmarkCount", "app.bsky"),
        )
    }


def test_missing_is_not_zero_and_what_is_no_count_is_none(server: Bluesky) -> None:
    post = published(server)
    server.view.counts = False
    assert server.client().figures([post]) == {post: ()}
    server.view.counts = True
    server.view.engaged[post] = {"likeCount": -1, "replyCount": True, "repostCount": 0}
    counted = server.client().figures([post])[post]
    assert [(each.metric, each.value) for each in counted] == [
        (Metric.RESHARES, 0),
        (Metric.QUOTES, 0),
        (Metric.SAVES, 0),
    ]


def test_posts_are_asked_for_by_twenty_five(server: Bluesky) -> None:
    posts = [server.say(OURS, f"Lampe {number}") for number in range(60)]
    assert set(server.client().figures(posts)) == set(posts)
    assert len(server.asked("app.bsky.feed.getPosts")) == 3
    assert server.client().figures([]) == {}
