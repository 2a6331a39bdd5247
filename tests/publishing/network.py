"""The fake network, told by a test what to do with the next request."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from cm_suite.ops.bench.fake_network import FakeMastodon, Fault, FaultKind, Reply, Request


class Network:
    """The server's memory, and what goes wrong with the next requests of each method."""

    def __init__(self, fake: FakeMastodon) -> None:
        self.fake = fake
        self.origin = ""
        self.planned: dict[str, deque[Fault]] = {}
        self.before: Callable[[Request], None] | None = None

    def fails(self, method: str, kind: FaultKind, reply: Reply | None = None, *, times: int = 1) -> None:
        """The next requests of this method meet the fault."""
        self.planned.setdefault(method, deque()).extend([Fault(kind, reply)] * times)

    def answers(self, method: str, status: int, said: str, *, times: int = 1, **headers: str) -> None:
        """The next requests of this method are refused with this answer; nothing is accepted."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.fails(method, FaultKind.ANSWER_BEFORE, Reply(status, {"error": said}, named), times=times)

    def fault(self, request: Request) -> Fault | None:
        """What the server asks at each request."""
        if self.before is not None:
            self.before(request)
        waiting = self.planned.get(request.method)
        return waiting.popleft() if waiting else None

    @property
    def accepted(self) -> Counter[str]:
        """How often each text was accepted."""
        return self.fake.accepted

    @property
    def writes(self) -> int:
        """How many requests asked to publish."""
        return sum(request.method == "POST" for request in self.fake.requests)

    @property
    def reads(self) -> int:
        """How many requests asked for something."""
        return sum(request.method == "GET" for request in self.fake.requests)
