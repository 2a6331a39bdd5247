"""Against a real WordPress, when one is named: `docs/networks.md` says how to start one.

`CM_TEST_WORDPRESS_URL` is the site's address, `CM_TEST_WORDPRESS_LOGIN` and `CM_TEST_WORDPRESS_PASSWORD` a
user who publishes and moderates there, and an application password of theirs. The site lets anybody comment.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.core.guard import Guard
from cm_suite.core.http import Answer, NetworkHttp
from pages.networks.errors import Code
from pages.networks.feed.client import FeedClient
from pages.networks.types import (
    Access,
    CommentPresence,
    IncomingComment,
    Metric,
    Outgoing,
    Reply,
    Sighting,
    SightingKind,
)
from pages.networks.wordpress import outgoing
from pages.networks.wordpress.client import WordPressClient
from tests.networks.bench import ALTS, picture

URL: Final = os.environ.get("CM_TEST_WORDPRESS_URL", "").rstrip("/")
LOGIN: Final = os.environ.get("CM_TEST_WORDPRESS_LOGIN", "")
PASSWORD: Final = os.environ.get("CM_TEST_WORDPRESS_PASSWORD", "")
LINK: Final = "https://maison-lumen.example/vitrine?a=1&b=2"

if not (URL and LOGIN and PASSWORD):
    pytest.skip("name a site: CM_TEST_WORDPRESS_URL, _LOGIN and _PASSWORD", allow_module_level=True)

pytestmark = pytest.mark.slow


class Lossy(NetworkHttp):
    """A way on which the answer to what creates a post or an answer gets lost."""

    def call(self, method: str, url: str, **options: Any) -> Answer:
        """Make the call, and lose what came back."""
        answer = super().call(method, url, **options)
        if method == "POST" and url.endswith(("/posts", "/comments")):
            raise Unknown("no_answer")
        return answer


def way(kind: type[NetworkHttp] = NetworkHttp) -> NetworkHttp:
    """A way to the site; nothing else can be reached."""
    parts = urlsplit(URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return kind(
        Guard(frozenset({(str(parts.hostname), port)})), account="wordpress:real", secrets=(PASSWORD,)
    )


def client(kind: type[NetworkHttp] = NetworkHttp, password: str = PASSWORD) -> WordPressClient:
    """A client of the site."""
    known = WordPressClient(Access(URL, PASSWORD, "", LOGIN), way()).profile()
    return WordPressClient(Access(URL, password, known.remote_id, LOGIN), way(kind))


@pytest.fixture
def ours() -> WordPressClient:
    """The account's client."""
    return client()


@pytest.fixture
def post(ours: WordPressClient) -> Iterator[str]:
    """A post of ours, taken down afterwards."""
    published = ours.publish(a_post("Une lampe"), lambda: None)
    yield published.remote_id
    ours.delete(published.remote_id)


def a_post(text: str, **more: Any) -> Outgoing:
    """A post under a key of its own."""
    return Outgoing(uuid.uuid4().hex, text, language="fr", **more)


def sight(who: WordPressClient, wanted: Outgoing) -> SightingKind:
    """Whether it went out about now."""
    now = datetime.now(UTC)
    return who.find(wanted, now - timedelta(minutes=1), now).kind


def say(post: str, text: str, parent: str = "0") -> None:
    """A visitor fills in the form below a post."""
    form = {"comment_post_ID": post, "comment_parent": parent, "comment": text, "author": "Nadia", "url": ""}
    form["email"] = f"{uuid.uuid4().hex[:8]}@nadia.example"
    with pytest.raises(Never) as sent:
        way().call("POST", f"{URL}/wp-comments-post.php", data=form)
    assert sent.value.code == "redirected"


def heard(ours: WordPressClient, mark: str) -> IncomingComment:
    """The one comment since a mark."""
    (comment,) = ours.comments(mark).comments
    return comment


def test_a_post_goes_out_with_its_images_and_their_words_and_is_taken_down(ours: WordPressClient) -> None:
    images = tuple(picture(number) for number in range(3))
    wanted = a_post("Nouvelle vitrine ✨\n\nSamedi [et] <dimanche> & fêtes.", link=LINK, images=images)
    assert sight(ours, wanted) is SightingKind.ABSENT
    published = ours.publish(wanted, lambda: None)
    kept = ours._wire.get(f"posts/{published.remote_id}", context="edit")
    assert (kept["status"], kept["title"]["raw"]) == ("publish", "Nouvelle vitrine ✨")
    assert re.findall(r'alt="([^"]*)"', kept["content"]["raw"]) == list(ALTS[:3])
    assert "<p>Samedi &#091;et&#093; &lt;dimanche&gt; &amp; fêtes.</p>" in kept["content"]["raw"]
    assert '<a href="https://maison-lumen.example/vitrine?a=1&amp;b=2">' in kept["content"]["rendered"]
    media = ours._wire.get(f"media/{kept['featured_media']}")
    assert (media["alt_text"], published.url) == (ALTS[0], kept["link"])
    assert sight(ours, wanted) is SightingKind.FOUND
    ours.delete(published.remote_id)
    ours.delete(published.remote_id)
    assert sight(ours, wanted) is SightingKind.ABSENT


