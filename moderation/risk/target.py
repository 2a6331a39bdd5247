"""Who or what the words aim at: cues read in the text, then the nearest for each rule found."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from moderation.risk.catalogue import catalogue
from moderation.risk.labels import PEOPLE, VICTIMS, Kind, Target
from moderation.risk.lang import FUNCTION_WORDS
from moderation.risk.matching import Hit
from moderation.risk.scene import Scene
from moderation.risk.tokens import CAPITAL, MENTION, Token

_COMPANY_PAGES = frozenset({"brand", "company", "shop", "dm", "message", "private", "group", ""})
_OFFICIAL_PAGES = frozenset({"town", "official", "elected", "mairie", "public"})
_VOCATIVE = frozenset(["monsieur", "madame", "mademoiselle", "mec", "gars"])
_YOU = frozenset(["you", "your", "u"])
_THEM = frozenset(["he", "she", "him", "her", "his", "they"])
_ROLES_EN = frozenset(
    {"manager", "waiter", "waitress", "cashier", "clerk", "employee", "staff", "owner", "boss", "driver"}
)
_ARTICLES = frozenset({"le", "la", "l", "ce", "cette", "cet", "votre", "leur"})
_NO_SURNAMES = FUNCTION_WORDS | {
    "tout",
    "rien",
    "personne",
    "noel",
    "paques",
    "internet",
    "google",
    "facebook",
}
_THIRD_PERSONS = ("troisiemes", "delit_present", "voler", "falsifier", "frauder", "agresser")
_CIVIL = frozenset(["monsieur", "madame", "mademoiselle", "m", "mme", "messieurs", "mesdames"])
_OFFICES = frozenset({Target.OFFICIAL, Target.EMPLOYEE})
_SIGHT = 50
_OUTCLASS = {Target.NAMED: 0, Target.OFFICIAL: 1, Target.EMPLOYEE: 2, Target.VISITOR: 3, Target.COMPANY: 4}


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that tells who is meant."""

    target: Target
    index: int
    sentence: int
    weight: int
    called: bool = False


