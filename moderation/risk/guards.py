"""What takes the sting out of words, or leaves it in: quotation, negation, self-mockery, friendliness."""

from __future__ import annotations

from moderation.risk.labels import Kind
from moderation.risk.matching import Hit
from moderation.risk.scene import Scene

_NOT = frozenset(["pas", "jamais", "aucun", "aucune", "rien", "ni", "nullement", "guere", "not", "never"])
_SCARE = frozenset(["ce", "cet", "cette", "ces", "un", "une", "bande", "espece", "de", "gros", "grosse"])
REPORTED = 0.08
NEGATED = 0.12
SELF = 0.05
FRIENDLY = 0.3


def reported(scene: Scene, hit: Hit) -> bool:
    """Whether someone else's words are told and not taken over."""
    if scene.of(Kind.RELAY) and not scene.of(Kind.DENIAL):
        return False
    if scene.quoted(hit):
        before = scene.words[max(0, hit.first - 2) : hit.first]
        alone = hit.last - hit.first <= 2
        return not (alone and _SCARE & set(before)) or scene.near(hit, Kind.REPORTED)
    return scene.near(hit, Kind.REPORTED, before=10, after=0)


def negated(scene: Scene, hit: Hit) -> bool:
    """Whether `ne … pas` or `pas` governs the words; `ne … que` is no negation."""
    clause = scene.tokens[hit.first].clause
    low = max(0, hit.first - 4)
    before = [t.word for t in scene.tokens[low : hit.first] if t.clause == clause]
    return bool(_NOT & set(before))


def negated_call(scene: Scene, hit: Hit) -> bool:
    """Whether the sentence refuses what it names: `je ne traiterais pas … d'incompétente`."""
    return negated(scene, hit) or scene.near(hit, Kind.DENIAL)


def self_aimed(scene: Scene, hit: Hit) -> bool:
    """Whether the writer mocks themself."""
    clause = scene.tokens[hit.first].clause
    return any(
        scene.tokens[own.first].clause == clause and own.first - hit.first >= -6 and own.first <= hit.last
        for own in scene.of(Kind.SELF)
    )


def friendly(scene: Scene, hit: Hit) -> bool:
    """Whether the tone is friendly, for words mild enough to be."""
    return hit.rule.strength <= 2 and Kind.FRIENDLY in scene.kinds


def speech_factor(scene: Scene, hit: Hit) -> float:
    """Return what is left of an outrageous word once its context is read, 0 to 1."""
    factor = 1.0
    if reported(scene, hit):
        factor *= REPORTED
    if negated_call(scene, hit):
        factor *= NEGATED
    if self_aimed(scene, hit):
        factor *= SELF
    if friendly(scene, hit):
        factor *= FRIENDLY
    return factor
