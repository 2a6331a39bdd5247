"""One account on a Mastodon server, or on one that speaks its language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.core.http import Answer, NetworkHttp, Refusal
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.mastodon import mapping
from pages.networks.mastodon.errors import explained
from pages.networks.spec import Tools
from pages.networks.types import ABSENT, CANNOT_TELL, Access, Outgoing, Profile, Published, Sighting

CLOCK_SKEW: Final = timedelta(minutes=2)  # a server's clock may be this far from ours
PAGE_SIZE: Final = 40
MOST_PAGES: Final = 10

_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)


class _TooManyError(Exception):
    """The account published more than we are ready to read."""


class MastodonClient:
    """Publishes, finds, deletes and says who it is, with one token."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        self._host = access.host
        self._remote_id = access.remote_id
        self._http = http
        self._headers = {"Authorization": f"Bearer {access.token}", "Accept": "application/json"}

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once; the server drops a second request with the same key within its hour."""
        body = mapping.status_body(post)
        fence()
        answer = self._call("POST", "/api/v1/statuses", json=body, headers={"Idempotency-Key": post.key})
        content = answer.json()
        try:
            return mapping.published(content)
        except _UNREADABLE:
            raise Unknown("answer_unreadable", answer=str(answer.status)) from None

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look among the account's own statuses of that time, by text."""
        opening, closing = since - CLOCK_SKEW, until + CLOCK_SKEW
        within: list[mapping.Seen] = []
        try:
            for status in self._statuses():
                if status.at < opening:
                    return mapping.sight(post, within, since)
                if status.at <= closing:
                    within.append(status)
        except _TooManyError:
            sighting = mapping.sight(post, within, since)
            return CANNOT_TELL if sighting == ABSENT else sighting
        except _UNREADABLE:
            return CANNOT_TELL
        return mapping.sight(post, within, since)

    def delete(self, remote_id: str) -> None:
        """Take the status down; one that is already gone is done. What the server answers is not read."""
        try:
            self._call("DELETE", f"/api/v1/statuses/{quote(remote_id, safe='')}")
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def profile(self) -> Profile:
        """Who the token belongs to, and the limits of its server."""
        try:
            account = self._call("GET", "/api/v1/accounts/verify_credentials").json()
            return mapping.profile(account, self._instance(), self._host)
        except _UNREADABLE:
            answer = ""
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            answer = refusal.answer
        raise Never(Code.NOT_THIS_NETWORK, answer=answer, step=NextStep.EDIT)

    def _instance(self) -> Mapping[str, Any]:
        """What the server says about itself; servers of before version 4 only know the older question."""
        for version in ("v2", "v1"):
            try:
                found = self._call("GET", f"/api/{version}/instance").json()
            except Never:
                continue
            if isinstance(found, Mapping):
                return found
        return {}

    def _statuses(self) -> Iterator[mapping.Seen]:
        """The account's statuses, newest first, without boosts. Raises _TooManyError after some pages."""
        params: dict[str, Any] = {"limit": PAGE_SIZE, "exclude_reblogs": "true"}
        for _page in range(MOST_PAGES):
            path = f"/api/v1/accounts/{self._remote_id}/statuses"
            batch = self._call("GET", path, params=params).json()
            if not isinstance(batch, list):
                raise TypeError
            there = [each for each in batch if each is not None]  # what was taken down may leave a hole
            if not there:
                return
            yield from (mapping.seen(each) for each in there)
            params["max_id"] = there[-1]["id"]
        raise _TooManyError

    def _call(self, method: str, path: str, **options: Any) -> Answer:
        """One call with our token; a refusal is raised as what it means."""
        headers = self._headers | options.pop("headers", {})
        try:
            return self._http.call(method, f"{self._host}{path}", headers=headers, **options)
        except Refusal as refusal:
            raise explained(refusal) from None


def build(access: Access, tools: Tools) -> MastodonClient:
    """A client for one account. Raises ValueError when no way to the network was handed in."""
    if tools.http is None:
        raise ValueError("Mastodon needs a way to the network")
    return MastodonClient(access, tools.http)
