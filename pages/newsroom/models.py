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

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = (models.UniqueConstraint("page", "email_hash", name="one_subscription_per_address"),)
        indexes = (models.Index(fields=("page", "state"), name="subscriber_state"),)
