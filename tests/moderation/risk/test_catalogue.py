"""The catalogue reads, refuses what is badly written, and matches as its notation says."""

import pytest

from moderation.risk.catalogue import Catalogue, Rule, catalogue, expand
from moderation.risk.labels import Kind
from moderation.risk.matching import Matcher
from moderation.risk.tokens import Token


def _tokens(text: str) -> list[Token]:
    words = text.split()
    return [Token(word, i, i + 1, 0, 0, "", i == 0) for i, word in enumerate(words)]


def _found(pattern: str, text: str) -> list[tuple[int, int]]:
    book = Catalogue({"bete": frozenset({"chat", "chien"})})
    book.add(Rule("r", Kind.INSULT), pattern)
    return [(hit.first, hit.last) for hit in Matcher(book, _tokens(text)).hits()]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("chat", "le chat dort", [(1, 2)]),
        ("chat|chien dort", "le chien dort", [(1, 3)]),
        ("gros{,se} chat", "une grosse chat", [(1, 3)]),
        ("@bete dort", "chien dort", [(0, 2)]),
        ("le ..2 dort", "le gros chat dort", [(0, 4)]),
        ("le ..1 dort", "le gros chat dort", []),
        ("le ?gros chat", "le chat", [(0, 2)]),
        ("le dorm~", "le dormeur", [(0, 2)]),
        ("^ chat", "le chat", []),
        ("^ le", "le chat", [(0, 1)]),
        ("chat $", "le chat", [(1, 2)]),
        ("le $", "le chat", []),
        ("le !gros", "le chat", [(0, 2)]),
        ("le !gros", "le gros", []),
        ("dormeu~", "un dormeur", [(1, 2)]),
    ],
)
def test_the_notation_means_what_it_says(pattern: str, text: str, found: list[tuple[int, int]]) -> None:
    assert _found(pattern, text) == found


@pytest.mark.parametrize("pattern", ["..2 chat", "?le chat", "!le chat", "$"])
def test_a_pattern_that_cannot_start_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="starts with"):
        _found(pattern, "chat")


def test_braces_are_written_out() -> None:
    assert list(expand("con{ne,nard}{,s}|sot")) == ["conne", "connes", "connard", "connards", "sot"]


def test_the_house_rules_are_some_hundreds_and_each_kind_has_some() -> None:
    book = catalogue()
    assert {rule.kind for rule in book.rules.values()} == set(Kind)
    assert sum(len({id(p) for p in patterns}) for patterns in book.by_word.values()) > 1_000


def test_work_is_bounded_and_said() -> None:
    book = catalogue()
    matcher = Matcher(book, _tokens(" ".join(sorted(book.by_word))))
    matcher.hits()
    assert matcher.exhausted
