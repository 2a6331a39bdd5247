"""Verdicts and refusals as pages show them: words, the posts in the way, the next free slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cm_suite.core.text import clip
from pages.models import Page
from publishing import messages
from publishing.enums import Refusal
from publishing.selectors.budget import Blocked
from publishing.services.results import Planned, Refused
from publishing.services.verdicts import Check

EXCERPT: Final = 44


@dataclass(frozen=True, slots=True)
class Said:
    """What to show about one page. `take` is the next free slot as the form sends it back, or empty."""

    page: Page
    allowed: bool
    text: str
    reasons: tuple[str, ...] = ()
    take: str = ""
    take_label: str = ""
    may_override: bool = False
    tone: str = ""
    length: int = 0
    limit: int = 0
    left: int = 0


def when(at: datetime) -> str:
    """An instant in the present zone, short: Thu 26 Nov, 10:00."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'D j M')}, {date_format(local, 'H:i')}"


def said(check: Check) -> Said:
    """A dry run in words."""
    if check.refused is not None:
        return _refusal(check.page, check.refused, check)
    if check.at is None:
        text = _("Say when, and the page’s rules are asked.")
    else:
        text = _("Free on %(when)s.") % {"when": when(check.at)}
    return Said(
        check.page,
        True,
        text,
        tuple(messages.note_words(note) for note in check.notes),
        length=check.length,
        limit=check.limit,
        left=check.left,
    )


def refused_words(refused: Refused) -> str:
    """A refusal in one sentence."""
    return messages.refusal_words(refused.code, refused.params)


def planned_words(planned: Planned) -> list[str]:
    """What was planned, then what is worth knowing about it."""
    where, at = planned.delivery.page.name, when(planned.delivery.due_at)
    first = _("Planned on %(page)s for %(when)s.") % {"page": where, "when": at}
    return [first, *(messages.note_words(note) for note in planned.notes)]


def _refusal(page: Page, refused: Refused, check: Check) -> Said:
    free = refused.next_free
    text = refused_words(refused)
    if refused.code == Refusal.POLICY and free is None:
        text = f"{text} {messages.refusal_words(Refusal.NO_FREE_SLOT, {})}"
    return Said(
        page,
        False,
        text,
        tuple(line for each in refused.blocked for line in _blocked(each)),
        take=free.isoformat() if free else "",
        take_label=_("Take %(when)s") % {"when": when(free)} if free else "",
        may_override=refused.may_override,
        tone="" if refused.code == Refusal.POLICY else "risk",
        length=check.length,
        limit=check.limit,
        left=check.left,
    )


def _blocked(blocked: Blocked) -> list[str]:
    """A rule, then the posts that used it up, by time."""
    posts = [f"{when(used.at)} · {clip(used.excerpt, EXCERPT)}" for used in blocked.used_by]
    return [messages.rule_words(blocked.rule), *posts]
