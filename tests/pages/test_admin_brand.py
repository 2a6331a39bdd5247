"""A brand changed in the back office while somebody else changes it: nothing is overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from cm_suite.core.crypto import keyed_hash
from cm_suite.core.models import LedgerEntry
from pages.admin import brands
from pages.models import Brand, Person
from pages.services.brand_settings import FIELDS, Saved, save_settings, values_of
from tests.people import Cast

SignIn = Callable[[Person], Client]


class Room:
    """The brand's page in the back office, as one lead has it open."""

    def __init__(self, client: Client, brand: Brand) -> None:
        self.client = client
        self.path = reverse("admin:pages_brand_change", args=[brand.pk])
        self.values = self._read(client.get(self.path))

    def save(self, **changes: str) -> Any:
        """Save what was shown with these changes; from then on what the answer shows."""
        answer = self.client.post(self.path, {**self.values, **changes})
        if answer.status_code == 200:
            self.values = self._read(answer)
        return answer

    def _read(self, answer: Any) -> dict[str, str]:
        form = answer.context["adminform"].form
        return {name: form[name].value() or "" for name in (*FIELDS, "seen")}


@pytest.fixture
def room(cast: Cast, signed_in: SignIn) -> Room:
    Person.objects.update(language="en")
    return Room(signed_in(cast.alice), cast.brand)


def theirs(cast: Cast, **changes: str) -> None:
    """Another lead saves in the brand's own room."""
    seen = values_of(Brand.objects.get(pk=cast.brand.pk))
    save_settings(cast.brand, {**seen, **changes}, seen, cast.ada)


def stands(cast: Cast) -> tuple[str, str]:
    brand = Brand.objects.get(pk=cast.brand.pk)
    return brand.tagline, brand.host


def test_what_somebody_else_changed_meanwhile_is_kept(cast: Cast, room: Room) -> None:
    theirs(cast, tagline="Theirs")
    assert room.save(host="Mine").status_code == 302
    assert stands(cast) == ("Theirs", "Mine")


def test_the_same_field_changed_by_two_is_said_and_nothing_is_saved(cast: Cast, room: Room) -> None:
    theirs(cast, tagline="Theirs", zone="America/Martinique")
    answer = room.save(tagline="Mine", host="Mine")
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == {
        "tagline": ["Somebody else wrote “Theirs” meanwhile. Save again to put yours in its place."]
    }
    assert stands(cast) == ("Theirs", "")
    assert (room.values["tagline"], room.values["zone"]) == ("Mine", "America/Martinique")
    assert room.save().status_code == 302
    assert stands(cast) == ("Mine", "Mine")
    assert Brand.objects.get(pk=cast.brand.pk).zone == "America/Martinique"


def test_the_same_words_by_two_are_no_conflict(cast: Cast, room: Room) -> None:
    theirs(cast, tagline="Same")
    assert room.save(tagline="Same").status_code == 302
    assert stands(cast) == ("Same", "")
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("seen", ["", "x", "[]", "{}"])
def test_a_form_that_does_not_say_what_was_seen_saves_nothing(cast: Cast, room: Room, seen: str) -> None:
    answer = room.save(tagline="Mine", seen=seen)
    assert answer.context["adminform"].form.non_field_errors() == [
        "This form is out of date. Check the values, then save again."
    ]
    assert (stands(cast), LedgerEntry.objects.count()) == (("", ""), 0)
    assert room.save().status_code == 302
    assert stands(cast) == ("Mine", "")


def test_the_ledger_says_the_same_as_from_the_brand_s_own_room(cast: Cast, room: Room) -> None:
    room.save(tagline="Mine", postal_address="1 rue du Lac\r\nLyon")
    [entry] = LedgerEntry.objects.all()
    changes = {"tagline": "Mine", "postal_address": "1 rue du Lac\nLyon"}
    assert (entry.kind, entry.actor_id) == ("brand.settings", cast.alice.pk)
    assert entry.content_hash == keyed_hash(json.dumps(changes, sort_keys=True))


def test_what_somebody_else_saves_in_that_very_instant_stands(
    cast: Cast, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(brand: Brand, wanted: dict[str, str], seen: dict[str, str], by: Person) -> Saved:
        theirs(cast, tagline="Theirs")
        return save_settings(brand, wanted, seen, by)

    monkeypatch.setattr(brands, "save_settings", save)
    answer = room.client.post(room.path, {**room.values, "tagline": "Mine", "host": "Mine"}, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert "Nothing was saved: somebody else has just changed Tagline." in said
    assert stands(cast) == ("Theirs", "")


def test_saving_without_a_change_leaves_no_trace(cast: Cast, room: Room) -> None:
    assert room.save().status_code == 302
    assert LedgerEntry.objects.count() == 0


def test_what_was_seen_is_carried_and_not_shown(cast: Cast, room: Room) -> None:
    page = BeautifulSoup(room.client.get(room.path).content, "lxml")
    [field] = page.select("[name=seen]")
    assert field["type"] == "hidden"
    assert json.loads(str(field["value"])) == values_of(cast.brand)
