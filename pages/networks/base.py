"""What a client of a network promises, one protocol a capability.

Every method raises Later, Never or Unknown (`core.errors`) and nothing else for what happens outside. A
network that lacks a capability has no such method: ask `isinstance(client, Deletes)`, or the SPEC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from pages.networks.types import (
    AppKeys,
    Ask,
    AudienceDay,
    Candidate,
    CommentBatch,
    Commenter,
    Figure,
    Grant,
    Image,
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
class ShowsAsRead(Protocol):
    """Can put a comment in sight, which waited or was hidden, in the very wording that was read."""

    def show_as_read(self, read: IncomingComment) -> None:
        """Show it; visible already is done. Raises Never (not_found) when it is gone.

        Raises Later (`edited_meanwhile`), and shows nothing, when its author has changed it since.
        """


@runtime_checkable
class TellsReporters(Protocol):
    """Can answer those who sent a formal notice about a comment."""

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        """Tell each of them, once, what was decided."""


@runtime_checkable
class Mentions(Protocol):
    """Gives what people write about the account elsewhere than under its posts."""

    def mentions(self, mark: str) -> CommentBatch:
        """As `Listens.comments`, of the kind MENTION; a mark of its own."""


@runtime_checkable
class Messages(Protocol):
    """Gives private messages, and answers them."""

    def messages(self, mark: str) -> CommentBatch:
        """As `Listens.comments`, of the kind MESSAGE, each with its conversation; a mark of its own."""

    def answer(self, reply: Reply, fence: Fence) -> Published:
        """Write in the reply's conversation once. Crosses `fence` right before the one call that creates.

        Raises Never (`window_closed`) when the network lets us answer no more.
        """

    def find_answer(self, reply: Reply, since: datetime, until: datetime) -> Sighting:
        """Look for the answer between two aware instants; the same promises as `Finds.find`."""


@runtime_checkable
class Blocks(Protocol):
    """Can keep somebody away from the page."""

    def block(self, author: Commenter) -> None:
        """Keep them away; kept away already is done."""

    def unblock(self, author: Commenter) -> None:
        """Let them in again; never kept away is done."""


@runtime_checkable
class CountsPosts(Protocol):
    """Counts what became of posts. Missing is not zero: what the network does not say is not there."""

    def figures(self, remote_ids: Sequence[str]) -> Mapping[str, tuple[Figure, ...]]:
        """The counts of each post now; a post that the network has no more is not there."""


@runtime_checkable
class CountsUrls(Protocol):
    """Takes the share counter of any address apart."""

    def url_figures(self, url: str) -> tuple[Figure, ...]:
        """What the counter is a sum of."""


@runtime_checkable
class CountsFollowers(Protocol):
    """Says how many came and how many left, day by day."""

    def audience(self, since: date, until: date) -> tuple[AudienceDay, ...]:
        """The days from `since` to `until`, both included, in the network's own day; oldest first."""


@runtime_checkable
class Refreshes(Protocol):
    """Can renew its own token."""

    def refresh(self) -> Grant:
        """A new grant for the same account. The old refresh token may be spent the moment this is called.

        Raises Never with RECONNECT for an explicit refusal only.
        """


@runtime_checkable
class Rings(Protocol):
    """Can have its network tell us at once that something is new (a webhook)."""

    def subscribe(self) -> None:
        """Ask for it; asked already is done."""


@runtime_checkable
class Logs(Protocol):
    """Can open an account by a name and an application password, which is used once and kept nowhere."""

    def log_in(self, login: str, password: str) -> Grant:
        """What the account is opened by from here on. Raises Never (`access_refused`) with RECONNECT."""


class Door(Protocol):
    """The way to an account through its network's consent page (OAuth 2)."""

    def address(self, ask: Ask) -> str:
        """Where the person says yes. Makes no call."""

    def grant(self, code: str, ask: Ask) -> Grant:
        """What the code that came back is worth. Raises Never (`grant_refused`) with RECONNECT."""

    def accounts(self, grant: Grant) -> tuple[Candidate, ...]:
        """The accounts that the person may connect, each with its own grant; empty when there is none."""


@runtime_checkable
class Registers(Protocol):
    """A door of a network where each server registers applications itself, before anybody says yes there."""

    def register(self, name: str, redirect_uri: str, website: str) -> AppKeys:
        """Make this installation known to the server under `name`; once is enough for all its accounts.

        `redirect_uri`: where people come back to. `website`: the address of this installation.
        """


class Purse(Protocol):
    """A brand's money for one network."""

    def pay(self, what: str, times: int = 1) -> None:
        """Count what is about to be spent. Raises Never (`budget_spent`) with PAY when it is not there, or
        (`reserve_kept`) when what is there is kept for other things than reading.
        """


class Client(Identifies, Protocol):
    """What every network offers; everything else is asked by `isinstance`."""


class NewsroomStore(Protocol):
    """Where the newsroom keeps its posts; the caller hands one in, so that no network knows the database."""

    def publish(
        self, key: str, text: str, link: str, content_type: str, language: str, images: Sequence[Image] = ()
    ) -> Published:
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

    def show(self, remote_id: str, version: str = "") -> bool:
        """Show it, whether it waited or was hidden. False when it is gone.

        `version`: the one that somebody read. Raises LookupError when it is another by now.
        """

    def take_away(self, remote_id: str, reason: str) -> None:
        """Take it away for good; its author may read why."""

    def tell_reporters(self, remote_id: str, *, removed: bool) -> None:
        """Answer those who reported it, once each."""
