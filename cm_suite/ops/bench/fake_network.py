"""A Mastodon server that remembers: for benchmarks as a process of its own, for tests as a thread.

`python -m cm_suite.ops.bench.fake_network --port 0 --latency-ms 50 --drop-ratio 0.1 --seed 7` prints its
address and runs until it is stopped. There, any token opens the account of the same id. `GET /__state`
tells how often each text was accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import struct
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

from cm_suite.ops.bench import fake_statuses, fake_threads
from cm_suite.ops.bench.exchange import Fault, FaultKind, Reply, Request
from cm_suite.ops.bench.fake_statuses import Account

__all__ = [
    "FakeMastodon",
    "FakeServer",
    "Fault",
    "FaultKind",
    "Handles",
    "Reply",
    "Request",
    "drops",
    "error",
]

REASONS: Final = {200: "OK", 401: "Unauthorized", 404: "Not Found", 422: "Unprocessable Content"}


def error(status: int, said: str) -> Reply:
    """An error as Mastodon words it."""
    return Reply(status, {"error": said})


class FakeMastodon:
    """The server's memory and its manners, without a socket.

    `any_token`: every token opens the account of the same id. `idempotent`: the same Idempotency-Key gives
    the same status. `knows_v2`: whether `/api/v2/instance` exists.
    """

    def __init__(self, *, any_token: bool = False, idempotent: bool = True, knows_v2: bool = True) -> None:
        self.any_token = any_token
        self.idempotent = idempotent
        self.knows_v2 = knows_v2
        self.max_characters = 500
        self.url_length = 23
        self.accounts: dict[str, Account] = {}
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.keys: dict[tuple[str, str], dict[str, Any]] = {}
        self.heard: dict[str, list[dict[str, Any]]] = {}  # notifications by account, oldest first
        self.accepted: Counter[str] = Counter()
        self.requests: deque[Request] = deque(maxlen=1000)
        self._told = 0
        self.served = 0
        self.dropped = 0

    def open_account(self, token: str, account_id: str, username: str) -> Account:
        """Let `token` open an account."""
        self.accounts[token] = Account(account_id, username)
        return self.accounts[token]

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.served += 1
        self.requests.append(request)
        public = self._public(request)
        if public is not None:
            return public
        account = self._account(request)
        if account is None:
            return error(401, "The access token is invalid")
        return self._private(request, account)

    def state(self) -> dict[str, Any]:
        """What was accepted, by text, and how much was dropped."""
        kept = sum(len(each) for each in self.statuses.values())
        return {
            "accepted": self.accepted,
            "statuses": kept,
            "served": self.served,
            "dropped": self.dropped,
        }

    def of(self, account_id: str) -> list[dict[str, Any]]:
        """The statuses of an account, oldest first."""
        return self.statuses.setdefault(account_id, [])

    def everything(self) -> dict[str, dict[str, Any]]:
        """Every status by its id."""
        return {status["id"]: status for mine in self.statuses.values() for status in mine}

    def add(self, account: Account, status: dict[str, Any], text: str) -> None:
        """Keep a status of an account, and tell the accounts its text names."""
        self.of(account.id).append(status)
        for named in fake_threads.named(text, self.accounts.values()):
            if named.id != account.id:
                self._told += 1
                self.heard.setdefault(named.id, []).append(fake_threads.mention(self._told, status))

    def _public(self, request: Request) -> Reply | None:
        """Questions that need no token."""
        if request.path == "/__state":
            return Reply(200, self.state())
        if request.path == "/api/v2/instance" and self.knows_v2:
            return Reply(200, fake_statuses.instance_v2(self.max_characters, self.url_length))
        if request.path == "/api/v1/instance":
            return Reply(200, fake_statuses.instance_v1(self.max_characters, self.url_length))
        return error(404, "Record not found") if request.path.startswith("/api/v2/") else None

    def _account(self, request: Request) -> Account | None:
        token = request.headers.get("authorization", "").partition(" ")[2]
        if self.any_token and token and token not in self.accounts:
            self.open_account(token, token, f"account_{token}")
        return self.accounts.get(token)

    def _private(self, request: Request, account: Account) -> Reply:
        """Questions asked in an account's name."""
        parts = request.path.strip("/").split("/")
        match request.method, parts:
            case "GET", ["api", "v1", "accounts", "verify_credentials"]:
                return Reply(200, fake_statuses.credential_account(account, len(self.of(account.id))))
            case "GET", ["api", "v1", "accounts", account_id, "statuses"]:
                return self._list(account_id, request.query)
            case "GET", ["api", "v1", "notifications"]:
                return Reply(200, fake_threads.page(self.heard.get(account.id, []), request.query))
            case "GET", ["api", "v1", "statuses", status_id, *rest] if rest in ([], ["context"]):
                return self._show(status_id, bool(rest))
            case "POST", ["api", "v1", "statuses"]:
                return self._create(request, account)
            case "DELETE", ["api", "v1", "statuses", status_id]:
                return self._delete(status_id, account)
            case _:
                return error(404, "Record not found")

    def _list(self, account_id: str, query: dict[str, str]) -> Reply:
        limit = min(int(query.get("limit", "20")), 40)
        newest_first = reversed(self.of(account_id))
        before = int(query["max_id"]) if "max_id" in query else None
        chosen: list[dict[str, Any]] = []
        for status in newest_first:
            if len(chosen) == limit:
                break
            if before is None or int(status["id"]) < before:
                chosen.append(status)
        return Reply(200, chosen)

    def _create(self, request: Request, account: Account) -> Reply:
        said = json.loads(request.body)
        text = str(said.get("status") or "")
        key = (account.id, request.headers.get("idempotency-key", ""))
        if self.idempotent and key[1] and key in self.keys:
            return Reply(200, self.keys[key])
        if not text.strip():
            return error(422, "Validation failed: Text can't be blank")
        if fake_statuses.counted(text, self.url_length) > self.max_characters:
            return error(422, f"Validation failed: Text character limit of {self.max_characters} exceeded")
        above = str(said.get("in_reply_to_id") or "")
        parent = self.everything().get(above) if above else None
        if above and parent is None:
            return error(404, "The post you are trying to reply to does not appear to exist.")
        status = fake_statuses.new_status(account, text, said.get("language"))
        fake_threads.attach(status, parent, said)
        self.add(account, status, text)
        self.keys[key] = status
        self.accepted[text] += 1
        return Reply(200, status)

    def _show(self, status_id: str, around: bool) -> Reply:
        everything = self.everything()
        found = everything.get(status_id)
        if found is None:
            return error(404, "Record not found")
        return Reply(200, fake_threads.context(found, everything) if around else found)

    def _delete(self, status_id: str, account: Account) -> Reply:
        mine = self.of(account.id)
        found = next((each for each in mine if each["id"] == status_id), None)
        if found is None:
            return error(404, "Record not found")
        self.take_down(found)
        return Reply(200, found)

    def take_down(self, status: dict[str, Any]) -> None:
        """Forget a status, and who was told of it; what answered it is cut loose."""
        self.of(status["account"]["id"]).remove(status)
        for heard in self.heard.values():
            heard[:] = [each for each in heard if each["status"] is not status]
        for each in self.everything().values():
            if each["in_reply_to_id"] == status["id"]:
                each["in_reply_to_id"] = each["in_reply_to_account_id"] = None


