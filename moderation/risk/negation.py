"""Whether a negation governs the words found, or only stands before them."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.risk.matching import Hit
from moderation.risk.scene import Scene

_NOT = frozenset(["pas", "jamais", "aucun", "aucune", "nullement", "guere", "ni", "not", "never"])
_SUBJECTS = frozenset(["je", "j", "on", "il", "elle", "ils", "elles", "ca", "c", "i", "we", "they", "he"])
_PLURALS = frozenset(["vous", "nous"])
_BREAKS = frozenset(["mais", "sinon", "alors", "donc", "car", "but"])
_NOT_VERBS = frozenset(["chez", "assez", "nez", "rez", "sez"])
_AUXILIARIES = frozenset(["es", "as", "etais", "avais", "auras", "seras", "aurais", "iras", "allais"])
_REACH = 6
_CONDITION = 14
_IFS = frozenset(["si", "if", "unless"])

_DETERMINERS = frozenset(["un", "une", "des", "de", "d", "votre", "vos", "ton", "ta", "tes", "mon", "ma"])
_HAVING = frozenset(["tout", "tous", "toutes", "a", "as", "ont", "avait", "avez"])
_NOBODY = frozenset(["personne", "aucun", "aucune", "nul"])


def governs_call(scene: Scene, hit: Hit) -> bool:
    """Whether a threat, a call or an act is negated: by `pas` before it, with no new subject between.

    A condition that is negated (`si vous ne payez pas …`) leaves what follows whole.
    """
    if hit.rule.tone == "tiers" and not _NOT.isdisjoint(scene.words[hit.first : hit.last]):
        return True
    place = _negation_of_verb(scene.words, hit) or _negation_before(scene, hit)
    if place is None:
        return False
    words = scene.words
    start = max(0, place - _CONDITION)
    here = scene.tokens[place].sentence
    before = [words[i] for i in range(start, place) if scene.tokens[i].sentence == here]
    if _conditional(before) or "pourquoi" in before[-4:]:
        return False
    return scene.classes["sans_scrupule"].isdisjoint([*before[-1:], *words[place + 1 : hit.first + 1]])


def ordered(scene: Scene, hit: Hit) -> bool:
    """Whether a threat comes with an order: `si vous ne payez pas`, `payez, sinon`, `payez ou je`."""
    here = scene.sentence(hit)
    places = [i for i in range(max(0, hit.first - _CONDITION), hit.first + 1)]
    before = [scene.words[i] for i in places if scene.tokens[i].sentence == here]
    refused = _conditional(before) and not _NOT.isdisjoint(before)
    return refused or "sinon" in before or "ou" in before[-3:-1]


def _negation_of_verb(words: Sequence[str], hit: Hit) -> int | None:
    """Return where `pas` stands in `n'allez pas …`, the words found beginning with the verb."""
    if not hit.first or words[hit.first - 1] not in ("n", "ne"):
        return None
    return next((i for i in (hit.first + 1, hit.first + 2) if i < len(words) and words[i] in _NOT), None)


def _conditional(before: Sequence[str]) -> bool:
    return not _IFS.isdisjoint(before) or any(
        word == "s" and following in ("il", "ils")
        for word, following in zip(before, before[1:], strict=False)
    )


def _negation_before(scene: Scene, hit: Hit) -> int | None:
    """Return where the negation stands that reaches the words, or None."""
    tokens = scene.tokens
    clause = tokens[hit.first].clause
    for index in range(hit.first, max(-1, hit.first - _REACH), -1):
        word = tokens[index].word
        if tokens[index].clause != clause or word in _BREAKS:
            return None
        if index < hit.first and word in _NOT:
            return index
        if _new_subject(scene, index) or _imperative(word):
            wished = index and tokens[index - 1].word in ("qu", "que")
            if not wished:
                return None
    return None


def _new_subject(scene: Scene, index: int) -> bool:
    word = scene.words[index]
    following = scene.words[index + 1 : index + 4]
    if word == "tu":  # a lone t' is read as `tu`: it may be an object
        token = scene.tokens[index]
        elided = token.end - token.start == 1
        return not elided or not _AUXILIARIES.isdisjoint(following[:1])
    if word in _PLURALS:
        return any(_imperative(each) or each.endswith("ons") or each == "etes" for each in following)
    return word in _SUBJECTS


def _imperative(word: str) -> bool:
    return word.endswith("ez") and len(word) > 3 and word not in _NOT_VERBS


def governs_name(scene: Scene, hit: Hit) -> bool:
    """Whether what is said is that someone is *not* that: `n'est pas un idiot`, `loin d'être idiot`.

    Only between a verb of being (or calling) and the word: `vous ne répondez jamais, idiots` insults.
    """
    stop, determined, qualified = predicate(scene, hit)
    if stop < 0 or (qualified and not determined):
        return False
    words, being = scene.words, scene.classes["copules"]
    word = words[stop]
    before = words[max(0, stop - 4) : stop]
    if word in ("sauf", "rien"):
        return determined and not {"tout", "tous", "toutes", "a", "as", "ont", "avait", "avez"}.isdisjoint(
            before
        )
    if word == "ni":
        return True
    if word in being:
        return _denied_being(words[max(0, stop - 6) : stop])
    return word in _NOT and (not being.isdisjoint(before[-3:]) or (determined and before[-2:] == ["y", "a"]))


def _denied_being(before: Sequence[str]) -> bool:
    """Whether `est` or `être` is itself denied: by its subject, by `loin de`, by `sans`, by `pas`."""
    if {"n", "ne"} & set(before[-3:]) and _NOBODY & set(before):
        return True
    return bool({"loin", "sans"} & set(before[-2:]) or {"pas", "jamais", "nullement"} & set(before[-3:]))


def predicate(scene: Scene, hit: Hit) -> tuple[int, bool, bool]:
    """Return the place of the word a name hangs on (-1: none in its clause), and what stands between.

    Between: whether a determiner, and whether an adjective.
    """
    determined = qualified = False
    index = hit.first
    clause = scene.tokens[index].clause
    between = scene.classes["adverbes"] | scene.classes["epithetes"] | _DETERMINERS
    for index in range(hit.first - 1, max(-1, hit.first - 9), -1):
        word = scene.words[index]
        if scene.tokens[index].clause != clause:
            return -1, determined, qualified
        if word in _NOT or word not in between:
            return index, determined, qualified
        determined = determined or word in _DETERMINERS
        qualified = qualified or word in scene.classes["epithetes"]
    return -1, determined, qualified
