"""Against a real server that speaks Mastodon's language: only where one is named.

CM_TEST_MASTODON_URL: its origin. CM_TEST_MASTODON_TOKEN: a token of an account there that nobody needs.
CM_TEST_MASTODON_TOKEN_2: one of a second account, which answers and writes; without it nobody does.
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

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.guard import Guard
from cm_suite.core.http import Answer, NetworkHttp
from pages.networks.errors import Code
from pages.networks.mastodon.client import MastodonClient
from pages.networks.mastodon.door import MastodonDoor
from pages.networks.mastodon.wire import STATUSES, Wire, rests, status_path
from pages.networks.types import (
    Access,
    Ask,
    CommentBatch,
    CommentPresence,
    IncomingComment,
    Outgoing,
    Reply,
    SightingKind,
)
from tests.networks.bench import ALTS, picture

URL: Final = os.environ.get("CM_TEST_MASTODON_URL", "").rstrip("/")
TOKEN: Final = os.environ.get("CM_TEST_MASTODON_TOKEN", "")
SECOND: Final = os.environ.get("CM_TEST_MASTODON_TOKEN_2", "")
PATIENCE: Final = 60.0  # seconds: some servers show an answer only after their next round

if not (URL and TOKEN):
    pytest.skip("name a server: CM_TEST_MASTODON_URL and CM_TEST_MASTODON_TOKEN", allow_module_level=True)

pytestmark = pytest.mark.slow
two_accounts = pytest.mark.skipif(not SECOND, reason="name a second account: CM_TEST_MASTODON_TOKEN_2")


class Dropping(NetworkHttp):
    """A way on which the answer to the next status that is created gets lost."""

    drops = False

    def call(self, method: str, url: str, **options: Any) -> Answer:
        """Make the call; lose its answer when told to."""
        answer = super().call(method, url, **options)
        if self.drops and method == "POST" and url.endswith(STATUSES):
            self.drops = False
            raise Unknown("no_answer")
        return answer


def way(token: str) -> Dropping:
    """A way to the server, loopback allowed."""
    parts = urlsplit(URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Dropping(
        Guard(frozenset({(parts.hostname or "", port)})), account="real", secrets=(token,), rests=rests
    )


def opened(token: str, http: NetworkHttp) -> MastodonClient:
    """A client of the account that the token opens."""
    profile = MastodonClient(Access(URL, token, ""), http).profile()
    return MastodonClient(Access(URL, token, profile.remote_id), http)


@pytest.fixture
def http() -> Dropping:
    return way(TOKEN)


@pytest.fixture
def client(http: Dropping) -> MastodonClient:
    return opened(TOKEN, http)


@pytest.fixture
def post() -> Outgoing:
    """A post that nobody published before, with one image."""
    return Outgoing(uuid.uuid4().hex, f"Une lampe {uuid.uuid4().hex}", "", "", "fr", (picture(0),))


@pytest.fixture
def published(client: MastodonClient, post: Outgoing) -> Iterator[str]:
    """The post, there; taken down afterwards."""
    remote_id = client.publish(post, lambda: None).remote_id
    yield remote_id
    client.delete(remote_id)


def sight(client: MastodonClient, post: Outgoing, since: datetime) -> SightingKind:
    return client.find(post, since, datetime.now(UTC) + timedelta(seconds=5)).kind


def awaited[T](look: Callable[[], T | None]) -> T:
    """What `look` gives once it gives something."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(1)
    raise AssertionError("it never came")


def heard(ask: Callable[[str], CommentBatch], remote_id: str) -> IncomingComment:
    """What somebody wrote, once it is told."""
    return awaited(lambda: next((each for each in ask("").comments if each.remote_id == remote_id), None))


def name(client: MastodonClient) -> str:
    """How people of the same server name the account."""
    return "@" + client.profile().handle.split("@")[1]


def said(text: str, **more: Any) -> str:
    """The second account writes; gives the status' id as this server knows it."""
    answer = Wire(Access(URL, SECOND, ""), way(SECOND)).call(
        "POST", STATUSES, json={"status": text, "visibility": "public"} | more
    )
    return str(answer.json()["id"])


def test_the_account_says_who_it_is_and_what_its_server_takes(client: MastodonClient) -> None:
    profile = client.profile()
    assert profile.remote_id != ""
    assert profile.handle.count("@") == 2
    assert profile.text_limit is None or profile.text_limit >= 100


