"""What follows a change of state, each with its own tries: the ledger's line, people's notices."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from cm_suite.core import clock, leases, ledger
from cm_suite.core.leases import RELEASED
from cm_suite.core.states import move
from cm_suite.core.text import clip
from pages.enums import Act
from pages.models import Brand, Person
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.people import people_with
from publishing.enums import DeliveryState, FollowUpState, FollowUpTask
from publishing.models import Delivery, FollowUp
from publishing.services import outcomes

F = FollowUpState
S = DeliveryState
LEASE_SECONDS: Final = 60
MOST_TRIES: Final = 30_000
KINDS: Final = {
    S.PUBLISHED: NoticeKind.PUBLISHED,
    S.HELD: NoticeKind.HELD,
    S.REJECTED: NoticeKind.REJECTED,
    S.NEEDS_PERSON: NoticeKind.NEEDS_PERSON,
    S.MISSED: NoticeKind.MISSED,
}


class LeaseLostError(RuntimeError):
    """Somebody else took the follow-up over: what was begun is undone."""


def take(limit: int) -> list[FollowUp]:
    """Claim up to `limit` follow-ups whose time has come, the oldest first."""
    due = Q(next_try_at=None) | Q(next_try_at__lte=clock.now())
    waiting = FollowUp.objects.filter(due).order_by("pk")
    return leases.claim(waiting, from_=F.WAITING, to=F.DOING, seconds=LEASE_SECONDS, limit=limit)


def do(follow_up: FollowUp) -> None:
    """Do one claimed follow-up and close it, in one transaction: done twice it changes nothing."""
    delivery = Delivery.objects.select_related("post__author", "page__brand", "planned_by").get(
        pk=follow_up.delivery_id
    )
    with transaction.atomic():
        if not move(follow_up, F.DOING, F.DONE, where=Q(lease_token=follow_up.lease_token), **RELEASED):
            raise LeaseLostError(follow_up.pk)
        if follow_up.task == FollowUpTask.LEDGER:
            _write(follow_up, delivery)
        else:
            _tell(follow_up, delivery)


def postpone(follow_up: FollowUp) -> None:
    """After a fault: again after a back-off, for as long as it takes."""
    move(
        follow_up,
        F.DOING,
        F.WAITING,
        where=Q(lease_token=follow_up.lease_token),
        next_try_at=clock.now() + outcomes.backoff(follow_up.tries),
        tries=min(follow_up.tries + 1, MOST_TRIES),
        **RELEASED,
    )


def expired() -> int:
    """Taken by a worker that is gone: back in the queue. How many."""
    left = leases.expired(FollowUp.objects.filter(state=F.DOING))
    return sum(move(each, F.DOING, F.WAITING, next_try_at=None, **RELEASED) for each in left)


def _write(follow_up: FollowUp, delivery: Delivery) -> None:
    attempt = follow_up.attempt
    ledger.append(
        delivery.page.brand_id,
        f"delivery.{follow_up.event}",
        actor_id=None,
        subject_kind="delivery",
        subject_id=delivery.pk,
        content=attempt.fingerprint if attempt else "",
    )


def _tell(follow_up: FollowUp, delivery: Delivery) -> None:
    brand, post = delivery.page.brand, delivery.post
    notify(
        brand=brand,
        kind=KINDS[S(follow_up.event)],
        key=f"delivery:{delivery.pk}:{follow_up.pk}",
        subject=f"{clip(' '.join(post.text.split()), 100)} · {delivery.page.name}",
        link=reverse("publishing:post", args=[brand.slug, post.pk]),
        at=follow_up.at,
        persons=_persons(delivery, brand, trouble=follow_up.event != S.PUBLISHED),
    )


def _persons(delivery: Delivery, brand: Brand, *, trouble: bool) -> QuerySet[Person]:
    """Who wrote and who planned it, if they are still of the brand; for trouble, approvers too."""
    concerned = Q(pk__in=[pk for pk in (delivery.post.author_id, delivery.planned_by_id) if pk])
    if trouble:
        concerned |= Q(pk__in=people_with(brand, Act.APPROVE).values("pk"))
    return people_with(brand, Act.SEE).filter(concerned)
