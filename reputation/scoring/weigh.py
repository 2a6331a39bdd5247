"""What the words of a text weigh for and against: negation, degree, contrast, concession, quotation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reputation.scoring.clauses import Reading
from reputation.scoring.lexicon import Lexicon, lexicon

_LOOK_BACK, _LOOK_AHEAD = 4, 3
_STRONGER, _WEAKER = 1.4, 0.6
_NEGATED_KIND, _NEGATED_HARSH, _NOTHING_KIND = -0.8, -0.45, -1.0
_WIDEST_GAP = 2
_BEFORE_TURN, _AFTER_TURN = 0.6, 1.2
_CONCEDED, _WISHED, _ASKED, _QUOTED, _LAST = 0.4, 0.35, 0.4, 0.5, 1.3
_SIGN, _IRONIC = 1.6, 0.2
_MANY_SENTENCES = 4
_TRAILING = ("...", "…", "👏")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weights for (`kind`) and against (`harsh`), both ≥ 0.

    `touched`: there were words of opinion, even if nothing is left of them; `doubtful`: it may be irony;
    `contested`: somebody is said to object, whatever they think.
    """

    kind: float
    harsh: float
    touched: bool
    doubtful: bool
    contested: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    at: int
    after: int
    weight: float


def weigh(reading: Reading, *, press: bool = False, banter: bool = False) -> Evidence:
    """Return what speaks for and against in a text.

    `press`: words between quotation marks are somebody else's. `banter`: praise that trails off may be irony.
    """
    return _Scale(reading, lexicon(), press, banter).evidence()


