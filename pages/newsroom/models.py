"""The brand's own public page: its posts, its subscribers, its digests."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cm_suite.core.crypto import EncryptedTextField


class SubscriberState(TextChoices):
    PENDING = "pending", _("To confirm")
    ACTIVE = "active", _("Subscribed")
    LEFT = "left", pgettext_lazy("subscriber", "Left")


class CommentMode(TextChoices):
    """When a comment shows. Approving one before it shows creates knowledge of it."""

    PUBLISH_FIRST = "publish", _("Publish, then moderate")
    MODERATE_FIRST = "moderate", _("Moderate before publishing")
    CLOSED = "closed", _("No comments")


class CommentState(TextChoices):
    PENDING = "pending", _("Waiting for approval")
    VISIBLE = "visible", _("Visible")
    HIDDEN = "hidden", _("Hidden")  # by the page; can be shown again
    REMOVED = "removed", pgettext_lazy("comment", "Removed")  # by the page, for good
    WITHDRAWN = "withdrawn", _("Withdrawn")  # by its author


class CommentRules(models.Model):
    """How one newsroom takes comments; without a row, PUBLISH_FIRST."""

    page = models.OneToOneField("pages.Page", models.CASCADE, related_name="comment_rules")
    mode = models.CharField(
        _("comments"), max_length=8, choices=CommentMode, default=CommentMode.PUBLISH_FIRST
    )

    class Meta:
        verbose_name = _("comment rules")
        verbose_name_plural = _("comment rules")


class NewsroomPost(models.Model):
    """A post on the public page. `key` is the delivery's: asked twice, it is published once."""

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="newsroom_posts")
    key = models.CharField(max_length=64)
    text = models.TextField()
    link = models.URLField(max_length=500, blank=True)
    content_type = models.CharField(max_length=12)
    language = models.CharField(max_length=5)
    published_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("newsroom post")
        verbose_name_plural = _("newsroom posts")
        ordering = ("-published_at", "-pk")
        constraints = (models.UniqueConstraint("page", "key", name="one_post_per_delivery"),)
        indexes = (models.Index(fields=("page", "-published_at"), name="newsroom_recent"),)


class NewsroomImage(models.Model):
    """An image of a post on the public page, in its place: as a screen shows it, and a small copy."""

    post = models.ForeignKey(NewsroomPost, models.CASCADE, related_name="images")
    place = models.PositiveSmallIntegerField()
    alt = models.CharField(_("alternative text"), max_length=1500, blank=True)
    content = models.BinaryField()
    media_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    small = models.BinaryField()
    small_type = models.CharField(max_length=20)
    small_width = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("newsroom image")
        verbose_name_plural = _("newsroom images")
        ordering = ("place", "pk")
        constraints = (models.UniqueConstraint("post", "place", name="one_newsroom_image_per_place"),)


class Subscriber(models.Model):
    """A follower of the newsroom by e-mail, real once the address is confirmed."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        SubscriberState.PENDING: frozenset({SubscriberState.ACTIVE, SubscriberState.LEFT}),
        SubscriberState.ACTIVE: frozenset({SubscriberState.LEFT}),
        SubscriberState.LEFT: frozenset({SubscriberState.PENDING}),
    }

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="subscribers")
    email = EncryptedTextField(blank=True)  # emptied when they leave
    email_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="fr")
    state = models.CharField(max_length=8, choices=SubscriberState, default=SubscriberState.PENDING)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField(null=True, blank=True)  # posts up to here were in a digest
    unasked = models.ForeignKey(  # left by the mail program, and not asked why yet; emptied with the answer
        "pages.Departure", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = (models.UniqueConstraint("page", "email_hash", name="one_subscription_per_address"),)
        indexes = (models.Index(fields=("page", "state"), name="subscriber_state"),)


class Arrival(models.Model):
    """A follower gained. A row for each confirmation, kept when its subscription ends or is forgotten."""

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="arrivals", verbose_name=_("page"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        indexes = (models.Index(fields=("page", "at"), name="arrival_page_at"),)


class NewsroomComment(models.Model):
    """A visitor's words under a post. `changed_at` is the watermark readers go by.

    `parent` is the comment it answers, `root` the first one of its thread; both are empty on that first one.
    """

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        CommentState.PENDING: frozenset(
            {CommentState.VISIBLE, CommentState.HIDDEN, CommentState.REMOVED, CommentState.WITHDRAWN}
        ),
        CommentState.VISIBLE: frozenset(
            {CommentState.HIDDEN, CommentState.REMOVED, CommentState.WITHDRAWN, CommentState.PENDING}
        ),
        CommentState.HIDDEN: frozenset({CommentState.VISIBLE, CommentState.REMOVED, CommentState.WITHDRAWN}),
        CommentState.REMOVED: frozenset(),
        CommentState.WITHDRAWN: frozenset(),
    }

    post = models.ForeignKey(NewsroomPost, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="answers")
    root = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="below")
    key = models.CharField(max_length=64, unique=True)  # the form's, or the reply's: sent twice, written once
    by_brand = models.BooleanField(default=False)
    author_name = models.CharField(_("name"), max_length=60)
    author_mark = models.CharField(max_length=64, blank=True)  # keyed hash of the address given, if any
    email = EncryptedTextField(blank=True)  # never shown
    token_hash = models.CharField(max_length=64, unique=True)  # opens the author's own page
    text = models.TextField(_("comment"))
    language = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=9, choices=CommentState)
    version = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=500, blank=True)  # why the page took it away: the author may read it
    written_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True)  # first made public
    edited_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("newsroom comment")
        verbose_name_plural = _("newsroom comments")
        ordering = ("written_at", "pk")
        indexes = (
            models.Index(fields=("post", "state", "written_at"), name="newsroom_thread"),
            models.Index(fields=("changed_at", "id"), name="newsroom_comment_changed"),
        )


class CommentReport(models.Model):
    """A notice in the sense of article 16 of the DSA: reasons, exact address, who, good faith."""

    comment = models.ForeignKey(NewsroomComment, models.CASCADE, related_name="reports")
    key = models.CharField(max_length=64, unique=True)
    reasons = EncryptedTextField()
    address = models.URLField(max_length=500)
    name = EncryptedTextField()
    email = EncryptedTextField()
    good_faith = models.BooleanField()
    language = models.CharField(max_length=5)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=8, blank=True, choices=[("removed", "removed"), ("kept", "kept")])

    class Meta:
        verbose_name = _("report of a comment")
        verbose_name_plural = _("reports of comments")
        ordering = ("at",)
