"""The journey of one post: written, refused a slot, published on time, mailed, and one reader less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from time_machine import Traveller

from pages.models import Brand, Departure, Person
from pages.newsroom.jobs import send_digests
from pages.newsroom.models import NewsroomPost, Subscriber
from pages.notices.jobs import send_mail
from publishing.jobs import publish_due
from publishing.models import Attempt, Cap, Delivery, Post
from publishing.services import plan
from publishing.services.results import Planned
from tests.browser.conftest import Eyes, Opening
from tests.browser.steps import come_in, link_in, plain
from tests.notices.servers import Inbox
from tests.people import Cast, make_cast

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # ten o'clock in Paris
WORDS = "The workshop opens on Saturday: come and pour your own candle."
READER = "lea@public.example"
NOT_FREE = re.compile("not free", re.IGNORECASE)


@pytest.fixture
def clock(transactional_db: None) -> Iterator[Traveller]:
    """The clock of this whole process, server threads included; it ticks."""
    with time_machine.travel(MORNING, tick=True) as traveller:
        yield traveller


@pytest.fixture
def team(clock: Traveller) -> Cast:
    """The cast, in English; the newsroom takes one post in any two hours."""
    cast = make_cast()
    Person.objects.update(language="en")
    Brand.objects.update(language="en")
    Cap.objects.create(page=cast.newsroom, at_most=1, hours=2)
    return cast


def subscribe(tab: Tab, inbox: Inbox) -> None:
    """Follow the newsroom through its form, and say yes to the mail."""
    tab.goto("/p/maison-lumen/")
    tab.get_by_role("link", name="Follow by e-mail").first.click()
    tab.get_by_label("Your e-mail address").fill(READER)
    tab.get_by_role("button", name="Follow").click()
    expect(tab.get_by_role("heading", name="Look into your mail")).to_be_visible()
    assert Subscriber.objects.get().state == "pending"
    assert send_mail() == 1
    tab.goto(link_in(inbox.messages[0], "confirm"))
    tab.get_by_role("button", name="Yes, follow by e-mail").click()
    expect(tab.get_by_role("heading", name="It is done: you follow")).to_be_visible()
    assert Subscriber.objects.get().state == "active"


def compose(tab: Tab, bob: Person) -> None:
    """Sign in as the author and ask for eleven o'clock."""
    come_in(tab, bob)
    tab.get_by_role("link", name="New post").click()
    tab.get_by_role("textbox", name="Text", exact=True).fill(WORDS)
    tab.get_by_role("checkbox", name="Maison Lumen").check()
    tab.get_by_role("textbox", name="Day", exact=True).fill("2026-11-24")
    tab.get_by_role("textbox", name="Time", exact=True).fill("11:00")


def take_the_free_slot(tab: Tab, team: Cast) -> Delivery:
    """Be refused a slot, and take the one that is offered with one click."""
    verdict = tab.get_by_role("status").filter(has_text=NOT_FREE)
    expect(verdict).to_be_visible()
    expect(tab.get_by_text("Good morning from the workshop.")).to_have_count(1)
    tab.get_by_role("button", name="Plan", exact=True).click()
    tab.wait_for_url("**/posts/*/?*")
    expect(verdict).to_be_visible()
    assert Delivery.objects.count() == 1
    tab.get_by_role("button", name=re.compile(r"^Take Tue 24 Nov\.?, 12:30")).click()
    expect(tab.get_by_text(re.compile(r"Planned on Maison Lumen for Tue 24 Nov\.?, 12:30"))).to_be_visible()
    delivery = Delivery.objects.get(post__text=WORDS)
    assert (delivery.state, delivery.due_at) == ("planned", datetime(2026, 11, 24, 11, 30, tzinfo=UTC))
    assert delivery.planned_by == team.bob
    return delivery


def appear(tab: Tab, delivery: Delivery, clock: Traveller) -> None:
    """Not before its time, then on the public page, once."""
    clock.move_to(datetime(2026, 11, 24, 9, 30, 1, tzinfo=UTC))
    publish_due()
    clock.move_to(delivery.due_at - timedelta(seconds=2), tick=False)
    publish_due()
    assert NewsroomPost.objects.count() == 1
    tab.goto("/p/maison-lumen/")
    expect(tab.get_by_text(WORDS)).to_have_count(0)
    clock.move_to(delivery.due_at, tick=True)
    publish_due()
    publish_due()
    tab.goto("/p/maison-lumen/?at=its-time")
    expect(tab.get_by_text(WORDS)).to_have_count(1)
    assert Attempt.objects.filter(delivery=delivery).count() == 1


def test_the_journey(
    team: Cast,
    inbox: Inbox,
    opening: Opening,
    eyes: Eyes,
    clock: Traveller,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = Post.objects.create(brand=team.brand, author=team.alice, text="Good morning from the workshop.")
    half_past_ten = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert isinstance(plan.schedule(first, team.newsroom, half_past_ten, team.alice), Planned)
    reader, desk = opening().new_page(), opening().new_page()
    for tab in (reader, desk):
        eyes.watch(tab)
    subscribe(reader, inbox)
    compose(desk, team.bob)
    delivery = take_the_free_slot(desk, team)
    appear(reader, delivery, clock)
    leave(reader, inbox, clock)
    see_why(desk, team)
    call_command("verify_ledger", "maison-lumen")
    assert re.search(r"maison-lumen: [1-9]\d* entries", capsys.readouterr().out)
    assert eyes.faults == []


def leave(tab: Tab, inbox: Inbox, clock: Traveller) -> None:
    """Read the evening's digest, leave by its link, and say why."""
    clock.move_to(datetime(2026, 11, 24, 17, 2, tzinfo=UTC))
    assert send_digests() == 1
    assert send_digests() == 0
    send_mail()
    digest = inbox.messages[-1]
    assert digest["To"] == READER
    assert WORDS in plain(digest)
    tab.goto(link_in(digest, "leave"))
    tab.get_by_role("button", name="Leave").click()
    tab.get_by_role("radio", name="Too much selling").check()
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_role("heading", name="Thank you")).to_be_visible()
    gone = Subscriber.objects.get()
    assert (gone.state, gone.email) == ("left", "")


def see_why(tab: Tab, team: Cast) -> None:
    """The author finds the departure and its reason among the fans."""
    tab.get_by_role("link", name="Followers").click()
    expect(tab.get_by_role("heading", name="Followers", level=1)).to_be_visible()
    expect(tab.get_by_role("rowheader", name="Too much selling")).to_be_visible()
    [departure] = Departure.objects.all()
    assert (departure.page, departure.cause) == (team.newsroom, "too_commercial")
