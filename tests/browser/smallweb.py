"""The demo's small web, served for a test on free ports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cm_suite.demo import small_web
from cm_suite.ops.valkey import free_port

TRIES = 20


@dataclass(frozen=True, slots=True)
class Web:
    """Where the sites answer."""

    port: int

    @property
    def doors(self) -> frozenset[tuple[str, int]]:
        """Host and port of each site, for the guard's allow-list."""
        return frozenset(
            (f"{site.code}.localhost", self.port + place) for place, site in enumerate(small_web.sites())
        )

    def addresses(self, code: str) -> list[str]:
        """Every page of one site."""
        for place, site in enumerate(small_web.sites()):
            if site.code == code:
                return [f"{small_web.origin(self.port, place)}/{page.path}" for page in site.articles]
        raise LookupError(code)

    def feed(self) -> str:
        """The feed of the press."""
        place = [site.kind for site in small_web.sites()].index("press")
        return f"{small_web.origin(self.port, place)}/feed.atom"


@contextmanager
def web(today: datetime | None = None) -> Iterator[Web]:
    """Serve the sites while the block runs."""
    day = today or datetime.now(UTC) + timedelta(days=1)
    for _turn in range(TRIES):
        first = free_port()
        try:
            servers = small_web.serve(first, day)
        except OSError:
            continue
        break
    else:
        raise OSError("no four free ports in a row")
    try:
        yield Web(first)
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
