"""Settings, charter and notice preferences: saved, merged, refused with what changed, never lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from cm_suite.core.ledger import verify
from cm_suite.core.models import LedgerEntry
from pages.forms.zones import zone_choices
from pages.models import Brand, Charter, Person
from pages.notices.enums import NoticeKind
from pages.notices.rules import MAILED, Ways
from pages.notices.selectors import ways
from pages.services import charter
from pages.services.brand_settings import Clash, EditedMeanwhile, Saved, save_settings, values_of
from pages.services.charter import CharterChanged
from tests.people import Cast

pytestmark = pytest.mark.django_db

type SignIn = Callable[[Person], Client]


def address(cast: Cast) -> str:
    """The page of settings."""
    return reverse("pages:settings", args=[cast.brand.slug])


def filled(brand: Brand, **changes: str) -> dict[str, str]:
    """The form as a person who has just opened it sends it."""
    return {"form": "brand", "seen": json.dumps(values_of(brand)), **values_of(brand), **changes}


def stored(cast: Cast) -> Brand:
    """The brand as the database has it."""
    return Brand.objects.get(pk=cast.brand.pk)


def test_what_changed_is_saved_and_in_the_ledger(cast: Cast) -> None:
    seen = values_of(cast.brand)
    saved = save_settings(cast.brand, seen | {"zone": "America/Martinique", "host": "Us"}, seen, cast.alice)
    assert saved == Saved(changed=("zone", "host"), kept=())
    assert (stored(cast).zone, stored(cast).host, stored(cast).name) == (
        "America/Martinique",
        "Us",
        "Maison Lumen",
    )
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.actor_id, entry.subject_id) == ("brand.settings", cast.alice.pk, cast.brand.pk)
    assert verify(cast.brand.pk) is None


def test_nothing_changed_writes_nothing(cast: Cast) -> None:
    seen = values_of(cast.brand)
    assert save_settings(cast.brand, seen, seen, cast.alice) == Saved((), ())
    assert LedgerEntry.objects.count() == 0


def test_two_people_on_two_fields_both_keep_theirs(cast: Cast) -> None:
    seen = values_of(cast.brand)
    save_settings(cast.brand, seen | {"tagline": "Theirs"}, seen, cast.alice)
    saved = save_settings(cast.brand, seen | {"host": "Mine"}, seen, cast.alice)
    assert saved == Saved(changed=("host",), kept=("tagline",))
    assert (stored(cast).tagline, stored(cast).host) == ("Theirs", "Mine")


def test_two_people_on_one_field_clash_and_nothing_is_saved(cast: Cast) -> None:
    seen = values_of(cast.brand)
    save_settings(cast.brand, seen | {"tagline": "Theirs"}, seen, cast.alice)
    with pytest.raises(EditedMeanwhile) as caught:
        save_settings(cast.brand, seen | {"tagline": "Mine", "host": "Mine"}, seen, cast.alice)
    assert caught.value.clashes == [Clash("tagline", "Theirs", "Mine")]
    assert caught.value.current["tagline"] == "Theirs"
    assert (stored(cast).tagline, stored(cast).host) == ("Theirs", "")
    assert LedgerEntry.objects.count() == 1


def test_two_people_who_agree_do_not_clash(cast: Cast) -> None:
    seen = values_of(cast.brand)
    save_settings(cast.brand, seen | {"tagline": "Same"}, seen, cast.alice)
    assert save_settings(cast.brand, seen | {"tagline": "Same"}, seen, cast.alice) == Saved((), ())
    assert LedgerEntry.objects.count() == 1


def test_a_lead_saves_the_form(cast: Cast, signed_in: SignIn) -> None:
    form = filled(
        cast.brand, name="Maison Lumière", postal_address="1 rue A\r\n75001 Paris", zone="Europe/Brussels"
    )
    answer = signed_in(cast.alice).post(address(cast), form)
    assert (answer.status_code, answer["Location"]) == (302, address(cast))
    brand = stored(cast)
    assert (brand.name, brand.postal_address) == ("Maison Lumière", "1 rue A\n75001 Paris")
    assert (brand.zone, brand.slug) == ("Europe/Brussels", "maison-lumen")


def test_line_breaks_of_a_browser_are_no_change(cast: Cast, signed_in: SignIn) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(postal_address="1 rue A\n75001 Paris")
    brand = stored(cast)
    signed_in(cast.alice).post(address(cast), filled(brand, postal_address="1 rue A\r\n75001 Paris"))
    assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("zone", ""),
        ("name", ""),
        ("contact_email", "nobody"),
        ("language", "xx"),
        ("accent", "x"),
        ("kind", "x"),
        ("kind", ""),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_is_kept(
    cast: Cast, signed_in: SignIn, field: str, value: str
) -> None:
    page = signed_in(cast.alice).post(
        address(cast), filled(cast.brand, **{field: value, "tagline": "Kept words"})
    )
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "Kept words" in page.content.decode()
    assert values_of(stored(cast)) == values_of(cast.brand)


def test_a_clash_says_what_changed_and_the_second_save_wins(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    form = filled(cast.brand, tagline="My words", host="My host")
    seen = values_of(cast.brand)
    save_settings(cast.brand, seen | {"tagline": "Their words"}, seen, cast.alice)
    page = client.post(address(cast), form)
    body = page.content.decode()
    assert page.status_code == 409
    assert [(each.theirs, each.mine) for each in page.context["clashes"]] == [("Their words", "My words")]
    assert "Alice" in body
    assert page.context["form"]["host"].value() == "My host"
    assert stored(cast).host == ""
    again = {**form, "seen": page.context["form"]["seen"].value()}
    assert client.post(address(cast), again).status_code == 302
    assert (stored(cast).tagline, stored(cast).host) == ("My words", "My host")


def test_what_somebody_else_changed_is_kept_and_named(cast: Cast, signed_in: SignIn) -> None:
    form = filled(cast.brand, host="Mine")
    seen = values_of(cast.brand)
    save_settings(cast.brand, seen | {"tagline": "Theirs"}, seen, cast.alice)
    answer = signed_in(cast.alice).post(address(cast), form, follow=True)
    assert len(list(answer.context["messages"])) == 2
    assert (stored(cast).tagline, stored(cast).host) == ("Theirs", "Mine")


@pytest.mark.parametrize("seen", ["", "no json", "[]", '{"name": "x"}'])
def test_a_form_without_its_memory_saves_nothing(cast: Cast, signed_in: SignIn, seen: str) -> None:
    form = {**filled(cast.brand, tagline="Mine"), "seen": seen}
    page = signed_in(cast.alice).post(address(cast), form)
    assert page.status_code == 422
    assert stored(cast).tagline == ""
    again = {**form, "seen": page.context["form"]["seen"].value()}
    assert signed_in(cast.alice).post(address(cast), again).status_code == 302
    assert stored(cast).tagline == "Mine"


def test_a_zone_that_is_no_longer_listed_can_stay(cast: Cast, signed_in: SignIn) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(zone="Etc/GMT-3")
    brand = stored(cast)
    assert signed_in(cast.alice).post(address(cast), filled(brand, tagline="T")).status_code == 302
    assert (stored(cast).zone, stored(cast).tagline) == ("Etc/GMT-3", "T")


def test_zones_begin_with_europe_and_name_each_place_once() -> None:
    groups = zone_choices()
    names = [name for _area, places in groups for name, _place in places]
    assert groups[0][0] == "Europe"
    assert len(names) == len(set(names))
    assert {"Europe/Paris", "Indian/Reunion", "America/Argentina/Ushuaia", "UTC"} <= set(names)
    words = [place for _area, places in groups for _name, place in places]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("language", "area", "words"),
    [
        ("fr", "Europe", ["Amsterdam", "Andorre", "Astrakhan", "Athènes"]),
        ("en", "Europe", ["Amsterdam", "Andorra", "Astrakhan", "Athens"]),
        ("fr", "Antarctique", ["Casey", "Davis", "Dumont-d’Urville", "Macquarie"]),
    ],
)
def test_zones_are_places_in_the_readers_language_and_alphabet(
    language: str, area: str, words: list[str]
) -> None:
    with override(language):
        places = dict(zone_choices())[area]
    assert [place for _name, place in places[:4]] == words


def test_zones_say_accents_among_their_letters_and_todays_names() -> None:
    with override("fr"):
        groups = dict(zone_choices())
    europe = [place for _name, place in groups["Europe"]]
    assert europe.index("Helsinki") < europe.index("Île de Man") < europe.index("Istanbul")
    known = {name: place for places in groups.values() for name, place in places}
    assert (known["Europe/London"], known["Europe/Kyiv"], known["Asia/Kolkata"]) == (
        "Londres",
        "Kyiv",
        "Kolkata",
    )
    assert known["America/Argentina/Buenos_Aires"] == "Argentina · Buenos Aires"
    assert not {"Europe/Belfast", "Europe/Kiev", "Asia/Calcutta", "America/Buenos_Aires"} & set(known)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("lead", 302),
        ("approver", 403),
        ("author", 403),
        ("moderator", 403),
        ("viewer", 403),
        ("outsider", 404),
    ],
)
def test_only_leads_change_settings(cast: Cast, signed_in: SignIn, role: str, status: int) -> None:
    client = signed_in(cast.by_role()[role])
    assert client.post(address(cast), filled(cast.brand, tagline="T")).status_code == status
    assert client.post(address(cast), {"form": "charter", "text": "T", "seen": ""}).status_code == status
    assert stored(cast).tagline == ("T" if status == 302 else "")
    assert Charter.objects.count() == (1 if status == 302 else 0)


def test_others_read_without_a_form(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.vera).get(address(cast)).content.decode()
    assert "Maison Lumen SAS" in page
    assert 'name="postal_address"' not in page
    assert 'name="text"' not in page
    assert signed_in(cast.charlie).get(address(cast)).status_code == 404


def test_what_the_law_asks_is_named_until_it_is_said(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    assert len(client.get(address(cast)).context["missing"]) == 4
    said = {"publication_director": "A", "contact_email": "a@b.example", "postal_address": "C", "host": "D"}
    client.post(address(cast), filled(cast.brand, **said))
    assert client.get(address(cast)).context["missing"] == []


def test_a_charter_is_proposed_in_the_brands_language(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.alice).get(address(cast))
    proposed = page.context["charter_form"]["text"].value()
    assert proposed == charter.propose(cast.brand)
    assert "Maison Lumen" in proposed
    assert Charter.objects.count() == 0


def test_the_charter_is_written_with_a_mark_in_the_ledger(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    client.post(address(cast), {"form": "charter", "text": "Be kind.\r\n\r\nTruly.", "seen": ""})
    written = Charter.objects.get()
    assert (written.text, written.updated_by) == ("Be kind.\n\nTruly.", cast.alice)
    mark = charter.mark_of(written)
    client.post(address(cast), {"form": "charter", "text": "Be kind.\n\nTruly.", "seen": mark})
    client.post(address(cast), {"form": "charter", "text": "Be brief.", "seen": mark})
    history = client.get(address(cast)).context["history"]
    assert [(each.who, each.seq) for each in history] == [("Alice", 2), ("Alice", 1)]
    assert history[0].mark != history[1].mark


def test_a_charter_rewritten_meanwhile_is_shown_and_mine_is_kept(cast: Cast, signed_in: SignIn) -> None:
    charter.write(cast.brand, "One", cast.alice, seen="")
    mark = charter.mark_of(Charter.objects.get())
    charter.write(cast.brand, "Theirs", cast.alice, seen=mark)
    client = signed_in(cast.alice)
    form = {"form": "charter", "text": "Mine", "seen": mark}
    page = client.post(address(cast), form)
    assert (page.status_code, page.context["theirs"].text) == (409, "Theirs")
    assert page.context["charter_form"]["text"].value() == "Mine"
    assert Charter.objects.get().text == "Theirs"
    again = {**form, "seen": page.context["charter_form"]["seen"].value()}
    assert client.post(address(cast), again).status_code == 302
    assert Charter.objects.get().text == "Mine"


def test_two_first_charters_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    charter.write(cast.brand, "Theirs", cast.alice, seen="")
    with pytest.raises(CharterChanged):
        charter.write(cast.brand, "Mine", cast.alice, seen="")
    assert Charter.objects.get().text == "Theirs"


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_a_charter_must_say_something(cast: Cast, signed_in: SignIn, text: str) -> None:
    answer = signed_in(cast.alice).post(address(cast), {"form": "charter", "text": text, "seen": ""})
    assert answer.status_code == 422
    assert Charter.objects.count() == 0


def test_the_page_costs_the_same_at_one_and_three_changes(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    costs = []
    for texts in (["a"], ["b", "c"]):
        for text in texts:
            charter.write(cast.brand, text, cast.alice, seen=charter.mark_of(Charter.objects.first()))
        with CaptureQueriesContext(connection) as queries:
            client.get(address(cast))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_person_chooses_what_they_are_told(cast: Cast, signed_in: SignIn) -> None:
    client, where = signed_in(cast.bob), reverse("pages:notice_settings")
    chosen: dict[str, Any] = {"held-by_mail": "on", "missed-in_app": "on"}
    for _turn in range(2):
        assert client.post(where, chosen).status_code == 302
    heard = ways(cast.bob)
    assert heard[NoticeKind.HELD] == Ways(in_app=False, by_mail=True)
    assert heard[NoticeKind.MISSED] == Ways(in_app=True, by_mail=False)
    assert heard[NoticeKind.PUBLISHED] == Ways(in_app=False, by_mail=False)
    assert ways(cast.alice)[NoticeKind.MISSED] == Ways(in_app=True, by_mail=True)


def test_the_boxes_show_what_is_chosen(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.bob).get(reverse("pages:notice_settings")).content.decode()
    assert page.count(" checked") == len(NoticeKind) + len(MAILED)


def test_notice_settings_need_a_person(client: Client, db: None) -> None:
    answer = client.get(reverse("pages:notice_settings"))
    assert answer.status_code == 302
    assert reverse("pages:sign_in") in answer["Location"]
