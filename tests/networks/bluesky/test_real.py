"""Against a real server of Bluesky's network, when one is named: `docs/networks.md` says how to start one.

`CM_TEST_BLUESKY_URL` is its origin; `CM_TEST_BLUESKY_HANDLE` and `CM_TEST_BLUESKY_PASSWORD` open an account
used for nothing else, `CM_TEST_BLUESKY_OTHER_HANDLE` and `CM_TEST_BLUESKY_OTHER_PASSWORD` a second one, who
answers it. What needs the network around the server (an AppView) is only asked for where that is there.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from cm_suite.core.errors import Never, OutcomeError, Unknown
from cm_suite.core.guard import Guard
from cm_suite.core.http import Answer, NetworkHttp
from pages.networks.bluesky import SPEC
from pages.networks.bluesky.client import BlueskyClient
from pages.networks.bluesky.keys import address
from pages.networks.errors import Code
from pages.networks.types import (
    Access,
    CommentKind,
    CommentPresence,
    Grant,
    Metric,
    Outgoing,
    Reply,
    SightingKind,
)
from tests.networks.bench import picture

URL: Final = os.environ.get("CM_TEST_BLUESKY_URL", "").rstrip("/")
LINK: Final = "https://maison-lumen.example/vitrine/une-adresse-assez-longue-pour-etre-raccourcie?a=1&b=2"
PATIENCE: Final = 15  # seconds that a network may take to hear of a record
FAMILY: Final = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

pytestmark = pytest.mark.skipif(not URL, reason="CM_TEST_BLUESKY_URL names no server")


class Lossy(NetworkHttp):
    """A way on which the answer to what creates a record gets lost, after the server accepted it."""

    def call(self, method: str, url: str, **options: Any) -> Answer:
        """Make the call, and lose what came back."""
        answer = super().call(method, url, **options)
        if url.endswith("/com.atproto.repo.createRecord"):
            raise Unknown("no_answer")
        return answer


def client(access: Access, way: type[NetworkHttp] = NetworkHttp) -> BlueskyClient:
    """A client of an account there; only that server can be reached."""
    parts = urlsplit(URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    guard = Guard(frozenset({(str(parts.hostname), port)}))
    return BlueskyClient(
        access, way(guard, account="bluesky:real", secrets=(access.token,), rests=SPEC.rests)
    )


def logged_in(who: str) -> tuple[Access, Grant]:
    """A session of one of the two accounts; one for all tests, for a server gives few."""
    handle = os.environ.get(f"CM_TEST_BLUESKY_{who}HANDLE", "")
    if not handle:
        pytest.skip(f"CM_TEST_BLUESKY_{who}HANDLE names no account")
    grant = client(Access(URL, "", "")).log_in(handle, os.environ[f"CM_TEST_BLUESKY_{who}PASSWORD"])
    profile = client(Access(URL, grant.token, "")).profile()
    return Access(URL, grant.token, profile.remote_id, grant.login, grant.refresh_token), grant


@pytest.fixture(scope="module")
def page() -> tuple[Access, Grant]:
    """The page's account."""
    return logged_in("")


@pytest.fixture(scope="module")
def reader() -> BlueskyClient:
    """Who answers."""
    return client(logged_in("OTHER_")[0])


@pytest.fixture
def ours(page: tuple[Access, Grant]) -> BlueskyClient:
    """The page's client."""
    return client(page[0])


@pytest.fixture
def post(ours: BlueskyClient) -> Iterator[str]:
    """A post of ours, taken down afterwards."""
    published = ours.publish(outgoing("Une lampe"), lambda: None)
    yield published.remote_id
    ours.delete(published.remote_id)


def outgoing(text: str, **more: Any) -> Outgoing:
    """A post under a key of its own."""
    return Outgoing(uuid.uuid4().hex, text, language="fr", **more)


def sight(who: BlueskyClient, wanted: Outgoing) -> SightingKind:
    """Whether it went out about now."""
    now = datetime.now(UTC)
    return who.find(wanted, now - timedelta(minutes=1), now).kind


def kept(who: BlueskyClient, remote_id: str) -> dict[str, Any]:
    """The record as the server keeps it."""
    found = who._wire.record(address(remote_id))
    assert found is not None
    return dict(found["value"])


def times_there(who: BlueskyClient, text: str) -> int:
    """How many of the account's latest posts say this."""
    params = {"repo": who._wire.did, "collection": "app.bsky.feed.post", "limit": 100}
    records = who._wire.ask("com.atproto.repo.listRecords", params)["records"]
    return sum(each["value"]["text"] == text for each in records)


