"""What a client of a network promises, one protocol a capability.

Every method raises Later, Never or Unknown (`core.errors`) and nothing else for what happens outside. A
network that lacks a capability has no such method: ask `isinstance(client, Deletes)`, or the SPEC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

from pages.networks.types import Outgoing, Profile, Published, Sighting

type Fence = Callable[[], None]
"""Commits "sending" and what is about to leave. Raises FenceClosed when the send must not happen any more."""


@runtime_checkable
class Publishes(Protocol):
    """Can put a post on the page."""

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """Publish once. Crosses `fence` exactly once, right before the one call that creates."""


@runtime_checkable
class Finds(Protocol):
    """Can say whether a post went out."""

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """Look for `post` among what the page published between two aware instants.

        ABSENT is a promise: publishing it again with the same key doubles nothing. Raises Later when the
        network cannot be asked now, Never when it refuses our credential.
        """


@runtime_checkable
class Deletes(Protocol):
    """Can take a post down."""

    def delete(self, remote_id: str) -> None:
        """Take it down; what is already gone is done."""


@runtime_checkable
class Identifies(Protocol):
    """Can say whose account this is."""

    def profile(self) -> Profile:
        """The account as it is now. Raises Never with RECONNECT when the credential is refused."""


class Client(Publishes, Finds, Deletes, Identifies, Protocol):
    """What every network offers so far."""


class NewsroomStore(Protocol):
    """Where the newsroom keeps its posts; the caller hands one in, so that no network knows the database."""

    def publish(self, key: str, text: str, link: str, content_type: str, language: str) -> Published:
        """Put a post on the public page; a second time with the same key changes nothing."""

    def find(self, key: str) -> Published | None:
        """The post with this key, or None."""

    def remove(self, remote_id: str) -> None:
        """Take the post off the public page; what is already gone is done."""

    def profile(self) -> Profile:
        """The newsroom itself."""
