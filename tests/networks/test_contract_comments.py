"""Every network that listens and answers keeps the same promises: nothing lost, nothing said twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.errors import Later, Never, OutcomeError, Unknown
from pages.networks.errors import Code
from pages.networks.types import (
    Capability,
    CommentBatch,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Reply,
    SightingKind,
)
from tests.networks.bench import Bench
from tests.networks.benches import POSTS_ONLY, able, on, opened

COMMENTS, REPLY, HIDE = Capability.COMMENTS, Capability.REPLY, Capability.HIDE
MENTIONS, MESSAGES = Capability.MENTIONS, Capability.MESSAGES


def answer(bench: Bench, post: str, to: str, text: str = "Merci, Nadia !") -> Reply:
    """The same answer every time, under a key of its own."""
    return bench.answer(to, text, post=post)


def sight(bench: Bench, reply: Reply) -> SightingKind:
    """Look for an answer sent about now."""
    now = datetime.now(UTC)
    kind: SightingKind = bench.client.find_reply(reply, now - timedelta(minutes=1), now).kind
    return kind


def read(
    bench: Bench, mark: str = "", ask: Callable[[str], CommentBatch] | None = None
) -> tuple[list[IncomingComment], str]:
    """Everything since a mark, turn by turn: the comments, or what `ask` gives."""
    found: list[IncomingComment] = []
    for _turn in range(20):
        batch = (ask or bench.client.comments)(mark)
        found += batch.comments
        mark = batch.mark
        assert len(mark) <= 300
        if not batch.more:
            return found, mark
    raise AssertionError("it never ends")


def ids(found: tuple[list[IncomingComment], str]) -> list[str]:
    """What was read, by id."""
    return [each.remote_id for each in found[0]]


# --- listening


@on(able(COMMENTS))
def test_a_comment_comes_with_its_words_its_author_and_its_post(bench: Bench) -> None:
    post = bench.published()
    remote_id = bench.hear("Trop chère.", post)
    (comment,), _mark = read(bench)
    assert (comment.remote_id, comment.author.name) == (remote_id, "Nadia")
    assert comment.text.removeprefix("@maison_lumen ") == "Trop chère."
    assert comment.post is not None
    assert (comment.post.remote_id, comment.parent_id) == (post, "")
    assert comment.post.text in {"Une lampe", ""}
    assert (comment.presence, comment.kind) == (CommentPresence.VISIBLE, CommentKind.COMMENT)
    assert comment.at is not None
    assert abs(datetime.now(UTC) - comment.at) < timedelta(minutes=1)


@on(able(COMMENTS, REPLY))
def test_an_answer_to_a_comment_names_it_and_the_same_post(bench: Bench) -> None:
    post = bench.published()
    first = bench.hear("Trop chère.", post)
    second = bench.hear("Pas du tout.", first)
    comments, _mark = read(bench)
    assert [(each.remote_id, each.parent_id) for each in comments] == [(first, ""), (second, first)]
    assert [each.post.remote_id for each in comments if each.post] == [post, post]


@on(able(COMMENTS))
def test_from_its_mark_on_only_what_is_new_is_read_and_in_order(bench: Bench) -> None:
    post = bench.published()
    early = [bench.hear(f"Avis {number}", post) for number in range(3)]
    first = read(bench)
    assert ids(first) == early
    mark = first[1]
    assert read(bench, mark)[0] == []
    late = [bench.hear(f"Encore {number}", post) for number in range(5)]
    assert ids(read(bench, mark)) == late
    assert read(bench, mark) == read(bench, mark)


@on(able(COMMENTS))
def test_before_anybody_spoke_there_is_a_mark_to_go_on_from(bench: Bench) -> None:
    post = bench.published()
    found, mark = read(bench)
    assert found == []
    spoken = [bench.hear(f"Avis {number}", post) for number in range(3)]
    assert ids(read(bench, mark)) == spoken


@on(able(COMMENTS))
def test_one_comment_as_it_is_now_and_gone_once_it_was_taken_down(bench: Bench) -> None:
    remote_id = bench.hear("Trop chère.", bench.published())
    (known,), _mark = read(bench)
    assert bench.client.comment(remote_id) == known
    bench.take_down(remote_id)
    assert bench.client.comment(remote_id).presence is CommentPresence.GONE


@on(able(COMMENTS))
def test_a_comment_that_never_was_is_gone(bench: Bench) -> None:
    nothing = IncomingComment(bench.never, "", presence=CommentPresence.GONE)
    assert bench.client.comment(bench.never) == nothing


# --- answering


@on(able(REPLY))
def test_an_answer_goes_out_once_across_one_fence_and_is_found(bench: Bench) -> None:
    post = bench.published()
    reply = answer(bench, post, bench.hear("Trop chère.", post))
    assert sight(bench, reply) is SightingKind.ABSENT
    published = bench.client.reply(reply, bench.fence)
    assert published.remote_id != ""
    assert bench.fences == ["1 there"]
    assert bench.holds() == 2
    assert sight(bench, reply) is SightingKind.FOUND


@on(able(REPLY))
def test_a_closed_fence_says_nothing(bench: Bench) -> None:
    post = bench.published()
    reply = answer(bench, post, bench.hear("Trop chère.", post))
    with pytest.raises(Later):
        bench.client.reply(reply, bench.refuse)
    assert bench.holds() == 1
    assert sight(bench, reply) is SightingKind.ABSENT


@on(able(REPLY))
def test_the_same_words_under_another_comment_are_another_answer(bench: Bench) -> None:
    post = bench.published()
    first, second = (answer(bench, post, bench.hear(f"Avis {number}", post)) for number in range(2))
    bench.client.reply(first, bench.fence)
    assert (sight(bench, first), sight(bench, second)) == (SightingKind.FOUND, SightingKind.ABSENT)


@on(able(REPLY))
def test_what_is_gone_is_not_answered(bench: Bench) -> None:
    post = bench.published()
    reply = answer(bench, post, bench.hear("Trop chère.", post))
    bench.take_down(reply.to)
    with pytest.raises(Never) as refused:
        bench.client.reply(reply, bench.fence)
    assert refused.value.code == Code.NOT_FOUND
    assert bench.holds() == 1
    assert sight(bench, reply) is not SightingKind.FOUND


@on(able(REPLY))
def test_each_fault_ends_in_its_outcome_and_then_once_below_the_comment(bench: Bench) -> None:
    post = bench.published()
    for name in sorted(set(bench.faults) - POSTS_ONLY):
        break_it, expected = bench.faults[name]
        reply = answer(bench, post, bench.hear("Trop chère.", post), f"Merci {name * 6}")
        before = bench.holds()
        break_it()
        with pytest.raises(OutcomeError) as caught:
            bench.client.reply(reply, bench.fence)
        assert caught.value.outcome is expected, name
        bench.pace.forget()
        if not isinstance(caught.value, Unknown) or sight(bench, reply) is SightingKind.ABSENT:
            bench.client.reply(reply, bench.fence)
        assert bench.holds() == before + 1, name
        assert sight(bench, reply) is SightingKind.FOUND, name


# --- named elsewhere, and written to in private


@on(able(MENTIONS))
def test_who_names_us_elsewhere_has_a_mark_of_its_own(bench: Bench) -> None:
    assert bench.mention is not None
    post = bench.published()
    comment, mention = bench.hear("Trop chère.", post), bench.mention("Vu chez Maison Lumen.")
    (heard,), mark = read(bench, ask=bench.client.mentions)
    assert (heard.remote_id, heard.kind, heard.author.name) == (mention, CommentKind.MENTION, "Nadia")
    assert heard.post is None
    assert ids(read(bench)) == [comment]
    later = [bench.mention(f"Encore {number}") for number in range(2)]
    assert ids(read(bench, mark, bench.client.mentions)) == later


@on(able(MESSAGES, COMMENTS))
def test_a_message_has_a_mark_of_its_own_and_hides_no_comment(bench: Bench) -> None:
    assert bench.write is not None
    post = bench.published()
    _none, comments = read(bench)
    comment, message = bench.hear("Trop chère.", post), bench.write("Ma commande ?")
    (heard,), mark = read(bench, ask=bench.client.messages)
    assert (heard.remote_id, heard.kind, heard.author.name) == (message, CommentKind.MESSAGE, "Nadia")
    assert heard.text.removeprefix("@maison_lumen ") == "Ma commande ?"
    assert heard.conversation != ""
    assert ids(read(bench, comments)) == [comment]
    later = bench.write("Toujours rien ?")
    (again,), _mark = read(bench, mark, bench.client.messages)
    assert (again.remote_id, again.conversation) == (later, heard.conversation)


@on(able(MESSAGES))
def test_a_message_is_answered_once_where_nobody_else_reads_it(bench: Bench) -> None:
    reply = _to_a_message(bench)
    now = datetime.now(UTC)
    assert bench.client.find_answer(reply, now, now).kind is SightingKind.ABSENT
    with pytest.raises(Later):
        bench.client.answer(reply, bench.refuse)
    assert _answered(bench) == 0
    bench.client.answer(reply, bench.fence)
    assert (_answered(bench), len(bench.fences)) == (1, 1)
    found = bench.client.find_answer(reply, now - timedelta(minutes=1), datetime.now(UTC))
    assert found.kind is SightingKind.FOUND


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "silent_after", "502_after"])
@on(able(MESSAGES))
def test_an_answer_that_got_lost_is_looked_up_and_then_there_once(bench: Bench, fault: str) -> None:
    reply, now = _to_a_message(bench), datetime.now(UTC)
    bench.faults[fault][0]()
    with pytest.raises(Unknown):
        bench.client.answer(reply, bench.fence)
    found = bench.client.find_answer(reply, now - timedelta(minutes=1), datetime.now(UTC))
    assert found.kind is not SightingKind.CANNOT_TELL
    if found.kind is SightingKind.ABSENT:
        bench.client.answer(reply, bench.fence)
    assert _answered(bench) == 1


def _to_a_message(bench: Bench) -> Reply:
    """An answer to what Nadia just wrote in private."""
    assert bench.write is not None
    bench.write("Ma commande ?")
    (message,), _mark = read(bench, ask=bench.client.messages)
    reply = bench.answer(message.remote_id, "Bonjour, elle part demain.", conversation=message.conversation)
    bench.nadia = message.author
    return Reply(reply.key, reply.to, reply.text, reply.language, "", message.author, message.conversation)


def _answered(bench: Bench) -> int:
    assert bench.answered is not None
    return bench.answered()


# --- moderating


def presence(bench: Bench, remote_id: str) -> CommentPresence:
    """What the network shows of a comment, by its own word or by the bench's."""
    if bench.hidden is not None:
        return CommentPresence.HIDDEN if bench.hidden(remote_id) else CommentPresence.VISIBLE
    found: CommentPresence = bench.client.comment(remote_id).presence
    return found


