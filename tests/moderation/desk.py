"""Walking through the rooms of moderation as somebody."""

from __future__ import annotations

from typing import Any, cast

from bs4 import Tag
from django.urls import reverse

from moderation.models import Comment, Review
from tests.publishing.rooms import Answer, Rooms, soup

HTMX = {"HX-Request": "true"}
TOLD = "Restons courtois."


class Desk(Rooms):
    """One person at the desk of one brand."""

    def at(self, name: str, *parts: object) -> str:
        """An address of moderation."""
        return reverse(f"moderation:{name}", args=[self.brand, *parts])

    def ask(self, name: str, *parts: object, target: str = "", **query: Any) -> Answer:
        """Open a page's fragment, as htmx does."""
        headers = {**HTMX, "HX-Target": target}
        return cast("Answer", self.client.get(self.at(name, *parts), query, headers=headers))

    def send(self, name: str, *parts: object, target: str = "", **data: Any) -> Answer:
        """Send a form as htmx does from the queue."""
        at = f"http://testserver{self.at('queue')}"
        headers = {**HTMX, "HX-Target": target, "HX-Current-URL": at}
        return cast("Answer", self.client.post(self.at(name, *parts), data, headers=headers))

    def press(self, page: Answer, button: str, **typed: Any) -> Answer:
        """Press a button of a page that runs no script: its form goes out as a browser sends it."""
        found = _button(page, button)
        form = _form_of(page, found)
        data = _filled(form) | typed
        if found.get("name"):
            data[str(found["name"])] = str(found["value"])
        assert str(form["method"]) == "post"
        url = str(found.get("formaction") or form["action"])
        return cast("Answer", self.client.post(url, data))

    def take(self, review: Review) -> Review:
        """Claim a review."""
        assert self.send("claim", review.pk).status_code == 200
        return Review.objects.get(pk=review.pk)

    def decide(self, review: Review, act: str, **more: Any) -> Answer:
        """Send a decision without htmx."""
        return self.post("decide", review.pk, **decision(act, **more))


def _button(page: Answer, button: str) -> Tag:
    every = soup(page).select("button[type=submit]")
    (found,) = [each for each in every if button in " ".join(each.get_text(" ").split())]
    return found


def _form_of(page: Answer, button: Tag) -> Tag:
    named = button.get("form")
    form = soup(page).select_one(f"form#{named}") if named else button.find_parent("form")
    assert isinstance(form, Tag)
    return form


def _filled(form: Tag) -> dict[str, Any]:
    """What a form holds before anybody types, without its buttons."""
    data: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if field.name == "textarea":
            data[name] = field.get_text().removeprefix("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            data[name] = str(chosen["value"]) if chosen else ""
        elif kind not in {"radio", "checkbox"} or field.has_attr("checked"):
            data[name] = str(field.get("value", "on"))
    return data


def decision(act: str, **more: Any) -> dict[str, Any]:
    """The form of a decision filled in; its author is told something of a removal."""
    told = {"told": TOLD} if act in ("hide", "delete") and not more.get("quick") else {}
    return {"act": act, "quick": "", "reason": "Because it is so", "revision": 1, **told, **more}


def refreshed(comment: Comment) -> Comment:
    """The comment as it stands now."""
    return Comment.objects.select_related("page__brand", "thread").get(pk=comment.pk)
