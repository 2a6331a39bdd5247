"""What the services answer: done, or refused with what a person needs to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from publishing.enums import PlanNote, Refusal
from publishing.models import Delivery, Post
from publishing.selectors.budget import Blocked


@dataclass(frozen=True, slots=True)
class Planned:
    """A delivery has its time; `notes` say what is worth knowing about it."""

    delivery: Delivery
    notes: tuple[PlanNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that changed nothing, and why.

    `params` fill the message's blanks. For a slot that policy refuses: which rules and posts stand in the
    way, the next free slot (UTC, a whole minute) and whether this person may override.
    """

    code: Refusal
    params: Mapping[str, str | int] = field(default_factory=dict)
    blocked: tuple[Blocked, ...] = ()
    next_free: datetime | None = None
    may_override: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """An act on a delivery went through."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Saved:
    """The post as it now stands."""

    post: Post


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody saved first: the post as they left it. What this person wrote is theirs to keep or merge."""

    current: Post


type Planning = Planned | Refused
type Acting = Done | Refused
type Editing = Saved | Conflict | Refused
