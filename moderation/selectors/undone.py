"""What was decided of comments and is not done: a network refused it, or nobody knows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from moderation import rules
from moderation.enums import ActionState, Kind, Presence
from moderation.messages import acts as words
from moderation.messages.marks import left_words
from moderation.models import Action
from moderation.selectors.queue import excerpt
from pages.messages import network_icon
from pages.models import Brand

STUCK: Final = (ActionState.REJECTED, ActionState.NEEDS_PERSON)
_COMMENT: Final = "decision__review__comment"


@dataclass(frozen=True, slots=True)
class UndoneLine:
    """One act that waits for a person's next step. `act`: what was decided, in words.

    `why`: what the network said and what to do next. `due_at`: our own target for removing, None where
    nothing was to be removed; `left` says it in words. `url`: where to try again, or to give it up.
    """

    action_id: int
    url: str
    act: str
    icon: str
    mark: str
    state_words: str
    why: str
    excerpt: str
    page_id: int
    page: str
    page_icon: str
    due_at: datetime | None
    left: str
    overdue: bool
    since: datetime


def undone() -> QuerySet[Action]:
    """Acts refused or to be checked that still make sense, of all brands: a removal, of what is in sight."""
    rows = Action.objects.filter(state__in=STUCK, **{f"{_COMMENT}__erased_at": None})
    seen = Q(**{f"{_COMMENT}__presence__in": rules.IN_SIGHT}) | ~Q(decision__act__in=rules.REMOVALS)
    return rows.filter(seen).exclude(**{f"{_COMMENT}__presence": Presence.GONE})


def undone_of(brand: Brand) -> QuerySet[Action]:
    """Those of a brand, the nearest target first, then the oldest; read with all that a line says."""
    rows = undone().filter(**{f"{_COMMENT}__page__brand": brand})
    return rows.select_related(f"{_COMMENT}__page").order_by(
        F("decision__review__due_at").asc(nulls_last=True), "created_at", "pk"
    )


def undone_counts(brands: Collection[int]) -> dict[int, int]:
    """By brand id, how many there are; a brand without any is absent. One query."""
    rows = undone().filter(**{f"{_COMMENT}__page__brand__in": brands}).order_by()
    return dict(rows.values_list(f"{_COMMENT}__page__brand").annotate(n=Count("pk")))


def undone_line(brand: Brand, action: Action, now: datetime) -> UndoneLine:
    """An act read with `undone_of`, as a line."""
    decision = action.decision
    comment = decision.review.comment
    room = "conversation" if comment.kind == Kind.MESSAGE else "comment"
    due_at = decision.review.due_at if decision.act in rules.REMOVALS else None
    left = due_at - now if due_at else None
    return UndoneLine(
        action_id=action.pk,
        url=f"{reverse(f'moderation:{room}', args=[brand.slug, comment.pk])}#action-{action.pk}",
        act=str(decision.get_act_display()),
        icon=words.ICONS[decision.act],
        mark=words.STATE_MARKS[action.state],
        state_words=str(action.get_state_display()),
        why=words.code_words(action.code),
        excerpt=excerpt(comment.text),
        page_id=comment.page_id,
        page=comment.page.name,
        page_icon=network_icon(comment.page.network),
        due_at=due_at,
        left=left_words(left),
        overdue=left is not None and left.total_seconds() <= 0,
        since=action.created_at,
    )
