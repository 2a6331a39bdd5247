"""Content, deliveries, attempts, caps: what is planned, what was sent, what came of it."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cm_suite.core import clock
from cm_suite.core.errors import NextStep, Outcome
from cm_suite.core.leases import Leased
from cm_suite.core.text import clip
from pages.networks.types import Metric
from publishing.enums import ContentType, DeliveryState, FollowUpState, FollowUpTask, HoldReason

S = DeliveryState
F = FollowUpState


def delivery_key() -> str:
    """Make the stable key of a delivery, known to the network before the send."""
    return uuid.uuid4().hex


class Post(models.Model):
    """Content of a brand, before and after it goes out. `version` refuses a lost update."""

    brand = models.ForeignKey("pages.Brand", models.CASCADE, related_name="posts", verbose_name=_("brand"))
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # the form's
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="posts", verbose_name=_("author")
    )
    text = models.TextField(_("text"), max_length=70_000)
    link = models.URLField(_("link"), max_length=500, blank=True)
    content_type = models.CharField(
        _("content type"), max_length=12, choices=ContentType, default=ContentType.INFORMATION
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    discarded_at = models.DateTimeField(_("discarded"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("brand", "-updated_at"), name="post_brand_recent"),)

    def __str__(self) -> str:
        return clip(" ".join(self.text.split()) or self.link, 60)


class StoredImage(models.Model):
    """The bytes of an image, re-encoded here; in the database, which all hosts share. Kept once a content.

    `small` is the copy that lists show. What no post uses is forgotten some days after `created_at`.
    """

    sha256 = models.CharField(max_length=64)
    brand = models.ForeignKey("pages.Brand", models.CASCADE, related_name="+")
    content = models.BinaryField()
    small = models.BinaryField(default=bytes)
    media_type = models.CharField(max_length=20)
    small_type = models.CharField(max_length=20, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()  # bytes
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("stored image")
        verbose_name_plural = _("stored images")
        constraints = (models.UniqueConstraint("brand", "sha256", name="one_copy_per_brand_and_image"),)

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


class PostImage(models.Model):
    """An image of a post, in its place, with its alternative text."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="images")
    stored = models.ForeignKey(StoredImage, models.RESTRICT, related_name="uses")
    place = models.PositiveSmallIntegerField()
    alt = models.CharField(_("alternative text"), max_length=1500, blank=True)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ("place", "pk")
        constraints = (models.UniqueConstraint("post", "place", name="one_image_per_place"),)

    def __str__(self) -> str:
        return clip(self.alt, 60) or str(self.stored)


