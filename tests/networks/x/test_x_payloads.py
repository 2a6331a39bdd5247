"""Payload files of X: file in, dataclass out. Each names the page it follows and what is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine

from cm_suite.core.errors import NextStep
from cm_suite.core.http import Refusal
from cm_suite.ops.bench.fake_network import Reply as Answer
from pages.networks.errors import Code
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentKind,
    Figure,
    Grant,
    IncomingComment,
    Metric,
    Outgoing,
    Profile,
    Published,
)
from pages.networks.x import mapping, people
from pages.networks.x.answers import Batch, batch
from pages.networks.x.door import granted
from pages.networks.x.errors import explained
from pages.networks.x.figures import counts
from pages.networks.x.mapping import Seen
from tests.networks.x import openapi
from tests.networks.x.fake import FakeX, answering
from tests.networks.x.openapi import needs_description

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
SITE: Final = "https://x.com"
NADIA: Final = Commenter("7000000007", "Nadia", "@nadia_r", f"{SITE}/nadia_r")


def file(name: str) -> dict[str, Any]:
    """A payload's file."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def payload(name: str) -> Any:
    """What X says."""
    return file(name)["payload"]


def posted(number: str) -> str:
    """Where a post is shown."""
    return f"{SITE}/i/web/status/{number}"


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_page_and_what_is_invented(name: str) -> None:
    found = file(name)
    assert set(found) == {"source", "invented", "payload"}
    assert found["source"].startswith("https://")
    assert all(isinstance(each, str) for each in found["invented"])
    assert found["invented"]


def heard(x: FakeX, name: str, kind: str) -> CommentBatch:
    """What the client makes of a list, nothing else being known to X."""
    x.fail_next(answering(Answer(200, payload(name))), "read")
    found: CommentBatch = getattr(x.client(), kind)("")
    return found


def test_a_mention(x: FakeX) -> None:
    expected = IncomingComment(
        "1990000000000000105",
        "Bonjour @maison_lumen, votre vitrine & vos lampes <3",
        Commenter("7000000007", "Nadia 🌿", "@nadia_r", f"{SITE}/nadia_r"),
        url=posted("1990000000000000105"),
        language="fr",
        at=TEN.replace(hour=11, minute=30),
        kind=CommentKind.MENTION,
    )
    with time_machine.travel(TEN + timedelta(days=1)):
        assert heard(x, "mention", "comments") == CommentBatch((expected,), "1990000000000000105")


def test_a_reply_to_us_without_its_names_and_its_image(x: FakeX) -> None:
    expected = IncomingComment(
        "1990000000000000107",
        "89 € & deux mois ? https://avis.example/lampes?a=1&b=2",
        NADIA,
        parent_id="1990000000000000106",
        url=posted("1990000000000000107"),
        at=TEN.replace(hour=11, minute=40),
    )
    with time_machine.travel(TEN + timedelta(days=1)):
        assert heard(x, "reply", "comments") == CommentBatch((expected,), "1990000000000000107")


def test_an_edited_mention(x: FakeX) -> None:
    first = mapping.made_at("1990000000000000000")
    expected = IncomingComment(
        "1990000000000000000",
        "Vu chez @maison_lumen",
        Commenter("7000000008"),
        url=posted("1990000004194304000"),
        at=first,
        edited_at=mapping.made_at("1990000004194304000"),
        kind=CommentKind.MENTION,
    )
    assert expected.edited_at is not None
    assert first is not None
    assert expected.edited_at - first == timedelta(seconds=1)
    assert heard(x, "edited", "comments") == CommentBatch((expected,), "1990000004194304000")


def test_a_private_message(x: FakeX) -> None:
    expected = IncomingComment(
        "1582838499983564806",
        "Ma commande & ma lampe ?",
        NADIA,
        at=datetime(2022, 10, 19, 20, 58, tzinfo=UTC),
        kind=CommentKind.MESSAGE,
        conversation="2244994945-7000000007",
    )
    assert heard(x, "dm_event", "messages") == CommentBatch((expected,), "1582838499983564806")


def test_an_instant_yet_to_come_is_not_believed(x: FakeX) -> None:
    with time_machine.travel(TEN - timedelta(days=1)):
        (mention,) = heard(x, "mention", "comments").comments
    assert mention.at is None


def test_a_longer_post_is_read_whole() -> None:
    number = "1990000000000000003"
    text = "Une lampe dorée, et tout ce que l’on peut en dire > 280 signes https://lumen.example/lampe"
    assert mapping.seen(payload("long_post")) == Seen(Published(number, posted(number), TEN), TEN, text)


def test_the_account() -> None:
    assert people.profile(payload("me")["data"]) == Profile(
        "2244994945", "@maison_lumen", "Maison Lumen", f"{SITE}/maison_lumen", 583423
    )


def test_the_counts_of_a_post() -> None:
    assert counts(payload("metrics")) == (
        Figure(Metric.REACTIONS, 234, "public_metrics.like_count", "2"),
        Figure(Metric.COMMENTS, 12, "public_metrics.reply_count", "2"),
        Figure(Metric.RESHARES, 50, "public_metrics.retweet_count", "2"),
        Figure(Metric.QUOTES, 5, "public_metrics.quote_count", "2"),
        Figure(Metric.SAVES, 8, "public_metrics.bookmark_count", "2"),
        Figure(Metric.VIEWS, 5432, "public_metrics.impression_count", "2"),
        Figure(Metric.CLICKS, 89, "non_public_metrics.url_link_clicks", "2"),
    )


def test_an_answer_that_brings_a_part() -> None:
    found = payload("partial")
    assert batch(found) == Batch((found["data"][0],), excused=True, gone=frozenset({"456"}))


def test_a_created_post(x: FakeX) -> None:
    x.fail_next(answering(Answer(201, payload("created"))))
    made = x.client().publish(Outgoing("k", "Une lampe"), lambda: None)
    assert made == Published("1990000000000000001", posted("1990000000000000001"))


def test_a_token() -> None:
    with time_machine.travel(TEN, tick=False):
        assert granted(payload("token")) == Grant(
            "at-invented",
            "rt-invented",
            TEN + timedelta(hours=2),
            scopes=("tweet.read", "tweet.write", "users.read", "offline.access"),
        )


@pytest.mark.parametrize(
    ("name", "status", "code", "step"),
    [
        ("error_duplicate", 403, Code.DUPLICATE, NextStep.EDIT),
        ("error_request", 400, Code.CONTENT_REFUSED, NextStep.EDIT),
    ],
)
def test_a_refusal(name: str, status: int, code: Code, step: NextStep) -> None:
    body = json.dumps(payload(name)).encode()
    never = explained(Refusal(status=status, headers={}, body=body))
    assert (never.code, never.step) == (code, step)


@needs_description
@pytest.mark.parametrize(
    ("name", "method", "path", "status"),
    [
        ("mention", "GET", "/2/users/7/mentions", 200),
        ("reply", "GET", "/2/users/7/mentions", 200),
        ("edited", "GET", "/2/tweets", 200),
        ("partial", "GET", "/2/tweets", 200),
        ("dm_event", "GET", "/2/dm_events", 200),
        ("me", "GET", "/2/users/me", 200),
        ("created", "POST", "/2/tweets", 201),
        ("media_pending", "POST", "/2/media/upload", 200),
    ],
)
def test_each_payload_is_an_answer_that_x_describes(name: str, method: str, path: str, status: int) -> None:
    wrong = openapi.answer_faults(method, path, status, payload(name))
    assert [each for each in wrong if not each.endswith("_count is missing")] == []
