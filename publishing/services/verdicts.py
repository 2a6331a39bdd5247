"""Judging without planning: what would be said of this text, on this page, at this time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cm_suite.core.text import is_blank
from pages.models import Page, Person
from pages.selectors.connected import length_on, limit_of
from publishing.enums import PlanNote
from publishing.selectors import budget
from publishing.services import slots
from publishing.services.draft import Content
from publishing.services.results import Refused

NOT_YET: Final = "…"
"""Stands for a text that is still to be written: the slot is judged all the same."""


@dataclass(frozen=True, slots=True)
class Check:
    """One page's answer. `refused` is None when the slot is free; lengths are as the network counts."""

    page: Page
    at: datetime | None
    length: int
    limit: int
    refused: Refused | None
    notes: tuple[PlanNote, ...] = ()

    @property
    def left(self) -> int:
        """Characters left; negative when the text is too long."""
        return self.limit - self.length


def check(
    content: Content, page: Page, at: datetime | None, by: Person, *, without: int | None = None
) -> Check:
    """Judge a text on a page at a wall time of the brand or an instant (None: the text alone).

    Nothing is written or reserved: planning asks again. `without` leaves out the delivery to be moved.
    """
    length, limit = length_on(page, content.text, content.link), limit_of(page)
    if at is None:
        refused = slots.misfit(content.load, page) if not is_blank(content.text) else None
        return Check(page, None, length, limit, refused, (*slots.standing_notes(page), *_unseen(content)))
    instant, notes = slots.moment(at, page.brand)
    refused = _refused(content, page, instant, by, without)
    standing = (*notes, *slots.standing_notes(page, instant), *_unseen(content))
    return Check(page, instant, length, limit, refused, standing)


def _refused(content: Content, page: Page, at: datetime, by: Person, without: int | None) -> Refused | None:
    load = replace(content.load, text=NOT_YET if is_blank(content.text) else content.text.strip())
    unfit = slots.unfit(load, page, at)
    if unfit is not None:
        return unfit
    verdict = budget.verdict_for_plan(page, at, without=without)
    return None if verdict.allowed else slots.refused_by(page, verdict, by)


def _unseen(content: Content) -> tuple[PlanNote, ...]:
    """Whether an image is there for the eye alone."""
    return () if not any(is_blank(alt) for alt in content.load.alts) else (PlanNote.ALT_MISSING,)
