"""The way to a person's accounts through Facebook's consent page, for any network of Meta's.

https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived.
The `state` guards the way back. No PKCE: Meta drops the challenge of a login without OpenID, and then
refuses the verifier (https://github.com/NangoHQ/nango/pull/7156).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.core.http import NetworkHttp
from pages.networks.answers import count, mapping, text_of
from pages.networks.errors import Code
from pages.networks.graph import HOST, VERSION, Graph
from pages.networks.graph_answers import instant_or_none
from pages.networks.types import AppKeys, Ask, Grant

DIALOG: Final = "https://www.facebook.com"


class GraphDoor:
    """Asks a person for `scopes`, with the agency's own application."""

    scopes: tuple[str, ...] = ()

    def __init__(self, app: AppKeys | None, http: NetworkHttp, host: str) -> None:
        self._app = app
        self._http = http
        self._host = host or HOST

    def address(self, ask: Ask) -> str:
        """Where the person says yes; what they refused before is asked again."""
        asked = {
            "client_id": self._keys().client_id,
            "redirect_uri": ask.redirect_uri,
            "state": ask.state,
            "scope": ",".join(self.scopes),
            "response_type": "code",
            "auth_type": "rerequest",
        }
        origin = DIALOG if self._host == HOST else self._host
        return f"{origin}/{VERSION.name}/dialog/oauth?{urlencode(asked)}"

    def grant(self, code: str, ask: Ask) -> Grant:
        """A token of the person for about 60 days. `refresh_expires_at`: until when their consent holds.

        Raises Never (`grant_refused`) with RECONNECT for a code that is spent, too old or not ours.
        """
        short = self._token({"redirect_uri": ask.redirect_uri, "code": code})
        swap = {"grant_type": "fb_exchange_token", "fb_exchange_token": text_of(short.get("access_token"))}
        long = self._token(swap)
        token = text_of(long.get("access_token"))
        if not token:
            raise Later("answer_unreadable")
        seconds = count(long.get("expires_in"))
        ends = clock.now() + timedelta(seconds=min(seconds, 10**9)) if seconds else None
        known = self._debugged(token)
        scopes = known.get("scopes")
        return Grant(
            token,
            expires_at=ends or _end(known.get("expires_at")),
            refresh_expires_at=_end(known.get("data_access_expires_at")),
            scopes=tuple(sorted(map(str, scopes))) if isinstance(scopes, list) else (),
        )

    def _token(self, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """A token for what is asked. The secret goes in the body, never in an address."""
        keys = self._keys()
        body = {"client_id": keys.client_id, "client_secret": keys.client_secret, **asked}
        try:
            return Graph(self._http, self._host, "").prepare("oauth/access_token", body)
        except Never as refusal:
            if refusal.code in {Code.BLOCKED, Code.VERSION_GONE}:
                raise
            raise Never(Code.GRANT_REFUSED, answer=refusal.answer, step=NextStep.RECONNECT) from None

    def _debugged(self, token: str) -> Mapping[str, Any]:
        """What the network knows of a token; nothing when it does not tell.

        https://developers.facebook.com/docs/graph-api/reference/debug_token: the one call that takes the
        token among its parameters.
        """
        keys = self._keys()
        graph = Graph(self._http, self._host, f"{keys.client_id}|{keys.client_secret}")
        try:
            return mapping(graph.get("debug_token", {"input_token": token}).get("data"))
        except OutcomeError:
            return {}

    def _graph(self, grant: Grant) -> Graph:
        """The person's own way to the Graph API."""
        return Graph(self._http, self._host, grant.token, secret=self._keys().client_secret)

    def _keys(self) -> AppKeys:
        if self._app is None or not self._app.client_id or not self._app.client_secret:
            raise Never(Code.KEYS_MISSING, step=NextStep.CONTACT)
        return self._app


def _end(value: object) -> datetime | None:
    """When something ends; None for what does not (0), or is not said."""
    return instant_or_none(value) if value else None
