"""Telling people that a page's access ends before what is planned on it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from cm_suite.core import clock
from pages.enums import Act
from pages.messages import network_name
from pages.models import Page
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.connected import ending_soon
from pages.selectors.people import people_with
from publishing import rules
from publishing.models import Delivery
from publishing.services.slots import FURTHEST


def warn(now: datetime) -> int:
    """Tell the leads and those who planned beyond it, once an end; how many pages have such a plan."""
    return sum(_told(row.page, ends) for row, ends in ending_soon(now + FURTHEST))


def _told(page: Page, ends: datetime) -> bool:
    beyond = Delivery.objects.filter(
        page=page, state__in=rules.WAITING, due_at__gte=ends, post__discarded_at=None
    )
    planners = set(beyond.values_list("planned_by_id", flat=True))
    if not planners:
        return False
    brand = page.brand
    leads = Q(pk__in=people_with(brand, Act.MANAGE).values("pk"))
    day = ends.astimezone(clock.zone(brand.zone))
    notify(
        brand=brand,
        kind=NoticeKind.EXPIRING,
        key=f"planned-after:{page.pk}:{ends:%Y%m%d}",
        subject=f"{page.name} · {network_name(page.network)} · {day:%Y-%m-%d}",
        link=reverse("pages:page", args=[brand.slug, page.pk]),
        at=clock.now(),
        persons=people_with(brand, Act.SEE).filter(leads | Q(pk__in=[pk for pk in planners if pk])),
    )
    return True
