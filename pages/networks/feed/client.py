"""One blog, read by its feeds."""

from __future__ import annotations

from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import NetworkHttp
from pages.networks.errors import Code
from pages.networks.feed import finding, marks, reading
from pages.networks.feed.reading import Blog, Post
from pages.networks.spec import Tools
from pages.networks.types import Access, CommentBatch, CommentPresence, IncomingComment, Profile

MOST_FEEDS: Final = 8  # of posts' comments, read in one turn
NOT_THERE: Final = frozenset({Code.NOT_A_FEED})


class FeedClient:
    """Says whose blog it is, and gives what is written under its posts. It writes nothing anywhere."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        self._address = _typed(access.remote_id or access.host)
        self._http = http

    def profile(self) -> Profile:
        """The blog; its feed is found when a page of it was named. Raises Never (`not_a_feed`)."""
        address, blog = finding.find(self._http, self._address)
        if len(address) > 200:
            raise Never(Code.NOT_A_FEED, step=NextStep.EDIT)
        name = blog.title or str(urlsplit(blog.link).hostname or "")
        return Profile(remote_id=address, handle="", name=name, url=blog.link)

    def comments(self, mark: str) -> CommentBatch:
        """What the comments' feeds have that they had not, or not so, at the mark.

        Raises Never (`not_offered`) for a blog whose posts name no such feed.
        """
        blog = finding.blog_at(self._http, self._address)
        posts = blog.posts()
        addresses = _feeds(blog, posts)
        if posts and not addresses:
            raise Never(Code.NOT_OFFERED, step=NextStep.CONTACT)
        held = [each for one in addresses for each in self._read(one, posts)]
        there = marks.latest(reversed(held))  # feeds have the newest first
        return CommentBatch(marks.new(there, mark), marks.written(there))

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment as the feeds have it; GONE when that is certain.

        Raises Never (`not_found`) when they have forgotten it, as feeds do, and nobody can tell.
        """
        blog = finding.blog_at(self._http, self._address)
        posts = blog.posts()
        own = _post_of(remote_id, posts)
        for address in [own.comments] if own and own.comments else _feeds(blog, posts):
            held = self._read(address, posts)
            for each in held:
                if each.remote_id == remote_id:
                    return each
            if own is not None and own.total is not None and len(held) >= own.total:
                return _gone(remote_id)  # the feed has all there are
        if own is None and self._no_page(remote_id):
            return _gone(remote_id)
        raise Never(Code.NOT_FOUND, step=NextStep.NONE)

    def _read(self, address: str, posts: tuple[Post, ...]) -> list[IncomingComment]:
        """The comments of one feed; none where there is no feed."""
        with suppress(Never):
            return finding.blog_at(self._http, address).comments(posts)
        return []

    def _no_page(self, remote_id: str) -> bool:
        """Whether the page that a comment stood on is gone, by the blog's own word."""
        page = reading.page_of(remote_id)
        if not _same_place(page, self._address):
            return False
        try:
            finding.answer_at(self._http, page)
        except Never as refusal:
            return refusal.code in NOT_THERE
        return False


def _feeds(blog: Blog, posts: tuple[Post, ...]) -> list[str]:
    """The feeds of comments: the latest posts' own, but for posts that say they have none; and the blog's.

    WordPress has one of all comments at a known place.
    """
    own = [each.comments for each in posts if each.comments]
    spoken = [each.comments for each in posts if each.comments and each.total != 0]
    whole = [f"{blog.link.rstrip('/')}/comments/feed/"] if blog.wordpress else []
    return list(dict.fromkeys([*spoken[:MOST_FEEDS], *whole] or own[:1]))


def _post_of(remote_id: str, posts: tuple[Post, ...]) -> Post | None:
    """The post whose name a comment's begins with."""
    page = reading.page_of(remote_id) if "#" in remote_id else ""
    return next((each for each in posts if page in each.names), None)


def _same_place(page: str, address: str) -> bool:
    with suppress(ValueError):
        one, other = urlsplit(page), urlsplit(address)
        return bool(one.netloc) and (one.scheme, one.netloc) == (other.scheme, other.netloc)
    return False


def _typed(address: str) -> str:
    """An address as people type it, with its scheme."""
    found = address.strip()
    return found if "://" in found else f"https://{found}"


def _gone(remote_id: str) -> IncomingComment:
    return IncomingComment(remote_id, "", presence=CommentPresence.GONE)


def build(access: Access, tools: Tools) -> FeedClient:
    """A client for one blog. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("a feed needs a way to the network")
    return FeedClient(access, tools.http)
