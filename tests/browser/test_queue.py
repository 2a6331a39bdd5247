"""One hand on the keyboard empties the queue; nothing of it needs a script to be decided."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from cm_suite.core import clock
from moderation.enums import Decided
from moderation.models import Decision, Review
from moderation.services import assess, ingest
from pages.models import Person
from pages.networks.types import Commenter, IncomingComment, ThreadPost
from tests.browser.conftest import Eyes, Opening
from tests.people import Cast, make_cast

QUEUE = "/b/maison-lumen/queue/"
POST = ThreadPost("p1", "https://example.org/p/1", "The workshop opens on Saturday.")
INSULTS = ("Ce Karim du magasin est un gros connard.", "Sophie de la boutique est une connasse.")


@pytest.fixture
def team(transactional_db: None) -> Cast:
    """The cast, in English, and two insults under a post."""
    cast = make_cast()
    Person.objects.update(language="en")
    for number, text in enumerate(INSULTS):
        incoming = IncomingComment(f"c{number}", text, Commenter("v", "Paul"), POST, at=clock.now())
        comment = ingest.take_in(cast.newsroom, incoming)
        assert comment is not None
        assess.assess_comment(comment)
    return cast


@pytest.fixture
def desk(team: Cast, opening: Opening, eyes: Eyes) -> Tab:
    """The moderator's window."""
    tab = opening(team.mona).new_page()
    eyes.watch(tab)
    return tab


def violations(tab: Tab) -> list[str]:
    return [each["id"] for each in Axe().run(tab).response["violations"]]


def test_one_hand_empties_it(desk: Tab, eyes: Eyes) -> None:
    desk.goto(QUEUE)
    desk.keyboard.press("j")
    expect(desk.locator(".qrow").first).to_be_focused()
    desk.keyboard.press("o")
    expect(desk.locator("#words mark").first).to_have_text("connard")
    expect(desk.locator("#pane-title")).to_be_focused()
    expect(desk.locator("#hold")).to_contain_text("Yours until")
    desk.keyboard.press("h")
    desk.keyboard.press("3")
    expect(desk.get_by_role("radio", name="It threatens or frightens somebody.")).to_be_checked()
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("Hidden: on its way to the network.")
    expect(desk.locator("#words")).to_have_text(INSULTS[1])
    expect(desk.locator("#pane-title")).to_be_focused()
    desk.keyboard.press("d")
    desk.get_by_label("In your own words").fill("h d r 1 are only letters here")
    desk.keyboard.press("Control+Enter")
    told = desk.get_by_label("What its author may read")
    expect(told).to_have_value("Votre commentaire insulte ou rabaisse quelqu’un.")
    expect(told).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Nothing to decide")).to_be_visible()
    made = Decision.objects.order_by("pk").values_list("act", "reason")
    assert list(made) == [
        (Decided.HIDE, "It insults or belittles somebody."),
        (Decided.DELETE, "h d r 1 are only letters here"),
    ]
    assert eyes.faults == []


def test_a_key_pressed_while_a_comment_opens_is_not_lost(desk: Tab, eyes: Eyes) -> None:
    desk.goto(QUEUE)
    desk.keyboard.press("j")
    for key in "od1":
        desk.keyboard.press(key)
    expect(desk.locator("#act-delete")).to_be_checked()
    expect(desk.get_by_role("radio", name="It insults or belittles somebody.")).to_be_checked()
    assert (Decision.objects.count(), eyes.faults) == (0, [])


def test_what_is_on_show_can_be_read_by_all(desk: Tab, eyes: Eyes) -> None:
    desk.goto(QUEUE)
    assert violations(desk) == []
    desk.locator(".qrow").first.click()
    desk.locator("#decide").wait_for()
    desk.keyboard.press("e")
    expect(desk.locator("#effect-keep strong")).to_be_visible()
    assert violations(desk) == []
    desk.set_viewport_size({"width": 360, "height": 740})
    assert desk.evaluate("document.documentElement.scrollWidth") == 360
    desk.keyboard.press("l")
    expect(desk.get_by_text("Given back: it waits for anybody.")).to_be_visible()
    assert Review.objects.exclude(claimed_by=None).count() == 0


def test_a_key_that_begins_a_chord_leads_elsewhere(desk: Tab) -> None:
    desk.goto(QUEUE)
    desk.keyboard.press("n")
    expect(desk.locator("#hold")).to_be_visible()
    desk.keyboard.press("g")
    desk.keyboard.press("t")
    desk.wait_for_url("**/b/maison-lumen/")
    assert Decision.objects.count() == 0
