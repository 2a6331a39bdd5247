"""One instant, read in several brands' zones and in two languages, on every page that shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.clock import LocalKind, resolve_local, zone
from pages.models import Brand, Membership, Page, Person
from pages.notices.enums import NoticeKind
from pages.notices.models import Notice
from pages.selectors.audience import midnight
from pages.services import charter
from pages.services.pause import pause, resume
from tests.people import Cast

SignIn = Callable[[Person], Client]
AT = datetime(2026, 3, 11, 22, 45, tzinfo=UTC)
ROOM = "/b/maison-lumen/"
PLACES = [
    ("Europe/Paris", "Wed 11 March, 23:45", "mer 11 mars, 23:45", "+01:00"),
    ("America/New_York", "Wed 11 March, 18:45", "mer 11 mars, 18:45", "-04:00"),
    ("Asia/Kathmandu", "Thu 12 March, 04:30", "jeu 12 mars, 04:30", "+05:45"),
]
each_place = pytest.mark.parametrize(("place", "english", "french", "offset"), PLACES)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def traces(cast: Cast) -> dict[str, str]:
    """One thing of each kind, all at AT; where each is shown."""
    page = Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="1", name="M", checked_at=AT
    )
    resume(pause(cast.brand, page, "Over", cast.alice), cast.alice)
    pause(cast.brand, None, "In force", cast.alice)
    charter.write(cast.brand, "Be kind.", cast.alice, seen="")
    Notice.objects.filter(person=cast.vera).delete()
    Notice.objects.create(
        person=cast.vera, brand=cast.brand, kind=NoticeKind.HELD, key="k", subject="S", link="/", at=AT
    )
    return {
        "pauses": f"{ROOM}pause/",
        "settings": f"{ROOM}settings/",
        "page": f"{ROOM}pages/{page.pk}/",
        "notices": f"{ROOM}notices/",
    }


def times(client: Client, path: str) -> list[Tag]:
    page = BeautifulSoup(client.get(path).content, "lxml")
    return page.select("main time")


@each_place
@pytest.mark.parametrize("where", ["pauses", "settings", "page", "notices"])
def test_every_room_tells_the_time_of_the_brand_in_the_reader_s_words(
    cast: Cast,
    signed_in: SignIn,
    traces: dict[str, str],
    where: str,
    place: str,
    english: str,
    french: str,
    offset: str,
) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(zone=place)
    for language, words in (("en", english), ("fr", french)):
        Person.objects.update(language=language)
        found = times(signed_in(cast.vera), traces[where])
        assert {" ".join(each.get_text().split()) for each in found} == {words}
        zones = {str(each["title"]).partition(" (")[2] for each in found}
        assert zones == {f"{place}, UTC{offset})"}
        read = {datetime.fromisoformat(str(each["datetime"])) for each in found}
        assert read == {AT}


def test_two_brands_on_two_screens_keep_each_its_own_time(
    cast: Cast, signed_in: SignIn, traces: dict[str, str]
) -> None:
    Person.objects.update(language="en")
    Membership.objects.create(person=cast.vera, brand=cast.other_brand, role="viewer")
    Brand.objects.filter(pk=cast.other_brand.pk).update(zone="Asia/Kathmandu")
    pause(cast.other_brand, None, "Theirs", cast.charlie)
    client = signed_in(cast.vera)
    for _turn in range(2):  # one after the other in one process: neither leaves its zone behind
        assert times(client, traces["pauses"])[0].get_text() == "Wed 11 March, 23:45"
        assert times(client, "/b/atelier-roche/pause/")[0].get_text() == "Thu 12 March, 04:30"


def test_the_list_of_brands_names_each_next_post_in_its_own_zone(cast: Cast, signed_in: SignIn) -> None:
    from_now = AT + timedelta(hours=1)
    Person.objects.update(language="en")
    Membership.objects.create(person=cast.vera, brand=cast.other_brand, role="viewer")
    Brand.objects.filter(pk=cast.other_brand.pk).update(zone="America/New_York")
    for page in (cast.newsroom, cast.other_newsroom):
        post = page.brand.posts.create(text="A post")
        page.deliveries.create(post=post, due_at=from_now, state="planned")
    shown = [each.get_text() for each in times(signed_in(cast.vera), "/")]
    assert shown == ["Wed 11 March, 19:45", "Thu 12 March, 00:45"]


@pytest.mark.parametrize(
    ("language", "kept"), [("en", "en"), ("fr", "fr"), ("de", "fr"), ("", "fr"), ("en'; --", "fr")]
)
def test_the_switch_is_kept_for_the_person_if_the_house_speaks_it(
    cast: Cast, signed_in: SignIn, language: str, kept: str
) -> None:
    client = signed_in(cast.bob)
    client.post("/language/", {"language": language, "next": "/me/"})
    assert Person.objects.get(pk=cast.bob.pk).language == kept
    assert Person.objects.get(pk=cast.alice.pk).language == "fr"
    assert signed_in(cast.bob).get("/me/").headers["Content-Language"] == kept
    del client.cookies["sessionid"]  # the other cookie stays, and alone says which language is wanted
    assert client.get("/sign-in/").headers["Content-Language"] == kept


def test_a_visitor_s_switch_lasts_for_the_visitor_only(cast: Cast) -> None:
    visitor = Client()
    visitor.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert visitor.get("/sign-in/").headers["Content-Language"] == "en"
    assert Client().get("/sign-in/").headers["Content-Language"] == "fr"
    assert set(Person.objects.values_list("language", flat=True)) == {"fr"}


def test_looking_at_the_switch_s_address_switches_nothing(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.bob)
    client.get("/language/", {"language": "en", "next": "/me/"})
    assert Person.objects.get(pk=cast.bob.pk).language == "fr"


ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]
)


@given(name=ZONES, wall=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001  # walls
def test_a_time_on_the_wall_comes_back_unless_the_clocks_skipped_it(name: str, wall: datetime) -> None:
    found = resolve_local(wall, zone(name))
    back = found.instant.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert found.instant.tzinfo is UTC
    if found.kind is LocalKind.SKIPPED:
        assert timedelta() < back - wall <= timedelta(hours=1)
    else:
        assert back == wall
    again = (found.instant + timedelta(hours=1)).astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert (found.kind is LocalKind.DOUBLED) or again > wall


@given(name=ZONES, day=st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_days_follow_each_other_without_a_hole(name: str, day: date) -> None:
    first, after = (midnight(day + timedelta(days=ahead), zone(name)) for ahead in (0, 1))
    assert timedelta(hours=23) <= after - first <= timedelta(hours=25)
    assert first.astimezone(ZoneInfo(name)).date() == day
    assert (first - timedelta(seconds=1)).astimezone(ZoneInfo(name)).date() < day
