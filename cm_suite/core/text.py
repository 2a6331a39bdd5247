"""Small text functions that several applications need. No Django here."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

REDACTED = "[redacted]"
ELLIPSIS = "…"
_ZERO_WIDTH_JOINER = "\u200d"
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Mc", "Me"})
_EMPTY_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that are drawn as nothing
_BEARER = re.compile(r"(?i)\b(bearer|basic)(\s+)[a-z0-9._~+/=-]{6,}")
_NAMED = re.compile(
    r"(?i)(\b(?:access_token|refresh_token|client_secret|api_key|password|token)\b[\"']?\s*[=:]\s*[\"']?)"
    r"([^\s\"'&,;}<]+)"
)


def fingerprint(text: str) -> str:
    """SHA-256 (hex) of the text, NFC, runs of white space folded to one blank, case kept."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without the given secrets, nor anything that names itself one.

    A secret is also found percent-encoded and inside JSON.
    """
    for secret in sorted(_spellings(secrets), key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    text = _BEARER.sub(lambda found: f"{found[1]}{found[2]}{REDACTED}", text)
    return _NAMED.sub(lambda found: f"{found[1]}{REDACTED}", text)


def _spellings(secrets: Iterable[str]) -> set[str]:
    """Every way a secret may be written in an answer or an address."""
    spelled: set[str] = set()
    for secret in secrets:
        spelled |= {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    return {each for each in spelled if each.strip()}


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: blanks, controls, invisible signs, marks without a letter to stand on."""
    return all(unicodedata.category(sign) in _UNSEEN or sign in _EMPTY_LETTERS for sign in text)


def clip(text: str, n: int) -> str:
    """The text in at most `n` characters, ending in an ellipsis when something was cut.

    An accent is never parted from its letter.
    """
    if len(text) <= n:
        return text
    if n <= 0:
        return ""
    cut = n - 1
    while cut > 0 and _continues(text, cut):
        cut -= 1
    return text[:cut].rstrip() + ELLIPSIS


def _continues(text: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before it."""
    here, before = text[at], text[at - 1]
    joined = _ZERO_WIDTH_JOINER in (here, before)
    return joined or unicodedata.category(here) in {"Mn", "Mc", "Me"}
