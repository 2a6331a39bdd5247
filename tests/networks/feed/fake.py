"""A blog on loopback that gives feeds as WordPress, or as an Atom server (RFC 4287, RFC 4685), does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any, Final

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.ops.bench.fake_network import FakeServer, Reply, Request
from pages.networks.feed.client import FeedClient, build
from pages.networks.spec import Tools
from pages.networks.types import Access

MOST: Final = 10  # entries of a feed, as WordPress has it
RSS: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>'
)
ATOM: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
    ' xmlns:thr="http://purl.org/syndication/thread/1.0">'
)
NOTHING: Final = Reply(404, "<html>Not found</html>")


@dataclass
class Blog:
    """The blog's memory. `atom`: its feeds are Atom; `counts`: it says how many comments a post has."""

    origin: str = ""
    atom: bool = False
    counts: bool = True
    wordpress: bool = False
    speaks: bool = True  # names feeds of comments
    dropped: int = 0
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    said: dict[int, dict[str, Any]] = field(default_factory=dict)
    pages: dict[str, Reply] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    last: int = 0

    # --- what a test does

    def ours(self, text: str) -> str:
        """A post; its address."""
        number = self._next()
        self.posts[number] = {"title": text, "at": datetime.now(UTC)}
        return self.page(number)

    def hear(self, text: str, to: str, at: datetime | None = None) -> str:
        """Nadia writes below a post or a comment; its id."""
        post = int(to.partition("p=")[2].partition("#")[0])
        above = int(to.partition("#comment-")[2] or 0)
        number = self._next()
        self.said[number] = {
            "post": post,
            "above": above,
            "text": text,
            "at": at or datetime.now(UTC),
            "edited": None,
        }
        return self.name(number)

    def take_down(self, remote_id: str) -> None:
        """A comment goes."""
        del self.said[int(remote_id.partition("#comment-")[2])]

    def page(self, number: int) -> str:
        """Where a post stands."""
        return f"{self.origin}/?p={number}"

    def name(self, number: int) -> str:
        """What a comment is called."""
        return f"{self.page(self.said[number]['post'])}#comment-{number}"

    def client(self, address: str = "", *, pace: Pace | None = None) -> FeedClient:
        """A client of the blog, or of another address of its server."""
        host, _sep, port = self.origin.partition("://")[2].rpartition(":")
        http = NetworkHttp(
            Guard(frozenset({(host, int(port))})),
            account="feed:1",
            pace=pace,
            connect_timeout=1.0,
            read_timeout=5.0,
        )
        return build(Access(self.origin, "", address or f"{self.origin}/feed/"), Tools(http=http))

    # --- what it answers

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.requests.append(request)
        if request.path in self.pages:
            return self.pages[request.path]
        match request.path.strip("/").split("/"):
            case ["feed"]:
                return self._feed([self._post(each) for each in sorted(self.posts, reverse=True)])
            case ["comments", "feed"] if self.wordpress:
                return self._feed([self._comment(each) for each in sorted(self.said, reverse=True)])
            case ["feed", post]:
                under = [
                    each for each in sorted(self.said, reverse=True) if self.said[each]["post"] == int(post)
                ]
                return self._feed([self._comment(each) for each in under])
            case [""] if int(request.query.get("p", "0")) in {0, *self.posts}:
                return Reply(200, self._page())
        return NOTHING

    def _page(self) -> str:
        kind = "atom" if self.atom else "rss"
        return (
            "<html><head><title>Maison Lumen</title>"
            f'<link rel="alternate" type="application/{kind}+xml" title="Comments" href="/comments/feed/" />'
            f"<link rel=alternate type='application/{kind}+xml' href='/feed/'></head></html>"
        )

    def _feed(self, entries: list[str]) -> Reply:
        made_by = "<generator>https://wordpress.org/?v=6.1.9</generator>" if self.wordpress else ""
        inside = "".join(entries[:MOST])
        if self.atom:
            text = f'{ATOM}<title>Maison Lumen</title><link href="{self.origin}/"/>{inside}</feed>'
            return Reply(200, text.encode(), {"Content-Type": "application/atom+xml; charset=UTF-8"})
        head = f"<title>Maison Lumen</title><link>{self.origin}/</link>{made_by}"
        text = f"{RSS}{head}{inside}</channel></rss>"
        return Reply(200, text.encode(), {"Content-Type": "application/rss+xml; charset=UTF-8"})

    def _post(self, number: int) -> str:
        post, page = self.posts[number], self.page(number)
        title, feed = escape(post["title"]), f"{self.origin}/feed/{number}/"
        total = sum(each["post"] == number for each in self.said.values())
        if self.atom:
            replies = (
                f'<link rel="replies" type="application/atom+xml" href="{feed}"/>' if self.speaks else ""
            )
            count = f"<thr:total>{total}</thr:total>" if self.counts else ""
            return (
                f'<entry><title>{title}</title><id>{page}</id><link href="{page}"/>{replies}{count}'
                f"<published>{post['at'].isoformat()}</published></entry>"
            )
        replies = f"<wfw:commentRss>{feed}</wfw:commentRss>" if self.speaks else ""
        count = f"<slash:comments>{total}</slash:comments>" if self.counts else ""
        return (
            f"<item><title>{title}</title><link>{page}</link><guid>{page}</guid>{replies}{count}"
            f"<pubDate>{format_datetime(post['at'])}</pubDate></item>"
        )

    def _comment(self, number: int) -> str:
        said, name = self.said[number], self.name(number)
        words = escape(f"<p>{escape(said['text'])}</p>")
        if self.atom:
            above = self.name(said["above"]) if said["above"] else self.page(said["post"])
            edited = f"<updated>{said['edited'].isoformat()}</updated>" if said["edited"] else ""
            return (
                f'<entry><title>By: Nadia</title><id>{name}</id><link href="{name}"/>'
                f"<author><name>Nadia</name><uri>https://nadia.example/</uri></author>"
                f'<thr:in-reply-to ref="{above}"/><content type="html">{words}</content>'
                f"<published>{said['at'].isoformat()}</published>{edited}</entry>"
            )
        return (
            f"<item><title>By: Nadia</title><link>{name}</link><guid>{name}</guid>"
            "<dc:creator>Nadia</dc:creator>"
            f"<pubDate>{format_datetime(said['at'])}</pubDate><content:encoded>{words}</content:encoded></item>"
        )

    def _next(self) -> int:
        self.last += 1
        return self.last


@contextmanager
def running(blog: Blog) -> Iterator[Blog]:
    """The blog, served until the end of the block."""
    with FakeServer(blog) as server:
        blog.origin = server.origin
        yield blog
