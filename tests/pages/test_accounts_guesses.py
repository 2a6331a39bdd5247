"""Guessing at passwords is slowed down: one e-mail, one address, one e-mail from one address."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.test import Client

from cm_suite.core import clock
from cm_suite.core.pace import Spare
from pages.models import Person
from pages.notices.models import Mail
from pages.services import accounts
from tests.people import PASSWORD, Cast

WRONG = "This e-mail and this password do not go together. Check both, or ask for a new password."
QUARTER = "Too many attempts. Try again in 15 minutes, or ask for a new password."
HOUR = "Too many attempts. Try again in 60 minutes, or ask for a new password."
BOB, ALICE = "bob@agence.example", "alice@agence.example"
NEW = "velours-et-sapin"


def sign_in(
    email: str, password: str = PASSWORD, address: str = "203.0.113.1", browser: Client | None = None
) -> Any:
    data = {"username": email, "password": password}
    client = browser or Client()
    client.cookies["cm_language"] = "en"
    return client.post("/sign-in/", data, headers={"Accept-Language": "en"}, REMOTE_ADDR=address)


def strangers(email: str) -> None:
    """Wrong passwords from as many places as it takes to shut the door of this e-mail."""
    for number in range(accounts.FAILURES_OF_EMAIL):
        accounts.note_failure(email, f"198.51.100.{number}")


def choose_new(email: str, browser: Client | None = None) -> None:
    """Take the way of a lost password, to its end."""
    client = browser or Client()
    client.post("/password/", {"email": email})
    [link] = re.findall(r"http://localhost:8000(/password/\S+/)", Mail.objects.latest("pk").text)
    page = client.get(link, follow=True)
    saved = client.post(page.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    assert saved.headers["Location"] == "/sign-in/"


def problems(response: Any) -> list[str]:
    return [str(error) for error in response.context["form"].non_field_errors()]


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.mark.usefixtures("redis_url", "frozen")
def test_many_e_mails_from_one_address(cast: Cast) -> None:
    for number in range(accounts.FAILURES_OF_ADDRESS - 1):
        accounts.note_failure(f"p{number}@agence.example", "203.0.113.1")
    assert accounts.locked_until(BOB, "203.0.113.1") is None
    assert problems(sign_in(ALICE, "wrong")) != [QUARTER]
    assert problems(sign_in(BOB)) == [QUARTER]
    assert sign_in(BOB, address="203.0.113.2").status_code == 302


@pytest.mark.usefixtures("redis_url")
def test_one_e_mail_from_many_addresses(cast: Cast, frozen: time_machine.Traveller) -> None:
    for number in range(accounts.FAILURES_OF_EMAIL - 1):
        accounts.note_failure(BOB.upper(), f"198.51.100.{number}")
    assert problems(sign_in(BOB, "wrong")) != [HOUR]
    for address in ("203.0.113.1", "203.0.113.2"):
        assert problems(sign_in(BOB, address=address)) == [HOUR]
    assert sign_in(ALICE).status_code == 302
    frozen.shift(timedelta(minutes=60, seconds=1))
    assert accounts.locked_until(BOB, "203.0.113.1") is None


@pytest.mark.usefixtures("redis_url", "frozen")
def test_a_peer_without_an_address_shuts_nobody_else_out(cast: Cast) -> None:
    for number in range(accounts.FAILURES_OF_ADDRESS + 1):
        accounts.note_failure(f"p{number}@agence.example", "")
    assert accounts.locked_until(BOB, "") is None


@pytest.mark.usefixtures("redis_url")
def test_with_redis_nothing_is_counted_here(cast: Cast, redis_url: str) -> None:
    for _each in range(accounts.FAILURES):
        sign_in(BOB, "wrong")
    assert problems(sign_in(BOB)) == [QUARTER]
    redis.Redis.from_url(redis_url).flushall()
    assert sign_in(BOB).status_code == 302


def test_without_redis_this_process_counts(cast: Cast, frozen: time_machine.Traveller) -> None:
    for _each in range(accounts.FAILURES):
        assert problems(sign_in(BOB, "wrong")) != [QUARTER]
    assert problems(sign_in(BOB)) == [QUARTER]
    assert sign_in(BOB, address="203.0.113.2").status_code == 302
    assert sign_in(ALICE).status_code == 302
    frozen.shift(timedelta(minutes=14, seconds=59))
    assert accounts.locked_until(BOB, "203.0.113.1") is not None
    frozen.shift(timedelta(seconds=1))
    assert sign_in(BOB).status_code == 302
    assert Person.objects.filter(last_login=clock.now()).count() == 1


@pytest.mark.usefixtures("redis_url", "frozen")
def test_a_new_password_opens_what_strangers_shut(cast: Cast) -> None:
    strangers(BOB)
    strangers(ALICE)
    choose_new(BOB)
    assert problems(sign_in(BOB)) == [WRONG]
    assert sign_in(BOB, NEW).status_code == 302
    assert problems(sign_in(ALICE)) == [HOUR]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.usefixtures("frozen")
def test_a_new_password_opens_what_oneself_shut(
    cast: Cast, request: pytest.FixtureRequest, shared: bool
) -> None:
    if shared:
        request.getfixturevalue("redis_url")
    for _each in range(accounts.FAILURES):
        sign_in(BOB, "wrong")
    assert problems(sign_in(BOB)) == [QUARTER]
    choose_new(BOB)
    assert sign_in(BOB, NEW).status_code == 302


@pytest.mark.usefixtures("redis_url", "frozen")
def test_strangers_who_go_on_do_not_shut_out_where_the_password_was_chosen(cast: Cast) -> None:
    hers = Client()
    choose_new(BOB, hers)
    strangers(BOB)
    assert problems(sign_in(BOB, NEW)) == [HOUR]
    assert sign_in(BOB, NEW, browser=hers).status_code == 302


@pytest.mark.usefixtures("redis_url", "frozen")
def test_strangers_do_not_shut_out_a_device_one_signed_in_on(cast: Cast) -> None:
    hers = Client()
    sign_in(BOB, browser=hers)
    hers.post("/sign-out/")
    strangers(BOB)
    for number in range(accounts.FAILURES_OF_ADDRESS):
        accounts.note_failure(f"p{number}@agence.example", "203.0.113.1")
    assert problems(sign_in(BOB, address="203.0.113.2")) == [HOUR]
    assert sign_in(BOB, browser=hers).status_code == 302


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.usefixtures("frozen")
def test_a_device_that_guesses_shuts_its_own_door_and_no_other(
    cast: Cast, request: pytest.FixtureRequest, shared: bool
) -> None:
    if shared:
        request.getfixturevalue("redis_url")
    browser = Client()
    sign_in(BOB, browser=browser)
    browser.post("/sign-out/")
    for _each in range(accounts.FAILURES):
        assert problems(sign_in(BOB, "wrong", browser=browser)) == [WRONG]
    assert problems(sign_in(BOB, browser=browser)) == [QUARTER]
    assert sign_in(BOB).status_code == 302
    choose_new(BOB, browser)
    assert sign_in(BOB, NEW, browser=browser).status_code == 302


@pytest.mark.usefixtures("redis_url", "frozen")
def test_a_device_is_known_for_one_person_and_one_password(cast: Cast) -> None:
    browser = Client()
    sign_in(BOB, browser=browser)
    browser.post("/sign-out/")
    strangers(ALICE)
    assert problems(sign_in(ALICE, browser=browser)) == [HOUR]
    cast.bob.set_password(NEW)
    cast.bob.save()
    strangers(BOB)
    assert problems(sign_in(BOB, NEW, browser=browser)) == [HOUR]


@pytest.mark.parametrize("value", ["", "x", "MQ:1abc:forged"])
@pytest.mark.usefixtures("redis_url", "frozen")
def test_a_forged_device_is_a_stranger_s(cast: Cast, value: str) -> None:
    strangers(BOB)
    browser = Client()
    browser.cookies[accounts.DEVICE_COOKIE] = value
    assert problems(sign_in(BOB, browser=browser)) == [HOUR]


def test_a_device_is_known_by_a_cookie_that_no_script_reads(
    cast: Cast, frozen: time_machine.Traveller
) -> None:
    browser = Client()
    cookie = sign_in(BOB, browser=browser).cookies[accounts.DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/sign-in/")
    assert cookie["max-age"] == accounts.DEVICE_DAYS * 86_400
    assert BOB not in cookie.value
    assert accounts.device(BOB, cookie.value) != ""
    frozen.shift(timedelta(days=accounts.DEVICE_DAYS, seconds=1))
    assert accounts.device(BOB, cookie.value) == ""


def test_who_was_refused_is_no_known_device(cast: Cast) -> None:
    assert list(sign_in(BOB, "wrong").cookies) == ["csrftoken"]


@pytest.mark.usefixtures("redis_url", "frozen")
def test_changing_one_s_password_keeps_the_device_known(cast: Cast) -> None:
    browser = Client()
    sign_in(BOB, browser=browser)
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert browser.post("/me/password/", data).status_code == 302
    browser.post("/sign-out/")
    strangers(BOB)
    assert sign_in(BOB, NEW, browser=browser).status_code == 302


class TestSpare:
    """The counter of one process."""

    WAIT = timedelta(minutes=15)

    def test_failures_far_apart_do_not_add_up(self, frozen: time_machine.Traveller) -> None:
        spare = Spare()
        for _each in range(3):
            spare.fail("k", 2, self.WAIT)
            frozen.shift(self.WAIT)
        assert spare.blocked_until("k") is None

    def test_the_oldest_is_forgotten_first(self, frozen: time_machine.Traveller) -> None:
        spare = Spare(room=2)
        for key in ("a", "b", "c"):
            spare.fail(key, 1, self.WAIT)
        until = clock.now() + self.WAIT
        assert [spare.blocked_until(key) for key in ("a", "b", "c")] == [None, until, until]

    def test_threads_lose_no_failure(self) -> None:
        spare = Spare()
        threads = [threading.Thread(target=spare.fail, args=("k", 20, self.WAIT)) for _each in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert spare.blocked_until("k") is not None
