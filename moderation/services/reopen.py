"""A review opened once more, because what was decided was of other words."""

from __future__ import annotations

from moderation.enums import Presence
from moderation.models import Comment, Decision, Review
from moderation.services import assess, reviews


def for_new_words(comment: Comment, decided: Decision) -> Review | None:
    """The open review of the comment's present wording; None for what is gone or not reviewed.

    Somebody wanted it in sight: they are asked again, also about one that the rules find nothing in. Call it
    inside a transaction that holds the comment.
    """
    if comment.presence == Presence.GONE:
        return None
    assessment = assess.assess_comment(comment, edited=True)
    review = reviews.open_review(comment)
    if review is not None or assessment is None:
        return review
    return reviews.open_new(comment, reviews.rank_of(assessment), asked=decided.by_id is not None)
