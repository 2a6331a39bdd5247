"""Where Meta rings: only its own calls are heard, each once, and they ring a bell, no more."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never
from moderation import jobs
from moderation.models import Comment, HookReceipt, Watch
from moderation.services import hooks, watching
from moderation.views import hooks as view
from pages.enums import PageState
from pages.models import Page, ThreadSnapshot
from pages.networks import meta_hooks
from pages.networks.registry import NETWORKS
from pages.networks.types import CommentKind, IncomingComment
from pages.services import connect
from tests.moderation.conftest import NOON
from tests.moderation.network import FakeNetwork
from tests.people import Cast

WHERE = "/hooks/meta/"
SECRET = "secret-of-the-application"
TOKEN = "token-that-we-chose"
WORDS = "Vous êtes nuls, dit Paul"


@pytest.fixture(autouse=True)
def _keys(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CM_META_APP_SECRET = SECRET
    settings.CM_META_VERIFY_TOKEN = TOKEN
    monkeypatch.setattr("cm_suite.core.pace.hit", lambda key, limit, seconds: True)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    """What was rung for."""
    rung: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr("cm_suite.core.queue._ring", lambda job, ids: rung.append((job, ids)))
    return rung


@pytest.fixture
def fan_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page that the agency's application at Meta opens, read by kinds."""
    network = next(
        code for code, spec in NETWORKS.items() if spec.app and spec.app.client_id == hooks.META_KEYS
    )
    page = Page.objects.create(brand=cast.brand, network=network, remote_id="1789", name="Lumen")
    Watch.objects.create(page=page, next_at=clock.now() + timedelta(hours=1))
    return page


def body(account: str = "1789", *, at: float | None = None, **more: Any) -> bytes:
    entry = {"id": account, "time": int(at if at is not None else clock.now().timestamp())}
    change = {"field": "feed", "value": {"message": WORDS, "item": "comment"}}
    return json.dumps({"object": "page", "entry": [entry | {"changes": [change]}], **more}).encode()


