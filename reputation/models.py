"""Audits: what is asked, where, what was read and what it says."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cm_suite.core.leases import Leased
from reputation.enums import (
    Cause,
    FetchState,
    PageKind,
    PublicKind,
    RunState,
    Sentiment,
    SourceKind,
    SourceStatus,
)

R = RunState
F = FetchState


class Audit(models.Model):
    """A question put to the web for a brand, again and again with the same words and sources."""

    brand = models.ForeignKey("pages.Brand", models.CASCADE, related_name="audits")
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=60)
    subject = models.CharField(_("names to look for"), max_length=300)  # one a line: the brand's names
    cron = models.CharField(_("schedule"), max_length=60, blank=True)  # in the brand's zone; empty: by hand
    next_run_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        ordering = ("name",)
        constraints = (models.UniqueConstraint("brand", "slug", name="one_audit_per_address"),)

    def __str__(self) -> str:
        return self.name


class Recipient(models.Model):
    """Somebody of the brand who gets the report by e-mail."""

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="recipients")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = (models.UniqueConstraint("audit", "person", name="one_report_per_person"),)


class Public(models.Model):
    """Those who ask, and what they ask: each public has its own queries."""

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="publics")
    kind = models.CharField(_("public"), max_length=12, choices=PublicKind)
    name = models.CharField(_("name"), max_length=80)
    place = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)  # earlier reports still speak of it

    class Meta:
        verbose_name = _("public")
        verbose_name_plural = _("publics")
        ordering = ("place", "pk")
        constraints = (models.UniqueConstraint("audit", "name", name="one_public_per_name"),)

    def __str__(self) -> str:
        return self.name


class Query(models.Model):
    """Words a public looks for beside the brand's name; all of them must be on a page to match."""

    public = models.ForeignKey(Public, models.CASCADE, related_name="queries")
    words = models.CharField(_("words"), max_length=120)
    place = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("query")
        verbose_name_plural = _("queries")
        ordering = ("place", "pk")
        constraints = (models.UniqueConstraint("public", "words", name="one_query_per_words"),)

    def __str__(self) -> str:
        return self.words


