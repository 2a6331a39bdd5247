"""The digest: what a subscriber was not told yet, once a day, in one mail."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cm_suite.core import clock
from pages.enums import DepartureFact
from pages.models import Brand, Page
from pages.newsroom import addresses, selectors, tokens
from pages.newsroom.models import Subscriber, SubscriberState
from pages.newsroom.rules import POSTS_A_DIGEST, digest_moment
from pages.newsroom.services import mails
from pages.newsroom.services.leave import leave
from pages.newsroom.services.mails import About
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.notices.services import queue_mail


def send_digests(at: datetime | None = None, brand: Brand | None = None) -> int:
    """Write the digests that are due at an instant (now by default) into the outbox; how many were written.

    A paused brand's digests wait. Run twice, or by two at once, each subscriber is told once.
    """
    at = at or clock.now()
    return sum(_send_page(page, at) for page in selectors.digest_pages(brand))


def _send_page(page: Page, at: datetime) -> int:
    until = digest_moment(at, clock.zone(page.brand.zone))
    if until is None:
        return 0
    ids = list(selectors.waiting_for_digest(page, until).values_list("pk", flat=True))
    return sum(_tell(page, subscriber_id, until) for subscriber_id in ids)


@transaction.atomic
def _tell(page: Page, subscriber_id: int, until: datetime) -> bool:
    """Write one digest and note how far its reader was told, both or neither.

    An address that takes no mail any more ends here: nobody would ever read it.
    """
    who = Subscriber.objects.filter(pk=subscriber_id).first()
    if who is None or who.told_until is None:
        return False
    if mails.refused(who):
        leave(who, cause=DepartureFact.ADDRESS_REFUSED)
        return False
    brand = page.brand
    key = mails.key(About.DIGEST, who.pk, f"{until.astimezone(clock.zone(brand.zone)):%Y-%m-%d}")
    if Mail.objects.filter(key=key).exists():  # the brand's zone changed since: one a day, the rest tomorrow
        return False
    posts = list(selectors.untold(who, until))
    same = Subscriber.objects.filter(pk=who.pk, state=SubscriberState.ACTIVE, told_until=who.told_until)
    if not posts or same.update(told_until=until) != 1:
        return False
    leave_link = addresses.with_token(brand.slug, "leave", tokens.for_leaving(who.pk))
    queue_mail(
        kind=MailKind.DIGEST,
        key=key,
        to=who.email,
        template="newsroom_digest",
        context={
            "brand": brand,
            "home": addresses.of_brand(brand.slug),
            "legal_link": addresses.of_brand(brand.slug, "legal"),
            "posts": [(post, addresses.of_post(brand.slug, post.pk)) for post in posts[:POSTS_A_DIGEST]],
            "count": len(posts),
            "more": max(len(posts) - POSTS_A_DIGEST, 0),
            "leave_link": leave_link,
        },
        language=who.language,
        brand=brand,
        unsubscribe_url=leave_link,
    )
    return True
