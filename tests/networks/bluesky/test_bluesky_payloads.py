"""Payload files of Bluesky: file in, dataclass out. Each names its source and what is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import time_machine

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import Refusal
from pages.networks.bluesky.errors import explained
from pages.networks.errors import Code
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    Figure,
    Grant,
    IncomingComment,
    Metric,
    Outgoing,
    Profile,
    Published,
    ThreadPost,
)
from tests.networks.bluesky.fake import Bluesky, before
from tests.networks.bluesky.people import NADIA, OURS

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
PAUL: Final = "did:plc:pau15uhspzi7wuiq3xhtrhv2"
POST: Final = f"at://{OURS}/app.bsky.feed.post/3kaaaaaaaaaa2"
HEARD: Final = f"at://{NADIA}/app.bsky.feed.post/3lbbbbbbbbbb2"
DEEPER: Final = f"at://{PAUL}/app.bsky.feed.post/3lcccccccccc2"


def web(uri: str) -> str:
    return uri.replace("at://", "https://bsky.app/profile/").replace("app.bsky.feed.post", "post")


def who(did: str) -> str:
    return f"https://bsky.app/profile/{did}"


THREAD: Final = ThreadPost(
    POST, web(POST), "Nouvelle vitrine ✨\n\nhttps://www.lumen.example/boutique/nouvelle-vitrine", TEN
)
FIRST: Final = IncomingComment(
    remote_id=HEARD,
    text=("89 € & deux mois d’attente ? https://avis.example/lampes-livrees-avec-deux-mois-de-retard"),
    author=Commenter(NADIA, "Nadia 🌿", "@nadia.example", who(NADIA)),
    post=THREAD,
    url=web(HEARD),
    language="fr",
    at=TEN + timedelta(hours=1, minutes=30),
)
SECOND: Final = IncomingComment(
    remote_id=DEEPER,
    text="indeed",
    author=Commenter(PAUL, "paul.example", "@paul.example", who(PAUL)),
    post=THREAD,
    parent_id=HEARD,
    url=web(DEEPER),
    at=TEN + timedelta(hours=1, minutes=35),
    presence=CommentPresence.HIDDEN,
)
MESSAGE: Final = IncomingComment(
    remote_id="3lconvo/3lmsg0001",
    text="Ma commande ?",
    author=Commenter(NADIA, "Nadia 🌿", "@nadia.example", who(NADIA)),
    at=TEN + timedelta(hours=1, minutes=40),
    kind=CommentKind.MESSAGE,
    conversation="3lconvo",
)
PAGE: Final = Profile(OURS, "@maison-lumen.example", "Maison Lumen ✨", who(OURS), 214, 300)

# error · status it comes with · what it means · what to do
ERRORS: Final[list[tuple[str, int, Code, NextStep]]] = [
    ("error_expired", 400, Code.EXPIRED, NextStep.RECONNECT),
    ("error_token", 400, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_missing", 401, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_password", 401, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_taken_down", 401, Code.ACCOUNT_CLOSED, NextStep.RECONNECT),
    ("error_scope", 400, Code.SCOPE_MISSING, NextStep.RECONNECT),
    ("error_record", 400, Code.NOT_FOUND, NextStep.CONTACT),
    ("error_author", 400, Code.NOT_FOUND, NextStep.CONTACT),
    ("error_reach", 400, Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
    ("error_network", 400, Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
    ("error_text", 400, Code.CONTENT_REFUSED, NextStep.EDIT),
    ("error_blob", 400, Code.MEDIA_REFUSED, NextStep.EDIT),
    ("error_large", 413, Code.MEDIA_REFUSED, NextStep.EDIT),
]
ANSWERS: Final = {"notifications", "posts", "record_post", "profile", "profile_bare", "session"}
CHATS: Final = {"chat_log", "chat_convos"}


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def answering(server: Bluesky, *names: str) -> None:
    """Let the next reads meet these files."""
    for name in names:
        server.fail_next(before(200, file(name)["payload"]), "read")


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_source_and_what_was_invented(name: str) -> None:
    assert set(file(name)) == {"source", "invented", "payload"}
    source = urlsplit(file(name)["source"])
    assert (source.scheme, source.hostname) == ("https", "github.com")
    assert source.path.startswith("/bluesky-social/atproto/")
    assert all(isinstance(each, str) and each for each in file(name)["invented"])


def test_no_file_is_forgotten() -> None:
    assert {name for name, *_rest in ERRORS} | ANSWERS | CHATS == set(FILES)


@time_machine.travel(TEN + timedelta(days=1), tick=True)
def test_notifications_and_their_post_become_comments(server: Bluesky) -> None:
    answering(server, "notifications", "posts")
    batch = server.client().comments("")
    assert batch.comments == (FIRST, SECOND)
    assert (batch.mark[:24], batch.more) == ("2026-08-12T11:35:01.000Z", False)


@time_machine.travel(TEN + timedelta(days=1), tick=True)
def test_counts_of_a_post(server: Bluesky) -> None:
    answering(server, "posts")
    assert server.client().figures([POST]) == {
        POST: (
            Figure(Metric.REACTIONS, 12, "likeCount", "app.bsky"),
            Figure(Metric.COMMENTS, 2, "replyCount", "app.bsky"),
            Figure(Metric.RESHARES, 3, "repostCount", "app.bsky"),
            Figure(Metric.QUOTES, 0, "quoteCount", "app.bsky"),
            Figure(Metric.SAVES, 2, "bookmarkCount", "app.bsky"),
        )
    }


def test_a_record_becomes_what_was_published(server: Bluesky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.networks.bluesky.client.record_key", lambda _what, _key: "3kaaaaaaaaaa2")
    answering(server, "record_post")
    with time_machine.travel(TEN + timedelta(days=1), tick=True):
        found = server.client().find(Outgoing("k", "x"), TEN, TEN)
    assert found.published == Published(POST, web(POST), TEN)


def test_a_profile(server: Bluesky) -> None:
    answering(server, "profile", "profile_bare")
    assert server.client().profile() == PAGE
    assert server.client().profile() == Profile(OURS, "", OURS, who(OURS), None, 300)


def test_a_session(server: Bluesky) -> None:
    said = file("session")["payload"]
    server.fail_next(before(200, said), "session")
    assert server.client(token="").log_in("maison-lumen.example", "x") == Grant(
        said["accessJwt"],
        said["refreshJwt"],
        TEN + timedelta(hours=2),
        TEN + timedelta(days=90),
        "maison-lumen.example",
        ("com.atproto.appPass",),
    )


@time_machine.travel(TEN + timedelta(days=1), tick=True)
def test_the_log_of_conversations_becomes_messages(server: Bluesky) -> None:
    answering(server, "chat_convos")
    assert server.client().messages("") == CommentBatch((MESSAGE,), "3n2x7jfaaaaab")
    answering(server, "chat_log")
    assert server.client().messages("3n2x7jfaaaaaa") == CommentBatch((MESSAGE,), "3n2x7jfaaaaad")


@pytest.mark.parametrize(("name", "status", "code", "step"), ERRORS)
def test_an_error_becomes_what_to_do(name: str, status: int, code: Code, step: NextStep) -> None:
    body = json.dumps(file(name)["payload"]).encode()
    never = explained(Refusal(status=status, headers={}, body=body, answer="kept"))
    assert (type(never), never.code, never.step, never.answer) == (Never, code, step, "kept")


@pytest.mark.parametrize(("name", "status", "code", "step"), ERRORS)
def test_an_error_of_a_publication_leaves_nothing_there(
    server: Bluesky, name: str, status: int, code: Code, step: NextStep
) -> None:
    server.fail_next(before(status, file(name)["payload"]))
    with pytest.raises(Never) as refused:
        server.client().publish(Outgoing("k", "Une lampe"), lambda: None)
    assert (refused.value.code, refused.value.step, server.posts()) == (code, step, {})
