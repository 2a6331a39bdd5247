"""A picture on its way: chosen, described, put in order, planned, and shown on the public page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import FilePayload, expect
from playwright.sync_api import Page as Tab

from cm_suite.core import clock
from pages.models import Brand, Person
from publishing.jobs import publish_due
from publishing.models import Delivery, PostImage
from tests.browser.conftest import Eyes, Opening
from tests.core.drawings import image
from tests.people import Cast, make_cast

WORDS = "Two lamps left the workshop this morning."
BLUE = "A blue lamp on an oak table"
RED = "A red lamp in a window"


@pytest.fixture
def team(transactional_db: None) -> Cast:
    """The cast, in English."""
    cast = make_cast()
    Person.objects.update(language="en")
    Brand.objects.update(language="en")
    return cast


def choose(tab: Tab, name: str, color: tuple[int, int, int]) -> None:
    """Choose a file; its picture shows at once."""
    before = tab.locator(".pictures-list > li").count()
    file: FilePayload = {"name": f"{name}.png", "mimeType": "image/png", "buffer": image("PNG", color=color)}
    tab.locator("#pictures-add").set_input_files([file])
    expect(tab.locator(".pictures-list > li")).to_have_count(before + 1)


def described(tab: Tab) -> list[str]:
    """The alternative texts in the composer, in their order."""
    return [each.input_value() for each in tab.locator(".pictures-list textarea").all()]


def compose(tab: Tab) -> None:
    """Two pictures with their texts; the second is moved to the front, and a third taken out again."""
    tab.goto("/b/maison-lumen/posts/new/")
    tab.get_by_role("textbox", name="Text", exact=True).fill(WORDS)
    choose(tab, "blue", (20, 40, 200))
    tab.get_by_label("Alternative text: Image 1").fill(BLUE)
    choose(tab, "red", (200, 20, 20))
    tab.get_by_label("Alternative text: Image 2").fill(RED)
    tab.get_by_role("button", name="Earlier: Image 2").click()
    expect(tab.get_by_label("Alternative text: Image 1")).to_have_value(RED)
    choose(tab, "green", (20, 200, 20))
    tab.get_by_role("button", name="Take out: Image 3").click()
    expect(tab.locator(".pictures-list > li")).to_have_count(2)
    assert described(tab) == [RED, BLUE]


def test_pictures_of_a_post(team: Cast, opening: Opening, eyes: Eyes) -> None:
    eyes.expected = (
        "htmx:sendAbort",
        "htmx:afterRequest",
    )  # a newer question takes the place of one on its way
    desk, reader = opening(team.bob).new_page(), opening().new_page()
    for tab in (desk, reader):
        eyes.watch(tab)
    compose(desk)
    desk.get_by_role("checkbox", name="Maison Lumen").check()
    soon = (clock.now() + timedelta(hours=2)).astimezone(clock.zone(team.brand.zone))
    desk.get_by_role("textbox", name="Day", exact=True).fill(f"{soon:%Y-%m-%d}")
    desk.get_by_role("textbox", name="Time", exact=True).fill(f"{soon:%H:%M}")
    desk.get_by_role("button", name="Plan", exact=True).click()
    expect(desk.get_by_text(re.compile("Planned on Maison Lumen"))).to_be_visible()
    rows = PostImage.objects.order_by("place")
    assert [row.alt for row in rows] == [RED, BLUE]
    Delivery.objects.update(due_at=clock.now())
    publish_due()
    assert Delivery.objects.get().state == "published"
    reader.goto("/p/maison-lumen/")
    shown = reader.locator("figure img")
    assert [each.get_attribute("alt") for each in shown.all()] == [RED, BLUE]
    for each in shown.all():
        each.scroll_into_view_if_needed()
        expect(each).to_have_js_property("complete", True)
        assert each.evaluate("img => img.naturalWidth > 0")
    assert eyes.faults == []
