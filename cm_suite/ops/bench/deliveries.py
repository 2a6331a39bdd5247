"""The deliveries of a benchmark: how they are made, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Final

from cm_suite.ops.bench.house import ALIAS
from pages.enums import Role
from pages.models import Brand, Credential, Membership, Page, Person
from publishing.enums import DeliveryState, FollowUpTask
from publishing.models import Attempt, Cap, Delivery, FollowUp, Post

S = DeliveryState
PAGES: Final = 100  # one post of an account leaves at a time
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
MOVING: Final = frozenset({S.PLANNED, S.CLAIMED, S.SENDING, S.PROCESSING, S.UNKNOWN})
TOLD: Final = frozenset({S.NEEDS_PERSON, S.REJECTED, S.MISSED, S.HELD})


def seed(origin: str, count: int, first: datetime, spread: timedelta, draw: Random) -> None:
    """Plan `count` posts from `first` on over `spread`, in turn on one brand's pages, under a wide cap."""
    brand = Brand.objects.using(ALIAS).create(name="Bench", slug="bench")
    author = Person(email="bench@agence.example", name="Bench")
    author.set_unusable_password()
    author.save(using=ALIAS)
    Membership.objects.using(ALIAS).create(brand=brand, person=author, role=Role.AUTHOR)
    pages = [_page(brand, origin, str(number)) for number in range(1, PAGES + 1)]
    posts = Post.objects.using(ALIAS).bulk_create(
        [Post(brand=brand, author=author, text=_text(draw)) for _post in range(count)]
    )
    step = spread / count
    Delivery.objects.using(ALIAS).bulk_create(
        [
            Delivery(post=post, page=pages[number % PAGES], due_at=first + step * number, planned_by=author)
            for number, post in enumerate(posts)
        ]
    )


def moving() -> int:
    """How many deliveries have not come to rest."""
    return Delivery.objects.using(ALIAS).filter(state__in=MOVING).count()


def outcomes() -> Counter[str]:
    """How many deliveries stand in each state."""
    return Counter(Delivery.objects.using(ALIAS).values_list("state", flat=True))


def sends() -> int:
    """How many times a call that publishes was about to be made."""
    return Attempt.objects.using(ALIAS).count()


def went_unknown() -> int:
    """How many times nobody knew whether a post had arrived."""
    unknown = FollowUp.objects.using(ALIAS).filter(event=S.UNKNOWN, task=FollowUpTask.LEDGER)
    return unknown.count()


def doubled(accepted: Mapping[str, int]) -> int:
    """How many times too many the network accepted a text."""
    return sum(times - 1 for times in accepted.values() if times > 1)


def lost(accepted: Mapping[str, int]) -> int:
    """Deliveries that are neither on the network nor where a person is told of them."""
    rows = Delivery.objects.using(ALIAS).values_list("post__text", "state")
    return sum(text not in accepted and state not in TOLD for text, state in rows)


def unnoticed(accepted: Mapping[str, int]) -> int:
    """Deliveries that are on the network while we neither know it nor ask a person."""
    rows = Delivery.objects.using(ALIAS).values_list("post__text", "state")
    return sum(text in accepted and state not in {S.PUBLISHED, S.NEEDS_PERSON} for text, state in rows)


def lateness() -> list[float]:
    """Seconds between the planned time and the network's own, in order."""
    rows = Delivery.objects.using(ALIAS).exclude(published_at=None).values_list("due_at", "published_at")
    return sorted((at - due_at).total_seconds() for due_at, at in rows if at is not None)


def _page(brand: Brand, origin: str, account: str) -> Page:
    page = Page.objects.using(ALIAS).create(
        brand=brand, network="mastodon", host=origin, remote_id=account, name=f"Account {account}"
    )
    Credential.objects.using(ALIAS).create(page=page, token=account)
    Cap.objects.using(ALIAS).create(page=page, at_most=1000, hours=24)
    return page


def _text(draw: Random) -> str:
    """Words that no other post has: the network tells posts apart by their text."""
    return " ".join("".join(draw.choices(LETTERS, k=draw.randint(3, 9))) for _word in range(12))
