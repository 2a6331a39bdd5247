"""Legal words, always with their plain meaning: labels, articles, elements, targets, clocks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.law import EDIT_UNKNOWN, EVENT_UNKNOWN, SHOWN_AGAIN
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
            "A precise fact said of somebody, harmful to their honour, that could be proved or denied."
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
        gettext_lazy("Disparagement"),
        gettext_lazy("Discredit on a product or a service, not on a person. Nothing to remove: answer."),
    ),
    Label.SPAM: Named(
        gettext_lazy("Spam"), gettext_lazy("Advertising or a trap that has nothing to do with the post.")
    ),
    Label.CRITICISM: Named(
        gettext_lazy("Criticism"), gettext_lazy("An opinion, even a harsh one. It is free: leave it, answer.")
    ),
    Label.COMPLAINT: Named(
        gettext_lazy("Complaint"), gettext_lazy("A customer’s own story, and what they ask for. Answer.")
    ),
    Label.NEUTRAL: Named(
        gettext_lazy("Nothing found"), gettext_lazy("The rules found no risk in these words.")
    ),
}
_UNNAMED: Final = Named(gettext_lazy("Not named yet"), gettext_lazy("A person says what it is."))

ELEMENTS: Final[Mapping[str, Words]] = {
    "terme_outrageant": gettext_lazy("An outrageous word"),
    "personne_visee": gettext_lazy("Somebody is aimed at"),
    "aucun_fait_impute": gettext_lazy("No precise fact is said of them"),
    "absence_de_provocation": gettext_lazy("Nobody provoked it"),
    "publicite": gettext_lazy("Anybody can read it"),
    "motif_discriminatoire": gettext_lazy("Because of a protected ground"),
    "fait_precis": gettext_lazy("A precise fact, that could be proved or denied"),
    "atteinte_a_l_honneur": gettext_lazy("It harms somebody’s honour or standing"),
    "personne_identifiable": gettext_lazy("The person can be recognised"),
    "exhortation": gettext_lazy("It calls on others to act"),
    "groupe_ou_personne_vise": gettext_lazy("A group or a person is aimed at"),
    "mal_annonce": gettext_lazy("Harm to come is announced"),
    "ecrit_ou_reitere": gettext_lazy("In writing, or repeated"),
    "condition_posee": gettext_lazy("A condition is set: “if you…, I will…”"),
    "repetition_ou_meute": gettext_lazy("Repeated, or by several people"),
    "atteinte_aux_conditions_de_vie": gettext_lazy("It makes the person’s life worse"),
    "donnee_personnelle": gettext_lazy("A private, family or professional detail"),
    "exposition_a_un_risque": gettext_lazy("It puts the person at risk"),
    "produit_ou_service_vise": gettext_lazy("A product or a service is aimed at"),
    "discredit": gettext_lazy("It discredits"),
    "aucune_personne_visee": gettext_lazy("No person is aimed at"),
    "offre_commerciale": gettext_lazy("Something is offered or sold"),
    "lien_ou_contact": gettext_lazy("A link, or a way to get in touch"),
    "jugement_de_valeur": gettext_lazy("An opinion"),
    "aucun_terme_outrageant": gettext_lazy("No outrageous word"),
    "experience_propre": gettext_lazy("Somebody’s own experience"),
    "demande": gettext_lazy("Something is asked for"),
}

TARGETS: Final[Mapping[str, Words]] = {
    Target.NAMED: gettext_lazy("a person named"),
    Target.EMPLOYEE: gettext_lazy("an employee who can be recognised"),
    Target.OFFICIAL: gettext_lazy("an elected or public official"),
    Target.VISITOR: gettext_lazy("another visitor"),
    Target.COMPANY: gettext_lazy("a company"),
    Target.GROUP: gettext_lazy("a protected group"),
    Target.PRODUCT: gettext_lazy("a product"),
    Target.NOBODY: gettext_lazy("nobody in particular"),
}

GROUNDS: Final[Mapping[str, Words]] = {
    Ground.ORIGIN: gettext_lazy("origin"),
    Ground.RELIGION: gettext_lazy("religion"),
    Ground.SEX: gettext_lazy("sex"),
    Ground.ORIENTATION: gettext_lazy("sexual orientation"),
    Ground.GENDER: gettext_lazy("gender identity"),
    Ground.DISABILITY: gettext_lazy("disability"),
}

SOURCES: Final[Mapping[str, Words]] = {
    "inj": gettext_lazy("outrageous word"),
    "disc": gettext_lazy("word aimed at a protected ground"),
    "dif": gettext_lazy("fact said of somebody"),
    "hai": gettext_lazy("call to hate, exclude or hurt"),
    "men": gettext_lazy("threat"),
    "har": gettext_lazy("harassment"),
    "dox": gettext_lazy("private detail"),
    "spam": gettext_lazy("advertising or trap"),
    "den": gettext_lazy("discredit on a product"),
    "cri": gettext_lazy("opinion"),
    "rec": gettext_lazy("complaint"),
    "pos": gettext_lazy("praise"),
    "gar": gettext_lazy("turn of phrase that softens"),
    "en": gettext_lazy("English expression"),
    "model": gettext_lazy("reading of the model"),
}
_RULE: Final = gettext_lazy("expression of the rules")

UNKNOWN_DATES: Final[Mapping[str, Words]] = {
    "absent": gettext_lazy("The network gives no date for this comment."),
    "not_a_date": gettext_lazy("What the network gives as a date is none."),
    "no_zone": gettext_lazy("The network’s date has no time zone."),
    "too_early": gettext_lazy("The network’s date is too old to be believed."),
    "in_the_future": gettext_lazy("The network’s date is in the future."),
}
_NO_DATE: Final = gettext_lazy("The date of publication is not known.")

DOUBTS: Final[Mapping[str, Words]] = {
    EDIT_UNKNOWN: gettext_lazy("It was edited: whether that starts a new period is not settled in law."),
    EVENT_UNKNOWN: gettext_lazy("Something may have published it anew, on a day nobody knows."),
    SHOWN_AGAIN: gettext_lazy(
        "It was shown again, which in law may be a new publication with a period of its own: ask a lawyer."
    ),
}

_STATUTES: Final[Mapping[str, Words]] = {
    "loi du 29 juillet 1881": gettext_lazy("law of 29 July 1881 on the press"),
    "code pénal": gettext_lazy("Criminal Code"),
    "code civil": gettext_lazy("Civil Code"),
}
_ARTICLE: Final = re.compile(r"^(?P<statute>.+?), art\. (?P<places>.+)$")


def label_name(code: str) -> str:
    """The legal name of a label; "not named yet" for an empty or unknown code."""
    return str(LABELS.get(code, _UNNAMED).name)


def label_plain(code: str) -> str:
    """What the label means in plain words."""
    return str(LABELS.get(code, _UNNAMED).plain)


def element_words(code: str) -> str:
    """An element of a label in plain words; the code itself where nobody worded it."""
    return str(ELEMENTS.get(code, code))


def source_words(source: str) -> str:
    """What kind of expression a rule marks, by the family its id begins with."""
    return str(SOURCES.get(source.partition(".")[0], _RULE))


def article_words(article: str) -> str:
    """A citation as it is kept ("code pénal, art. 222-17") in the reader's language; "" stays empty."""
    found = _ARTICLE.match(article)
    if found is None:
        return article
    statute = str(_STATUTES.get(found["statute"], found["statute"]))
    places = found["places"].replace(" et ", f" {_('and')} ").replace("al.", _("para."))
    return _("%(statute)s, art. %(places)s") % {
        "statute": statute[:1].upper() + statute[1:],
        "places": places,
    }


def unknown_words(reason: str) -> str:
    """Why a limitation cannot be told."""
    return str(UNKNOWN_DATES.get(reason, _NO_DATE))


def doubt_words(code: str) -> str:
    """What makes a limitation doubtful; empty for a doubt nobody worded."""
    return str(DOUBTS.get(code, ""))
