"""Comments taken in from the networks."""

from __future__ import annotations

from moderation.models import Comment
from moderation.services.results import Polled
from pages.models import Page
from pages.networks.types import IncomingComment


def poll_due(limit: int) -> list[Polled]:
    """Read the comments of up to `limit` pages whose turn it is."""
    raise NotImplementedError


def poll_page(page_id: int) -> Polled:
    """Read what is new on one page."""
    raise NotImplementedError


def take_in(page: Page, incoming: IncomingComment) -> Comment | None:
    """Store one comment as its network holds it now."""
    raise NotImplementedError
