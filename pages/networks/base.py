"""What a client of a network promises, one protocol a capability.

Every method raises Later, Never or Unknown (`core.errors`) and nothing else for what happens outside. A
network that lacks a capability has no such method: ask `isinstance(client, Deletes)`, or the SPEC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

from pages.networks.types import (
    CommentBatch,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    Sighting,
)

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


@runtime_checkable
class Listens(Protocol):
    """Gives what people write under our posts.

    A credential that publishes but may not read what people write raises Never (`listen_scope_missing`) with
    RECONNECT: the page is connected all the same, and goes on publishing.
    """

    def comments(self, mark: str) -> CommentBatch:
        """What is new or changed since `mark` (empty: from the start), oldest first."""

    def comment(self, remote_id: str) -> IncomingComment:
        """One comment as it is now; presence GONE once it was taken down."""


@runtime_checkable
class Answers(Protocol):
    """Can reply to a comment."""

    def reply(self, reply: Reply, fence: Fence) -> Published:
        """Reply once. Crosses `fence` exactly once, right before the one call that creates.

        Raises Never (not_found) when the comment is gone; then nothing was written.
        """

    def find_reply(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look for the reply between two aware instants; the same promises as `Finds.find`."""


@runtime_checkable
class Hides(Protocol):
    """Can take a comment out of sight, and show it again."""

    def hide(self, remote_id: str, reason: str) -> None:
        """Hide it; hidden or gone already is done. `reason`: for its author, where they can read it."""

    def unhide(self, remote_id: str) -> None:
        """Show it again; visible already is done. Raises Never (not_found) when it is gone."""


@runtime_checkable
class DeletesComments(Protocol):
    """Can take away what somebody else wrote."""

    def delete_comment(self, remote_id: str, reason: str) -> None:
        """Take it away; gone already is done."""


@runtime_checkable
class Approves(Protocol):
    """Can let a comment through that waits before publication."""

    def approve(self, remote_id: str) -> None:
        """Show it; visible already is done. Raises Never (not_found) when it is gone."""


@runtime_checkable
class TellsReporters(Protocol):
    """Can answer those who sent a formal notice about a comment."""

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        """Tell each of them, once, what was decided."""


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

    def comments(self, mark: str) -> CommentBatch:
        """As `Listens.comments`."""

    def comment(self, remote_id: str) -> IncomingComment | None:
        """One comment as it is now, or None."""

    def reply(self, reply: Reply) -> Published:
        """Write the brand's answer; a second time with the same key changes nothing. Raises KeyError."""

    def find_reply(self, key: str) -> Published | None:
        """The brand's answer with this key, or None."""

    def hide(self, remote_id: str, reason: str) -> None:
        """Out of sight; its author may read why."""

    def show(self, remote_id: str) -> bool:
        """Show it, whether it waited or was hidden. False when it is gone."""

    def take_away(self, remote_id: str, reason: str) -> None:
        """Take it away for good; its author may read why."""

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        """Answer those who reported it, once each."""
