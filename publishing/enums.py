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


class FollowUpState(TextChoices):
    WAITING = "waiting", _("Waiting")
    DOING = "doing", _("Being done")
    DONE = "done", _("Done")


class Refusal(TextChoices):
    """Why an act on a post or a delivery was refused; `publishing.messages` words it with its parameters."""

    IN_THE_PAST = "in_the_past", _("This time is past")
    TOO_FAR = "too_far", _("This time is too far ahead")
    EMPTY = "empty", _("There is no text")
    TOO_LONG = "too_long", _("The text is too long")
    IMAGE_REQUIRED = "image_required", _("An image is needed")
    NO_IMAGES = "no_images", _("This page takes no images")
    TOO_MANY_IMAGES = "too_many_images", _("There are too many images")
    ALT_TOO_LONG = "alt_too_long", _("An alternative text is too long")
    PUBLIC_URL_NEEDED = "public_url_needed", _("A public address is needed")
    READ_ONLY = "read_only", _("This page is only read")
    IMAGE_GONE = "image_gone", _("An image is no longer here")
    POLICY = "policy", _("A cap stands in the way")
    NO_FREE_SLOT = "no_free_slot", _("No free slot")
    OVERRIDE_NOT_ALLOWED = "override_not_allowed", _("Overriding is for approvers and leads")
    ALREADY_SENT = "already_sent", _("This post has left for this page already")
    ON_ITS_WAY = "on_its_way", _("This post is on its way")
    DISCARDED = "discarded", _("This post was discarded")
    PAGE_DISCONNECTED = "page_disconnected", _("This page is disconnected")
    STATE_CHANGED = "state_changed", _("The state has changed meanwhile")
    NO_REMOTE_ID = "no_remote_id", _("The network's reference is not known")
    NOT_AN_ADDRESS = "not_an_address", _("This is not a web address")
    REASON_MISSING = "reason_missing", _("A reason is needed")
    NETWORK = "network", _("The network said no")


class PlanNote(TextChoices):
    """What a person should know about a time that was accepted."""

    HOUR_SKIPPED = "hour_skipped", _("This hour does not exist that day")
    HOUR_DOUBLED = "hour_doubled", _("This hour happens twice that day")
    ALREADY_PLANNED = "already_planned", _("Planned already")
    OVERRIDDEN = "overridden", _("A cap was overridden")
    PAUSED = "paused", _("Publishing is paused")
    TO_RECONNECT = "to_reconnect", _("The page must be reconnected")
    AFTER_THE_END = "after_the_end", _("The page’s access ends before")
    ALT_MISSING = "alt_missing", _("An alternative text is missing")


class EngineCode(TextChoices):
    """Why the engine left a delivery where it stands; codes of networks stand beside these."""

    LATE = "late", _("Too late to leave by itself")
    PAUSED = "paused", _("Publishing is paused")
    POLICY = "policy", _("A cap stands in the way")
    TO_RECONNECT = "needs_reconnect", _("The page must be reconnected")
    TOO_LONG = "too_long", _("The text is too long")
    IMAGES = "images_misfit", _("The images do not fit")
    WORKER_LOST = "worker_lost", _("The sender was stopped")
    UNEXPECTED = "unexpected", _("Something unexpected happened here")
    LEASE_LOST = "lease_lost", _("Somebody else took over")
    ABSENT = "absent", _("The network does not have it")
    CANNOT_TELL = "cannot_tell", _("The network cannot say")
    SETTLED = "settled", _("A person checked")
