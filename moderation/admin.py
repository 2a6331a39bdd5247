"""Moderation in the back office: where things stand, without a word of any visitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _

from cm_suite.core.errors import NextStep
from moderation.messages.acts import closed_words, code_words
from moderation.messages.law import label_name
from moderation.messages.marks import risk
from moderation.models import Action, Comment, Decision, Evidence, ListeningCheck, Review, Watch
from moderation.services.watching import POLLING
from pages.admin_scope import BrandScopedAdmin
from pages.messages import Words

SHORT: Final = 12  # characters of a digest in a list
STEPS: Final[Mapping[str, Words]] = {
    NextStep.EDIT: _("Change what is sent"),
    NextStep.RECONNECT: _("Reconnect the page"),
    NextStep.PAY: _("Pay the network"),
    NextStep.CONTACT: _("Ask the network"),
    NextStep.NONE: _("Nothing can be done"),
}


def _step(step: str) -> Words:
    return STEPS.get(step, step)


def _watched(state: str) -> Words:
    return _("Being read") if state == POLLING else _("Waiting")


def _grave(severity: int) -> Words:
    return risk(severity).word


@register(Watch)
class WatchAdmin(BrandScopedAdmin):
    """How far the comments of each page were read."""

    brand_path = "page__brand"
    list_display = ("page", "kind", "state", "polled_at", "next_at", "code")
    list_select_related = ("page",)
    fields = ("page", "kind", "state", "polled_at", "next_at", "code")
    labels: ClassVar = {
        "kind": _("kind"),
        "state": _("state"),
        "polled_at": _("last look"),
        "next_at": _("next look"),
        "code": _("explanation"),
    }
    readings: ClassVar = {"state": _watched, "code": code_words}


@register(ListeningCheck)
class ListeningCheckAdmin(BrandScopedAdmin):
    """What the networks showed each day, and how much of it we held."""

    brand_path = "page__brand"
    list_display = ("day", "page", "kind", "seen", "stored", "taken", "code")
    list_select_related = ("page",)
    list_filter = ("kind",)
    date_hierarchy = "day"
    fields = ("day", "page", "kind", "seen", "stored", "taken", "code", "at")
    labels: ClassVar = {
        "day": _("day"),
        "kind": _("kind"),
        "seen": _("shown by the network"),
        "stored": _("held here"),
        "taken": _("taken in late"),
        "code": _("explanation"),
        "at": _("when"),
    }
    readings: ClassVar = {"code": code_words}


@register(Comment)
class CommentAdmin(BrandScopedAdmin):
    """Which comments were taken in; the words are read in the queue only."""

    brand_path = "page__brand"
    list_display = ("number", "page", "kind", "presence", "revision", "published_at", "seen_at", "notices")
    list_select_related = ("page",)
    list_filter = ("page", "kind", "presence")
    date_hierarchy = "seen_at"
    fields = (
        "page",
        "kind",
        "presence",
        "revision",
        "published_at",
        "edited_at",
        "seen_at",
        "checked_at",
        "notices",
    )
    labels: ClassVar = {
        "kind": _("kind"),
        "revision": _("wording"),
        "published_at": _("written"),
        "edited_at": _("edited on"),
        "checked_at": _("last look"),
        "notices": _("formal notices"),
    }

    @display(description=_("number"), ordering="pk")
    def number(self, obj: Comment) -> int:
        """What the comment is called by: its words are not shown."""
        return obj.pk


@register(Review)
class ReviewAdmin(BrandScopedAdmin):
    """What people had to look at."""

    brand_path = "comment__page__brand"
    list_display = ("opened_at", "review_page", "state", "label", "severity", "due_at", "claimed_by")
    list_select_related = ("comment__page", "claimed_by")
    list_filter = ("state", "notified")
    date_hierarchy = "opened_at"
    fields = (
        "state",
        "label",
        "severity",
        "qualified",
        "notified",
        "known_at",
        "due_at",
        "opened_at",
        "claimed_by",
        "closed_at",
        "close_code",
    )
    labels: ClassVar = {
        "label": _("label"),
        "severity": _("severity"),
        "qualified": _("qualified"),
        "notified": _("formal notice"),
        "known_at": _("known since"),
        "due_at": _("to decide by"),
        "opened_at": _("opened on"),
        "claimed_by": _("in the hands of"),
        "closed_at": _("closed on"),
        "close_code": _("why it was closed"),
    }
    readings: ClassVar = {"label": label_name, "severity": _grave, "close_code": closed_words}

    @display(description=_("page"))
    def review_page(self, obj: Review) -> str:
        """The page whose comment it is."""
        return obj.comment.page.name


@register(Decision)
class DecisionAdmin(BrandScopedAdmin):
    """Who decided what, and when; reasons are read on the comment's own page."""

    brand_path = "review__comment__page__brand"
    list_display = ("at", "act", "label", "by", "final", "alone")
    list_select_related = ("by",)
    list_filter = ("act", "final")
    date_hierarchy = "at"
    fields = ("act", "label", "revision", "by", "at", "final", "alone")
    labels: ClassVar = {
        "act": _("decision"),
        "label": _("label"),
        "revision": _("wording"),
        "by": _("by"),
        "at": _("when"),
        "final": _("final"),
        "alone": _("by one person alone"),
    }
    readings: ClassVar = {"label": label_name}


@register(Action)
class ActionAdmin(BrandScopedAdmin):
    """What was carried to the networks. The engine owns every column."""

    brand_path = "decision__review__comment__page__brand"
    list_display = ("created_at", "state", "code", "tries", "next_attempt_at", "done_at")
    list_filter = ("state",)
    fields = ("state", "code", "step", "tries", "next_attempt_at", "created_at", "done_at")
    labels: ClassVar = {
        "code": _("explanation"),
        "step": _("step"),
        "tries": _("tries"),
        "next_attempt_at": _("next attempt"),
        "created_at": _("asked on"),
        "done_at": _("done on"),
    }
    readings: ClassVar = {"code": code_words, "step": _step}


@register(Evidence)
class EvidenceAdmin(BrandScopedAdmin):
    """Sealed copies: their digests and signatures, never what they hold."""

    brand_path = "comment__page__brand"
    list_display = ("at", "short_digest", "short_signer", "ledger_count", "erased_at")
    date_hierarchy = "at"
    fields = ("digest", "signature", "signer", "ledger_count", "ledger_hash", "at", "erased_at")
    labels: ClassVar = {
        "digest": _("digest"),
        "signature": _("signature"),
        "signer": _("signing key"),
        "ledger_count": _("lines of the ledger then"),
        "ledger_hash": _("hash of the ledger then"),
        "at": _("when"),
        "erased_at": _("erased on"),
    }

    @display(description=_("digest"))
    def short_digest(self, obj: Evidence) -> str:
        """Enough of it to compare by eye."""
        return obj.digest[:SHORT]

    @display(description=_("signing key"))
    def short_signer(self, obj: Evidence) -> str:
        """Enough of it to compare by eye."""
        return obj.signer[:SHORT]
