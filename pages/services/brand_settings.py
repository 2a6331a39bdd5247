"""Saving a brand's settings when several people may be editing them: what each one changed is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from cm_suite.core import ledger
from pages.models import Brand, Page, Person
from pages.newsroom.models import CommentMode, CommentRules

FIELDS: Final = (
    "name",
    "tagline",
    "zone",
    "language",
    "accent",
    "kind",
    "publisher",
    "publication_director",
    "contact_email",
    "postal_address",
    "host",
)
KIND: Final = "brand.settings"
COMMENTS_KIND: Final = "comments.mode"


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people changed in two ways."""

    field: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save changed, and what somebody else had changed meanwhile and was kept."""

    changed: tuple[str, ...]
    kept: tuple[str, ...]


class ModeChanged(Exception):
    """Somebody else chose another way of taking comments; nothing was saved. `current` stands now."""

    def __init__(self, current: CommentMode) -> None:
        super().__init__("mode changed")
        self.current = current


class EditedMeanwhile(Exception):
    """Somebody else changed the same fields; nothing was saved. `current` is what stands now."""

    def __init__(self, clashes: list[Clash], current: Mapping[str, str]) -> None:
        super().__init__("edited meanwhile")
        self.clashes = clashes
        self.current = current


def values_of(brand: Brand) -> dict[str, str]:
    """The settings as they stand in this row."""
    return {field: getattr(brand, field) for field in FIELDS}


def save_settings(brand: Brand, wanted: Mapping[str, str], seen: Mapping[str, str], by: Person) -> Saved:
    """Write the fields that differ from what the person had seen; leave all others as they are now.

    Raises EditedMeanwhile when one of them was changed to something else since.
    """
    with transaction.atomic():
        row = Brand.objects.select_for_update().get(pk=brand.pk)
        current = values_of(row)
        mine = tuple(field for field in FIELDS if wanted[field] != seen[field])
        theirs = tuple(field for field in FIELDS if current[field] != seen[field])
        clashes = [
            Clash(field, current[field], wanted[field])
            for field in mine
            if field in theirs and wanted[field] != current[field]
        ]
        if clashes:
            raise EditedMeanwhile(clashes, current)
        changed = tuple(field for field in mine if wanted[field] != current[field])
        _write(row, {field: wanted[field] for field in changed}, by)
    return Saved(changed, tuple(field for field in theirs if field not in mine))


def _write(brand: Brand, changes: Mapping[str, str], by: Person) -> None:
    if not changes:
        return
    for field, value in changes.items():
        setattr(brand, field, value)
    brand.save(update_fields=list(changes))
    ledger.append(
        brand.pk,
        KIND,
        actor_id=by.pk,
        subject_kind="brand",
        subject_id=brand.pk,
        content=json.dumps(dict(changes), sort_keys=True),
    )


def comment_mode_of(page: Page) -> CommentMode:
    """How the newsroom takes comments, as the database has it now."""
    mode = CommentRules.objects.filter(page=page).values_list("mode", flat=True).first()
    return CommentMode(mode) if mode else CommentMode.PUBLISH_FIRST


def save_comment_mode(page: Page, wanted: CommentMode, seen: CommentMode, by: Person) -> bool:
    """Set how the newsroom takes comments; False when it already was so, or when nothing was chosen anew.

    Raises ModeChanged when somebody chose a third way since the person saw this one.
    """
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        current = comment_mode_of(page)
        if wanted in {seen, current}:
            return False
        if current != seen:
            raise ModeChanged(current)
        CommentRules.objects.update_or_create(page=page, defaults={"mode": wanted})
        ledger.append(
            page.brand_id,
            COMMENTS_KIND,
            actor_id=by.pk,
            subject_kind="page",
            subject_id=page.pk,
            content=wanted.value,
        )
    return True
