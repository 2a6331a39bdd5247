"""Undo disguises: c0nnard, connaaard, c.o.n.n.a.r.d, conn*rd, in favour of words the catalogue knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_RUN = re.compile(r"(.)\1{2,}")
_DOUBLE = re.compile(r"(.)\1+")
_LEET = str.maketrans("013457@$€", "oieastase")
_LEET_L = str.maketrans("013457@$€", "oleastase")
_DISGUISE = frozenset("013457@$€")
_TWINS = re.compile(r"([b-df-hj-np-tv-z])\1+")
LONGEST = 40
_HEARD = 5
_BARE = 4
MASKED_WORD = "motmasque"
_SHORT_FORMS = {
    "t": "tu",
    "vs": "vous",
    "toa": "toi",
    "twa": "toi",
    "toua": "toi",
    "ki": "qui",
    "kon": "con",
    "ke": "que",
    "koi": "quoi",
    "konard": "connard",
    "konar": "connard",
    "conar": "connard",
    "conart": "connard",
    "cass": "casse",
    "pr": "pour",
    "ds": "dans",
    "tt": "tout",
    "ta gueul": "gueule",
    "geule": "gueule",
    "gueul": "gueule",
    "gueulle": "gueule",
    "anculé": "encule",
    "ancule": "encule",
    "enkule": "encule",
    "enculer": "encule",
    "batar": "batard",
    "salo": "salaud",
    "salop": "salope",
    "avc": "avec",
    "fo": "faut",
    "fodrai": "faudrait",
    "fodrait": "faudrait",
    "jamai": "jamais",
    "tjrs": "toujours",
    "tjs": "toujours",
    "pk": "pourquoi",
    "pq": "pourquoi",
    "kel": "quel",
    "kelle": "quelle",
    "put1": "putain",
    "put1n": "putain",
    "vé": "vais",
    "creuve": "creve",
}


_REAL = frozenset(
    [
        "abrutit",
        "emanche",
        "emanches",
        "grigris",
        "invertie",
        "inverties",
        "invertit",
        "niger",
        "pollack",
        "pollacks",
    ]
    + ["porto", "retardee", "retardees", "scellera", "scelleras", "sorcier", "sorciers", "trained"]
    + ["trepan", "trepans"]
)
"""Words of the language that are heard like a disguised one."""


_ALSO_STARRED = ("bite", "cul", "couilles", "foutre", "gueule", "merde", "nique", "putain")
_TOGETHER = {
    form: tuple(words.split())
    for form, words in {
        **{"jte": "je te", "jlui": "je lui", "jvous": "je vous", "jle": "je le", "jla": "je la"},
        **{"jvais": "je vais", "jvai": "je vais", "jsuis": "je suis", "jsui": "je suis", "chui": "je suis"},
        **{"kil": "qu il", "cest": "c est", "jai": "j ai", "sest": "s est", "dla": "de la"},
        **{"sapelle": "s appelle", "tes1": "tu es un", "tinkiete": "t inquiete", "yen": "y en", "ya": "y a"},
    }.items()
}


class Vocabulary:
    """The words of the catalogue, and among them those people disguise."""

    def __init__(
        self, known: Iterable[str], disguised: Iterable[str], glued: Iterable[tuple[str, ...]] = ()
    ) -> None:
        self.known = frozenset(known)
        self.disguised = frozenset(word for word in disguised if len(word) >= 3)
        self.glued = {"".join(words): words for words in glued} | _TOGETHER
        self._sounds = {
            sound: word
            for word in sorted(self.disguised, key=len, reverse=True)
            if len(sound := _sound(word)) >= _HEARD
        }
        self._begins = {word[:length] for word in self.disguised for length in range(1, len(word) + 1)}
        self._squeezed = {_DOUBLE.sub(r"\1", word): word for word in sorted(self.disguised)}
        self._by_shape: dict[tuple[str, int], list[str]] = {}
        for word in (*sorted(self.disguised), *_ALSO_STARRED):
            self._by_shape.setdefault((word[0], len(word)), []).append(word)

    def canonical(self, chunk: str) -> str:
        """Return the word meant by a chunk of folded text; the chunk itself when nothing is recognised."""
        if chunk in _SHORT_FORMS:
            return _SHORT_FORMS[chunk]
        if chunk in self.known or len(chunk) < 3:
            return chunk
        found = self._unstretched(chunk) or self._unleeted(chunk)
        if not found and "*" in chunk:
            found = self._unstarred(chunk)
        return found or chunk[: LONGEST * 2]

    def misspelt(self, chunk: str) -> str:
        """Return the disguised word that an unknown word of five letters or more is heard as, or nothing."""
        if len(chunk) < _HEARD or len(chunk) > LONGEST or chunk in self.known or chunk in _REAL:
            return ""
        if chunk.isalpha():
            return self._sounds.get(_sound(chunk), "")
        bare = chunk.rstrip("0123456789")
        return bare if bare in self.disguised and len(bare) >= _BARE else ""

    def joined(self, letters: str) -> str:
        """Return the disguised word that letters found apart spell, or nothing."""
        if letters in self.disguised:
            return letters
        return ""

    def begins(self, letters: str) -> bool:
        """Whether letters found apart may still become a disguised word."""
        return letters in self._begins

    def _unstretched(self, chunk: str) -> str:
        twice = _RUN.sub(r"\1\1", chunk)
        if twice == chunk or len(twice) > LONGEST:
            return ""
        for form in (twice, _RUN.sub(r"\1", chunk)):
            if form in self.known:
                return form
        return self._squeezed.get(_DOUBLE.sub(r"\1", chunk), "")

    def _unleeted(self, chunk: str) -> str:
        if len(chunk) > LONGEST or _DISGUISE.isdisjoint(chunk) and "_" not in chunk:
            return ""
        if not any(c.isalpha() for c in chunk):
            return ""
        for table in (_LEET, _LEET_L):
            plain = chunk.replace("_", "").translate(table)
            if plain in self.disguised or (len(plain) > 3 and plain in self.known):
                return plain
            found = self._unstretched(plain)
            if found:
                return found
        return ""

    def _unstarred(self, chunk: str) -> str:
        """Read stars as unknown letters; one known letter alone says only that something is masked."""
        if len(chunk) > LONGEST:
            return ""
        letters = len(chunk) - chunk.count("*")
        shape = (chunk[0], len(chunk))
        matches = [w for w in self._by_shape.get(shape, ()) if _fits(chunk, w)]
        if matches and letters >= 2:
            return matches[0]
        return MASKED_WORD if chunk.endswith("**") and letters <= 2 else ""


@lru_cache(maxsize=8_192)
def _sound(word: str) -> str:
    """Return what is heard of a word: hard c, single consonants, no mute ending."""
    hard = word.replace("qu", "c").replace("k", "c").replace("y", "i").replace("ph", "f")
    single = _TWINS.sub(r"\1", hard).removesuffix("s").removesuffix("x")
    return single.removesuffix("e") if single.endswith("e") else single.rstrip("dt")


def _fits(masked: str, word: str) -> bool:
    return all(m in ("*", w) for m, w in zip(masked, word, strict=True))
