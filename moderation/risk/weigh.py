"""Weigh every rule found in its context: which label, for whom, how much. Numbers set by hand (rules-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from moderation.risk import guards
from moderation.risk.labels import PEOPLE, VICTIMS, Ground, Kind, Label, Target
from moderation.risk.matching import Hit
from moderation.risk.scene import Scene
from moderation.risk.target import Targets

WORTH = 0.15
"""Weights below this are dropped: context has left nothing of the words."""
_INSULT = {1: 0.3, 2: 0.8, 3: 0.92}
_IMPUTATION = {1: 0.52, 2: 0.56, 3: 0.86}
_THREAT = {1: 0.4, 2: 0.72, 3: 0.9}
_BEFORE_ORDER = frozenset(["alors", "et", "va", "mais", "donc", "bien", "toi", "vous", "juste"])
_ME = frozenset(["m", "me", "nous", "moi"])
_CALLED = frozenset(["bande", "espece", "especes", "ramassis"])
_SHORT = 6
_PERSONAL = frozenset(["son", "sa", "ses", "lui", "elle", "il", "leur", "leurs", "her", "his", "he", "she"])


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, weighed: how probable the label is because of it alone."""

    label: Label
    weight: float
    hit: Hit
    target: Target
    ground: Ground | None = None


def findings(scene: Scene, targets: Targets) -> list[Finding]:
    """Return what the rules found is worth, in the order of the text."""
    out = [f for hit in scene.hits for f in _WEIGHERS.get(hit.rule.kind, _nothing)(scene, targets, hit)]
    out += _doxxing(scene, targets)
    return [finding for finding in out if finding.weight >= WORTH]


