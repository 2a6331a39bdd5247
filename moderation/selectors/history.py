"""What was decided or closed, as a list shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from moderation.messages import acts as words
from moderation.messages.law import label_name
from moderation.messages.reasons import reason_words
from moderation.models import Decision, Review
from moderation.selectors.queue import ended_reviews, excerpt
from pages.messages import network_icon
from pages.models import Brand


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One review that has ended. `by`: one name, or two where two were asked; `state`: of its action."""

    comment_id: int
    url: str
    excerpt: str
    author: str
    page: str
    page_icon: str
    at: datetime | None
    done: str
    icon: str
    label_name: str
    by: tuple[str, ...]
    alone: bool
    reason: str
    state: str
    state_words: str
    why: str


def latest(brand: Brand) -> QuerySet[Review]:
    """Ended reviews with their decisions, the latest first; two queries a page."""
    decisions = Decision.objects.select_related("by", "action").order_by("at", "pk")
    return ended_reviews(brand).prefetch_related(Prefetch("decisions", queryset=decisions))


def history_row(brand: Brand, review: Review) -> HistoryRow:
    """A review read with `latest`, as a row."""
    comment = review.comment
    decisions = list(review.decisions.all())
    final = next((each for each in decisions if each.final), None)
    action = getattr(final, "action", None) if final else None
    agreed = [each for each in decisions if final and each.pk in {final.pk, final.confirms_id}]
    label = (final.label if final else "") or review.label
    return HistoryRow(
        comment_id=comment.pk,
        url=reverse("moderation:comment", args=[brand.slug, comment.pk]),
        excerpt=excerpt(comment.text),
        author=comment.author_name or comment.author_handle,
        page=comment.page.name,
        page_icon=network_icon(comment.page.network),
        at=review.closed_at,
        done=str(words.DONE[final.act]) if final else words.closed_words(review.close_code),
        icon=words.ICONS[final.act] if final else "close",
        label_name=label_name(label) if label else "",
        by=tuple(dict.fromkeys(each.by.name for each in agreed if each.by)),
        alone=bool(final and final.alone),
        reason=reason_words(final.reason) if final else "",
        state=words.STATE_MARKS[action.state] if action else "",
        state_words=str(action.get_state_display()) if action else "",
        why=words.code_words(action.code) if action else "",
    )
