"""The codes of moderation in words: labels with their plain meaning, elements, clocks, results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from moderation.risk.labels import Ground, Label, Target

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Named:
    """A legal word and what it means to whoever never opened a code."""

    name: Words
    plain: Words


LABELS: Final[Mapping[str, Named]] = {
    Label.INSULT: Named(
        gettext_lazy("Public insult"),
        gettext_lazy("Outrageous or contemptuous words aimed at somebody, without any fact."),
    ),
    Label.INSULT_AGGRAVATED: Named(
        gettext_lazy("Aggravated public insult"),
        gettext_lazy(
            "An insult because of origin, religion, sex, sexual orientation, gender identity or disability."
        ),
    ),
    Label.DEFAMATION: Named(
        gettext_lazy("Public defamation"),
        gettext_lazy(
            "A precise fact said of somebody that harms their honour and could be proved or denied."
        ),
    ),
    Label.DEFAMATION_AGGRAVATED: Named(
        gettext_lazy("Aggravated public defamation"),
        gettext_lazy(
            "A harmful fact said of somebody because of origin, religion, sex, sexual orientation, gender "
            "identity or disability."
        ),
    ),
    Label.HATE: Named(
        gettext_lazy("Incitement to hatred or violence"),
        gettext_lazy("Words that push others to hate, exclude or hurt people for who they are."),
    ),
    Label.THREAT: Named(
        gettext_lazy("Threat"), gettext_lazy("Harm announced in writing to a person or their property.")
    ),
    Label.HARASSMENT: Named(
        gettext_lazy("Online harassment"),
        gettext_lazy("Words repeated, or piled on by several, that make somebody’s life worse."),
    ),
    Label.DOXXING: Named(
        gettext_lazy("Exposure of personal data"),
        gettext_lazy("An address, a number or another private detail that puts somebody at risk."),
    ),
    Label.DISPARAGEMENT: Named(
        gettext_lazy("Disparagement of a product"),
        gettext_lazy("Discredit on a product or a service, not on a person. Nothing to remove: answer."),
    ),
    Label.SPAM: Named(
        gettext_lazy("Spam"), gettext_lazy("Advertising or a trap that has nothing to do here.")
    ),
    Label.CRITICISM: Named(
        gettext_lazy("Criticism"), gettext_lazy("An opinion, even a harsh one. It is free: leave it, answer.")
    ),
    Label.COMPLAINT: Named(
        gettext_lazy("Complaint"), gettext_lazy("A customer’s own story and what they ask for. Answer.")
    ),
    Label.NEUTRAL: Named(
        gettext_lazy("Nothing found"), gettext_lazy("The rules found no risk in the words.")
    ),
}

_NO_LABEL: Final = Named(gettext_lazy("Not named yet"), gettext_lazy("A person says what it is."))


def label_name(code: str) -> str:
    """The legal name of a label; that nothing was named for an empty or unknown code."""
    return str(LABELS.get(code, _NO_LABEL).name)


def label_plain(code: str) -> str:
    """What the label means in plain words."""
    return str(LABELS.get(code, _NO_LABEL).plain)


# --- how grave, how long -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Risk:
    """The mark of a severity: a shape, a word and a tone, so that it reads without colour."""

    icon: str
    word: Words
    tone: str


RISKS: Final[tuple[Risk, ...]] = (
    Risk("risk-0", gettext_lazy("No risk found"), ""),
    Risk("risk-1", gettext_lazy("Low risk"), ""),
    Risk("risk-2", gettext_lazy("Risk"), "warn"),
    Risk("risk-3", gettext_lazy("High risk"), "risk"),
)


def risk(severity: int) -> Risk:
    """The mark of a severity, 0 to 3; anything above is the highest."""
    return RISKS[max(0, min(severity, len(RISKS) - 1))]


def length_words(length: timedelta) -> str:
    """A length in two units at most: "2 d 4 h", "3 h 12", "7 min"; never below one minute."""
    minutes = max(1, int(abs(length).total_seconds() // 60))
    if minutes >= 24 * 60:
        return _("%(days)d d %(hours)d h") % {"days": minutes // 1440, "hours": minutes % 1440 // 60}
    if minutes >= 60:
        return _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def left_words(left: timedelta | None) -> str:
    """How long is left before a deadline, or since when it is past; empty without one."""
    if left is None:
        return ""
    if left.total_seconds() <= 0:
        return _("%(length)s overdue") % {"length": length_words(left)}
    return _("%(length)s left") % {"length": length_words(left)}
