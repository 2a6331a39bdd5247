"""What people were told: notices, the last digest, an invitation. Old news is read, trouble is not."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse

from cm_suite.core import clock, ledger
from cm_suite.core.text import clip
from cm_suite.demo.stage import Stage
from pages.enums import Act, Role
from pages.models import Invitation, Person
from pages.newsroom.models import Subscriber
from pages.newsroom.rules import DIGEST_HOUR
from pages.notices.enums import MailKind, MailState, NoticeKind
from pages.notices.mime import sender_domain
from pages.notices.models import Mail, Notice
from pages.selectors.people import people_with
from pages.services.invitations import VALID
from publishing.enums import DeliveryState
from publishing.models import Delivery

KINDS: Final = {
    DeliveryState.PUBLISHED: NoticeKind.PUBLISHED,
    DeliveryState.MISSED: NoticeKind.MISSED,
    DeliveryState.REJECTED: NoticeKind.REJECTED,
}
RECENT: Final = 9
READ_AFTER: Final = timedelta(hours=3)


def tell(stage: Stage, published: Sequence[Delivery], troubles: Iterable[Delivery]) -> None:
    """Write the notices of the last posts, of what went wrong, and of the page to reconnect."""
    now = clock.now()
    for delivery in published[-RECENT:]:
        at = delivery.published_at or delivery.due_at
        writers = [person for person in (delivery.post.author, delivery.planned_by) if person]
        _about(stage, delivery, at, writers, read_at=min(at + READ_AFTER, now))
    deciders = [stage.author, *people_with(stage.brand, Act.APPROVE)]
    for delivery in troubles:
        _about(stage, delivery, delivery.due_at, deciders)
    if stage.social is not None:
        leads = people_with(stage.brand, Act.MANAGE)
        link = reverse("pages:page", args=[stage.brand.slug, stage.social.pk])
        at = stage.social.checked_at or now
        key = f"reconnect:{stage.social.pk}:demo"
        _write(stage, NoticeKind.RECONNECT, key, stage.social.name, link, at, leads)


def send_digest(stage: Stage) -> None:
    """Write yesterday's digest as it left: one mail to each follower, one of them refused."""
    moment = stage.instant(-1, f"{DIGEST_HOUR}:00")
    followers = Subscriber.objects.filter(page=stage.newsroom, state="active", confirmed_at__lt=moment)
    mails = [
        _mail(
            stage,
            MailKind.DIGEST,
            f"newsroom.digest:{who.pk}:{moment.astimezone(clock.zone(stage.brand.zone)):%Y-%m-%d}",
            who.email,
            moment + timedelta(minutes=2, seconds=number),
        )
        for number, who in enumerate(followers.order_by("pk"))
    ]
    mails[-1].state, mails[-1].sent_at, mails[-1].code = MailState.REFUSED, None, "mail_recipient_refused"
    _keep(mails)


def invite(stage: Stage, email: str) -> None:
    """Write an invitation that was sent two days ago and waits for its answer."""
    at = clock.now() - timedelta(days=2)
    invitation = Invitation.objects.create(
        brand=stage.brand,
        email=email,
        role=Role.AUTHOR,
        invited_by=stage.lead,
        token_hash=secrets.token_hex(32),
        expires_at=at + VALID,
    )
    Invitation.objects.filter(pk=invitation.pk).update(created_at=at)
    ledger.append(
        stage.brand.pk,
        "invitation.sent",
        actor_id=stage.lead.pk,
        subject_kind="invitation",
        subject_id=invitation.pk,
        content=invitation.role,
    )
    key = f"invitation:{invitation.pk}:{invitation.token_hash[:32]}"
    _keep([_mail(stage, MailKind.INVITATION, key, email, at)])


def _mail(stage: Stage, kind: MailKind, key: str, to: str, at: datetime) -> Mail:
    """A mail that is away: its words are gone, as they are from any mail that left."""
    return Mail(
        brand=stage.brand,
        kind=kind,
        key=key,
        message_id=f"{uuid.uuid4().hex}@{sender_domain(settings.CM_MAIL_FROM)}",
        language=stage.brand.language,
        to=to,
        state=MailState.SENT,
        emptied=True,
        tries=1,
        created_at=at,
        sent_at=at + timedelta(seconds=4),
    )


def _keep(mails: list[Mail]) -> None:
    """Save mails with the time they were written, which a new row would not take."""
    written = [mail.created_at for mail in mails]
    Mail.objects.bulk_create(mails)
    for mail, at in zip(mails, written, strict=True):
        mail.created_at = at
    Mail.objects.bulk_update(mails, ["created_at"])


def _about(
    stage: Stage, delivery: Delivery, at: datetime, to: Iterable[Person], read_at: datetime | None = None
) -> None:
    subject = f"{clip(' '.join(delivery.post.text.split()), 100)} · {delivery.page.name}"
    link = reverse("publishing:post", args=[stage.brand.slug, delivery.post_id])
    kind = KINDS[DeliveryState(delivery.state)]
    _write(stage, kind, f"delivery:{delivery.pk}:demo", subject, link, at, to, read_at)


def _write(
    stage: Stage,
    kind: NoticeKind,
    key: str,
    subject: str,
    link: str,
    at: datetime,
    to: Iterable[Person],
    read_at: datetime | None = None,
) -> None:
    Notice.objects.bulk_create(
        Notice(
            person=person,
            brand=stage.brand,
            kind=kind,
            key=key,
            subject=subject,
            link=link,
            at=at,
            read_at=read_at,
        )
        for person in {person.pk: person for person in to}.values()
    )
