"""Closed lists of notices and mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NoticeKind(TextChoices):
    PUBLISHED = "published", _("A post went out")
    HELD = "held", _("A post is held")
    REJECTED = "rejected", _("A network refused a post")
    NEEDS_PERSON = "needs_person", _("Somebody must check whether a post went out")
    MISSED = "missed", _("A post missed its time")
    RECONNECT = "reconnect", _("A page must be reconnected")
    EXPIRING = "expiring", _("A page’s access ends soon")
    BUDGET = "budget", _("A month’s money for a network runs out")
    PAUSED = "paused", _("Publishing was paused")
    RESUMED = "resumed", _("Publishing started again")
    REVIEW_SOON = "review_soon", _("A comment must be decided soon")
    REVIEW_OVERDUE = "review_overdue", _("A comment should have been decided")
    LAST_DAY = "last_day", _("A victim’s last prudent day comes nearer")
    SECOND_WANTED = "second_wanted", _("A comment waits for a second person")
    ACTION_TROUBLE = "action_trouble", _("What was decided of a comment is not done")
    AUDIT_DONE = "audit_done", _("An audit has its report")
    AUDIT_FAILED = "audit_failed", _("An audit stopped before its report")


class MailState(TextChoices):
    PLANNED = "planned", _("Waiting")
    CLAIMED = "claimed", _("About to leave")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    REFUSED = "refused", pgettext_lazy("mail", "Refused")
    UNKNOWN = "unknown", _("Unknown")


class MailKind(TextChoices):
    INVITATION = "invitation", _("Invitation")
    PASSWORD = "password", _("Password reset")
    NOTICE = "notice", _("Notice")
    CONFIRM = "confirm", _("Confirmation of a subscription")
    DIGEST = "digest", _("Digest")
    AUDIT = "audit", _("Report of an audit")
