"""A blog that is only read: whose it is, what is said there, and what is certainly gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.feed import SPEC
from pages.networks.feed.client import FeedClient, build
from pages.networks.spec import Tools
from pages.networks.types import Access, Capability, CommentPresence, Profile, WhyNot
from tests.networks.feed.fake import Blog


def refused(ask: Callable[[], object]) -> tuple[str, NextStep]:
    with pytest.raises(Never) as caught:
        ask()
    return caught.value.code, caught.value.step


def ids(client: FeedClient, mark: str = "") -> list[str]:
    return [each.remote_id for each in client.comments(mark).comments]


# --- whose blog it is


@pytest.mark.parametrize("address", ["", "/", "/feed/"])
def test_the_feed_is_found_from_a_page_or_by_itself(blog: Blog, address: str) -> None:
    found = blog.client(f"{blog.origin}{address}").profile()
    assert found == Profile(f"{blog.origin}/feed/", "", "Maison Lumen", f"{blog.origin}/")


@pytest.mark.parametrize(
    ("reply", "code", "step"),
    [
        (Reply(200, "<html>no feed</html>"), Code.NOT_A_FEED, NextStep.EDIT),
        (Reply(200, ""), Code.NOT_A_FEED, NextStep.EDIT),
        (Reply(200, {"version": "https://jsonfeed.org/version/1"}), Code.NOT_A_FEED, NextStep.EDIT),
        (Reply(404, "no"), Code.NOT_A_FEED, NextStep.EDIT),
        (Reply(410, "no"), Code.NOT_A_FEED, NextStep.EDIT),
        (Reply(403, "no"), Code.BLOCKED, NextStep.CONTACT),
    ],
)
def test_what_is_no_feed_is_said(blog: Blog, reply: Reply, code: str, step: NextStep) -> None:
    blog.pages["/feed/"] = reply
    assert refused(blog.client().profile) == (code, step)
    assert refused(lambda: blog.client().comments("")) == (code, step)


def test_a_page_whose_feeds_lead_nowhere_is_no_feed(blog: Blog) -> None:
    blog.pages["/feed/"] = Reply(404, "no")
    assert refused(blog.client(f"{blog.origin}/").profile) == (Code.NOT_A_FEED, NextStep.EDIT)


def test_a_server_that_is_down_is_for_later(blog: Blog) -> None:
    blog.pages["/feed/"] = Reply(503, "no")
    with pytest.raises(Later):
        blog.client().profile()


def test_it_only_reads(blog: Blog) -> None:
    client = blog.client()
    blog.hear("Trop chère.", blog.ours("Une lampe"))
    client.profile()
    client.comments("")
    assert {each.method for each in blog.requests} == {"GET"}
    assert [each for each in blog.requests if "authorization" in each.headers] == []
    assert SPEC.capabilities == {Capability.PROFILE, Capability.COMMENTS}
    assert set(SPEC.why_not.values()) == {WhyNot.READ_ONLY}
    assert SPEC.measure("Une lampe", "") == 9


def test_it_is_not_built_without_a_way_to_the_network() -> None:
    with pytest.raises(ValueError, match="needs"):
        build(Access("", "", ""), Tools())


# --- what is said there


def test_only_posts_with_comments_are_asked_for_theirs_and_eight_at_most(blog: Blog) -> None:
    posts = [blog.ours(f"Lampe {number}") for number in range(10)]
    quiet = blog.ours("Une lampe muette")
    said = [blog.hear("Avis", post) for post in posts]
    heard = ids(blog.client())
    assert heard == [each for each in said if each in heard]
    asked = {each.path for each in blog.requests} - {"/feed/"}
    assert len(asked) == 8
    assert f"/feed/{quiet.partition('p=')[2]}" not in {path.rstrip("/") for path in asked}


def test_an_edit_is_read_again_and_nothing_else(blog: Blog) -> None:
    post = blog.ours("Une lampe")
    first, _second = blog.hear("Avis", post), blog.hear("Encore", post)
    mark = blog.client().comments("").mark
    blog.said[int(first.partition("#comment-")[2])]["text"] = "Autre avis"
    (changed,) = blog.client().comments(mark).comments
    assert (changed.remote_id, changed.text) == (first, "Autre avis")


def test_a_comment_let_through_late_is_heard_all_the_same(blog: Blog) -> None:
    post = blog.ours("Une lampe")
    blog.hear("Avis", post)
    mark = blog.client().comments("").mark
    late = blog.hear("Retenu", post, at=datetime.now(UTC) - timedelta(days=2))
    assert ids(blog.client(), mark) == [late]


def test_a_blog_whose_posts_name_no_comments_says_so(blog: Blog) -> None:
    blog.speaks = False
    client = blog.client()
    assert client.comments("").comments == ()  # nothing is there yet, and nothing is promised
    blog.ours("Une lampe")
    assert refused(lambda: client.comments("")) == (Code.NOT_OFFERED, NextStep.CONTACT)
    assert client.profile().name == "Maison Lumen"


def test_a_feed_of_comments_that_is_gone_hides_no_other(blog: Blog) -> None:
    first, second = blog.ours("Une lampe"), blog.ours("Une autre")
    heard = blog.hear("Avis", first)
    blog.hear("Avis", second)
    blog.pages[f"/feed/{second.partition('p=')[2]}/"] = Reply(404, "no")
    assert ids(blog.client()) == [heard]


def test_wordpress_tells_of_older_posts_too(blog: Blog) -> None:
    blog.wordpress = True
    old = blog.ours("La première lampe")
    for number in range(12):
        blog.ours(f"Lampe {number}")
    heard = blog.hear("Avis", old)
    (comment,) = blog.client().comments("").comments
    assert comment.remote_id == heard
    assert comment.post is not None
    assert (comment.post.remote_id, comment.post.text) == (old, "")


# --- what is gone


def test_what_a_whole_feed_has_not_is_gone(blog: Blog) -> None:
    post = blog.ours("Une lampe")
    gone, stays = blog.hear("Avis", post), blog.hear("Encore", post)
    blog.take_down(gone)
    assert blog.client().comment(gone).presence is CommentPresence.GONE
    assert blog.client().comment(stays).text == "Encore"


def test_what_a_feed_forgot_is_not_gone(blog: Blog) -> None:
    post = blog.ours("Une lampe")
    old = blog.hear("Le premier avis", post)
    for number in range(12):
        blog.hear(f"Avis {number}", post)
    assert refused(lambda: blog.client().comment(old)) == (Code.NOT_FOUND, NextStep.NONE)


def test_where_nobody_counts_absence_says_nothing(blog: Blog) -> None:
    blog.counts = False
    post = blog.ours("Une lampe")
    gone = blog.hear("Avis", post)
    blog.take_down(gone)
    assert refused(lambda: blog.client().comment(gone)) == (Code.NOT_FOUND, NextStep.NONE)


def test_a_post_that_is_forgotten_is_asked_for_by_its_page(blog: Blog) -> None:
    old = blog.ours("La première lampe")
    heard = blog.hear("Avis", old)
    for number in range(12):
        blog.ours(f"Lampe {number}")
    assert refused(lambda: blog.client().comment(heard)) == (Code.NOT_FOUND, NextStep.NONE)
    del blog.posts[int(old.partition("p=")[2])]
    assert blog.client().comment(heard).presence is CommentPresence.GONE


def test_nothing_is_asked_of_another_server_because_of_an_id(blog: Blog) -> None:
    blog.ours("Une lampe")
    for name in ("https://other.example/?p=1#comment-1", "tag:example.org,2026:1", "[::1", "http://[::1#x"):
        assert refused(lambda name=name: blog.client().comment(name)) == (Code.NOT_FOUND, NextStep.NONE)  # type: ignore[misc]
    assert [each for each in blog.requests if not each.path.startswith("/feed/")] == []
