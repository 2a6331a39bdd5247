"""Questions about pauses: what is stopped now, why, and since when."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from pages.models import Brand, Page, Pause


def open_pauses(brand: Brand) -> list[Pause]:
    """The pauses in force: the whole brand's first, then the oldest, each with page and person."""
    rows = Pause.objects.filter(brand=brand, ended_at=None).select_related("page", "started_by")
    return list(rows.order_by(F("page_id").asc(nulls_first=True), "started_at", "pk"))


def active_pause(page: Page) -> Pause | None:
    """The pause that stops this page now: its brand's first, else its own; None when nothing stops it."""
    rows = Pause.objects.filter(Q(page=page) | Q(page=None, brand_id=page.brand_id), ended_at=None)
    return rows.order_by(F("page_id").asc(nulls_first=True)).first()


def past_pauses(brand: Brand) -> QuerySet[Pause]:
    """The pauses that have ended, the latest first."""
    rows = Pause.objects.filter(brand=brand).exclude(ended_at=None)
    return rows.select_related("page", "started_by", "ended_by").order_by("-ended_at", "-pk")
