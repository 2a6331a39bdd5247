"""Closed lists of reputation: publics, sources, where a run and a fetch stand, sentiments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
    CANCELLED = "cancelled", _("Cancelled")


class SourceStatus(TextChoices):
    WAITING = "waiting", _("Not asked yet")
    ANSWERED = "answered", _("Answered")
    SILENT = "silent", _("Silent")  # it answered with nothing at all: not the same as zero mentions
    REFUSED = "refused", _("Refused")
    FAULT = "fault", _("Out of reach")


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
