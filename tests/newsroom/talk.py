"""What the tests of comments need: a visitor's form, comments and reports that stand."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import time_machine
from bs4 import BeautifulSoup, Tag
from django.test import Client

from pages.models import Page
from pages.newsroom import services
from pages.newsroom.models import CommentMode, CommentReport, CommentRules, NewsroomComment, NewsroomPost
from pages.newsroom.services import Draft, Notice, Written

HOME = "/p/maison-lumen/"
WORDS = {"text": "Quelle belle lampe !", "name": "Léa", "email": ""}
NOTICE = {
    "reasons": "Ces mots insultent une vendeuse nommée.",
    "name": "Nora Petit",
    "email": "nora@exemple.fr",
    "good_faith": "on",
}
_numbers = count()


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def texts(page: BeautifulSoup | Tag, selector: str) -> list[str]:
    return [found.get_text(" ", strip=True) for found in page.select(selector)]


def value(page: BeautifulSoup, name: str) -> str:
    """What a field of the page holds."""
    [field] = page.select(f"[name={name}]")
    return field.get_text() if field.name == "textarea" else str(field.get("value", ""))


def say(post: NewsroomPost, text: str = "Bonjour", name: str = "Léa", **more: Any) -> NewsroomComment:
    """A visitor's comment, written now through the service."""
    return written(post, text, name, **more).comment


def written(post: NewsroomPost, text: str = "Bonjour", name: str = "Léa", **more: Any) -> Written:
    return services.write(post, Draft(more.pop("nonce", f"nonce-{next(_numbers)}"), name, text, **more))


def notify(comment: NewsroomComment, email: str = "nora@exemple.fr", **more: Any) -> CommentReport:
    """A report, sent now through the service."""
    nonce = more.pop("nonce", f"report-{next(_numbers)}")
    return services.report(comment, Notice(nonce, "Une insulte, visant une vendeuse.", "Nora Petit", email))


def set_mode(page: Page, mode: CommentMode) -> None:
    CommentRules.objects.update_or_create(page=page, defaults={"mode": mode})


def form_of(post: NewsroomPost) -> str:
    return f"{HOME}{post.pk}/comment/"


def report_of(comment: NewsroomComment) -> str:
    return f"{HOME}{comment.post_id}/report/{comment.pk}/"


class Visitor:
    """Somebody with a browser: opens a form, takes their time, sends it."""

    def __init__(self, clock: time_machine.Traveller, **client: Any) -> None:
        self.clock = clock
        self.client = Client(enforce_csrf_checks=True, **client)

    def open(self, path: str) -> dict[str, str]:
        """The hidden fields of a form, after the time it takes to fill it in."""
        page = soup(self.client.get(path))
        self.clock.shift(timedelta(seconds=20))
        return {str(field["name"]): str(field.get("value", "")) for field in page.select("[type=hidden]")}

    def send(self, path: str, fields: dict[str, str], **typed: str) -> Any:
        return self.client.post(path.partition("?")[0], {**fields, **typed})

    def comment(self, post: NewsroomPost, query: str = "", **typed: str) -> Any:
        path = form_of(post)
        return self.send(path, self.open(path + query), **{**WORDS, **typed})

    def report(self, comment: NewsroomComment, **typed: str) -> Any:
        path = report_of(comment)
        return self.send(path, self.open(path), **{**NOTICE, **typed})
