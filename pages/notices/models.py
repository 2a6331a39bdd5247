"""Notices to people of the house, and the outbox every e-mail leaves through."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cm_suite.core.crypto import EncryptedTextField
from cm_suite.core.leases import Leased
from pages.notices.enums import MailKind, MailState, NoticeKind


class Notice(models.Model):
    """One thing one person should know: a kind, what it is about, and where to go."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    brand = models.ForeignKey("pages.Brand", models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    key = models.CharField(max_length=80)  # the event told, so that a second telling changes nothing
    subject = models.CharField(max_length=200)
    link = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-at",)
        constraints = (models.UniqueConstraint("person", "key", name="one_notice_per_event"),)
        indexes = (models.Index(fields=("person", "brand", "read_at"), name="notice_unread"),)


class NoticePreference(models.Model):
    """How one person wants to hear of one kind; without a row, `rules.default_ways` says."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    in_app = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("notice preference")
        verbose_name_plural = _("notice preferences")
        constraints = (models.UniqueConstraint("person", "kind", name="one_preference_per_kind"),)


class Mail(Leased):
    """One e-mail to one address.

    *claimed*: somebody's to send, nothing has left. *sending*: written right before the message itself.
    An answer lost after that is *unknown*: shown, not sent again.
    """

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        MailState.PLANNED: frozenset({MailState.CLAIMED}),
        MailState.CLAIMED: frozenset({MailState.SENDING, MailState.PLANNED, MailState.REFUSED}),
        MailState.SENDING: frozenset(
            {MailState.SENT, MailState.PLANNED, MailState.REFUSED, MailState.UNKNOWN}
        ),
        MailState.SENT: frozenset(),
        MailState.REFUSED: frozenset({MailState.PLANNED}),
        MailState.UNKNOWN: frozenset({MailState.PLANNED, MailState.SENT}),
    }

    brand = models.ForeignKey(
        "pages.Brand", models.CASCADE, null=True, blank=True, related_name="mails", verbose_name=_("brand")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=MailKind)
    key = models.CharField(max_length=120, unique=True)  # what this mail is for: asked twice, sent once
    message_id = models.CharField(max_length=120, unique=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="fr")
    to = EncryptedTextField()
    subject = EncryptedTextField()
    text = EncryptedTextField(blank=True)  # emptied once the mail is away
    html = EncryptedTextField(blank=True)
    unsubscribe_url = EncryptedTextField(blank=True)
    emptied = models.BooleanField(default=False)  # no words left: it cannot be sent again
    state = models.CharField(_("state"), max_length=8, choices=MailState, default=MailState.PLANNED)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    code = models.CharField(_("code"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    settled_reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = (models.Index(fields=("state", "next_attempt_at"), name="mail_due"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
