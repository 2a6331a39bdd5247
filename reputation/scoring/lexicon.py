"""The words of `lexicon.toml`, with the forms a French word takes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_ENDINGS = (
    ("eux", ("eux", "euse", "euses")),
    ("eur", ("eur", "eurs", "euse", "euses", "rice", "rices")),
    ("if", ("if", "ifs", "ive", "ives")),
    ("al", ("al", "aux", "ale", "ales")),
    ("el", ("el", "els", "elle", "elles")),
    ("ien", ("ien", "iens", "ienne", "iennes")),
    ("on", ("on", "ons", "onne", "onnes")),
    ("et", ("et", "ets", "ete", "etes", "ette", "ettes")),
    ("ic", ("ic", "ics", "ique", "iques")),
    ("er", ("er", "ers", "ere", "eres")),
    ("ul", ("ul", "uls", "ulle", "ulles", "ule", "ules")),
    ("e", ("e", "es", "ee", "ees")),
)
_FORMS_OF_ER = (
    "er", "e", "es", "ons", "ez", "ent", "ai", "as", "a", "ais", "ait", "ions", "iez", "aient", "ant", "ee",
    "ees", "erai", "eras", "era", "erons", "erez", "eront", "erais", "erait", "eraient",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Weights of words and idioms (a tuple of folded words each), and the small words that turn them."""

    weights: Mapping[tuple[str, ...], float]
    longest: int
    verbs: frozenset[str]
    small: Mapping[str, frozenset[str]]
    phrases: Mapping[str, frozenset[tuple[str, ...]]]


def adjective_forms(word: str) -> Iterator[str]:
    """Yield the masculine, feminine and plural forms an adjective may take (folded)."""
    yield word
    for ending, forms in _ENDINGS:
        if word.endswith(ending):
            yield from (word[: -len(ending)] + form for form in forms)
            return
    yield from (word + end for end in (("", "e", "es") if word.endswith(("s", "x")) else ("s", "e", "es")))


def verb_forms(word: str) -> Iterator[str]:
    """Yield the forms of a regular verb in -er (folded)."""
    stem = word.removesuffix("er")
    soft = f"{stem}e" if stem.endswith("g") else stem
    yield from ((soft if form[0] in "ao" else stem) + form for form in _FORMS_OF_ER)


_FORMS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "word": lambda word: iter((word,)),
    "adjective": adjective_forms,
    "verb": verb_forms,
}


@cache
def lexicon() -> Lexicon:
    """Return the lexicon. A word written twice keeps its first weight."""
    data = tomllib.loads(files("reputation.scoring").joinpath("lexicon.toml").read_text("utf-8"))
    weights: dict[tuple[str, ...], float] = {}
    verbs: set[str] = set()
    for group in data["group"]:
        for entry in _entries(group["form"], group["words"]):
            weights.setdefault(entry, float(group["weight"]))
            if group["form"] == "verb":
                verbs.update(entry)
    small = {name: value for name, value in data["small"].items() if not name.endswith("_phrases")}
    phrases = {name: value for name, value in data["small"].items() if name.endswith("_phrases")}
    return Lexicon(
        weights,
        max(map(len, weights)),
        frozenset(verbs),
        {name: frozenset(value.split()) for name, value in small.items()},
        {name: frozenset(_entries("phrase", value)) for name, value in phrases.items()},
    )


def _entries(form: str, words: str) -> Iterator[tuple[str, ...]]:
    if form == "phrase":
        yield from (tuple(line.split()) for line in words.strip().splitlines())
        return
    for word in words.split():
        yield from ((one,) for one in dict.fromkeys(_FORMS[form](word)))