class Source(models.Model):
    """Where an audit looks."""

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="sources")
    kind = models.CharField(_("kind"), max_length=8, choices=SourceKind)
    name = models.CharField(_("name"), max_length=80)
    feed = models.URLField(_("feed address"), max_length=500, blank=True)
    etag = models.CharField(max_length=200, blank=True)  # of the feed, for a conditional question
    modified = models.CharField(max_length=60, blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ("place", "pk")
        constraints = (models.UniqueConstraint("audit", "name", name="one_source_per_name"),)

    def __str__(self) -> str:
        return self.name


class SourceAddress(models.Model):
    """One address of a list, or one that a feed named and that was kept."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="addresses")
    url = models.URLField(max_length=1000)
    url_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint("source", "url_hash", name="one_address_per_source"),)


class Run(Leased):
    """One time an audit was carried out. A scheduled run is one per instant of the schedule."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        R.PLANNED: frozenset({R.LISTING, R.CANCELLED}),
        R.LISTING: frozenset({R.LISTING, R.COLLECTING, R.FAILED, R.CANCELLED}),
        R.COLLECTING: frozenset({R.COLLECTING, R.SCORING, R.FAILED, R.CANCELLED}),
        R.SCORING: frozenset({R.SCORING, R.DONE, R.FAILED, R.CANCELLED}),
        R.DONE: frozenset(),
        R.FAILED: frozenset(),
        R.CANCELLED: frozenset(),
    }

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    cause = models.CharField(max_length=8, choices=Cause)
    slot = models.DateTimeField(null=True, blank=True)  # the instant of the schedule
    state = models.CharField(_("state"), max_length=10, choices=R, default=R.PLANNED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)  # of a step that one worker does alone
    subject = models.CharField(max_length=300, blank=True)  # the names as they stood when it began
    queries = models.ManyToManyField(Query, related_name="runs", blank=True)  # what it asked, frozen
    mailed_at = models.DateTimeField(null=True, blank=True)  # its report was handed to the outbox

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint("audit", "number", name="runs_are_numbered"),
            models.UniqueConstraint("audit", "slot", name="one_run_per_slot"),
            models.UniqueConstraint(
                fields=("audit",),
                condition=Q(state__in=("planned", "listing", "collecting", "scoring")),
                name="one_run_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.audit} {self.number}"


class RunSource(models.Model):
    """How one source answered in one run."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="sources")
    source = models.ForeignKey(Source, models.CASCADE, related_name="answers")
    status = models.CharField(max_length=8, choices=SourceStatus, default=SourceStatus.WAITING)
    reason = models.CharField(max_length=60, blank=True)  # a code
    listed = models.PositiveIntegerField(default=0)  # addresses it named

    class Meta:
        constraints = (models.UniqueConstraint("run", "source", name="one_answer_per_source"),)


class Document(models.Model):
    """A page of the web as last read for a brand: extracted text, no markup."""

    brand = models.ForeignKey("pages.Brand", models.CASCADE, related_name="documents")
    url = models.URLField(max_length=1000)
    url_hash = models.CharField(max_length=64)
    final_url = models.URLField(max_length=1000, blank=True)
    host = models.CharField(max_length=255)
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    author = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=6, choices=PageKind, default=PageKind.OTHER)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=60, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = (models.UniqueConstraint("brand", "url_hash", name="one_document_per_address"),)


class DocumentComment(models.Model):
    """A visitor's words under a document."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="comments")
    place = models.PositiveIntegerField()
    author = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("place",)
        constraints = (models.UniqueConstraint("document", "place", name="comments_have_their_place"),)


class Fetch(Leased):
    """One address to read in one run. Stored with its document in one transaction, never read again."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        F.PLANNED: frozenset({F.FETCHING, F.FAILED}),
        F.FETCHING: frozenset({F.STORED, F.FAILED, F.PLANNED}),
        F.STORED: frozenset(),
        F.FAILED: frozenset(),
    }

    run = models.ForeignKey(Run, models.CASCADE, related_name="fetches")
    source = models.ForeignKey(Source, models.CASCADE, related_name="fetches")
    url = models.URLField(max_length=1000)
    url_hash = models.CharField(max_length=64)
    host = models.CharField(max_length=255)
    state = models.CharField(max_length=8, choices=F, default=F.PLANNED)
    code = models.CharField(max_length=40, blank=True)  # the typed fault
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # HTTP
    unchanged = models.BooleanField(default=False)  # the site said 304
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="fetches")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reading of a page")
        verbose_name_plural = _("readings of pages")
        constraints = (models.UniqueConstraint("run", "url_hash", name="one_fetch_per_address"),)
        indexes = (
            models.Index(fields=("run", "state", "next_try_at"), name="fetch_due"),
            models.Index(fields=("host",), condition=Q(state="fetching"), name="fetch_busy_hosts"),
        )

    def __str__(self) -> str:
        return self.url


class Mention(models.Model):
    """A document of one run that names the brand, as it was read then."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="mentions")
    document = models.ForeignKey(Document, models.CASCADE, related_name="mentions")
    source = models.ForeignKey(Source, models.CASCADE, related_name="mentions")
    queries = models.ManyToManyField(Query, related_name="mentions", blank=True)
    same_as = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="copies"
    )  # the original that it repeats
    title = models.CharField(max_length=300, blank=True)
    excerpt = models.CharField(max_length=600)  # the words around the name
    published_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=6, choices=PageKind)
    sentiment = models.CharField(max_length=9, choices=Sentiment)
    positive = models.FloatField()
    negative = models.FloatField()
    neutral = models.FloatField()
    model_version = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = (models.UniqueConstraint("run", "document", name="one_mention_per_document"),)


class ReportMail(models.Model):
    """The report of one run on its way to one person: once."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="mails")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    mail = models.ForeignKey("notices.Mail", models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint("run", "person", name="one_report_mail_per_person"),)