class _Scale:
    """One reading of one text."""

    def __init__(self, reading: Reading, words: Lexicon, press: bool, banter: bool) -> None:
        self._reading = reading
        self._tokens = reading.tokens
        self._lexicon = words
        self._press = press
        self._banter = banter
        self._conceded = self._clauses_of("concessions")
        self._turns = self._turns_by_sentence()
        self._last = self._tokens[-1].sentence if self._tokens else 0

    def evidence(self) -> Evidence:
        """Sum the weights of all words of opinion."""
        values = [(self._tokens[hit.at].sentence, self._value(hit)) for hit in self._hits()]
        ironic = self._ironic({sentence for sentence, value in values if value < 0})
        kind, harsh = _SIGN * min(self._reading.smiles, 2), _SIGN * min(self._reading.frowns, 2)
        for sentence, value in values:
            if value > 0:
                kind += value * (_IRONIC if sentence in ironic else 1)
            else:
                harsh -= value
        doubtful = bool(ironic) and harsh < 1
        contested = next(self._places_of("contested"), None) is not None
        return Evidence(kind, harsh, bool(values), doubtful, contested)

    def _hits(self) -> Iterator[_Hit]:
        """Yield the words and idioms of the lexicon, the longest first, without overlap."""
        at = 0
        while at < len(self._tokens):
            length, weight = self._longest_at(at)
            if weight and not (length == 1 and self._only_degree(at)):
                yield _Hit(at, at + length, weight)
            at += max(1, length)

    def _longest_at(self, at: int) -> tuple[int, float]:
        clause = self._tokens[at].clause
        words = [
            token.word for token in self._tokens[at : at + self._lexicon.longest] if token.clause == clause
        ]
        for length in range(len(words), 0, -1):
            weight = self._lexicon.weights.get(tuple(words[:length]))
            if weight is not None:
                return length, weight
        return 0, 0.0

    def _only_degree(self, at: int) -> bool:
        """Whether a word such as "super" only strengthens the word of opinion that follows it."""
        if self._tokens[at].word not in self._lexicon.small["stronger"] or at + 1 >= len(self._tokens):
            return False
        follows = self._tokens[at + 1]
        return follows.clause == self._tokens[at].clause and self._longest_at(at + 1)[1] != 0

    def _value(self, hit: _Hit) -> float:
        token = self._tokens[hit.at]
        value = hit.weight * self._degree(hit)
        if self._nothing_of_it(hit):
            value *= _NOTHING_KIND if value > 0 else _NEGATED_HARSH
        elif self._negated(hit):
            value *= _NEGATED_KIND if value > 0 else _NEGATED_HARSH
        if token.clause in self._conceded:
            value *= _CONCEDED
        turn = self._turns.get(token.sentence)
        if turn is not None:
            value *= _BEFORE_TURN if hit.at < turn else _AFTER_TURN
        if self._reading.ends_with(token.sentence, "?"):
            value *= _ASKED
        if self._press and token.quoted:
            value *= _QUOTED
        if self._wished(hit):
            value *= _WISHED
        return value * (_LAST if self._last >= _MANY_SENTENCES and token.sentence == self._last else 1)

    def _before(self, hit: _Hit, most: int) -> list[str]:
        """Return the words of the same clause before a hit, nearest first."""
        clause = self._tokens[hit.at].clause
        found = self._tokens[max(0, hit.at - most) : hit.at]
        return [token.word for token in reversed(found) if token.clause == clause]

    def _after(self, hit: _Hit, most: int) -> list[str]:
        clause = self._tokens[hit.at].clause
        return [token.word for token in self._tokens[hit.after : hit.after + most] if token.clause == clause]

    def _degree(self, hit: _Hit) -> float:
        small = self._lexicon.small
        for word in self._before(hit, 2):
            if word in small["stronger"]:
                return _STRONGER
            if word in small["weaker"]:
                return _WEAKER
        return 1.0

    def _negated(self, hit: _Hit) -> bool:
        """Whether a hit is denied: "pas bon", "sans défaut", "je ne recommande pas", "recommande pas"."""
        if hit.after - hit.at > 1:
            return False
        small, before = self._lexicon.small, self._before(hit, _LOOK_BACK)
        for distance, word in enumerate(before):
            if word in small["negators"] and (distance < 3 or word in ("jamais", "ni")):
                return True
            if word in self._lexicon.small["stops"]:
                break
        if "plus" in before and not small["particles"].isdisjoint(before):
            return True
        after = self._after(hit, _LOOK_AHEAD)
        denied = any(word in small["after_verb"] - {"plus"} for word in after[:2])
        if not small["particles"].isdisjoint(before[:3]):
            return any(word in small["after_verb"] for word in after)
        return denied and self._tokens[hit.at].word in self._lexicon.verbs and "je" in before[:2]

    def _nothing_of_it(self, hit: _Hit) -> bool:
        """Whether a hit is denied outright: "rien de bon", "tout sauf aimable"; not "rien de plus beau"."""
        small = self._lexicon.small
        words = [self._tokens[hit.at].word, *self._before(hit, _LOOK_BACK)]
        for phrase in self._lexicon.phrases["nothing_phrases"]:
            backwards = list(reversed(phrase))
            for gap in range(1, _WIDEST_GAP + 2):
                if words[gap : gap + len(phrase)] == backwards:
                    return small["unequalled"].isdisjoint(words[:gap]) and small["stops"].isdisjoint(
                        words[:gap]
                    )
        return False

    def _wished(self, hit: _Hit) -> bool:
        return not self._lexicon.small["wishes"].isdisjoint(self._before(hit, 6))

    def _clauses_of(self, name: str) -> set[int]:
        """Return the clauses that hold one of the named words or phrases."""
        return {self._tokens[at].clause for at in self._places_of(name)}

    def _turns_by_sentence(self) -> dict[int, int]:
        """Return for each sentence where its last turn ("mais") stands."""
        return {self._tokens[at].sentence: at for at in self._places_of("turns")}

    def _places_of(self, name: str) -> Iterator[int]:
        words, phrases = self._lexicon.small[name], self._lexicon.phrases[f"{name}_phrases"]
        for at, token in enumerate(self._tokens):
            following = tuple(one.word for one in self._tokens[at : at + 3])
            if token.word in words or any(following[: len(phrase)] == phrase for phrase in phrases):
                yield at

    def _ironic(self, harsh: set[int]) -> set[int]:
        """Return the sentences that begin with praise and go on with a complaint, or trail off."""
        small = self._lexicon.small
        said: dict[int, set[str]] = {}
        for token in self._tokens:
            said.setdefault(token.sentence, set()).add(token.word)
        found = {sentence for sentence, words in said.items() if not small["sarcasm"].isdisjoint(words)}
        for at, token in enumerate(self._tokens):
            begins = at == 0 or self._tokens[at - 1].sentence != token.sentence
            if begins and not self._press and self._opens_irony(at):
                here = said[token.sentence] | said.get(token.sentence + 1, set())
                complaint = bool(harsh & {token.sentence, token.sentence + 1})
                trails = self._banter and any(
                    mark in self._reading.ends[token.sentence] for mark in _TRAILING
                )
                if complaint or trails or not small["complaining"].isdisjoint(here):
                    found.add(token.sentence)
        return found

    def _opens_irony(self, at: int) -> bool:
        """Whether a word of praise stands by itself: "bravo pour le retard", "super, encore cassé"."""
        word = self._tokens[at].word
        if word in self._lexicon.small["sarcastic_openers"]:
            return True
        alone = at + 1 == len(self._tokens) or self._tokens[at + 1].clause != self._tokens[at].clause
        return alone and word in self._lexicon.small["sarcastic_alone"]
