"""The shell in a browser: keyboard, theme, density, dialogs, messages, narrow screens, and what axe says."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from publishing.enums import ContentType, DeliveryState
from tests.interface.conftest import Put, make_shell
from tests.interface.test_forms import Sample

pytestmark = pytest.mark.browser

PLAIN = '{% extends "base.html" %}{% block title %}Plan{% endblock %}{% block heading %}Plan{% endblock %}'
GALLERY = (Path(__file__).parent / "gallery.html").read_text()
CONTEXT: dict[str, Any] = {"states": DeliveryState.values, "types": ContentType.values, "values": [1, 3, 2]}


def opened(desk: BrowserContext, address: str) -> Page:
    """Open a page."""
    page = desk.new_page()
    page.goto(address)
    return page


def violations(page: Page) -> list[str]:
    return [f"{each['id']}: {each['nodes'][0]['target']}" for each in Axe().run(page).response["violations"]]


def cookie(desk: BrowserContext, name: str) -> str | None:
    return next((each["value"] for each in desk.cookies() if each["name"] == name), None)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_component(desk: BrowserContext, put: Put, theme: str) -> None:
    form = Sample({"link": "nope"})
    address = put(
        GALLERY, form=form, shell=make_shell(theme=theme, paused="Publishing is paused."), **CONTEXT
    )
    page = opened(desk, address)
    assert violations(page) == []
    page.click(".switcher > summary")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.click(".rail-foot details > summary")
    assert violations(page) == []
    page.click("h1")
    page.click("[data-dialog=pause]")
    assert violations(page) == []


@pytest.mark.parametrize("width", [360, 768, 1024])
def test_nothing_is_wider_than_the_screen(desk: BrowserContext, put: Put, width: int) -> None:
    page = opened(desk, put(GALLERY, form=Sample(), **CONTEXT))
    page.set_viewport_size({"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_a_narrow_screen_the_rail_opens_and_closes(desk: BrowserContext, put: Put) -> None:
    page = opened(desk, put(PLAIN))
    page.set_viewport_size({"width": 360, "height": 740})
    entry = page.locator(".rail-link", has_text="Plan")
    toggle = page.locator(".rail-toggle")
    assert (entry.is_visible(), toggle.get_attribute("aria-expanded")) == (False, "false")
    toggle.click()
    assert (entry.is_visible(), toggle.get_attribute("aria-expanded")) == (True, "true")
    assert violations(page) == []
    toggle.click()
    assert entry.is_visible() is False


def test_the_first_tab_skips_to_the_content(desk: BrowserContext, put: Put) -> None:
    page = opened(desk, put(PLAIN))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_shortcuts_lead_where_they_say_and_not_while_typing(desk: BrowserContext, put: Put) -> None:
    put(PLAIN, name="plan.html")
    page = opened(desk, put(GALLERY, form=Sample(), **CONTEXT))
    page.click("[name=text]")
    page.keyboard.type("?gp")
    assert page.input_value("[name=text]") == "?gp"
    assert page.locator("#keys").is_visible() is False
    page.click("h1")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible() is True
    page.keyboard.press("Escape")
    assert page.locator("#keys").is_visible() is False
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/plan.html", wait_until="networkidle")


def test_theme_is_kept_and_follows_the_system_when_asked(desk: BrowserContext, put: Put) -> None:
    page = opened(desk, put(PLAIN))
    page.emulate_media(color_scheme="dark")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.click(".rail-foot details > summary")
    page.click("[data-theme-set=light]")
    assert (page.get_attribute("html", "data-bs-theme"), cookie(desk, "cm_theme")) == ("light", "light")
    assert page.get_attribute("[data-theme-set=light]", "aria-pressed") == "true"
    page.click("[data-theme-set=auto]")
    assert (page.get_attribute("html", "data-bs-theme"), cookie(desk, "cm_theme")) == ("dark", "auto")


def test_density_is_kept(desk: BrowserContext, put: Put) -> None:
    page = opened(desk, put(PLAIN))
    page.click(".rail-foot details > summary")
    page.click("[data-density-set=compact]")
    assert (page.get_attribute("html", "data-density"), cookie(desk, "cm_density")) == ("compact", "compact")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "14px"


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(desk: BrowserContext, put: Put) -> None:
    page = opened(desk, put(PLAIN))
    sheet = page.locator(".switcher .menu-sheet")
    page.click(".switcher > summary")
    assert sheet.is_visible() is True
    page.keyboard.press("Escape")
    assert sheet.is_visible() is False
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.click(".switcher > summary")
    page.click("h1")
    assert sheet.is_visible() is False


def test_a_double_click_sends_once(desk: BrowserContext, put: Put) -> None:
    form = '<form method="post" action="/slow"><button class="btn">Send</button></form>'
    source = f"{PLAIN}{{% block content %}}{form}{{% endblock %}}"
    page = opened(desk, put(source))
    sent: list[str] = []
    page.route("**/slow", lambda route: sent.append(route.request.method))  # never answered
    page.evaluate("const b = document.querySelector('main form button'); b.click(); b.click(); b.click();")
    page.wait_for_timeout(200)
    assert sent == ["POST"]


def test_messages_leave_or_stay_by_their_kind(desk: BrowserContext, put: Put) -> None:
    said = [{"level_tag": "error"}, {"level_tag": "success"}]
    page = desk.new_page()
    page.clock.install()
    page.goto(put(PLAIN, messages=said))
    assert page.locator(".toast-cm").count() == 2
    page.clock.run_for(9000)
    assert page.locator(".toast-cm").count() == 1
    assert page.locator(".toast-cm.tone-risk").count() == 1
    page.click(".toast-cm [data-dismiss]")
    assert page.locator(".toast-cm").count() == 0


def test_a_fragment_that_fails_says_so_and_keeps_the_page(
    desk: BrowserContext, put: Put, complaints: list[str]
) -> None:
    source = (
        PLAIN
        + '{% block content %}<button class="btn" hx-get="/gone">More</button><p>Draft</p>{% endblock %}'
    )
    page = desk.new_page()
    page.goto(put(source))
    page.click("[hx-get]")
    page.wait_for_selector(".toast-cm.tone-risk")
    assert page.locator("main p", has_text="Draft").is_visible() is True
    complaints.clear()  # the console tells of the refusal, as it should
