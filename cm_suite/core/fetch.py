"""The open web, read politely: within a time and a size, by robots.txt, one request at a time per host.

    page = Fetcher(guard, turns=turns, robots=cache, user_agent=agent).get(url)

Everything that goes wrong is a `Fault`, raised as Later (worth another try) or Never. No Django here.
"""

from __future__ import annotations

from typing import Final

from cm_suite.core.fetch_types import Fault, Fetched, HostTurns, Kind, Robots, RobotsCache
from cm_suite.core.guard import Guard

__all__ = ["Fault", "Fetched", "Fetcher", "HostTurns", "Kind", "Robots", "RobotsCache"]

DEADLINE: Final = 8.0
MOST_BYTES: Final = 5_000_000
READABLE: Final = (Kind.HTML, Kind.FEED, Kind.TEXT)


class Fetcher:
    """Reads addresses of the open web. Threads may share one.

    `deadline`: seconds for one `get` in all, redirects and robots.txt included. `most_bytes`: of a body
    after decompression. `user_agent` names the product and where its operator can be reached.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        turns: HostTurns,
        robots: RobotsCache,
        user_agent: str,
        deadline: float = DEADLINE,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._guard = guard
        self._turns = turns
        self._robots = robots
        self._agent = user_agent
        self._deadline = deadline
        self._most = most_bytes

    def get(
        self, url: str, *, etag: str = "", modified: str = "", accept: tuple[Kind, ...] = READABLE
    ) -> Fetched:
        """Read one address. `etag` and `modified`: what the last reading gave, to be told if nothing changed.

        Raises Later or Never with a `Fault` as code; `answer` is then the HTTP status, if there was one.
        """
        raise NotImplementedError