def where_there_is_a_network[T](ask: Callable[[], T]) -> T:
    """What the network says; skipped with one line on a server that stands alone, and says so itself."""
    try:
        return ask()
    except Never as alone:
        if alone.code != Code.NOT_ALLOWED_HERE:
            raise
    return pytest.skip("this server has no network around it (no AppView): it says not_allowed_here")


def eventually[T](ask: Callable[[], T], good: Callable[[T], bool]) -> T:
    """What the network says, once it has heard of what the servers keep: that takes it some seconds."""
    until = time.monotonic() + PATIENCE
    while True:
        found = ask()
        if good(found) or time.monotonic() > until:
            return found
        time.sleep(0.5)


def test_a_password_opens_a_session_that_renews_itself(page: tuple[Access, Grant]) -> None:
    access, grant = page
    assert grant.expires_at is not None
    assert grant.refresh_expires_at is not None
    assert datetime.now(UTC) < grant.expires_at < grant.refresh_expires_at
    renewed = client(access).refresh()
    assert renewed.refresh_token not in {"", grant.refresh_token}
    assert client(Access(URL, renewed.token, "")).profile().remote_id == access.remote_id


def test_a_wrong_password_and_a_wrong_token_are_refused(page: tuple[Access, Grant]) -> None:
    with pytest.raises(Never) as refused:
        client(Access(URL, "", "")).log_in(page[0].login, "not-the-password")
    assert refused.value.code == Code.ACCESS_REFUSED
    with pytest.raises(Never) as refused:
        client(Access(URL, "no.such.token", page[0].remote_id)).publish(outgoing("Non"), lambda: None)
    assert refused.value.code == Code.ACCESS_REFUSED


def test_a_post_goes_out_with_its_marks_and_its_card_and_is_taken_down(ours: BlueskyClient) -> None:
    handle = ours.profile().handle
    wanted = outgoing(f"Avec {handle}, #Vitrine ✨ {LINK}?x", link=LINK)
    published = ours.publish(wanted, lambda: None)
    record = kept(ours, published.remote_id)
    kinds = [each["features"][0]["$type"].partition("#")[2] for each in record["facets"]]
    assert (record["text"], kinds) == (wanted.text, ["mention", "tag", "link"])
    assert record["embed"]["external"]["uri"] == LINK
    assert sight(ours, wanted) is SightingKind.FOUND
    ours.delete(published.remote_id)
    ours.delete(published.remote_id)
    assert sight(ours, wanted) is SightingKind.ABSENT


def test_images_go_out_with_their_alternative_texts(ours: BlueskyClient) -> None:
    wanted = outgoing("La vitrine", link=LINK, images=tuple(picture(number) for number in range(4)))
    published = ours.publish(wanted, lambda: None)
    record = kept(ours, published.remote_id)
    assert [each["alt"] for each in record["embed"]["images"]] == [each.alt for each in wanted.images]
    assert [each["image"]["size"] for each in record["embed"]["images"]] == [
        len(each.content) for each in wanted.images
    ]
    assert record["facets"][-1]["features"][0]["uri"] == LINK
    ours.delete(published.remote_id)


@pytest.mark.parametrize(("text", "fits"), [("é" * 300, True), ("é" * 301, False), (FAMILY * 170, False)])
def test_the_server_counts_as_we_do(ours: BlueskyClient, text: str, fits: bool) -> None:
    wanted = outgoing(text)
    assert (SPEC.measure(text, "") <= SPEC.default_text_limit) is fits
    if fits:
        ours.delete(ours.publish(wanted, lambda: None).remote_id)
        return
    with pytest.raises(Never) as refused:
        ours.publish(wanted, lambda: None)
    assert refused.value.code == Code.CONTENT_REFUSED
    assert sight(ours, wanted) is SightingKind.ABSENT


def test_an_answer_that_got_lost_is_found_and_nothing_goes_out_twice(page: tuple[Access, Grant]) -> None:
    wanted, ours = outgoing(f"Perdue en route {uuid.uuid4().hex}"), client(page[0])
    with pytest.raises(Unknown):
        client(page[0], Lossy).publish(wanted, lambda: None)
    now = datetime.now(UTC)
    sighting = ours.find(wanted, now - timedelta(minutes=1), now)
    assert sighting.published is not None
    with pytest.raises(OutcomeError) as again:
        ours.publish(wanted, lambda: None)
    assert (again.value.outcome, times_there(ours, wanted.text)) == (Unknown.outcome, 1)
    ours.delete(sighting.published.remote_id)


