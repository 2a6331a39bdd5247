"""Closed lists of moderation: where a review, an action and a comment stand, and what may be decided."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Presence(TextChoices):
    """What the network shows of a comment, as we last saw it."""

    VISIBLE = "visible", _("Visible")
    PENDING = "pending", _("Waiting for approval")
    HIDDEN = "hidden", _("Hidden")
    GONE = "gone", _("Deleted")


class ReviewState(TextChoices):
    WAITING = "waiting", _("To decide")
    CLAIMED = "claimed", _("Being reviewed")
    SECOND = "second", _("Waiting for a second person")
    DECIDED = "decided", _("Decided")
    CLOSED = "closed", _("Closed without a decision")  # its author took it down, or it became harmless


class Decided(TextChoices):
    """What a person decides of a comment."""

    KEEP = "keep", _("Keep")
    APPROVE = "approve", _("Approve")  # one that waits before publication
    HIDE = "hide", _("Hide")
    UNHIDE = "unhide", _("Show again")
    DELETE = "delete", _("Delete")
    REPLY = "reply", _("Reply")


class ActionState(TextChoices):
    PLANNED = "planned", _("To be carried out")
    CLAIMED = "claimed", _("Being carried out")
    SENDING = "sending", _("Being carried out")
    DONE = "done", _("Done")
    REJECTED = "rejected", _("Refused by the network")
    UNKNOWN = "unknown", _("Not known yet")
    NEEDS_PERSON = "needs_person", _("To be checked by a person")
    CANCELLED = "cancelled", _("Cancelled")
