"""A Redis that hangs: people wait for it once, and half a second."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
import redis
from django.db import transaction
from django.test import Client
from pytest_django import Settings
from redis.exceptions import ConnectionError as Unreachable

from cm_suite.core import pace, store
from cm_suite.core.queue import enqueue
from pages.selectors.queues import queue_figures
from pages.services import accounts


@pytest.fixture
def hanging(settings: Settings) -> Iterator[None]:
    """A server that accepts and never answers, in Redis' place."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.RQ_QUEUES = {name: {**queue, "URL": url} for name, queue in settings.RQ_QUEUES.items()}
        yield


def seconds(began: float) -> float:
    return time.monotonic() - began


@pytest.mark.usefixtures("hanging")
def test_the_second_use_does_not_wait() -> None:
    began = time.monotonic()
    assert pace.hit("k", 1, 60) is True
    assert 0.4 < seconds(began) < 1.4
    again = time.monotonic()
    assert [pace.hit("k", 1, 60), pace.hit("k", 1, 60)] == [True, True]
    assert pace.pace().blocked_until("a") is None
    assert seconds(again) < 0.05
    assert seconds(began) < 1.5


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("hanging")
def test_what_failed_for_one_use_is_known_to_all(caplog: pytest.LogCaptureFixture) -> None:
    pace.hit("k", 1, 60)
    caplog.clear()
    began = time.monotonic()
    with transaction.atomic():
        enqueue("publishing.jobs.send_delivery", 12)
        enqueue("pages.notices.jobs.send_mail", 3)
    assert seconds(began) < 0.1
    assert [record.getMessage() for record in caplog.records] == [
        "publishing.jobs.send_delivery waits for its sweeper: ConnectionError",
        "pages.notices.jobs.send_mail waits for its sweeper: ConnectionError",
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("hanging")
def test_a_person_who_signs_in_waits_once() -> None:
    began = time.monotonic()
    for _each in range(2):
        Client().post("/sign-in/", {"username": "x@agence.example", "password": "wrong"})
        accounts.send_password_reset("x@agence.example", "127.0.0.1")
    assert seconds(began) < 1.5


@pytest.mark.usefixtures("hanging")
def test_the_back_office_s_figures_wait_half_a_second() -> None:
    began = time.monotonic()
    assert queue_figures() is None
    assert seconds(began) < 1.4


@pytest.mark.usefixtures("hanging")
def test_after_the_pause_one_use_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PAUSE_SECONDS", 0.2)
    pace.hit("k", 1, 60)
    time.sleep(0.25)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="a moment ago"), store.answering(store.connection()):  # noqa: SIM117
        with store.answering(store.connection()):
            pytest.fail("the others do not try meanwhile")
    assert seconds(began) < 0.05


def test_a_redis_that_comes_back_is_used_at_once_after_the_pause(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(redis.TimeoutError), store.answering(store.connection()):
        raise redis.TimeoutError("no answer")
    assert pace.count("k", 60) is None
    monkeypatch.setattr(store, "PAUSE_SECONDS", 0.0)
    assert [pace.count("k", 60), pace.count("k", 60)] == [1, 2]
    monkeypatch.undo()
    assert pace.count("k", 60) == 3


def test_an_answer_that_refuses_is_an_answer(redis_url: str) -> None:
    with pytest.raises(redis.ResponseError), store.answering(store.connection()):
        store.connection().eval("return redis.error_reply('no')", 0)
    assert pace.count("k", 60) == 1
