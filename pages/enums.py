"""Closed lists of pages: roles, acts, page states, departure reasons."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    VIEWER = "viewer", _("Viewer")
    AUTHOR = "author", _("Author")
    MODERATOR = "moderator", _("Moderator")
    APPROVER = "approver", _("Approver")
    LEAD = "lead", _("Lead")


class BrandKind(TextChoices):
    """Whom a brand's pages speak for: who is meant by "you", and which articles of the law apply."""

    COMPANY = "company", _("A company")
    PUBLIC = "public", _("A town hall or another public body")
    ASSOCIATION = "association", _("An association")
    MEDIA = "media", _("A newspaper or another media")
    ELECTED = "elected", _("An elected person")
    PERSON = "person", _("A person")


class Act(TextChoices):
    """What a person may do on a brand. `pages.rules` says who."""

    SEE = "see", _("See everything of the brand")
    WRITE = "write", _("Write and plan within policy")
    OVERRIDE = "override", _("Override a cap with a reason")
    APPROVE = "approve", _("Approve")
    MODERATE = "moderate", _("Claim, decide, reply")
    SECOND = "second", _("Second person on a qualified comment")
    PAUSE = "pause", _("Pause and resume")
    MANAGE = "manage", _("Pages, people, rules, charter")


class PageState(TextChoices):
    CONNECTED = "connected", _("Connected")
    NEEDS_RECONNECT = "needs_reconnect", _("To reconnect")
    DISCONNECTED = "disconnected", _("Disconnected")


class Counted(TextChoices):
    """What is counted of a page on its network, each in turns of its own."""

    POSTS = "posts", _("Posts")
    AUDIENCE = "audience", _("Audience")
    ADDRESSES = "addresses", _("Addresses")


class DepartureFact(TextChoices):
    """How a fan was lost who said nothing: kept where the causes are that people give."""

    ADDRESS_REFUSED = "address_refused", _("The address no longer takes mail")


class DepartureCause(TextChoices):
    TOO_OFTEN = "too_often", _("Too many messages")
    REPETITIVE = "repetitive", _("Always the same thing")
    TOO_COMMERCIAL = "too_commercial", _("Too much selling")
    ONE_OFFER = "one_offer", _("I came for one offer only")
    OTHER = "other", _("Another reason")