def signature(content: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def rings(client: Client, content: bytes, header: str | None = None) -> int:
    signed = signature(content) if header is None else header
    answer = client.post(
        WHERE, content, content_type="application/json", headers={"X-Hub-Signature-256": signed}
    )
    assert answer.content == b""
    return answer.status_code


# --- the question


def test_meta_asks_and_is_answered(client: Client) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    answer = client.get(WHERE, asked)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "more",
    [
        {"hub.verify_token": "another"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>alert(1)</script>"},
    ],
)
def test_anybody_else_is_not(client: Client, more: dict[str, str]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"} | more
    answer = client.get(WHERE, asked)
    assert (answer.status_code, answer.content) == (403, b"")


def test_without_keys_nothing_is_heard(client: Client, db: None, settings: Settings) -> None:
    settings.CM_META_APP_SECRET = settings.CM_META_VERIFY_TOKEN = ""
    assert (
        client.get(WHERE, {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}).status_code
        == 403
    )
    assert rings(client, body(), signature(body(), "")) == 403
    assert HookReceipt.objects.count() == 0


# --- what stirs


def test_a_call_rings_for_its_page_and_believes_nothing(
    client: Client,
    fan_page: Page,
    rung: list[Any],
    noon: time_machine.Traveller,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    Watch.objects.update(next_at=NOON + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert rings(client, body()) == 200
    assert rung == [("moderation.jobs.poll_page", (fan_page.pk,))]
    assert Watch.objects.values_list("next_at", "rung_at").get(page=fan_page) == (NOON, NOON)
    assert Comment.objects.count() == 0
    assert HookReceipt.objects.get().digest == hashlib.sha256(body()).hexdigest()


def test_the_same_call_again_is_not_heard_again(
    client: Client,
    fan_page: Page,
    rung: list[Any],
    noon: time_machine.Traveller,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    said = body()
    with django_capture_on_commit_callbacks(execute=True):
        assert [rings(client, said) for _time in range(3)] == [200, 200, 200]
        assert rings(client, body(number=2)) == 200
    assert len(rung) == 2
    assert HookReceipt.objects.count() == 2


@pytest.mark.parametrize("milliseconds", [False, True])
def test_what_is_older_than_a_week_is_not_listened_to(
    client: Client, fan_page: Page, noon: time_machine.Traveller, milliseconds: bool
) -> None:
    unit = 1000 if milliseconds else 1
    old, recent = NOON - timedelta(days=7, seconds=2), NOON - timedelta(days=6, hours=23)
    assert rings(client, body(at=old.timestamp() * unit)) == 200
    assert (HookReceipt.objects.count(), Watch.objects.get(page=fan_page).rung_at) == (0, None)
    assert rings(client, body(at=recent.timestamp() * unit)) == 200
    assert Watch.objects.get(page=fan_page).rung_at == NOON


def test_receipts_outlive_what_is_listened_to_and_no_more(db: None, noon: time_machine.Traveller) -> None:
    assert hooks.KEPT > hooks.OLDEST
    HookReceipt.objects.create(digest="a", at=NOON - hooks.KEPT - timedelta(seconds=1))
    HookReceipt.objects.create(digest="b", at=NOON - hooks.KEPT + timedelta(seconds=1))
    assert jobs.tidy() == 1
    assert HookReceipt.objects.get().digest == "b"


def test_pages_nobody_knows_are_ignored_without_a_word(client: Client, fan_page: Page) -> None:
    assert rings(client, body("404")) == 200
    Page.objects.filter(pk=fan_page.pk).update(state=PageState.DISCONNECTED)
    assert rings(client, body()) == 200
    assert Watch.objects.get(page=fan_page).rung_at is None


def test_a_page_of_another_network_with_that_number_is_not_meant(
    client: Client, cast: Cast, account: Page
) -> None:
    watching.watch_all()
    assert rings(client, body(account.remote_id)) == 200
    assert set(Watch.objects.filter(page=account).values_list("rung_at", flat=True)) == {None}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"entry": 3}',
        b'{"object": "page", "entry": [7, {"time": true}]}',
        b"\xff\xfe",
    ],
)
def test_what_cannot_be_read_is_answered_and_changes_nothing(
    client: Client, fan_page: Page, content: bytes
) -> None:
    assert rings(client, content) == 200
    assert Watch.objects.get(page=fan_page).rung_at is None


def test_a_page_that_rings_without_end_is_read_once_and_then_at_its_turn(
    client: Client,
    fan_page: Page,
    rung: list[Any],
    noon: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked: list[tuple[str, int, float]] = []

    def hit(*given: Any) -> bool:
        asked.append(given)
        return len(asked) == 1

    monkeypatch.setattr("cm_suite.core.pace.hit", hit)
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(3):
            assert rings(client, body(number=number)) == 200
    assert asked == [(f"hook:{fan_page.pk}", 1, hooks.QUIET_SECONDS)] * 3
    assert len(rung) == 1
    assert Watch.objects.get(page=fan_page).next_at == NOON


# --- words that name a page elsewhere


def naming(account: str = "1789", **value: Any) -> bytes:
    change = {"field": "mentions", "value": value}
    entry = {"id": account, "time": int(clock.now().timestamp()), "changes": [change]}
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


@pytest.fixture
def named(cast: Cast, network: FakeNetwork) -> tuple[Page, FakeNetwork]:
    """A page of Instagram, and its network."""
    page = Page.objects.create(brand=cast.brand, network="instagram", remote_id="1789", name="Lumen")
    fake: FakeNetwork = connect.client_for(page)  # type: ignore[assignment]  # see `network`
    return page, fake


def test_words_that_name_a_page_are_rung_for_by_their_numbers(
    client: Client,
    named: tuple[Page, FakeNetwork],
    rung: list[Any],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert rings(client, naming(media_id="178", comment_id="179")) == 200
        assert rings(client, naming("404", media_id="178")) == 200
    assert rung == [
        ("moderation.jobs.read_named", (named[0].pk, 178, 179)),
        ("moderation.jobs.poll_page", (named[0].pk,)),
    ]


def test_they_are_taken_in_as_a_mention_once(named: tuple[Page, FakeNetwork]) -> None:
    page, fake = named
    fake.put(IncomingComment("named_178_179", WORDS, kind=CommentKind.MENTION))
    assert [jobs.read_named(page.pk, 178, 179) for _time in range(2)] == [True, False]
    comment = Comment.objects.get(page=page)
    assert (comment.remote_id, comment.kind, comment.text) == ("named_178_179", "mention", WORDS)


def test_what_is_gone_stands_below_our_own_post_or_cannot_be_asked_is_not_taken_in(
    named: tuple[Page, FakeNetwork],
) -> None:
    page, fake = named
    assert not jobs.read_named(page.pk, 178, 180)
    fake.put(IncomingComment("named_178_179", WORDS, kind=CommentKind.MENTION))
    ThreadSnapshot.objects.create(page=page, remote_id="178", seen_at=clock.now())
    assert not jobs.read_named(page.pk, 178, 179)
    ThreadSnapshot.objects.all().delete()
    Page.objects.filter(pk=page.pk).update(state=PageState.DISCONNECTED)
    assert not jobs.read_named(page.pk, 178, 179)
    assert Comment.objects.count() == 0


def test_what_cannot_be_read_now_is_kept_and_asked_for_again(
    client: Client, named: tuple[Page, FakeNetwork], noon: time_machine.Traveller
) -> None:
    page, fake = named
    fake.put(IncomingComment("named_178_179", WORDS, kind=CommentKind.MENTION))
    for _time in range(2):
        rings(client, naming(media_id="178", comment_id="179"))
    kept = HookReceipt.objects.filter(digest__startswith="named:")
    assert list(kept.values_list("digest", flat=True)) == [f"named:{page.pk}:178:179"]
    fake.fails("comment", Later("not_sent"), times=2)
    assert (jobs.read_named(page.pk, 178, 179), kept.count()) == (False, 1)
    assert hooks.read_left() == 0  # too soon
    noon.shift(hooks.AGAIN_AFTER)
    assert (hooks.read_left(), kept.count()) == (0, 1)
    assert (hooks.read_left(), kept.count(), Comment.objects.count()) == (1, 0, 1)


def test_what_is_refused_is_not_asked_for_again(named: tuple[Page, FakeNetwork]) -> None:
    page, fake = named
    HookReceipt.objects.create(digest=f"named:{page.pk}:178:0", at=clock.now() - hooks.AGAIN_AFTER)
    HookReceipt.objects.create(digest="named:1:2:3", at=clock.now() - hooks.AGAIN_WITHIN)
    fake.fails("comment", Never("listen_scope_missing"))
    assert hooks.read_left() == 0
    assert list(HookReceipt.objects.values_list("digest", flat=True)) == ["named:1:2:3"]


# --- who is not Meta


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", "sha1=abc", "sha256=" + "0" * 64, signature(b"other"), signature(body(at=1), "no")],
)
def test_a_bad_signature_touches_no_table(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries, header: str
) -> None:
    with django_assert_num_queries(0):
        assert rings(client, body(at=1), header) == 403


def test_whoever_tries_again_and_again_is_asked_to_wait(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int, float]] = []
    monkeypatch.setattr("cm_suite.core.pace.hit", lambda *hit: asked.append(hit))
    assert rings(client, body(), "sha256=no") == 429
    assert asked == [("hooks:127.0.0.1", view.REFUSALS, view.WINDOW_SECONDS)]


def test_more_than_a_call_of_metas_is_not_read(client: Client, db: None, fan_page: Page) -> None:
    assert rings(client, b"x" * (meta_hooks.LARGEST + 1)) == 413
    assert rings(client, b"x" * meta_hooks.LARGEST) == 200


def test_no_form_token_is_asked_for_and_nothing_else_is_answered(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert rings(strict, body()) == 200
    assert strict.put(WHERE).status_code == 405


def test_nothing_of_a_call_stands_in_the_logs(
    client: Client, fan_page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rings(client, body())
    rings(client, body(number=2), "sha256=no")
    for secret in (WORDS, "Vous", SECRET, TOKEN, "1789"):
        assert secret not in caplog.text
