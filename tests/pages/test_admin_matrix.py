"""Every list of the back office, walked by everybody: rows of one's own brand, none of another's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from cm_suite.core import clock
from cm_suite.core.models import LedgerEntry
from pages.admin import back_office
from pages.admin_scope import BrandScopedAdmin
from pages.enums import Role
from pages.models import Brand, Departure, Invitation, Membership, Page, Pause, Person
from pages.newsroom.models import NewsroomPost, Subscriber
from pages.notices.models import Mail
from pages.services.brand_settings import values_of
from tests.pages.admin_rows import make_row
from tests.people import Cast

SignIn = Callable[[Person], Client]
MODELS = sorted(back_office._registry, key=lambda model: model._meta.label)
SCOPED = [model for model in MODELS if isinstance(back_office._registry[model], BrandScopedAdmin)]
each_model = pytest.mark.parametrize("model", SCOPED, ids=[model._meta.label for model in SCOPED])
NOT_LEADS = ("author", "moderator", "approver", "viewer")
BRAND = {
    "name": "Nova",
    "slug": "nova",
    "accent": "ink",
    "kind": "company",
    "zone": "Europe/Paris",
    "language": "fr",
}


def url(model: type[Model], view: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


@pytest.fixture
def root(db: None) -> Person:
    return Person.objects.create_superuser("root@agence.example", "Root", "x")


def listed(client: Client, model: type[Model], **asked: str) -> set[int]:
    response = client.get(url(model, "changelist"), asked)
    assert response.status_code == 200
    return {row.pk for row in response.context["cl"].result_list}


def rows_of_both(cast: Cast, model: type[Model]) -> tuple[Model, Model]:
    return make_row(model, cast.brand, cast.alice), make_row(model, cast.other_brand, cast.charlie)


@each_model
@pytest.mark.parametrize("role", NOT_LEADS)
def test_who_leads_nothing_is_turned_away_everywhere(
    cast: Cast, signed_in: SignIn, model: type[Model], role: str
) -> None:
    own = make_row(model, cast.brand, cast.alice)
    client = signed_in(cast.by_role()[role])
    paths = [url(model, "changelist"), url(model, "add")]
    paths += [url(model, view, own.pk) for view in ("change", "history", "delete")]
    for path in paths:
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (302, f"/admin/login/?next={path}")
        assert client.get(response.headers["Location"]).status_code == 403
    assert model._default_manager.filter(pk=own.pk).exists()


@each_model
def test_each_lead_sees_one_side(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    own, foreign = rows_of_both(cast, model)
    seen_by_alice = listed(signed_in(cast.alice), model)
    seen_by_charlie = listed(signed_in(cast.charlie), model)
    assert (own.pk in seen_by_alice, foreign.pk in seen_by_alice) == (True, False)
    assert (own.pk in seen_by_charlie, foreign.pk in seen_by_charlie) == (False, True)
    assert seen_by_alice & seen_by_charlie == set()


@each_model
def test_the_lead_of_two_brands_sees_both(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    own, foreign = rows_of_both(cast, model)
    Membership.objects.create(person=cast.alice, brand=cast.other_brand, role=Role.LEAD)
    assert {own.pk, foreign.pk} <= listed(signed_in(cast.alice), model)
    Membership.objects.filter(person=cast.alice, brand=cast.other_brand).update(role=Role.APPROVER)
    assert foreign.pk not in listed(signed_in(cast.alice), model)


@each_model
def test_a_row_s_history_is_its_brand_s_affair(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    own, foreign = rows_of_both(cast, model)
    client = signed_in(cast.alice)
    assert client.get(url(model, "history", own.pk)).status_code == 200
    answer = client.get(url(model, "history", foreign.pk))
    assert (answer.status_code, answer.headers.get("Location")) in ((302, "/admin/"), (403, None))
    assert cast.other_brand.name not in answer.content.decode()


@each_model
def test_no_list_can_be_narrowed_to_another_brand(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    _own, foreign = rows_of_both(cast, model)
    admin: Any = back_office._registry[model]
    client = signed_in(cast.alice)
    path = admin.brand_path
    for lookup in (f"{path}__id__exact", f"{path}__exact", path):
        response = client.get(url(model, "changelist"), {lookup: str(cast.other_brand.pk)})
        if response.status_code == 200:
            assert foreign.pk not in {row.pk for row in response.context["cl"].result_list}
            assert cast.other_brand.name not in response.content.decode()
        else:
            assert response.status_code in {302, 400}


def related_choices(html: str) -> dict[str, set[str]]:
    """The values each select of a form offers."""
    page = BeautifulSoup(html, "lxml")
    return {
        str(select["name"]): {str(option["value"]) for option in select.select("option") if option["value"]}
        for select in page.select("form select[name]")
    }


@each_model
def test_a_form_offers_only_rows_in_scope(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    own, foreign = rows_of_both(cast, model)
    html = signed_in(cast.alice).get(url(model, "change", own.pk)).content.decode()
    relations = {field.name: field.related_model for field in model._meta.fields if field.is_relation}
    for name, values in related_choices(html).items():
        theirs = getattr(foreign, f"{name}_id", None) if name in relations else None
        assert theirs is None or str(theirs) not in values
    words = BeautifulSoup(html, "lxml").get_text()
    assert [word for word in (cast.other_brand.name, "Charlie") if word in words] == []


@each_model
def test_only_what_may_be_changed_has_a_form(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    own = make_row(model, cast.brand, cast.alice)
    html = signed_in(cast.alice).get(url(model, "change", own.pk)).content.decode()
    page = BeautifulSoup(html, "lxml")
    fields = {str(field["name"]) for field in page.select("#content form [name]")}
    admin = back_office._registry[model]
    assert ("_save" in fields) == bool(getattr(admin, "changes", False))
    assert [name for name in fields if name in {"_addanother", "_saveasnew"}] == []


def test_what_leads_change_by_hand() -> None:
    changing = {model._meta.label for model in SCOPED if _says(back_office._registry[model], "changes")}
    assert {"pages.Brand", "pages.Membership"} <= changing
    assert [model for model in SCOPED if _says(back_office._registry[model], "deletes")] == []


def _says(admin: ModelAdmin[Any], name: str) -> bool:
    return bool(getattr(admin, name))


@pytest.mark.parametrize(
    ("model", "term", "found"),
    [
        (Brand, "maison", 1),
        (Brand, "atelier", 0),
        (Page, "lumen", 1),
        (Page, "roche", 0),
        (Membership, "alice@", 1),
        (Membership, "charlie", 0),
        (Invitation, "noe@", 1),
        (Invitation, "their-guest", 0),
    ],
)
def test_a_search_finds_own_rows_only(
    cast: Cast, signed_in: SignIn, model: type[Model], term: str, found: int
) -> None:
    for brand, email in (
        (cast.brand, "noe@agence.example"),
        (cast.other_brand, "their-guest@agence.example"),
    ):
        Invitation.objects.create(
            brand=brand, email=email, role=Role.AUTHOR, token_hash=email, expires_at=clock.now()
        )
    assert len(listed(signed_in(cast.alice), model, q=term)) == found


@pytest.mark.parametrize(
    ("model", "asked", "found"),
    [
        (Membership, {"role__exact": "author"}, {"Bob"}),
        (Membership, {"role__exact": "lead"}, {"Alice"}),
        (Membership, {"q": "agence.example", "role__exact": "viewer"}, {"Vera"}),
        (Membership, {"role__exact": "nobody"}, set()),
    ],
)
def test_filters_and_search_go_together(
    cast: Cast, signed_in: SignIn, model: type[Model], asked: dict[str, str], found: set[str]
) -> None:
    rows = listed(signed_in(cast.alice), model, **asked)
    assert set(Membership.objects.filter(pk__in=rows).values_list("person__name", flat=True)) == found


@pytest.mark.parametrize("model", [Page, Pause, Departure, Subscriber, NewsroomPost, Invitation, LedgerEntry])
def test_rows_without_a_form_refuse_a_forged_change(
    cast: Cast, signed_in: SignIn, model: type[Model]
) -> None:
    own = make_row(model, cast.brand, cast.alice)
    before = model._default_manager.filter(pk=own.pk).values().get()
    forged = {name: "forged" for name in before} | {"_save": "1", "brand": str(cast.other_brand.pk)}
    assert signed_in(cast.alice).post(url(model, "change", own.pk), forged).status_code == 403
    assert signed_in(cast.alice).post(url(model, "add"), forged).status_code == 403
    assert model._default_manager.filter(pk=own.pk).values().get() == before


@pytest.mark.parametrize("name", ["person", "brand", "page", "pause", "membership", "credential"])
def test_completion_says_nothing_to_who_leads_nothing(cast: Cast, signed_in: SignIn, name: str) -> None:
    asked = {"app_label": "pages", "model_name": "page", "field_name": name, "term": ""}
    for person in (cast.bob, cast.ada, cast.vera):
        response = signed_in(person).get("/admin/autocomplete/", asked)
        assert response.status_code == 302
    answer = signed_in(cast.alice).get("/admin/autocomplete/", asked)
    said = answer.content.decode()
    assert [word for word in ("Charlie", "Atelier", "charlie@") if word in said] == []


@pytest.mark.parametrize(
    ("days", "found"),
    [(0, 1), (40, 0)],
)
def test_the_dates_of_a_list_are_followed(cast: Cast, signed_in: SignIn, days: int, found: int) -> None:
    Departure.objects.create(page=cast.newsroom, at=clock.now())
    day = clock.now() - timedelta(days=days)
    asked = {"at__year": str(day.year), "at__month": str(day.month)}
    assert len(listed(signed_in(cast.alice), Departure, **asked)) == found


def test_a_new_brand_has_its_public_page_from_the_start(root: Person, signed_in: SignIn) -> None:
    client = signed_in(root)
    assert Client().get("/p/nova/").status_code == 404
    assert client.post(url(Brand, "add"), BRAND).status_code == 302
    page = Page.objects.get()
    assert (page.brand.slug, page.network, page.remote_id, page.name) == ("nova", "newsroom", "nova", "Nova")
    assert Client().get("/p/nova/").status_code == 200
    brand = Brand.objects.get(slug="nova")
    seen = json.dumps(values_of(brand))
    changed = client.post(url(Brand, "change", brand.pk), {**BRAND, "tagline": "Light", "seen": seen})
    assert changed.status_code == 302
    assert list(Page.objects.all()) == [page]
    assert [entry.kind for entry in LedgerEntry.objects.order_by("seq")] == [
        "brand.created",
        "brand.settings",
    ]


@pytest.mark.parametrize("wrong", [{"slug": ""}, {"slug": "a b"}, {"zone": "Mars/Olympus"}, {"name": ""}])
def test_a_brand_that_is_refused_leaves_no_page(
    root: Person, signed_in: SignIn, wrong: dict[str, str]
) -> None:
    response = signed_in(root).post(url(Brand, "add"), {**BRAND, **wrong})
    assert (response.status_code, Brand.objects.count(), Page.objects.count()) == (200, 0, 0)
    assert list(response.context["adminform"].form.errors) == list(wrong)
    assert LedgerEntry.objects.count() == 0


def notes(client: Client) -> str:
    page = BeautifulSoup(client.get("/admin/").content, "lxml")
    return " ".join(" ".join(part.get_text().split()) for part in page.select(".office-note, .office-card"))


def test_the_index_tells_a_lead_and_the_keeper_what_each_sees(
    cast: Cast, root: Person, signed_in: SignIn
) -> None:
    Person.objects.update(language="en")
    lead, keeper = notes(signed_in(cast.alice)), notes(signed_in(root))
    assert "Every list shows your brands only." in lead
    assert "are listed for every brand" not in lead
    assert "brands, roles and outgoing mail are listed for every brand" in keeper
    assert "Every list shows your brands only." not in keeper
    assert "You lead no brand" in keeper
    assert "Whoever runs the installation makes brands" not in keeper
    Membership.objects.create(person=root, brand=cast.brand, role=Role.LEAD)
    assert "You lead no brand" not in notes(signed_in(root))
    assert {row.name for row in Brand.objects.filter(pk__in=listed(signed_in(root), Brand))} == {
        "Maison Lumen",
        "Atelier Roche",
    }
    assert Mail in back_office._registry
