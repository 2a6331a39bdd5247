"""The digest: what was not told yet, at its hour, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from pages.enums import PageState
from pages.models import Departure, Pause
from pages.newsroom import jobs, selectors, tokens
from pages.newsroom.messages import mark
from pages.newsroom.models import NewsroomPost, Subscriber, SubscriberState
from pages.newsroom.rules import POSTS_A_DIGEST
from pages.newsroom.services import digest, send_digests
from pages.notices.models import Mail
from tests.newsroom.helpers import NOON, make_post, make_subscriber
from tests.people import Cast

SIX = NOON + timedelta(hours=6)
DUE = SIX + timedelta(minutes=1)
BEFORE = NOON - timedelta(days=1)


@pytest.fixture(autouse=True)
def now(settings: Settings) -> Iterator[None]:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_follower_is_told_of_the_days_posts(cast: Cast) -> None:
    reader = make_subscriber(cast.newsroom, at=BEFORE)
    post = make_post(cast.newsroom, "La lampe Brume\n\nrevient & reste", link="https://exemple.fr/lampe")
    assert send_digests(DUE) == 1
    mail = Mail.objects.get()
    leave = f"https://pages.exemple.fr/p/maison-lumen/leave/?t={tokens.for_leaving(reader.pk)}"
    assert (mail.kind, mail.to, mail.brand, mail.unsubscribe_url) == (
        "digest",
        "lea@exemple.fr",
        cast.brand,
        leave,
    )
    assert mail.key == f"newsroom.digest:{reader.pk}:2026-08-12"
    assert mail.subject.endswith("La lampe Brume")
    for piece in (
        "La lampe Brume\n\nrevient & reste",
        "https://exemple.fr/lampe",
        f"https://pages.exemple.fr/p/maison-lumen/{post.pk}/",
        leave,
    ):
        assert piece in mail.text
    assert "revient &amp; reste" in mail.html
    assert leave in mail.html
    assert Subscriber.objects.get().told_until == SIX


@pytest.mark.parametrize(
    ("at", "sent"), [(SIX - timedelta(seconds=1), 0), (SIX, 0), (DUE, 1), (SIX + timedelta(hours=13), 0)]
)
def test_it_leaves_at_six_in_the_evening_of_the_brand(cast: Cast, at: datetime, sent: int) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    assert send_digests(at) == sent == Mail.objects.count()


def test_the_hour_is_the_brands_own(cast: Cast) -> None:
    cast.brand.zone = "America/New_York"
    cast.brand.save()
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    assert send_digests(DUE) == 0
    assert send_digests(DUE + timedelta(hours=6)) == 1


def test_run_again_it_tells_nobody_twice(cast: Cast) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    assert [send_digests(DUE), send_digests(DUE), send_digests(DUE + timedelta(hours=2))] == [1, 0, 0]
    assert Mail.objects.count() == 1


def test_the_next_one_holds_only_what_is_new(cast: Cast) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom, "Ancien")
    send_digests(DUE)
    make_post(cast.newsroom, "Nouveau", SIX + timedelta(minutes=30))
    assert send_digests(DUE + timedelta(hours=2)) == 0
    assert send_digests(DUE + timedelta(days=1)) == 1
    second = Mail.objects.order_by("pk").last()
    assert second is not None
    assert ("Nouveau" in second.text, "Ancien" in second.text) == (True, False)


def test_a_turn_that_was_missed_is_made_up_for_within_twelve_hours_or_the_next_day(cast: Cast) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom, "Lundi", NOON - timedelta(hours=20))
    assert send_digests(SIX + timedelta(hours=12)) == 1
    make_subscriber(cast.newsroom, "zoe@exemple.fr", at=BEFORE)
    assert send_digests(DUE + timedelta(hours=13)) == 0
    assert send_digests(DUE + timedelta(days=1)) == 1
    assert Mail.objects.count() == 2


def test_only_followers_with_something_new_of_their_own_brand_are_written_to(cast: Cast) -> None:
    make_post(cast.newsroom)
    removed = make_post(cast.other_newsroom)
    NewsroomPost.objects.filter(pk=removed.pk).update(removed_at=NOON)
    make_subscriber(cast.other_newsroom, "autre@exemple.fr", at=BEFORE)  # its only post was taken down
    make_subscriber(cast.newsroom, "apres@exemple.fr", at=NOON + timedelta(hours=1))  # came after the post
    for state in (SubscriberState.PENDING, SubscriberState.LEFT):
        row = make_subscriber(cast.newsroom, f"{state}@exemple.fr", at=BEFORE)
        Subscriber.objects.filter(pk=row.pk).update(state=state)
    assert send_digests(DUE) == 0
    assert Mail.objects.count() == 0


def test_one_brand_alone_may_be_sent(cast: Cast) -> None:
    for page in (cast.newsroom, cast.other_newsroom):
        make_subscriber(page, at=BEFORE)
        make_post(page)
    assert send_digests(DUE, cast.brand) == 1
    assert Mail.objects.get().brand == cast.brand


@pytest.mark.parametrize("whole_brand", [True, False])
def test_a_pause_holds_it_back_and_nothing_is_lost(cast: Cast, whole_brand: bool) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    pause = Pause.objects.create(
        brand=cast.brand, page=None if whole_brand else cast.newsroom, reason="Crise", started_by=cast.alice
    )
    assert send_digests(DUE) == 0
    pause.ended_at = NOON
    pause.save()
    assert send_digests(DUE) == 1


def test_a_disconnected_newsroom_sends_nothing(cast: Cast) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    cast.newsroom.state = PageState.DISCONNECTED
    cast.newsroom.save()
    assert send_digests(DUE) == 0


def test_a_worker_killed_before_the_mail_is_stored_leaves_it_for_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)

    def die(**_: Any) -> Mail:
        raise SystemExit

    with monkeypatch.context() as death:
        death.setattr(digest, "queue_mail", die)
        with pytest.raises(SystemExit):
            send_digests(DUE)
    reader.refresh_from_db()
    assert (reader.told_until, Mail.objects.count()) == (BEFORE, 0)
    assert (send_digests(DUE), Mail.objects.count()) == (1, 1)


def test_of_two_workers_at_once_one_writes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    look = selectors.untold
    others: list[int] = []

    def while_the_other_works(*args: Any) -> Any:
        posts = list(look(*args))
        if not others:
            others.append(0)
            others[0] = send_digests(DUE)
        return posts

    monkeypatch.setattr(selectors, "untold", while_the_other_works)
    assert (send_digests(DUE), others, Mail.objects.count()) == (0, [1], 1)


def test_who_leaves_in_between_gets_nothing(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    look = selectors.untold

    def while_they_leave(*args: Any) -> Any:
        client.post(f"/p/maison-lumen/leave/?t={tokens.for_leaving(reader.pk)}")
        return list(look(*args))

    monkeypatch.setattr(selectors, "untold", while_they_leave)
    assert (send_digests(DUE), Mail.objects.count(), Departure.objects.count()) == (0, 0, 1)


def test_an_advertisement_says_so_in_the_subject_and_above_its_words(cast: Cast) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom, "Moins 20 %", content_type="promotion")
    send_digests(DUE)
    mail = Mail.objects.get()
    with translation.override("fr"):
        word = mark("promotion")
    assert mail.subject.endswith(f"[{word}] Moins 20 %")
    assert mail.text.index(word) < mail.text.index("Moins 20 %")
    assert f"<strong>{word}</strong>" in mail.html


def test_many_posts_are_counted_and_the_rest_is_on_the_page(cast: Cast) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    for n in range(POSTS_A_DIGEST + 2):
        make_post(cast.newsroom, f"numéro{n}.", NOON + timedelta(minutes=n))
    send_digests(DUE)
    mail = Mail.objects.get()
    assert str(POSTS_A_DIGEST + 2) in mail.subject
    shown = [n for n in range(POSTS_A_DIGEST + 2) if f"numéro{n}." in mail.text]
    assert shown == list(range(2, POSTS_A_DIGEST + 2))


def test_the_mail_speaks_the_readers_language(cast: Cast) -> None:
    reader = make_subscriber(cast.newsroom, at=BEFORE)
    Subscriber.objects.filter(pk=reader.pk).update(language="en")
    make_post(cast.newsroom)
    send_digests(DUE)
    mail = Mail.objects.get()
    assert (mail.language, "Leave with one click" in mail.text) == ("en", True)


def test_the_job_sends_what_is_due_now(cast: Cast) -> None:
    make_subscriber(cast.newsroom, at=BEFORE)
    make_post(cast.newsroom)
    assert jobs.send_digests() == 0
    with time_machine.travel(DUE, tick=False):
        assert jobs.send_digests() == 1
    assert jobs.forget_unconfirmed() == 0
