"""Private messages to the account, and its answers: through the Page that it is tied to."""

from __future__ import annotations

from typing import Final

from cm_suite.core.errors import Never, NextStep
from pages.networks.base import Fence
from pages.networks.errors import Code
from pages.networks.graph_messages import GraphInbox
from pages.networks.instagram.wire import PAGE
from pages.networks.types import Published, Reply

LONGEST: Final = 1000  # bytes


class Inbox(GraphInbox):
    """Reads the account's conversations, and writes in them."""

    _platform = "instagram"

    def _mailbox(self) -> str:
        return PAGE

    def answer(self, reply: Reply, fence: Fence) -> Published:
        """Write to whoever wrote to the account, once, while the network still lets us."""
        if len(reply.text.encode()) > LONGEST:
            raise Never(Code.CONTENT_REFUSED, step=NextStep.EDIT)
        return super().answer(reply, fence)
