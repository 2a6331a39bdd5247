"""Filters that turn codes of moderation into words."""

from __future__ import annotations

from django import template

from moderation.messages import acts, law, reasons

register = template.Library()


@register.filter
def label_name(code: str) -> str:
    """The legal name of a label."""
    return law.label_name(code)


@register.filter
def reason_words(kept: str) -> str:
    """Why somebody decided, in the reader's language where the house worded it."""
    return reasons.reason_words(kept)


@register.filter
def action_mark(state: str) -> str:
    """The mark of deliveries that says the same as this state of an action."""
    return acts.STATE_MARKS.get(state, "unknown")
