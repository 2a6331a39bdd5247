"""Following by e-mail and leaving, as a visitor does it: forms, mails, links."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import Settings

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry
from pages.enums import DepartureCause, PageState
from pages.models import Departure
from pages.newsroom import tokens
from pages.newsroom.models import Subscriber, SubscriberState
from pages.newsroom.services import forget_unconfirmed
from pages.newsroom.views.follow import PER_VISITOR
from pages.notices.models import Mail
from tests.newsroom.helpers import NOON, make_subscriber
from tests.people import Cast

HOME = "/p/maison-lumen/"
SUBSCRIBE = f"{HOME}subscribe/"
ASKED = f"{HOME}subscribe/asked/"


@pytest.fixture(autouse=True)
def clock(settings: Settings) -> Iterator[time_machine.Traveller]:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def ask(client: Client, email: str = "Lea@Exemple.fr", **fields: str) -> Any:
    return client.post(SUBSCRIBE, {"email": email, **fields})


def path_of(link: str) -> str:
    """What the server is asked for when the link is opened."""
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == "https://pages.exemple.fr"
    return f"{parts.path}?{parts.query}"


def link_in(mail: Mail, page: str) -> str:
    """The link of a mail to one of our pages; the same in its text and its HTML."""
    [link] = set(re.findall(rf"https://\S+/{page}/\?t=[\w:-]+", mail.text))
    assert link in mail.html
    return path_of(link)


def heading(response: Any) -> str:
    [found] = BeautifulSoup(response.content, "html.parser").select("main h1")
    return found.get_text(strip=True)


def leave_link(subscriber: Subscriber) -> str:
    return f"{HOME}leave/?t={tokens.for_leaving(subscriber.pk)}"


class TestAsking:
    def test_the_form_alone_needs_a_cookie_and_is_kept_by_nobody(self, cast: Cast, client: Client) -> None:
        response = client.get(SUBSCRIBE)
        assert list(response.cookies) == ["csrftoken"]
        assert "no-store" in response.headers["Cache-Control"]

    def test_without_its_token_the_form_is_refused(self, cast: Cast) -> None:
        response = Client(enforce_csrf_checks=True).post(SUBSCRIBE, {"email": "lea@exemple.fr"})
        assert response.status_code == 403
        assert Subscriber.objects.count() == 0

    def test_with_its_token_the_form_asks_the_address(self, cast: Cast) -> None:
        client = Client(enforce_csrf_checks=True)
        page = BeautifulSoup(client.get(SUBSCRIBE).content, "html.parser")
        token = str(page.select("[name=csrfmiddlewaretoken]")[0]["value"])
        response = ask(client, csrfmiddlewaretoken=token)
        assert (response.status_code, response.headers["Location"]) == (302, ASKED)
        subscriber = Subscriber.objects.get()
        assert (subscriber.page, subscriber.email, subscriber.state, subscriber.language) == (
            cast.newsroom,
            "Lea@Exemple.fr",
            SubscriberState.PENDING,
            "fr",
        )
        mail = Mail.objects.get()
        assert (mail.kind, mail.to, mail.brand, mail.language) == (
            "confirm",
            "Lea@Exemple.fr",
            cast.brand,
            "fr",
        )
        assert (mail.unsubscribe_url, mail.text.count("confirm/?t=")) == ("", 1)

    @pytest.mark.parametrize("email", ["", "lea", "lea@", "a@b.fr\r\nBcc: c@d.fr", f"{'x' * 250}@b.fr"])
    def test_what_is_no_address_is_said_and_nothing_is_kept(
        self, cast: Cast, client: Client, email: str
    ) -> None:
        response = ask(client, email)
        assert response.status_code == 422
        assert len(BeautifulSoup(response.content, "html.parser").select("#id_email_error")) == 1
        assert (Subscriber.objects.count(), Mail.objects.count()) == (0, 0)

    def test_a_machine_that_fills_everything_in_gets_the_same_answer_and_no_mail(
        self, cast: Cast, client: Client
    ) -> None:
        response = ask(client, website="https://spam.example")
        assert (response.status_code, response.headers["Location"]) == (302, ASKED)
        assert (Subscriber.objects.count(), Mail.objects.count()) == (0, 0)

    def test_whoever_follows_already_gets_the_same_answer_and_one_mail_a_day(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        make_subscriber(cast.newsroom, "lea@exemple.fr")
        for _ in range(2):
            response = ask(client)
            assert (response.status_code, response.headers["Location"]) == (302, ASKED)
        mail = Mail.objects.get()
        assert "confirm/?t=" not in mail.text
        assert link_in(mail, "leave")
        clock.shift(timedelta(days=1))
        ask(client)
        assert Mail.objects.count() == 2
        assert Subscriber.objects.get().state == SubscriberState.ACTIVE

    def test_asking_again_at_once_writes_no_second_mail(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        ask(client)
        ask(client, "lea@exemple.fr")
        assert Mail.objects.count() == 1
        clock.shift(timedelta(minutes=10))
        ask(client)
        assert (Mail.objects.count(), Subscriber.objects.count()) == (2, 1)

    def test_an_address_follows_each_brand_apart(self, cast: Cast, client: Client) -> None:
        ask(client)
        client.post("/p/atelier-roche/subscribe/", {"email": "lea@exemple.fr"})
        assert set(Subscriber.objects.values_list("page__brand__slug", flat=True)) == {
            "maison-lumen",
            "atelier-roche",
        }

    def test_a_visitor_who_asks_without_end_is_slowed(
        self, cast: Cast, client: Client, redis_url: str
    ) -> None:
        answers = [ask(client, f"n{n}@exemple.fr").status_code for n in range(PER_VISITOR[0] + 1)]
        assert answers == [302] * PER_VISITOR[0] + [429]
        assert Subscriber.objects.count() == PER_VISITOR[0]

    def test_an_address_that_is_asked_without_end_gets_four_mails_a_day(
        self, cast: Cast, client: Client, clock: time_machine.Traveller, redis_url: str
    ) -> None:
        for _ in range(6):
            assert ask(client).headers["Location"] == ASKED
            clock.shift(timedelta(minutes=11))
        assert Mail.objects.count() == 4

    def test_behind_a_proxy_each_visitor_counts_alone(
        self, cast: Cast, client: Client, settings: Settings, redis_url: str
    ) -> None:
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        for n in range(PER_VISITOR[0] + 1):
            headers = {"X-Forwarded-For": f"6.6.6.6, 192.0.2.{n}"}
            response = client.post(SUBSCRIBE, {"email": f"n{n}@exemple.fr"}, headers=headers)
            assert response.status_code == 302

    def test_a_closed_newsroom_takes_nobody(self, cast: Cast, client: Client) -> None:
        cast.newsroom.state = PageState.DISCONNECTED
        cast.newsroom.save()
        assert ask(client).status_code == 404
        assert SUBSCRIBE not in client.get(HOME).content.decode()
        assert Subscriber.objects.count() == 0


class TestConfirming:
    def test_opening_the_link_changes_nothing_the_button_does(self, cast: Cast, client: Client) -> None:
        ask(client)
        link = link_in(Mail.objects.get(), "confirm")
        visitor = Client(enforce_csrf_checks=True)
        page = visitor.get(link)
        visitor.head(link)
        assert Subscriber.objects.get().state == SubscriberState.PENDING
        assert len(BeautifulSoup(page.content, "html.parser").select("main form[method=post]")) == 1
        response = visitor.post(link)
        assert (response.status_code, "Set-Cookie" in response.headers) == (200, False)
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, subscriber.confirmed_at, subscriber.told_until) == ("active", NOON, NOON)
        entry = LedgerEntry.objects.get()
        assert (entry.kind, entry.subject_id, entry.actor_id) == ("subscriber.confirmed", subscriber.pk, None)

    def test_confirming_twice_says_so_and_changes_nothing(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        ask(client)
        link = link_in(Mail.objects.get(), "confirm")
        done = heading(client.post(link))
        clock.shift(timedelta(hours=1))
        again = heading(client.post(link))
        assert again == heading(client.get(link)) != done
        assert Subscriber.objects.get().confirmed_at == NOON
        assert LedgerEntry.objects.count() == 1

    def test_a_link_works_for_three_days(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        ask(client)
        link = link_in(Mail.objects.get(), "confirm")
        clock.shift(timedelta(days=3, seconds=1))
        assert client.post(link).status_code == 200
        assert Subscriber.objects.get().state == SubscriberState.PENDING

    @pytest.mark.parametrize("token", ["", "x", "MQ:1abc:forged"])
    def test_a_forged_link_does_nothing(self, cast: Cast, client: Client, token: str) -> None:
        ask(client)
        response = client.post(f"{HOME}confirm/", query_params={"t": token})
        assert response.status_code == 200
        assert Subscriber.objects.get().state == SubscriberState.PENDING

    def test_a_leaving_token_confirms_nothing_and_one_of_another_brand_neither(
        self, cast: Cast, client: Client
    ) -> None:
        ask(client)
        subscriber = Subscriber.objects.get()
        client.post(f"{HOME}confirm/?t={tokens.for_leaving(subscriber.pk)}")
        client.post(f"/p/atelier-roche/confirm/?t={tokens.for_confirming(subscriber.pk)}")
        subscriber.refresh_from_db()
        assert subscriber.state == SubscriberState.PENDING

    def test_the_token_stays_out_of_logs_and_referrers(
        self, cast: Cast, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        ask(client)
        link = link_in(Mail.objects.get(), "confirm")
        assert client.get(link).headers["Referrer-Policy"] == "no-referrer"
        client.post(link)
        client.put(link)  # refused, and logged
        assert "Method Not Allowed" in caplog.text
        assert link.partition("?t=")[2] not in caplog.text
        assert "lea@exemple.fr" not in caplog.text.lower()

    def test_addresses_that_never_answered_are_forgotten(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        ask(client)
        make_subscriber(cast.newsroom, "zoe@exemple.fr")
        clock.shift(timedelta(days=3))
        assert forget_unconfirmed() == 0
        clock.shift(timedelta(seconds=1))
        assert forget_unconfirmed() == 1
        assert Subscriber.objects.get().email == "zoe@exemple.fr"


class TestLeaving:
    def test_of_a_departure_the_day_alone_is_kept(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        link = leave_link(make_subscriber(cast.newsroom))
        clock.move_to(datetime(2026, 8, 12, 22, 1, 2, 345678, tzinfo=UTC))  # the 13th begins in Paris
        client.post(link)
        assert Departure.objects.get().at == NOON + timedelta(days=1)

    def test_opening_the_link_asks_and_the_button_leaves_at_once(self, cast: Cast) -> None:
        link = leave_link(make_subscriber(cast.newsroom))
        visitor = Client(enforce_csrf_checks=True)
        page = visitor.get(link)
        assert len(BeautifulSoup(page.content, "html.parser").select("main form[method=post]")) == 1
        assert Subscriber.objects.get().state == SubscriberState.ACTIVE
        response = visitor.post(link)
        assert response.headers["Location"].startswith(f"{HOME}leave/why/?t=")
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, subscriber.email, subscriber.left_at) == ("left", "", NOON)
        departure = Departure.objects.get()
        assert (departure.page, departure.cause, departure.at) == (cast.newsroom, "", NOON)
        assert "Set-Cookie" not in response.headers

    @pytest.mark.parametrize("cause", DepartureCause.values)
    def test_the_page_after_asks_why_and_keeps_the_answer(self, cast: Cast, cause: str) -> None:
        visitor = Client(enforce_csrf_checks=True)
        why = visitor.post(leave_link(make_subscriber(cast.newsroom))).headers["Location"]
        form = BeautifulSoup(visitor.get(why).content, "html.parser")
        assert [str(choice["value"]) for choice in form.select("[name=cause]")] == DepartureCause.values
        assert Departure.objects.get().cause == ""
        assert visitor.post(why, {"cause": cause}).status_code == 200
        assert Departure.objects.get().cause == cause

    def test_no_reason_or_an_invented_one_is_not_kept(self, cast: Cast, client: Client) -> None:
        why = client.post(leave_link(make_subscriber(cast.newsroom))).headers["Location"]
        for answer in ({}, {"cause": "invented"}):
            page = BeautifulSoup(client.post(why, answer).content, "html.parser")
            assert len(page.select("#why_error")) == 1
        assert Departure.objects.get().cause == ""

    def test_a_reason_may_be_given_for_a_day(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        why = client.post(leave_link(make_subscriber(cast.newsroom))).headers["Location"]
        clock.shift(timedelta(days=1, seconds=1))
        client.post(why, {"cause": "other"})
        client.post(why.replace("maison-lumen", "atelier-roche"), {"cause": "other"})
        assert Departure.objects.get().cause == ""

    def test_the_mail_program_leaves_with_one_post_and_is_asked_nothing(self, cast: Cast) -> None:
        program = Client(enforce_csrf_checks=True)
        link = leave_link(make_subscriber(cast.newsroom))
        for _ in range(2):
            response = program.post(link, {"List-Unsubscribe": "One-Click"})
            assert (response.status_code, response.content) == (200, b"")
        assert Subscriber.objects.get().state == SubscriberState.LEFT
        assert [departure.cause for departure in Departure.objects.all()] == [""]

    def test_who_left_by_the_mail_program_is_asked_why_once_the_link_is_opened(self, cast: Cast) -> None:
        link = leave_link(make_subscriber(cast.newsroom))
        Client().post(link, {"List-Unsubscribe": "One-Click"})
        make_subscriber(cast.newsroom, "zoe@exemple.fr")
        visitor = Client(enforce_csrf_checks=True)
        for again in (visitor.get(link), visitor.post(link)):
            assert again.headers["Location"].startswith(f"{HOME}leave/why/?t=")
        assert (Departure.objects.count(), Departure.objects.get().cause) == (1, "")
        assert visitor.post(again.headers["Location"], {"cause": "too_often"}).status_code == 200
        assert Departure.objects.get().cause == "too_often"
        assert [row.unasked for row in Subscriber.objects.all()] == [None, None]
        assert visitor.get(link).status_code == 200

    def test_who_comes_back_is_not_asked_about_the_time_before(self, cast: Cast, client: Client) -> None:
        left = make_subscriber(cast.newsroom)
        client.post(leave_link(left), {"List-Unsubscribe": "One-Click"})
        ask(client)
        client.post(link_in(Mail.objects.get(), "confirm"))
        assert Subscriber.objects.get().unasked is None
        assert client.get(leave_link(left)).status_code == 200

    def test_who_left_by_the_button_was_asked(self, cast: Cast, client: Client) -> None:
        link = leave_link(make_subscriber(cast.newsroom))
        client.post(link)
        assert Subscriber.objects.get().unasked is None
        assert client.get(link).status_code == 200

    def test_leaving_again_says_that_one_has_left(self, cast: Cast, client: Client) -> None:
        link = leave_link(make_subscriber(cast.newsroom))
        asked = heading(client.get(link))
        client.post(link)
        assert heading(client.get(link)) == heading(client.post(link)) != asked
        assert Departure.objects.count() == 1

    def test_an_old_link_still_works_after_years(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        link = leave_link(make_subscriber(cast.newsroom))
        clock.shift(timedelta(days=2000))
        client.post(link)
        assert Subscriber.objects.get().state == SubscriberState.LEFT

    @pytest.mark.parametrize("page", ["leave/?t=forged", "leave/", "leave/why/?t=forged"])
    def test_a_forged_link_does_nothing(self, cast: Cast, client: Client, page: str) -> None:
        make_subscriber(cast.newsroom)
        assert client.post(HOME + page).status_code == 200
        assert Subscriber.objects.get().state == SubscriberState.ACTIVE
        assert Departure.objects.count() == 0

    def test_who_asked_but_never_confirmed_leaves_without_counting_as_lost(
        self, cast: Cast, client: Client
    ) -> None:
        ask(client)
        subscriber = Subscriber.objects.get()
        client.post(leave_link(subscriber))
        subscriber.refresh_from_db()
        assert (subscriber.state, subscriber.email, Departure.objects.count()) == ("left", "", 0)

    def test_one_may_come_back_and_keeps_the_same_row(
        self, cast: Cast, client: Client, clock: time_machine.Traveller
    ) -> None:
        left = make_subscriber(cast.newsroom)
        client.post(leave_link(left))
        clock.shift(timedelta(hours=1))
        ask(client)
        client.post(link_in(Mail.objects.get(), "confirm"))
        back = Subscriber.objects.get()
        assert (back.pk, back.state, back.email) == (left.pk, "active", "Lea@Exemple.fr")
        assert back.told_until == NOON + timedelta(hours=1)
        client.post(leave_link(back))
        assert Departure.objects.count() == 2

    def test_the_ledger_notes_it_and_holds(self, cast: Cast, client: Client) -> None:
        ask(client)
        client.post(link_in(Mail.objects.get(), "confirm"))
        client.post(leave_link(Subscriber.objects.get()))
        kinds = list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True))
        assert kinds == ["subscriber.confirmed", "subscriber.left"]
        assert ledger.verify(cast.brand.pk) is None
