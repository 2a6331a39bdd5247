"""Following a newsroom by e-mail: asked for by anybody, real once the address has said yes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cm_suite.core import clock, ledger
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.states import move
from pages.models import Page
from pages.newsroom import addresses, selectors, tokens
from pages.newsroom.models import Arrival, Subscriber, SubscriberState
from pages.newsroom.rules import ASK_AGAIN_AFTER, CONFIRM_WITHIN
from pages.newsroom.services import mails
from pages.newsroom.services.mails import About
from pages.notices.enums import MailKind
from pages.notices.services import queue_mail


class Confirmation(StrEnum):
    """What a confirmation link can do."""

    READY = "ready"
    DONE = "done"
    ALREADY = "already"
    EXPIRED = "expired"


def address_hash(email: str) -> str:
    """The keyed hash an address is recognised by, whatever its case."""
    return keyed_hash(f"newsroom:{email.strip().casefold()}")


@transaction.atomic
def ask(page: Page, email: str) -> None:
    """Ask an address whether it wants to follow. The caller learns nothing about who follows already.

    A request that waits for its answer is written to again only after ASK_AGAIN_AFTER, a follower at most
    once a day.
    """
    now = clock.now()
    fields: dict[str, Any] = {"email": email.strip(), "language": page.brand.language, "asked_at": now}
    subscriber, created = Subscriber.objects.get_or_create(
        page=page, email_hash=address_hash(email), defaults=fields
    )
    if subscriber.state == SubscriberState.ACTIVE:
        _say_already(subscriber)
    elif created or _ask_again(subscriber, fields):
        _write_confirm(subscriber)


def _ask_again(subscriber: Subscriber, fields: dict[str, Any]) -> bool:
    """Renew a request; False when it was made a moment ago, or when somebody else has just renewed it."""
    if subscriber.state == SubscriberState.LEFT:
        return move(subscriber, SubscriberState.LEFT, SubscriberState.PENDING, **fields)
    if clock.now() - subscriber.asked_at < ASK_AGAIN_AFTER:
        return False
    same = Subscriber.objects.filter(
        pk=subscriber.pk, state=SubscriberState.PENDING, asked_at=subscriber.asked_at
    )
    renewed = same.update(**fields) == 1
    subscriber.refresh_from_db()
    return renewed


def _write_confirm(subscriber: Subscriber) -> None:
    slug = subscriber.page.brand.slug
    _write(
        subscriber,
        mails.key(About.CONFIRM, subscriber.pk, f"{subscriber.asked_at:%Y%m%dT%H%M%S}"),
        "newsroom_confirm",
        {"link": addresses.with_token(slug, "confirm", tokens.for_confirming(subscriber.pk))},
    )


def _say_already(subscriber: Subscriber) -> None:
    slug = subscriber.page.brand.slug
    _write(
        subscriber,
        mails.key(About.ALREADY, subscriber.pk, f"{clock.now():%Y%m%d}"),
        "newsroom_already",
        {"leave_link": addresses.with_token(slug, "leave", tokens.for_leaving(subscriber.pk))},
    )


def _write(subscriber: Subscriber, key: str, template: str, links: dict[str, str]) -> None:
    brand = subscriber.page.brand
    queue_mail(
        kind=MailKind.CONFIRM,
        key=key,
        to=subscriber.email,
        template=template,
        context={
            "brand": brand,
            "home": addresses.of_brand(brand.slug),
            "days": CONFIRM_WITHIN.days,
            **links,
        },
        language=subscriber.language,
        brand=brand,
    )


def confirmation(page: Page, token: str) -> Confirmation:
    """What the holder of this token may do; changes nothing."""
    subscriber = selectors.subscriber(page, tokens.confirming(token))
    if subscriber is None or subscriber.state == SubscriberState.LEFT:
        return Confirmation.EXPIRED
    if subscriber.state == SubscriberState.ACTIVE:
        return Confirmation.ALREADY
    return Confirmation.READY


@transaction.atomic
def confirm(page: Page, token: str) -> Confirmation:
    """Make the subscription real, from now on. A second time says that it already is."""
    subscriber = selectors.subscriber(page, tokens.confirming(token))
    if subscriber is None:
        return Confirmation.EXPIRED
    now = clock.now()
    since: dict[str, Any] = {"confirmed_at": now, "told_until": now, "unasked": None}
    if not move(subscriber, SubscriberState.PENDING, SubscriberState.ACTIVE, **since):
        return confirmation(page, token)
    Arrival.objects.create(page=page, at=now)
    ledger.append(
        page.brand_id,
        "subscriber.confirmed",
        actor_id=None,
        subject_kind="subscriber",
        subject_id=subscriber.pk,
    )
    return Confirmation.DONE


def forget_unconfirmed() -> int:
    """Forget the addresses that never answered, also in the outbox; how many."""
    old = Subscriber.objects.filter(state=SubscriberState.PENDING, asked_at__lt=clock.now() - CONFIRM_WITHIN)
    return sum(_forget(pk, old) for pk in list(old.values_list("pk", flat=True)))


@transaction.atomic
def _forget(pk: int, old: QuerySet[Subscriber]) -> int:
    """Forget one, unless it has answered or was asked again meanwhile."""
    forgotten = old.filter(pk=pk).delete()[0]
    if forgotten:
        mails.forget(pk)
    return forgotten
