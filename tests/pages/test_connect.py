"""Connecting, reconnecting, disconnecting: what is stored, and what is not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cm_suite.core import ledger
from cm_suite.core.errors import Later, Never, NextStep
from cm_suite.core.guard import Guard, GuardRefused
from cm_suite.core.models import LedgerEntry
from cm_suite.core.pace import pace
from pages.enums import PageState
from pages.models import Brand, Credential, Page, Person
from pages.networks.base import Publishes
from pages.networks.errors import Code
from pages.networks.mastodon.client import MastodonClient
from pages.networks.newsroom.client import NewsroomClient
from pages.networks.types import Grant, Outgoing
from pages.notices.models import Notice
from pages.services import connect, tokens
from pages.services.connect import Given
from pages.services.pacing import PagePace
from tests.networks.fake_mastodon import ACCOUNT, TOKEN, Mastodon, answer_before, running
from tests.people import Cast

OTHER_TOKEN = "token-of-atelier-roche"
FRESH_TOKEN = "a-fresh-token-of-maison-lumen"


@pytest.fixture
def server(settings: Settings) -> Iterator[Mastodon]:
    """A Mastodon server that the guard lets us reach."""
    with running(Mastodon()) as fake:
        fake.open_account(OTHER_TOKEN, "77", "atelier_roche")
        fake.open_account(FRESH_TOKEN, ACCOUNT.id, ACCOUNT.username)
        settings.CM_ALLOWED_HOSTS = frozenset({fake.pair})
        yield fake


def opened(brand: Brand, host: str, token: str, by: Person) -> Page:
    """Connect a Mastodon account."""
    return connect.open_account(brand, "mastodon", Given(host=host, token=token), by)


@pytest.fixture
def page(cast: Cast, server: Mastodon) -> Page:
    """A connected page."""
    return opened(cast.brand, server.origin, TOKEN, cast.alice)


def kinds(cast: Cast) -> list[str]:
    """The ledger's lines about pages, oldest first."""
    return list(
        LedgerEntry.objects.filter(brand_id=cast.brand.pk).order_by("seq").values_list("kind", flat=True)
    )


# --- connecting


def test_connecting_keeps_what_the_server_says(cast: Cast, server: Mastodon) -> None:
    server.max_characters, server.url_length = 1000, 30
    page = opened(cast.brand, f" {server.origin}/ ", f" {TOKEN}\n", cast.alice)
    page.refresh_from_db()
    assert (page.network, page.host, page.remote_id) == ("mastodon", server.origin, ACCOUNT.id)
    assert (page.name, page.handle) == ("Maison Lumen", "@maison_lumen@fake.example")
    assert (page.text_limit, page.url_length, page.followers) == (1000, 30, 214)
    assert (page.state, page.health_code) == (PageState.CONNECTED, "")
    assert page.checked_at is not None
    assert kinds(cast) == ["page.connected"]
    assert ledger.verify(cast.brand.pk) is None


def test_the_token_is_stored_encrypted(page: Page) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM pages_credential")
        (raw,) = cursor.fetchone()
    assert TOKEN not in str(raw)
    assert Credential.objects.get(page=page).token == TOKEN


def test_the_same_account_again_keeps_the_row(cast: Cast, server: Mastodon, page: Page) -> None:
    again = opened(cast.brand, server.origin, FRESH_TOKEN, cast.alice)
    assert again.pk == page.pk
    assert Page.objects.filter(brand=cast.brand, network="mastodon").count() == 1
    assert Credential.objects.get(page=page).token == FRESH_TOKEN
    assert kinds(cast) == ["page.connected", "page.reconnected"]


def test_two_brands_may_each_have_a_page(cast: Cast, server: Mastodon, page: Page) -> None:
    other = opened(cast.other_brand, server.origin, OTHER_TOKEN, cast.charlie)
    assert (other.brand, other.remote_id) == (cast.other_brand, "77")
    assert tokens.token_of(page) == TOKEN


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("https://127.0.0.1", "address_private"),
        ("http://169.254.169.254/latest/meta-data/", "address_scheme"),
        ("https://[::ffff:10.0.0.1]", "address_private"),
        ("127.0.0.1:6379", "address_port"),
        ("https://a:b@example.social", "address_userinfo"),
    ],
)
def test_an_address_inside_is_refused_before_anything_is_sent(cast: Cast, typed: str, code: str) -> None:
    with pytest.raises(GuardRefused) as caught:
        opened(cast.brand, typed, TOKEN, cast.alice)
    assert (caught.value.code, caught.value.step) == (code, NextStep.EDIT)
    assert Page.objects.filter(network="mastodon").count() == 0


