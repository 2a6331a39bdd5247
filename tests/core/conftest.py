"""Fixtures of the ground floor's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.models import Model
from pytest_django import DjangoDbBlocker

from cm_suite.core import triggers
from cm_suite.core.models import LedgerEntry, LedgerHead
from tests.core.faults import Server, answer
from tests.core.parcels import Parcel, Vault

OURS: list[type[Model]] = [Parcel, Vault]


@pytest.fixture
def server() -> Iterator[Server]:
    """A loopback server that answers 200 until told otherwise."""
    with Server([]) as running:
        yield running.answering(answer("200 OK", b"{}"))


@pytest.fixture(scope="session")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test models' tables in the test database, for the session."""
    with django_db_blocker.unblock():
        create(OURS)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in OURS:
            editor.delete_model(model)


@pytest.fixture
def tables(made: None, db: None) -> None:
    """The test models' tables, empty, in a transaction that is undone."""


@pytest.fixture
def racing(made: None, transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several threads can really share, with our tables and the ledger's.

    SQLite's in-memory test database has no locks to wait for: a file takes its place meanwhile.
    """
    if connection.vendor != "sqlite":
        yield
        for model in OURS:
            model._base_manager.all().delete()
        return
    kept = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**kept[1], "NAME": str(tmp_path / "racing.sqlite3")}
    connections["default"] = connections.create_connection("default")
    create([*OURS, LedgerEntry, LedgerHead])
    triggers.install(connection)
    yield
    connection.close()
    connections["default"], connections.settings["default"] = kept


def create(models: list[type[Model]]) -> None:
    """Make the tables of these models."""
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