type FaultSource = Callable[[Request], Fault | None]


def drops(fake: FakeMastodon, ratio: float, seed: int) -> FaultSource:
    """Cut the answer to this share of the accepted statuses, drawn from `seed`."""
    draw = random.Random(seed)  # noqa: S311  # faults are drawn, not secrets

    def fault(request: Request) -> Fault | None:
        if request.method != "POST" or draw.random() >= ratio:
            return None
        fake.dropped += 1
        return Fault(FaultKind.RESET_AFTER)

    return fault


class Connection(asyncio.Protocol):
    """One kept-alive connection; requests are answered in order."""

    def __init__(self, fake: Handles, latency: float, faults: FaultSource) -> None:
        self._fake = fake
        self._latency = latency
        self._faults = faults
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect bytes; answer each request once it is whole."""
        self._buffer += data
        while (split := _split(self._buffer)) is not None:
            request, self._buffer = split
            self._serve(request)

    def _serve(self, request: Request) -> None:
        fault = self._faults(request) if not request.path.startswith("/__") else None
        if fault is None:
            self._later(_encode(self._fake.handle(request)))
            return
        if fault.kind in {FaultKind.RESET_AFTER, FaultKind.SILENT_AFTER, FaultKind.ANSWER_AFTER}:
            self._fake.handle(request)
        if fault.kind is FaultKind.RESET_BEFORE:
            self._cut()
        elif fault.kind is FaultKind.RESET_AFTER:
            asyncio.get_running_loop().call_later(self._latency, self._cut)
        elif fault.reply is not None:
            self._later(_encode(fault.reply))

    def _later(self, data: bytes) -> None:
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _cut(self) -> None:
        """Reset the connection: the other side gets no orderly end."""
        if self._transport is not None:
            line: socket.socket = self._transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()


def _split(data: bytes) -> tuple[Request, bytes] | None:
    """The first whole request and what follows it, or None while it is not whole."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    size = int(headers.get("content-length", "0"))
    if len(rest) < size:
        return None
    method, target, _version = first.split(" ", 2)
    parts = urlsplit(target)
    every = parse_qs(parts.query)
    query = {name: values[-1] for name, values in every.items()}
    return Request(method, parts.path, query, headers, rest[:size], every), rest[size:]


