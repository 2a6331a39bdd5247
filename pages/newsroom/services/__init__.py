"""What the newsroom does: subscribe, confirm, leave, tell."""

from pages.newsroom.services.digest import send_digests
from pages.newsroom.services.leave import give_reason, leave
from pages.newsroom.services.subscribe import Confirmation, ask, confirm, confirmation, forget_unconfirmed

__all__ = [
    "Confirmation",
    "ask",
    "confirm",
    "confirmation",
    "forget_unconfirmed",
    "give_reason",
    "leave",
    "send_digests",
]
