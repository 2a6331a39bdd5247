"""Closed lists of reputation: publics, sources, where a run and a fetch stand, sentiments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PublicKind(TextChoices):
    CLIENT = "client", _("Customers")
    CANDIDATE = "candidate", _("Job seekers")
    NEIGHBOUR = "neighbour", _("Neighbours")
    JOURNALIST = "journalist", _("Journalists")
    OFFICIAL = "official", _("Officials and associations")
    OTHER = "other", _("Another public")


class SourceKind(TextChoices):
    URLS = "urls", _("List of addresses")
    FEED = "feed", _("RSS or Atom feed")


class Cause(TextChoices):
    """What started a run."""

    PERSON = "person", _("Asked for")
    SCHEDULE = "schedule", _("On schedule")


class RunState(TextChoices):
    PLANNED = "planned", _("Waiting to start")
    LISTING = "listing", _("Asking the sources")
    COLLECTING = "collecting", _("Reading the pages")
    SCORING = "scoring", _("Weighing what was read")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Stopped by a fault")
    CANCELLED = "cancelled", pgettext_lazy("run", "Cancelled")


class SourceStatus(TextChoices):
    WAITING = "waiting", _("Not asked yet")
    ANSWERED = "answered", pgettext_lazy("source", "Answered")
    SILENT = "silent", _("Silent")  # it answered with nothing at all: not the same as zero mentions
    REFUSED = "refused", pgettext_lazy("source", "Refused")
    FAULT = "fault", _("Out of reach")


class Refusal(TextChoices):
    """Why an act on an audit was refused; `params` of the answer name what it is about."""

    NO_NAME = "no_name", _("The audit has no name")
    TOO_LONG = "too_long", _("This is too long")  # params: name, most
    NO_SUBJECT = "no_subject", _("No name to look for")
    NO_SOURCE = "no_source", _("Nowhere to look")
    NO_ADDRESSES = "no_addresses", _("This source has no address")  # params: name
    BAD_ADDRESS = "bad_address", _("This is not the address of a web page")  # params: name, url
    TOO_MANY = "too_many", _("There are too many")  # params: name, most
    NO_PUBLIC = "no_public", _("No public")
    NO_QUERY = "no_query", _("This public asks nothing")  # params: name
    TWICE = "twice", _("Two have the same name")  # params: name
    CRON_INVALID = "cron_invalid", _("This schedule cannot be read")
    CRON_TOO_OFTEN = "cron_too_often", _("Once an hour at most")
    CRON_NEVER = "cron_never", _("This day never comes")
    NOT_A_MEMBER = "not_a_member", _("Recipients belong to the brand")
    ARCHIVED = "archived", _("This audit was put away")
    NOT_RUNNING = "not_running", _("This run has ended already")


class FetchState(TextChoices):
    PLANNED = "planned", _("To read")
    FETCHING = "fetching", _("Being read")
    STORED = "stored", _("Read")
    FAILED = "failed", _("Not read")


class Sentiment(TextChoices):
    POSITIVE = "positive", _("Positive")
    NEGATIVE = "negative", _("Negative")
    NEUTRAL = "neutral", _("Neutral")
    UNCERTAIN = "uncertain", _("Uncertain")


class PageKind(TextChoices):
    """What a page of the web is, as far as its making tells."""

    PRESS = "press", _("Press")
    BLOG = "blog", _("Blog")
    FORUM = "forum", _("Forum")
    SHOP = "shop", _("Shop or reviews")
    OTHER = "other", _("Other")
