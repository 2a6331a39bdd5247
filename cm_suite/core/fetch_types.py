"""What reading the open web gives back, how it fails, and what its workers share. No Django here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from cm_suite.core.errors import Later, Never, OutcomeError


class Fault(StrEnum):
    """Why an address could not be read: the `code` of the Later or Never that Fetcher.get raises."""

    DNS = "dns"
    REFUSED = "refused"
    CONNECT_TIMEOUT = "connect_timeout"
    DEADLINE = "deadline"
    TOO_LARGE = "too_large"
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    PRIVATE_ADDRESS = "private_address"
    ROBOTS_FORBIDDEN = "robots_forbidden"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    NOT_FOUND = "not_found"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    NOT_HTML = "not_html"
    TRUNCATED = "truncated"
    RESET = "reset"
    BAD_HEADER = "bad_header"
    TLS_EXPIRED = "tls_expired"
    TLS_WRONG_HOST = "tls_wrong_host"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_FAILED = "tls_failed"
    BAD_ADDRESS = "bad_address"
    HOST_BUSY = "host_busy"
    HTTP_ERROR = "http_error"


# Worth another try; every other fault would be the same again.
PASSING: Final = frozenset(
    {
        Fault.DNS,
        Fault.REFUSED,
        Fault.CONNECT_TIMEOUT,
        Fault.DEADLINE,
        Fault.ROBOTS_UNREACHABLE,
        Fault.RATE_LIMITED,
        Fault.SERVER_ERROR,
        Fault.TRUNCATED,
        Fault.RESET,
        Fault.TLS_FAILED,
        Fault.HOST_BUSY,
    }
)


def failure(fault: Fault, answer: str = "", retry_at: datetime | None = None) -> OutcomeError:
    """The outcome to raise: Later for what passes, else Never. `answer`: the HTTP status, if any."""
    if fault in PASSING:
        return Later(fault, answer=answer, retry_at=retry_at)
    return Never(fault, answer=answer)


class Kind(StrEnum):
    """What a body is, by what was declared and by its first characters."""

    HTML = "html"
    FEED = "feed"
    TEXT = "text"


@dataclass(frozen=True)
class Fetched:
    """A page as it was read. `url` is what was asked, `final_url` where the redirects led.

    `etag` and `modified` are for the next conditional question, empty when the site gave none. With
    `unchanged` (the site answered 304) there is no text. `body_bytes` is the size after decompression.
    """

    url: str
    final_url: str
    status: int
    text: str = ""
    kind: Kind = Kind.HTML
    media_type: str = ""
    charset: str = ""
    etag: str = ""
    modified: str = ""
    body_bytes: int = 0
    unchanged: bool = False


class HostTurns(Protocol):
    """One request at a time per host, for all workers."""

    def take(self, host: str, seconds: float) -> str | None:
        """A token when the host is free; it is taken back by itself after `seconds`. None when it is busy."""

    def give_back(self, host: str, token: str, pause: float) -> None:
        """End one's turn; the host then rests for `pause` seconds. Without effect when the turn was lost."""

    def wait(self, host: str) -> float:
        """In how many seconds it is worth asking again."""


@dataclass(frozen=True)
class Robots:
    """A site's robots.txt; empty when it has none. Not `reachable`: it could not be read, nothing may be."""

    text: str = ""
    reachable: bool = True


class RobotsCache(Protocol):
    """The robots.txt files read lately, by origin (`https://example.org`), shared by all workers."""

    def get(self, origin: str) -> Robots | None:
        """What was kept, or None."""

    def keep(self, origin: str, robots: Robots, seconds: float) -> None:
        """Keep it for so long."""