class Targets:
    """The cues of one comment."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._classes = catalogue().classes
        self.cues: list[Cue] = []
        for index, token in enumerate(scene.tokens):
            found = self._read(index, token)
            if found:
                called = found[0] in _OFFICES and self._title_before(index)
                self.cues.append(Cue(found[0], index, token.sentence, found[1], called))
        self._places = [cue.index for cue in self.cues]

    def of(self, hit: Hit) -> Target:
        """Return who a hit aims at: its sentence first, then the neighbours, then nobody."""
        scene = self._scene
        here = scene.sentence(hit)
        low = bisect_left(self._places, hit.first - _SIGHT)
        close = self.cues[low : bisect_left(self._places, hit.first + _SIGHT)]
        for reach in (0, 1, 3):
            cues = [cue for cue in close if abs(cue.sentence - here) <= reach]
            if cues:
                return self._choose(hit, cues)
        return Target.VISITOR if scene.comment.parent_text else Target.NOBODY

    def overall(self) -> Target:
        """Return who a comment without legal risk is about."""
        order = (Target.NAMED, Target.OFFICIAL, Target.EMPLOYEE, Target.PRODUCT, Target.COMPANY, Target.GROUP)
        present = {cue.target for cue in self.cues}
        return next((target for target in order if target in present), Target.NOBODY)

    def has(self, *targets: Target) -> bool:
        """Whether a cue points at one of these."""
        return any(cue.target in targets for cue in self.cues)

    def _choose(self, hit: Hit, cues: list[Cue]) -> Target:
        """Prefer a strong cue; among equals the nearest, one before the words rather than after."""
        close = [cue for cue in cues if cue.target is Target.VISITOR and _gap(hit, cue) <= 4]
        people = [cue for cue in cues if cue.target in PEOPLE]
        named = [
            cue for cue in people if cue.target is Target.NAMED and cue.sentence == self._scene.sentence(hit)
        ]
        if close and not named:
            return self._called(hit, cues) or self._you(hit, Target.VISITOR)
        pool = [cue for cue in (people or cues) if cue.weight == max(c.weight for c in people or cues)]
        best = min(pool, key=lambda cue: (_gap(hit, cue), _OUTCLASS.get(cue.target, 5)))
        return self._you(hit, best.target)

    def _called(self, hit: Hit, cues: list[Cue]) -> Target | None:
        """Return whom the sentence calls by their office: `Monsieur le maire, je vais vous …`."""
        here = self._scene.sentence(hit)
        return next((cue.target for cue in cues if cue.called and cue.sentence == here), None)

    def _you(self, hit: Hit, target: Target) -> Target:
        """Tell the company's plural `vous` from a visitor's."""
        if target is not Target.VISITOR or self._scene.comment.parent_text:
            return target
        words = self._scene.words
        plural = hit.rule.kind in (Kind.INSULT, Kind.EPITHET) and words[hit.last - 1].endswith("s")
        if plural and "vous" in words and not self._classes["tu"] & set(words) and not self.has(Target.NAMED):
            return self.owner()
        return target

    def actor(self, hit: Hit) -> Target:
        """Return who is said to have done an act: its target, or a subject such as `le pizzaiolo`."""
        target = self.of(hit)
        if target in VICTIMS:
            return target
        words = self._scene.words
        for index in range(max(1, hit.first - 4), hit.first + 1):
            noun, article = words[index], words[index - 1]
            if article in _ARTICLES and len(noun) > 3 and not self._thing(noun):
                return Target.EMPLOYEE
        return target

    def _thing(self, noun: str) -> bool:
        return any(noun in self._classes[name] for name in ("produits", "biens", "documents", "substances"))

    def owner(self) -> Target:
        """Return what the page stands for."""
        kind = self._scene.comment.page_kind
        if kind in _OFFICIAL_PAGES:
            return Target.OFFICIAL
        return Target.COMPANY if kind in _COMPANY_PAGES else Target.NAMED

    def _read(self, index: int, token: Token) -> tuple[Target, int] | None:
        word, classes = token.word, self._classes
        if token.tag == MENTION:
            return (Target.VISITOR, 2)
        named = self._name(index, token)
        if named:
            return named
        if word in classes["elus"] and self._determined(index):
            return (Target.OFFICIAL, 3)
        if (word in classes["roles"] or word in _ROLES_EN) and self._determined(index):
            return (Target.EMPLOYEE, 3)
        return self._plain(index, word)

    def _plain(self, index: int, word: str) -> tuple[Target, int] | None:
        classes = self._classes
        if word in classes["tu"] or word == "vous" or word in _YOU or word in _VOCATIVE:
            return (Target.VISITOR, 2)
        if word in classes["entreprises"] or word in ("votre", "vos"):
            return (Target.COMPANY, 1)
        if word in classes["groupes_pluriel"]:
            return (Target.GROUP, 1)
        if word in _THEM or word in ("il", "elle", "lui") and self._person_nearby(index):
            return (Target.VISITOR, 1)
        if word in classes["produits"]:
            return (Target.PRODUCT, 0)
        if (
            word in classes["gens"]
            and index
            and self._scene.words[index - 1] in ("ce", "cette", "cet", "ces", "du", "au", "le", "la")
        ):
            return (Target.VISITOR, 1)
        return None

    def _person_nearby(self, index: int) -> bool:
        """Whether `il` or `elle` opens its clause and is not the empty one of `il y a`, `il faut`."""
        following = self._scene.words[index + 1 : index + 3]
        if index and self._scene.words[index - 1] in ("est", "a", "y", "faut", "existe"):
            return False
        return not {"y", "faut", "faudrait", "est", "parait", "pleut", "manque", "reste"} & set(following)

    def _title_before(self, index: int) -> bool:
        """Whether a title stands before an office: `madame la`, `monsieur le`."""
        return not _CIVIL.isdisjoint(self._scene.words[max(0, index - 2) : index])

    def _determined(self, index: int) -> bool:
        previous = self._scene.words[max(0, index - 3) : index]
        return bool(self._classes["det"] & set(previous)) or index == 0 or "the" in previous

    def _name(self, index: int, token: Token) -> tuple[Target, int] | None:
        """Read capitals: a title or a first name makes a person, a trade word a company."""
        if token.tag != CAPITAL:
            return None
        previous = self._scene.tokens[index - 1] if index and not token.first else None
        following = self._scene.tokens[index + 1] if index + 1 < len(self._scene.tokens) else None
        titled = previous is not None and previous.word in self._classes["titres"]
        if titled:
            return (Target.NAMED, 4)
        paired = following is not None and following.tag == CAPITAL and following.sentence == token.sentence
        if token.word in self._classes["prenoms"] and not self._after_company(index):
            return (Target.NAMED, 4 if paired or not token.first else 2)
        return self._capitalised(index, token, previous)

    def _capitalised(self, index: int, token: Token, previous: Token | None) -> tuple[Target, int] | None:
        if token.word in catalogue().words or len(token.word) < 3:
            return None
        if self._after_company(index):
            return (Target.COMPANY, 2)
        if token.word not in _NO_SURNAMES and self._subject(index, token):
            return (Target.NAMED, 2)
        text = self._scene.folded.text
        if previous is None:
            vocative = text[token.end : token.end + 1] == ","
            return (Target.NAMED, 2) if vocative and self._classes["tu"] & set(self._scene.words) else None
        return (Target.COMPANY, 1)

    def _subject(self, index: int, token: Token) -> bool:
        """Whether a name alone is the subject of a verb in the third person: `Berthier est …`."""
        following = self._scene.tokens[index + 1 : index + 2]
        verbs = [self._classes[name] for name in _THIRD_PERSONS]
        return any(
            each.clause == token.clause and any(each.word in row for row in verbs) for each in following
        )

    def _after_company(self, index: int) -> bool:
        return bool(self._classes["entreprises"] & set(self._scene.words[max(0, index - 2) : index]))


def _gap(hit: Hit, cue: Cue) -> int:
    if hit.first <= cue.index < hit.last:
        return 0
    return hit.first - cue.index if cue.index < hit.first else (cue.index - hit.last + 1) * 2
