"""The codes of moderation: labels, targets, grounds. Stable: files, databases and tests hold them."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """What a comment is, in the order of the contract of `score_comments`."""

    INSULT = "injure"
    INSULT_AGGRAVATED = "injure_aggravee"
    DEFAMATION = "diffamation"
    DEFAMATION_AGGRAVATED = "diffamation_aggravee"
    HATE = "haine"
    THREAT = "menace"
    HARASSMENT = "harcelement"
    DOXXING = "doxxing"
    DISPARAGEMENT = "denigrement"
    SPAM = "spam"
    CRITICISM = "critique"
    COMPLAINT = "reclamation"
    NEUTRAL = "neutre"


FLAGGING = frozenset(
    {
        Label.INSULT,
        Label.INSULT_AGGRAVATED,
        Label.DEFAMATION,
        Label.DEFAMATION_AGGRAVATED,
        Label.HATE,
        Label.THREAT,
        Label.HARASSMENT,
        Label.DOXXING,
        Label.SPAM,
    }
)
"""Labels that may set the flag: a legal reason, or spam. The others never do."""


class Target(StrEnum):
    """Who or what the words aim at."""

    NAMED = "personne_nommee"
    EMPLOYEE = "salarie_identifiable"
    OFFICIAL = "elu_ou_agent_public"
    VISITOR = "autre_internaute"
    COMPANY = "personne_morale"
    GROUP = "groupe_protege"
    PRODUCT = "produit"
    NOBODY = "aucun"


PEOPLE = frozenset({Target.NAMED, Target.EMPLOYEE, Target.OFFICIAL, Target.VISITOR})
"""Targets that are one person, or a few."""

VICTIMS = PEOPLE | {Target.COMPANY}
"""Targets whose honour the press law protects, apart from groups by ground."""


class Ground(StrEnum):
    """The closed list of grounds that aggravate (law of 1881, articles 24, 32 and 33)."""

    ORIGIN = "origine"
    RELIGION = "religion"
    SEX = "sexe"
    ORIENTATION = "orientation"
    GENDER = "identite_de_genre"
    DISABILITY = "handicap"


class Kind(StrEnum):
    """What a rule of the catalogue recognises."""

    INSULT = "insult"
    SLUR = "slur"
    EPITHET = "epithet"
    EXPLETIVE = "expletive"
    IMPUTATION = "imputation"
    STEREOTYPE = "stereotype"
    HATE = "hate"
    THREAT = "threat"
    INCITEMENT = "incitement"
    PILE_ON = "pile_on"
    PERSONAL_DATA = "personal_data"
    EXPOSURE = "exposure"
    BUSINESS_DATA = "business_data"
    SPAM = "spam"
    DISPARAGEMENT = "disparagement"
    CRITICISM = "criticism"
    COMPLAINT = "complaint"
    LEGAL_STEP = "legal_step"
    IDIOM = "idiom"
    REPORTED = "reported"
    RELAY = "relay"
    DENIAL = "denial"
    SELF = "self"
    FRIENDLY = "friendly"
    LAUGHTER = "laughter"
    PRAISE = "praise"
    MEASURED = "measured"
