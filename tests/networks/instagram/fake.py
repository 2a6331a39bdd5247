"""Instagram's Graph API on loopback, written from its documentation: it remembers one account."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.ops.bench.fake_network import FakeServer, Fault, FaultKind, Reply, Request
from pages.networks.instagram import SPEC
from pages.networks.instagram.client import InstagramClient, build
from pages.networks.instagram.deleting import DeletingClient
from pages.networks.instagram.door import InstagramDoor
from pages.networks.spec import Tools
from pages.networks.types import Access, AppKeys
from tests.networks.graph_words import GONE, error, listed
from tests.networks.instagram import words
from tests.networks.instagram.words import ACCOUNT, NADIA, NAMES, TOKEN

KEYS: Final = AppKeys("1001", "secret of the application")
MOST: Final = 50  # comments an answer
_CREATES: Final = re.compile(r"/v[0-9.]+/[^/]+/(media_publish|replies|messages)")


class Instagram:
    """The server's memory and its manners, with a script of faults by kind of request."""

    def __init__(self) -> None:
        self.origin = ""
        self.dropped = 0
        self.requests: list[Request] = []
        self.media: dict[str, dict[str, Any]] = {}
        self.containers: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.tags: list[dict[str, Any]] = []
        self.elsewhere: dict[str, dict[str, Any]] = {}  # words that name the account, by their number
        self.messages: list[dict[str, Any]] = []
        self.insights: dict[str, dict[str, int]] = {}
        self.days: dict[int, dict[str, Any]] = {}  # by the second that is asked
        self.slow = 0  # looks at each container that is made from now on, until it is ready
        self.ending = ("FINISHED", "Finished: ready.")  # what each of them comes to
        self.quota: dict[str, Any] = {"quota_total": 100, "quota_duration": 86400}
        self.used: int | None = None
        self.refused: dict[str, Reply] = {}  # by a part of the method, the path and the fields
        self.without_at = False  # whether captions come back without their @
        self.silent = False
        self.spent: dict[str, str] = {}
        self.page_size = MOST  # smaller pages than asked
        self.subscribed: list[str] = []  # of the Page, whoever asks
        self._script: dict[str, deque[Fault]] = {"create": deque(), "read": deque()}
        self._number = 17900000000000000

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
        made = self._next()
        self.comments[made] = {
            "id": made,
            "post": above["post"] if above else to,
            "parent": (above["parent"] or to) if above else "",
            "text": text,
            "from": author,
            "at": at or datetime.now(UTC),
            "hidden": False,
        }
        return made

    def take_down(self, remote_id: str) -> None:
        """A comment goes, and what answers it."""
        self.comments = {
            key: each for key, each in self.comments.items() if remote_id not in (key, each["parent"])
        }

    def put(self, caption: str, at: datetime | None = None) -> str:
        """A post that the account published by other means."""
        made = self._next()
        self.media[made] = {"caption": caption, "at": at or datetime.now(UTC), "children": []}
        return made

    def tag(self, caption: str, at: datetime | None = None, author: str = NADIA) -> str:
        """Somebody tags the account in a post of theirs; the id that the client gives it."""
        made = self._next()
        said = {"id": made, "caption": caption, "username": NAMES[author], "at": at or datetime.now(UTC)}
        self.tags.insert(0, said)
        return f"tag_{made}"

    def write(self, text: str, author: str = NADIA, at: datetime | None = None) -> str:
        """A private message in Nadia's conversation."""
        made = f"aWdfZAG1faXRlbToxOkl{self._next()}"
        self.messages.insert(0, {"id": made, "message": text, "from": author, "at": at or datetime.now(UTC)})
        return made

    def own(self) -> int:
        """How much is shown in the account's name."""
        return len(self.media) + len([each for each in self.comments.values() if each["from"] == ACCOUNT])

    def answered(self) -> int:
        """How many private messages the account wrote."""
        return len([each for each in self.messages if each["from"] == ACCOUNT])

    def alts(self) -> list[str]:
        """The alternative texts of the latest post's images."""
        return [
            self.containers[each].get("alt_text", "") for each in list(self.media.values())[-1]["children"]
        ]

    def asked(self, method: str, part: str) -> list[Request]:
        """The requests of a method whose path holds this."""
        return [each for each in self.requests if each.method == method and part in each.path]

    def way(self, pace: Pace | None = None, read_timeout: float = 5.0) -> NetworkHttp:
        """A way to this server."""
        host, _sep, port = self.origin.partition("://")[2].rpartition(":")
        return NetworkHttp(
            Guard(frozenset({(host, int(port))})),
            account="instagram:1",
            pace=pace,
            secrets=(TOKEN,),
            rests=SPEC.rests,
            connect_timeout=1.0,
            read_timeout=read_timeout,
        )

    def client(self, *, pace: Pace | None = None, read_timeout: float = 5.0) -> InstagramClient:
        """A client of the account."""
        access = Access(self.origin, TOKEN, ACCOUNT)
        return build(access, Tools(http=self.way(pace, read_timeout), app=KEYS))

    def deleting(self) -> DeletingClient:
        """A client of the account, for an application that may take posts down."""
        made = build(Access(self.origin, TOKEN, ACCOUNT), Tools(http=self.way(), app=KEYS), DeletingClient)
        assert isinstance(made, DeletingClient)
        return made

    def door(self, keys: AppKeys | None = KEYS) -> InstagramDoor:
        """The way to the accounts of a person."""
        return InstagramDoor(keys, self.way(), self.origin)

    # --- what the server does

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.requests.append(request)
        reply = self._answer(request)
        return Reply(reply.status, reply.body, reply.headers | self.spent)

    def _answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/v25.0/")
        asked = f"{request.method} {path} {request.query.get('fields', '')}"
        for part, reply in self.refused.items():
            if part in asked:
                return reply
        if path in {"oauth/access_token", "debug_token", "me/accounts", "me/businesses"} or path[:1] == "b":
            return words.consent(path, request, said_in(request))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(190, 467)
        if not _proven(request):
            return error(100, 0, "Invalid appsecret_proof provided in the API argument")
        return self._routed(request, path)

    def _routed(self, request: Request, path: str) -> Reply:
        node, _sep, edge = path.partition("/")
        if request.method == "GET":
            return self._edge(node, edge, request.query) if edge else self._read(node, request.query)
        said = said_in(request)
        if edge:
            return self._made(node, edge, said)
        return self._changed(request.method, node, said)

    def _read(self, node: str, query: dict[str, str]) -> Reply:
        if not node:
            return self._several(query)
        if node == ACCOUNT and query.get("fields", "").startswith("mentioned_"):
            return self._named(query["fields"])
        if node == ACCOUNT:
            return Reply(200, words.PROFILE)
        if node in self.containers:
            return Reply(200, {"id": node, **self._looked(self.containers[node])})
        return self._node(node, query.get("fields", ""))

    def _named(self, fields: str) -> Reply:
        """Words that name the account, which are read through it alone."""
        asked = re.fullmatch(r"(mentioned_\w+)\.\w+\((\d+)\)\{(.+)\}", fields)
        if asked is None or asked[2] not in self.elsewhere:
            return error(100, 33)
        said = self.elsewhere[asked[2]]
        wanted = [name for name in said if re.search(rf"\b{name}\b", asked[3])]
        return Reply(200, {"id": ACCOUNT, asked[1]: {name: said[name] for name in wanted}})

    def _node(self, node: str, fields: str) -> Reply:
        if node in self.comments:
            each = self.comments[node]
            above = (
                {"media": words.media(each["post"], self.media[each["post"]])} if "media" in fields else {}
            )
            return Reply(200, words.comment(each) | above)
        if node in self.media:
            return Reply(200, words.media(node, self.media[node]))
        if node == words.CONVERSATION:
            return Reply(200, words.conversation(self.messages))
        for each in self.messages:
            if each["id"] == node:
                return Reply(200, words.message(each))
        return GONE

    def _several(self, query: dict[str, str]) -> Reply:
        wanted = query["ids"].split(",")
        if any(each not in self.media for each in wanted):
            return error(803)
        told = {each: {} if self.silent else self.insights.get(each, {}) for each in wanted}
        return Reply(
            200, {each: {"id": each, "insights": {"data": words.insights(told[each])}} for each in wanted}
        )

    def _edge(self, node: str, edge: str, query: dict[str, str]) -> Reply:
        size = min(int(query.get("limit", "25")), self.page_size)
        after = int(query.get("after", "0"))
        if (node, edge) == (ACCOUNT, "media"):
            return Reply(
                200, listed(self._published(query["fields"]), int(query["limit"]), after, self.origin)
            )
        if (node, edge) == ("me", "subscribed_apps"):
            told = {"id": KEYS.client_id, "subscribed_fields": self.subscribed}
            return Reply(200, {"data": [told] if self.subscribed else []})
        if (node, edge) == (ACCOUNT, "tags"):
            rows = [words.media(each["id"], each) for each in self.tags]
            return Reply(200, listed(rows, size, after, self.origin))
        if (node, edge) == (ACCOUNT, "insights"):
            found = self.days.get(int(query["since"]))
            return Reply(200, {"data": [found] if found else []})
        if (node, edge) == (ACCOUNT, "content_publishing_limit"):
            used = len(self.media) if self.used is None else self.used
            return Reply(200, {"data": [{"quota_usage": used, "config": self.quota}]})
        if (node, edge) == ("me", "conversations") and query.get("platform") == "instagram":
            return Reply(200, {"data": [words.conversation(self.messages)] if self.messages else []})
        if edge in {"comments", "replies"} and (node in self.media or node in self.comments):
            return Reply(200, self._below(node, size, after))
        return GONE

    def _published(self, fields: str) -> list[dict[str, Any]]:
        """The account's posts, newest first, with their comments when those are asked."""
        found = []
        for key, each in sorted(self.media.items(), key=lambda one: (one[1]["at"], one[0]), reverse=True):
            row = words.media(key, each)
            if self.without_at and "caption" in row:
                row["caption"] = row["caption"].replace("@", "")
            below = self._below(key, self.page_size, 0) if "comments.limit(50)" in fields else {"data": []}
            found.append(row | ({"comments": below} if below["data"] else {}))
        return found

    def _below(self, node: str, size: int, after: int) -> dict[str, Any]:
        """Comments of the first level under a post, or answers to a comment; newest first."""
        rows = []
        for each in sorted(self.comments.values(), key=lambda one: (one["at"], one["id"]), reverse=True):
            if each["parent"] == node or (each["post"] == node and not each["parent"]):
                replies = self._below(each["id"], self.page_size, 0) if not each["parent"] else {"data": []}
                rows.append(words.comment(each) | ({"replies": replies} if replies["data"] else {}))
        return listed(rows, size, after, self.origin)

    def _made(self, node: str, edge: str, said: dict[str, Any]) -> Reply:
        if edge == "replies":
            return self._reply(node, said)
        if edge == "subscribed_apps":
            self.subscribed = said["subscribed_fields"].split(",")
            return Reply(200, {"success": True})
        makers = {"media": self._container, "media_publish": self._publish, "messages": self._send}
        return makers[edge](said)

    def _container(self, said: dict[str, Any]) -> Reply:
        made = self._next()
        code, status = self.ending
        children = said.get("children", "")
        self.containers[made] = {
            "looks": self.slow,
            "code": code,
            "status": status,
            "caption": said.get("caption", ""),
            "alt_text": said.get("alt_text", ""),
            "url": said.get("image_url", ""),
            "child": said.get("is_carousel_item") is True,
            "children": children.split(",") if children else [made],
        }
        return Reply(200, {"id": made})

    def _looked(self, container: dict[str, Any]) -> dict[str, str]:
        """How far a container is; each look brings it nearer."""
        if container["looks"] > 0:
            container["looks"] -= 1
            return {
                "status_code": "IN_PROGRESS",
                "status": "In Progress: Media is still being processed.",
            }
        return {"status_code": container["code"], "status": container["status"]}

    def _publish(self, said: dict[str, Any]) -> Reply:
        container = self.containers.get(said["creation_id"])
        if container is None or container["child"]:
            return error(24, 2207008)
        if container["code"] != "FINISHED" or container["looks"]:
            return error(9007, 2207027)
        container["code"] = "PUBLISHED"
        made = self.put(container["caption"])
        self.media[made]["children"] = container["children"]
        return Reply(200, {"id": made})

    def _reply(self, node: str, said: dict[str, Any]) -> Reply:
        """An answer; to ask for fields with it writes it, and then refuses."""
        if node not in self.comments:
            return GONE
        if self.comments[node]["hidden"]:
            return error(100, 0, "hidden")
        made = self.say(said["message"], node, ACCOUNT)
        return error(20, 1772107) if "fields" in said else Reply(200, {"id": made})

    def _send(self, said: dict[str, Any]) -> Reply:
        made = self.write(said["message"]["text"], ACCOUNT)
        self.messages[0] |= {key: said.get(key, "") for key in ("messaging_type", "tag")}
        return Reply(200, {"recipient_id": said["recipient"]["id"], "message_id": made})

    def _changed(self, method: str, node: str, said: dict[str, Any]) -> Reply:
        """A post or a comment is taken down, or a comment hidden."""
        if node in self.comments and method == "POST":
            self.comments[node]["hidden"] = said["hide"]
        elif node in self.comments:
            self.take_down(node)
        elif method == "POST" or self.media.pop(node, None) is None:
            return GONE
        return Reply(200, {"success": True})

    def _next(self) -> str:
        self._number += 1
        return str(self._number)


def said_in(request: Request) -> dict[str, Any]:
    """A body: JSON, or a form."""
    if not request.body:
        return {}
    try:
        said: dict[str, Any] = json.loads(request.body)
    except ValueError:
        return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    return said


def _proven(request: Request) -> bool:
    wanted = hmac.new(KEYS.client_secret.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    return wanted in (request.query.get("appsecret_proof"), said_in(request).get("appsecret_proof"))


@contextmanager
def running(fake: Instagram) -> Iterator[Instagram]:
    """The fake, serving."""
    with FakeServer(fake, faults=fake.planned) as server:
        fake.origin = server.origin
        yield fake


def ago(**time: float) -> datetime:
    """An instant so long before now, on a whole second."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**time)


def before(reply: Reply) -> Fault:
    """Another answer, nothing accepted."""
    return Fault(FaultKind.ANSWER_BEFORE, reply)


def after(reply: Reply) -> Fault:
    """Accepted, then another answer."""
    return Fault(FaultKind.ANSWER_AFTER, reply)


RESET_BEFORE: Final = Fault(FaultKind.RESET_BEFORE)
RESET_AFTER: Final = Fault(FaultKind.RESET_AFTER)
SILENT_AFTER: Final = Fault(FaultKind.SILENT_AFTER)