def test_a_reply_of_somebody_else_is_a_comment_that_we_answer_and_hide(
    ours: BlueskyClient, reader: BlueskyClient, post: str
) -> None:
    heard = reader.reply(Reply(uuid.uuid4().hex, post, "Trop chère."), lambda: None).remote_id
    comment = ours.comment(heard)
    assert (comment.text, comment.kind, comment.parent_id) == ("Trop chère.", CommentKind.COMMENT, "")
    assert comment.post is not None
    assert (comment.post.remote_id, comment.post.text) == (post, "Une lampe")
    answer = Reply(uuid.uuid4().hex, heard, "Merci !", "fr")
    published = ours.reply(answer, lambda: None)
    refers = kept(ours, published.remote_id)["reply"]
    assert (refers["root"]["uri"], refers["parent"]["uri"]) == (post, heard)
    for act, presence in ((ours.hide, CommentPresence.HIDDEN), (_shown(ours), CommentPresence.VISIBLE)):
        act(heard, "")
        act(heard, "")
        assert ours.comment(heard).presence is presence
    reader.delete(heard)
    now = eventually(lambda: ours.comment(heard), lambda each: each.presence is CommentPresence.GONE)
    assert now.presence is CommentPresence.GONE
    ours.delete(published.remote_id)


def _shown(ours: BlueskyClient) -> Callable[[str, str], None]:
    return lambda remote_id, _reason: ours.unhide(remote_id)


def test_somebody_is_kept_away_and_let_in_again(
    ours: BlueskyClient, reader: BlueskyClient, post: str
) -> None:
    heard = reader.reply(Reply(uuid.uuid4().hex, post, "Trop chère."), lambda: None).remote_id
    author = ours.comment(heard).author
    assert author.remote_id == reader._wire.did
    for act, records in ((ours.block, 1), (ours.unblock, 0)):
        act(author)
        act(author)
        params = {"repo": ours._wire.did, "collection": "app.bsky.graph.block"}
        assert len(ours._wire.ask("com.atproto.repo.listRecords", params)["records"]) == records
    reader.delete(heard)


def test_what_somebody_says_is_heard_once_and_counted_where_there_is_a_network(
    ours: BlueskyClient, reader: BlueskyClient, post: str
) -> None:
    mark = where_there_is_a_network(lambda: ours.comments("").mark)
    heard = reader.reply(Reply(uuid.uuid4().hex, post, "Trop chère.", "fr"), lambda: None).remote_id
    batch = eventually(lambda: ours.comments(mark), lambda each: bool(each.comments))
    (comment,) = batch.comments
    assert (comment.remote_id, comment.text, comment.language) == (heard, "Trop chère.", "fr")
    assert comment.author.handle == reader.profile().handle
    assert comment == ours.comment(heard)
    assert ours.comments(batch.mark).comments == ()
    counted = eventually(lambda: ours.figures([post])[post], lambda each: any(one.value for one in each))
    assert {each.metric: each.value for each in counted} == {
        Metric.REACTIONS: 0,
        Metric.COMMENTS: 1,
        Metric.RESHARES: 0,
        Metric.QUOTES: 0,
        Metric.SAVES: 0,
    }
    ours.hide(heard, "")
    assert eventually(lambda: ours.comments(mark).comments, lambda each: not each) == ()
    assert ours.comment(heard).presence is CommentPresence.HIDDEN
    reader.delete(heard)


def test_who_names_us_elsewhere_is_heard_where_there_is_a_network(
    ours: BlueskyClient, reader: BlueskyClient
) -> None:
    mark = where_there_is_a_network(lambda: ours.mentions("").mark)
    named = reader.publish(outgoing(f"Vu chez {ours.profile().handle}"), lambda: None).remote_id
    batch = eventually(lambda: ours.mentions(mark), lambda each: bool(each.comments))
    assert [(each.remote_id, each.kind) for each in batch.comments] == [(named, CommentKind.MENTION)]
    reader.delete(named)


def test_one_who_is_kept_away_is_still_read_where_there_is_a_network(
    ours: BlueskyClient, reader: BlueskyClient, post: str
) -> None:
    where_there_is_a_network(lambda: ours.figures([post]))
    heard = reader.reply(Reply(uuid.uuid4().hex, post, "Trop chère."), lambda: None).remote_id
    known = eventually(lambda: ours.comment(heard), lambda each: each.author.handle != "")
    ours.block(known.author)
    assert eventually(lambda: ours.figures([heard]), lambda each: not each) == {}
    assert ours.comment(heard) == known
    ours.unblock(known.author)
    assert set(eventually(lambda: ours.figures([heard]), bool)) == {heard}
    assert ours.comment(heard) == known
    reader.delete(heard)
