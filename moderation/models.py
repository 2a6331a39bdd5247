"""Comments as they were taken in, what the rules said of them, and what people decided and did."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cm_suite.core.crypto import EncryptedTextField
from cm_suite.core.errors import NextStep, Outcome
from cm_suite.core.leases import Leased
from moderation.enums import ActionState, Decided, Kind, Presence, Reminder, ReviewState, WatchKind
from moderation.risk.labels import Label, Target

R = ReviewState
A = ActionState
LABELS = [(label.value, label.value) for label in Label]


class Watch(Leased):
    """How far one kind of what people write was read. `mark` is the network's own; Redis may forget it.

    One kind of a page is read at a time: the database itself refuses a second.
    """

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        "idle": frozenset({"polling"}),
        "polling": frozenset({"idle", "polling"}),
    }

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=12, default=WatchKind.COMMENTS, choices=WatchKind)
    mark = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, default="idle", choices=[("idle", "idle"), ("polling", "polling")])
    next_at = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)  # when somebody last said that there is news
    polled_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)  # turns failed since the last good one
    code = models.CharField(max_length=60, blank=True)  # why the last turn failed, if so

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        constraints = (
            models.UniqueConstraint("page", "kind", name="one_watch_per_page_and_kind"),
            models.UniqueConstraint(
                fields=("page",), condition=Q(state="polling"), name="one_kind_of_a_page_is_read_at_a_time"
            ),
        )
        indexes = (models.Index(fields=("state", "polled_at"), name="watch_turn"),)


class ListeningCheck(models.Model):
    """One day's comparison of what a network shows with what we held, for one kind of a page.

    `stored`: how many of the `seen` we held before the check; what was missing was taken in by it (`taken`).
    """

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="listening_checks")
    kind = models.CharField(max_length=12, choices=WatchKind)
    day = models.DateField()  # in UTC
    seen = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=60, blank=True)  # why the network could not be asked, if so
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("listening check")
        verbose_name_plural = _("listening checks")
        constraints = (models.UniqueConstraint("page", "kind", "day", name="one_check_a_day"),)
        indexes = (models.Index(fields=("day",), name="listening_check_day"),)


class HookReceipt(models.Model):
    """A call from a network that was heard, once: its body's digest, never the body."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)


