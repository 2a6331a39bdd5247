"""The doors: who enters a brand's rooms, in which zone and language, and what the frame shows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from django_htmx.middleware import HtmxMiddleware
from pytest_django import DjangoAssertNumQueries

from pages.access import BrandRequest, PersonRequest, brand_view, person_view
from pages.context import build
from pages.enums import Act, Role
from pages.models import Brand, Membership, Pause, Person
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from pages.selectors.people import people_with, role_of
from tests.people import Cast, make_person

SignIn = Callable[[Person], Client]


@brand_view(Act.WRITE)
def room(request: BrandRequest, number: int = 0) -> HttpResponse:
    zone = timezone.get_current_timezone_name()
    return HttpResponse(f"{request.brand.slug} {request.role} {zone} {number} {translation.get_language()}")


@brand_view(Act.SEE, post=Act.MANAGE)
def two_ways(request: BrandRequest) -> HttpResponse:
    return HttpResponse("in")


@person_view
def desk(request: PersonRequest) -> HttpResponse:
    return HttpResponse(request.user.name)


def enter(person: Person | AnonymousUser, slug: str = "maison-lumen", method: str = "GET") -> HttpResponse:
    request = RequestFactory().generic(method, "/room/?page=2")
    request.user = person
    return room(request, brand=slug, number=7)


def test_a_member_with_the_right_enters_in_the_brand_s_zone_and_their_language(cast: Cast) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(zone="Indian/Reunion")
    cast.bob.language = "en"
    assert enter(cast.bob).content == b"maison-lumen author Indian/Reunion 7 en"
    assert timezone.get_current_timezone_name() == "Europe/Paris"


def test_a_brand_that_is_not_theirs_looks_like_one_that_does_not_exist(cast: Cast) -> None:
    for person, slug in ((cast.charlie, "maison-lumen"), (cast.bob, "atelier-roche"), (cast.bob, "nowhere")):
        with pytest.raises(Http404):
            enter(person, slug)


def test_who_runs_the_installation_is_no_member(cast: Cast) -> None:
    root = Person.objects.create_superuser("root@agence.example", "Root", "x")
    with pytest.raises(Http404):
        enter(root)


def test_a_role_without_the_act_is_told_so(cast: Cast) -> None:
    cast.vera.language = "en"
    with pytest.raises(PermissionDenied) as refused:
        enter(cast.vera)
    assert str(refused.value) == (
        "As viewer of Maison Lumen you cannot do this. A lead of the brand can change your role."
    )


def test_reading_and_changing_may_ask_different_rights(cast: Cast) -> None:
    for person, method, allowed in (
        (cast.vera, "GET", True),
        (cast.vera, "POST", False),
        (cast.ada, "DELETE", False),
        (cast.alice, "POST", True),
    ):
        request = RequestFactory().generic(method, "/")
        request.user = person
        if allowed:
            assert two_ways(request, brand="maison-lumen").status_code == 200
        else:
            with pytest.raises(PermissionDenied):
                two_ways(request, brand="maison-lumen")
    assert (two_ways.act, two_ways.post_act) == (Act.SEE, Act.MANAGE)  # type: ignore[attr-defined]


def test_nobody_signed_in_goes_to_the_sign_in_page_and_comes_back(db: None) -> None:
    response = enter(AnonymousUser())
    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in/?next=/room/%3Fpage%3D2"


def test_after_a_post_signing_in_leads_home_not_to_an_act(db: None) -> None:
    assert enter(AnonymousUser(), method="POST").headers["Location"] == "/sign-in/?next=/"


def test_a_fragment_moves_the_whole_page_to_the_sign_in_page(db: None) -> None:
    request = RequestFactory().get("/room/", headers={"HX-Request": "true"})
    request.user = AnonymousUser()
    response: Any = HtmxMiddleware(lambda asked: room(asked, brand="maison-lumen"))(request)
    assert response.headers["HX-Redirect"] == "/sign-in/"
    assert response.status_code == 200


def test_a_closed_account_is_nobody(cast: Cast) -> None:
    cast.bob.is_active = False
    assert enter(cast.bob).status_code == 302
    assert role_of(cast.bob, cast.brand) is None
    request = RequestFactory().get("/me/")
    request.user = cast.bob
    assert desk(request).status_code == 302


def test_a_person_s_own_pages_ask_only_for_a_person(cast: Cast) -> None:
    request = RequestFactory().get("/me/")
    request.user = cast.charlie
    assert desk(request).content == b"Charlie"


def test_a_role_is_looked_up_again_at_every_request(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.bob)
    assert client.get("/b/maison-lumen/people/").status_code == 200
    Membership.objects.filter(person=cast.bob).delete()
    assert client.get("/b/maison-lumen/people/").status_code == 404


def test_people_with_an_act(cast: Cast) -> None:
    assert [person.name for person in people_with(cast.brand, Act.PAUSE)] == ["Ada", "Alice"]
    Person.objects.filter(pk=cast.ada.pk).update(is_active=False)
    assert [person.name for person in people_with(cast.brand, Act.PAUSE)] == ["Alice"]
    assert [person.name for person in people_with(cast.other_brand, Act.SEE)] == ["Charlie"]


def framed(person: Person, slug: str = "maison-lumen") -> BrandRequest:
    """A request as a template of the brand sees it."""
    kept: list[BrandRequest] = []

    @brand_view(Act.SEE)
    def view(request: BrandRequest) -> HttpResponse:
        kept.append(request)
        return HttpResponse()

    request = RequestFactory().get(f"/b/{slug}/people/")
    request.user = person
    view(request, brand=slug)
    return kept[0]


def test_the_frame_of_a_brand(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Membership.objects.create(person=cast.alice, brand=cast.other_brand, role=Role.VIEWER)
    cast.alice.language = "en"
    for key in ("one", "two"):
        Notice.objects.create(
            person=cast.alice,
            brand=cast.brand,
            kind=NoticeKind.HELD,
            key=key,
            subject="…",
            link="/",
            at=datetime(2026, 3, 1, tzinfo=UTC),
        )
    Pause.objects.create(brand=cast.brand, reason="a recall", started_by=cast.alice)
    request = framed(cast.alice)
    request.COOKIES.update({"cm_theme": "dark", "cm_density": "loud"})
    with django_assert_num_queries(3):
        shell = build(request)
    assert [(brand.name, brand.role_label, brand.current) for brand in shell.brands] == [
        ("Atelier Roche", "Viewer", False),
        ("Maison Lumen", "Lead", True),
    ]
    assert [entry.label for entry in shell.entries if entry.current] == ["People"]
    assert [(entry.key, entry.count) for entry in shell.entries] == [(key, 0) for key in "tpqagfes"]
    assert shell.unread == 2
    assert shell.paused == "Publishing is paused for the whole brand: a recall"
    assert (shell.can_write, shell.back_office_url) == (True, "/admin/")
    assert (shell.theme, shell.density) == ("dark", "")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/b/maison-lumen/messages/", "Queue"),
        ("/b/maison-lumen/messages/7/", "Queue"),
        ("/b/maison-lumen/comments/7/", "Queue"),
        ("/b/maison-lumen/posts/new/", "Plan"),
        ("/b/maison-lumen/posts/7/", "Plan"),
        ("/b/maison-lumen/counter/", "Followers"),
        ("/b/maison-lumen/pages/7/audience/", "Pages"),
    ],
)
def test_the_rail_marks_the_line_that_a_room_belongs_to(cast: Cast, path: str, line: str) -> None:
    cast.alice.language = "en"
    request = framed(cast.alice)
    request.path = path
    with translation.override("en"):
        assert [entry.label for entry in build(request).entries if entry.current] == [line]


def test_the_frame_of_a_viewer_offers_no_writing_and_no_back_office(cast: Cast) -> None:
    shell = build(framed(cast.vera))
    assert (shell.can_write, shell.back_office_url, shell.paused, shell.unread) == (False, "", "", 0)


def test_the_frame_says_which_pages_are_paused(cast: Cast) -> None:
    cast.alice.language = "en"
    Pause.objects.create(brand=cast.brand, page=cast.newsroom, reason="a typo", started_by=cast.alice)
    assert build(framed(cast.alice)).paused == "Publishing is paused on Maison Lumen: a typo"
    second = cast.brand.pages.create(network="mastodon", remote_id="7", name="Lumen on Mastodon")
    Pause.objects.create(brand=cast.brand, page=second, reason="a typo", started_by=cast.alice)
    assert build(framed(cast.alice)).paused == "Publishing is paused on 2 pages."


def test_without_anybody_the_frame_is_empty_and_reads_nothing(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = RequestFactory().get("/sign-in/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        shell = build(request)
    assert (shell.person, shell.brand, shell.entries, shell.brands) == (None, None, [], [])


def test_somebody_on_no_brand_has_a_frame_too(db: None) -> None:
    request = RequestFactory().get("/me/")
    request.user = make_person("Zoe")
    shell = build(request)
    assert (shell.brands, shell.entries, shell.back_office_url) == ([], [], "")
