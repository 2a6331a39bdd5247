"""Moderation in the back office: where things stand, without a word of any visitor."""

from __future__ import annotations

from django.contrib.admin import register

from moderation.models import Action, Comment, Decision, Evidence, ListeningCheck, Review, Watch
from pages.admin_scope import BrandScopedAdmin


@register(Watch)
class WatchAdmin(BrandScopedAdmin):
    """How far the comments of each page were read."""

    brand_path = "page__brand"
    list_display = ("page", "kind", "state", "polled_at", "next_at", "code")
    list_select_related = ("page",)
    fields = ("page", "kind", "state", "polled_at", "next_at", "code")


@register(ListeningCheck)
class ListeningCheckAdmin(BrandScopedAdmin):
    """What the networks showed each day, and how much of it we held."""

    brand_path = "page__brand"
    list_display = ("day", "page", "kind", "seen", "stored", "taken", "code")
    list_select_related = ("page",)
    list_filter = ("kind",)
    date_hierarchy = "day"
    fields = ("day", "page", "kind", "seen", "stored", "taken", "code", "at")


@register(Comment)
class CommentAdmin(BrandScopedAdmin):
    """Which comments were taken in; the words are read in the queue only."""

    brand_path = "page__brand"
    list_display = ("pk", "page", "kind", "presence", "revision", "published_at", "seen_at", "notices")
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


@register(Action)
class ActionAdmin(BrandScopedAdmin):
    """What was carried to the networks. The engine owns every column."""

    brand_path = "decision__review__comment__page__brand"
    list_display = ("created_at", "state", "code", "tries", "next_attempt_at", "done_at")
    list_filter = ("state",)
    fields = ("state", "code", "step", "tries", "next_attempt_at", "created_at", "done_at")


@register(Evidence)
class EvidenceAdmin(BrandScopedAdmin):
    """Sealed copies: their digests and signatures, never what they hold."""

    brand_path = "comment__page__brand"
    list_display = ("at", "digest", "signer", "ledger_count", "erased_at")
    date_hierarchy = "at"
    fields = ("digest", "signature", "signer", "ledger_count", "ledger_hash", "at", "erased_at")