class Comment(models.Model):
    """The ingest copy of one comment; `text` is its latest revision's.

    `conversation` is a private message's, as its network names it.
    """

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="comments")
    remote_id = models.CharField(max_length=300)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.COMMENT)
    conversation = models.CharField(max_length=300, blank=True)
    thread = models.ForeignKey(
        "pages.ThreadSnapshot", models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    parent_remote_id = models.CharField(max_length=300, blank=True)
    author_remote_id = models.CharField(max_length=300, blank=True)
    author_name = models.CharField(_("author"), max_length=200, blank=True)
    author_handle = models.CharField(max_length=200, blank=True)
    author_url = models.URLField(max_length=500, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    text = models.TextField(_("text"))
    language = models.CharField(max_length=8, blank=True)
    revision = models.PositiveIntegerField(default=1)
    presence = models.CharField(_("presence"), max_length=8, choices=Presence, default=Presence.VISIBLE)
    published_at = models.DateTimeField(null=True, blank=True)  # first available, as the network says
    edited_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"))  # when we took it in
    checked_at = models.DateTimeField(null=True, blank=True)  # when the network was last asked about it
    notified_at = models.DateTimeField(null=True, blank=True)  # first formal notice about it
    notices = models.PositiveIntegerField(default=0)
    notices_answered = models.PositiveIntegerField(default=0)  # how many of them were told what was decided
    answer_at = models.DateTimeField(null=True, blank=True)  # when to try again to tell them
    by_page = models.BooleanField(default=False)  # written by the page itself: never reviewed
    clipped = models.BooleanField(default=False)  # longer than what is stored
    erased_at = models.DateTimeField(null=True, blank=True)  # its words and author were erased
    forgotten = models.CharField(max_length=64, blank=True)  # what told its wording apart: no longer kept

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("-seen_at", "-pk")
        constraints = (models.UniqueConstraint("page", "remote_id", name="one_copy_per_comment"),)
        indexes = (
            models.Index(fields=("page", "-seen_at"), name="comment_recent"),
            models.Index(fields=("page", "author_remote_id"), name="comment_author"),
            models.Index(fields=("page", "parent_remote_id"), name="comment_parent"),
            models.Index(
                fields=("page", "conversation"), name="comment_conversation", condition=~Q(conversation="")
            ),
            models.Index(
                fields=("answer_at",), name="comment_notified", condition=Q(notices__gt=F("notices_answered"))
            ),
        )


class Revision(models.Model):
    """One wording of a comment. The first is number 1; none is ever changed, save to erase a person.

    `whole` tells two wordings apart that differ beyond what is stored: a keyed hash, only where `clipped`.
    """

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    clipped = models.BooleanField(default=False)
    whole = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint("comment", "number", name="revisions_are_numbered"),)


class Assessment(models.Model):
    """What one version of the rules says of one revision."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="assessments")
    revision = models.PositiveIntegerField()
    model_version = models.CharField(max_length=40)
    flag = models.BooleanField()
    score = models.FloatField()
    severity = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=24, choices=LABELS)  # the first of its labels
    target = models.CharField(max_length=24, choices=[(t.value, t.value) for t in Target])
    language = models.CharField(max_length=8, blank=True)
    partial = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = (
            models.UniqueConstraint(
                "comment", "revision", "model_version", name="one_assessment_per_version"
            ),
        )


class Qualification(models.Model):
    """One reading in law, the most probable first (`rank` 0)."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="qualifications")
    rank = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=24, choices=LABELS)
    article = models.CharField(max_length=120, blank=True)
    confidence = models.FloatField()

    class Meta:
        ordering = ("rank",)
        constraints = (models.UniqueConstraint("assessment", "rank", name="qualifications_are_ranked"),)


class Element(models.Model):
    """One element of a qualification: found in the words, or to be checked."""

    qualification = models.ForeignKey(Qualification, models.CASCADE, related_name="elements")
    place = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    found = models.BooleanField()

    class Meta:
        ordering = ("place",)


class Span(models.Model):
    """The words a reading rests on: code-point offsets in the revision's text."""

    qualification = models.ForeignKey(Qualification, models.CASCADE, related_name="spans")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    source = models.CharField(max_length=80)

    class Meta:
        ordering = ("start",)


class Review(Leased):
    """A comment that a person must look at. At most one is open for a comment."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        R.WAITING: frozenset({R.CLAIMED, R.CLOSED, R.WAITING}),
        R.CLAIMED: frozenset({R.CLAIMED, R.WAITING, R.SECOND, R.DECIDED, R.CLOSED}),
        R.SECOND: frozenset({R.SECOND, R.WAITING, R.DECIDED, R.CLOSED}),
        R.DECIDED: frozenset(),
        R.CLOSED: frozenset(),
    }

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reviews")
    state = models.CharField(_("state"), max_length=8, choices=R, default=R.WAITING)
    label = models.CharField(
        max_length=24, choices=LABELS, blank=True
    )  # as assessed, or retained by a person
    severity = models.PositiveSmallIntegerField(default=0)
    qualified = models.BooleanField(default=False)  # a legal label: keeping it takes two people
    notified = models.BooleanField(default=False)  # a formal notice puts it on top
    asked_by_person = models.BooleanField(default=False)  # opened from the list of comments, not by the rules
    known_at = models.DateTimeField()  # the prudent start of the removal clock
    due_at = models.DateTimeField(null=True, blank=True)  # our own target, not law
    opened_at = models.DateTimeField()
    notices = models.PositiveIntegerField(default=0)  # formal notices this review takes account of
    first_claimed_at = models.DateTimeField(null=True, blank=True)
    reminded = models.CharField(max_length=8, blank=True, choices=[(r.value, r.value) for r in Reminder if r])
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_since = models.BooleanField(default=False)  # edited while it was under review
    closed_at = models.DateTimeField(null=True, blank=True)
    close_code = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = (
            models.UniqueConstraint(
                fields=("comment",),
                condition=Q(state__in=("waiting", "claimed", "second")),
                name="one_open_review_per_comment",
            ),
        )
        indexes = (models.Index(fields=("state", "-notified", "-severity", "due_at"), name="review_queue"),)


class Decision(models.Model):
    """What one person decided of one revision, and why. Never changed; undoing is another decision.

    A review ends with one `final` decision at most. Where two people are asked, the first decision is not
    final; the second person's `confirms` it: final with the same act when they agree (`agrees`), or not.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="decisions")
    act = models.CharField(max_length=8, choices=Decided)
    label = models.CharField(max_length=24, choices=LABELS, blank=True)  # retained by the person
    reason = models.CharField(_("reason"), max_length=500)
    told = models.CharField(max_length=500, blank=True)  # what the author may read
    text = models.TextField(blank=True)  # of a reply
    revision = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    confirms = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="confirmed_by"
    )
    agrees = models.BooleanField(default=True)  # false: it answers `confirms` with a no, or takes it back
    alone = models.BooleanField(default=False)  # one person confirmed twice: nobody else could
    final = models.BooleanField(default=False)  # what is carried out

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("at", "pk")


