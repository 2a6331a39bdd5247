"""The Graph API on loopback, written from its documentation: it remembers one Page and fails when told to."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.ops.bench.fake_network import FakeServer, Fault, FaultKind, Reply, Request
from pages.networks.facebook import SPEC
from pages.networks.facebook.client import FacebookClient, build
from pages.networks.facebook.door import FacebookDoor
from pages.networks.spec import Tools
from pages.networks.types import Access, AppKeys
from tests.networks.facebook import words
from tests.networks.facebook.words import NADIA, PAGE, TOKEN
from tests.networks.graph_words import GONE, error, listed

KEYS: Final = AppKeys("1001", "secret of the application")
_CREATES: Final = re.compile(r"/v[0-9.]+/[^/]+/(feed|comments|messages)")


class Facebook:
    """The server's memory and its manners, with a script of faults by kind of request."""

    def __init__(self) -> None:
        self.origin = ""
        self.dropped = 0
        self.requests: list[Request] = []
        self.posts: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.tagged: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.photos: dict[str, dict[str, str]] = {}
        self.kept_away: set[str] = set()
        self.out_of_reach: set[str] = set()  # who cannot be kept away
        self.insights: dict[str, dict[str, int]] = {}
        self.without_insights: set[str] = set()  # posts that refuse the question
        self.days: list[dict[str, Any]] = []
        self.engagement: dict[str, Any] = {}
        self.business: dict[str, Any] = {}
        self.refused: dict[str, Reply] = {}  # by a part of the path and of the fields that were asked
        self.silent = False
        self.stubborn = False  # it says that what is taken down is not there, and keeps it
        self.spent: dict[str, str] = {}
        self.page_size = 0  # smaller pages than asked
        self.subscribed: list[str] = []  # of the Page, whoever asks
        self._script: dict[str, deque[Fault]] = {"create": deque(), "read": deque()}
        self._number = 100

    # --- what a test does

    def fail_next(self, fault: Fault, kind: str = "create") -> None:
        """Let the next request of a kind meet this fault."""
        self._script[kind].append(fault)

    def planned(self, request: Request) -> Fault | None:
        """The fault that this request meets."""
        creates = request.method == "POST" and _CREATES.fullmatch(request.path) is not None
        script = self._script.get("create" if creates else "read" if request.method == "GET" else "")
        return script.popleft() if script else None

    def say(self, text: str, to: str, author: str = NADIA, at: datetime | None = None) -> str:
        """Somebody writes below a post or a comment; there are two levels."""
        above = self.comments.get(to)
        post = above["post"] if above else to
        parent = (above["parent"] or to) if above else ""
        made = f"{post.partition('_')[2]}_{self._next()}"
        self.comments[made] = {
            "id": made,
            "post": post,
            "parent": parent,
            "message": text,
            "from": author,
            "at": at or datetime.now(UTC),
            "is_hidden": False,
        }
        return made

    def take_down(self, remote_id: str) -> None:
        """A comment goes, and what answers it."""
        self.comments = {
            key: each for key, each in self.comments.items() if remote_id not in (key, each["parent"])
        }

    def put(self, text: str, at: datetime | None = None, link: str = "") -> str:
        """A post that the Page published by other means."""
        made = f"{PAGE}_{self._next()}"
        self.posts[made] = {"message": text, "at": at or datetime.now(UTC), "link": link, "photos": []}
        return made

    def name(self, text: str, at: datetime | None = None) -> str:
        """Somebody's own post names the Page."""
        made = f"{NADIA}_{self._next()}"
        self.tagged.insert(0, {"id": made, "message": text, "from": NADIA, "at": at or datetime.now(UTC)})
        return made

    def write(
        self,
        text: str,
        author: str = NADIA,
        at: datetime | None = None,
        thread: str = words.CONVERSATION,
    ) -> str:
        """A private message, in Nadia's conversation or another."""
        made = f"m_{self._next()}"
        said = {"id": made, "message": text, "from": author, "at": at or datetime.now(UTC), "thread": thread}
        self.messages.insert(0, said)
        return made

    def own(self) -> int:
        """How much is shown in the Page's name."""
        return len(self.posts) + len([each for each in self.comments.values() if each["from"] == PAGE])

    def alts(self) -> list[str]:
        """The alternative texts of the latest post's images."""
        return [
            self.photos[each].get("alt_text_custom", "") for each in list(self.posts.values())[-1]["photos"]
        ]

    def way(self, pace: Pace | None = None, read_timeout: float = 5.0) -> NetworkHttp:
        """A way to this server."""
        host, _sep, port = self.origin.partition("://")[2].rpartition(":")
        return NetworkHttp(
            Guard(frozenset({(host, int(port))})),
            account="facebook:1",
            pace=pace,
            secrets=(TOKEN,),
            rests=SPEC.rests,
            connect_timeout=1.0,
            read_timeout=read_timeout,
        )

    def client(self, *, pace: Pace | None = None, read_timeout: float = 5.0) -> FacebookClient:
        """A client of the Page."""
        access = Access(self.origin, TOKEN, PAGE)
        return build(access, Tools(http=self.way(pace, read_timeout), app=KEYS))

    def door(self, keys: AppKeys | None = KEYS) -> FacebookDoor:
        """The way to the Pages of a person."""
        return FacebookDoor(keys, self.way(), self.origin)

    # --- what the server does

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.requests.append(request)
        reply = self._answer(request)
        return Reply(reply.status, reply.body, reply.headers | self.spent)

    def _answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/v25.0/")
        asked = f"{path} {request.query.get('fields', '')}"
        for part, reply in self.refused.items():
            if part in asked:
                return reply
        if path in {"oauth/access_token", "debug_token"} or path.startswith(("me/", "b")):
            return words.consent(path, request, _said(request))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(190, 467)
        if not _proven(request):
            return error(100, 0, "Invalid appsecret_proof provided in the API argument")
        return self._routed(request, path)

    def _routed(self, request: Request, path: str) -> Reply:
        node, _sep, edge = path.partition("/")
        if request.method == "GET":
            return self._read(node, edge, request.query)
        said = _said(request)
        if edge == "blocked":
            return self._block(request.method, request.query, said)
        if edge:
            return self._made(node, edge, said)
        return self._changed(request.method, node, said)

    def _read(self, node: str, edge: str, query: dict[str, str]) -> Reply:
        if edge:
            return self._edge(node, edge, query)
        if not node:
            return self._several(query) if "ids" in query else Reply(200, self._url(query["id"]))
        return Reply(200, words.PROFILE) if node == PAGE else self._node(node, query.get("fields", ""))

    def _made(self, node: str, edge: str, said: dict[str, Any]) -> Reply:
        makers = {"photos": self._photo, "feed": self._feed, "messages": self._send}
        if edge == "comments":
            return self._comment(node, said)
        if edge == "subscribed_apps":
            self.subscribed = said["subscribed_fields"].split(",")
            return Reply(200, {"success": True})
        return makers[edge](said)

    def _changed(self, method: str, node: str, said: dict[str, Any]) -> Reply:
        """A post or a comment is taken down, or a comment hidden."""
        if self.stubborn:
            return GONE
        if node in self.comments and method == "POST":
            self.comments[node]["is_hidden"] = said["is_hidden"]
        elif node in self.comments:
            self.take_down(node)
        elif method == "POST" or self.posts.pop(node, None) is None:
            return GONE
        return Reply(200, {"success": True})

    def _edge(self, node: str, edge: str, query: dict[str, str]) -> Reply:
        size = min(int(query.get("limit", "25")), self.page_size or 100)
        after = int(query.get("after", "0"))
        if edge == "published_posts":
            rows = [words.post(key, each) for key, each in self._published(query)]
            for row in rows:
                found = self._under(row["id"], query["fields"])
                row |= {"comments": found} if found["data"] else {}
            return Reply(200, listed(rows, size, after, self.origin))
        if edge == "comments" and self._has(node):
            newest = query.get("order") == "reverse_chronological"
            return Reply(200, self._below(node, int(query.get("since", "0")), size, after, newest=newest))
        if edge == "subscribed_apps":
            told = {"id": KEYS.client_id, "subscribed_fields": self.subscribed}
            return Reply(200, {"data": [told] if self.subscribed else []})
        if edge == "tagged":
            return Reply(200, listed([words.mention(each) for each in self.tagged], size, after, self.origin))
        if edge == "conversations":
            return Reply(200, listed(self._conversations(), size, after, self.origin))
        if edge == "insights":
            return Reply(200, {"data": self.days})
        if edge == "blocked":
            return Reply(200, {"data": [{"id": each} for each in self.kept_away & {query["user"]}]})
        return GONE

    def _published(self, query: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
        since, until = int(query.get("since", "0")), int(query.get("until", "99999999999"))
        found = [each for each in self.posts.items() if since <= each[1]["at"].timestamp() <= until]
        return sorted(found, key=lambda each: each[1]["at"], reverse=True)

    def _under(self, post: str, fields: str) -> dict[str, Any]:
        asked = re.search(
            r"comments\.filter\(stream\)\.order\((reverse_)?chronological\)\.limit\((\d+)\)", fields
        )
        since = re.search(r"\.since\((-?\d+)\)", fields)
        if asked is None:
            return {"data": []}
        size = min(int(asked[2]), self.page_size or 100)
        return self._below(post, int(since[1]) if since else 0, size, 0, newest=bool(asked[1]))

    def _below(self, node: str, since: int, size: int, after: int, *, newest: bool = False) -> dict[str, Any]:
        told = sorted(self.comments.values(), key=lambda each: each["at"], reverse=newest)
        rows = [
            words.comment(each)
            for each in told
            if node in (each["post"], each["parent"]) and each["at"].timestamp() >= since
        ]
        return listed(rows, size, after, self.origin)

    def _node(self, node: str, fields: str) -> Reply:
        if node in self.comments:
            return Reply(200, words.comment(self.comments[node]))
        if node in self.posts:
            return Reply(200, words.post(node, self.posts[node]))
        for row in self._conversations():
            if row["id"] == node:
                return Reply(200, row)
        for each in self.messages:
            if each["id"] == node:
                return Reply(200, words.message(each))
        for each in self.tagged:
            if each["id"] == node:
                return error(100, 0) if "parent" in fields else Reply(200, words.mention(each))
        return GONE

    def _conversations(self) -> list[dict[str, Any]]:
        """Each with its latest twenty messages, the one first that was written in last."""
        threads = list(dict.fromkeys(each["thread"] for each in self.messages))
        found = [[each for each in self.messages if each["thread"] == thread][:20] for thread in threads]
        found.sort(key=lambda some: some[0]["at"], reverse=True)
        return [words.conversation(some) for some in found]

    def _several(self, query: dict[str, str]) -> Reply:
        wanted = query["ids"].split(",")
        if any(each not in self.posts for each in wanted):
            return error(803, 0)
        if "insights" in query["fields"] and self.without_insights & set(wanted):
            return error(100, 0, "(#100) The value must be a valid insights metric")
        return Reply(200, {each: self._counted(each, query["fields"]) for each in wanted})

    def _counted(self, post: str, fields: str) -> dict[str, Any]:
        told = {} if self.silent else self.insights.get(post, {})
        if "insights" in fields:
            rows = [
                {"name": key, "values": [{"value": told[key]}]} for key in told if key.startswith("post_")
            ]
            return {"id": post, "insights": {"data": rows}}
        return {"id": post} | ({} if self.silent else words.counts(told))

    def _url(self, url: str) -> dict[str, Any]:
        return {"id": url} | ({"engagement": self.engagement} if self.engagement else {})

    def _photo(self, said: dict[str, Any]) -> Reply:
        made = str(self._next())
        self.photos[made] = said
        return Reply(200, {"id": made})

    def _feed(self, said: dict[str, Any]) -> Reply:
        photos = [each["media_fbid"] for each in said.get("attached_media", [])]
        if any(self.photos.get(each, {}).get("published") != "false" for each in photos):
            return error(100, 0)
        made = self.put(said.get("message", ""), link=said.get("link", ""))
        self.posts[made]["photos"] = photos
        return Reply(200, {"id": made})

    def _comment(self, node: str, said: dict[str, Any]) -> Reply:
        return Reply(200, {"id": self.say(said["message"], node, PAGE)}) if self._has(node) else GONE

    def _has(self, node: str) -> bool:
        """Whether something can be said there."""
        return node in self.posts or node in self.comments or any(each["id"] == node for each in self.tagged)

    def _send(self, said: dict[str, Any]) -> Reply:
        made = self.write(said["message"]["text"], PAGE)
        self.messages[0] |= {key: said.get(key, "") for key in ("messaging_type", "tag")}
        return Reply(200, {"recipient_id": said["recipient"]["id"], "message_id": made})

    def _block(self, method: str, query: dict[str, str], said: dict[str, Any]) -> Reply:
        if method == "POST":
            new = set(said["user"]) - self.kept_away - self.out_of_reach
            self.kept_away |= new
            return Reply(200, {each: each in new for each in said["user"]})
        if query["user"] not in self.kept_away:
            return GONE
        self.kept_away.discard(query["user"])
        return Reply(200, {"success": True})

    def _next(self) -> int:
        self._number += 1
        return self._number


def _said(request: Request) -> dict[str, Any]:
    """A body: JSON, or a form with a file in it."""
    if b"form-data" in request.body:
        found = re.findall(rb'name="(\w+)"\r\n\r\n(.*?)\r\n--', request.body, re.S)
        return {name.decode(): value.decode() for name, value in found}
    if not request.body:
        return {}
    try:
        said: dict[str, Any] = json.loads(request.body)
    except ValueError:
        return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    return said


def _proven(request: Request) -> bool:
    wanted = hmac.new(KEYS.client_secret.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    return wanted in (request.query.get("appsecret_proof"), _said(request).get("appsecret_proof"))


@contextmanager
def running(fake: Facebook) -> Iterator[Facebook]:
    """The fake, serving."""
    with FakeServer(fake, faults=fake.planned) as server:
        fake.origin = server.origin
        yield fake


def before(reply: Reply) -> Fault:
    """Another answer, nothing accepted."""
    return Fault(FaultKind.ANSWER_BEFORE, reply)


def after(reply: Reply) -> Fault:
    """Accepted, then another answer."""
    return Fault(FaultKind.ANSWER_AFTER, reply)


RESET_BEFORE: Final = Fault(FaultKind.RESET_BEFORE)
RESET_AFTER: Final = Fault(FaultKind.RESET_AFTER)
SILENT_AFTER: Final = Fault(FaultKind.SILENT_AFTER)
