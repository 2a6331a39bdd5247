"""The demo's first brand with something in every room: what was decided, what failed, what was found."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from cm_suite.ops.sights import Sight
from moderation.enums import ActionState, Decided
from moderation.jobs import carry_out, poll_page
from moderation.models import Action, Comment, Review
from moderation.rules import OPEN
from moderation.services import assign, decide
from pages.enums import Role
from pages.models import Brand, Membership, Page, Person
from pages.newsroom import services as newsroom
from pages.newsroom import tokens
from pages.newsroom.models import NewsroomComment, NewsroomPost
from pages.services import connect
from reputation import jobs as reputation
from reputation.models import Run
from reputation.services.progress import progress_of
from reputation.services.request import archive
from tests.reputation import makers, shelf

INSULT: Final = "Votre vendeur est un abruti fini, un gros con."
PATIENCE: Final = 120.0  # seconds for the small web to be read, on a busy machine
BARE: Final = (
    "dashboard:today",
    "moderation:queue",
    "moderation:history",
    "moderation:comments",
    "reputation:audits",
    "publishing:plan",
    "pages:pages",
    "newsroom:home",
)
"""Rooms that look otherwise while there is nothing in them."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a visitor wrote, and the private link to it."""

    comment: NewsroomComment
    link: str


def widen(brand: Brand) -> list[Sight]:
    """Put something in every room of moderation and reputation; the private links that came of it."""
    links = talk(brand)
    audit(brand)
    return links


def talk(brand: Brand) -> list[Sight]:
    """Comments in every state, of which an author has the link; actions that were refused or got lost."""
    page = Page.objects.get(brand=brand, network="newsroom")
    moderator = person_with(brand, Role.MODERATOR)
    post = NewsroomPost.objects.filter(page=page, removed_at=None).latest("published_at")
    hidden, removed, gone, kept, failed, lost, held = (speak(post, place) for place in range(7))
    shown = speak(post, 7, "Merci pour l’accueil samedi, nous reviendrons.")
    poll_page(page.pk)
    newsroom.withdraw(gone.comment)
    poll_page(page.pk)
    decided(hidden, moderator, Decided.HIDE)
    decided(removed, moderator, Decided.DELETE)
    carry_out()
    decided(kept, moderator, Decided.KEEP)
    stuck(decided(failed, moderator, Decided.HIDE), ActionState.REJECTED, "access_refused")
    stuck(decided(lost, moderator, Decided.HIDE), ActionState.NEEDS_PERSON, "cannot_tell")
    assert assign.claim(review_of(held), moderator).taken
    told = {"shown": shown, "hidden": hidden, "removed": removed, "withdrawn": gone}
    links = [Sight(f"newsroom:yours {state}", spoken.link, public=True) for state, spoken in told.items()]
    return [*links, Sight("newsroom:yours new", f"{shown.link}&said=new", public=True)]


def speak(post: NewsroomPost, place: int, words: str = "") -> Spoken:
    """Write under the post as a visitor does, without an address."""
    nonce = secrets.token_urlsafe(12)
    draft = newsroom.Draft(nonce, f"Visiteur {place}", words or f"{INSULT} ({place})")
    written = newsroom.write(post, draft)
    link = reverse("newsroom:yours", args=[post.page.brand.slug])
    return Spoken(written.comment, f"{link}?t={tokens.author_token(nonce)}")


def review_of(spoken: Spoken) -> Review:
    """The open review of what was said."""
    return Review.objects.get(comment__remote_id=str(spoken.comment.pk), state__in=OPEN)


def decided(spoken: Spoken, person: Person, act: Decided) -> Comment:
    """What was said, decided as from the queue."""
    review = assign.claim(review_of(spoken), person).review
    reason, told = "Insulte envers un salarié.", "Votre commentaire insulte quelqu’un."
    decide.decide(review, person, act, reason=reason, told=told, revision=review.comment.revision)
    return review.comment


def stuck(comment: Comment, state: ActionState, code: str) -> None:
    """Let what was decided of the comment stand so."""
    rows = Action.objects.filter(decision__review__comment=comment)
    assert rows.update(state=state, code=code) == 1


def person_with(brand: Brand, role: Role) -> Person:
    """Somebody with this role on the brand."""
    return Membership.objects.filter(brand=brand, role=role).select_related("person")[0].person


def audit(brand: Brand) -> None:
    """The demo's audit carried out for real; others that wait, failed, were cancelled, run, or are away."""
    reputation.start_due()
    run = Run.objects.get(audit__brand=brand)
    give_up_at = time.monotonic() + PATIENCE
    while not progress_of(run).finished and time.monotonic() < give_up_at:
        reputation.turn(run.pk)
    assert Run.objects.get(pk=run.pk).state == "done"
    lead = person_with(brand, Role.LEAD)
    _waiting, failed, cancelled, running, away = (
        makers.make(brand, lead, name=name)
        for name in ("Jamais lancé", "En panne", "Abandonné", "En cours", "Rangé")
    )
    shelf.unread(shelf.run_of(failed, "failed", code="no_sources"), "a", "not_found")
    shelf.run_of(cancelled, "cancelled")
    going = shelf.run_of(running, "collecting")
    shelf.unread(going, "b", "deadline")
    shelf.mention(going, "c")
    archive(away, lead)


def bare(lead: Person) -> Brand:
    """A brand with nothing in it yet."""
    brand = Brand.objects.create(name="Maison Neuve", slug="maison-neuve")
    Membership.objects.create(person=lead, brand=brand, role=Role.LEAD)
    connect.open_newsroom(brand)
    return brand


def empty_rooms(found: Sequence[Sight]) -> list[Sight]:
    """Those of the sights of a bare brand that look otherwise."""
    return [Sight(f"{each.name} empty", each.path, each.public) for each in found if each.name in BARE]
