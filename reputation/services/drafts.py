"""What a person says of an audit, and what the services answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reputation.enums import Refusal
from reputation.models import Audit, Run


@dataclass(frozen=True, slots=True)
class PublicDraft:
    """A public: its kind (`PublicKind`), its name, the words it looks for (one query each)."""

    kind: str
    name: str
    queries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A place to look: `feed` for a feed (`SourceKind`), `urls` for a list."""

    kind: str
    name: str
    feed: str = ""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditDraft:
    """An audit as a person describes it. `cron`: five fields on the brand's clocks, empty by hand only.

    `recipients`: ids of people.
    """

    name: str
    subject: tuple[str, ...]
    publics: tuple[PublicDraft, ...]
    sources: tuple[SourceDraft, ...]
    cron: str = ""
    recipients: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """The audit as it now stands."""

    audit: Audit


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody saved first: nothing was written."""

    current: Audit


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written, and why. `params` as `Refusal` says."""

    code: Refusal
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlreadyRunning:
    """One run at a time: this one is on its way."""

    run: Run


type Saving = Saved | Refused
type Changing = Saved | Conflict | Refused
type Asking = Run | AlreadyRunning | Refused
