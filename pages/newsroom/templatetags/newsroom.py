"""Template tags of the public page."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from cm_suite.core import clock
from pages.newsroom import addresses, messages, prose
from pages.newsroom.models import NewsroomImage
from pages.newsroom.rules import is_dated

register = template.Library()

register.filter("paragraphs", prose.paragraphs)
register.filter("link_host", prose.link_host)
register.filter("mark", messages.mark)
register.filter("clean", prose.clean)
register.filter("visitors_words", prose.visitors_words)


@register.simple_tag
def image_address(slug: str, image: NewsroomImage) -> str:
    """The whole address of a post's image, for cards and feeds."""
    return addresses.of_image(slug, image.post_id, image.place)


@register.filter
def short(text: str, n: int) -> str:
    """The beginning of a text, at most `n` characters, on one line."""
    return prose.short(text, n)


@register.filter
def headline(text: str, fallback: str) -> str:
    """The first words of a post, for titles and cards."""
    return prose.title(text, fallback)


@register.filter
def dated(published_at: datetime) -> bool:
    """Whether readers should be told that a post may be out of date."""
    return is_dated(published_at, clock.now())


@register.filter
def moment(instant: datetime, zone_name: str) -> SafeString:
    """An instant in the brand's zone, in long, as a `<time>` that also says the zone."""
    local = instant.astimezone(clock.zone(zone_name))
    return _time(local, zone_name, _with_hour(local))


@register.filter
def day(instant: datetime, zone_name: str) -> SafeString:
    """Only the day of `moment`."""
    local = instant.astimezone(clock.zone(zone_name))
    first = local.day == 1
    style = pgettext("first of a month", "j F Y") if first else pgettext("date", "j F Y")
    return _time(local, zone_name, formats.date_format(local, style))


@register.filter
def moment_text(instant: datetime, zone_name: str) -> str:
    """`moment` for a plain text."""
    return _with_hour(instant.astimezone(clock.zone(zone_name)))


def _with_hour(local: datetime) -> str:
    """Day and hour in long; a language may write the first of a month in its own way."""
    first = local.day == 1
    style = pgettext("first of a month", "j F Y, H:i") if first else pgettext("date", "j F Y, H:i")
    return formats.date_format(local, style)


def _time(local: datetime, zone_name: str, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{zone_name} ({local:%Z})",
        words,
    )


@register.simple_tag
def public_address(slug: str, name: str = "home") -> str:
    """The whole address of one of the brand's public pages."""
    return addresses.of_brand(slug, name)
