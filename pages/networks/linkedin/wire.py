"""Calls in the name of one company page, and what every use of them shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import quote, urlsplit

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.http import Answer, NetworkHttp, Refusal
from pages.networks.errors import Code
from pages.networks.linkedin.errors import explained, rested
from pages.networks.spec import ApiVersion
from pages.networks.types import Access

HOST: Final = "https://api.linkedin.com"
VERSION: Final = ApiVersion(
    "202604",
    date(2027, 4, 1),  # no day is announced: a version is supported for a year at least
    "https://learn.microsoft.com/en-us/linkedin/marketing/versioning",
)
PAGE_SIZE: Final = 50
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)
_NO_RIGHT: Final = frozenset({Code.SCOPE_MISSING, Code.NOT_ALLOWED_HERE, Code.REVIEW_MISSING})


class TooManyError(Exception):
    """There is more than we are ready to read."""


class Wire:
    """One page's way to LinkedIn. `page` is the organization's URN."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        self.host = access.host or HOST
        self.page = access.remote_id
        self.token = access.token
        self.http = http
        self._headers = {
            "Authorization": f"Bearer {access.token}",
            "LinkedIn-Version": VERSION.name,
            "X-Restli-Protocol-Version": "2.0.0",
            "Accept": "application/json",
        }

    def call(self, method: str, path: str, **options: Any) -> Answer:
        """One call below `/rest/`; a refusal is raised as what it means."""
        return self._ask(method, f"{self.host}/rest/{path}", self._headers, options)

    def get(self, path: str) -> Mapping[str, Any]:
        """Read one object. Raises Later when the answer is none."""
        found = self.call("GET", path).json()
        if not isinstance(found, Mapping):
            raise Later("answer_unreadable")
        return found

    def heard(self, path: str) -> Mapping[str, Any]:
        """Read what people wrote. A right that is missing there keeps nobody from publishing."""
        try:
            return self.get(path)
        except Never as refusal:
            if refusal.code not in _NO_RIGHT:
                raise
            raise Never(Code.LISTEN_SCOPE_MISSING, answer=refusal.answer, step=NextStep.RECONNECT) from None

    def prepare(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write what nobody sees yet: doing it again harms nobody, so Unknown is Later."""
        try:
            found = self.call("POST", path, json=body).json()
        except Unknown as unknown:
            raise Later(unknown.code, answer=unknown.answer) from None
        if not isinstance(found, Mapping):
            raise Later("answer_unreadable")
        return found

    def upload(self, address: str, content: bytes, media_type: str) -> None:
        """Send what an upload's address waits for. Our token goes to LinkedIn alone."""
        if not _is_linkedins(address, self.host):
            raise Never(Code.MEDIA_REFUSED, step=NextStep.CONTACT)
        headers = {"Authorization": self._headers["Authorization"], "Content-Type": media_type}
        try:
            self._ask("PUT", address, headers, {"data": content})
        except Unknown as unknown:
            raise Later(unknown.code, answer=unknown.answer) from None

    def pages(self, path: str, *, most: int, heard: bool = False) -> Iterator[list[Mapping[str, Any]]]:
        """The pages of a list in LinkedIn's order. Raises TooManyError when there are more than `most`."""
        read = self.heard if heard else self.get
        joint = "&" if "?" in path else "?"
        for number in range(most):
            answer = read(f"{path}{joint}count={PAGE_SIZE}&start={number * PAGE_SIZE}")
            found = rows(answer)
            yield found
            if not found or not _goes_on(answer, number):
                return
        raise TooManyError

    def _ask(self, method: str, url: str, headers: Mapping[str, str], options: dict[str, Any]) -> Answer:
        said = {**headers, **options.pop("headers", {})}
        try:
            return self.http.call(method, url, headers=said, **options)
        except Refusal as refusal:
            raise explained(refusal) from None
        except Later as late:
            told = rested(late, clock.now())
            if told is not late and told.retry_at is not None:
                self.http.rest(told.retry_at)
            raise told from None


def rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The objects of a list. Raises Later for an answer that holds no list."""
    found = answer.get("elements")
    if not isinstance(found, list):
        raise Later("answer_unreadable")
    return [each for each in found if isinstance(each, Mapping)]


def encoded(urn: str) -> str:
    """A URN as a path or a query holds it; it cannot lead anywhere else."""
    return quote(urn, safe="")


def number_of(urn: str) -> str:
    """What a URN ends with: the number of an organization, the id of a person."""
    return urn.rpartition(":")[2]


def _goes_on(answer: Mapping[str, Any], number: int) -> bool:
    """Whether a page follows this one: by the total, by the link to the next, else by its being full."""
    paging = answer.get("paging")
    paging = paging if isinstance(paging, Mapping) else {}
    total, links = paging.get("total"), paging.get("links")
    if isinstance(total, int):
        return total > (number + 1) * PAGE_SIZE
    if isinstance(links, list) and any(
        isinstance(each, Mapping) and each.get("rel") == "next" for each in links
    ):
        return True
    return len(rows(answer)) >= PAGE_SIZE


def _is_linkedins(address: str, host: str) -> bool:
    parts = urlsplit(address)
    if address.startswith(f"{host}/"):
        return True
    return parts.scheme == "https" and (parts.hostname or "").endswith(".linkedin.com")
