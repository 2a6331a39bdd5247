"""Fixtures of notices and mail."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from pages.models import Brand
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.notices.services import queue_mail
from tests.people import Cast

type Queue = Callable[..., Mail]


@pytest.fixture(autouse=True)
def _quiet_server() -> None:
    """The server's own log is not ours."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@pytest.fixture
def queued(cast: Cast) -> Queue:
    """Write a plain mail into the outbox; anything can be said otherwise."""

    def queue(key: str = "one", brand: Brand | None = cast.brand, **changes: Any) -> Mail:
        said: dict[str, Any] = {
            "kind": MailKind.NOTICE,
            "key": key,
            "to": "lea@public.example",
            "template": "notice",
            "context": {"brand": "Maison Lumen", "subject": "Un été", "words": None, "link": "http://x/"},
            "language": "fr",
            "brand": brand,
        }
        return queue_mail(**said | changes)

    return queue
