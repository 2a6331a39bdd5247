"""Whatever a server answers, it ends in an answer of ours or in a typed outcome, and can be stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Outcome, OutcomeError
from cm_suite.core.http import Answer
from pages.networks.bluesky.client import BlueskyClient
from pages.networks.types import (
    Access,
    CommentBatch,
    Commenter,
    Grant,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    Sighting,
    ThreadPost,
)
from tests.networks.bluesky.people import NADIA, OURS

POST: Final = f"at://{OURS}/app.bsky.feed.post/3kaaaaaaaaaa2"
HEARD: Final = f"at://{NADIA}/app.bsky.feed.post/3lbbbbbbbbbb2"
DATES: Final = ["2026-08-12T10:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00", "2026", "?"]
WORDS: Final = st.one_of(
    st.text(max_size=12),
    st.sampled_from([POST, HEARD, OURS, NADIA, "https://a\x00b", "\ud800", "\x00", "1", "x" * 300, *DATES]),
)
ANY: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
URI: Final = st.sampled_from([POST, HEARD]) | ANY
DATE: Final = st.sampled_from(DATES) | ANY
REFERENCE: Final = ANY | st.fixed_dictionaries({"uri": URI, "cid": st.just("c") | ANY})
RECORD: Final = ANY | st.fixed_dictionaries(
    {"text": WORDS | ANY, "createdAt": DATE},
    optional={
        "reply": ANY | st.fixed_dictionaries({"root": REFERENCE, "parent": REFERENCE}),
        "facets": ANY,
        "langs": ANY | st.just(["fr"]),
        "embed": ANY | st.fixed_dictionaries({"external": ANY | st.fixed_dictionaries({"uri": WORDS})}),
        "hiddenReplies": ANY,
    },
)
VIEW: Final = ANY | st.fixed_dictionaries(
    {"uri": URI, "record": RECORD},
    optional={
        "author": ANY | st.fixed_dictionaries({"did": ANY, "handle": WORDS, "displayName": WORDS}),
        "reason": st.sampled_from(["reply", "mention", "like"]) | ANY,
        "indexedAt": DATE,
        "threadgate": ANY | st.fixed_dictionaries({"record": RECORD}),
        "likeCount": ANY,
    },
)
KEPT: Final = st.fixed_dictionaries({"uri": URI, "cid": ANY | st.just("c"), "value": RECORD}) | ANY
MESSAGE: Final = ANY | st.fixed_dictionaries(
    {"id": WORDS, "text": WORDS | ANY, "sentAt": DATE, "sender": ANY | st.fixed_dictionaries({"did": WORDS})},
    optional={"replyTo": ANY, "facets": ANY},
)
REVISION: Final = st.sampled_from(["3n2x7jfaaaaab", "3n2x7jfaaaaac"]) | ANY
SOME: Final = settings(max_examples=60, deadline=None)


class Way:
    """A way on which these answers come back, each in its turn, and then nothing."""

    def __init__(self, answers: list[Any]) -> None:
        self._answers = [json.dumps(each).encode() for each in answers]

    def call(self, method: str, url: str, **options: Any) -> Answer:
        """The next answer."""
        body = self._answers.pop(0) if self._answers else b"{}"
        return Answer(200, {}, body, method != "GET")


def client(*answers: Any) -> BlueskyClient:
    return BlueskyClient(Access("https://social.example", "t", OURS, "", "r"), Way(list(answers)))  # type: ignore[arg-type]


def outcome(act: Callable[[], Any]) -> Any:
    """What came back, or the outcome that was raised; anything else fails the test."""
    try:
        return act()
    except OutcomeError as error:
        return error.outcome


def storable(*texts: str) -> bool:
    """Whether both databases take these texts."""
    return all("\x00" not in each and each.encode("utf-8", "replace").decode() == each for each in texts)


def sound(comment: IncomingComment) -> bool:
    """Whether a comment may be taken in as it is."""
    author, post = comment.author, comment.post or ThreadPost("1")
    assert max(map(len, (comment.remote_id, comment.parent_id, author.remote_id, post.remote_id))) <= 300
    assert max(map(len, (comment.url, post.url, author.url))) <= 500
    assert max(map(len, (author.name, author.handle))) <= 200
    assert len(comment.language) <= 20
    assert [at for at in (comment.at, post.at) if at is not None and at.utcoffset() != timedelta(0)] == []
    return storable(comment.remote_id, comment.text, author.name, author.handle, post.text, comment.language)


def batch(found: Any) -> None:
    """A batch is sound, with a mark that can be kept; or it is for later."""
    assert found in {Outcome.LATER} or isinstance(found, CommentBatch)
    if isinstance(found, CommentBatch):
        assert all(sound(each) for each in found.comments)
        assert len(found.mark) <= 300
        assert storable(found.mark)


@SOME
@given(st.lists(VIEW, max_size=4) | ANY, ANY, st.lists(VIEW, max_size=2) | ANY, WORDS)
@example(
    [{"uri": HEARD, "record": {"reply": {"root": {"uri": POST}}}, "reason": "reply", "indexedAt": "2026"}],
    1,
    1,
    "",
)
def test_any_notifications_are_comments_or_for_later(told: Any, cursor: Any, posts: Any, mark: str) -> None:
    answers = {"notifications": told, "cursor": cursor}, {"posts": posts}
    batch(outcome(lambda: client(*answers).comments("")))
    batch(outcome(lambda: client(answers[0]).mentions(mark)))


@SOME
@given(st.lists(VIEW, max_size=1) | ANY, KEPT, KEPT, KEPT)
def test_any_post_is_a_comment_or_an_outcome(posts: Any, kept: Any, root: Any, gate: Any) -> None:
    found = outcome(lambda: client({"posts": posts}, kept, root, gate).comment(HEARD))
    assert found in {Outcome.LATER} or sound(found)


@SOME
@given(st.lists(MESSAGE, max_size=3), REVISION, REVISION, ANY)
def test_any_messages_are_messages_or_for_later(said: list[Any], one: Any, other: Any, people: Any) -> None:
    logs = [
        {"$type": "chat.bsky.convo.defs#logCreateMessage", "rev": rev, "convoId": "c", "message": each}
        | {"relatedProfiles": people}
        for each, rev in zip(said, [one, other, one], strict=False)
    ]
    convos = [{"id": "c", "rev": one, "lastMessage": each, "members": people} for each in said]
    batch(outcome(lambda: client({"logs": logs}).messages("3n2x7jfaaaaaa")))
    batch(outcome(lambda: client({"convos": [*convos, people]}).messages("")))
    found = outcome(lambda: client({"messages": said}).comment("c/3lmsg"))
    assert found in {Outcome.LATER, Outcome.NEVER} or sound(found)


@SOME
@given(KEPT, KEPT, KEPT)
def test_any_record_is_a_sighting_or_an_outcome(one: Any, two: Any, three: Any) -> None:
    wanted, at = Outgoing("k", "Une lampe"), None
    found = outcome(lambda: client(one).find(wanted, at, at))  # type: ignore[arg-type]  # not looked at
    assert found in {Outcome.LATER} or isinstance(found, Sighting)
    answered = outcome(lambda: client(one, two).reply(Reply("k", HEARD, "Merci"), lambda: None))
    assert answered in {Outcome.LATER, Outcome.NEVER, Outcome.UNKNOWN}
    for act in (lambda c: c.hide(HEARD, ""), lambda c: c.unhide(HEARD), lambda c: c.block(Commenter(NADIA))):
        ended = outcome(lambda act=act: act(client(one, two, three)))  # type: ignore[misc]
        assert ended is None or isinstance(ended, Outcome)


@SOME
@given(ANY | st.fixed_dictionaries({"uri": URI}), ANY | st.fixed_dictionaries({"blob": ANY}))
def test_any_answer_to_a_publication_is_unknown_unless_it_names_our_record(made: Any, blob: Any) -> None:
    crossed: list[int] = []
    found = outcome(lambda: client(made).publish(Outgoing("k", "Une lampe"), lambda: crossed.append(1)))
    assert (found, crossed) == (Outcome.UNKNOWN, [1])
    named = {"uri": f"at://{OURS}/app.bsky.feed.post/{key()}"}
    assert isinstance(client(named).publish(Outgoing("k", "Une lampe"), lambda: None), Published)


def key() -> str:
    """The key that the post goes under."""
    seen: list[str] = []

    class Listening(Way):
        def call(self, method: str, url: str, **options: Any) -> Answer:
            seen.append(options["json"]["rkey"])
            return super().call(method, url, **options)

    listening = BlueskyClient(Access("https://social.example", "t", OURS), Listening([{}]))  # type: ignore[arg-type]
    assert outcome(lambda: listening.publish(Outgoing("k", "Une lampe"), lambda: None)) is Outcome.UNKNOWN
    return seen[0]


@SOME
@given(
    ANY
    | st.fixed_dictionaries(
        {"did": st.just(OURS) | ANY, "handle": WORDS, "displayName": WORDS, "followersCount": ANY}
    ),
    st.lists(VIEW, max_size=2) | ANY,
)
def test_any_account_and_any_counts(account: Any, posts: Any) -> None:
    found = outcome(lambda: client(account).profile())
    assert found in {Outcome.LATER} or (isinstance(found, Profile) and found.name != "")
    if isinstance(found, Profile):
        assert storable(found.name, found.handle, found.url)
    counted = outcome(lambda: client({"posts": posts}).figures([POST]))
    assert counted in (Outcome.LATER, {}) or set(counted) == {POST}


@SOME
@given(ANY | st.fixed_dictionaries({"accessJwt": WORDS | ANY, "refreshJwt": WORDS | ANY, "handle": ANY}))
def test_any_session_is_a_grant_or_an_outcome(session: Any) -> None:
    for act in (lambda c: c.log_in("a", "b"), lambda c: c.refresh()):
        found = outcome(lambda act=act: act(client(session)))  # type: ignore[misc]
        assert found in {Outcome.LATER, Outcome.NEVER} or isinstance(found, Grant)
