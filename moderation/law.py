"""French law for a brand page, as data and date arithmetic. Pure; never advice: a person decides.

Two clocks: *removal* (whoever answers for the page, from knowledge; the law says only "promptly", the hours
here are the house's own targets) and *limitation* (the victim, from first availability online).
Amounts and rules not confirmed by a text or a ruling are absent, or carry `confirmed=False`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from moderation.risk.labels import Ground, Label

PARIS = ZoneInfo("Europe/Paris")
EARLIEST = date(1995, 1, 1)
ALERT_DAYS = (60, 30, 15, 7, 2)
_FIRST_GROUNDS = frozenset({Ground.ORIGIN, Ground.RELIGION})


@dataclass(frozen=True, slots=True)
class Offence:
    """What the law says of a label: article, elements to look for, limitation, our own removal target.

    `months`: limitation from first availability, 0 when there is none to count. `confirmed`: whether the
    length rests on a source that was read. `target_hours`: ours, not law; None: nothing is to be removed.
    """

    article: str
    elements: tuple[str, ...]
    months: int = 0
    confirmed: bool = True
    target_hours: int | None = None


_PUBLIC = "publicite"
OFFENCES: Mapping[Label, Offence] = {
    Label.INSULT: Offence(
        "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 2",
        ("terme_outrageant", "personne_visee", "aucun_fait_impute", "absence_de_provocation", _PUBLIC),
        months=3,
        target_hours=4,
    ),
    Label.INSULT_AGGRAVATED: Offence(
        "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 3",
        ("terme_outrageant", "personne_visee", "motif_discriminatoire", "aucun_fait_impute", _PUBLIC),
        months=12,
        target_hours=1,
    ),
    Label.DEFAMATION: Offence(
        "loi du 29 juillet 1881, art. 29 al. 1 et 32 al. 1",
        ("fait_precis", "atteinte_a_l_honneur", "personne_identifiable", _PUBLIC),
        months=3,
        target_hours=24,
    ),
    Label.DEFAMATION_AGGRAVATED: Offence(
        "loi du 29 juillet 1881, art. 29 al. 1 et 32 al. 2",
        ("fait_precis", "atteinte_a_l_honneur", "personne_identifiable", "motif_discriminatoire", _PUBLIC),
        months=12,
        target_hours=1,
    ),
    Label.HATE: Offence(
        "loi du 29 juillet 1881, art. 24 al. 7",
        ("exhortation", "groupe_ou_personne_vise", "motif_discriminatoire", _PUBLIC),
        months=12,
        target_hours=1,
    ),
    Label.THREAT: Offence(
        "code pénal, art. 222-17",
        ("mal_annonce", "personne_visee", "ecrit_ou_reitere", "condition_posee"),
        months=72,
        target_hours=1,
    ),
    Label.HARASSMENT: Offence(
        "code pénal, art. 222-33-2-2",
        ("personne_visee", "repetition_ou_meute", "atteinte_aux_conditions_de_vie"),
        months=72,
        confirmed=False,
        target_hours=1,
    ),
    Label.DOXXING: Offence(
        "code pénal, art. 223-1-1",
        ("donnee_personnelle", "personne_identifiable", "exposition_a_un_risque"),
        months=72,
        confirmed=False,
        target_hours=1,
    ),
    Label.DISPARAGEMENT: Offence(
        "code civil, art. 1240", ("produit_ou_service_vise", "discredit", "aucune_personne_visee"), months=60
    ),
    Label.SPAM: Offence("", ("offre_commerciale", "lien_ou_contact"), target_hours=24),
    Label.CRITICISM: Offence("", ("jugement_de_valeur", "aucun_terme_outrageant", "aucun_fait_impute")),
    Label.COMPLAINT: Offence("", ("experience_propre", "demande")),
    Label.NEUTRAL: Offence("", ()),
}


def article(
    label: Label,
    *,
    ground: Ground | None = None,
    public: bool = True,
    official: bool = False,
    condition: bool = False,
    property_: bool = False,
) -> str:
    """Return the article a label rests on, given its ground, publicity and target."""
    if not public:
        private = _PRIVATE.get(label)
        if private:
            return private
    if label is Label.THREAT:
        return _threat_article(condition, property_, official)
    if ground and ground not in _FIRST_GROUNDS and label in _BY_GROUND:
        return _BY_GROUND[label]
    if official and label is Label.DEFAMATION:
        return "loi du 29 juillet 1881, art. 29 al. 1 et 31"
    if official and label is Label.INSULT:
        return "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 1"
    return OFFENCES[label].article


_PRIVATE = {
    Label.INSULT: "code pénal, art. R621-2",
    Label.DEFAMATION: "code pénal, art. R621-1",
    Label.HATE: "code pénal, art. R625-7",
    Label.DEFAMATION_AGGRAVATED: "code pénal, art. R625-8",
    Label.INSULT_AGGRAVATED: "code pénal, art. R625-8-1",
}
_UNSETTLED_IN_PRIVATE = frozenset({Label.HATE, Label.DEFAMATION_AGGRAVATED, Label.INSULT_AGGRAVATED})
_BY_GROUND = {
    Label.INSULT_AGGRAVATED: "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 4",
    Label.DEFAMATION_AGGRAVATED: "loi du 29 juillet 1881, art. 29 al. 1 et 32 al. 3",
    Label.HATE: "loi du 29 juillet 1881, art. 24 al. 8",
}


def is_public(article_: str) -> bool:
    """Whether an article is that of words made public; "" and those that ask for no publicity are."""
    return article_ not in _PRIVATE.values()


def _threat_article(condition: bool, property_: bool, official: bool) -> str:
    """Elected people, police, health workers and teachers have an article of their own, condition or not;
    a destruction announced has one with an order to fulfil a condition, another without.
    """
    if official:
        return "code pénal, art. 433-3"
    if property_:
        return "code pénal, art. 322-13" if condition else "code pénal, art. 322-12"
    return "code pénal, art. 222-18" if condition else "code pénal, art. 222-17"


# --- removal ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Removal:
    """Our own target for removing a comment: hours after knowledge, and whether two people must agree."""

    hours: int
    due: datetime | None
    two_people: bool
    ours_not_law: bool = True


def removal(label: Label, known_at: datetime | None = None, *, against_brand: bool = False) -> Removal | None:
    """Return the removal target of a label, or None where there is nothing to remove.

    Defamation of the brand itself is never removed by reflex (`None`): a person chooses between an answer,
    a notice and a lawyer. `due` is None while nobody knew, or when the moment has no zone.
    """
    hours = OFFENCES[label].target_hours
    if hours is None or (against_brand and label is Label.DEFAMATION):
        return None
    aware = known_at is not None and known_at.tzinfo is not None
    due = known_at + timedelta(hours=hours) if known_at is not None and aware else None
    return Removal(hours, due, two_people=label is Label.DEFAMATION)


# --- limitation ------------------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether a limitation can be told."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NONE = "none"


class EventKind(StrEnum):
    """What happened to a publication after its first day."""

    REPUBLISHED = "republished"
    EDITORIAL_HYPERLINK = "editorial_hyperlink"
    THIRD_PARTY_HYPERLINK = "third_party_hyperlink"
    SITE_REACTIVATED = "site_reactivated"
    OWNER_RENAMED = "owner_renamed"
    EDITED = "edited"


_RESTARTS = frozenset(
    {
        EventKind.REPUBLISHED,
        EventKind.EDITORIAL_HYPERLINK,
        EventKind.THIRD_PARTY_HYPERLINK,
        EventKind.SITE_REACTIVATED,
    }
)
EDIT_UNKNOWN = "edit_effect_unknown"
EVENT_UNKNOWN = "event_date_unknown"
SHOWN_AGAIN = "shown_again"

Moment = datetime | date | str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may start a new clock, and when."""

    kind: EventKind
    at: Moment


