"""How long an answer may be where a comment or a message stands, as its network counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from moderation.enums import Kind
from moderation.models import Comment
from pages.messages import network_name
from pages.networks.registry import NETWORKS
from pages.selectors.connected import length_on, limit_of

MOST: Final = 10_000
"""The longest answer that is kept, whatever a network takes."""


@dataclass(frozen=True, slots=True)
class Room:
    """The room for an answer to one comment. `limit`: in the network's own characters."""

    comment: Comment
    limit: int

    @property
    def network(self) -> str:
        """Whose characters they are, in words."""
        return str(network_name(self.comment.page.network))

    def length(self, text: str) -> int:
        """How long the answer is, with the name that its network has it begin with."""
        page = self.comment.page
        spec = NETWORKS.get(page.network)
        handle, said = self.comment.author_handle, text.strip()
        named = spec is not None and spec.names_answered and handle.startswith("@")
        if named and handle.casefold() not in said.casefold():
            said = f"{handle} {said}"
        return length_on(page, said, "")

    def fits(self, text: str) -> bool:
        """Whether the network takes it."""
        return self.length(text) <= self.limit


def of(comment: Comment) -> Room:
    """The room for an answer to a comment, or to a private message, read with its page."""
    page = comment.page
    spec = NETWORKS.get(page.network)
    own = (spec.message_limit if comment.kind == Kind.MESSAGE else spec.reply_limit) if spec else None
    return Room(comment, min(own or limit_of(page), MOST))
