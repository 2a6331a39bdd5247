"""What a notice about a comment says it is about; never the visitor's words."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cm_suite.core.text import clip
from moderation.messages.law import label_name

POST: Final = 80  # characters of the post that are told


def about(label: str, due_at: datetime | None, page: str, post: str, zone: ZoneInfo) -> str:
    """The label and the target first, in the zone; then the page, and last the post it stands under."""
    parts = [label_name(label)]
    if due_at is not None:
        at = due_at.astimezone(zone)
        parts.append(_("by %(when)s") % {"when": f"{date_format(at, 'D j N')}, {date_format(at, 'H:i')}"})
    parts.append(page)
    words = clip(" ".join(post.split()), POST)
    if words:
        parts.append(_("under “%(post)s”") % {"post": words})
    return " · ".join(parts)
