"""What people say, read by a mark: comments apart from mentions, nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never, NextStep
from pages.networks.bluesky import notices
from pages.networks.bluesky.notices import Mark, mark_of
from pages.networks.errors import Code
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Outgoing,
    Reply,
    ThreadPost,
)
from tests.networks.bluesky.bench import mention
from tests.networks.bluesky.fake import Bluesky, before
from tests.networks.bluesky.fake_view import POSTS
from tests.networks.bluesky.people import NADIA, OURS, PAUL

NOW: Final = datetime.now(UTC).replace(microsecond=0)


def published(server: Bluesky, text: str = "Une lampe") -> str:
    return server.client().publish(Outgoing(text, text), lambda: None).remote_id


def read(ask: Callable[[str], CommentBatch], mark: str) -> tuple[list[str], str, int]:
    """What is read from a mark on, the next one, and in how many turns."""
    found: list[str] = []
    for turn in range(1, 30):
        batch = ask(mark)
        assert len(batch.mark) <= 300
        found += [each.remote_id for each in batch.comments]
        mark = batch.mark
        if not batch.more:
            return found, mark, turn
    raise AssertionError("it never ends")


# --- comments


def test_a_comment_is_all_that_the_network_says_of_it(server: Bluesky) -> None:
    post = published(server)
    at = datetime.now(UTC).replace(microsecond=5000)
    heard = server.say(NADIA, "Trop chère.", post, at=at, langs=["fr"])
    (comment,) = server.client().comments("").comments
    kept = server.posts()[post.rpartition("/")[2]]
    assert comment == IncomingComment(
        remote_id=heard,
        text="Trop chère.",
        author=Commenter(NADIA, "Nadia", "@nadia.example", f"https://bsky.app/profile/{NADIA}"),
        post=ThreadPost(
            post,
            f"https://bsky.app/profile/{OURS}/post/{post.rpartition('/')[2]}",
            "Une lampe",
            datetime.fromisoformat(kept["createdAt"]),
        ),
        url=f"https://bsky.app/profile/{NADIA}/post/{heard.rpartition('/')[2]}",
        language="fr",
        at=at,
    )


def test_what_stands_in_a_thread_of_ours_is_a_comment_and_all_else_a_mention(server: Bluesky) -> None:
    post = published(server)
    under = server.say(NADIA, "Trop chère.", post)
    deeper = server.say(PAUL, "Mais non.", under)
    named = mention(server, "Vu en ville.")
    quoted = server.say(
        PAUL, "À voir", embed={"$type": "app.bsky.embed.record", "record": {"uri": post, "cid": "c"}}
    )
    theirs = server.say(PAUL, "Quelle lampe ?")
    ours = server.client().reply(Reply("r", theirs, "La nôtre !"), lambda: None).remote_id
    answered = server.say(PAUL, "Merci", ours)
    comments, mentions = server.client().comments("").comments, server.client().mentions("").comments
    assert [each.remote_id for each in comments] == [under, deeper]
    assert [each.remote_id for each in mentions] == [named, quoted, answered]
    assert {each.kind for each in mentions} == {CommentKind.MENTION}
    assert [each.post for each in mentions] == [None, None, None]
    assert mentions[2].parent_id == ours


def test_a_comment_that_names_us_or_quotes_us_in_our_thread_is_still_a_comment(server: Bluesky) -> None:
    post = published(server)
    facet = {
        "index": {"byteStart": 0, "byteEnd": 3},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": OURS}],
    }
    heard = server.say(NADIA, "@ml trop chère", post, facets=[facet])
    assert server.view.told[OURS][0]["reason"] == "mention"
    assert [each.remote_id for each in server.client().comments("").comments] == [heard]
    assert server.client().mentions("").comments == ()


def test_likes_and_our_own_words_are_left_aside_even_by_a_server_that_knows_no_reasons(
    server: Bluesky,
) -> None:
    post = published(server)
    server.view.knows_reasons = False
    like = {"uri": f"at://{NADIA}/app.bsky.feed.like/3kaaaaaaaaaa2", "reason": "like", "record": {}}
    server.view.told[OURS] = [
        like | {"indexedAt": "2026-08-12T10:00:00.000Z", "author": {}},
        like | {"indexedAt": "never", "author": {}},
    ]
    heard = server.say(NADIA, "Trop chère.", post)
    assert read(server.client().comments, "")[0] == [heard]


def test_a_root_that_is_gone_is_named_all_the_same(server: Bluesky) -> None:
    post = published(server)
    heard = server.say(NADIA, "Trop chère.", post)
    server.client().delete(post)
    (comment,) = server.client().comments("").comments
    assert (comment.remote_id, comment.post) == (
        heard,
        ThreadPost(post, f"https://bsky.app/profile/{OURS}/post/{post.rpartition('/')[2]}"),
    )


def test_instants_that_cannot_be_are_not_believed(server: Bluesky) -> None:
    post = published(server)
    for at in (NOW + timedelta(days=2), NOW - timedelta(days=400)):
        heard = server.say(NADIA, "Trop chère.", post, at=at)
        assert server.client().comment(heard).at is None


# --- marks


def test_one_that_the_network_places_below_the_mark_is_not_lost(server: Bluesky) -> None:
    post = published(server)
    late = server.say(NADIA, "Première", post, at=NOW)
    found, mark, _turns = read(server.client().comments, "")
    assert found == [late]
    early = server.say(PAUL, "Écrite avant, arrivée après", post, at=NOW - timedelta(minutes=5))
    found, again, _turns = read(server.client().comments, mark)
    assert found == [early]
    assert read(server.client().comments, again)[0] == []


def test_many_at_once_are_read_in_turns_and_each_once(server: Bluesky) -> None:
    post = published(server)
    _none, mark, _turns = read(server.client().comments, "")
    first = [server.say(NADIA, f"Avis {n}", post, at=NOW - timedelta(days=9, hours=-n)) for n in range(60)]
    found, mark, turns = read(server.client().comments, mark)
    assert (found, turns) == (first, 1)
    many = [server.say(NADIA, f"Suite {n}", post, at=NOW - timedelta(days=1, seconds=-n)) for n in range(400)]
    found, mark, turns = read(server.client().comments, mark)
    assert (sorted(found), turns) == (sorted(many), 3)
    again = read(server.client().comments, mark)[0]
    assert len(again) == len(set(again))
    assert set(again) <= set(many)


def test_what_arrives_while_there_is_more_is_read_next(server: Bluesky) -> None:
    post = published(server)
    old = [server.say(NADIA, f"Avis {n}", post, at=NOW - timedelta(days=1, seconds=-n)) for n in range(200)]
    batch = server.client().comments(notices.NOBODY)
    assert (len(batch.comments), batch.more) == (150, True)
    new = server.say(PAUL, "Entre-temps", post, at=NOW)
    found, _mark, _turns = read(server.client().comments, batch.mark)
    assert set(found) >= set(old[:50])
    later, _mark, _turns = read(server.client().comments, _mark)
    assert {*found, *later} >= {new, *old[:50]}


def test_reading_a_mark_twice_gives_the_same(server: Bluesky) -> None:
    post = published(server)
    _none, mark, _turns = read(server.client().comments, "")
    for number in range(5):
        server.say(NADIA, f"Avis {number}", post)
    assert server.client().comments(mark) == server.client().comments(mark)


def test_the_first_turn_begins_with_the_latest(server: Bluesky) -> None:
    post = published(server)
    said = [server.say(NADIA, f"Avis {n}", post, at=NOW - timedelta(days=1, minutes=-n)) for n in range(70)]
    found, mark, turns = read(server.client().comments, "")
    assert (found, turns) == (said[20:], 1)
    assert read(server.client().comments, mark)[0] == []


@pytest.mark.parametrize("mark", ["?", "never|abcd", "2026-13-01T00:00:00Z|", "|||"])
def test_a_mark_that_is_none_begins_again(server: Bluesky, mark: str) -> None:
    heard = server.say(NADIA, "Trop chère.", published(server))
    assert read(server.client().comments, mark)[0] == [heard]


def test_a_mark_never_outgrows_its_place() -> None:
    seen = "2026-08-12T10:00:00.000Z"
    full = Mark(seen, "abcd" * 200)
    assert len(str(full)) <= 300
    assert mark_of(str(full)).given == "abcd" * ((300 - len(seen) - 4) // 4)
    going = Mark(seen, "abcd" * 200, seen, "efgh" * 200, "c" * notices.LONGEST_CURSOR)
    assert len(str(going)) <= 300
    read_again = mark_of(str(going))
    assert (read_again.top, read_again.cursor) == (seen, going.cursor)
    assert set(read_again.given) <= set("abcd")


@pytest.mark.parametrize(
    "answer", ["<html>", [], {}, {"notifications": [1]}, {"notifications": [], "cursor": "c" * 151}]
)
def test_an_answer_that_is_none_is_for_later(server: Bluesky, answer: Any) -> None:
    server.fail_next(before(200, answer), "read")
    with pytest.raises(Later):
        server.client().comments("")


# --- one comment


def test_one_by_somebody_kept_away_is_read_where_it_is_kept(server: Bluesky) -> None:
    heard = server.say(NADIA, "Trop chère.", published(server))
    known = server.client().comment(heard)
    server.client().block(known.author)
    assert server.client().figures([heard]) == {}
    assert server.client().comment(heard) == known
    server.take_down(heard)
    assert server.client().comment(heard).presence is CommentPresence.GONE


@pytest.mark.parametrize("remote_id", ["999", "", f"at://{NADIA}", "at://nadia.example/a.b.c/d"])
def test_what_is_no_address_is_gone_without_a_question(server: Bluesky, remote_id: str) -> None:
    assert server.client().comment(remote_id).presence is CommentPresence.GONE
    assert list(server.requests) == []


def test_a_server_that_fails_makes_nothing_gone(server: Bluesky) -> None:
    heard = server.say(NADIA, "Trop chère.", published(server))
    for fault in (before(502, "<html>"), before(200, []), before(200, {"posts": [{"uri": heard}]})):
        server.fail_next(fault, "read")
        with pytest.raises(Later):
            server.client().comment(heard)
    assert server.client().comment(heard).presence is CommentPresence.VISIBLE


def test_a_server_without_a_network_gives_what_it_keeps_and_says_what_it_lacks(alone: Bluesky) -> None:
    post = published(alone)
    heard = alone.say(NADIA, "Trop chère.", post)
    comment = alone.client().comment(heard)
    assert (comment.text, comment.author.remote_id) == ("Trop chère.", NADIA)
    assert comment.post is not None
    assert comment.post.remote_id == post
    for ask in (
        alone.client().comments,
        alone.client().mentions,
        lambda _mark: alone.client().figures([post]),
    ):
        with pytest.raises(Never) as refused:
            ask("")
        assert (refused.value.code, refused.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)


# --- answering


def test_an_answer_names_its_parent_and_the_post_the_thread_began_with(server: Bluesky) -> None:
    post = published(server)
    deeper = server.say(PAUL, "Mais non.", server.say(NADIA, "Trop chère.", post))
    made = server.client().reply(Reply("r", deeper, "Merci @paul.example", "fr"), lambda: None)
    record = server.posts()[made.remote_id.rpartition("/")[2]]
    versions = {uri: server.view.find(uri) for uri in (post, deeper)}
    assert record["reply"] == {
        side: {"uri": uri, "cid": kept[1]["cid"]}
        for side, uri in (("root", post), ("parent", deeper))
        if (kept := versions[uri])
    }
    assert (record["langs"], record["facets"][0]["features"][0]["did"]) == (["fr"], PAUL)


@pytest.mark.parametrize("to", ["999", f"at://{NADIA}/{POSTS}/3kzzzzzzzzzz2"])
def test_what_never_was_is_not_answered(server: Bluesky, to: str) -> None:
    with pytest.raises(Never) as refused:
        server.client().reply(Reply("r", to, "Merci"), lambda: pytest.fail("crossed"))
    assert refused.value.code == Code.NOT_FOUND
    assert server.posts() == {}
