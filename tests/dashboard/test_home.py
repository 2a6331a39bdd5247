"""All brands: the one in most trouble first; those who have one go straight to it."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils.text import slugify
from pytest_django import DjangoAssertNumQueries

from cm_suite.core import clock
from cm_suite.dashboard.lines import brand_lines
from pages.enums import PageState, Role
from pages.models import Brand, Departure, Membership, Page, Pause, Person
from pages.newsroom.models import Arrival, Subscriber
from pages.selectors.people import memberships_of
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Delivery, Post
from tests.people import Cast, make_person

SignIn = Callable[[Person], Client]


def brand(name: str, person: Person, role: Role = Role.LEAD) -> Page:
    """A brand this person is on, with its newsroom."""
    made = Brand.objects.create(name=name, slug=slugify(name))
    Membership.objects.create(person=person, brand=made, role=role)
    return Page.objects.create(brand=made, network="newsroom", remote_id=made.slug, name=name)


def plan(page: Page, hours: int, state: str = DeliveryState.PLANNED, hold: str = "") -> Delivery:
    post = Post.objects.create(brand=page.brand, text="A post")
    due_at = clock.now() + timedelta(hours=hours)
    return Delivery.objects.create(post=post, page=page, due_at=due_at, state=state, hold_reason=hold)


def test_one_brand_opens_by_itself(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.bob).get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/b/maison-lumen/")


def test_no_brand_says_what_to_do(db: None, signed_in: SignIn) -> None:
    person = make_person("Zoe")
    Person.objects.update(language="en")
    response = signed_in(person).get("/")
    assert response.status_code == 200
    assert "You see a brand as soon as one of its leads invites you" in response.content.decode()
    root = Person.objects.create_superuser("root@agence.example", "Root", "x")
    assert "/admin/pages/brand/add/" in signed_in(root).get("/").content.decode()


def test_trouble_comes_first_then_the_name(cast: Cast, signed_in: SignIn) -> None:
    person = make_person("Zoe")
    brand("Écume", person)
    brand("Aube", person, Role.VIEWER)
    brand("Zorro", person)
    paused = brand("Zeste", person)
    Pause.objects.create(brand=paused.brand, reason="a recall", started_by=person)
    worst = brand("Mistral", person)
    Page.objects.filter(pk=worst.pk).update(state=PageState.NEEDS_RECONNECT)
    plan(worst, -1, DeliveryState.NEEDS_PERSON)
    plan(worst, 1, DeliveryState.HELD, HoldReason.POLICY)
    plan(worst, 1, DeliveryState.HELD, HoldReason.PAUSED)
    lines = brand_lines(memberships_of(person))
    assert [(line.brand.name, line.trouble) for line in lines] == [
        ("Mistral", 3),
        ("Zeste", 1),
        ("Aube", 0),
        ("Écume", 0),
        ("Zorro", 0),
    ]
    html = signed_in(person).get("/").content.decode()
    places = [html.index(f"/b/{slug}/") for slug in ("mistral", "zeste", "aube")]
    assert len(places) == 3
    assert "Maison Lumen" not in html


def test_a_line_says_what_comes_and_how_fans_moved(db: None) -> None:
    person = make_person("Zoe")
    page = brand("Aube", person)
    plan(page, 5)
    soon = plan(page, 2)
    plan(page, -3)
    now = clock.now()
    for days, number in ((1, "a"), (6, "b"), (8, "c")):
        when = now - timedelta(days=days)
        Subscriber.objects.create(page=page, email_hash=number, asked_at=when, confirmed_at=when)
        Arrival.objects.create(page=page, at=when)
    Departure.objects.create(page=page, at=now - timedelta(days=2))
    Departure.objects.create(page=page, at=now - timedelta(days=9))
    [line] = brand_lines(memberships_of(person))
    assert (line.planned, line.next_at, line.gained, line.lost) == (2, soon.due_at, 2, 1)
    assert (line.role, line.trouble) == (str(Role.LEAD.label), 0)


def test_three_brands_ask_as_many_questions_as_two(
    db: None, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_person("Zoe")
    client = signed_in(person)
    for name in ("Aube", "Brise"):
        plan(brand(name, person), 1)
    with django_assert_num_queries(QUERIES):
        client.get("/")
    plan(brand("Cime", person), 1)
    with django_assert_num_queries(QUERIES):
        assert len(client.get("/").context["lines"]) == 3


QUERIES = 11  # session, person, memberships, seven of the lines, memberships of the frame