@on(able(HIDE))
def test_hidden_and_shown_again_each_twice(bench: Bench) -> None:
    remote_id = bench.hear("Trop chère.", bench.published())
    for _time in range(2):
        bench.client.hide(remote_id, "Hors sujet")
        assert presence(bench, remote_id) is CommentPresence.HIDDEN
    for _time in range(2):
        bench.client.unhide(remote_id)
        assert presence(bench, remote_id) is CommentPresence.VISIBLE


@on(able(Capability.DELETE_COMMENT))
def test_taken_away_twice_is_gone(bench: Bench) -> None:
    remote_id = bench.hear("Trop chère.", bench.published())
    bench.client.delete_comment(remote_id, "Injure")
    bench.client.delete_comment(remote_id, "Injure")
    assert bench.client.comment(remote_id).presence is CommentPresence.GONE


@on(able(HIDE, Capability.DELETE_COMMENT))
def test_what_was_taken_away_is_hidden_already_and_cannot_be_shown(bench: Bench) -> None:
    remote_id = bench.hear("Trop chère.", bench.published())
    bench.client.delete_comment(remote_id, "Injure")
    bench.client.hide(remote_id, "Injure")
    with pytest.raises(Never) as refused:
        bench.client.unhide(remote_id)
    assert refused.value.code == Code.NOT_FOUND