class Delivery(Leased):
    """One post on one page at one time.

    A move from a state to itself keeps the row where it is and changes its time: planned at another time,
    unknown and looked at again. `published` is also reached from states after `sending`: the network's yes
    may come when the lease has run out, and it is still a yes.
    """

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        S.PLANNED: frozenset({S.PLANNED, S.CLAIMED, S.HELD, S.MISSED, S.CANCELLED, S.PUBLISHED}),
        S.HELD: frozenset({S.PLANNED, S.MISSED, S.CANCELLED, S.PUBLISHED}),
        S.CLAIMED: frozenset(
            {S.SENDING, S.PROCESSING, S.PLANNED, S.HELD, S.REJECTED, S.MISSED, S.CANCELLED, S.PUBLISHED}
        ),
        S.SENDING: frozenset(
            {S.PUBLISHED, S.PROCESSING, S.PARTIAL, S.REJECTED, S.PLANNED, S.HELD, S.UNKNOWN}
        ),
        S.PROCESSING: frozenset({S.CLAIMED, S.MISSED, S.PUBLISHED}),
        S.UNKNOWN: frozenset({S.UNKNOWN, S.PUBLISHED, S.PLANNED, S.NEEDS_PERSON}),
        S.NEEDS_PERSON: frozenset({S.PUBLISHED, S.MISSED}),
        S.MISSED: frozenset({S.PLANNED, S.CANCELLED, S.PUBLISHED}),
        S.REJECTED: frozenset({S.PLANNED, S.CANCELLED, S.PUBLISHED}),
        S.PUBLISHED: frozenset({S.REMOVED}),
        S.PARTIAL: frozenset({S.REMOVED}),
        S.CANCELLED: frozenset({S.PLANNED, S.PUBLISHED}),
        S.REMOVED: frozenset(),
    }

    post = models.ForeignKey(Post, models.CASCADE, related_name="deliveries", verbose_name=_("post"))
    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="deliveries", verbose_name=_("page"))
    key = models.CharField(max_length=32, unique=True, default=delivery_key)
    state = models.CharField(_("state"), max_length=12, choices=S, default=S.PLANNED)
    due_at = models.DateTimeField(_("planned for"))
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    hold_reason = models.CharField(_("why it is held"), max_length=10, choices=HoldReason, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True)  # why it stands where it stands
    step = models.CharField(max_length=10, choices=[(n.value, n.value) for n in NextStep], blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)  # of the present step; spaces the next
    reason = models.CharField(_("reason"), max_length=300, blank=True)  # why a person removed it
    remote_id = models.CharField(_("number on the network"), max_length=300, blank=True)
    remote_url = models.URLField(_("address"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("planned by")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("due_at", "pk")
        constraints = (models.UniqueConstraint("post", "page", name="one_delivery_per_post_and_page"),)
        indexes = (
            models.Index(fields=("state", "due_at"), name="delivery_due"),
            models.Index(fields=("page", "due_at"), name="delivery_page_due"),
            models.Index(fields=("lease_until",), name="delivery_lease", condition=~Q(lease_until=None)),
        )

    def __str__(self) -> str:
        return f"{self.page}: {self.post}"


class Attempt(models.Model):
    """One send, written before the call: what was sent, when, and what came of it.

    `prepared`: what the network was about to show by that call, where it can be asked about.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=64)
    prepared = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=[(o.value, o.value) for o in Outcome], blank=True)
    code = models.CharField(max_length=60, blank=True)
    remote_id = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint("delivery", "number", name="attempts_are_numbered"),)


class PreparedMedia(models.Model):
    """An upload or a container that a network holds for a delivery and shows to nobody yet.

    `name` is made by the network's client, of what it is and the fingerprint of all that it was made of.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="prepared")
    name = models.CharField(max_length=80)
    remote_id = models.CharField(max_length=300)
    kept_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint("delivery", "name", name="one_prepared_per_name"),)
        indexes = (models.Index(fields=("until",), name="prepared_until"),)


class Cap(models.Model):
    """At most `at_most` posts on the page in any rolling window of `hours`."""

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="caps", verbose_name=_("page"))
    at_most = models.PositiveSmallIntegerField(_("at most"))
    hours = models.PositiveIntegerField(_("in any window of (hours)"))

    class Meta:
        verbose_name = _("cap")
        verbose_name_plural = _("caps")
        ordering = ("hours",)
        constraints = (
            models.UniqueConstraint("page", "hours", name="one_cap_per_window"),
            models.CheckConstraint(condition=Q(at_most__gte=1) & Q(hours__gte=1), name="cap_is_positive"),
        )

    def __str__(self) -> str:
        return f"{self.page} · {self.at_most} / {self.hours} h"


class Gap(models.Model):
    """The least time between two posts on the page."""

    page = models.OneToOneField("pages.Page", models.CASCADE, related_name="gap", verbose_name=_("page"))
    minutes = models.PositiveIntegerField(_("least gap (minutes)"))

    class Meta:
        verbose_name = _("least gap")
        verbose_name_plural = _("least gaps")

    def __str__(self) -> str:
        return f"{self.page} · {self.minutes} min"


class Override(models.Model):
    """A person who let a delivery pass over a rule, and why. It counts for that time only."""

    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="overrides", verbose_name=_("delivery")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    reason = models.CharField(_("reason"), max_length=300)
    for_due_at = models.DateTimeField(_("for the time"))
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")

    def __str__(self) -> str:
        return f"{self.delivery.page} · {clip(self.reason, 60)}"


class FollowUp(Leased):
    """What must follow a change of state, with its own retries: written with the change, done after it."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        F.WAITING: frozenset({F.DOING}),
        F.DOING: frozenset({F.DONE, F.WAITING}),
        F.DONE: frozenset(),
    }

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="follow_ups")
    task = models.CharField(max_length=8, choices=FollowUpTask)
    state = models.CharField(max_length=8, choices=F, default=F.WAITING)
    event = models.CharField(max_length=12, choices=S)
    attempt = models.ForeignKey(Attempt, models.CASCADE, null=True, related_name="+")  # the event is about
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("state", "next_try_at"), name="follow_up_due"),)


class PostFigure(models.Model):
    """One count of one delivery, the last of its day (UTC), under the network's own word and API version."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="figures")
    day = models.DateField()
    metric = models.CharField(max_length=16, choices=[(m.value, m.value) for m in Metric])
    value = models.BigIntegerField()
    name = models.CharField(max_length=80)
    version = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "delivery", "day", "metric", "name", name="one_figure_per_day_and_metric"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} · {self.metric}"