@dataclass(frozen=True, slots=True)
class Alert:
    """A reminder `days` before the last prudent day."""

    days: int
    on: date

    @property
    def last_day(self) -> date:
        """The last prudent day it recalls."""
        return self.on + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Limitation:
    """A limitation clock. `last_day` is the last prudent day, the earlier of those the sources give.

    `later_day`: the same counted from the last new publication, None when there was none: whether the first
    period still counts beside the second is a lawyer's answer, so both are told. `reason`: why it is unknown
    (absent, not_a_date, no_zone, too_early, in_the_future). `doubts`: codes of what the law leaves open.
    `confirmed`: whether the length rests on a source that was read.
    """

    status: Status
    months: int = 0
    start: date | None = None
    last_day: date | None = None
    alerts: tuple[Alert, ...] = ()
    reason: str = ""
    doubts: tuple[str, ...] = ()
    confirmed: bool = True
    later_day: date | None = None

    def expired(self, today: date) -> bool:
        """Whether the last prudent day is behind us."""
        return self.last_day is not None and today > self.last_day

    def days_left(self, today: date) -> int | None:
        """Return whole days up to the last prudent day, negative once past; None if unknown."""
        return (self.last_day - today).days if self.last_day else None

    def alerts_due(self, today: date) -> tuple[Alert, ...]:
        """Return the reminders whose day has come, while there is still time to act."""
        return tuple(alert for alert in self.alerts if alert.on <= today <= alert.last_day)


