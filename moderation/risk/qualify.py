"""Name the risk in law: label, article, elements found and missing, and the words each rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from moderation.law import OFFENCES, article
from moderation.risk.judge import has_kind
from moderation.risk.labels import PEOPLE, VICTIMS, Ground, Kind, Label, Target
from moderation.risk.negation import ordered
from moderation.risk.scene import Scene
from moderation.risk.shapes import CommentText, Element, Qualification, Span
from moderation.risk.weigh import Finding

RIVAL_AT = 0.2
PRIVATE_PAGES = frozenset({"dm", "message", "private", "group"})
_IDENTIFIABLE = frozenset({Target.NAMED, Target.EMPLOYEE, Target.OFFICIAL, Target.COMPANY})
_CONTACTS = frozenset(
    {"http", "https", "www", "whatsapp", "telegram", "lien", "link", "bio", "mp", "dm", "mail"}
)
_MOST_SPANS = 12
_TERMS = frozenset({Kind.INSULT, Kind.SLUR, Kind.EPITHET})


@dataclass(frozen=True, slots=True)
class _Case:
    """What an element is looked for in."""

    scene: Scene
    own: list[Finding]
    all: list[Finding]

    @property
    def targets(self) -> frozenset[Target]:
        return frozenset(finding.target for finding in self.own)


def public(comment: CommentText) -> bool:
    """Whether anyone may read the comment; a page is public unless it is a message or a closed group."""
    return comment.page_kind not in PRIVATE_PAGES


def qualifications(
    scene: Scene, found: list[Finding], labels: Mapping[Label, float]
) -> tuple[Qualification, ...]:
    """Return the readings worth showing, the most probable first; `neutre` is none."""
    order = sorted(
        (label for label in labels if labels[label] >= RIVAL_AT and label is not Label.NEUTRAL),
        key=lambda label: (-labels[label], list(Label).index(label)),
    )
    return tuple(_qualification(scene, found, label, labels[label]) for label in order)


def _qualification(scene: Scene, found: list[Finding], label: Label, confidence: float) -> Qualification:
    own = [finding for finding in found if finding.label is label]
    case = _Case(scene, own, found)
    elements = tuple(Element(code, _ELEMENTS[code](case)) for code in OFFENCES[label].elements)
    return Qualification(label, _article(case, label), confidence, elements, _spans(case, label))


def _article(case: _Case, label: Label) -> str:
    heaviest = max(case.own, key=lambda finding: finding.weight)
    return article(
        label,
        ground=heaviest.ground or _ground_of_group(case, label),
        public=public(case.scene.comment),
        official=heaviest.target is Target.OFFICIAL,
        condition=_conditional(case),
        property_=heaviest.hit.rule.id == "men.biens",
    )


def _ground_of_group(case: _Case, label: Label) -> Ground | None:
    """Return the ground of the group a provocation aims at, read from the words it covers."""
    if label is not Label.HATE:
        return None
    classes = case.scene.classes
    words = {w for f in case.own for w in case.scene.words[f.hit.first : f.hit.last]} | set(case.scene.words)
    for ground, name in _GROUND_CLASSES.items():
        if classes[name] & words:
            return ground
    return None


_GROUND_CLASSES = {
    Ground.ORIGIN: "origine",
    Ground.RELIGION: "religion",
    Ground.ORIENTATION: "orientation",
    Ground.GENDER: "genre",
    Ground.DISABILITY: "handicap",
    Ground.SEX: "sexe",
}


def _spans(case: _Case, label: Label) -> tuple[Span, ...]:
    """Return the words marked: of the label's own rules, and of the ground where it aggravates."""
    hits = {(f.hit.first, f.hit.last, f.hit.rule.id): f.hit for f in case.own}
    if label is Label.DEFAMATION_AGGRAVATED:
        hits |= {(h.first, h.last, h.rule.id): h for h in case.scene.of(Kind.STEREOTYPE)}
    if label is Label.DOXXING:
        hits |= {(h.first, h.last, h.rule.id): h for h in case.scene.of(Kind.EXPOSURE)}
    return tuple(case.scene.span(hits[key]) for key in sorted(hits))[:_MOST_SPANS]


def _conditional(case: _Case) -> bool:
    return any(f.hit.rule.tone == "condition" or ordered(case.scene, f.hit) for f in case.own)


def _unprovoked(case: _Case) -> bool:
    """Found only when the comment answered is known and holds no outrageous word."""
    parent = case.scene.comment.parent_text
    return bool(parent) and not Scene(CommentText(parent)).of(*_TERMS)


def _yes(case: _Case) -> bool:
    return True


def _no(case: _Case) -> bool:
    """An element no single comment can show: always to be checked."""
    return False


def _aimed(case: _Case) -> bool:
    return bool(case.targets & (VICTIMS | {Target.GROUP}))


def _identifiable(case: _Case) -> bool:
    mention = any(token.tag == "#at" for token in case.scene.tokens)
    return bool(case.targets & _IDENTIFIABLE) or mention or bool(case.scene.comment.parent_text)


def _no_fact(case: _Case) -> bool:
    return not has_kind(case.all, Kind.IMPUTATION)


def _no_outrage(case: _Case) -> bool:
    return not has_kind(case.all, *_TERMS)


def _precise(case: _Case) -> bool:
    return any(f.hit.rule.kind is Kind.IMPUTATION and f.hit.rule.strength == 3 for f in case.own)


def _exhorts(case: _Case) -> bool:
    return any(f.hit.rule.strength == 3 for f in case.own)


def _repeats(case: _Case) -> bool:
    return has_kind(case.own, Kind.PILE_ON)


def _exposes(case: _Case) -> bool:
    return bool(case.scene.of(Kind.EXPOSURE))


def _spares_people(case: _Case) -> bool:
    return not case.targets & PEOPLE


def _contact(case: _Case) -> bool:
    return not _CONTACTS.isdisjoint(case.scene.words)


def _own_story(case: _Case) -> bool:
    return not {"je", "j", "nous", "mon", "ma", "mes", "notre", "m", "my", "i"}.isdisjoint(case.scene.words)


_ELEMENTS: Mapping[str, Callable[[_Case], bool]] = {
    "terme_outrageant": _yes,
    "personne_visee": _aimed,
    "aucun_fait_impute": _no_fact,
    "absence_de_provocation": _unprovoked,
    "publicite": lambda case: public(case.scene.comment),
    "motif_discriminatoire": _yes,
    "fait_precis": _precise,
    "atteinte_a_l_honneur": _yes,
    "personne_identifiable": _identifiable,
    "exhortation": _exhorts,
    "groupe_ou_personne_vise": _yes,
    "mal_annonce": _yes,
    "ecrit_ou_reitere": _yes,
    "condition_posee": _conditional,
    "repetition_ou_meute": _repeats,
    "atteinte_aux_conditions_de_vie": _no,
    "donnee_personnelle": _yes,
    "exposition_a_un_risque": _exposes,
    "produit_ou_service_vise": _yes,
    "discredit": _yes,
    "aucune_personne_visee": _spares_people,
    "offre_commerciale": _yes,
    "lien_ou_contact": _contact,
    "jugement_de_valeur": _yes,
    "aucun_terme_outrageant": _no_outrage,
    "experience_propre": _own_story,
    "demande": _yes,
}