def _nothing(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    yield from ()


def _insult(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    """Outrageous words: aimed at someone they count whole, at a thing hardly."""
    target = targets.of(hit)
    weight = _INSULT[hit.rule.strength] * _aim(scene, hit, target) * guards.speech_factor(scene, hit, target)
    if target is Target.NOBODY and len(scene.words) <= _SHORT:
        target = Target.VISITOR
    ground = hit.rule.ground
    if hit.rule.kind is Kind.SLUR:
        yield Finding(Label.INSULT_AGGRAVATED, weight, hit, target, ground)
        return
    yield Finding(Label.INSULT, weight, hit, target)
    if ground:
        yield Finding(Label.INSULT_AGGRAVATED, weight * 0.6, hit, target, ground)
    if hit.rule.strength == 1 and target not in PEOPLE:
        yield Finding(Label.CRITICISM, 0.4, hit, target)


def _aim(scene: Scene, hit: Hit, target: Target) -> float:
    """Return how much of an outrageous word is left given its target."""
    strength = hit.rule.strength
    if target in PEOPLE:
        return 1.0
    if hit.rule.kind is Kind.SLUR:
        return 0.9
    if target is Target.COMPANY:
        return (0.0, 0.3, 0.75, 0.9)[strength]
    if target is Target.GROUP:
        return 0.8
    if target is Target.PRODUCT:
        return (0.0, 0.0, 0.2, 0.55)[strength]
    called = not _CALLED.isdisjoint(scene.words[max(0, hit.first - 2) : hit.first + 1])
    if strength > 1 and (called or len(scene.words) <= _SHORT):
        return 0.85
    return (0.0, 0.2, 0.5, 0.75)[strength]


def _epithet(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    """The grey zone (`voleurs`, `escroc`, `escroquerie`): a name leans to insult, an act to defamation."""
    target = targets.of(hit)
    factor = guards.speech_factor(scene, hit, target)
    reach = 1.0 if target in PEOPLE else 0.8 if target is Target.COMPANY else 0.4
    if hit.rule.tone == "acte":
        weight = 0.7 if hit.rule.strength == 2 else 0.4
        yield Finding(Label.DEFAMATION, weight * reach * factor, hit, target)
        yield Finding(Label.CRITICISM, 0.4, hit, target)
        return
    yield Finding(Label.INSULT, 0.75 * reach * factor, hit, target)
    yield Finding(Label.DEFAMATION, 0.45 * reach * factor, hit, target)


def _imputation(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    """A precise act: question, conditional and allusion count; a denial, a bare report do not."""
    target = targets.actor(hit)
    weight = _IMPUTATION[hit.rule.strength]
    weight *= 1.0 if target in PEOPLE else 0.92 if target in VICTIMS else 0.35
    if scene.around(hit, Kind.DENIAL) or guards.denied(scene, hit) and hit.rule.strength < 3:
        weight *= guards.NEGATED
    if guards.reported(scene, hit):
        weight *= 0.25
    if scene.of(Kind.MEASURED):
        weight *= 0.6
    if (
        scene.near(hit, Kind.SELF, before=6, after=3)
        or _complaining(scene, target)
        or _own_loss(scene, hit, target)
    ):
        weight *= 0.5
    ground = _ground_around(scene, hit)
    if ground:
        yield Finding(Label.DEFAMATION_AGGRAVATED, weight, hit, target, ground)
        weight *= 0.6
    yield Finding(Label.DEFAMATION, weight, hit, target)


def _complaining(scene: Scene, target: Target) -> bool:
    """Whether this is a customer's own case against a company: an order, a refund, a delay."""
    return target is not Target.NAMED and len(scene.of(Kind.COMPLAINT)) >= 2


def _own_loss(scene: Scene, hit: Hit, target: Target) -> bool:
    """Whether the writer tells of a loss of their own: `vous m'avez volé 20 €`, `on m'a volé mon vélo`."""
    near = scene.words[max(0, hit.first - 3) : hit.first + 4]
    nobody = "on" in near or (target in (Target.COMPANY, Target.VISITOR) and "vous" in scene.words)
    return nobody and not _ME.isdisjoint(near)


def _ground_around(scene: Scene, hit: Hit) -> Ground | None:
    for other in scene.of(Kind.STEREOTYPE, Kind.SLUR):
        if other.rule.ground and abs(scene.sentence(other) - scene.sentence(hit)) <= 1:
            return other.rule.ground
    return None


def _hate(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    weight = 0.9 if hit.rule.strength == 3 else 0.75
    if _of_vermin(scene) and scene.classes["groupe"].isdisjoint(scene.words):
        weight *= 0.1
    yield Finding(Label.HATE, weight * _call_factor(scene, hit), hit, Target.GROUP)


def _of_vermin(scene: Scene) -> bool:
    """Whether pests are spoken of: punaises, moustiques."""
    return not scene.classes["nuisibles"].isdisjoint(scene.words)


def _threat(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    """A harm to come; going to court is a right, and a joke between friends is none."""
    target = targets.of(hit)
    weight = _THREAT[hit.rule.strength]
    weight *= {Target.PRODUCT: 0.6, Target.NOBODY: 0.7, Target.GROUP: 0.8}.get(target, 1.0)
    if hit.rule.tone == "tiers" and _of_vermin(scene):
        weight *= 0.2
    if scene.around(hit, Kind.LEGAL_STEP):
        weight *= 0.15
    if Kind.PRAISE in scene.kinds and hit.rule.strength < 3:
        weight *= 0.5
    if scene.around(hit, Kind.FRIENDLY) or (Kind.LAUGHTER in scene.kinds and hit.rule.strength < 3):
        weight *= 0.5
    yield Finding(Label.THREAT, weight * _call_factor(scene, hit), hit, target)


def _ordered(scene: Scene, hit: Hit) -> bool:
    """Whether a verb opens its clause, as an order does: `crève !`, not `le pneu crève`."""
    before = scene.tokens[hit.first - 1] if hit.first else None
    here = scene.tokens[hit.first]
    return before is None or here.first or before.clause != here.clause or before.word in _BEFORE_ORDER


def _incitement(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    if hit.rule.tone == "imperatif" and not _ordered(scene, hit):
        return
    target = targets.of(hit)
    target = target if target in PEOPLE else Target.VISITOR
    factor = _call_factor(scene, hit) * (0.5 if scene.around(hit, Kind.FRIENDLY) else 1.0)
    yield Finding(Label.HARASSMENT, 0.88 * factor, hit, target)


def _pile_on(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    """A call to gather against someone; against a company it is at most a campaign."""
    target = targets.of(hit)
    weight = 0.86 if hit.rule.strength == 3 else 0.62
    weight *= 1.0 if target in PEOPLE else 0.55 if target is Target.COMPANY else 0.75
    yield Finding(Label.HARASSMENT, weight * _call_factor(scene, hit), hit, target)


def _call_factor(scene: Scene, hit: Hit) -> float:
    factor = guards.REPORTED if guards.reported(scene, hit) else 1.0
    if guards.denied(scene, hit):
        factor *= guards.NEGATED
    return factor


def _doxxing(scene: Scene, targets: Targets) -> Iterator[Finding]:
    """Private data, of a person who is not the writer nor a shop, the more so with a hostile call."""
    data = scene.of(Kind.PERSONAL_DATA)
    exposed = bool(scene.of(Kind.EXPOSURE))
    if not data:
        return
    person = targets.has(*PEOPLE)
    if not person and not _PERSONAL & set(scene.words):
        return
    context = 1.0 if exposed else 0.1 if scene.of(Kind.BUSINESS_DATA) else 0.75
    places = {(hit.first, hit.last) for hit in data}
    intimate = any(hit.rule.tone == "intime" for hit in data)
    context *= 1.0 if exposed or intimate or len(places) > 1 or targets.has(Target.NAMED) else 0.8
    for hit in data:
        base = (
            (0.8 if hit.rule.strength == 3 else 0.55)
            if exposed
            else (0.72 if hit.rule.tone == "intime" else 0.62 if hit.rule.strength == 3 else 0.4)
        )
        target = targets.of(hit)
        target = target if target in PEOPLE else Target.NAMED if targets.has(Target.NAMED) else Target.VISITOR
        yield Finding(Label.DOXXING, base * context, hit, target)


def _spam(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
    weight = 0.85 if hit.rule.strength == 3 else 0.62
    yield Finding(Label.SPAM, weight * _call_factor(scene, hit), hit, Target.NOBODY)


def _feedback(label: Label, weight: float) -> Callable[[Scene, Targets, Hit], Iterator[Finding]]:
    def weigh(scene: Scene, targets: Targets, hit: Hit) -> Iterator[Finding]:
        mixed = 0.75 if Kind.PRAISE in scene.kinds and label is Label.CRITICISM else 1.0
        yield Finding(label, weight * mixed, hit, targets.of(hit))

    return weigh


_WEIGHERS: dict[Kind, Callable[[Scene, Targets, Hit], Iterator[Finding]]] = {
    Kind.INSULT: _insult,
    Kind.SLUR: _insult,
    Kind.EPITHET: _epithet,
    Kind.IMPUTATION: _imputation,
    Kind.HATE: _hate,
    Kind.THREAT: _threat,
    Kind.INCITEMENT: _incitement,
    Kind.PILE_ON: _pile_on,
    Kind.SPAM: _spam,
    Kind.DISPARAGEMENT: _feedback(Label.DISPARAGEMENT, 0.58),
    Kind.CRITICISM: _feedback(Label.CRITICISM, 0.55),
    Kind.COMPLAINT: _feedback(Label.COMPLAINT, 0.56),
    Kind.LEGAL_STEP: _feedback(Label.COMPLAINT, 0.6),
    Kind.EXPLETIVE: _feedback(Label.CRITICISM, 0.2),
}