def limitation(
    label: Label,
    published: Moment,
    now: datetime,
    events: Iterable[Event] = (),
    *,
    seen: Moment = None,
    public: bool = True,
) -> Limitation:
    """Return the limitation clock of a label for a comment first available at `published`.

    `now` is aware. A moment with a zone is read in Europe/Paris; a plain date is a date of Paris. Any absent
    or absurd moment gives UNKNOWN; nothing raises. `seen`: when we first saw it, which is never before it
    was there: a network's clock that runs ahead moves nothing. `public`: whether anybody could read it.
    """
    offence = OFFENCES[label]
    if not offence.months:
        return Limitation(Status.NONE)
    confirmed = offence.confirmed and (public or label not in _UNSETTLED_IN_PRIVATE)
    start, reason = paris_day(published, now)
    if start is None:
        return Limitation(Status.UNKNOWN, offence.months, reason=reason, confirmed=confirmed)
    start = min(start, paris_day(seen, now)[0] or start)
    anew, doubts = _published_anew(start, now, events)
    last = prudent_day(start, offence.months)
    later = prudent_day(anew, offence.months) if anew else None
    alerts = _alerts(last, *([later] if later else []))
    return Limitation(Status.KNOWN, offence.months, start, last, alerts, "", doubts, confirmed, later)


def _alerts(*last_days: date) -> tuple[Alert, ...]:
    return tuple(Alert(days, last - timedelta(days=days)) for last in last_days for days in ALERT_DAYS)


def _published_anew(
    start: date, now: datetime, events: Iterable[Event]
) -> tuple[date | None, tuple[str, ...]]:
    """The day of the last new publication, and what is doubtful.

    A new publication has a clock of its own; an edit leaves a doubt; a renamed owner changes nothing.
    """
    doubts: list[str] = []
    anew = start
    for event in events:
        if event.kind is EventKind.EDITED:
            doubts.append(EDIT_UNKNOWN)
        elif event.kind in _RESTARTS:
            day, _ = paris_day(event.at, now)
            doubts.append(EVENT_UNKNOWN if day is None or day < start else SHOWN_AGAIN)
            anew = max(anew, day or start)
    if anew == start:
        doubts = [doubt for doubt in doubts if doubt != SHOWN_AGAIN]
    return (anew if anew > start else None), tuple(dict.fromkeys(doubts))


def paris_day(moment: Moment, now: datetime) -> tuple[date | None, str]:
    """Return the day of a moment in Paris, or None and why it cannot be trusted.

    A day ahead is a clock that runs ahead: it is today.
    """
    if moment is None or moment == "":
        return None, "absent"
    value = _parsed(moment) if isinstance(moment, str) else moment
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return None, "no_zone"
        return _plausible(_in_paris(value), now)
    if isinstance(value, date):
        return _plausible(value, now)
    return None, "not_a_date"


def _parsed(text: str) -> datetime | date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _in_paris(value: datetime) -> date | None:
    try:
        return value.astimezone(PARIS).date()
    except (OverflowError, ValueError):
        return None


def _plausible(day: date | None, now: datetime) -> tuple[date | None, str]:
    if day is None:
        return None, "not_a_date"
    if day < EARLIEST:
        return None, "too_early"
    today = now.astimezone(PARIS).date()
    if day > today + timedelta(days=1):
        return None, "in_the_future"
    return min(day, today), ""


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last of that month where it is missing."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def prudent_day(start: date, months: int) -> date:
    """Return `start` + months − 1 day, date to date, never moved for a weekend or a holiday."""
    return add_months(start, months) - timedelta(days=1)
