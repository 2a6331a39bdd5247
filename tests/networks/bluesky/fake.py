"""A server of Bluesky's network on loopback, written from its lexicons: it remembers, and fails when told to.

What a lexicon leaves open (statuses and names of errors, a second record under one key) is as the network's
own server answers, `@atproto/pds`.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.ops.bench.fake_network import FakeServer, Fault, FaultKind, Reply, Request
from pages.networks.bluesky import SPEC
from pages.networks.bluesky.client import BlueskyClient
from pages.networks.types import Access
from tests.networks.bluesky import fake_repo
from tests.networks.bluesky.fake_chat import Chat
from tests.networks.bluesky.fake_view import POSTS, View, refusal
from tests.networks.bluesky.people import NADIA, OURS, Account, everybody, token

CHAT: Final = "did:web:api.bsky.chat#bsky_chat"
PRIVILEGED: Final = "com.atproto.appPassPrivileged"
SECOND: Final = timedelta(seconds=1)
EMPTY: Final[dict[str, Any]] = {}


class Bluesky:
    """A server (PDS) with the network around it. `network`: whether there is one (an AppView and chats)."""

    def __init__(self, *, network: bool = True) -> None:
        self.network = network
        self.accounts = everybody()
        self.view = View(self.accounts)
        self.chat = Chat(self.accounts)
        self.blobs: dict[str, dict[str, Any]] = {}
        self.access: dict[str, str] = {}  # token → account
        self.renewals: dict[str, str] = {}
        self.requests: deque[Request] = deque(maxlen=1000)
        self.served = 0
        self.dropped = 0
        self.left: int | None = None  # calls left, as the headers say
        self.origin = ""
        self._sessions = 0
        self._script: dict[str, deque[Fault]] = defaultdict(deque)
        self.token = self.open(OURS)[0]

    # --- what a test does

    def open(self, did: str) -> tuple[str, str]:
        """A session of an account: its token, and the one that renews it."""
        self._sessions += 1
        made = token(did, self.accounts[did].scope, number=self._sessions)
        renewal = token(did, "com.atproto.refresh", life=timedelta(days=90), number=self._sessions)
        self.access[made], self.renewals[renewal] = did, did
        return made, renewal

    def fail_next(self, fault: Fault, what: str = "create") -> None:
        """Let the next call that creates meet this fault; or that uploads, reads, writes, opens a session."""
        self._script[what].append(fault)

    def planned(self, request: Request) -> Fault | None:
        """The fault this request meets."""
        script = self._script.get("read" if request.method == "GET" else self._kind(request))
        return script.popleft() if script else None

    def _kind(self, request: Request) -> str:
        method = request.path.rpartition(".")[2]
        if method == "createRecord":
            return "create" if json.loads(request.body)["collection"] == POSTS else "write"
        return {"sendMessage": "create", "uploadBlob": "upload"}.get(
            method, "session" if method.endswith("Session") else "write"
        )

    def say(self, did: str, text: str, to: str = "", *, at: datetime | None = None, **more: Any) -> str:
        """Somebody posts, below the post `to` if there is one; gives the address."""
        record: dict[str, Any] = {
            "$type": POSTS,
            "text": text,
            "createdAt": _written(at or datetime.now(UTC)),
        }
        above = self.view.find(to)
        if above is not None:
            parent = {"uri": to, "cid": above[1]["cid"]}
            root = above[1]["value"].get("reply", {}).get("root", parent)
            record["reply"] = {"root": root, "parent": parent}
        rkey = f"3l{len(self.accounts[did].of(POSTS)):011}".translate(str.maketrans("0189", "abcd"))
        self._keep(self.accounts[did], POSTS, rkey, record | more)
        self.view.index(self.accounts[did], rkey, at)
        return f"at://{did}/{POSTS}/{rkey}"

    def take_down(self, uri: str) -> None:
        """Its author takes a post away."""
        did, collection, rkey = uri.removeprefix("at://").split("/")
        self.accounts[did].of(collection).pop(rkey)
        self.view.forget(uri)

    def posts(self, did: str = OURS) -> dict[str, dict[str, Any]]:
        """The records of an account's posts, by key."""
        return {rkey: kept["value"] for rkey, kept in self.accounts[did].of(POSTS).items()}

    def asked(self, method: str) -> list[Request]:
        """The requests of one method."""
        return [each for each in self.requests if each.path.endswith(f"/{method}")]

    def client(self, *, pace: Pace | None = None, read_timeout: float = 5.0, **access: Any) -> BlueskyClient:
        """A client of the page's account."""
        host, _colon, port = self.origin.partition("://")[2].rpartition(":")
        opening = Access(**({"host": self.origin, "token": self.token, "remote_id": OURS} | access))
        http = NetworkHttp(
            Guard(frozenset({(host, int(port))})),
            account="bluesky:1",
            pace=pace,
            secrets=(opening.token,),
            rests=SPEC.rests,
            connect_timeout=1.0,
            read_timeout=read_timeout,
        )
        return BlueskyClient(opening, http)

    # --- what the server does

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.served += 1
        self.requests.append(request)
        reply = self._answer(request, request.path.removeprefix("/xrpc/"))
        if self.left is not None:
            until = datetime.now(UTC) + timedelta(minutes=5)
            reply.headers.update(limits(self.left, until))
            self.left = max(self.left - 1, 0)
        return reply

    def _answer(self, request: Request, method: str) -> Reply:
        if method == "com.atproto.server.createSession":
            return self._log_in(request)
        if method == "com.atproto.server.refreshSession":
            return self._renew(request)
        opening = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not opening:
            return refusal("AuthMissing", "Authentication Required", 401)
        if opening not in self.access:
            return refusal("InvalidToken", "Token could not be verified")
        account = self.accounts[self.access[opening]]
        if method.startswith("chat."):
            return self._private(request, account)
        if method.startswith("app."):
            return self._network(request, method, account)
        return self._kept(request, method, account)

    def _log_in(self, request: Request) -> Reply:
        said = json.loads(request.body)
        for account in self.accounts.values():
            if (account.handle, account.password) == (said["identifier"], said["password"]):
                return self._session(account)
        return refusal("AuthenticationRequired", "Invalid identifier or password", 401)

    def _renew(self, request: Request) -> Reply:
        did = self.renewals.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if did is None:
            return refusal("ExpiredToken", "Token has been revoked")
        return self._session(self.accounts[did])

    def _session(self, account: Account) -> Reply:
        opening, renewal = self.open(account.did)
        names = {"did": account.did, "handle": account.handle, "active": account.active}
        return Reply(200, names | {"accessJwt": opening, "refreshJwt": renewal})

    def _private(self, request: Request, account: Account) -> Reply:
        if request.headers.get("atproto-proxy") != CHAT or not self.network:
            return refusal("InvalidRequest", f"No service configured for {request.path}")
        if account.scope != PRIVILEGED:
            return refusal("InvalidToken", "Bad token method")
        return self.chat.handle(request, account)

    def _network(self, request: Request, method: str, account: Account) -> Reply:
        asked = {
            "app.bsky.notification.listNotifications": self.view.notifications,
            "app.bsky.feed.getPosts": self.view.posts,
            "app.bsky.actor.getProfile": self.view.profile,
        }.get(method)
        if asked is None or not self.network:
            return refusal("InvalidRequest", f"No service configured for {method}")
        return asked(request, account)

    def _kept(self, request: Request, method: str, account: Account) -> Reply:
        match method.removeprefix("com.atproto."):
            case "server.getSession":
                return Reply(200, {"did": account.did, "handle": account.handle, "active": account.active})
            case "identity.resolveHandle":
                found = [did for did, each in self.accounts.items() if each.handle == request.query["handle"]]
                return (
                    Reply(200, {"did": found[0]}) if found else refusal("HandleNotFound", "Unable to resolve")
                )
            case "repo.uploadBlob":
                blob = fake_repo.blob_of(request.body, request.headers["content-type"])
                self.blobs[blob["ref"]["$link"]] = blob
                return Reply(200, {"blob": blob})
            case "repo.getRecord":
                return self._record(request)
            case "repo.createRecord" | "repo.putRecord" | "repo.deleteRecord" as write:
                return self._write(write, json.loads(request.body), account)
        return refusal("MethodNotImplemented", "Method Not Implemented", 501)

    def _record(self, request: Request) -> Reply:
        query = request.query
        uri = f"at://{query['repo']}/{query['collection']}/{query['rkey']}"
        found = self.view.find(uri)
        if found is None:
            return refusal("RecordNotFound", f"Could not locate record: {uri}")
        return Reply(200, {"uri": uri, "cid": found[1]["cid"], "value": found[1]["value"]})

    def _write(self, write: str, said: dict[str, Any], account: Account) -> Reply:
        if said["repo"] != account.did:
            return refusal("AuthenticationRequired", "Authentication Required", 401)
        there, rkey = account.of(said["collection"]), said["rkey"]
        if write == "repo.deleteRecord":
            there.pop(rkey, None)
            self.view.forget(f"at://{account.did}/{said['collection']}/{rkey}")
            return Reply(200, {})
        if write == "repo.createRecord" and rkey in there:
            return refusal("InternalServerError", "Internal Server Error", 500)
        known = there.get(rkey, EMPTY).get("cid")
        if "swapRecord" in said and said["swapRecord"] != known:
            return refusal("InvalidSwap", f"Record was at {known}")
        try:
            fake_repo.check(said["collection"], rkey, said["record"], self.blobs)
        except fake_repo.InvalidError as error:
            return refusal("InvalidRequest", f"Invalid {said['collection']} record: {error}")
        kept = self._keep(account, said["collection"], rkey, said["record"])
        if said["collection"] == POSTS:
            self.view.index(account, rkey)
        uri = f"at://{account.did}/{said['collection']}/{rkey}"
        return Reply(200, {"uri": uri, "cid": kept["cid"], "validationStatus": "valid"})

    def _keep(self, account: Account, collection: str, rkey: str, record: dict[str, Any]) -> dict[str, Any]:
        kept = {"cid": fake_repo.version(record), "value": record}
        account.of(collection)[rkey] = kept
        return kept


def limits(left: int, until: datetime) -> dict[str, str]:
    """The headers that say how many calls are left."""
    return {
        "RateLimit-Limit": "3000",
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(int(until.timestamp())),
        "RateLimit-Policy": "3000;w=300",
    }


@contextmanager
def running(fake: Bluesky) -> Iterator[Bluesky]:
    """The fake, serving."""
    with FakeServer(fake, faults=fake.planned) as server:
        fake.origin = server.origin
        yield fake


def before(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Fault:
    """Another answer, nothing accepted."""
    return Fault(FaultKind.ANSWER_BEFORE, Reply(status, {} if body is None else body, headers or {}))


def after(status: int, body: Any = None) -> Fault:
    """Accepted, and another answer."""
    return Fault(FaultKind.ANSWER_AFTER, Reply(status, {} if body is None else body))


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


__all__ = ["NADIA", "OURS", "Bluesky", "after", "before", "limits", "running"]
