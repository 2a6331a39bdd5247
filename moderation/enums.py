"""Closed lists of moderation: where a review, an action and a comment stand, and what may be decided."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """Where somebody's words stand; the values are those of `pages.networks.types.CommentKind`."""

    COMMENT = "comment", _("Comment")
    MENTION = "mention", _("Mention")
    MESSAGE = "message", _("Private message")


class WatchKind(TextChoices):
    """What is read of a page, each with a mark of its own."""

    COMMENTS = "comments", _("Comments")
    MENTIONS = "mentions", _("Mentions")
    MESSAGES = "messages", _("Private messages")


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
    BLOCK = "block", _("Block the author")  # of the author, beside what is decided of the comment
    UNBLOCK = "unblock", _("Let the author in again")


class ActionState(TextChoices):
    PLANNED = "planned", _("To be carried out")
    CLAIMED = "claimed", _("Being carried out")
    SENDING = "sending", _("Being carried out")
    DONE = "done", _("Done")
    REJECTED = "rejected", _("Refused by the network")
    UNKNOWN = "unknown", _("Not known yet")
    NEEDS_PERSON = "needs_person", _("To be checked by a person")
    CANCELLED = "cancelled", _("Cancelled")


class ResultKind(StrEnum):
    """What became of an act a person asked for. Anything but DONE and NEEDS_SECOND changed nothing."""

    DONE = "done"
    NEEDS_SECOND = "needs_second"  # noted; a second person must agree
    ALONE_MUST_CONFIRM = "alone_must_confirm"  # two are asked and there is nobody else: confirm once more
    NOT_HELD = "not_held"  # somebody else has it, it was decided meanwhile, or the lease ran out
    CHANGED = "changed"  # the comment was edited since the person read it
    GONE = "gone"  # its author took it down, or its words were erased
    NOT_ALLOWED = "not_allowed"
    NOT_POSSIBLE = "not_possible"  # the network lacks it, or it makes no sense where the comment stands
    NEEDS_REASON = "needs_reason"
    NEEDS_TEXT = "needs_text"
    TOO_LONG = "too_long"  # a reply, as its network counts
    ON_ITS_WAY = "on_its_way"  # what was decided before is being carried out at this moment


class CloseCode(StrEnum):
    """Why a review was closed without a decision."""

    AUTHOR_REMOVED = "author_removed"
    EDITED_HARMLESS = "edited_harmless"
    ERASED = "erased"
    ABOUT_AUTHOR = "about_author"  # it never waited: what was decided of the author was decided at once
    IN_PRIVATE = "in_private"  # nor did this: a private message was answered


class Code(StrEnum):
    """Why a watch or an action stands where it stands, besides the codes of networks and of core."""

    LEASE_LOST = "lease_lost"
    WORKER_LOST = "worker_lost"
    UNEXPECTED = "unexpected"
    PAUSED = "paused"  # a reply waits for the end of a pause
    NOT_POSSIBLE = "not_possible"  # the network has no such act
    ABSENT = "absent"  # the network was asked: it was not done
    CANNOT_TELL = "cannot_tell"
    SETTLED = "settled"  # a person looked and said so
    SUPERSEDED = "superseded"  # a later decision took its place
    EDITED = "edited"  # its author changed it after it was decided to show it: the new words are read first
    CANCELLED = "cancelled"
    MARK_STUCK = "mark_stuck"  # the network says there is more and does not go on


class Reminder(StrEnum):
    """The last thing people were told of an open review."""

    NONE = ""
    SOON = "soon"
    OVERDUE = "overdue"
