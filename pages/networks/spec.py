"""What a network declares about itself, once: its SPEC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from cm_suite.core.http import NetworkHttp
from pages.networks.base import Client, NewsroomStore
from pages.networks.types import Access, Capability, ConnectKind, WhyNot


@dataclass(frozen=True, slots=True)
class Tools:
    """What a client works with; each network takes the one it needs."""

    http: NetworkHttp | None = None
    store: NewsroomStore | None = None


class Measure(Protocol):
    """Counts a post as the network does."""

    def __call__(self, text: str, link: str, url_length: int | None = None) -> int:
        """Length of the text with its link. `url_length`: what this server counts for any address."""


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """One network: what it is called, what it can do, how it counts, how its client is built.

    `default_text_limit` holds until the account's own is known. `reconciles` says in one sentence how
    "did it go out?" is answered, and `listens` what is read of what people write, and what is left aside.
    `why_not` has a reason for each capability it lacks. `settings_page` is the path, on the user's server,
    where a token is made.
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
