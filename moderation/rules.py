"""What may be decided of a comment, when two people must agree, and in which order the queue stands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from moderation import law
from moderation.enums import Decided, Kind, Presence, ReviewState
from moderation.risk.labels import FLAGGING, Label, Target
from pages.networks.types import Capability

D = Decided
P = Presence
C = Capability

OPEN: Final = (ReviewState.WAITING, ReviewState.CLAIMED, ReviewState.SECOND)
LEGAL: Final = FLAGGING - {Label.SPAM}
"""Labels with a legal reason: keeping such a comment takes two people."""

SHORTEST_REASON: Final = 3
LONGEST_REASON: Final = 500
CLAIM_SECONDS: Final = 300
NOTICE_HOURS: Final = 24
"""Our own target for answering a formal notice about a comment that no rule qualifies. Not law."""

SOON: Final = timedelta(hours=1)
"""People are told this long before a target."""

IN_SIGHT: Final = (P.VISIBLE, P.PENDING)
REMOVALS: Final = frozenset({D.HIDE, D.DELETE})
PUTS_UP: Final = frozenset({D.APPROVE, D.UNHIDE})
"""What puts in sight what nobody saw: done for the wording that was read, and no other."""

LEAVES_UP: Final = frozenset({D.KEEP, D.APPROVE, D.UNHIDE, D.REPLY})
"""What ends with the comment in sight. A reply is among them: it answers and keeps."""

ABOUT_AUTHOR: Final = frozenset({D.BLOCK, D.UNBLOCK})
"""What is decided of somebody, beside what is decided of their comment."""

_NEEDS: Final = {
    D.APPROVE: C.APPROVE,
    D.HIDE: C.HIDE,
    D.UNHIDE: C.HIDE,
    D.DELETE: C.DELETE_COMMENT,
    D.REPLY: C.REPLY,
}
_BY_PRESENCE: Final = {
    P.VISIBLE: (D.KEEP, D.REPLY, D.HIDE, D.DELETE),
    P.PENDING: (D.APPROVE, D.HIDE, D.DELETE),
    P.HIDDEN: (D.UNHIDE, D.HIDE, D.DELETE),  # to hide what is hidden: it stays so
    P.GONE: (),
}
_ELSEWHERE: Final = (D.KEEP, D.REPLY)
"""Of what stands on somebody else's page: it is not ours to take out of sight."""


def acts_possible(
    capabilities: Collection[str], presence: str, kind: str = Kind.COMMENT, *, answerable: bool = True
) -> tuple[Decided, ...]:
    """What may be decided of a comment that stands so, on a network that can do this, as offered.

    `answerable`: whether the network lets us answer where it stands.
    """
    acts = acts_fitting(presence, kind)
    if kind == Kind.MESSAGE:
        return acts if C.MESSAGES in capabilities else ()
    possible = (act for act in acts if act not in _NEEDS or _NEEDS[act] in capabilities)
    return tuple(act for act in possible if answerable or act != D.REPLY)


def missing_acts(
    capabilities: Collection[str], presence: str, kind: str = Kind.COMMENT, *, answerable: bool = True
) -> tuple[Decided, ...]:
    """What would make sense of a comment that stands so, but its network cannot do."""
    possible = acts_possible(capabilities, presence, kind, answerable=answerable)
    return tuple(act for act in acts_fitting(presence, kind) if act not in possible)


def is_answerable(kind: str, *, below: bool, mentions: bool, depth: int | None) -> bool:
    """Whether words can be answered where they stand.

    `below`: they answer a comment themselves. `mentions`: the network lets us answer what stands elsewhere.
    `depth`: how many levels of comments can be answered there; None: all.
    """
    if kind == Kind.MENTION:
        return mentions
    return kind == Kind.MESSAGE or not below or depth is None or depth > 1


def acts_fitting(presence: str, kind: str) -> tuple[Decided, ...]:
    """What makes sense of words of this kind that stand so, whatever their network can do."""
    acts = _BY_PRESENCE[P(presence)]
    if kind == Kind.MESSAGE:
        return (D.REPLY,) if presence != P.GONE else ()
    return tuple(act for act in acts if act in _ELSEWHERE) if kind == Kind.MENTION else acts


def of_author(page_id: int, author_id: str) -> Q:
    """Decisions on what one author wrote on one page."""
    return Q(review__comment__page_id=page_id, review__comment__author_remote_id=author_id)


def can_block(capabilities: Collection[str]) -> bool:
    """Whether the network lets a page keep somebody away."""
    return C.BLOCK in capabilities


def is_qualified(label: str) -> bool:
    """Whether a label is a legal reason; spam is a reason to look, not a legal one."""
    return label in LEGAL


def needs_two(act: str, qualified: bool) -> bool:
    """Whether the act takes two different people: whatever leaves a qualified comment in sight."""
    return qualified and act in LEAVES_UP


def reason_given(reason: str) -> bool:
    """Whether a reason says something: three characters at least, blanks aside."""
    return len(reason.strip()) >= SHORTEST_REASON


def due(labels: Collection[str], target: str, known_at: datetime, *, notified: bool) -> datetime | None:
    """Our own target for deciding: the nearest of the labels', or of a formal notice; None for none."""
    against_brand = target == Target.COMPANY
    removals = [law.removal(Label(label), known_at, against_brand=against_brand) for label in labels]
    targets = [removal.due for removal in removals if removal is not None and removal.due is not None]
    if notified:
        targets.append(known_at + timedelta(hours=NOTICE_HOURS))
    return min(targets, default=None)


def queue_order() -> tuple[str | OrderBy, ...]:
    """How the list stands: what was reported first, then the gravest, then the nearest target, the oldest."""
    return ("-notified", "-severity", F("due_at").asc(nulls_last=True), "opened_at", "pk")


def urgent_order() -> tuple[str | OrderBy, ...]:
    """What is taken first: the nearest target, then as the list stands."""
    return (F("due_at").asc(nulls_last=True), "-notified", "-severity", "opened_at", "pk")
