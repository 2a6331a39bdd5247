"""Filters that turn codes of moderation into words."""

from __future__ import annotations

from django import template

from moderation.messages import acts, law

register = template.Library()


@register.filter
def label_name(code: str) -> str:
    """The legal name of a label."""
    return law.label_name(code)


@register.filter
def action_mark(state: str) -> str:
    """The mark of deliveries that says the same as this state of an action."""
    return acts.STATE_MARKS.get(state, "unknown")
