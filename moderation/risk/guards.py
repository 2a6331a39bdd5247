"""What takes the sting out of words, or leaves it in: quotation, negation, self-mockery, friendliness."""

from __future__ import annotations

from moderation.risk import negation
from moderation.risk.labels import Kind, Target
from moderation.risk.matching import Hit
from moderation.risk.scene import Scene

_SCARE = frozenset(["ce", "cet", "cette", "ces", "un", "une", "bande", "espece", "de", "gros", "grosse"])
_THAT = frozenset(["ce", "cet", "cette", "ces"])
_POINTED = _THAT | {"bande", "espece"}
_SPEECH = "parole"
_INDIRECT = "indirect"
_FACTS = frozenset({Kind.EPITHET, Kind.IMPUTATION})
REPORTED = 0.08
NEGATED = 0.12
SELF = 0.05
FRIENDLY = 0.3


def reported(scene: Scene, hit: Hit) -> bool:
    """Whether someone else's words are told and not taken over."""
    if scene.of(Kind.RELAY) and not scene.of(Kind.DENIAL):
        return False
    before = scene.words[max(0, hit.first - 2) : hit.first]
    if scene.quoted(hit):
        alone = hit.last - hit.first <= 2
        return not (alone and _SCARE & set(before)) or scene.near(hit, Kind.REPORTED)
    if hit.rule.kind is Kind.INSULT and _POINTED & {*before, scene.words[hit.first]}:
        return False
    return any(_tells(scene, other, hit) for other in scene.of(Kind.REPORTED))


def _tells(scene: Scene, other: Hit, hit: Hit) -> bool:
    """Whether a report stands before: of acts not in indirect speech, of threats in the same clause only."""
    if scene.sentence(other) != scene.sentence(hit) or not -10 <= other.first - hit.first <= 0:
        return False
    if hit.rule.kind is Kind.IMPUTATION:
        return other.rule.tone != _INDIRECT
    ends = scene.tokens[other.last - 1].clause
    return other is not hit and (hit.rule.kind is not Kind.THREAT or ends == scene.tokens[hit.first].clause)


def denied(scene: Scene, hit: Hit) -> bool:
    """Whether a threat, a call or an act is negated, or named to be refused: `arrêtez de la menacer`."""
    return negation.governs_call(scene, hit) or _disowned(scene, hit)


def not_said(scene: Scene, hit: Hit) -> bool:
    """Whether an outrageous word is denied of its target; a fact in doubt too (`c'est faux`)."""
    return negation.governs_name(scene, hit) or _disowned(scene, hit)


def _disowned(scene: Scene, hit: Hit) -> bool:
    """Whether a denial stands near: of speech for any word, of facts for what imputes one."""
    return any(
        other.rule.kind is Kind.DENIAL
        and (other.rule.tone == _SPEECH or hit.rule.kind in _FACTS)
        and scene.sentence(other) == scene.sentence(hit)
        for other in scene.of(Kind.DENIAL)
    )


def self_aimed(scene: Scene, hit: Hit) -> bool:
    """Whether the writer mocks themself: nothing but adverbs between `je suis` and the word."""
    clause = scene.tokens[hit.first].clause
    return any(
        scene.tokens[own.first].clause == clause and own.first - hit.first >= -6 and _reaches(scene, own, hit)
        for own in scene.of(Kind.SELF)
    )


def _reaches(scene: Scene, own: Hit, hit: Hit) -> bool:
    if own.first <= hit.first < own.last:
        return True
    if own.first > hit.first:
        return own.first <= hit.last
    return negation.predicate(scene, hit)[0] < own.last


def friendly(scene: Scene, hit: Hit, target: Target) -> bool:
    """Whether words mild enough are said in affection, near, to the one they name: laughter is none."""
    aside = scene.words[max(0, hit.first - 2) : hit.first]
    spoken_to = target in (Target.VISITOR, Target.NOBODY) and _THAT.isdisjoint(aside)
    return hit.rule.strength <= 2 and spoken_to and scene.around(hit, Kind.FRIENDLY)


def speech_factor(scene: Scene, hit: Hit, target: Target) -> float:
    """Return what is left of an outrageous word once its context is read, 0 to 1."""
    factor = 1.0
    if reported(scene, hit):
        factor *= REPORTED
    if not_said(scene, hit):
        factor *= NEGATED
    if self_aimed(scene, hit):
        factor *= SELF
    if friendly(scene, hit, target):
        factor *= FRIENDLY
    return factor
