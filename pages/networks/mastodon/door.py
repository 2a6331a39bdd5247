"""The way to an account through its server's own page (docs.joinmastodon.org/methods/oauth/).

Each server registers applications itself. A proof of the code (PKCE) is sent to all: servers from 4.3 on hold
us to it, older ones pass over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.http import Answer, NetworkHttp, Refusal
from pages.networks.errors import Code
from pages.networks.mastodon import mapping
from pages.networks.mastodon.errors import explained
from pages.networks.mastodon.wire import ACCOUNT, API, UNREADABLE, Wire
from pages.networks.types import Access, AppKeys, Ask, Candidate, Grant

SCOPES: Final = ("read", "write:statuses", "write:media", "write:blocks")
APPS: Final = f"{API}/apps"
AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = "/oauth/token"  # noqa: S105  # a path
LONGEST: Final = 500  # characters of a key or token


class MastodonDoor:
    """One server's door. `keys`: the application's there, or None until it is registered."""

    def __init__(self, keys: AppKeys | None, http: NetworkHttp, host: str) -> None:
        self._keys = keys
        self._http = http
        self._host = host

    def register(self, name: str, redirect_uri: str, website: str) -> AppKeys:
        """Make the application known to this server, once; keep the keys.

        Raises Never (`not_this_network`) when the server has no such call.
        """
        said = {"client_name": name, "redirect_uris": redirect_uri, "scopes": " ".join(SCOPES)}
        try:
            answer = self._asked(APPS, said | ({"website": website} if website else {}))
            keys = AppKeys(_text(answer["client_id"]), _text(answer["client_secret"]))
        except Refusal as refusal:
            raise Never(Code.NOT_THIS_NETWORK, answer=refusal.answer, step=NextStep.EDIT) from None
        except UNREADABLE:
            raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT) from None
        return keys

    def address(self, ask: Ask) -> str:
        """Where the person says yes. Raises Never (`keys_missing`) before the application is registered."""
        said = {
            "response_type": "code",
            "client_id": self._known().client_id,
            "redirect_uri": ask.redirect_uri,
            "scope": " ".join(SCOPES),
            "state": ask.state,
            "code_challenge": ask.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._host}{AUTHORIZE}?{urlencode(said)}"

    def grant(self, code: str, ask: Ask) -> Grant:
        """What the code is worth: a token without an end. Raises Never (`grant_refused`) with RECONNECT."""
        keys = self._known()
        said = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": keys.client_id,
            "client_secret": keys.client_secret,
            "redirect_uri": ask.redirect_uri,
            "code_verifier": ask.verifier,
            "scope": " ".join(SCOPES),
        }
        try:
            answer = self._asked(TOKEN, said)
            return Grant(_text(answer["access_token"]), scopes=_scopes(answer.get("scope")))
        except Refusal as refusal:
            raise _ungranted(refusal) from None
        except UNREADABLE:
            raise Never(Code.GRANT_REFUSED, step=NextStep.RECONNECT) from None

    def accounts(self, grant: Grant) -> tuple[Candidate, ...]:
        """The one account that said yes."""
        wire = Wire(Access(self._host, grant.token, ""), self._http)
        try:
            account = mapping.profile(wire.call("GET", ACCOUNT).json(), wire.instance(), self._host)
        except UNREADABLE:
            raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT) from None
        lacks = tuple(scope for scope in SCOPES if not _covered(scope, grant.scopes))
        return (Candidate(account.remote_id, account.name, grant, account.handle, account.url, lacks=lacks),)

    def _known(self) -> AppKeys:
        if self._keys is None:
            raise Never(Code.KEYS_MISSING, step=NextStep.CONTACT)
        return self._keys

    def _asked(self, path: str, said: Mapping[str, str]) -> Mapping[str, Any]:
        """What the server says to a form. Nothing is shown whatever happens, so nothing is unknown."""
        try:
            answer: Answer = self._http.call(
                "POST", f"{self._host}{path}", data=said, headers={"Accept": "application/json"}
            )
            found: Mapping[str, Any] = answer.json()
        except Unknown as lost:
            raise Later(lost.code, answer=lost.answer) from None
        return found


def _ungranted(refusal: Refusal) -> Never:
    """A wall in front of the server says nothing about the code."""
    never = explained(refusal)
    if never.code in {Code.BLOCKED, Code.NOT_FOUND}:
        return never
    return Never(Code.GRANT_REFUSED, answer=never.answer, step=NextStep.RECONNECT)


def _text(value: object) -> str:
    """A key as a server gives it. Raises ValueError for anything else."""
    found = value if isinstance(value, str) else ""
    if not 0 < len(found) <= LONGEST or not found.isprintable():
        raise ValueError("this is no key")
    return found


def _scopes(value: object) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else ()


def _covered(scope: str, given: tuple[str, ...]) -> bool:
    """Whether a scope was given, by itself or by the one that holds it; unsaid, it is taken as given."""
    return not given or scope in given or scope.partition(":")[0] in given