class Action(Leased):
    """A final decision carried to the network."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        A.PLANNED: frozenset({A.CLAIMED, A.CANCELLED, A.DONE}),
        A.CLAIMED: frozenset({A.SENDING, A.PLANNED, A.REJECTED, A.DONE, A.CANCELLED}),
        A.SENDING: frozenset({A.DONE, A.PLANNED, A.REJECTED, A.UNKNOWN}),
        A.UNKNOWN: frozenset({A.UNKNOWN, A.DONE, A.PLANNED, A.NEEDS_PERSON}),
        A.NEEDS_PERSON: frozenset({A.DONE, A.PLANNED, A.CANCELLED}),
        A.REJECTED: frozenset({A.PLANNED, A.CANCELLED, A.DONE}),
        A.CANCELLED: frozenset({A.DONE}),  # the network's yes is always kept
        A.DONE: frozenset(),
    }

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="action")
    key = models.CharField(max_length=32, unique=True)  # stable, known to the network where it takes one
    state = models.CharField(_("state"), max_length=12, choices=A, default=A.PLANNED)
    text = models.TextField(blank=True)  # of a reply
    remote_id = models.CharField(max_length=300, blank=True)  # of the reply, once it stands
    remote_url = models.URLField(max_length=500, blank=True)
    code = models.CharField(max_length=60, blank=True)
    step = models.CharField(max_length=10, choices=[(n.value, n.value) for n in NextStep], blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        indexes = (
            models.Index(fields=("state", "next_attempt_at"), name="action_due"),
            models.Index(fields=("lease_until",), name="action_lease", condition=~Q(lease_until=None)),
        )


class ActionAttempt(models.Model):
    """One call for an action, written before it."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=[(o.value, o.value) for o in Outcome], blank=True)
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint("action", "number", name="action_attempts_are_numbered"),)


class Evidence(models.Model):
    """A sealed copy made before a removal: encrypted under its own key, signed by the installation.

    Erasing a person empties `key`; the row, its digest and its signature stay.
    """

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="evidence")
    decision = models.OneToOneField(Decision, models.SET_NULL, null=True, blank=True, related_name="evidence")
    key = EncryptedTextField(blank=True)
    sealed = models.TextField()  # the record, under `key`
    digest = models.CharField(max_length=64)  # SHA-256 of the record
    signature = models.CharField(max_length=128)  # Ed25519 over what `verify_evidence` documents
    signer = models.CharField(max_length=64)  # the public key, url-safe base64
    ledger_count = models.PositiveBigIntegerField()
    ledger_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("pieces of evidence")
        ordering = ("at",)
