"""The way to an account: OAuth 2 with PKCE, and the renewal of what it gave.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.http import NetworkHttp, Refusal
from pages.networks.answers import count
from pages.networks.errors import Code
from pages.networks.types import Access, AppKeys, Ask, Candidate, Grant, Profile
from pages.networks.x import mapping, people
from pages.networks.x.answers import UNREADABLE
from pages.networks.x.errors import said_in
from pages.networks.x.wire import HOST, VERSION, Wire

CONSENT: Final = "/i/oauth2/authorize"
TOKEN: Final = f"/{VERSION.name}/oauth2/token"
SCOPES: Final = (
    "tweet.read",
    "tweet.write",
    "tweet.moderate.write",
    "users.read",
    "media.write",
    "dm.read",
    "dm.write",
    "offline.access",
)
_LONGEST_LIFE: Final = 10 * 365 * 86_400  # seconds
_WRONG_KEYS: Final = ("unauthorized_client", "invalid_client")
_SPENT: Final = ("invalid_grant", "value passed for the token was invalid")


class XDoor:
    """The way through X's consent page. The code that comes back is good for half a minute."""

    def __init__(self, keys: AppKeys | None, http: NetworkHttp, host: str) -> None:
        self._keys = keys
        self._http = http
        self._host = host or HOST

    def address(self, ask: Ask) -> str:
        """Where the person says yes."""
        site = mapping.SITE if self._host == HOST else self._host
        asked = {
            "response_type": "code",
            "client_id": _needed(self._keys).client_id,
            "redirect_uri": ask.redirect_uri,
            "scope": " ".join(SCOPES),
            "state": ask.state,
            "code_challenge": ask.challenge,
            "code_challenge_method": "S256",
        }
        return f"{site}{CONSENT}?{urlencode(asked, quote_via=quote)}"

    def grant(self, code: str, ask: Ask) -> Grant:
        """What the code is worth. Raises Never (`grant_refused`) with RECONNECT."""
        keys = _needed(self._keys)
        form = {"grant_type": "authorization_code", "code": code}
        form |= {"redirect_uri": ask.redirect_uri, "code_verifier": ask.verifier, "client_id": keys.client_id}
        try:
            return _asked(self._http, self._host, keys, form)
        except Refusal as refusal:
            _raise_for_keys(refusal)
            raise Never(Code.GRANT_REFUSED, answer=refusal.answer, step=NextStep.RECONNECT) from None

    def accounts(self, grant: Grant) -> tuple[Candidate, ...]:
        """The one account that the person said yes with."""
        wire = Wire(Access(self._host, grant.token, ""), self._http, None)
        who = profile_of(wire)
        lacks = tuple(scope for scope in SCOPES if grant.scopes and scope not in grant.scopes)
        return (Candidate(who.remote_id, who.name, grant, who.handle, who.url, lacks=lacks),)


def profile_of(wire: Wire) -> Profile:
    """Whose account it is. Raises Never (`not_this_network`) when something else than X answers."""
    answer = wire.ask("GET", "/users/me", params={"user.fields": "name,public_metrics,username"})
    try:
        return people.profile(answer["data"])
    except UNREADABLE:
        raise Never(Code.NOT_THIS_NETWORK, step=NextStep.EDIT) from None


def refreshed(wire: Wire, keys: AppKeys | None) -> Grant:
    """A new grant for a refresh token, which is good for one call.

    Never with RECONNECT when X says that the token itself is no good; a lost answer is Unknown, and any other
    refusal Later: neither says anything about the account.
    """
    known = _needed(keys)
    if not wire.access.refresh_token:
        raise Never(Code.EXPIRED, step=NextStep.RECONNECT)
    form = {"grant_type": "refresh_token", "refresh_token": wire.access.refresh_token}
    try:
        return _asked(wire.http, wire.host, known, form | {"client_id": known.client_id})
    except Refusal as refusal:
        _raise_for_keys(refusal)
        if any(words in said_in(refusal.body) for words in _SPENT):
            raise Never(Code.ACCESS_REFUSED, answer=refusal.answer, step=NextStep.RECONNECT) from None
        raise Later("server_error", answer=refusal.answer) from None


def _needed(keys: AppKeys | None) -> AppKeys:
    if keys is None or not keys.client_id:
        raise Never(Code.KEYS_MISSING, step=NextStep.CONTACT)
    return keys


def _raise_for_keys(refusal: Refusal) -> None:
    """Raises Never when it is the application that X does not know."""
    if any(words in said_in(refusal.body) for words in _WRONG_KEYS):
        raise Never(Code.KEYS_MISSING, answer=refusal.answer, step=NextStep.CONTACT) from None


def _asked(http: NetworkHttp, host: str, keys: AppKeys, form: Mapping[str, str]) -> Grant:
    """Ask for a token as a confidential client; as a public one when there is no secret."""
    headers = {"Accept": "application/json"}
    if keys.client_secret:
        pair = f"{quote(keys.client_id, safe='')}:{quote(keys.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    answer = http.call("POST", f"{host}{TOKEN}", headers=headers, data=dict(form)).json()
    try:
        return granted(answer)
    except UNREADABLE:
        raise Unknown("answer_unreadable") from None


def granted(answer: Mapping[str, Any]) -> Grant:
    """The grant in an answer. Raises KeyError, TypeError or ValueError when it holds none."""
    token, renewal = answer["access_token"], answer.get("refresh_token") or ""
    if not isinstance(token, str) or not token or not isinstance(renewal, str):
        raise ValueError("this is no token")
    life = count(answer.get("expires_in"))
    ends = None if life is None else clock.now() + timedelta(seconds=min(life, _LONGEST_LIFE))
    scopes = answer.get("scope")
    return Grant(token, renewal, ends, scopes=tuple(scopes.split()) if isinstance(scopes, str) else ())
