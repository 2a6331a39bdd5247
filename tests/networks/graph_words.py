"""What a fake Graph API of Meta says whatever network it is of, as its documentation writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.ops.bench.fake_network import Reply

LEAKED: Final = "token-in-an-address"  # nobody follows an address that holds one


def error(
    code: int,
    subcode: int = 0,
    message: str = "no",
    status: int = 400,
    headers: dict[str, str] | None = None,
) -> Reply:
    """A refusal as the Graph API words it."""
    said: dict[str, Any] = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "EJplcsCHuLu",
    }
    said |= {"error_subcode": subcode} if subcode else {}
    return Reply(status, {"error": said}, headers or {})


GONE: Final = error(100, 33, "Unsupported get request. Object with ID '999' does not exist")


def stamp(at: datetime) -> str:
    """An instant as the Graph API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def listed(rows: list[dict[str, Any]], size: int, after: int, origin: str) -> dict[str, Any]:
    """A page of a list, with the address of the next one, token included."""
    found: dict[str, Any] = {"data": rows[after : after + size]}
    if after + size < len(rows):
        further = f"{origin}/v25.0/x?access_token={LEAKED}&limit={size}&after={after + size}"
        found["paging"] = {"cursors": {"after": str(after + size)}, "next": further}
    return found