def test_an_answer_that_got_lost_is_looked_up_and_the_post_is_there_once(ours: WordPressClient) -> None:
    wanted = a_post("Perdue en route", images=(picture(0),))
    with pytest.raises(Unknown):
        client(Lossy).publish(wanted, lambda: None)
    now = datetime.now(UTC)
    found: Sighting = ours.find(wanted, now - timedelta(minutes=1), now)
    assert found.published is not None
    rows, _total = ours._wire.rows("posts", slug=outgoing.slug(wanted), status="any")
    assert [str(row["id"]) for row in rows] == [found.published.remote_id]
    ours.delete(found.published.remote_id)


def test_a_visitors_comment_is_heard_answered_counted_hidden_shown_and_taken_away(
    ours: WordPressClient, post: str
) -> None:
    mark = ours.comments("").mark
    assert [each.value for each in ours.figures([post, "999999999"])[post]] == [0]
    say(post, "Trop chère & <b>laide</b>.")
    comment = heard(ours, mark)
    assert (comment.text, comment.author.name) == ("Trop chère & laide.", "Nadia")
    assert comment.post is not None
    assert (comment.post.remote_id, comment.post.text, comment.parent_id) == (post, "Une lampe", "")
    assert comment == ours.comment(comment.remote_id)
    for _time in range(2):
        ours.approve(comment.remote_id)
    assert ours.comment(comment.remote_id).presence is CommentPresence.VISIBLE
    (figure,) = ours.figures([post])[post]
    assert (figure.metric, figure.value) == (Metric.COMMENTS, 1)
    after = ours.comments(mark).mark
    _answered(ours, comment, after)
    for _time in range(2):
        ours.hide(comment.remote_id, "")
    assert heard(ours, after).presence is CommentPresence.PENDING
    ours.unhide(comment.remote_id)
    assert ours.comment(comment.remote_id).presence is CommentPresence.VISIBLE
    for _time in range(2):
        ours.delete_comment(comment.remote_id, "")
    assert ours.comment(comment.remote_id).presence is CommentPresence.GONE
    with pytest.raises(Never) as gone:
        ours.unhide(comment.remote_id)
    assert gone.value.code == Code.NOT_FOUND


def _answered(ours: WordPressClient, comment: IncomingComment, mark: str) -> None:
    """Answer once although the answer to it gets lost; the same words a second time are refused."""
    reply, now = Reply(uuid.uuid4().hex, comment.remote_id, "Merci <Nadia> & à samedi !"), datetime.now(UTC)
    assert ours.find_reply(reply, now, now).kind is SightingKind.ABSENT
    with pytest.raises(Unknown):
        client(Lossy).reply(reply, lambda: None)
    found = ours.find_reply(reply, now, now)
    assert found.published is not None
    written = ours.comment(found.published.remote_id)
    assert (written.text, written.parent_id) == (reply.text, comment.remote_id)
    assert ours.comments(mark).comments == ()
    with pytest.raises(Never) as twice:
        ours.reply(Reply(uuid.uuid4().hex, reply.to, reply.text), lambda: None)
    assert (twice.value.code, twice.value.step) == (Code.DUPLICATE, NextStep.EDIT)


def test_a_wrong_password_asks_for_another() -> None:
    wrong = client(password="never made there")
    for ask in (
        wrong.profile,
        lambda: wrong.comments(""),
        lambda: wrong.publish(a_post("Non"), lambda: None),
    ):
        with pytest.raises(Never) as refused:
            ask()
        assert (refused.value.code, refused.value.step) == (Code.ACCESS_REFUSED, NextStep.RECONNECT)


def test_the_same_site_is_read_by_its_feeds(ours: WordPressClient, post: str) -> None:
    blog = FeedClient(Access("", "", f"{URL}/"), way())
    found = blog.profile()
    assert found.name == ours.profile().name
    there = FeedClient(Access("", "", found.remote_id), way()).comments("")
    shown = [each for each in ours.comments("").comments if each.presence is CommentPresence.VISIBLE]
    assert {each.url for each in there.comments} <= {each.url for each in shown}
    assert len(there.comments) == min(len(shown), 10)
    ours.delete(post)
