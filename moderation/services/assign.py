"""Who works on a review: a lease of five minutes, by the database's clock."""

from __future__ import annotations

from moderation.models import Comment, Review
from moderation.services.results import Claimed
from pages.models import Brand, Person


def claim(review: Review, person: Person) -> Claimed:
    """Take a review that waits, or whose holder's lease ran out; one's own is renewed."""
    raise NotImplementedError


def renew(review: Review, person: Person) -> Claimed:
    """Prolong one's own lease; not taken when it was lost."""
    raise NotImplementedError


def release(review: Review, person: Person) -> bool:
    """Give a review back. False when it was not the person's any more."""
    raise NotImplementedError


def claim_next(brand: Brand, person: Person, *, skip: Review | None = None) -> Review | None:
    """Take the first review of the queue that is free; `skip` is left aside."""
    raise NotImplementedError


def ask_review(comment: Comment, person: Person) -> Review | None:
    """Open a review of any comment, or give the open one; None for a comment that is gone or the page's."""
    raise NotImplementedError