def test_a_name_that_resolves_inside_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))
    guard = partial(Guard, resolver=lambda *_args, **_options: [inside])
    monkeypatch.setattr("pages.services.opening.Guard", guard)
    with pytest.raises(GuardRefused) as caught:
        opened(cast.brand, "intranet.example", TOKEN, cast.alice)
    assert caught.value.code == "address_private"
    assert Page.objects.filter(network="mastodon").count() == 0


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"error": "The access token is invalid"}, Code.ACCESS_REFUSED),
        (403, {"error": "This action is outside the authorized scopes"}, Code.SCOPE_MISSING),
        (404, {"error": "Not found"}, Code.NOT_THIS_NETWORK),
        (200, {"name": "A shop"}, Code.NOT_THIS_NETWORK),
    ],
)
def test_a_refused_connection_stores_nothing(
    cast: Cast, server: Mastodon, status: int, body: object, code: str
) -> None:
    server.fail_next(answer_before(status, body), "read")
    with pytest.raises(Never) as caught:
        opened(cast.brand, server.origin, TOKEN, cast.alice)
    assert caught.value.code == code
    assert Page.objects.filter(network="mastodon").count() == 0
    assert Credential.objects.count() == 0
    assert kinds(cast) == []


def test_a_page_of_the_web_is_not_a_server(cast: Cast, server: Mastodon) -> None:
    server.fail_next(answer_before(200, "<html>Hello</html>"), "read")
    with pytest.raises(Later) as caught:
        opened(cast.brand, server.origin, TOKEN, cast.alice)
    assert caught.value.code == "answer_unreadable"
    assert Page.objects.filter(network="mastodon").count() == 0


# --- reconnecting and disconnecting


def test_reconnecting_clears_the_trouble(cast: Cast, page: Page) -> None:
    connect.mark_needs_reconnect(page)
    connect.reconnect(page, Given(token=FRESH_TOKEN), cast.alice)
    page.refresh_from_db()
    assert (page.state, page.health_code) == (PageState.CONNECTED, "")
    assert tokens.token_of(page) == FRESH_TOKEN


def test_another_account_is_refused_on_reconnecting(cast: Cast, page: Page) -> None:
    connect.mark_needs_reconnect(page)
    with pytest.raises(Never) as caught:
        connect.reconnect(page, Given(token=OTHER_TOKEN), cast.alice)
    assert (caught.value.code, caught.value.step) == (Code.WRONG_ACCOUNT, NextStep.EDIT)
    page.refresh_from_db()
    assert (page.state, page.remote_id) == (PageState.NEEDS_RECONNECT, ACCOUNT.id)
    assert tokens.token_of(page) == TOKEN


def test_disconnecting_deletes_the_token_and_keeps_the_page(cast: Cast, page: Page) -> None:
    assert connect.disconnect(page, cast.alice)
    assert not connect.disconnect(page, cast.alice)
    page.refresh_from_db()
    assert page.state == PageState.DISCONNECTED
    assert Credential.objects.count() == 0
    assert kinds(cast) == ["page.connected", "page.disconnected"]
    with pytest.raises(Never) as caught:
        connect.client_for(page)
    assert (caught.value.code, caught.value.step) == (Code.NEEDS_RECONNECT, NextStep.RECONNECT)


def test_the_public_page_cannot_be_disconnected(cast: Cast) -> None:
    with pytest.raises(Never) as caught:
        connect.disconnect(cast.newsroom, cast.alice)
    assert caught.value.code == Code.NOT_OFFERED
    cast.newsroom.refresh_from_db()
    assert cast.newsroom.state == PageState.CONNECTED