def _encode(reply: Reply) -> bytes:
    text = reply.body if isinstance(reply.body, str | bytes) else json.dumps(reply.body)
    kind = "text/html" if isinstance(reply.body, str) else "application/json"
    body = text.encode() if isinstance(text, str) else text
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body))} | reply.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    first = f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Answer')}\r\n"
    return f"{first}{lines}\r\n".encode("latin-1") + body


class Handles(Protocol):
    """Anything that answers requests from memory; `dropped` counts the connections that were cut."""

    dropped: int

    def handle(self, request: Request) -> Reply:
        """Answer one request."""


class FakeServer:
    """The fake on loopback, in a thread of its own. Use as a context manager."""

    def __init__(
        self, fake: Handles, *, port: int = 0, latency: float = 0.0, faults: FaultSource | None = None
    ) -> None:
        self.fake = fake
        self._latency = latency
        self._faults = faults or (lambda _request: None)
        self._line = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port: int = self._line.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> FakeServer:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving; a second time changes nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
        self._line.close()

    def serve(self) -> None:
        """Serve in this thread until it is interrupted."""
        self._run()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)

        def connection() -> Connection:
            return Connection(self.fake, self._latency, self._faults)

        server = self._loop.run_until_complete(self._loop.create_server(connection, sock=self._line))
        self._loop.call_soon(self._ready.set)
        try:
            self._loop.run_forever()
        finally:
            server.close()
            self._loop.close()


def main(arguments: list[str]) -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description="A Mastodon server that remembers, on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=50)
    parser.add_argument("--drop-ratio", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-idempotency", action="store_true")
    chosen = parser.parse_args(arguments)
    fake = FakeMastodon(any_token=True, idempotent=not chosen.no_idempotency)
    faults = drops(fake, chosen.drop_ratio, chosen.seed)
    server = FakeServer(fake, port=chosen.port, latency=chosen.latency_ms / 1000, faults=faults)
    sys.stdout.write(f"{server.origin}\n")
    sys.stdout.flush()
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
