"""A comment read once: words, rules found, quotations, language. Everything later steps look at."""

from __future__ import annotations

import re
from functools import cached_property

from moderation.risk.catalogue import catalogue
from moderation.risk.excerpt import ranges_read
from moderation.risk.labels import Kind
from moderation.risk.lang import applies, detect, familiar
from moderation.risk.matching import Hit, Matcher
from moderation.risk.normalise import Folded, normalise
from moderation.risk.shapes import CommentText, Span
from moderation.risk.tokens import Token, Tokeniser

_QUOTES = (re.compile(r"«[^«»]{1,600}»"), re.compile(r'"[^"\n]{1,600}"'))
_ENDING = "suite"
_CALLS = frozenset({Kind.THREAT, Kind.INCITEMENT})


class Scene:
    """One comment under the lamp."""

    def __init__(self, comment: CommentText) -> None:
        book = catalogue()
        self.comment = comment
        self.classes = book.classes
        ranges = ranges_read(comment.text)
        self.folded: Folded = normalise(comment.text, ranges)
        tokeniser = Tokeniser(self.folded, book.vocabulary)
        self.tokens: list[Token] = tokeniser.tokens
        self.words = [token.word for token in self.tokens]
        self.lang = detect(self.words, comment.text, comment.lang)
        matcher = Matcher(book, self.tokens)
        readable = familiar(self.words, book.words)
        found = [hit for hit in matcher.hits() if applies(hit.rule.lang, self.lang, readable)]
        self.partial = len(ranges) > 1 or tokeniser.cut or matcher.exhausted
        covered = _covered(found)
        left = [hit for hit in found if hit.rule.kind is Kind.IDIOM or not _inside(hit, covered)]
        self.hits = [hit for hit in left if not any(_shadows(other, hit) for other in left)]
        self.quotes = self._quotes()

    def of(self, *kinds: Kind) -> list[Hit]:
        """Return the hits of some kinds, in the order of the text."""
        return [hit for hit in self.hits if hit.rule.kind in kinds]

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of rule found anywhere."""
        return frozenset(hit.rule.kind for hit in self.hits)

    def sentence(self, hit: Hit) -> int:
        """Return the number of the sentence a hit stands in."""
        return self.tokens[hit.first].sentence

    def near(self, hit: Hit, kind: Kind, before: int = 40, after: int = 40) -> bool:
        """Whether a rule of that kind stands within some words of the hit, in the same sentence."""
        return any(
            other.rule.kind is kind
            and self.sentence(other) == self.sentence(hit)
            and -before <= other.first - hit.first
            and other.first - hit.last < after
            for other in self.hits
            if other is not hit
        )

    def around(self, hit: Hit, kind: Kind) -> bool:
        """Whether a rule of that kind stands in the sentence of the hit or in a neighbour."""
        here = self.sentence(hit)
        return any(abs(self.sentence(o) - here) <= 1 for o in self.of(kind))

    def quoted(self, hit: Hit) -> bool:
        """Whether the hit stands between quotation marks that do not hold the whole comment."""
        start, end = self.tokens[hit.first].start, self.tokens[hit.last - 1].end
        return any(low <= start and end <= high for low, high in self.quotes)

    def span(self, hit: Hit) -> Span:
        """Return the words of a hit, as offsets in the text as given."""
        start, end = self.folded.range_of(self.tokens[hit.first].start, self.tokens[hit.last - 1].end)
        return Span(start, end, self.comment.text[start:end], hit.rule.id)

    def _quotes(self) -> list[tuple[int, int]]:
        length = len(self.folded.text.strip())
        pairs = [m.span() for rule in _QUOTES for m in rule.finditer(self.folded.text)]
        return [(low, high) for low, high in pairs if high - low < length * 0.9]


def _shadows(other: Hit, hit: Hit) -> bool:
    """Whether the same words were found whole by the same rule, or by a graver one of its kind."""
    if other is hit or other.first > hit.first or other.last < hit.last:
        return False
    if other.rule.kind is not hit.rule.kind or hit.rule.kind is Kind.PERSONAL_DATA:
        return False
    larger = other.last - other.first > hit.last - hit.first
    return (other.rule is hit.rule and larger) or other.rule.strength > hit.rule.strength


def _covered(hits: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.rule.kind is Kind.IDIOM]


def _inside(hit: Hit, covered: list[Hit]) -> bool:
    """Whether an idiom covers the hit (`c'est con` hides `con`) or ends a threat (`… d'amour`)."""
    return any(
        (idiom.first <= hit.first and hit.last <= idiom.last)
        or (
            idiom.rule.tone == _ENDING
            and hit.rule.kind in _CALLS
            and hit.first < idiom.first <= hit.last <= idiom.last
        )
        for idiom in covered
    )
