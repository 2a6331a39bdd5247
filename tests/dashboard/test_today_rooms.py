"""Today, state by state and person by person: where a post stands, in which words, zone and language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cm_suite.dashboard.lines import brand_lines
from cm_suite.dashboard.selectors import now_of, outlook
from pages.enums import PageState, Role
from pages.models import Brand, Membership, Page, Pause, Person
from pages.selectors.people import memberships_of
from publishing.enums import DeliveryState, HoldReason
from publishing.models import Cap, Delivery, Post
from tests.people import Cast

SignIn = Callable[[Person], Client]
S, H = DeliveryState, HoldReason
NOON = datetime(2026, 3, 11, 11, tzinfo=UTC)
TODAY = "/b/maison-lumen/"
LEGAL = {
    "publication_director": "A. Lumen",
    "contact_email": "contact@lumen.example",
    "postal_address": "1 rue des Lilas",
    "host": "Hébergeur SA",
}
ASKING = {(S.NEEDS_PERSON, ""), (S.MISSED, ""), (S.REJECTED, ""), (S.HELD, H.POLICY)}
STANDINGS = [(state, "") for state in S if state != S.HELD] + [(S.HELD, hold) for hold in H]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def plan(page: Page, due_at: datetime, state: str = S.PLANNED, hold: str = "") -> Delivery:
    post = Post.objects.create(brand=page.brand, text="Words of the post")
    return Delivery.objects.create(
        post=post,
        page=page,
        due_at=due_at,
        state=state,
        hold_reason=hold,
        published_at=due_at if state == S.PUBLISHED else None,
    )


def part(client: Client, label: str) -> Tag:
    page = BeautifulSoup(client.get(TODAY).content, "lxml")
    found = page.select_one(f'section[aria-labelledby="{label}"]')
    assert found is not None
    return found


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


@pytest.mark.parametrize(("state", "hold"), STANDINGS)
def test_a_post_asks_for_a_person_only_when_one_can_do_something(cast: Cast, state: str, hold: str) -> None:
    made = plan(cast.newsroom, NOON, state, hold)
    asks = (state, hold) in ASKING
    assert [item.delivery for item in now_of(cast.brand).items] == ([made] if asks else [])
    [line] = brand_lines(memberships_of(cast.bob))
    assert line.needs_person == int(asks)
    assert (line.planned, line.next_at) == ((1, NOON) if state == S.PLANNED else (0, None))
    assert now_of(cast.other_brand).items == []


@pytest.mark.parametrize(
    ("state", "hold", "act"),
    [
        (S.NEEDS_PERSON, "", "Check"),
        (S.REJECTED, "", "Correct"),
        (S.MISSED, "", "Another time"),
        (S.HELD, H.POLICY, "Another time"),
    ],
)
def test_each_state_offers_its_own_act(
    cast: Cast, signed_in: SignIn, state: str, hold: str, act: str
) -> None:
    Person.objects.update(language="en")
    made = plan(cast.newsroom, NOON - timedelta(hours=1), state, hold)
    now = part(signed_in(cast.bob), "now")
    link = now.select_one(".row-acts a")
    assert link is not None
    assert (str(link["href"]), next(link.stripped_strings)) == (f"{TODAY}posts/{made.post_id}/", act)
    assert len(now.select("form")) == int(state in {S.MISSED, S.HELD})
    assert part(signed_in(cast.vera), "now").select(".row-acts form, .row-acts a") == []


def test_a_missed_post_of_a_stopped_page_is_planned_again_by_hand(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    plan(cast.newsroom, NOON - timedelta(hours=1), S.MISSED)
    Page.objects.filter(pk=cast.newsroom.pk).update(state=PageState.NEEDS_RECONNECT)
    now = part(signed_in(cast.bob), "now")
    assert "Plan again" in words(now)
    assert now.select("form") == []


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({}, "publication director, contact point, postal address, hosting provider"),
        ({**LEGAL, "host": "   "}, "hosting provider"),
        ({**LEGAL, "postal_address": "\n"}, "postal address"),
        (LEGAL, ""),
    ],
)
def test_a_lead_reads_what_the_legal_notice_lacks(
    cast: Cast, signed_in: SignIn, fields: dict[str, str], lacks: str
) -> None:
    Person.objects.update(language="en")
    Brand.objects.filter(pk=cast.brand.pk).update(**fields)
    html = BeautifulSoup(signed_in(cast.alice).get(TODAY).content, "lxml")
    said = [words(line) for line in html.select(".main-actions p")]
    assert said == ([f"The legal notice still lacks: {lacks}. Complete it"] if lacks else [])
    settings = signed_in(cast.alice).get(f"{TODAY}settings/").context["missing"]
    assert ", ".join(settings) == lacks


def test_only_those_who_can_complete_it_read_it(cast: Cast, signed_in: SignIn) -> None:
    told = {
        role: signed_in(person).get(TODAY).context["missing"] != []
        for role, person in cast.by_role().items()
        if role != "outsider"
    }
    assert told == {role.value: role == Role.LEAD for role in Role}


@pytest.mark.parametrize(
    ("hours", "language", "label"),
    [
        (24, "en", "posts in 24 hours"),
        (168, "en", "posts in 7 days"),
        (36, "en", "posts in 36 hours"),
    ],
)
def test_a_cap_s_window_is_told_as_its_rule_tells_it(
    cast: Cast, signed_in: SignIn, hours: int, language: str, label: str
) -> None:
    Person.objects.update(language=language)
    Cap.objects.create(page=cast.newsroom, at_most=4, hours=hours)
    plan(cast.newsroom, NOON - timedelta(hours=1), S.PUBLISHED)
    plan(cast.newsroom, NOON + timedelta(hours=1))
    bar = part(signed_in(cast.bob), "health").select_one(".budget")
    assert bar is not None
    assert words(bar) == f"{label} 1 of 4 ahead: at most 2 of 4"


@pytest.mark.parametrize(
    ("zone", "date", "hour", "today", "tomorrow"),
    [
        ("Europe/Paris", "Wednesday 11 March", "23:45", 1, 0),
        ("America/New_York", "Wednesday 11 March", "18:45", 1, 0),
        ("Asia/Kathmandu", "Wednesday 11 March", "04:30", 0, 1),
        ("Pacific/Auckland", "Thursday 12 March", "11:45", 1, 0),
    ],
)
def test_the_day_is_the_brand_s_whoever_looks(
    cast: Cast, signed_in: SignIn, zone: str, date: str, hour: str, today: int, tomorrow: int
) -> None:
    Person.objects.update(language="en")
    Brand.objects.filter(pk=cast.brand.pk).update(zone=zone)
    plan(cast.newsroom, datetime(2026, 3, 11, 22, 45, tzinfo=UTC))
    response = signed_in(cast.bob).get(TODAY)
    [lane] = response.context["outlook"].lanes
    assert (len(lane.today), len(lane.tomorrow)) == (today, tomorrow)
    html = BeautifulSoup(response.content, "lxml")
    lede, time = html.select_one(".lede"), html.select_one(".timeline-list time")
    assert lede is not None
    assert time is not None
    assert words(lede) == f"{date} · {zone}"
    assert (words(time), f"({zone}, UTC" in str(time["title"])) == (hour, True)


@pytest.mark.parametrize(
    ("at", "hour", "offset"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "01:59", "+01:00"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00", "+02:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30", "+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30", "+01:00"),
    ],
)
def test_around_a_change_of_the_clocks_each_time_names_its_offset(
    cast: Cast, signed_in: SignIn, at: datetime, hour: str, offset: str
) -> None:
    Person.objects.update(language="en")
    with time_machine.travel(at - timedelta(hours=3), tick=False):
        plan(cast.newsroom, at)
        html = BeautifulSoup(signed_in(cast.bob).get(TODAY).content, "lxml")
    time = html.select_one(".timeline-list time")
    assert time is not None
    assert (words(time), str(time["title"])[-7:-1]) == (hour, offset)


def test_today_speaks_the_reader_s_language_not_the_brand_s(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.filter(pk=cast.vera.pk).update(language="en")
    Brand.objects.filter(pk=cast.brand.pk).update(language="en")
    assert "Wednesday 11 March" in signed_in(cast.vera).get(TODAY).content.decode()
    assert "mercredi 11 mars" in signed_in(cast.bob).get(TODAY).content.decode()


def test_what_is_paused_and_shut_is_counted_once_each(cast: Cast, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    shut = Page.objects.create(
        brand=cast.brand, network="mastodon", remote_id="7", name="Shut", state=PageState.NEEDS_RECONNECT
    )
    Pause.objects.create(brand=cast.brand, reason="A recall", started_by=cast.alice)
    for minute in range(2):
        plan(shut, NOON + timedelta(minutes=minute), S.HELD, H.RECONNECT)
    plan(cast.newsroom, NOON + timedelta(minutes=5))
    now = part(signed_in(cast.vera), "now")
    assert words(now).startswith("Now 2 ")
    assert re.findall(r"(\d) posts? waits?", words(now)) == ["2", "3"]
    assert "a lead can do it" in words(now)
    assert "a lead can do it" not in words(part(signed_in(cast.alice), "now"))


def test_nothing_of_another_brand_is_shown(cast: Cast, signed_in: SignIn) -> None:
    for state in S:
        plan(cast.other_newsroom, NOON, state)
    Pause.objects.create(brand=cast.other_brand, reason="Their secret", started_by=cast.charlie)
    html = signed_in(cast.alice).get(TODAY).content.decode()
    assert [word for word in ("Atelier", "Their secret", "Words of the post") if word in html] == []
    assert outlook(cast.brand).count == 0
    assert signed_in(cast.charlie).get(TODAY).status_code == 404


def test_several_brands_cost_what_one_more_page_costs(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Membership.objects.create(person=cast.alice, brand=cast.other_brand, role=Role.VIEWER)
    client = signed_in(cast.alice)
    plan(cast.newsroom, NOON)
    with django_assert_num_queries(QUERIES):
        client.get(TODAY)
    for number in range(2):
        other = Brand.objects.create(name=f"B{number}", slug=f"b{number}")
        Membership.objects.create(person=cast.alice, brand=other, role=Role.LEAD)
        plan(Page.objects.create(brand=cast.brand, network="mastodon", remote_id=str(number)), NOON)
    with django_assert_num_queries(QUERIES + 1):  # what networks tell, once for all pages elsewhere
        response = client.get(TODAY)
    assert len(response.context["line"].tracks) == 3


QUERIES = 22
