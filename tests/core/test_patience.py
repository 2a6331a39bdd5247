"""Waiting for what has no time-out of its own."""

from __future__ import annotations

import threading
import time

import pytest

from cm_suite.core.patience import within


def test_what_is_quick_gives_its_result() -> None:
    assert within(5, lambda: 7) == 7
    assert within(5, lambda: None) is None


def test_what_fails_raises_its_own_error() -> None:
    with pytest.raises(ValueError, match="seven"):
        within(5, lambda: int("seven"))


def test_what_is_slow_is_left_alone() -> None:
    go, ended = threading.Event(), threading.Event()

    def act() -> None:
        go.wait(5)
        ended.set()

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.05, act)
    assert time.monotonic() - began < 1
    go.set()
    assert ended.wait(5)


@pytest.mark.parametrize("seconds", [0, -1])
def test_no_time_at_all(seconds: float) -> None:
    with pytest.raises(TimeoutError):
        within(seconds, lambda: time.sleep(0.2))
