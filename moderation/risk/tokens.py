"""Cut a folded text into words with sentence, clause and tags. One pass, no nested quantifier."""

from __future__ import annotations

import re
from dataclasses import dataclass

from moderation.risk.lang import FUNCTION_WORDS
from moderation.risk.normalise import Folded
from moderation.risk.vocabulary import MASKED_WORD, Vocabulary

_CHUNK = re.compile(r"[\w@$€*]+|[^\w\s]|\n")
_NUMBER = re.compile(r"\d+(?:h\d*|e|eme|er|km|eur|euros)?$")
_SENTENCE = frozenset(".!?\n…")
_CLAUSE = frozenset(",;:()[]")
_ABBREVIATIONS = frozenset(
    {"m", "mr", "mme", "mlle", "dr", "me", "pr", "ref", "art", "no", "st", "mrs", "av", "bd"}
)
_SEPARATORS = frozenset(" .-_*·|/,")
_NOT_PARTICIPLES = frozenset({"lache", "laches", "tache", "taches", "traine", "bride"})
_WHOLE = FUNCTION_WORDS | frozenset(
    ["or", "mal", "con", "per", "trou", "mot", "deb", "sous", "jean", "mange"]
)
_APART = 6
_PIECES = 5
_PICTURES = 0x2600
MOST = 2_300
"""Words read at most: the first ones, and the last quarter of that."""
_CUT = 2_600

NUMBER = "#num"
MENTION = "#at"
CAPITAL = "#cap"


@dataclass(slots=True)
class Token:
    """A word (or one emoji): canonical form, place in the folded text, sentence, clause, tag."""

    word: str
    start: int
    end: int
    sentence: int
    clause: int
    tag: str = ""
    first: bool = False
    masked: bool = False


class Tokeniser:
    """One reading of one text; `tokens` is the result, `cut` says that there were too many."""

    def __init__(self, folded: Folded, vocabulary: Vocabulary) -> None:
        self._folded = folded
        self._vocabulary = vocabulary
        self._sentence = 0
        self._clause = 0
        self._fresh = True
        self.tokens: list[Token] = []
        for match in _CHUNK.finditer(folded.text):
            self._take(match.group(), match.start(), match.end())
            if len(self.tokens) >= _CUT:
                break
        self.cut = len(self.tokens) > MOST
        if self.cut:
            self.tokens[MOST * 3 // 4 : -MOST // 4] = []
        self.tokens = _join_letters(self.tokens, folded.text, vocabulary)

    def _take(self, chunk: str, start: int, end: int) -> None:
        if chunk[0].isalnum() or chunk[0] in "@$€*_":
            self._word(chunk, start, end)
        elif chunk in _SENTENCE:
            self._stop(chunk, end)
        elif chunk in _CLAUSE:
            self._clause += 1
        elif ord(chunk) >= _PICTURES:
            self._add(chunk, start, end, "")

    def _stop(self, chunk: str, end: int) -> None:
        if self._fresh:
            return
        following = self._folded.text[end : end + 1]
        if chunk == "." and (following.isalnum() or self.tokens[-1].word in _ABBREVIATIONS):
            return
        self._sentence += 1
        self._clause += 1
        self._fresh = True

    def _word(self, chunk: str, start: int, end: int) -> None:
        if chunk[0] == "@" and len(chunk) > 2:
            self._add(chunk, start, end, MENTION)
            return
        bare = _bare(chunk, self._vocabulary)
        if bare.endswith("*") and not bare.endswith("**"):
            bare = bare[:-1]
        if not bare:
            return
        start += chunk.index(bare)
        end = start + len(bare)
        if _NUMBER.match(bare):
            self._add(bare, start, end, NUMBER)
            return
        word = self._vocabulary.canonical(bare)
        low, high = self._folded.range_of(start, end)
        if word == bare and not self._a_name(low, high):
            word = self._vocabulary.misspelt(bare) or word
        if word in self._vocabulary.glued:
            for each in self._vocabulary.glued[word]:
                self._add(each, start, end, "", masked=True)
            return
        if word in _NOT_PARTICIPLES and self._folded.original[low:high].lower().rstrip("s").endswith("é"):
            word += "-participe"
        name = self._folded.original[low].isupper() and word not in FUNCTION_WORDS
        capital = CAPITAL if name else ""
        self._add(word, start, end, capital, masked=word != bare and word in self._vocabulary.disguised)

    def _a_name(self, low: int, high: int) -> bool:
        """Whether a word has a capital that no beginning of a sentence explains, and only one."""
        written = self._folded.original[low:high]
        return not self._fresh and written[:1].isupper() and not written.isupper()

    def _add(self, word: str, start: int, end: int, tag: str, *, masked: bool = False) -> None:
        masked = masked or word == MASKED_WORD
        self.tokens.append(Token(word, start, end, self._sentence, self._clause, tag, self._fresh, masked))
        self._fresh = False


def _bare(chunk: str, vocabulary: Vocabulary) -> str:
    """Strip marks around a word, unless they stand for its letters: `$alope`."""
    if chunk[0] not in "*_$€@":
        return chunk.rstrip("_$€@")
    return chunk if vocabulary.canonical(chunk) in vocabulary.disguised else chunk.strip("*_$€@")


def _join_letters(tokens: list[Token], text: str, vocabulary: Vocabulary) -> list[Token]:
    """Replace letters or pieces spelling a disguised word (c.o.n, con.nard) by that word."""
    out: list[Token] = []
    index = 0
    while index < len(tokens):
        length, word = _spelled(tokens, index, text, vocabulary)
        if word:
            last = tokens[index + length - 1]
            head = tokens[index]
            out.append(
                Token(word, head.start, last.end, head.sentence, last.clause, "", head.first, masked=True)
            )
            index += length
        else:
            out.append(tokens[index])
            index += 1
    return out


def _spelled(tokens: list[Token], index: int, text: str, vocabulary: Vocabulary) -> tuple[int, str]:
    """Return how many tokens from `index` spell a disguised word, and the word; (1, "") if none."""
    letters = _written(tokens[index], text)
    best = (1, "")
    single = len(letters) == 1
    for step in range(1, 14 if single else 3):
        if index + step >= len(tokens):
            break
        previous, token = tokens[index + step - 1], tokens[index + step]
        gap, piece = text[previous.end : token.start], _written(token, text)
        if not gap or len(gap) > 3 or not _SEPARATORS.issuperset(gap):
            break
        if single != (len(piece) == 1) or not single and not _one_word(letters, gap, piece, vocabulary):
            break
        letters += piece
        if not vocabulary.begins(letters):
            break
        word = vocabulary.joined(letters)
        if word and (single or len(word) >= (_APART if " " in gap else _PIECES)):
            best = (step + 1, word)
    return best


def _written(token: Token, text: str) -> str:
    """Return a token as it stands, where one letter has been read as a word (`t` is `tu`)."""
    return text[token.start : token.end] if token.end - token.start == 1 else token.word


def _one_word(letters: str, gap: str, piece: str, vocabulary: Vocabulary) -> bool:
    """Whether two pieces may be of one word: no comma between and, with a space, neither a word itself."""
    if " " not in gap:
        return "," not in gap
    if piece[:1] == piece[1:2]:
        return gap == " "
    words = {letters, piece}
    return gap == " " and words.isdisjoint(_WHOLE) and words.isdisjoint(vocabulary.known)
