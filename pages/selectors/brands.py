"""What is true of a brand as a whole."""

from __future__ import annotations

from pages.models import Brand, Pause


def open_pauses(brand: Brand) -> list[Pause]:
    """Pauses nobody ended, the whole brand's first, then the oldest."""
    rows = Pause.objects.filter(brand=brand, ended_at=None).select_related("page", "started_by")
    return sorted(rows, key=lambda pause: (pause.page_id is not None, pause.started_at))
