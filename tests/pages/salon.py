"""An invented network with a consent page, single-use refresh tokens and rests: its server and SPEC."""

from __future__ import annotations

import base64
import hashlib
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from pytest_django import Settings

from cm_suite import urls
from cm_suite.core import clock
from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.core.http import NetworkHttp, Refusal
from cm_suite.ops.bench.fake_network import FakeServer, Fault, FaultKind, Reply, Request
from pages.networks import registry
from pages.networks.errors import Code
from pages.networks.spec import ApiVersion, AppSettings, ImageRules, NetworkSpec, Tools
from pages.networks.types import (
    Access,
    AppKeys,
    Ask,
    Candidate,
    Capability,
    ConnectKind,
    Grant,
    Profile,
    WhyNot,
)

RESET_AFTER: Final = Fault(FaultKind.RESET_AFTER)
SHORT: Final = 7200  # seconds that an access token lasts


def answering(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Fault:
    """Another answer than the server's, with nothing done."""
    return Fault(FaultKind.ANSWER_BEFORE, Reply(status, body, dict(headers or {})))


@dataclass(frozen=True)
class Account:
    """An account that somebody may connect."""

    id: str
    name: str
    via: str = ""
    lacks: tuple[str, ...] = ()


@dataclass
class Salon:
    """The server's memory."""

    accounts: list[Account] = field(default_factory=lambda: [Account("1", "Maison Lumen")])
    opens: dict[str, str] = field(default_factory=dict)  # account by access token
    renews: dict[str, str] = field(default_factory=dict)  # account by refresh token: used once
    ways: dict[str, dict[str, str]] = field(default_factory=dict)  # what was asked, by code
    requests: list[Request] = field(default_factory=list)
    script: deque[Fault] = field(default_factory=deque)
    headers: dict[str, str] = field(default_factory=dict)  # of every answer
    lasts: int | None = SHORT
    origin: str = ""
    dropped: int = 0
    made: int = 0
    lock: Any = field(default_factory=threading.Lock)

    @property
    def pair(self) -> tuple[str, int]:
        """Host and port, as the allow-list wants them."""
        parts = urlsplit(self.origin)
        return parts.hostname or "", parts.port or 0

    def asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(request.path == path for request in self.requests)

    def planned(self, _request: Request) -> Fault | None:
        """The fault this request meets."""
        return self.script.popleft() if self.script else None

    def say_yes(self, address: str) -> tuple[str, str]:
        """A person says yes on the consent page: the code and the state that go back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self.ways)}"
        self.ways[code] = asked
        return code, asked["state"]

    def open(self, account: str) -> dict[str, Any]:
        """New tokens for an account."""
        self.made += 1
        access, refresh = f"access-{account}-{self.made}", f"refresh-{account}-{self.made}"
        self.opens[access], self.renews[refresh] = account, account
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self.lasts,
            "scope": "read write",
        }

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        with self.lock:
            self.requests.append(request)
            found = self._answer(request)
        return replace(found, headers=found.headers | self.headers)

    def _answer(self, request: Request) -> Reply:
        if (request.method, request.path) == ("POST", "/token"):
            return self._token(dict(parse_qsl(request.body.decode())))
        account = self.opens.get(request.headers.get("authorization", "").partition(" ")[2])
        if account is None:
            return Reply(401, {"error": "invalid_token"})
        if request.path == "/me":
            name = next((each.name for each in self.accounts if each.id == account), "The person")
            return Reply(200, {"id": account, "name": name, "handle": f"@{account}"})
        if request.path == "/accounts":
            rows = [
                {"id": each.id, "name": each.name, "via": each.via, "lacks": each.lacks} | self.open(each.id)
                for each in self.accounts
            ]
            return Reply(200, rows)
        return Reply(404, {"error": "not_found"})

    def _token(self, said: dict[str, str]) -> Reply:
        if said["grant_type"] == "refresh_token":
            account = self.renews.pop(said["refresh_token"], None)
            return Reply(200, self.open(account)) if account else Reply(400, {"error": "invalid_grant"})
        way = self.ways.pop(said["code"], None)
        digest = hashlib.sha256(said["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = way is not None and way["code_challenge"] == proof
        if way is None or not right or way["redirect_uri"] != said["redirect_uri"]:
            return Reply(400, {"error": "invalid_grant"})
        return Reply(200, self.open("person"))


class SalonClient:
    """An account of the invented network."""

    def __init__(self, access: Access, tools: Tools) -> None:
        assert tools.http is not None
        self.access, self.tools, self.http = access, tools, tools.http

    def profile(self) -> Profile:
        """Costs money."""
        if self.tools.purse is not None:
            self.tools.purse.pay("user_read")
        found = _call(self.http, "GET", f"{self.access.host}/me", self.access.token)
        return Profile(found["id"], found["handle"], found["name"], "", followers=12)

    def refresh(self) -> Grant:
        """Spends the refresh token."""
        said = {"grant_type": "refresh_token", "refresh_token": self.access.refresh_token}
        return _grant(_token(self.http, self.access.host, said))


class SalonDoor:
    """The invented network's consent page."""

    def __init__(self, keys: AppKeys | None, http: NetworkHttp, host: str) -> None:
        self.keys, self.http, self.host = keys, http, host

    def address(self, ask: Ask) -> str:
        assert self.keys is not None
        said = {
            "client_id": self.keys.client_id,
            "state": ask.state,
            "code_challenge": ask.challenge,
            "redirect_uri": ask.redirect_uri,
        }
        return f"{self.host}/authorize?{urlencode(said)}"

    def grant(self, code: str, ask: Ask) -> Grant:
        said = {"grant_type": "authorization_code", "code": code, "code_verifier": ask.verifier}
        try:
            return _grant(_token(self.http, self.host, said | {"redirect_uri": ask.redirect_uri}))
        except Never as refused:
            raise Never(Code.GRANT_REFUSED, answer=refused.answer, step=NextStep.RECONNECT) from None

    def accounts(self, grant: Grant) -> tuple[Candidate, ...]:
        found = _call(self.http, "GET", f"{self.host}/accounts", grant.token)
        return tuple(
            Candidate(row["id"], row["name"], _grant(row), via=row["via"], lacks=tuple(row["lacks"]))
            for row in found
        )


def _call(http: NetworkHttp, method: str, url: str, token: str, **options: Any) -> Any:
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return http.call(method, url, headers=headers, **options).json()
    except Refusal as refusal:
        if refusal.status in {400, 401}:
            raise Never(Code.ACCESS_REFUSED, answer=refusal.answer, step=NextStep.RECONNECT) from None
        raise


def _token(http: NetworkHttp, host: str, said: dict[str, str]) -> Any:
    return _call(http, "POST", f"{host}/token", "", data=said)


def _grant(row: Mapping[str, Any]) -> Grant:
    try:
        lasts = row["expires_in"]
        ends = None if lasts is None else clock.now() + timedelta(seconds=lasts)
        scopes = tuple(row["scope"].split())
        return Grant(row["access_token"], row["refresh_token"], ends, scopes=scopes)
    except KeyError:
        raise Unknown("answer_unreadable") from None


def rests(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The server names the seconds that an account without a call left must wait."""
    return now + timedelta(seconds=int(headers["x-rest"])) if "x-rest" in headers else None


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Characters."""
    return len(text) + len(link)


CAN: Final = frozenset({Capability.PROFILE, Capability.REFRESH})
SPEC: Final = NetworkSpec(
    code="salon",
    name="Salon",
    connect=ConnectKind.OAUTH,
    capabilities=CAN,
    default_text_limit=100,
    measure=measure,
    build=SalonClient,
    reconciles="Never.",
    listens="Nothing.",
    why_not=MappingProxyType({each: WhyNot.NO_CALL for each in Capability if each not in CAN}),
    scopes=("read", "write"),
    host="https://salon.example",
    version=ApiVersion("7", date(2027, 6, 1), "https://salon.example/versions"),
    app=AppSettings("CM_X_CLIENT_ID", "CM_X_CLIENT_SECRET", "https://salon.example/developers"),
    door=SalonDoor,
    rests=rests,
)
PAID: Final = MappingProxyType({"user_read": 10_000, "post_read": 5_000})
FETCHING: Final = ImageRules(most=4, alt=1000, fetched=True)


def install(monkeypatch: pytest.MonkeyPatch, spec: NetworkSpec) -> None:
    """Let the whole house know one network more, or another SPEC of it, until the test ends."""
    assert urls.urlpatterns  # every module that knows the networks is loaded
    known = registry.NETWORKS
    wanted = MappingProxyType({**known, spec.code: spec})
    for module in list(sys.modules.values()):
        if getattr(module, "NETWORKS", None) is known:
            monkeypatch.setattr(module, "NETWORKS", wanted)


@contextmanager
def running(settings: Settings) -> Iterator[Salon]:
    """The server on loopback, let through by the guard, with the agency's keys set."""
    salon = Salon()
    with FakeServer(salon, faults=salon.planned) as served:
        salon.origin = served.origin
        settings.CM_ALLOWED_HOSTS = frozenset({salon.pair})
        settings.CM_NETWORK_HOSTS = {"salon": served.origin}
        settings.CM_X_CLIENT_ID, settings.CM_X_CLIENT_SECRET = "the-agency", "a-secret"
        yield salon
