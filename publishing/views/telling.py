"""What became of a wish, in messages."""

from __future__ import annotations

from django.contrib import messages

from pages.access import BrandRequest
from publishing.services.results import Planned, Planning
from publishing.views.says import SHOWN_BY_VERDICT, planned_words, refused_words


def tell(request: BrandRequest, planning: Planning) -> bool:
    """Say that it is planned, or why not where no verdict will say so. True when it was planned."""
    if isinstance(planning, Planned):
        messages.success(request, " ".join(planned_words(planning)))
        return True
    if planning.code not in SHOWN_BY_VERDICT:
        messages.error(request, refused_words(planning))
    return False
