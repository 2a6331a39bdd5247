"""Who hears of a run that has ended."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from cm_suite.core import clock
from pages.enums import Act
from pages.models import Person
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.people import people_with, role_of
from reputation.models import Run


def link_of(run: Run) -> str:
    """The path of a run's report."""
    audit = run.audit
    return reverse("reputation:report", args=[audit.brand.slug, audit.slug, run.number])


def done(run: Run) -> None:
    """Tell who asked for the run that its report is there."""
    _tell(run, NoticeKind.AUDIT_DONE, _asker(run))


def failed(run: Run) -> None:
    """Tell who asked for the run that it stopped; those who lead the brand when nobody asked."""
    _tell(run, NoticeKind.AUDIT_FAILED, _asker(run) or people_with(run.audit.brand, Act.MANAGE))


def _asker(run: Run) -> list[Person]:
    """Who asked, if they still belong to the brand."""
    by = run.asked_by
    return [by] if by is not None and role_of(by, run.audit.brand) else []


def _tell(run: Run, kind: NoticeKind, persons: Iterable[Person]) -> None:
    notify(
        brand=run.audit.brand,
        kind=kind,
        key=f"run:{run.pk}:{kind}",
        subject=run.audit.name,
        link=link_of(run),
        at=clock.now(),
        persons=persons,
    )
