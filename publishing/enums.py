"""Closed lists of publishing."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ContentType(TextChoices):
    INFORMATION = "information", _("Information")
    PROMOTION = "promotion", _("Promotion")
    CONVERSATION = "conversation", _("Conversation")
    SERVICE = "service", _("Service")
    BACKSTAGE = "backstage", _("Backstage")


class DeliveryState(TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CLAIMED = "claimed", _("About to leave")
    SENDING = "sending", _("Being sent")
    PUBLISHED = "published", _("Published")
    PROCESSING = "processing", _("Processing")
    PARTIAL = "partial", _("Partly published")
    REJECTED = "rejected", _("Refused")
    UNKNOWN = "unknown", _("Being checked")
    NEEDS_PERSON = "needs_person", _("To check by hand")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")
    REMOVED = "removed", _("Removed")


class HoldReason(TextChoices):
    POLICY = "policy", _("A cap")
    PAUSED = "paused", _("A pause")
    RECONNECT = "reconnect", _("A page to reconnect")


class FollowUpTask(TextChoices):
    LEDGER = "ledger", _("Ledger")
    NOTICE = "notice", _("Notice")
