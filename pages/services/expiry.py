"""Telling the leads that a page's access ends: fourteen, seven and one days before, once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse

from cm_suite.core import clock
from pages.enums import Act
from pages.messages import network_name
from pages.models import Credential
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.connected import ending_soon
from pages.selectors.people import people_with

DAYS: Final = (14, 7, 1)  # before the end


def warn(now: datetime) -> int:
    """Tell the leads of every page whose access ends within the days above; how many were told of now."""
    told = 0
    for row, ends in ending_soon(now + timedelta(days=max(DAYS))):
        days = step(ends, now)
        if row.warned_days is None or days < row.warned_days:
            told += _tell(row, ends, days)
    return told


def step(ends: datetime, now: datetime) -> int:
    """The notice that is due: the smallest of DAYS that the end is no farther than."""
    return min((days for days in DAYS if ends - now <= timedelta(days=days)), default=max(DAYS))


def _tell(row: Credential, ends: datetime, days: int) -> bool:
    """Note the notice and send it, both or neither; False when the credential changed meanwhile."""
    page = row.page
    same = Credential.objects.filter(pk=row.pk, updated_at=row.updated_at, warned_days=row.warned_days)
    day = ends.astimezone(clock.zone(page.brand.zone))
    with transaction.atomic():
        if not same.update(warned_days=days):
            return False
        notify(
            brand=page.brand,
            kind=NoticeKind.EXPIRING,
            key=f"expiring:{page.pk}:{ends:%Y%m%d}:{days}",
            subject=f"{page.name} · {network_name(page.network)} · {day:%Y-%m-%d}",
            link=reverse("pages:page", args=[page.brand.slug, page.pk]),
            at=clock.now(),
            persons=people_with(page.brand, Act.MANAGE),
        )
    return True
