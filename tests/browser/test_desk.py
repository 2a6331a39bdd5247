"""What a hand on the keyboard and two people at once may expect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from pages.models import Person
from publishing.models import Delivery, Post
from tests.browser.conftest import Eyes, Opening
from tests.people import Cast, make_cast

PLAN = "/b/maison-lumen/plan/"
CONFLICT = "409 (Conflict)"


@pytest.fixture
def team(transactional_db: None) -> Cast:
    """The cast, in English."""
    cast = make_cast()
    Person.objects.update(language="en")
    return cast


@pytest.fixture
def desk(team: Cast, opening: Opening, eyes: Eyes) -> Tab:
    """The author's window."""
    tab = opening(team.bob).new_page()
    eyes.watch(tab)
    return tab


def background(tab: Tab) -> str:
    """The colour the page is painted on."""
    return str(tab.evaluate("() => getComputedStyle(document.body).backgroundColor"))


def test_keys_lead_everywhere(desk: Tab, eyes: Eyes) -> None:
    desk.goto("/b/maison-lumen/")
    desk.keyboard.press("?")
    keys = desk.get_by_role("dialog")
    expect(keys).to_be_visible()
    desk.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    desk.keyboard.press("g")
    desk.keyboard.press("p")
    desk.wait_for_url(f"**{PLAN}")
    desk.keyboard.press("n")
    desk.wait_for_url("**/posts/new/")
    box = desk.get_by_role("textbox", name="Text", exact=True)
    box.fill("")
    box.press_sequentially("g p? n")
    expect(box).to_have_value("g p? n")
    expect(keys).to_be_hidden()
    assert eyes.faults == []


def test_the_first_key_skips_to_the_content(desk: Tab) -> None:
    desk.goto(PLAN)
    desk.keyboard.press("Tab")
    skip = desk.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.locator("#main")).to_be_focused()


def test_the_theme_is_remembered(desk: Tab, eyes: Eyes) -> None:
    desk.goto(PLAN)
    light = background(desk)
    desk.locator("summary").filter(has_text="Bob").click()
    desk.get_by_role("button", name="Dark").click()
    expect(desk.locator("body")).not_to_have_css("background-color", light)
    desk.reload()
    dark = background(desk)
    assert dark != light
    desk.goto("/b/maison-lumen/fans/")
    assert background(desk) == dark
    assert desk.locator("html").get_attribute("data-bs-theme") == "dark"
    assert eyes.faults == []


def test_the_language_is_remembered(desk: Tab, team: Cast) -> None:
    desk.goto(PLAN)
    desk.locator("summary").filter(has_text="Bob").click()
    desk.get_by_role("button", name="Français").click()
    expect(desk.locator("html")).to_have_attribute("lang", "fr")
    desk.goto("/b/maison-lumen/fans/")
    expect(desk.locator("html")).to_have_attribute("lang", "fr")
    team.bob.refresh_from_db()
    assert team.bob.language == "fr"


def fill(tab: Tab, words: str) -> None:
    """Write a post for tomorrow at nine."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    tab.goto("/b/maison-lumen/posts/new/")
    tab.get_by_role("textbox", name="Text", exact=True).fill(words)
    tab.get_by_role("textbox", name="Day", exact=True).fill(f"{tomorrow:%Y-%m-%d}")
    tab.get_by_role("textbox", name="Time", exact=True).fill("09:00")
    tab.get_by_role("checkbox", name="Maison Lumen").check()


def test_a_double_click_plans_once(desk: Tab) -> None:
    fill(desk, "Once is enough.")
    desk.get_by_role("button", name="Plan", exact=True).dblclick()
    desk.wait_for_url(f"**{PLAN}*")
    assert Post.objects.count() == 1
    [delivery] = Delivery.objects.all()
    assert delivery.state == "planned"


def test_the_same_form_from_two_windows_plans_once(team: Cast, opening: Opening) -> None:
    context = opening(team.bob)
    tab = context.new_page()
    fill(tab, "Sent from a window, then from its copy.")
    key = tab.locator("input[name=key]").input_value()
    copy = context.new_page()
    fill(copy, "Sent from a window, then from its copy.")
    copy.locator("input[name=key]").evaluate("(field, key) => { field.value = key; }", key)
    for each in (tab, copy):
        each.get_by_role("button", name="Plan", exact=True).click()
        each.wait_for_url(f"**{PLAN}*")
    assert (Post.objects.count(), Delivery.objects.count()) == (1, 1)


def test_two_people_edit_and_nothing_is_lost(team: Cast, opening: Opening, eyes: Eyes) -> None:
    post = Post.objects.create(brand=team.brand, author=team.bob, text="The first words.")
    address = f"/b/maison-lumen/posts/{post.pk}/"
    bob, ada = opening(team.bob).new_page(), opening(team.ada).new_page()
    eyes.expected = (CONFLICT,)
    for tab in (bob, ada):
        eyes.watch(tab)
        tab.goto(address)
    ada.get_by_role("textbox", name="Text", exact=True).fill("Ada's words.")
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.get_by_text("Saved.")).to_be_visible()
    bob.get_by_role("textbox", name="Text", exact=True).fill("Bob's words.")
    bob.get_by_role("button", name="Save", exact=True).click()

    expect(bob.get_by_role("heading", name="Somebody saved before you")).to_be_visible()
    expect(bob.get_by_text("Ada's words.")).to_be_visible()
    expect(bob.get_by_role("textbox", name="Text", exact=True)).to_have_value("Bob's words.")
    post.refresh_from_db()
    assert (post.text, post.version) == ("Ada's words.", 2)

    bob.get_by_role("textbox", name="Text", exact=True).fill("Ada's words. Bob's words.")
    bob.get_by_role("button", name="Save this in its place").click()
    expect(bob.get_by_text("Saved.")).to_be_visible()
    post.refresh_from_db()
    assert (post.text, post.version) == ("Ada's words. Bob's words.", 3)
    assert eyes.faults == []


def test_without_scripts_a_post_is_planned_all_the_same(team: Cast, opening: Opening) -> None:
    tab = opening(team.bob, java_script_enabled=False).new_page()
    fill(tab, "Plain and simple.")
    tab.get_by_role("button", name="Plan", exact=True).click()
    expect(tab.get_by_text("Plain and simple.")).to_be_visible()
    assert Delivery.objects.get().state == "planned"
