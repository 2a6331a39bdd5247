"""Calls in the name of one account (https://atproto.com/specs/xrpc), and what every use of them shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.core.errors import Later, Never, Unknown
from cm_suite.core.http import Answer, NetworkHttp, Refusal
from pages.networks.bluesky.errors import explained
from pages.networks.bluesky.keys import Address, claims, is_did
from pages.networks.errors import Code
from pages.networks.types import Access

HOST: Final = "https://bsky.social"
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)


class Wire:
    """One account's way to its server."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        self.host = access.host or HOST
        self._http = http
        self._token = access.token
        subject = claims(access.token).get("sub")
        self.did = access.remote_id or (str(subject) if is_did(subject) else "")

    def ask(
        self, method: str, params: Mapping[str, Any] | None = None, *, service: str = ""
    ) -> Mapping[str, Any]:
        """One question. `service`: another one that the server hands it on to.

        Raises Never for a refusal, Later for an answer that is none.
        """
        headers = {"atproto-proxy": service} if service else {}
        content = self.call("GET", method, params=params, headers=headers).json()
        if isinstance(content, Mapping):
            return content
        raise Later("answer_unreadable")

    def do(self, method: str, body: Mapping[str, Any], *, service: str = "") -> Mapping[str, Any]:
        """One write. Raises Never for a refusal, Unknown for anything but a clear answer."""
        headers = {"atproto-proxy": service} if service else {}
        answer = self.call("POST", method, json=body, headers=headers)
        content = answer.json()
        if isinstance(content, Mapping):
            return content
        raise Unknown("answer_unreadable", answer=str(answer.status))

    def call(self, verb: str, method: str, *, token: str | None = None, **options: Any) -> Answer:
        """One call with our token, or another; a refusal is raised as what it means."""
        opening = self._token if token is None else token
        headers = {"Accept": "application/json"} | options.pop("headers", {})
        if opening:
            headers["Authorization"] = f"Bearer {opening}"
        try:
            return self._http.call(verb, f"{self.host}/xrpc/{method}", headers=headers, **options)
        except Refusal as refusal:
            raise explained(refusal) from None

    def prepare(self, method: str, *, token: str | None = None, **options: Any) -> Mapping[str, Any]:
        """A write that shows nothing to anybody and may be made again: what is unknown is for later."""
        try:
            content = self.call("POST", method, token=token, **options).json()
        except Unknown as lost:
            raise Later(lost.code, answer=lost.answer) from None
        if isinstance(content, Mapping):
            return content
        raise Later("answer_unreadable")

    def own(self, collection: str, rkey: str) -> Address:
        """Where a record of ours is."""
        return Address(self.did, collection, rkey)

    def record(self, where: Address) -> Mapping[str, Any] | None:
        """A record with its `cid` and `value`, or None when there is none.

        Another account's is asked of its network. Raises Never when that is out of reach.
        """
        try:
            found = self.ask("com.atproto.repo.getRecord", where.params)
        except Never as refusal:
            if refusal.code == Code.NOT_FOUND:
                return None
            raise
        if isinstance(found.get("value"), Mapping) and found.get("uri") == str(where):
            return found
        raise Later("answer_unreadable")

    def create(self, where: Address, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a record; a second one with the same key is refused by the server."""
        made = self.do("com.atproto.repo.createRecord", {**where.params, "record": record})
        if made.get("uri") == str(where):
            return made
        raise Unknown("answer_unreadable")

    def remove(self, where: Address) -> None:
        """Take a record away; what is not there is done."""
        self.call("POST", "com.atproto.repo.deleteRecord", json=where.params)


def rests(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the account has no call left (https://docs.bsky.app/docs/advanced-guides/rate-limits)."""
    if headers.get("ratelimit-remaining", "").strip() != "0":
        return None
    try:
        until = datetime.fromtimestamp(int(headers.get("ratelimit-reset", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return until if until > now else None
