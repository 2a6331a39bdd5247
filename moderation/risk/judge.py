"""From weighed findings to one probability a label, and the rule that words have one name in law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moderation.risk.labels import FLAGGING, Kind, Label
from moderation.risk.weigh import Finding

FLAG_AT = 0.5
_CAP = 0.99
_CLEAR = 2
_DOUBT = 0.45
_ABSORBED = 0.5
_BEHIND = 0.85
_GRAVE = (Label.HATE, Label.THREAT, Label.HARASSMENT, Label.DOXXING)
_DEFAMATIONS = (Label.DEFAMATION, Label.DEFAMATION_AGGRAVATED)
_INSULTS = (Label.INSULT, Label.INSULT_AGGRAVATED)
SEVERITY: Mapping[Label, int] = {
    Label.HATE: 3,
    Label.THREAT: 3,
    Label.DOXXING: 3,
    Label.INSULT_AGGRAVATED: 3,
    Label.DEFAMATION_AGGRAVATED: 3,
    Label.HARASSMENT: 3,
    Label.DEFAMATION: 2,
    Label.INSULT: 2,
    Label.SPAM: 1,
}


def either(weights: Iterable[float]) -> float:
    """Return the probability that one at least holds, taking them as independent; at most 0.99.

    Monotone: one more finding, or a heavier one, never lowers it.
    """
    left = 1.0
    for weight in weights:
        left *= 1.0 - weight
    return min(_CAP, 1.0 - left)


def _certain(findings: list[Finding]) -> list[float]:
    """Return the weights to join: of weak words the heaviest alone, never enough without a clear one."""
    weak = [f.weight for f in findings if f.hit.rule.strength < _CLEAR]
    clear = [f.weight for f in findings if f.hit.rule.strength >= _CLEAR]
    return [*clear, min(max(weak, default=0.0), _DOUBT)]


def probabilities(findings: list[Finding]) -> dict[Label, float]:
    """Return a probability for each of the 13 labels; `neutre` is what the others leave."""
    found = {label: _joined(label, findings) for label in Label}
    _absorb(found)
    found[Label.NEUTRAL] = max(
        0.0, 1.0 - either(p for label, p in found.items() if label is not Label.NEUTRAL)
    )
    return {label: round(p, 4) for label, p in found.items()}


def _absorb(found: dict[Label, float]) -> None:
    """An insult inside a defamation is absorbed; the aggravated form and the graver offence come first."""
    if max(found[label] for label in _DEFAMATIONS) >= FLAG_AT:
        for label in _INSULTS:
            found[label] *= _ABSORBED
    if found[Label.INSULT_AGGRAVATED] >= FLAG_AT:
        found[Label.INSULT] *= _ABSORBED
    if found[Label.DEFAMATION_AGGRAVATED] >= FLAG_AT:
        found[Label.DEFAMATION] = min(found[Label.DEFAMATION], found[Label.DEFAMATION_AGGRAVATED] * _BEHIND)
    grave = max(found[label] for label in _GRAVE)
    if grave >= FLAG_AT:
        for label in (*_INSULTS, *_DEFAMATIONS):
            found[label] = min(found[label], grave * _BEHIND)
    if max(found[label] for label in FLAGGING) >= FLAG_AT:
        highest = max(found[label] for label in FLAGGING)
        for label in (Label.DISPARAGEMENT, Label.CRITICISM, Label.COMPLAINT):
            found[label] = min(found[label], highest * _BEHIND)


def _joined(label: Label, findings: list[Finding]) -> float:
    own = [finding for finding in findings if finding.label is label]
    return either(_certain(own) if label in FLAGGING else [finding.weight for finding in own])


def score(findings: list[Finding]) -> float:
    """Return the probability that a person must look: each place of the text counts once."""
    places: dict[int, Finding] = {}
    for finding in findings:
        place = finding.hit.first
        if finding.label in FLAGGING and (place not in places or places[place].weight < finding.weight):
            places[place] = finding
    return round(either(_certain(list(places.values()))), 4)


def severity(flag: bool, labels: Mapping[Label, float], findings: list[Finding]) -> int:
    """Return 0 (nothing) to 3 (hatred, threat, doxxing, ground): ours, to order a queue."""
    if not flag:
        return 0
    graves = [SEVERITY[label] for label in FLAGGING if labels[label] >= FLAG_AT]
    top = max(graves, default=1)
    mild = all(f.hit.rule.strength < 2 for f in findings if f.label is Label.INSULT)
    only_insult = top == 2 and max(labels[d] for d in _DEFAMATIONS) < FLAG_AT
    return 1 if only_insult and mild else top


def has_kind(findings: list[Finding], *kinds: Kind) -> bool:
    """Whether a finding comes from one of these kinds of rule."""
    return any(f.hit.rule.kind in kinds for f in findings)
