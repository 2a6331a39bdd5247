"""The charter: the rules of conversation a brand shows to its visitors."""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cm_suite.core import ledger
from cm_suite.core.text import fingerprint
from pages.models import Brand, Charter, Person

KIND: Final = "charter.written"


class CharterChanged(Exception):
    """Somebody else wrote the charter meanwhile; nothing was saved. `current` is what stands now."""

    def __init__(self, current: Charter) -> None:
        super().__init__("charter changed meanwhile")
        self.current = current


def mark_of(charter: Charter | None) -> str:
    """A mark of the text a person has seen, to be handed back to `write`; empty when there was none."""
    return fingerprint(charter.text) if charter else ""


def propose(brand: Brand) -> str:
    """A charter to begin with, in the brand's language."""
    with translation.override(brand.language):
        parts = [
            _("%(brand)s reads your comments and answers them. A few rules keep the talk open to all.")
            % {"brand": brand.name},
            _("You may criticise: a product, a price, a choice we made. Say what happened; we answer."),
            _("Respect people: no insult, no threat, no harassment, no hate because of who somebody is."),
            _("Say only what you can stand by: do not accuse a person of facts that you cannot prove."),
            _("Protect private life: nobody's address, telephone number or picture without their consent."),
            _("No advertising, no repeated message, no content that belongs to somebody else."),
            _("A comment that breaks these rules may be hidden or removed. Ask us why: a person answers."),
            _("To report unlawful content, write to our contact point, named in the legal notice."),
        ]
    return "\n\n".join(parts)


def write(brand: Brand, text: str, by: Person, *, seen: str) -> bool:
    """Save the charter; False when the text is the one that stands already.

    `seen` is `mark_of` what the person was shown. Raises CharterChanged when it is no longer that.
    """
    try:
        with transaction.atomic():
            return _write(brand, text, by, seen)
    except IntegrityError:  # two first charters at once: the other one is there now
        raise CharterChanged(Charter.objects.get(brand=brand)) from None


def _write(brand: Brand, text: str, by: Person, seen: str) -> bool:
    current = Charter.objects.select_for_update().filter(brand=brand).first()
    if current is not None and current.text == text:
        return False
    if current is not None and mark_of(current) != seen:
        raise CharterChanged(current)
    charter = current or Charter(brand=brand)
    charter.text, charter.updated_by = text, by
    charter.save()
    ledger.append(brand.pk, KIND, actor_id=by.pk, subject_kind="charter", subject_id=charter.pk, content=text)
    return True
