"""What a network declares about itself, once: its SPEC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from cm_suite.core.http import NetworkHttp
from pages.networks.base import Client, Door, NewsroomStore, Purse
from pages.networks.types import Access, AppKeys, Capability, ConnectKind, WhyNot


@dataclass(frozen=True, slots=True)
class Tools:
    """What a client works with; each network takes the one it needs."""

    http: NetworkHttp | None = None
    store: NewsroomStore | None = None
    app: AppKeys | None = None
    purse: Purse | None = None


class Measure(Protocol):
    """Counts a post as the network does."""

    def __call__(self, text: str, link: str, url_length: int | None = None) -> int:
        """Length of the text with its link. `url_length`: what this server counts for any address."""


class Rests(Protocol):
    """Reads in the headers of any answer that the account has no call left."""

    def __call__(self, headers: Mapping[str, str], now: datetime) -> datetime | None:
        """Until when the account must rest (aware), or None. Header names are in lower case."""


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """The version of an API that a network's calls are written for, and the day it stops answering.

    `page`: where the network says so. No `sunset`: none is announced.
    """

    name: str
    sunset: date | None = None
    page: str = ""


@dataclass(frozen=True, slots=True)
class AppSettings:
    """The settings that hold the agency's own application keys, and where those are made."""

    client_id: str
    client_secret: str
    made_at: str


@dataclass(frozen=True, slots=True)
class ImageRules:
    """What a network takes of images. `most` a post; sizes in bytes; `alt` in characters.

    `required`: a post without an image cannot go out. `fetched`: the network fetches images itself, so this
    installation needs a public https address. `waits`: the network may still work on one that went up, and
    the client then raises Later (`media_processing`).
    """

    most: int
    alt: int
    types: frozenset[str] = frozenset({"image/jpeg", "image/png"})
    most_bytes: int = 8_000_000
    required: bool = False
    fetched: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """One network: what it is called, what it can do, how it counts, how its client is built.

    `default_text_limit` holds until the account's own is known. `reconciles` says in one sentence how
    "did it go out?" is answered, and `listens` what is read of what people write, and what is left aside.
    `why_not` has a reason for each capability it lacks. `settings_page` is the path, on the user's server,
    where a token is made. `host`: the origin of a network that has only one. `door`: how consent is asked,
    given the application's keys (or None, on networks where each server registers applications itself), a way
    to the network and the origin to ask. `prices`: what a call costs, in millionths of a US dollar, by the
    name that the client pays under. `polls_every`: seconds between two looks at what people write.
    `reads`: which of `prices` are for what is read of people, and counted; a part of the month's budget is
    kept from them. `says_hidden`: whether it tells of a comment that it was hidden; where it does not,
    VISIBLE may be hidden.
    `rings`: whether it can tell this installation at once that something is new (a webhook).
    `answers_mentions`: whether we can answer where somebody names us elsewhere. `reply_depth`: how many
    levels of comments can be answered; None: all. `reply_limit`, `message_limit`: the longest answer to a
    comment and to a private message, in the network's characters; None: as long as a post. `names_answered`:
    an answer begins with the name of whom it answers, which counts. `keeps`, `keeps_names`: how long its
    terms let us keep what people wrote and who they are; None: they set no time.
    """

    code: str
    name: str
    connect: ConnectKind
    capabilities: frozenset[Capability]
    default_text_limit: int
    measure: Measure
    build: Callable[[Access, Tools], Client]
    reconciles: str
    listens: str
    why_not: Mapping[Capability, WhyNot] = field(default_factory=lambda: MappingProxyType({}))
    scopes: tuple[str, ...] = ()
    settings_page: str = ""
    host: str = ""
    version: ApiVersion | None = None
    app: AppSettings | None = None
    door: Callable[[AppKeys | None, NetworkHttp, str], Door] | None = None
    images: ImageRules | None = None
    rests: Rests | None = None
    prices: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    reads: frozenset[str] = frozenset()
    polls_every: int = 60
    says_hidden: bool = True
    rings: bool = False
    answers_mentions: bool = True
    reply_depth: int | None = None
    reply_limit: int | None = None
    message_limit: int | None = None
    names_answered: bool = False
    keeps: timedelta | None = None
    keeps_names: timedelta | None = None
