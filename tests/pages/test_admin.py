"""The back office: who enters, which rows they see, and what nobody sees."""

import json
import re
from collections.abc import Callable

import pytest
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from cm_suite.core.models import LedgerEntry
from pages.admin import back_office
from pages.admin_scope import BrandScopedAdmin
from pages.enums import Role
from pages.models import (
    Brand,
    Charter,
    Departure,
    Invitation,
    Membership,
    Page,
    Pause,
    Person,
    ThreadSnapshot,
)
from pages.newsroom.models import Subscriber
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.services.brand_settings import values_of
from publishing.models import Cap, Delivery, Gap, Override, Post
from tests.pages.admin_rows import make_row
from tests.people import Cast, make_person

SignIn = Callable[[Person], Client]
MODELS = sorted(back_office._registry, key=lambda model: model._meta.label)
SCOPED = [model for model in MODELS if isinstance(back_office._registry[model], BrandScopedAdmin)]
NAMED = [Brand, Invitation, Membership, Page, Pause, Departure, Charter, ThreadSnapshot, Person]
NAMED += [Mail, LedgerEntry, Post, Delivery, Override, Cap, Gap]
names = pytest.mark.parametrize("model", SCOPED, ids=[model._meta.label for model in SCOPED])


def url(model: type[Model], view: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


@pytest.fixture
def root(db: None) -> Person:
    return Person.objects.create_superuser("root@agence.example", "Root", "x")


def test_who_enters(cast: Cast, root: Person, signed_in: SignIn) -> None:
    assert Client().get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert Client().get("/admin/login/?next=/admin/").headers["Location"] == "/sign-in/?next=/admin/"
    for person in (cast.bob, cast.mona, cast.ada, cast.vera):
        assert signed_in(person).get("/admin/", follow=True).status_code == 403
    for person in (cast.alice, cast.charlie, root):
        assert signed_in(person).get("/admin/").status_code == 200
    Person.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert signed_in(cast.alice).get("/admin/").status_code == 302


def test_django_s_own_doors_lead_to_the_house_s(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    for path in ("logout/", "password_change/"):
        assert client.get(f"/admin/{path}").headers["Location"] == "/me/"
    assert client.get("/admin/login/").headers["Location"] == "/admin/"
    assert client.get("/admin/r/1/1/").status_code == 404


@pytest.mark.parametrize("model", NAMED, ids=[model._meta.label for model in NAMED])
def test_each_row_has_a_name_of_its_own(cast: Cast, model: type[Model]) -> None:
    assert " object (" not in str(make_row(model, cast.brand, cast.alice))


@pytest.mark.parametrize(("language", "title"), [("fr", "E-mails sortants"), ("en", "Outgoing mails")])
def test_a_list_is_called_by_what_it_lists(cast: Cast, signed_in: SignIn, language: str, title: str) -> None:
    Person.objects.filter(pk=cast.alice.pk).update(language=language)
    cast.alice.refresh_from_db()
    client = signed_in(cast.alice)
    page = client.get(url(Mail, "changelist")).content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", page) == [title]
    assert f"<title>{title} · " in page


def test_a_delivery_is_linked_where_it_is_read_today(
    cast: Cast, signed_in: SignIn, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://news.example"
    told = {"remote_id": "7", "remote_url": "http://old.example/p/maison-lumen/7/", "page": cast.newsroom}
    make_row(Delivery, cast.brand, cast.alice, **told)
    page = signed_in(cast.alice).get(url(Delivery, "changelist")).content.decode()
    assert page.count('<a href="https://news.example/p/maison-lumen/7/"') == 1
    assert "old.example" not in page


def test_a_mail_goes_by_its_number(cast: Cast, signed_in: SignIn) -> None:
    mail = make_row(Mail, cast.brand, cast.alice)
    assert str(mail) == f"Invitation {mail.pk}"
    page = signed_in(cast.alice).get(url(Mail, "changelist")).content.decode()
    assert f'<a href="/admin/notices/mail/{mail.pk}/change/">{mail.pk}</a>' in page


def test_every_model_says_to_which_brand_it_belongs() -> None:
    unscoped = [model._meta.label for model in MODELS if model not in SCOPED]
    assert unscoped == ["pages.Person"]


def test_the_index_shows_the_brands_one_leads(cast: Cast, signed_in: SignIn) -> None:
    Subscriber.objects.create(
        page=cast.newsroom, email_hash="x", state="active", asked_at=cast.alice.joined_at
    )
    cards = signed_in(cast.alice).get("/admin/").context["brand_cards"]
    assert [(card.name, card.people, card.pages, card.subscribers, card.pauses) for card in cards] == [
        ("Maison Lumen", 5, 1, 1, 0)
    ]


def test_the_index_asks_as_many_questions_for_three_brands(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.alice)
    with django_assert_num_queries(INDEX_QUERIES):
        client.get("/admin/")
    for number in range(2):
        brand = Brand.objects.create(name=f"Brand {number}", slug=f"brand-{number}")
        Membership.objects.create(person=cast.alice, brand=brand, role=Role.LEAD)
    with django_assert_num_queries(INDEX_QUERIES):
        assert len(client.get("/admin/").context["brand_cards"]) == 3


INDEX_QUERIES = 5  # session, person, brands led, cards, own last acts


@names
def test_a_lead_sees_the_rows_of_their_brand_only(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    own = make_row(model, cast.brand, cast.alice)
    foreign = make_row(model, cast.other_brand, cast.charlie)
    client = signed_in(cast.alice)
    page = client.get(url(model, "changelist"))
    assert page.status_code == 200
    listed = {row.pk for row in page.context["cl"].queryset}
    assert own.pk in listed
    assert foreign.pk not in listed
    assert_says_nothing_of(cast.other_brand, page.content.decode())
    assert client.get(url(model, "change", own.pk)).status_code == 200
    for view in ("change", "history", "delete"):
        answer = client.get(url(model, view, foreign.pk))
        assert (answer.status_code, answer.headers.get("Location")) in ((302, "/admin/"), (403, None))
    answer = client.post(url(model, "change", foreign.pk), {"name": "Mine now", "role": "viewer"})
    assert (answer.status_code, answer.headers.get("Location")) in ((302, "/admin/"), (403, None))


def assert_says_nothing_of(brand: Brand, html: str) -> None:
    for word in (brand.name, brand.slug, "Charlie", f"secret of {brand.slug}"):
        assert word not in html


@names
def test_an_act_on_a_foreign_row_does_nothing(cast: Cast, signed_in: SignIn, model: type[Model]) -> None:
    foreign = make_row(model, cast.other_brand, cast.charlie)
    data = {"action": "delete_selected", "_selected_action": [str(foreign.pk)], "post": "yes"}
    signed_in(cast.alice).post(url(model, "changelist"), data)
    assert model._default_manager.filter(pk=foreign.pk).exists()


@names
def test_a_list_asks_as_many_questions_for_three_rows_as_for_one(
    cast: Cast,
    signed_in: SignIn,
    model: type[Model],
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in(cast.alice)
    own = [make_row(model, cast.brand, cast.alice)]
    with django_assert_max_num_queries(12) as asked:
        client.get(url(model, "changelist"))
    for _ in range(2):
        if model in (Brand, Membership):
            person, brand = cast.alice, Brand.objects.create(name=f"B{len(own)}", slug=f"b{len(own)}")
            Membership.objects.create(person=person, brand=brand, role=Role.LEAD)
            own.append(brand)
        else:
            own.append(make_row(model, cast.brand, cast.alice))
    with django_assert_num_queries(len(asked.captured_queries)):
        page = client.get(url(model, "changelist"))
    assert page.context["cl"].result_count >= 3


@pytest.mark.parametrize("model", MODELS, ids=[model._meta.label for model in MODELS])
def test_history_is_not_deleted(cast: Cast, root: Person, model: type[Model]) -> None:
    admin = back_office._registry[model]
    if getattr(admin, "deletes", False):
        pytest.skip("rows of this model carry no history")
    for person in (cast.alice, root):
        request = Client().get("/sign-in/").wsgi_request
        request.user = person
        assert admin.has_delete_permission(request) is False


def secrets(cast: Cast) -> list[str]:
    """Put one secret of each kind into the rows of the brand, and name them."""
    Subscriber.objects.create(
        page=cast.newsroom, email="fan@home.example", email_hash="f" * 64, asked_at=cast.alice.joined_at
    )
    Invitation.objects.create(
        brand=cast.brand,
        email="noe@agence.example",
        role=Role.AUTHOR,
        token_hash="a1b2" * 16,
        expires_at=cast.alice.joined_at,
    )
    Mail.objects.create(
        brand=cast.brand,
        kind=MailKind.DIGEST,
        key="k",
        message_id="m@localhost",
        to="fan@home.example",
        subject="Private subject",
        text="Private body",
        html="<p>Private body</p>",
        unsubscribe_url="http://localhost:8000/p/leave-by-this",
    )
    return [
        "fan@home.example",
        "f" * 64,
        "a1b2a1b2",
        "Private subject",
        "Private body",
        "leave-by-this",
        "md5$",
        "fernet",
    ]


def test_no_page_shows_a_secret(cast: Cast, root: Person, signed_in: SignIn) -> None:
    hidden = secrets(cast)
    for person in (cast.alice, root):
        client = signed_in(person)
        for model, admin in back_office._registry.items():
            html = client.get(url(model, "changelist")).content.decode()
            request = client.get("/admin/").wsgi_request
            for row in admin.get_queryset(request)[:5]:
                html += client.get(url(model, "change", row.pk)).content.decode()
            assert [word for word in hidden if word in html] == [], model._meta.label


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Invitation, "token_hash__startswith"),
        (Membership, "person__password__startswith"),
        (Membership, "person__email__startswith"),
        (Subscriber, "email_hash__startswith"),
        (Mail, "message_id__startswith"),
        (Page, "credential__expires_at__gt"),
    ],
)
def test_a_hidden_column_cannot_be_guessed_through_the_address(
    cast: Cast, signed_in: SignIn, model: type[Model], lookup: str
) -> None:
    assert signed_in(cast.alice).get(url(model, "changelist"), {lookup: "a"}).status_code == 400


def test_accounts_are_for_who_runs_the_installation(cast: Cast, root: Person, signed_in: SignIn) -> None:
    assert signed_in(cast.alice).get(url(Person, "changelist")).status_code == 403
    client = signed_in(root)
    assert client.get(url(Person, "changelist")).status_code == 200
    data = {"name": "Bob", "email": "bob@agence.example", "language": "fr"}
    assert client.post(url(Person, "change", cast.bob.pk), data).status_code == 302
    assert Person.objects.get(pk=cast.bob.pk).is_active is False
    assert [(row.brand_id, row.kind, row.actor_id, row.subject_id) for row in LedgerEntry.objects.all()] == [
        (cast.brand.pk, "account.closed", root.pk, cast.bob.pk)
    ]
    data = {"name": "Bob", "email": "Bob@Agence.EXAMPLE", "language": "fr", "is_active": "on"}
    client.post(url(Person, "change", cast.bob.pk), data)
    again = Person.objects.get(pk=cast.bob.pk)
    assert (again.is_active, again.email) == (True, "bob@agence.example")
    taken = client.post(url(Person, "change", cast.bob.pk), {**data, "email": "ALICE@agence.example"})
    assert list(taken.context["adminform"].form.errors) == ["email"]
    data = {"name": "Root", "email": "root@agence.example", "language": "fr"}
    client.post(url(Person, "change", root.pk), data)
    kept = Person.objects.get(pk=root.pk)
    assert (kept.is_active, kept.is_superuser) == (True, True)


def test_who_runs_the_installation_sees_no_content_of_a_brand(
    cast: Cast, root: Person, signed_in: SignIn
) -> None:
    client = signed_in(root)
    for model, admin in back_office._registry.items():
        keeper = model is Person or getattr(admin, "keeper_sees_all", False)
        assert client.get(url(model, "changelist")).status_code == (200 if keeper else 403), model
    allowed = {model._meta.label for model, admin in back_office._registry.items() if _keeper(admin)}
    assert allowed == {"pages.Brand", "pages.Membership", "notices.Mail"}


def _keeper(admin: ModelAdmin[Model]) -> bool:
    return bool(getattr(admin, "keeper_sees_all", False))


def test_a_first_brand_and_its_first_lead(root: Person, signed_in: SignIn) -> None:
    client = signed_in(root)
    data = {
        "name": "Nova",
        "slug": "nova",
        "accent": "ink",
        "kind": "company",
        "zone": "Europe/Paris",
        "language": "fr",
    }
    assert client.post(url(Brand, "add"), {**data, "zone": "Mars/Olympus"}).status_code == 200
    assert client.post(url(Brand, "add"), data).status_code == 302
    brand = Brand.objects.get(slug="nova")
    client.post(url(Membership, "add"), {"person": root.pk, "brand": brand.pk, "role": "lead"})
    assert client.get("/b/nova/people/").status_code == 200
    entries = LedgerEntry.objects.filter(brand_id=brand.pk).order_by("seq")
    assert [entry.kind for entry in entries] == ["brand.created", "person.appointed"]


def test_a_lead_changes_the_brand_but_not_its_address(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    assert client.get(url(Brand, "add")).status_code == 403
    data = {
        "name": "Lumen",
        "slug": "other",
        "accent": "ink",
        "kind": "company",
        "zone": "Europe/Paris",
        "language": "fr",
    }
    data["seen"] = json.dumps(values_of(cast.brand))
    assert client.post(url(Brand, "change", cast.brand.pk), data).status_code == 302
    brand = Brand.objects.get(pk=cast.brand.pk)
    assert (brand.name, brand.slug) == ("Lumen", "maison-lumen")
    assert LedgerEntry.objects.get().kind == "brand.settings"


def test_a_role_changed_in_the_back_office_is_in_the_ledger(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    row = Membership.objects.get(person=cast.bob)
    data = {"role": "approver", "brand": cast.other_brand.pk, "person": cast.charlie.pk}
    assert client.post(url(Membership, "change", row.pk), data).status_code == 302
    row.refresh_from_db()
    assert (row.role, row.brand, row.person) == ("approver", cast.brand, cast.bob)
    assert LedgerEntry.objects.get().kind == "role.changed"


def test_the_back_office_keeps_the_last_lead_too(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    row = Membership.objects.get(person=cast.alice)
    answer = client.post(url(Membership, "change", row.pk), {"role": "viewer"})
    assert answer.status_code == 200
    row.refresh_from_db()
    assert (row.role, LedgerEntry.objects.count()) == ("lead", 0)


def test_filters_offer_only_own_rows(cast: Cast, signed_in: SignIn) -> None:
    second = Page.objects.create(brand=cast.brand, network="mastodon", remote_id="1", name="Second page")
    html = signed_in(cast.alice).get(url(Subscriber, "changelist")).content.decode()
    offered = set(re.findall(r"page__id__exact=(\d+)", html))
    assert offered == {str(cast.newsroom.pk), str(second.pk)}


def test_a_search_stays_in_the_brand(cast: Cast, signed_in: SignIn) -> None:
    make_person("Bobby")
    Membership.objects.create(
        person=Person.objects.get(name="Bobby"), brand=cast.other_brand, role=Role.AUTHOR
    )
    page = signed_in(cast.alice).get(url(Membership, "changelist"), {"q": "bob"})
    assert [row.person.name for row in page.context["cl"].queryset] == ["Bob"]


@pytest.mark.parametrize("path", ["autocomplete/?app_label=pages&model_name=page&field_name=brand&term="])
def test_completion_stays_in_the_brand(cast: Cast, signed_in: SignIn, path: str) -> None:
    answer = signed_in(cast.alice).get(f"/admin/{path}")
    assert [row["text"] for row in answer.json()["results"]] == ["Maison Lumen"]
    assert signed_in(cast.bob).get(f"/admin/{path}").status_code == 302


def test_the_queues_are_for_who_runs_the_installation(
    cast: Cast, root: Person, signed_in: SignIn, redis_url: str
) -> None:
    assert signed_in(cast.alice).get("/admin/queues/").status_code == 403
    page = signed_in(root).get("/admin/queues/")
    assert [(queue.name, queue.waiting) for queue in page.context["queues"]] == [
        ("publishing", 0),
        ("moderation", 0),
        ("reputation", 0),
        ("pages", 0),
        ("default", 0),
    ]


def test_the_queues_without_redis(root: Person, signed_in: SignIn) -> None:
    page = signed_in(root).get("/admin/queues/")
    assert (page.status_code, page.context["queues"]) == (200, None)
