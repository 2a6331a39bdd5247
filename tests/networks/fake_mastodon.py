"""A Mastodon server on loopback that remembers what it accepted and fails when told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.ops.bench.fake_network import FakeMastodon, FakeServer, Fault, FaultKind, Reply, Request
from cm_suite.ops.bench.fake_statuses import Account, status
from cm_suite.ops.bench.fake_threads import attach
from pages.networks.mastodon.client import MastodonClient
from pages.networks.mastodon.wire import rests
from pages.networks.types import Access
from tests.networks.mastodon.extras import Extras

TOKEN: Final = "token-of-maison-lumen"
ACCOUNT: Final = Account("109382", "maison_lumen")
NADIA: Final = Account("7", "nadia")
PAUL: Final = Account("8", "paul")


class Mastodon(Extras, FakeMastodon):
    """The fake server with a script: each write, read or upload takes the next fault planned for it."""

    def __init__(self, *, idempotent: bool = True, knows_v2: bool = True) -> None:
        FakeMastodon.__init__(self, idempotent=idempotent, knows_v2=knows_v2)
        Extras.__init__(self)
        self.open_account(TOKEN, ACCOUNT.id, ACCOUNT.username)
        self.origin = ""
        self._said = 0
        self._script: dict[str, deque[Fault]] = {kind: deque() for kind in ("write", "read", "upload")}

    def fail_next(self, fault: Fault, kind: str = "write") -> None:
        """Let the next `kind` of request meet this fault."""
        self._script[kind].append(fault)

    def forget_faults(self) -> None:
        """Meet no fault any more."""
        for script in self._script.values():
            script.clear()

    def planned(self, request: Request) -> Fault | None:
        """The fault this request meets."""
        script = self._script[_kind(request)]
        return script.popleft() if script else None

    @property
    def pair(self) -> tuple[str, int]:
        """Host and port, as the allow-list wants them."""
        host, _sep, port = self.origin.partition("://")[2].rpartition(":")
        return host, int(port)

    @property
    def texts(self) -> list[str]:
        """The texts accepted, each as often as it was."""
        return list(self.accepted.elements())

    def put(self, text: str, at: datetime, content: str = "") -> dict[str, Any]:
        """Something the account published by other means; the statuses stay in the order of time."""
        mine = self.of(ACCOUNT.id)
        status_id = str((int(at.timestamp() * 1000) << 16) + len(mine))
        made = status(status_id, ACCOUNT, text, at)
        if content:
            made["content"] = content
        mine.append(made)
        mine.sort(key=lambda each: int(each["id"]))
        return made

    def say(
        self,
        author: Account,
        text: str,
        to: str | None = None,
        *,
        at: datetime | None = None,
        **said: Any,
    ) -> dict[str, Any]:
        """Somebody writes, below the status `to` if there is one; whoever is named is told."""
        parent = self.everything().get(to or "")
        at = at or datetime.now(UTC)
        self._said += 1
        made = status(str((int(at.timestamp() * 1000) << 16) + 40_000 + self._said), author, text, at)
        attach(made, parent, said)
        made |= said
        self.add(author, made, text)
        return made

    def whisper(self, author: Account, text: str, **said: Any) -> str:
        """Somebody writes to us in private, going on below what they wrote last; gives its id."""
        before = [each["id"] for each in self.of(author.id) if each["visibility"] == "direct"]
        to = before[-1] if before else None
        made: str = self.say(author, f"@maison_lumen {text}", to, visibility="direct", **said)["id"]
        return made

    def alts(self) -> list[str]:
        """The alternative texts of our latest status' images."""
        return [each["description"] or "" for each in self.of(ACCOUNT.id)[-1]["media_attachments"]]

    def http(self, *, token: str = TOKEN, pace: Pace | None = None, read_timeout: float = 5.0) -> NetworkHttp:
        """A way to this server."""
        return NetworkHttp(
            Guard(frozenset({self.pair})),
            account="mastodon:1",
            pace=pace,
            secrets=(token,),
            rests=rests,
            connect_timeout=1.0,
            read_timeout=read_timeout,
        )

    def client(
        self, *, token: str = TOKEN, pace: Pace | None = None, read_timeout: float = 5.0
    ) -> MastodonClient:
        """A client of this server's account."""
        http = self.http(token=token, pace=pace, read_timeout=read_timeout)
        return MastodonClient(Access(self.origin, token, ACCOUNT.id), http)


def _kind(request: Request) -> str:
    """What a fault may be planned for."""
    if request.method == "GET":
        return "read"
    return "upload" if request.path.endswith("/media") else "write"


@contextmanager
def running(fake: Mastodon) -> Iterator[Mastodon]:
    """The fake, serving."""
    with FakeServer(fake, faults=fake.planned) as server:
        fake.origin = server.origin
        yield fake


RESET_BEFORE: Final = Fault(FaultKind.RESET_BEFORE)
RESET_AFTER: Final = Fault(FaultKind.RESET_AFTER)
SILENT_AFTER: Final = Fault(FaultKind.SILENT_AFTER)


def answer_before(status_code: int, body: Any = None, headers: dict[str, str] | None = None) -> Fault:
    """Another answer, nothing accepted."""
    return Fault(FaultKind.ANSWER_BEFORE, Reply(status_code, body or {"error": "no"}, headers or {}))


def answer_after(status_code: int, body: Any = None) -> Fault:
    """Accepted, then another answer."""
    return Fault(FaultKind.ANSWER_AFTER, Reply(status_code, body or {"error": "no"}))
