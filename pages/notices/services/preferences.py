"""How a person wants to hear of things."""

from __future__ import annotations

from collections.abc import Mapping

from pages.models import Person
from pages.notices.enums import NoticeKind
from pages.notices.models import NoticePreference
from pages.notices.rules import Ways


def save_preferences(person: Person, chosen: Mapping[NoticeKind, Ways]) -> None:
    """Keep what a person chose for each kind given; saving the same again changes nothing."""
    NoticePreference.objects.bulk_create(
        [
            NoticePreference(person=person, kind=kind, in_app=ways.in_app, by_mail=ways.by_mail)
            for kind, ways in chosen.items()
        ],
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["in_app", "by_mail"],
    )
