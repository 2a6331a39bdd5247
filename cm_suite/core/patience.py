"""Waiting for what has no time-out of its own, such as the system's resolver. No Django here."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cm_suite.core.errors import OutcomeError


def within[T](seconds: float, act: Callable[[], T]) -> T:
    """What `act` returns or raises, in a thread of its own; TimeoutError when it takes longer.

    An act that takes longer is left alone to end when it will: it must hold nothing that others need.
    """
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(act())
        except (OSError, ValueError, OutcomeError) as error:  # what resolving may raise: the caller gets it
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.0, seconds))
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError
    return results[0]
