"""Lets a test empty the database although the ledger refuses it: the triggers go, and come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from cm_suite.core import triggers


@contextmanager
def ledger_can_be_flushed() -> Iterator[None]:
    """Without the ledger's triggers inside the block; with them again after it."""
    triggers.remove(connection)
    try:
        yield
    finally:
        triggers.install(connection)


@contextmanager
def every_flush_allowed() -> Iterator[None]:
    """Inside the block, the flush that ends each transactional test passes the ledger.

    For a session-wide autouse fixture: pytest-django's `transactional_db` and `live_server` flush
    through `TransactionTestCase._fixture_teardown`.
    """
    cases: Any = TransactionTestCase
    original = cases._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        with ledger_can_be_flushed():
            original(case)

    cases._fixture_teardown = teardown
    try:
        yield
    finally:
        cases._fixture_teardown = original
