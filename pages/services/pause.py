"""Pausing a brand or one of its pages, and starting again. Who may is asked at the door (Act.PAUSE)."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.urls import reverse

from cm_suite.core import clock, ledger
from pages.models import Brand, Page, Pause, Person
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.pauses import active_pause, open_pauses

__all__ = ["active_pause", "open_pauses", "pause", "resume"]


class NotOfThisBrand(ValueError):
    """The page belongs to another brand."""


def pause(brand: Brand, page: Page | None, reason: str, by: Person) -> Pause:
    """Stop sends on a page, or on the whole brand when `page` is None; asked twice, paused once.

    When it is already paused, the pause in force is given back as it is, with the reason of whoever
    came first. Raises NotOfThisBrand.
    """
    if page is not None and page.brand_id != brand.pk:
        raise NotOfThisBrand(page.pk)
    with transaction.atomic():
        opened = _open(brand, page, reason, by)
        if opened is None:
            return Pause.objects.get(brand=brand, page=page, ended_at=None)
        _write(opened, "pause.started", by, content=reason)
        _tell(opened, NoticeKind.PAUSED, by)
    return opened


def _open(brand: Brand, page: Page | None, reason: str, by: Person) -> Pause | None:
    """Create the row; None when one is in force already: the database allows one only."""
    try:
        with transaction.atomic():
            return Pause.objects.create(brand=brand, page=page, reason=reason, started_by=by)
    except IntegrityError:
        return None


def resume(paused: Pause, by: Person) -> bool:
    """End a pause. False when somebody has ended it before; nothing is written twice."""
    ended_at = clock.now()
    with transaction.atomic():
        done = Pause.objects.filter(pk=paused.pk, ended_at=None).update(ended_at=ended_at, ended_by=by)
        if not done:
            return False
        paused.ended_at, paused.ended_by = ended_at, by
        _write(paused, "pause.ended", by)
        _tell(paused, NoticeKind.RESUMED, by)
    return True


def _write(pause: Pause, kind: str, by: Person, content: str = "") -> None:
    ledger.append(
        pause.brand_id, kind, actor_id=by.pk, subject_kind="pause", subject_id=pause.pk, content=content
    )


def _tell(pause: Pause, kind: NoticeKind, by: Person) -> None:
    """Tell the others of the brand; whoever did it knows."""
    brand = pause.brand
    where = pause.page.name if pause.page else brand.name
    started = kind is NoticeKind.PAUSED
    notify(
        brand=brand,
        kind=kind,
        key=f"pause:{pause.pk}:{'started' if started else 'ended'}",
        subject=f"{where} · {pause.reason}" if started else where,
        link=reverse("pages:pause" if started else "publishing:plan", kwargs={"brand": brand.slug}),
        at=clock.now(),
        persons=Person.objects.filter(memberships__brand=brand, is_active=True).exclude(pk=by.pk),
    )
