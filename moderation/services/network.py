"""What the network of a page can do, and its client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from datetime import timedelta
from typing import Final

from moderation import rules
from moderation.enums import Presence, WatchKind
from moderation.models import Comment
from pages.models import Page
from pages.networks import registry
from pages.networks.base import Client, Listens, Mentions, Messages
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, CommentBatch, ConnectKind
from pages.services import connect

type Read = Callable[[str], CommentBatch]
"""What is new or changed since a mark."""

_GIVES: Final[Mapping[str, Capability]] = {
    WatchKind.COMMENTS: Capability.COMMENTS,
    WatchKind.MENTIONS: Capability.MENTIONS,
    WatchKind.MESSAGES: Capability.MESSAGES,
}
USUALLY: Final = timedelta(seconds=60)
"""How often a server is asked whose network this installation no longer has."""


def capabilities_of(page: Page) -> Set[Capability]:
    """What the page's network declares; nothing for one this installation no longer has."""
    spec = NETWORKS.get(page.network)
    return spec.capabilities if spec else frozenset()


def listening(kind: str = WatchKind.COMMENTS) -> list[str]:
    """The codes of the networks that give words of this kind."""
    return [code for code, spec in NETWORKS.items() if _GIVES[kind] in spec.capabilities]


def kinds_of(page: Page) -> tuple[WatchKind, ...]:
    """What may be read of the page, in the order of the list."""
    return tuple(kind for kind in WatchKind if page.network in listening(kind))


def standing(page: Page, known: Presence, said: Presence) -> Presence:
    """How a comment stands, where its network does not tell of each comment that it is hidden.

    Some show what was hidden as if it waited for approval; others show us no difference at all.
    """
    spec = NETWORKS.get(page.network)
    if known != Presence.HIDDEN or spec is None or spec.says_hidden:
        return said
    told = {Presence.PENDING} if Capability.APPROVE in spec.capabilities else {Presence.VISIBLE}
    return known if said in told else said


def sees_hidden(page: Page) -> bool:
    """Whether a look at a comment can tell one that is hidden from one in sight."""
    spec = NETWORKS.get(page.network)
    return spec is not None and (spec.says_hidden or Capability.APPROVE in spec.capabilities)


def answerable(comment: Comment) -> bool:
    """Whether the comment can be answered where it stands, by what its network says of itself."""
    spec = NETWORKS.get(comment.page.network)
    return spec is not None and rules.is_answerable(
        comment.kind,
        below=bool(comment.parent_remote_id),
        mentions=spec.answers_mentions,
        depth=spec.reply_depth,
    )


def elsewhere() -> list[str]:
    """The codes of the networks on somebody else's servers."""
    return [code for code, spec in NETWORKS.items() if spec.connect is not ConnectKind.NONE]


def is_ours(page: Page) -> bool:
    """Whether the network is this installation: it costs nothing to ask, and tells of every change."""
    return registry.is_ours(page.network)


def every(page: Page) -> timedelta:
    """How often the page's network is asked what people write."""
    spec = NETWORKS.get(page.network)
    return timedelta(seconds=spec.polls_every) if spec else USUALLY


def costs(page: Page) -> bool:
    """Whether the network takes money for what is read there."""
    spec = NETWORKS.get(page.network)
    return spec is not None and bool(spec.prices)


def reader(client: Client, kind: str) -> Read | None:
    """What reads this kind, or None where the client has no such call."""
    if kind == WatchKind.COMMENTS and isinstance(client, Listens):
        return client.comments
    if kind == WatchKind.MENTIONS and isinstance(client, Mentions):
        return client.mentions
    if kind == WatchKind.MESSAGES and isinstance(client, Messages):
        return client.messages
    return None


def client_of(page: Page) -> Client:
    """The client of the page's account. Raises Never, as `connect.client_for`."""
    return connect.client_for(page)
