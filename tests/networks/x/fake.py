"""X on loopback, written from its documentation: it remembers posts, images, messages and tokens.

It does to texts what X does: addresses become t.co, `&` and `<` are escaped, an answer begins with the names
of those who are answered, images stand behind the text as an address, an empty list is left out.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.guard import Guard
from cm_suite.ops.bench.fake_network import FakeServer, Fault, FaultKind, Reply, Request
from pages.networks.errors import Code
from pages.networks.spec import Tools
from pages.networks.types import Access, AppKeys
from pages.networks.x import SPEC, XClient
from pages.networks.x.client import build
from pages.networks.x.mapping import TWEPOCH
from tests.networks.bench import MemoryPace, way
from tests.networks.x.problems import GRANT, NOT_FOUND, UNAUTHORIZED, WRONG_KEYS, missing, problem

TOKEN: Final = "token-of-maison-lumen"
KEYS: Final = AppKeys("client-of-the-agency", "secret-of-the-agency")
REFRESH: Final = "refresh-of-maison-lumen"
_URL: Final = re.compile(r"https?://\S+")
_NAME: Final = re.compile(r"@(\w+)")
_ASKED: Final = {"id", "text", "edit_history_tweet_ids"}


@dataclass(frozen=True)
class User:
    """An account."""

    id: str
    username: str
    name: str


LUMEN: Final = User("2244994945", "maison_lumen", "Maison Lumen")
NADIA: Final = User("7000000007", "nadia_r", "Nadia")
PAUL: Final = User("7000000008", "paul_t", "Paul")
USERS: Final = {user.id: user for user in (LUMEN, NADIA, PAUL)}


@dataclass
class MemoryPurse:
    """Money in memory, in millionths of a dollar."""

    left: int = 10**12
    paid: dict[str, int] = field(default_factory=dict)

    def pay(self, what: str, times: int = 1) -> None:
        """Count it, or refuse."""
        cost = SPEC.prices[what] * times
        if cost > self.left:
            raise Never(Code.BUDGET_SPENT, step=NextStep.PAY)
        self.left -= cost
        self.paid[what] = self.paid.get(what, 0) + times

    def give_back(self, what: str, times: int = 1) -> None:
        """Count so much less."""
        self.left += SPEC.prices[what] * times
        self.paid[what] -= times


class FakeX:
    """The memory and the manners of X."""

    def __init__(self) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []  # private messages, oldest first
        self.media: dict[str, dict[str, Any]] = {}
        self.hidden: set[str] = set()
        self.requests: deque[Request] = deque(maxlen=500)
        self.script: dict[str, deque[Fault]] = {"create": deque(), "read": deque(), "upload": deque()}
        self.slow_uploads = 0  # looks at each image that goes up from now on, until it is ready
        self.exhausted = False
        self.counting = True
        self.refresh_token = REFRESH
        self.challenge = ""
        self.origin = ""
        self.served = self.dropped = self._made = 0

    # --- what tests do to it

    def fail_next(self, fault: Fault, kind: str = "create") -> None:
        """Let the next request of this kind meet a fault."""
        self.script[kind].append(fault)

    def planned(self, request: Request) -> Fault | None:
        """The fault this request meets."""
        script = self.script[_kind(request)]
        return script.popleft() if script else None

    def say(
        self, author: User, text: str, to: str = "", *, at: datetime | None = None, **more: Any
    ) -> dict[str, Any]:
        """Somebody posts; below another post, X puts the names of those who are answered in front."""
        at = at or datetime.now(UTC)
        self._made += 1
        post_id = str((int(at.timestamp() * 1000) - TWEPOCH << 22) + self._made)
        names = self._answered(author, to)
        prefix = "".join(f"@{name} " for name in names)
        shown, urls = _shortened(text, post_id)
        post: dict[str, Any] = {
            "id": post_id,
            "text": html.escape(prefix + shown, quote=False),
            "edit_history_tweet_ids": [post_id],
            "author_id": author.id,
            "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
            "conversation_id": self.posts[to]["conversation_id"] if to else post_id,
            "display_text_range": [len(prefix), len(prefix) + len(shown)],
            "lang": "fr",
            "public_metrics": dict.fromkeys(COUNTED, 0),
            "non_public_metrics": {"impression_count": 0, "url_link_clicks": 0},
        }
        if to:
            post["in_reply_to_user_id"] = self.posts[to]["author_id"]
            post["referenced_tweets"] = [{"type": "replied_to", "id": to}]
        if urls:
            post["entities"] = {"urls": urls}
        self.posts[post_id] = post | more
        return self.posts[post_id]

    def write(self, author: User, text: str, at: datetime | None = None) -> dict[str, Any]:
        """Somebody writes to the account in private, or the account to Nadia."""
        other = LUMEN if author is not LUMEN else NADIA
        self._made += 1
        at = at or datetime.now(UTC)
        first, last = sorted((author.id, other.id), key=int)
        event = {
            "id": str((int(at.timestamp() * 1000) - TWEPOCH << 22) + self._made),
            "event_type": "MessageCreate",
            "text": text,
            "sender_id": author.id,
            "dm_conversation_id": f"{first}-{last}",
            "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
        }
        self.events.append(event)
        return event

    def of(self, user: User) -> list[dict[str, Any]]:
        """Somebody's posts, oldest first."""
        return sorted(
            (p for p in self.posts.values() if p["author_id"] == user.id), key=lambda p: int(p["id"])
        )

    def client(
        self,
        *,
        purse: MemoryPurse | None = None,
        pace: MemoryPace | None = None,
        refresh_token: str = REFRESH,
        read_timeout: float = 5.0,
        keys: AppKeys | None = KEYS,
    ) -> XClient:
        """A client of Maison Lumen's account."""
        tools = Tools(http=self.way(pace, read_timeout), app=keys, purse=purse)
        return build(Access(self.origin, TOKEN, LUMEN.id, refresh_token=refresh_token), tools)

    def way(self, pace: MemoryPace | None = None, read_timeout: float = 5.0) -> Any:
        """A way to this server."""
        host, _sep, port = self.origin.partition("://")[2].rpartition(":")
        guard = Guard(frozenset({(host, int(port))}))
        return way(SPEC, guard, pace or MemoryPace(), secrets=(TOKEN, REFRESH), read_timeout=read_timeout)

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of a kind, oldest first."""
        return [each for each in self.requests if (each.method, each.path) == (method, path)]

    # --- what it answers

    def handle(self, request: Request) -> Reply:
        """Answer one request, with X's headers."""
        self.served += 1
        self.requests.append(request)
        reply = self._answer(request)
        reset = str(int((datetime.now(UTC) + timedelta(minutes=10)).timestamp()))
        left = "0" if self.exhausted else "74"
        limits = {"x-rate-limit-limit": "75", "x-rate-limit-remaining": left, "x-rate-limit-reset": reset}
        return Reply(reply.status, reply.body, limits | reply.headers)

    def _answer(self, request: Request) -> Reply:
        if request.path == "/2/oauth2/token":
            return self._token(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return UNAUTHORIZED
        routes = (self._posts, self._lists, self._media, self._messages)
        replies = (route(request, request.path.split("/")[2:]) for route in routes)
        return next((reply for reply in replies if reply is not None), NOT_FOUND)

    def _posts(self, request: Request, path: list[str]) -> Reply | None:
        match request.method, path:
            case "POST", ["tweets"]:
                return self._create(json.loads(request.body))
            case "GET", ["tweets"]:
                return self._lookup(request.query)
            case "DELETE", ["tweets", post_id]:
                return self._delete(post_id)
            case "PUT", ["tweets", post_id, "hidden"]:
                return self._hide(post_id, json.loads(request.body)["hidden"])
            case "GET", ["users", "me"]:
                return Reply(200, {"data": _user(LUMEN) | {"public_metrics": AUDIENCE}})
        return None

    def _create(self, body: dict[str, Any]) -> Reply:
        text, to = str(body.get("text", "")), body.get("reply", {}).get("in_reply_to_tweet_id", "")
        if to and to not in self.posts:
            return problem(403, "You attempted to reply to a Post that is deleted or not visible to you.")
        if any((p["said"], p["below"]) == (text, to) for p in self.of(LUMEN) if "said" in p):
            return problem(403, "You are not allowed to create a Tweet with duplicate content.")
        media = body.get("media", {}).get("media_ids", [])
        if any(each not in self.media for each in media):
            return problem(400, "Your media IDs are invalid.")
        made = self.say(LUMEN, text, to, said=text, below=to, media=media)
        if media:
            short = f"https://t.co/m{made['id'][-9:]}"
            made["text"] += f" {short}"
            link = {"start": 0, "end": 23, "url": short, "media_key": f"3_{media[0]}"}
            link["expanded_url"] = f"https://x.com/maison_lumen/status/{made['id']}/photo/1"
            made.setdefault("entities", {}).setdefault("urls", []).append(link)
        return Reply(
            201, {"data": {"id": made["id"], "text": made["text"], "edit_history_tweet_ids": [made["id"]]}}
        )

    def _lookup(self, query: Mapping[str, str]) -> Reply:
        ids = query["ids"].split(",")
        there = [self.posts[each] for each in ids if each in self.posts]
        answer = self._listed(there, query)
        gone = [missing(each) for each in ids if each not in self.posts]
        return Reply(200, answer | ({"errors": gone} if gone else {}))

    def _delete(self, post_id: str) -> Reply:
        if post_id not in self.posts:
            return problem(404, f"Could not find tweet with id: [{post_id}].", "resource-not-found")
        del self.posts[post_id]
        return Reply(200, {"data": {"deleted": True}})

    def _hide(self, post_id: str, hidden: bool) -> Reply:
        if post_id not in self.posts:
            return problem(404, f"Could not find tweet with id: [{post_id}].", "resource-not-found")
        root = self.posts.get(self.posts[post_id]["conversation_id"])
        if root is None or root["author_id"] != LUMEN.id:
            return problem(403, "You are not permitted to perform this action.")
        (self.hidden.add if hidden else self.hidden.discard)(post_id)
        return Reply(200, {"data": {"hidden": hidden}})

    def _lists(self, request: Request, path: list[str]) -> Reply | None:
        match request.method, path:
            case "GET", ["users", LUMEN.id, "tweets"]:
                return self._page(self.of(LUMEN), request.query, 5)
            case "GET", ["users", LUMEN.id, "mentions"]:
                others = (p for p in self.posts.values() if p["author_id"] != LUMEN.id)
                naming = [p for p in others if LUMEN.username in _NAME.findall(p["text"])]
                return self._page(naming, request.query, 5)
            case "GET", ["dm_events"]:
                return self._page(self.events, request.query, 1)
            case "GET", ["dm_conversations", conversation, "dm_events"]:
                mine = [e for e in self.events if e["dm_conversation_id"] == conversation]
                return self._page(mine, request.query, 1)
            case "GET", ["dm_conversations", "with", user_id, "dm_events"]:
                return self._page(
                    [e for e in self.events if user_id in e["dm_conversation_id"]], request.query, 1
                )
        return None

    def _page(self, found: list[dict[str, Any]], query: Mapping[str, str], least: int) -> Reply:
        """A page of a list, newest first."""
        size = int(query["max_results"])
        if not least <= size <= 100:
            return problem(
                400, f"The `max_results` query parameter value [{size}] is not valid", "invalid-request"
            )
        after, before = query.get("start_time", ""), query.get("end_time", "9")
        rows = [
            each
            for each in sorted(found, key=lambda each: -int(each["id"]))
            if int(each["id"]) > int(query.get("since_id", "0"))
            and after <= each["created_at"][:19] + "Z" <= before
        ]
        start = int(query.get("pagination_token", "t0")[1:])
        chosen, rest = rows[start : start + size], rows[start + size :]
        meta: dict[str, Any] = {"result_count": len(chosen)}
        meta |= {"next_token": f"t{start + size}"} if rest else {}
        return Reply(200, self._listed(chosen, query) | {"meta": meta})

    def _listed(self, rows: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
        """Rows with the fields that were asked for, and those who wrote them."""
        fields = _ASKED | set(query.get("tweet.fields", query.get("dm_event.fields", "")).split(","))
        if not self.counting:
            fields -= {"public_metrics", "non_public_metrics"}
        data = [{name: value for name, value in row.items() if name in fields} for row in rows]
        answer: dict[str, Any] = {"data": data} if data else {}
        writers = {row.get("author_id") or row.get("sender_id") for row in rows}
        users = [_user(USERS[each]) for each in sorted(map(str, writers))]
        return answer | ({"includes": {"users": users}} if users and "expansions" in query else {})

    def _media(self, request: Request, path: list[str]) -> Reply | None:
        match request.method, path:
            case "POST", ["media", "upload"]:
                return self._upload(request)
            case "GET", ["media", "upload"]:
                return self._status(request.query["media_id"])
            case "POST", ["media", "metadata"]:
                said = json.loads(request.body)
                self.media[said["id"]]["alt"] = said["metadata"]["alt_text"]["text"]
                return Reply(200, {"data": {"id": said["id"], "associated_metadata": said["metadata"]}})
        return None

    def _upload(self, request: Request) -> Reply:
        if (
            b'name="media_category"\r\n\r\ntweet_image' not in request.body
            or b'name="media"' not in request.body
        ):
            return problem(400, "media type unrecognized.", "invalid-request")
        media_id = str(1_146_654_567_674_912_000 + len(self.media))
        self.media[media_id] = {"looks": self.slow_uploads, "alt": ""}
        return self._status(media_id)

    def _status(self, media_id: str) -> Reply:
        """How far an upload is; each look brings it nearer."""
        if media_id not in self.media:
            return NOT_FOUND
        data: dict[str, Any] = {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86400}
        if self.media[media_id]["looks"]:
            self.media[media_id]["looks"] -= 1
            data["processing_info"] = {"state": "pending", "check_after_secs": 30}
        return Reply(200, {"data": data})

    def _messages(self, request: Request, path: list[str]) -> Reply | None:
        match request.method, path:
            case "POST", ["dm_conversations", *_where, "messages"]:
                event = self.write(LUMEN, json.loads(request.body)["text"])
                names = {"dm_conversation_id": event["dm_conversation_id"], "dm_event_id": event["id"]}
                return Reply(201, {"data": names})
        return None

    def _token(self, request: Request) -> Reply:
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        pair = base64.b64encode(f"{KEYS.client_id}:{KEYS.client_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return Reply(401, WRONG_KEYS)
        if not self._is_good(form):
            return Reply(400, GRANT)
        self.refresh_token = f"{REFRESH}-{self.served}"
        scopes = "tweet.read tweet.write users.read offline.access"
        return Reply(
            200,
            {
                "token_type": "bearer",
                "expires_in": 7200,
                "access_token": TOKEN,
                "scope": scopes,
                "refresh_token": self.refresh_token,
            },
        )

    def _is_good(self, form: Mapping[str, str]) -> bool:
        if form["grant_type"] == "refresh_token":
            return form["refresh_token"] == self.refresh_token
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge

    def _answered(self, author: User, to: str) -> list[str]:
        """The names that X puts in front of an answer."""
        if not to:
            return []
        parent = self.posts[to]
        above = [
            USERS[parent["author_id"]].username,
            *_NAME.findall(parent["text"][: parent["display_text_range"][0]]),
        ]
        return [name for name in dict.fromkeys(above) if name != author.username]


COUNTED: Final = (
    "retweet_count",
    "reply_count",
    "like_count",
    "quote_count",
    "bookmark_count",
    "impression_count",
)
AUDIENCE: Final = {"followers_count": 1204, "following_count": 12, "tweet_count": 88, "listed_count": 3}


def _user(user: User) -> dict[str, Any]:
    return {"id": user.id, "username": user.username, "name": user.name}


def _kind(request: Request) -> str:
    if request.method == "GET":
        return "read"
    return "upload" if "/media/" in request.path else "create"


def _shortened(text: str, post_id: str) -> tuple[str, list[dict[str, Any]]]:
    """The text with t.co for its addresses, and what they stand for."""
    urls: list[dict[str, Any]] = []

    def short(found: re.Match[str]) -> str:
        url = f"https://t.co/{chr(97 + len(urls))}{post_id[-9:]}"
        urls.append(
            {"start": 0, "end": 23, "url": url, "expanded_url": found[0], "display_url": found[0][8:30]}
        )
        return url

    return _URL.sub(short, text), urls


@contextmanager
def running(fake: FakeX | None = None) -> Iterator[FakeX]:
    """The fake, serving."""
    fake = fake or FakeX()
    with FakeServer(fake, faults=fake.planned) as server:
        fake.origin = server.origin
        yield fake


def answering(reply: Reply, *, after: bool = False) -> Fault:
    """Another answer, before or after the request was accepted."""
    return Fault(FaultKind.ANSWER_AFTER if after else FaultKind.ANSWER_BEFORE, reply)
