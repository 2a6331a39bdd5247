"""What the rules say of a comment, kept by version, and the review that follows from it."""

from __future__ import annotations

from moderation.models import Assessment, Comment


def assess_comment(comment: Comment) -> Assessment:
    """Assess the comment's present revision; opens, ranks again or closes its review."""
    raise NotImplementedError
