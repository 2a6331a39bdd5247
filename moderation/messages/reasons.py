"""Why somebody decided, for who reads it: what the house worded is told in the reader's language."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from moderation.messages.acts import KEEPING, REMOVING, Words

AGREED: Final = _("I agree.")
UNDONE: Final = _("Undone right after deciding.")
TAKEN_BACK: Final = _("Taken back by whoever said it first.")


def reason_words(kept: str) -> str:
    """A kept reason, its sentence of the house in the reader's language; what a person typed stays as it is.

    What is kept, hashed and sealed are the words as they stood when somebody decided.
    """
    whole = _known().get(kept)
    if whole is not None:
        return str(whole)
    for known, quick in _quick().items():
        if kept.startswith(f"{known} "):
            return f"{quick}{kept.removeprefix(known)}"
    return kept


@cache
def _known() -> dict[str, Words]:
    return {**_in_every_language(AGREED, UNDONE, TAKEN_BACK), **_quick()}


@cache
def _quick() -> dict[str, Words]:
    """The reasons at hand, which typed words may follow."""
    return _in_every_language(*(each.reason for each in (*REMOVING, *KEEPING)))


def _in_every_language(*sentences: Words) -> dict[str, Words]:
    known: dict[str, Words] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            known |= {str(sentence): sentence for sentence in sentences}
    return known
