"""What hands do in more than one of these tests: sign in by the form, read a mail, speak under a post."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab
from time_machine import Traveller

from cm_suite.core import clock
from pages.models import Person
from tests.people import PASSWORD

A_WHILE = timedelta(seconds=3)
"""Nobody fills a form in faster: what comes sooner is taken for a machine's."""


def plain(mail: EmailMessage) -> str:
    """The plain text of a mail, in one line."""
    text = mail.get_body(("plain",))
    assert text is not None
    return " ".join(text.get_content().split())


def link_in(mail: EmailMessage, word: str) -> str:
    """The first address in the plain text of a mail that holds the word."""
    links: list[str] = re.findall(r"http\S+", plain(mail))
    return next(link for link in links if word in link)


def come_in(tab: Tab, person: Person) -> None:
    """Sign in by the door."""
    tab.goto("/sign-in/")
    tab.get_by_label("E-mail").fill(person.email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()


def take_time(traveller: Traveller) -> None:
    """Let as much time pass as a person needs to fill in a form."""
    traveller.move_to(clock.now() + A_WHILE, tick=True)


def comment(tab: Tab, traveller: Traveller, post: str, name: str, words: str) -> str:
    """Write a comment under the post at this address, through its form; the private link that is shown."""
    tab.goto(post)
    tab.get_by_role("link", name="Write a comment").click()
    tab.get_by_label("Your comment").fill(words)
    tab.get_by_label("Your name").fill(name)
    take_time(traveller)
    tab.get_by_role("button", name="Publish my comment").click()
    expect(tab.get_by_role("heading", name="Thank you: your comment is published")).to_be_visible()
    return tab.get_by_role("textbox", name="Private link").input_value()


def said_under(tab: Tab, words: str) -> Locator:
    """The comment with these words, as visitors see it."""
    return tab.get_by_role("article").filter(has=tab.get_by_text(words, exact=True))


def rail_count(tab: Tab, room: str) -> Locator:
    """The number beside a line of the rail."""
    return tab.get_by_role("navigation", name="Main").get_by_role("link", name=room).locator(".count")