def test_an_image_goes_out_with_its_words(client: MastodonClient, published: str) -> None:
    (media,) = Wire(Access(URL, TOKEN, ""), way(TOKEN)).status(published)["media_attachments"]
    assert media["description"] == ALTS[0]


def test_a_post_is_found_and_another_is_not(client: MastodonClient, post: Outgoing, published: str) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert sight(client, post, since) is SightingKind.FOUND
    other = Outgoing(uuid.uuid4().hex, f"Autre chose {uuid.uuid4().hex}")
    assert sight(client, other, since) is SightingKind.ABSENT


def test_after_a_dropped_answer_it_is_found_and_there_once(
    client: MastodonClient, http: Dropping, post: Outgoing
) -> None:
    since = datetime.now(UTC)
    http.drops = True
    with pytest.raises(Unknown):
        client.publish(post, lambda: None)
    sighting = client.find(post, since, datetime.now(UTC))
    assert sighting.published is not None
    texts = [each.text for each in client._wire.statuses()]
    assert texts.count(post.text) == 1
    client.delete(sighting.published.remote_id)


def test_counts_are_numbers_with_their_words(client: MastodonClient, published: str) -> None:
    counted = {each.name: each.value for each in client.figures([published])[published]}
    assert {"favourites_count", "reblogs_count", "replies_count"} <= set(counted)
    assert client.figures(["1"]) == {}


def test_what_is_taken_down_twice_is_gone_or_at_least_out_of_the_list(
    client: MastodonClient, post: Outgoing
) -> None:
    since = datetime.now(UTC)
    remote_id = client.publish(post, lambda: None).remote_id
    client.delete(remote_id)
    client.delete(remote_id)
    awaited(lambda: sight(client, post, since) is SightingKind.ABSENT)


@two_accounts
def test_a_reply_is_heard_answered_once_and_found(client: MastodonClient, published: str) -> None:
    handle = name(client)
    comment = heard(client.comments, said(f"{handle} Trop chère.", in_reply_to_id=published))
    assert comment.post is not None
    assert comment.post.remote_id == published
    assert "Trop chère." in comment.text
    reply = Reply(uuid.uuid4().hex, comment.remote_id, f"Merci {uuid.uuid4().hex}", "fr", published)
    since = datetime.now(UTC)
    client.reply(reply, lambda: None)
    assert client.find_reply(reply, since, datetime.now(UTC)).kind is SightingKind.FOUND
    Wire(Access(URL, SECOND, ""), way(SECOND)).call("DELETE", status_path(comment.remote_id))
    awaited(lambda: client.comment(comment.remote_id).presence is CommentPresence.GONE)


@two_accounts
def test_who_names_us_elsewhere_and_who_writes_in_private(client: MastodonClient) -> None:
    handle = name(client)
    mention = heard(client.mentions, said(f"Vu chez {handle}."))
    assert mention.post is None
    try:
        message = heard(client.messages, said(f"{handle} Ma commande ?", visibility="direct"))
    except Never as refused:
        pytest.xfail(f"this server takes no private messages: {refused.code}")
    reply = Reply(uuid.uuid4().hex, message.remote_id, f"Demain {uuid.uuid4().hex}", "fr")
    since = datetime.now(UTC)
    client.answer(reply, lambda: None)
    found = client.find_answer(reply, since, datetime.now(UTC))
    assert found.kind is not SightingKind.ABSENT


@two_accounts
def test_somebody_is_kept_away_and_let_in_again(client: MastodonClient) -> None:
    author = heard(client.mentions, said(f"{name(client)} Bonjour")).author
    for act in (client.block, client.block, client.unblock, client.unblock):
        act(author)


def test_a_token_that_opens_nothing_asks_for_another() -> None:
    with pytest.raises(Never) as refused:
        MastodonClient(Access(URL, "nothing", "1"), way("nothing")).profile()
    assert refused.value.step is NextStep.RECONNECT


def test_the_server_registers_the_application_and_refuses_a_code_of_nobody() -> None:
    back = "https://suite.lumen.example/connect/back"
    keys = MastodonDoor(None, way(""), URL).register("CM suite", back, "https://suite.lumen.example")
    ask = Ask(back, "state", "v" * 43, "c" * 43)
    with pytest.raises((Never, Later)) as refused:  # some fall over a code that they never gave
        MastodonDoor(keys, way(""), URL).grant("nothing", ask)
    assert refused.value.code in {Code.GRANT_REFUSED, "server_error"}
