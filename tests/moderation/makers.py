"""Short ways to the rows that tests of moderation need."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import ExpressionWrapper, F
from django.db.models.fields import DateTimeField

from cm_suite.core.models import LedgerEntry
from moderation.enums import Decided
from moderation.models import Action, Comment, Review, Watch
from moderation.rules import OPEN
from moderation.services import assign, decide
from moderation.services.ingest import poll_page
from moderation.services.results import Result
from pages.models import Brand, Page, Person
from tests.moderation.network import FakeNetwork

INSULT = "Ce Karim du magasin est un gros connard."
HARMLESS = "Merci pour l'accueil, à samedi !"
REASON = "Insulte envers un salarié"


def taken(page: Page, network: FakeNetwork, text: str = INSULT, remote_id: str = "c1") -> Comment:
    """A comment that a visitor wrote and that was read."""
    network.write(remote_id, text)
    poll_page(page.pk)
    return Comment.objects.select_related("page__brand").get(page=page, remote_id=remote_id)


def review_of(comment: Comment) -> Review:
    """The comment's open review."""
    return Review.objects.get(comment=comment, state__in=OPEN)


def held(review: Review, person: Person) -> Review:
    """The review in this person's hands."""
    assert assign.claim(review, person).taken
    return review


def decided(comment: Comment, person: Person, act: Decided = Decided.HIDE, **more: object) -> Result:
    """What comes of this person's decision on the comment's open review."""
    review = held(review_of(comment), person)
    fields: dict[str, object] = {"reason": REASON, "revision": comment.revision, **more}
    return decide.decide(review, person, act, **fields)  # type: ignore[arg-type]  # as the test wants it


def fresh[Row: (Comment, Review, Action)](row: Row) -> Row:
    """The row as the database holds it."""
    return type(row).objects.get(pk=row.pk)


def lapse(row: Review | Action | Watch) -> None:
    """Let the lease of a row have run out a second ago, by whatever clock."""
    late = ExpressionWrapper(F("lease_until") - timedelta(days=3650), output_field=DateTimeField())
    type(row).objects.filter(pk=row.pk).update(lease_until=late)


def lines(brand: Brand) -> list[str]:
    """The kinds of the brand's ledger lines, in order."""
    return list(LedgerEntry.objects.filter(brand_id=brand.pk).order_by("seq").values_list("kind", flat=True))
