"""A comment too long for the rules to read whole is read by a person, whatever they found of it."""

from __future__ import annotations

from moderation.enums import CloseCode
from moderation.models import Assessment, Comment, Review
from moderation.risk.excerpt import READ
from moderation.services.assess import assess_comment
from moderation.services.ingest import poll_page
from tests.moderation.makers import fresh, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

LONG = "Le produit est bien arrivé chez moi. " * 200


def edited(network: FakeNetwork, comment: Comment, text: str) -> None:
    network.change("c1", text=text)
    poll_page(comment.page_id)


def test_what_length_kept_from_being_read_opens_a_review(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, LONG)
    assessment = Assessment.objects.get()
    assert (assessment.flag, assessment.partial) == (False, True)
    review = review_of(comment)
    assert (review.severity, review.qualified, review.due_at) == (0, False, None)


def test_the_longest_comment_read_whole_opens_none(cast: Cast, network: FakeNetwork) -> None:
    taken(cast.newsroom, network, LONG[:READ].strip())
    assert (Assessment.objects.get().partial, Review.objects.count()) == (False, 0)


def test_edited_to_be_too_long_it_is_reviewed_and_shortened_again_closed(
    cast: Cast, network: FakeNetwork
) -> None:
    comment = taken(cast.newsroom, network, "Bonjour")
    edited(network, comment, LONG)
    review = review_of(comment)
    edited(network, comment, "Bonsoir")
    assert fresh(review).close_code == CloseCode.EDITED_HARMLESS


def test_assessed_again_the_same_review_stays(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, LONG)
    assess_comment(comment)
    assert review_of(comment).pk == Review.objects.get().pk
