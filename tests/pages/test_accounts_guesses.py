"""Guessing at passwords is slowed down: one e-mail, one address, one e-mail from one address."""

from __future__ import annotations

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
from pages.services import accounts
from tests.people import PASSWORD, Cast

QUARTER = "Too many attempts. Try again in 15 minutes, or ask for a new password."
HOUR = "Too many attempts. Try again in 60 minutes, or ask for a new password."
BOB, ALICE = "bob@agence.example", "alice@agence.example"


def sign_in(email: str, password: str = PASSWORD, address: str = "203.0.113.1") -> Any:
    data = {"username": email, "password": password}
    return Client().post("/sign-in/", data, headers={"Accept-Language": "en"}, REMOTE_ADDR=address)


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