def test_a_refused_page_tells_the_leads_once(
    cast: Cast, page: Page, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks():
        assert connect.mark_needs_reconnect(page)
        assert not connect.mark_needs_reconnect(page)
    told = list(Notice.objects.values_list("person__name", "brand__slug", "link"))
    assert told == [("Alice", "maison-lumen", f"/b/maison-lumen/pages/{page.pk}/")]
    assert kinds(cast) == ["page.connected", "page.refused"]


def test_a_token_replaced_meanwhile_is_not_blamed(cast: Cast, page: Page) -> None:
    seen_by_a_worker = Page.objects.get(pk=page.pk)
    connect.client_for(seen_by_a_worker)
    connect.reconnect(page, Given(token=FRESH_TOKEN), cast.alice)
    assert not connect.mark_needs_reconnect(seen_by_a_worker)
    page.refresh_from_db()
    assert page.state == PageState.CONNECTED
    assert Notice.objects.count() == 0


# --- the client


def test_each_network_has_its_client(cast: Cast, page: Page) -> None:
    assert isinstance(connect.client_for(page), MastodonClient)
    assert isinstance(connect.client_for(cast.newsroom), NewsroomClient)


def test_a_network_that_was_deleted_is_said(cast: Cast, page: Page) -> None:
    page.network = "gone"
    with pytest.raises(Never) as caught:
        connect.client_for(page)
    assert (caught.value.code, caught.value.step) == (Code.NOT_OFFERED, NextStep.CONTACT)


def test_a_credential_that_no_key_opens_is_ours_to_mend(page: Page, settings: Settings) -> None:
    settings.CM_FIELD_KEYS = ["MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="]
    with pytest.raises(Later) as caught:
        connect.client_for(page)
    assert caught.value.code == Code.CREDENTIAL_UNREADABLE
    page.refresh_from_db()
    assert page.state == PageState.CONNECTED


def test_a_new_token_replaces_one_that_no_key_opens(page: Page, settings: Settings) -> None:
    settings.CM_FIELD_KEYS = ["MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="]
    tokens.store(page, Grant(FRESH_TOKEN))
    assert tokens.token_of(page) == FRESH_TOKEN


def test_a_wait_outlives_a_flush_of_redis(page: Page, server: Mastodon, redis_url: str) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=4)
    server.fail_next(answer_before(429, None, {"X-RateLimit-Reset": until.isoformat()}))
    post = Outgoing("k", "Bonjour")
    with pytest.raises(Later):
        _publish(page, post)
    pace()._redis.flushall()
    with pytest.raises(Later) as caught:
        _publish(page, post)
    assert (caught.value.code, caught.value.retry_at) == ("rate_limited", until)
    assert [request.method for request in server.requests if request.method == "POST"] == []
    assert server.texts == []


def test_a_shorter_wait_does_not_replace_a_longer_one(page: Page, redis_url: str) -> None:
    slow = PagePace(page.pk, pace())
    longer = timezone.now() + timedelta(hours=1)
    slow.block("mastodon:1", longer)
    slow.block("mastodon:1", timezone.now() + timedelta(minutes=1))
    page.refresh_from_db()
    assert page.paced_until == longer
    assert slow.blocked_until("mastodon:1") == longer


# --- the newsroom


def test_a_brand_gets_one_public_page(cast: Cast) -> None:
    cast.newsroom.delete()
    first, second = connect.open_newsroom(cast.brand), connect.open_newsroom(cast.brand)
    assert first == second
    assert (first.network, first.remote_id, first.name) == ("newsroom", "maison-lumen", "Maison Lumen")


def test_a_page_without_a_token_is_marked_once_it_was_asked_for(cast: Cast) -> None:
    page = unopened(cast)
    with pytest.raises(Never):
        connect.client_for(page)
    assert connect.mark_needs_reconnect(page)
    assert Page.objects.get(pk=page.pk).state == PageState.NEEDS_RECONNECT


def test_a_token_given_to_a_page_that_had_none_is_not_called_refused(cast: Cast) -> None:
    page = unopened(cast)
    with pytest.raises(Never):
        connect.client_for(page)
    tokens.store(Page.objects.get(pk=page.pk), Grant("fresh"))
    assert not connect.mark_needs_reconnect(page)
    assert Page.objects.get(pk=page.pk).state == PageState.CONNECTED


def unopened(cast: Cast) -> Page:
    """A connected page whose token is gone."""
    return Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="9", name="M"
    )


def _publish(page: Page, post: Outgoing) -> None:
    client = connect.client_for(page)
    assert isinstance(client, Publishes)
    client.publish(post, lambda: None)
