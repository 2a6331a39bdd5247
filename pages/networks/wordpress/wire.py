"""Calls in the name of one user of a site, and what every use of them shares."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.http import Answer, NetworkHttp, Refusal
from pages.networks.errors import Code
from pages.networks.types import Access
from pages.networks.wordpress import roots
from pages.networks.wordpress.errors import explained, keeps_no_trash
from pages.networks.wordpress.roots import Site

PAGE_SIZE: Final = 100  # the most that WordPress gives at once
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)
_INSIDE: Final = re.compile(r"/(?:wp-admin|wp-json|wp-login\.php|index\.php)(?:/.*)?\Z")
"""What people copy along when they look at their site from inside."""

_NO_RIGHT: Final = frozenset({Code.NOT_ALLOWED_HERE, Code.SCOPE_MISSING})


class Wire:
    """One user's way to a site. The password goes in a header, as HTTP's Basic scheme has it."""

    def __init__(self, access: Access, http: NetworkHttp) -> None:
        self.host = _INSIDE.sub("", access.host).rstrip("/")
        self.user = access.remote_id
        self._http = http
        opened = b64encode(f"{access.login}:{access.token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {opened}", "Accept": "application/json"}

    @cached_property
    def site(self) -> Site:
        """Where the API is, asked once."""
        return roots.find(self._http, self.host, self._headers)

    def call(self, method: str, path: str, **options: Any) -> Answer:
        """One call; a refusal is raised as what it means."""
        try:
            return self._http.call(method, self.site.route(path), headers=self._headers, **options)
        except Refusal as refusal:
            raise self._meant(explained(refusal)) from None

    def get(self, path: str, **params: Any) -> Any:
        """Read something. Raises Later for what is no JSON."""
        return self.call("GET", path, params=params).json()

    def rows(self, path: str, **params: Any) -> tuple[list[Mapping[str, Any]], int | None]:
        """A list, and how many there are in all when the site says so."""
        answer = self.call("GET", path, params=params)
        found = answer.json()
        if not isinstance(found, list):
            raise Later("answer_unreadable")
        return [each for each in found if isinstance(each, Mapping)], total(answer.headers)

    def heard(self, **params: Any) -> tuple[list[Mapping[str, Any]], int | None]:
        """Comments as those who moderate see them. A role without that right publishes all the same."""
        try:
            return self.rows("comments", context="edit", **params)
        except Never as refusal:
            raise _deaf(refusal) from None

    def comment(self, remote_id: str) -> Mapping[str, Any]:
        """One comment as those who moderate see it. Raises Never (`not_found`) when it is gone."""
        if not known(remote_id):
            raise Never(Code.NOT_FOUND)
        try:
            found = self.get(f"comments/{remote_id}", context="edit", _embed="up")
        except Never as refusal:
            raise _deaf(refusal) from None
        if not isinstance(found, Mapping) or str(found.get("id")) != remote_id:
            raise Later("answer_unreadable")
        if found.get("status") == "trash":
            raise Never(Code.NOT_FOUND)
        return found

    def throw_away(self, path: str) -> None:
        """Into the site's trash, for good where it keeps none; what is there already is done."""
        try:
            self._thrown(path)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise

    def _thrown(self, path: str) -> None:
        try:
            self.call("DELETE", path)
        except Unknown as lost:
            if not keeps_no_trash(lost):
                raise
            self.call("DELETE", path, params={"force": "true"})

    def _meant(self, outcome: OutcomeError) -> OutcomeError:
        """A site that takes no application passwords says that nobody is signed in."""
        if outcome.code == Code.ACCESS_REFUSED and not self.site.passwords:
            return Never(Code.NOT_ALLOWED_HERE, answer=outcome.answer, step=NextStep.CONTACT)
        return outcome


def known(remote_id: str) -> bool:
    """Whether this may be a number of WordPress; anything else would lead elsewhere."""
    return remote_id.isascii() and remote_id.isdigit() and len(remote_id) <= 20


def total(headers: Mapping[str, str]) -> int | None:
    """How many there are in all, as X-WP-Total says; None when it does not."""
    said = headers.get("X-WP-Total", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _deaf(refusal: Never) -> Never:
    if refusal.code not in _NO_RIGHT:
        return refusal
    return Never(Code.LISTEN_SCOPE_MISSING, answer=refusal.answer, step=NextStep.RECONNECT)
