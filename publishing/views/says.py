"""Verdicts and refusals as pages show them: words, the posts in the way, the next free slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cm_suite.core import clock
from cm_suite.core.text import clip
from pages.models import Page
from publishing import messages
from publishing.enums import DeliveryState, HoldReason, Refusal
from publishing.policy.caps import Cap, Gap
from publishing.selectors.budget import Blocked, UsedBy
from publishing.selectors.rows import DeliveryRow
from publishing.services.results import Planned, Refused
from publishing.services.verdicts import Check
from publishing.views.wishes import page_slot

S = DeliveryState
EXCERPT: Final = 44
SHOWN_BY_VERDICT: Final = frozenset(
    {
        Refusal.POLICY,
        Refusal.IN_THE_PAST,
        Refusal.TOO_FAR,
        Refusal.TOO_LONG,
        Refusal.EMPTY,
        Refusal.IMAGE_REQUIRED,
        Refusal.NO_IMAGES,
        Refusal.TOO_MANY_IMAGES,
        Refusal.ALT_TOO_LONG,
        Refusal.PUBLIC_URL_NEEDED,
    }
)
"""Refusals that the verdict beside the form explains; the others need a message of their own."""


@dataclass(frozen=True, slots=True)
class Said:
    """What to show about one page.

    `notes` are worth knowing, `in_the_way` are the posts that use the budget up, `others` the further rules
    that stand in the way. `take` is the next free slot as a form sends it back, `take_here` the same with
    its page (both empty if there is none). `asked` is False while no time is known.
    """

    check: Check
    allowed: bool
    text: str
    asked: bool = True
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()
    take: str = ""
    take_here: str = ""
    take_label: str = ""
    may_override: bool = False
    tone: str = ""

    @property
    def page(self) -> Page:
        """The page that was asked."""
        return self.check.page

    @property
    def reasons(self) -> tuple[str, ...]:
        """All of it, line by line."""
        return (*self.notes, *self.others, *self.in_the_way)


def when(at: datetime) -> str:
    """An instant in the present zone, short: Thu 26 Nov., 10:00; the year where it is another one."""
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localtime(clock.now()).year else " Y"
    return f"{date_format(local, f'D j N{year}')}, {date_format(local, 'H:i')}"


def said(check: Check) -> Said:
    """A dry run in words."""
    notes = tuple(messages.note_words(note) for note in check.notes)
    if check.refused is not None:
        return _refusal(check, check.refused, notes)
    if check.at is None:
        text = _("Say when, and the page’s rules are asked.")
        return Said(check, True, text, asked=False, notes=notes)
    return Said(check, True, _("Free on %(when)s.") % {"when": when(check.at)}, notes=notes)


def refused_words(refused: Refused) -> str:
    """A refusal in one sentence."""
    return messages.refusal_words(refused.code, refused.params)


def planned_words(planned: Planned) -> list[str]:
    """What was planned, then what is worth knowing about it."""
    where, at = planned.delivery.page.name, when(planned.delivery.due_at)
    first = _("Planned on %(page)s for %(when)s.") % {"page": where, "when": at}
    return [first, *(messages.note_words(note) for note in planned.notes)]


def take_label(at: datetime) -> str:
    """What stands on the button that takes a free slot."""
    return _("Take %(when)s") % {"when": when(at)}


def why(row: DeliveryRow, *, acts: bool) -> str:
    """Why a delivery stands where it stands, and what to do; empty when there is nothing to say.

    Who may not act (`acts`) is not told to: they read what happens by itself, and no more.
    """
    reason = messages.standing(row.state, row.hold_reason, row.code)
    if reason is None:
        return ""
    by_itself = row.state == S.UNKNOWN or row.hold_reason in {HoldReason.PAUSED, HoldReason.RECONNECT}
    return str(reason) if acts or by_itself else str(reason.what)


def held_lines(blocked: Sequence[Blocked], at: datetime) -> tuple[str, ...]:
    """The rules that hold a post due at an instant, then the posts that used them up."""
    rules = tuple(
        _full(each.rule, len(each.used_by))
        if isinstance(each.rule, Cap)
        else _close(each.rule, at, each.used_by)
        for each in blocked
    )
    return (*rules, *_in_the_way(blocked))


def _refusal(check: Check, refused: Refused, notes: tuple[str, ...]) -> Said:
    free, policy = refused.next_free, refused.code == Refusal.POLICY
    text = _taken(refused.blocked[0], check.at) if refused.blocked else refused_words(refused)
    if policy and free is None:
        text = f"{text} {messages.refusal_words(Refusal.NO_FREE_SLOT, {})}"
    return Said(
        check,
        False,
        text,
        notes=notes,
        others=tuple(_taken(each, None) for each in refused.blocked[1:]),
        in_the_way=_in_the_way(refused.blocked),
        take=free.isoformat() if free else "",
        take_here=page_slot(check.page.pk, free) if free else "",
        take_label=take_label(free) if free else "",
        may_override=refused.may_override,
        tone="" if policy else "risk",
    )


def _taken(blocked: Blocked, at: datetime | None) -> str:
    """A rule that stands in the way, as a colleague says it; `at` is the slot, if it is to be named."""
    slot = _("Not free on %(when)s.") % {"when": when(at)} if at else ""
    rule, count = blocked.rule, len(blocked.used_by)
    if isinstance(rule, Gap):
        return f"{slot} {_close(rule, at, blocked.used_by)}".strip()
    return f"{slot} {_full(rule, count)}".strip()


def _full(cap: Cap, count: int) -> str:
    """How full the windows around the slot are."""
    words = ngettext(
        "%(count)s post stands within %(window)s of it; this page takes %(most)s.",
        "%(count)s posts stand within %(window)s of it; this page takes %(most)s.",
        count,
    )
    return words % {"count": count, "window": messages.length_words(cap.window), "most": cap.at_most}


def _close(gap: Gap, at: datetime | None, used_by: Sequence[UsedBy]) -> str:
    """How near the next post is."""
    least = messages.length_words(gap.least)
    nearest = min((abs(each.at - at) for each in used_by), default=None) if at else None
    if nearest is None:
        return _("This page wants %(least)s between two posts.") % {"least": least}
    if nearest < timedelta(minutes=1):
        return _("Another post leaves at that very minute; this page wants %(least)s between two.") % {
            "least": least
        }
    apart = messages.length_words(timedelta(minutes=nearest // timedelta(minutes=1)))
    return _("Another post leaves %(apart)s from it; this page wants %(least)s between two.") % {
        "apart": apart,
        "least": least,
    }


def _in_the_way(blocked: Sequence[Blocked]) -> tuple[str, ...]:
    """Every post that uses one of the budgets up, once, by time."""
    posts = {used.delivery_id: used for each in blocked for used in each.used_by}
    listed = sorted(posts.values(), key=lambda used: (used.at, used.delivery_id))
    return tuple(f"{when(used.at)} · {clip(used.excerpt, EXCERPT)}" for used in listed)
