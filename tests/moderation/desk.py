"""Walking through the rooms of moderation as somebody."""

from __future__ import annotations

from typing import Any, cast

from django.urls import reverse

from moderation.models import Comment, Review
from tests.publishing.rooms import Answer, Rooms

HTMX = {"HX-Request": "true"}


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
        """Send a form as htmx does."""
        headers = {**HTMX, "HX-Target": target}
        return cast("Answer", self.client.post(self.at(name, *parts), data, headers=headers))

    def take(self, review: Review) -> Review:
        """Claim a review."""
        assert self.send("claim", review.pk).status_code == 200
        return Review.objects.get(pk=review.pk)

    def decide(self, review: Review, act: str, **more: Any) -> Answer:
        """Send a decision without htmx."""
        return self.post("decide", review.pk, **decision(act, **more))


def decision(act: str, **more: Any) -> dict[str, Any]:
    """The form of a decision filled in."""
    return {"act": act, "quick": "", "reason": "Because it is so", "revision": 1, **more}


def refreshed(comment: Comment) -> Comment:
    """The comment as it stands now."""
    return Comment.objects.select_related("page__brand", "thread").get(pk=comment.pk)
