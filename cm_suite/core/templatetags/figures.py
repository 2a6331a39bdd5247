"""Numbers drawn as SVG attributes: the page's policy forbids inline style, so geometry is computed here."""

from collections.abc import Sequence

from django import template

register = template.Library()

WIDTH = 100.0
HEIGHT = 22.0
TOP = 1.0


@register.filter
def spark_points(values: Sequence[float]) -> str:
    """`x,y` pairs of a sparkline in a 100 × 24 box, lowest value on the floor; empty under two values."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{TOP + HEIGHT - (value - low) / span * HEIGHT:.1f}"
        for index, value in enumerate(values)
    )
