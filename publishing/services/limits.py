"""The rules of a page against tiring its fans: caps and a least gap. Who may is asked at the door."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from cm_suite.core import ledger
from pages.models import Page, Person
from publishing.models import Cap, Gap
from publishing.services.slots import locked


def set_limits(page: Page, caps: Mapping[int, int], gap_minutes: int | None, by: Person) -> bool:
    """Replace the page's rules: `caps` gives posts allowed by window in hours. False when nothing changes.

    What is planned stays planned: a rule made stricter holds what no longer fits when its time comes.
    """
    with transaction.atomic():
        page = locked(page.pk)
        before = _text(dict(Cap.objects.filter(page=page).values_list("hours", "at_most")), _gap(page))
        after = _text(caps, gap_minutes)
        if before == after:
            return False
        Cap.objects.filter(page=page).exclude(hours__in=caps).delete()
        for hours, at_most in caps.items():
            Cap.objects.update_or_create(page=page, hours=hours, defaults={"at_most": at_most})
        if gap_minutes:
            Gap.objects.update_or_create(page=page, defaults={"minutes": gap_minutes})
        else:
            Gap.objects.filter(page=page).delete()
        _write(page, by, after)
    return True


def _gap(page: Page) -> int | None:
    return Gap.objects.filter(page=page).values_list("minutes", flat=True).first()


def _text(caps: Mapping[int, int], gap_minutes: int | None) -> str:
    """The rules in one line, the same for the same rules."""
    listed = [f"{at_most}/{hours}h" for hours, at_most in sorted(caps.items())]
    return " ".join([*listed, f"gap {gap_minutes}min"] if gap_minutes else listed)


def _write(page: Page, by: Person, content: str) -> None:
    ledger.append(
        page.brand_id,
        "page.limits",
        actor_id=by.pk,
        subject_kind="page",
        subject_id=page.pk,
        content=content,
    )
