"""Is a text kind to what it speaks of? Rules over a lexicon; "uncertain" when they do not settle it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reputation.scoring.clauses import Reading, read
from reputation.scoring.weigh import Evidence, weigh

MODEL_VERSION = "rules-2"
POSITIVE, NEGATIVE, NEUTRAL, UNCERTAIN = "positive", "negative", "neutral", "uncertain"
SOCIAL, REVIEW, PRESS = "social", "review", "press"
KINDS = (REVIEW, SOCIAL, PRESS)
_LEAST_EVIDENCE = 1.4
_LEAST_BALANCE = 0.34
_NO_EVIDENCE = 0.55
_FEWEST_WORDS = 4
_CALM = 0.8
_KEPT = 0.3


@dataclass(frozen=True, slots=True)
class Opinion:
    """A label, and the probabilities of the three it chooses from (sum 1). Uncertain: none stands out."""

    label: str
    positive: float
    negative: float
    neutral: float
    model_version: str = MODEL_VERSION


def score(text: str, kind: str = SOCIAL) -> Opinion:
    """Return the opinion of a text. `kind`: social (forums, comments too), review, press (blogs too).

    Linear in the length of the text; what is past the first 20,000 characters is not read.
    """
    reading = read(text)
    evidence = weigh(reading, press=kind == PRESS, banter=kind == SOCIAL)
    label = _label(evidence, reading, kind)
    positive, negative, neutral = _shares(evidence, certain=label != UNCERTAIN)
    return Opinion(label, positive, negative, neutral)


def _label(evidence: Evidence, reading: Reading, kind: str) -> str:
    total = evidence.kind + evidence.harsh
    if total < _NO_EVIDENCE:
        return NEUTRAL if _plain(evidence, reading, kind) else UNCERTAIN
    balance = _balance(evidence)
    if total < _LEAST_EVIDENCE or abs(balance) < _LEAST_BALANCE or evidence.doubtful:
        return UNCERTAIN
    return POSITIVE if balance > 0 else NEGATIVE


def _plain(evidence: Evidence, reading: Reading, kind: str) -> bool:
    """Whether a text without opinion words is a statement or a question, and not one we fail to read."""
    if len(reading.tokens) < _FEWEST_WORDS or reading.signs or evidence.doubtful or evidence.contested:
        return False
    ends = "".join(reading.ends.values())
    if "!" in ends or "..." in ends or "…" in ends:
        return False
    return not evidence.touched or kind == PRESS


def _balance(evidence: Evidence) -> float:
    return (evidence.kind - evidence.harsh) / (evidence.kind + evidence.harsh + 0.5)


def _shares(evidence: Evidence, *, certain: bool) -> tuple[float, float, float]:
    """Return the probabilities: the more is said the less neutral; nearly alike where nothing is settled."""
    neutral = _CALM / (_CALM + evidence.kind + evidence.harsh)
    share = 1 / (1 + math.exp(-5 * _balance(evidence)))
    parts = [(1 - neutral) * share, (1 - neutral) * (1 - share)]
    if not certain:
        parts = [_KEPT * part + (1 - _KEPT) / 3 for part in parts]
    positive, negative = round(parts[0], 4), round(parts[1], 4)
    return positive, negative, round(1 - positive - negative, 4)
