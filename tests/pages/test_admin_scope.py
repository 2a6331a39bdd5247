"""The base of the back office: which brand a row belongs to, what may be chosen, what may be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cm_suite.core.models import LedgerEntry
from pages.admin import back_office
from pages.admin_labels import LabelledChoices
from pages.admin_scope import BrandScopedAdmin, ScopedRelatedFilter, scoped_rows
from pages.admin_site import is_keeper, led_brands
from pages.enums import Role
from pages.models import Brand, Charter, Membership, Page, Person
from pages.newsroom.models import Subscriber
from pages.notices.models import Mail
from tests.pages.admin_rows import make_row
from tests.people import Cast, make_person

SignIn = Callable[[Person], Client]


def asking(person: Person) -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = person
    return request


@pytest.fixture
def root(db: None) -> Person:
    return Person.objects.create_superuser("root@agence.example", "Root", "x")


def admin_of(model: Any) -> BrandScopedAdmin:
    found = back_office._registry[model]
    assert isinstance(found, BrandScopedAdmin)
    return found


@pytest.mark.parametrize("model", [Brand, Page, Subscriber, LedgerEntry, Mail, Membership])
def test_a_row_knows_its_brand(cast: Cast, model: Any) -> None:
    row = make_row(model, cast.brand, cast.alice)
    assert admin_of(model).brand_id_of(row) == cast.brand.pk


def test_a_mail_of_no_brand_is_seen_by_the_keeper_only(cast: Cast, root: Person) -> None:
    mail = Mail.objects.create(kind="password", key="k", message_id="m", to="a@b.example", subject="…")
    admin = admin_of(Mail)
    assert admin.brand_id_of(mail) is None
    assert admin.has_view_permission(asking(cast.alice), mail) is False
    assert admin.has_view_permission(asking(root), mail) is True
    assert list(admin.get_queryset(asking(cast.alice))) == []
    assert list(admin.get_queryset(asking(root))) == [mail]


def test_each_permission_is_asked_of_the_row(cast: Cast) -> None:
    admin = admin_of(Brand)
    lead, outsider = asking(cast.alice), asking(cast.charlie)
    assert admin.has_change_permission(lead, cast.brand) is True
    assert admin.has_change_permission(outsider, cast.brand) is False
    assert admin.has_view_permission(outsider, cast.brand) is False
    assert admin.has_delete_permission(lead, cast.brand) is False
    assert admin_of(Page).has_change_permission(lead, cast.newsroom) is False
    assert admin_of(Page).has_add_permission(lead) is False


def test_who_leads_nothing_sees_no_model(cast: Cast) -> None:
    request = asking(cast.ada)
    assert [admin for admin in back_office._registry.values() if admin.has_module_permission(request)] == []
    assert back_office.has_permission(request) is False


def test_leading_is_read_once_a_request(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = asking(cast.alice)
    with django_assert_num_queries(1):
        assert led_brands(request) == led_brands(request) == {cast.brand.pk}


def test_a_closed_account_leads_nothing(cast: Cast, root: Person) -> None:
    for person in (cast.alice, root):
        person.is_active = False
        request = asking(person)
        assert (led_brands(request), is_keeper(request)) == (frozenset(), False)
        assert back_office.has_permission(request) is False


def test_a_field_offers_only_rows_in_scope(cast: Cast, root: Person) -> None:
    admin, lead = admin_of(Page), asking(cast.alice)
    assert list(scoped_rows(Brand, lead, admin)) == [cast.brand]
    assert list(scoped_rows(Page, lead, admin)) == [cast.newsroom]
    offered = {person.name for person in scoped_rows(Person, lead, admin)}
    assert offered == {"Alice", "Bob", "Mona", "Ada", "Vera"}
    everybody = {person.name for person in scoped_rows(Person, asking(root), admin)}
    assert everybody == offered | {"Charlie", "Root"}


def test_a_model_that_is_not_in_the_office_offers_nothing(cast: Cast) -> None:
    Charter.objects.create(brand=cast.brand, text="Be kind.")
    for model in (Charter, LogEntry):
        assert list(scoped_rows(model, asking(cast.alice), admin_of(Page))) == []


def test_a_relation_is_filtered_within_scope_and_a_column_as_usual(cast: Cast) -> None:
    filters = admin_of(Subscriber).get_list_filter(asking(cast.alice))
    assert filters == [
        ("page", ScopedRelatedFilter),
        ("state", LabelledChoices),
        ("language", LabelledChoices),
    ]


@pytest.mark.parametrize(
    ("lookup", "allowed"),
    [
        ("state__exact", True),
        ("page__id__exact", True),
        ("pk__in", True),
        ("email_hash__startswith", False),
        ("email__isnull", False),
        ("told_until__gt", False),
    ],
)
def test_only_what_is_a_filter_can_be_asked(cast: Cast, lookup: str, allowed: bool) -> None:
    assert admin_of(Subscriber).lookup_allowed(lookup, "1", asking(cast.alice)) is allowed


def test_a_form_cannot_move_a_row_to_another_brand(cast: Cast, root: Person, signed_in: SignIn) -> None:
    """A lead of one brand who tampers with the form gets nothing but their own brand's rows."""
    row = Membership.objects.get(person=cast.bob)
    data = {"role": "viewer", "brand": cast.other_brand.pk, "person": cast.charlie.pk}
    signed_in(cast.alice).post(reverse("admin:pages_membership_change", args=[row.pk]), data)
    row.refresh_from_db()
    assert (row.brand, row.person) == (cast.brand, cast.bob)
    assert Membership.objects.filter(brand=cast.other_brand).count() == 1
    answer = signed_in(cast.alice).post(reverse("admin:pages_membership_add"), data)
    assert answer.status_code == 403


def test_the_office_speaks_the_person_s_language(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.filter(pk=cast.alice.pk).update(language="en")
    client = signed_in(cast.alice)
    client.cookies["cm_language"] = "fr"
    assert client.get("/admin/").headers["Content-Language"] == "en"


def test_the_change_form_asks_as_many_questions_with_three_people(
    cast: Cast, root: Person, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(root)
    address = reverse("admin:pages_membership_add")
    with django_assert_num_queries(FORM_QUERIES):
        client.get(address)
    for name in ("Zoe", "Yan"):
        brand = Brand.objects.create(name=name, slug=name.lower())
        Membership.objects.create(person=make_person(name), brand=brand, role=Role.LEAD)
    with django_assert_num_queries(FORM_QUERIES):
        html = client.get(address).content.decode()
    assert [name for name in ("Zoe", "Yan", "Bob") if f">{name}</option>" not in html] == []


FORM_QUERIES = 6  # session, person, people, brands, and the savepoint around them
