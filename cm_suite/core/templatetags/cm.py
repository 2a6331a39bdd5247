"""Template tags that every application uses."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cm_suite.core import clock

register = template.Library()


@register.filter
def local_time(instant: datetime | None, zone_name: str) -> SafeString | str:
    """An aware instant in the brand's zone, in the reader's language, as a `<time>` with its zone.

    An absent instant gives an empty text. Raises ValueError for a naive datetime or an unknown zone.
    """
    return _time(instant, zone_name, "SHORT_DATETIME_FORMAT")


@register.filter
def local_hour(instant: datetime | None, zone_name: str) -> SafeString | str:
    """Only the hour of `local_time`, for a list that already names the day."""
    return _time(instant, zone_name, "TIME_FORMAT")


@register.filter
def local_day(instant: datetime | None, zone_name: str) -> SafeString | str:
    """Only the day of `local_time`."""
    return _time(instant, zone_name, "DATE_FORMAT")


def _time(instant: datetime | None, zone_name: str, style: str) -> SafeString | str:
    if instant is None:
        return ""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its zone")
    local = instant.astimezone(clock.zone(zone_name))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.astimezone(UTC).isoformat(timespec="seconds"),
        f"{zone_name} ({local:%Z})",
        formats.date_format(local, style),
    )
