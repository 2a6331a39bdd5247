"""Calls in the name of one account, and what every use of them shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.http import Answer, NetworkHttp, Refusal, retry_at
from pages.networks.errors import Code
from pages.networks.mastodon import mapping
from pages.networks.mastodon.errors import explained, said_in, uncreated
from pages.networks.types import Access, Published

PAGE_SIZE: Final = 40
MOST_PAGES: Final = 10
VERSION: Final = "v1"
API: Final = f"/api/{VERSION}"
STATUSES: Final = f"{API}/statuses"
ACCOUNT: Final = f"{API}/accounts/verify_credentials"
INSTANCES: Final = ("/api/v2/instance", f"{API}/instance")
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)


def rests(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when no call is left: X-RateLimit-Remaining is 0 until X-RateLimit-Reset.

    See docs.joinmastodon.org/api/rate-limits/.
    """
    if headers.get("x-ratelimit-remaining", "").strip() != "0":
        return None
    return retry_at({"x-ratelimit-reset": headers.get("x-ratelimit-reset", "")}, now)


class TooManyError(Exception):
    """The account published more than we are ready to read."""


class NotSaidError(Later):
    """Something answered that nothing is there, without the server's own words: it may be another's page."""


class Wire:
    """One account's way to its server."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        self.host = access.host
        self.remote_id = access.remote_id
        self.token = access.token
        self._http = http
        self._headers = {"Authorization": f"Bearer {access.token}", "Accept": "application/json"}

    def call(self, method: str, path: str, **options: Any) -> Answer:
        """One call with our token; a refusal is raised as what it means."""
        try:
            return self._ask(method, path, options)
        except Refusal as refusal:
            raise explained(refusal) from None

    def _ask(self, method: str, path: str, options: dict[str, Any]) -> Answer:
        headers = self._headers | options.pop("headers", {})
        return self._http.call(method, f"{self.host}{path}", headers=headers, **options)

    def create(self, body: Mapping[str, Any], key: str) -> Published:
        """Create a status; the server drops a second one with the same key within its hour."""
        try:
            answer = self._ask("POST", STATUSES, {"json": body, "headers": {"Idempotency-Key": key}})
        except Refusal as refusal:
            raise uncreated(refusal) from None
        content = answer.json()
        try:
            return mapping.published(content)
        except UNREADABLE:
            raise Unknown("answer_unreadable", answer=str(answer.status)) from None

    def instance(self) -> Mapping[str, Any]:
        """What the server says about itself; servers of before version 4 only know the older question.

        Raises Later when the last of its questions failed for want of the server.
        """
        failed: Later | None = None
        for path in INSTANCES:
            try:
                found = self.call("GET", path).json()
            except Never:
                failed = None
            except Later as late:
                if late.code != "server_error":
                    raise
                failed = late
            else:
                if isinstance(found, Mapping):
                    return found
        if failed is not None:
            raise failed
        return {}

    def knows_us(self) -> bool:
        """Whether the server itself is there now, and says that this is our account."""
        account = self.call("GET", ACCOUNT).json()
        return isinstance(account, Mapping) and str(account.get("id")) == self.remote_id

    def heard(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """What people wrote, as JSON. A token that may not read it is told apart from one that is refused.

        Raises Later when something else than the server says that there is nothing there.
        """
        try:
            return self._ask("GET", path, {"params": params}).json()
        except Refusal as refusal:
            raise _deaf(refusal) from None

    def status(self, remote_id: str) -> Mapping[str, Any]:
        """One status. Raises Never (`not_found`) when it is gone, Later when the answer is another's."""
        found = self.heard(status_path(remote_id))
        if isinstance(found, Mapping) and str(found.get("id")) == remote_id:
            return found
        raise Later("answer_unreadable")

    def statuses(self) -> Iterator[mapping.Seen]:
        """The account's statuses, newest first, without boosts. Raises TooManyError after some pages."""
        params: dict[str, Any] = {"limit": PAGE_SIZE, "exclude_reblogs": "true"}
        for _page in range(MOST_PAGES):
            path = f"{API}/accounts/{self.remote_id}/statuses"
            batch = self.call("GET", path, params=params).json()
            if not isinstance(batch, list):
                raise TypeError
            there = [each for each in batch if each is not None]  # what was taken down may leave a hole
            if not there:
                return
            yield from (mapping.seen(each) for each in there)
            params["max_id"] = there[-1]["id"]
        raise TooManyError


def status_path(remote_id: str, below: str = "") -> str:
    """Where a status is, or what is `below` it; an id cannot lead anywhere else."""
    return f"{STATUSES}/{quote(remote_id, safe='')}{below}"


def _deaf(refusal: Refusal) -> OutcomeError:
    """Why we may not read what people wrote."""
    if refusal.status == HTTPStatus.NOT_FOUND and not said_in(refusal.body):
        return NotSaidError("answer_unreadable", answer=refusal.answer)
    never = explained(refusal)
    if never.code != Code.SCOPE_MISSING:
        return never
    return Never(Code.LISTEN_SCOPE_MISSING, answer=never.answer, step=NextStep.RECONNECT)