@on(able(Capability.APPROVE))
def test_what_waits_is_shown_once_it_is_approved(bench: Bench) -> None:
    assert bench.pending is not None
    remote_id = bench.pending("Trop chère.", bench.published())
    assert bench.client.comment(remote_id).presence is CommentPresence.PENDING
    bench.client.approve(remote_id)
    bench.client.approve(remote_id)
    assert bench.client.comment(remote_id).presence is CommentPresence.VISIBLE
    with pytest.raises(Never) as refused:
        bench.client.approve(bench.never)
    assert refused.value.code == Code.NOT_FOUND


@on(able(Capability.BLOCK))
def test_kept_away_twice_and_let_in_twice(bench: Bench) -> None:
    assert bench.blocked is not None
    bench.hear("Trop chère.", bench.published())
    (comment,), _mark = read(bench)
    for _time in range(2):
        bench.client.block(comment.author)
        assert bench.blocked() == 1
    for _time in range(2):
        bench.client.unblock(comment.author)
        assert bench.blocked() == 0


def test_what_the_newsroom_changes_is_read_again_and_reporters_are_told_once() -> None:
    with opened("newsroom") as room:
        store = room.client._store
        published = room.published()
        remote_id = store.hear("Trop chère.", published, CommentPresence.PENDING)
        for _time in range(2):
            room.client.hide(remote_id, "Hors sujet")
            room.client.tell_reporters(remote_id, removed=True)
        room.client.unhide(remote_id)
        assert ids(read(room)) == [remote_id] * 3
        assert store.told == [(remote_id, True)]
