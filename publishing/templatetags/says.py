"""The codes of publishing in words, for templates."""

from __future__ import annotations

from django import template

from publishing import messages
from publishing.selectors.rows import DeliveryRow

register = template.Library()


@register.simple_tag
def standing_words(row: DeliveryRow) -> str:
    """Why a delivery stands where it stands, and what to do; empty when there is nothing to say."""
    reason = messages.standing(row.state, row.hold_reason, row.code)
    return str(reason) if reason else ""
