"""What stays of an address in the outbox once its reader has left, or never answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from pages.models import Departure
from pages.newsroom import services
from pages.newsroom.models import Subscriber, SubscriberState
from pages.notices.enums import MailState
from pages.notices.models import Mail
from pages.notices.services import deliver, deliver_due, forget_mails, resend
from pages.notices.templatetags.notices import masked
from tests.newsroom.helpers import NOON, make_post, make_subscriber
from tests.notices.servers import DROP, scripted
from tests.people import Cast

DUE = NOON + timedelta(hours=6, minutes=1)


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def digest(cast: Cast) -> Mail:
    """A digest that waits, to somebody who follows; somebody else has one too."""
    for name in ("lea", "zoe"):
        make_subscriber(cast.newsroom, f"{name}@exemple.fr", at=NOON - timedelta(days=1))
    make_post(cast.newsroom, "Une nouvelle lampe")
    assert services.send_digests(DUE) == 2
    return Mail.objects.get(key__startswith=f"newsroom.digest:{reader('lea').pk}:")


def reader(name: str) -> Subscriber:
    """The follower whose address begins so."""
    return next(row for row in Subscriber.objects.all() if row.email.startswith(name))


def addresses() -> list[str]:
    return [mail.to for mail in Mail.objects.order_by("pk")]


def test_a_digest_that_waits_never_leaves_after_its_reader(digest: Mail, settings: Settings) -> None:
    services.leave(reader("lea"))
    assert addresses() == ["zoe@exemple.fr"]
    with scripted() as server:
        settings.CM_EMAIL_URL = server.url
        assert deliver_due() == 1
        assert len(server.bodies) == 1
    assert b"zoe@exemple.fr" in server.bodies[0]
    assert Departure.objects.count() == 1


@pytest.mark.parametrize("state", [MailState.SENT, MailState.REFUSED, MailState.UNKNOWN])
def test_a_mail_that_is_over_stays_as_a_row_without_address_and_words(
    cast: Cast, digest: Mail, state: MailState
) -> None:
    Mail.objects.filter(pk=digest.pk).update(state=state)
    services.leave(reader("lea"))
    digest.refresh_from_db()
    assert (digest.state, digest.to, digest.text, digest.html, digest.unsubscribe_url) == (
        state,
        "",
        "",
        "",
        "",
    )
    assert not resend(digest, by=cast.alice, reason="It did not arrive")
    assert masked(digest.to) == "…"
    assert addresses() == ["", "zoe@exemple.fr"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [("250 taken", MailState.SENT), ("451 later", MailState.REFUSED), (DROP, MailState.UNKNOWN)],
)
def test_a_mail_that_is_leaving_at_that_moment_is_not_tried_again(
    digest: Mail, settings: Settings, monkeypatch: pytest.MonkeyPatch, answer: str, state: str
) -> None:
    lea = reader("lea")
    real = deliver._fence

    def fence(mail: Mail) -> None:
        real(mail)
        if mail.pk == digest.pk:
            services.leave(lea)

    monkeypatch.setattr(deliver, "_fence", fence)
    with scripted(DOT=[answer, "250 taken"]) as server:
        settings.CM_EMAIL_URL = server.url
        for hours in (0, 3, 6):
            with time_machine.travel(DUE + timedelta(hours=hours), tick=False):
                deliver_due()
        assert sorted(b"lea@" in body for body in server.bodies) == [False, True]
    digest.refresh_from_db()
    assert (digest.state, digest.to, digest.text) == (state, "", "")


def test_a_request_that_nobody_answered_leaves_no_address(
    cast: Cast, now: time_machine.Traveller, settings: Settings
) -> None:
    services.ask(cast.newsroom, "lea@exemple.fr")
    with scripted() as server:
        settings.CM_EMAIL_URL = server.url
        assert deliver_due() == 1
    now.shift(timedelta(hours=1))
    services.ask(cast.newsroom, "ines@exemple.fr")
    assert addresses() == ["lea@exemple.fr", "ines@exemple.fr"]
    now.shift(timedelta(days=3, seconds=1))
    assert services.forget_unconfirmed() == 2
    assert (Subscriber.objects.count(), addresses()) == (0, [""])


def test_who_is_kept_keeps_their_mails(cast: Cast, now: time_machine.Traveller) -> None:
    for name in ("lea", "ines"):
        services.ask(cast.newsroom, f"{name}@exemple.fr")
    now.shift(timedelta(days=2))
    services.ask(cast.newsroom, "lea@exemple.fr")
    now.shift(timedelta(days=1, seconds=1))
    assert services.forget_unconfirmed() == 1
    assert addresses() == ["lea@exemple.fr", "lea@exemple.fr"]
    assert Subscriber.objects.get().state == SubscriberState.PENDING


def test_one_readers_number_is_not_the_beginning_of_anothers(digest: Mail) -> None:
    lea = reader("lea")
    Mail.objects.filter(pk=digest.pk).update(key=f"newsroom.digest:{lea.pk}0:2026-08-12")
    services.leave(lea)
    assert addresses() == ["lea@exemple.fr", "zoe@exemple.fr"]


def test_forgetting_nobody_in_particular_is_an_error(digest: Mail) -> None:
    with pytest.raises(ValueError, match="whose"):
        forget_mails("")
    assert addresses() == ["lea@exemple.fr", "zoe@exemple.fr"]
