"""Mastodon's client: what it asks, what it understands, what it tells apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from pages.networks.errors import Code
from pages.networks.mastodon import mapping
from pages.networks.mastodon.wire import MOST_PAGES, PAGE_SIZE
from pages.networks.types import Access, Outgoing, SightingKind
from pages.networks.words import compose
from tests.networks import openapi
from tests.networks.fake_mastodon import ACCOUNT, RESET_AFTER, Mastodon, answer_before, running
from tests.networks.openapi import needs_description

NOW = datetime.now(UTC)
STATUSES = "/api/v1/statuses"
LONG_LINK = "https://www.maison-lumen.example/boutique/nouvelle-vitrine?utm=social&lang=fr"
POST = Outgoing(
    "k" * 32, "Bonjour à tous, 5 < 6 & « oui » #Vitrine avec @ami@autre.example", LONG_LINK, "", "fr"
)


def open_fence() -> None:
    """Let it through."""


def sight(server: Mastodon, post: Outgoing = POST, since: datetime = NOW) -> SightingKind:
    """Look for a post sent at `since`."""
    return server.client().find(post, since, since + timedelta(minutes=1)).kind


# --- publishing


def test_what_leaves_is_the_text_with_its_link_on_a_line_of_its_own(mastodon: Mastodon) -> None:
    published = mastodon.client().publish(POST, open_fence)
    request = mastodon.requests[-1]
    assert json.loads(request.body) == {
        "status": f"{POST.text}\n\n{LONG_LINK}",
        "visibility": "public",
        "language": "fr",
    }
    assert request.headers["idempotency-key"] == POST.key
    assert published.url == f"https://fake.example/@maison_lumen/{published.remote_id}"
    assert published.at is not None
    assert published.at.utcoffset() == timedelta(0)


def test_the_same_key_twice_is_one_status(mastodon: Mastodon) -> None:
    first, second = (mastodon.client().publish(POST, open_fence) for _ in range(2))
    assert first == second
    assert len(mastodon.texts) == 1


def test_a_closed_port_is_not_sent() -> None:
    with running(Mastodon()) as server:
        client = server.client()
    with pytest.raises(Later) as caught:
        client.publish(POST, open_fence)
    assert caught.value.code == "not_sent"
    assert server.texts == []


@pytest.mark.parametrize(
    ("status", "body", "code", "step"),
    [
        (401, {"error": "The access token was revoked"}, Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (400, "Invalid Bearer token", Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (400, "<html>Invalid Bearer token</html>", Code.CONTENT_REFUSED, NextStep.EDIT),
        (
            403,
            {"error": "This action is outside the authorized scopes"},
            Code.SCOPE_MISSING,
            NextStep.RECONNECT,
        ),
        (403, {"error": "Your login is currently disabled"}, Code.ACCOUNT_CLOSED, NextStep.RECONNECT),
        (403, {"error": "Your login is currently pending approval"}, Code.ACCOUNT_CLOSED, NextStep.RECONNECT),
        (403, {"error": "Your account has been suspended"}, Code.ACCOUNT_CLOSED, NextStep.RECONNECT),
        (403, {"error": "This action is not allowed"}, Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
        (403, {"error": "You are not allowed to do this"}, Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
        (403, "<html>Checking your browser</html>", Code.BLOCKED, NextStep.CONTACT),
        (401, "<html>Authorization required</html>", Code.BLOCKED, NextStep.CONTACT),
        (
            422,
            {"error": "This method requires an authenticated user"},
            Code.ACCESS_REFUSED,
            NextStep.RECONNECT,
        ),
        (422, {"error": "Validation failed: Text too long"}, Code.CONTENT_REFUSED, NextStep.EDIT),
        (400, {"error": "bad"}, Code.CONTENT_REFUSED, NextStep.EDIT),
        (404, {"error": "Record not found"}, Code.NOT_FOUND, NextStep.CONTACT),
        (410, {"error": "Gone"}, Code.NOT_FOUND, NextStep.CONTACT),
    ],
)
def test_a_refusal_says_what_to_do_next(
    mastodon: Mastodon, status: int, body: object, code: Code, step: NextStep
) -> None:
    mastodon.fail_next(answer_before(status, body))
    with pytest.raises(Never) as caught:
        mastodon.client().publish(POST, open_fence)
    assert (caught.value.code, caught.value.step) == (code, step)
    assert mastodon.texts == []


def test_the_servers_words_are_kept_short_and_without_the_token(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(422, {"error": f"no token-of-maison-lumen here {'x' * 9000}"}))
    with pytest.raises(Never) as caught:
        mastodon.client().publish(POST, open_fence)
    assert caught.value.answer.startswith('422 {"error": "no [redacted] here')
    assert len(caught.value.answer) <= 2000


def test_a_text_over_the_limit_is_the_authors_to_change(mastodon: Mastodon) -> None:
    with pytest.raises(Never) as caught:
        mastodon.client().publish(Outgoing("k", "x" * 501), open_fence)
    assert (caught.value.code, caught.value.step) == (Code.CONTENT_REFUSED, NextStep.EDIT)


def test_asked_to_wait_it_says_until_when_as_an_iso_date_or_a_minute(mastodon: Mastodon) -> None:
    until = (datetime.now(UTC) + timedelta(minutes=3)).replace(microsecond=0)
    mastodon.fail_next(answer_before(429, None, {"X-RateLimit-Reset": until.isoformat()}))
    with pytest.raises(Later) as caught:
        mastodon.client().publish(POST, open_fence)
    assert (caught.value.code, caught.value.retry_at) == ("rate_limited", until)
    mastodon.fail_next(answer_before(429))
    with pytest.raises(Later) as caught:
        mastodon.client().publish(POST, open_fence)
    assert caught.value.retry_at is not None
    assert mastodon.texts == []


def test_a_redirect_of_a_write_is_not_followed(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(302, None, {"Location": f"{mastodon.origin}{STATUSES}"}))
    with pytest.raises(Never) as caught:
        mastodon.client().publish(POST, open_fence)
    assert caught.value.code == "redirected"
    assert mastodon.texts == []


# --- finding


def test_what_a_server_shortens_escapes_and_links_is_recognised(mastodon: Mastodon) -> None:
    published = mastodon.client().publish(POST, open_fence)
    sighting = mastodon.client().find(POST, datetime.now(UTC), datetime.now(UTC))
    assert sighting.published == published


def test_the_same_text_at_another_time_is_not_it(mastodon: Mastodon) -> None:
    whole = compose(POST.text, POST.link)
    mastodon.put(whole, NOW - timedelta(hours=3))
    assert sight(mastodon) is SightingKind.ABSENT
    mastodon.put(whole, NOW + timedelta(hours=3))
    assert sight(mastodon) is SightingKind.ABSENT
    mastodon.put(whole, NOW + timedelta(seconds=20))
    assert sight(mastodon) is SightingKind.FOUND


def test_another_text_at_the_same_time_is_not_it(mastodon: Mastodon) -> None:
    mastodon.put("Une tout autre annonce, du même jour", NOW)
    assert sight(mastodon) is SightingKind.ABSENT


@pytest.mark.parametrize(
    "content",
    [
        '<p>Bonjour à tous, 5 &lt; 6 &amp; "oui" #Vitrine avec @ami</p><p>' + LONG_LINK + "</p>",
        "<p>Bonjour à tous, 5 < 6 & oui #Vitrine avec @ami [lien retiré] " + LONG_LINK[:-8] + "</p>",
    ],
)
def test_a_text_that_the_server_rewrote_is_for_a_person_to_judge(mastodon: Mastodon, content: str) -> None:
    mastodon.put("", NOW, content)
    assert sight(mastodon) is SightingKind.CANNOT_TELL


def test_of_two_that_fit_the_closer_one_is_ours(mastodon: Mastodon) -> None:
    whole = compose(POST.text, POST.link)
    mastodon.put(whole, NOW - timedelta(seconds=90))
    ours = mastodon.put(whole, NOW + timedelta(seconds=2))
    sighting = mastodon.client().find(POST, NOW, NOW + timedelta(minutes=1))
    assert sighting.published is not None
    assert sighting.published.remote_id == ours["id"]


def test_it_reads_on_until_before_the_send_and_no_further(mastodon: Mastodon) -> None:
    whole = compose(POST.text, POST.link)
    for minutes in range(100):
        mastodon.put(f"Plus récent {minutes}", NOW + timedelta(minutes=5 + minutes))
    mastodon.put(whole, NOW)
    for hours in range(200):
        mastodon.put(f"Plus ancien {hours}", NOW - timedelta(hours=1 + hours))
    assert sight(mastodon) is SightingKind.FOUND
    assert [request.query["limit"] for request in mastodon.requests] == [str(PAGE_SIZE)] * 3
    assert all(request.query["exclude_reblogs"] == "true" for request in mastodon.requests)


def test_an_account_that_published_too_much_since_cannot_be_told(mastodon: Mastodon) -> None:
    for seconds in range(PAGE_SIZE * MOST_PAGES + 5):
        mastodon.put(f"Message numéro {seconds}", NOW + timedelta(minutes=10, seconds=seconds))
    assert sight(mastodon) is SightingKind.CANNOT_TELL


@pytest.mark.parametrize(
    "body", [{"error": "odd"}, [{"id": "1"}], [{"id": "1", "created_at": "?", "content": ""}]]
)
def test_an_answer_that_cannot_be_read_cannot_be_told(mastodon: Mastodon, body: object) -> None:
    mastodon.fail_next(answer_before(200, body), "read")
    assert sight(mastodon) is SightingKind.CANNOT_TELL


def test_a_tombstone_in_the_list_is_passed_over(mastodon: Mastodon) -> None:
    ours = mastodon.put(compose(POST.text, POST.link), NOW)
    mastodon.fail_next(answer_before(200, [None, ours, None]), "read")
    assert sight(mastodon) is SightingKind.FOUND


def test_a_network_that_cannot_be_asked_is_later_and_a_refused_token_never(mastodon: Mastodon) -> None:
    mastodon.fail_next(RESET_AFTER, "read")
    with pytest.raises(Later):
        sight(mastodon)
    mastodon.fail_next(answer_before(503), "read")
    with pytest.raises(Later):
        sight(mastodon)
    with pytest.raises(Never) as caught:
        mastodon.client(token="revoked").find(POST, NOW, NOW)
    assert caught.value.step is NextStep.RECONNECT


# --- taking down


def test_what_is_gone_is_done(mastodon: Mastodon) -> None:
    published = mastodon.client().publish(POST, open_fence)
    mastodon.client().delete(published.remote_id)
    assert mastodon.of(ACCOUNT.id) == []
    mastodon.client().delete(published.remote_id)
    mastodon.fail_next(answer_before(410, "gone"))
    mastodon.client().delete(published.remote_id)


def test_a_deletion_without_an_answer_is_unknown_and_may_be_asked_again(mastodon: Mastodon) -> None:
    published = mastodon.client().publish(POST, open_fence)
    mastodon.fail_next(RESET_AFTER)
    with pytest.raises(Unknown):
        mastodon.client().delete(published.remote_id)
    mastodon.client().delete(published.remote_id)
    assert mastodon.of(ACCOUNT.id) == []


def test_a_refused_deletion_is_said(mastodon: Mastodon) -> None:
    with pytest.raises(Never) as caught:
        mastodon.client(token="revoked").delete("1")
    assert caught.value.code == Code.ACCESS_REFUSED


def test_an_id_cannot_lead_to_another_address(mastodon: Mastodon) -> None:
    mastodon.client().delete("../accounts/1")
    assert mastodon.requests[-1].path == "/api/v1/statuses/..%2Faccounts%2F1"


# --- who it is


def test_the_account_and_its_servers_limits(mastodon: Mastodon) -> None:
    mastodon.max_characters, mastodon.url_length = 1200, 30
    profile = mastodon.client().profile()
    assert (profile.remote_id, profile.handle) == (ACCOUNT.id, "@maison_lumen@fake.example")
    assert (profile.text_limit, profile.url_length, profile.followers) == (1200, 30, 214)


def test_an_older_server_is_asked_the_older_way() -> None:
    with running(Mastodon(knows_v2=False)) as server:
        server.max_characters = 640
        profile = server.client().profile()
        assert profile.text_limit == 640
        assert [request.path for request in server.requests][1:] == ["/api/v2/instance", "/api/v1/instance"]


@pytest.mark.parametrize(
    ("account", "instance"),
    [
        ({"id": "1", "username": "a"}, {}),
        (
            {"id": 1, "username": "a", "display_name": "  "},
            {"configuration": {"statuses": {"max_characters": "x"}}},
        ),
        ({"id": "1", "username": "a", "url": "javascript:alert(1)"}, {"configuration": None}),
    ],
)
def test_what_a_server_leaves_out_or_invents_is_not_believed(
    account: dict[str, object], instance: dict[str, object]
) -> None:
    profile = mapping.profile(account, instance, "https://example.social")
    assert (profile.remote_id, profile.name, profile.url) == ("1", "a", "")
    assert (profile.text_limit, profile.url_length) == (None, None)
    assert profile.handle == "@a@example.social"


@pytest.mark.parametrize(
    ("status", "body"), [(200, {"name": "A shop"}), (200, ["x"]), (404, {"error": "Not found"})]
)
def test_another_kind_of_server_is_said_to_be_one(mastodon: Mastodon, status: int, body: object) -> None:
    mastodon.fail_next(answer_before(status, body), "read")
    with pytest.raises(Never) as caught:
        mastodon.client().profile()
    assert (caught.value.code, caught.value.step) == (Code.NOT_THIS_NETWORK, NextStep.EDIT)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.example/" + "a" * 500, None, 7])
def test_an_address_that_is_no_web_address_is_dropped(url: object) -> None:
    published = mapping.published({"id": "1", "url": url, "created_at": "2026-11-01T10:00:00.000Z"})
    assert (published.url, published.at) == ("", datetime(2026, 11, 1, 10, tzinfo=UTC))


def test_the_token_is_never_shown() -> None:
    assert repr(Access("https://example.social", "secret", "1")) == (
        "Access(host='https://example.social', remote_id='1')"
    )


# --- against the published description


@needs_description
def test_requests_fit_the_description(mastodon: Mastodon) -> None:
    client = mastodon.client()
    client.publish(POST, open_fence)
    body = json.loads(mastodon.requests[-1].body)
    assert openapi.faults(body, openapi.body_schema("post", STATUSES)) == []
    client.find(POST, NOW, NOW)
    listing = openapi.query_names("get", "/api/v1/accounts/{id}/statuses")
    assert set(mastodon.requests[-1].query) <= listing
    for method, path in (
        ("delete", "/api/v1/statuses/{id}"),
        ("get", "/api/v1/accounts/verify_credentials"),
        ("get", "/api/v2/instance"),
        ("get", "/api/v1/instance"),
    ):
        assert openapi.operation(method, path)["operationId"] != ""


@needs_description
def test_the_fakes_answers_fit_the_description(mastodon: Mastodon) -> None:
    client = mastodon.client()
    client.publish(POST, open_fence)
    made = mastodon.of(ACCOUNT.id)
    assert openapi.faults(made[0], openapi.answer_schema("post", STATUSES, 200)) == []
    assert openapi.faults(made, openapi.answer_schema("get", "/api/v1/accounts/{id}/statuses", 200)) == []
    verify = client._wire.call("GET", "/api/v1/accounts/verify_credentials")
    wanted = openapi.answer_schema("get", "/api/v1/accounts/verify_credentials", 200)
    assert openapi.faults(verify.json(), wanted) == []
    limits = openapi.description()["components"]["schemas"]["Instance"]["properties"]["configuration"]
    said = client._wire.call("GET", "/api/v2/instance").json()["configuration"]["statuses"]
    assert openapi.faults(said, limits["properties"]["statuses"]) == []


@needs_description
@pytest.mark.parametrize("version", ["Instance", "V1Instance"])
def test_the_limits_are_read_from_the_descriptions_own_example(version: str) -> None:
    schema = openapi.description()["components"]["schemas"][version]
    profile = mapping.profile({"id": "1", "username": "a"}, schema["example"], "https://example.social")
    assert (profile.text_limit, profile.url_length) == (500, 23)
