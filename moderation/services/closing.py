"""Reviews that end without a decision, because the comment itself is gone."""

from __future__ import annotations

from moderation.enums import CloseCode
from moderation.models import Comment
from moderation.services import evidence, reviews


def author_removed(comment: Comment) -> bool:
    """The author took the comment down: the copy is sealed if somebody was to look at it, else False.

    Call it inside a transaction.
    """
    if reviews.open_review(comment) is None:
        return False
    if not comment.erased_at:
        evidence.seal(comment, None)
    return reviews.close(comment, CloseCode.AUTHOR_REMOVED)
