"""Posts, deliveries and rules in the back office: to look at, never to push by hand."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from pages.admin_scope import BrandScopedAdmin
from pages.messages import Words, reason
from pages.selectors.links import post_url
from publishing.enums import EngineCode
from publishing.models import Cap, Delivery, Gap, Override, Post, PostImage


@register(Post)
class PostAdmin(BrandScopedAdmin):
    """What was written."""

    brand_path = "brand"
    list_display = ("excerpt", "brand", "content_type", "author", "created_at")
    list_select_related = ("brand", "author")
    list_filter = ("brand", "content_type")
    date_hierarchy = "created_at"
    fields = ("brand", "text", "link", "content_type", "author", "version", "created_at", "discarded_at")

    @display(description=_("text"))
    def excerpt(self, obj: Post) -> str:
        """The beginning of the text."""
        return str(Truncator(obj.text).chars(60))


@register(PostImage)
class PostImageAdmin(BrandScopedAdmin):
    """The images of posts, by their texts; the bytes are shown by the post's own page."""

    brand_path = "post__brand"
    list_display = ("post", "place", "alt", "size")
    list_select_related = ("post", "stored")
    fields = ("post", "place", "alt", "size")
    labels: ClassVar = {"post": _("post"), "place": _("place in the post")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PostImage]:
        """Without the bytes."""
        return super().get_queryset(request).defer("stored__content", "stored__small")

    @display(description=_("size in pixels"))
    def size(self, obj: PostImage) -> str:
        """Width and height."""
        return f"{obj.stored.width} × {obj.stored.height}"


def _why(code: str) -> Words:
    """Why a delivery stands where it stands: the engine's words, else the network's."""
    return EngineCode(code).label if code in EngineCode else reason(code).what


@register(Delivery)
class DeliveryAdmin(BrandScopedAdmin):
    """Where each post went, or will go. The engine owns every column."""

    brand_path = "page__brand"
    list_display = ("due_at", "page", "state", "code", "published_at", "address")
    list_select_related = ("page__brand",)
    list_filter = ("page", "state")
    date_hierarchy = "due_at"
    fields = (
        "post",
        "page",
        "state",
        "hold_reason",
        "code",
        "due_at",
        "next_attempt_at",
        "tries",
        "remote_id",
        "address",
        "published_at",
        "planned_by",
        "reason",
    )
    labels: ClassVar = {"code": _("explanation")}
    readings: ClassVar = {"code": _why}

    @display(description=_("address"))
    def address(self, obj: Delivery) -> str:
        """Where the post is read today."""
        url = post_url(obj.page, obj.remote_id, obj.remote_url)
        return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', url) if url else ""


@register(Override)
class OverrideAdmin(BrandScopedAdmin):
    """Who passed over a cap, and why."""

    brand_path = "delivery__page__brand"
    list_display = ("at", "delivery_page", "person", "reason", "for_due_at")
    list_select_related = ("delivery__page", "person")
    fields = ("delivery", "person", "reason", "for_due_at", "at")

    @display(description=_("page"))
    def delivery_page(self, obj: Override) -> str:
        """The page whose cap it was."""
        return obj.delivery.page.name


@register(Cap)
class CapAdmin(BrandScopedAdmin):
    """Caps, as their page's rules set them."""

    brand_path = "page__brand"
    list_display = ("page", "at_most", "hours")
    list_select_related = ("page",)
    list_filter = ("page",)
    fields = ("page", "at_most", "hours")


@register(Gap)
class GapAdmin(BrandScopedAdmin):
    """Least gaps, as their page's rules set them."""

    brand_path = "page__brand"
    list_display = ("page", "minutes")
    list_select_related = ("page",)
    fields = ("page", "minutes")
