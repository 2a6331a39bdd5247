"""What became of our statuses, who is kept away, and when an account rests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from pages.networks.errors import Code
from pages.networks.mastodon import figures
from pages.networks.mastodon.wire import rests
from pages.networks.types import Commenter, Figure, Metric
from tests.networks import openapi
from tests.networks.bench import MemoryPace
from tests.networks.fake_mastodon import NADIA, Mastodon, answer_before
from tests.networks.openapi import needs_description

NOW: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
PAYLOADS: Final = Path(__file__).parents[1] / "payloads"
AUTHOR: Final = Commenter(NADIA.id, "Nadia")


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())["payload"]


def posts(server: Mastodon, number: int) -> list[str]:
    """Posts of ours, each with as many favourites as its number."""
    made = [server.put(f"Lampe {each}", NOW + timedelta(minutes=each)) for each in range(number)]
    for each, status in enumerate(made):
        status["favourites_count"] = each
    return [status["id"] for status in made]


def paths(server: Mastodon) -> list[str]:
    return [request.path.rpartition("/")[2] for request in server.requests]


def favourites(found: Any) -> dict[str, int]:
    return {name: counts[0].value for name, counts in found.items()}


# --- counts


def test_a_file_becomes_counts_each_with_its_word() -> None:
    assert figures.counts(payload("status_counted")) == (
        Figure(Metric.REACTIONS, 12, "favourites_count", "v1"),
        Figure(Metric.RESHARES, 3, "reblogs_count", "v1"),
        Figure(Metric.COMMENTS, 0, "replies_count", "v1"),
        Figure(Metric.QUOTES, 1, "quotes_count", "v1"),
    )


@pytest.mark.parametrize("odd", [None, "3", -1, True, 2**40, 1.5, [], {}])
def test_what_is_no_number_is_not_there(odd: Any) -> None:
    status = {"favourites_count": odd, "reblogs_count": 2}
    assert figures.counts(status) == (Figure(Metric.RESHARES, 2, "reblogs_count", "v1"),)
    assert figures.counts({}) == ()


def test_twenty_are_asked_for_at_once(mastodon: Mastodon) -> None:
    ids = posts(mastodon, 45)
    found = mastodon.client().figures(ids)
    assert favourites(found) == {name: number for number, name in enumerate(ids)}
    assert [request.every["id[]"] for request in mastodon.requests] == [ids[:20], ids[20:40], ids[40:]]


def test_one_alone_is_asked_for_by_itself(mastodon: Mastodon) -> None:
    (only,) = posts(mastodon, 1)
    assert favourites(mastodon.client().figures([only])) == {only: 0}
    assert paths(mastodon) == [only]


def test_what_is_gone_is_not_there_and_the_others_are(mastodon: Mastodon) -> None:
    first, gone, last = posts(mastodon, 3)
    mastodon.take_down(mastodon.everything()[gone])
    assert favourites(mastodon.client().figures([first, gone, last])) == {first: 0, last: 2}
    assert paths(mastodon) == ["statuses", gone]


@pytest.mark.parametrize("body", [None, {"error": "odd"}, [None, {"id": ""}, {"id": "5"}], "<html>"])
def test_a_server_that_does_not_know_several_is_asked_for_each(mastodon: Mastodon, body: Any) -> None:
    first, second = posts(mastodon, 2)
    mastodon.knows_many = body is not None
    if body is not None:
        mastodon.fail_next(answer_before(200 if body != "<html>" else 405, body), "read")
    assert favourites(mastodon.client().figures([first, second])) == {first: 0, second: 1}
    assert set(paths(mastodon)) >= {first, second}


def test_the_same_one_twice_is_asked_for_once(mastodon: Mastodon) -> None:
    (only,) = posts(mastodon, 1)
    assert set(mastodon.client().figures([only, only])) == {only}
    assert paths(mastodon) == [only]


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (answer_before(401, {"error": "The access token was revoked"}), Never, Code.ACCESS_REFUSED),
        (answer_before(503), Later, "server_error"),
    ],
)
def test_when_it_cannot_be_asked_no_count_is_made_up(
    mastodon: Mastodon, fault: Any, kind: type[OutcomeError], code: str
) -> None:
    ids = posts(mastodon, 2)
    mastodon.fail_next(fault, "read")
    with pytest.raises(kind) as raised:
        mastodon.client().figures(ids)
    assert raised.value.code == code


# --- kept away


def test_somebody_is_kept_away_and_let_in_by_their_id(mastodon: Mastodon) -> None:
    client = mastodon.client()
    client.block(AUTHOR)
    client.block(AUTHOR)
    assert mastodon.blocks == {"7"}
    client.unblock(AUTHOR)
    assert mastodon.blocks == set()
    assert [request.path for request in mastodon.requests] == [
        "/api/v1/accounts/7/block",
        "/api/v1/accounts/7/block",
        "/api/v1/accounts/7/unblock",
    ]


@pytest.mark.parametrize("author", [Commenter(), Commenter("999", "Nobody"), Commenter("../7", "Nadia")])
def test_nobody_is_kept_away_when_nobody_is_known(mastodon: Mastodon, author: Commenter) -> None:
    with pytest.raises(Never) as refused:
        mastodon.client().block(author)
    assert (refused.value.code, mastodon.blocks) == (Code.NOT_FOUND, set())


def test_a_token_that_may_not_block_is_not_a_page_that_is_lost(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(403, {"error": "This action is outside the authorized scopes"}))
    with pytest.raises(Never) as refused:
        mastodon.client().block(AUTHOR)
    assert (refused.value.code, refused.value.step) == (Code.SCOPE_MISSING, NextStep.CONTACT)


# --- servers that are alike


def test_what_the_server_takes_is_asked_the_older_way_when_the_newer_fails(mastodon: Mastodon) -> None:
    mastodon.max_characters = 777
    wire = mastodon.client()._wire
    mastodon.fail_next(answer_before(500), "read")
    assert wire.instance()["configuration"]["statuses"]["max_characters"] == 777
    assert [request.path for request in mastodon.requests] == ["/api/v1/instance"]


def test_when_both_ways_fail_it_is_for_later(mastodon: Mastodon) -> None:
    for _way in range(2):
        mastodon.fail_next(answer_before(500), "read")
    with pytest.raises(Later) as later:
        mastodon.client()._wire.instance()
    assert later.value.code == "server_error"
    mastodon.fail_next(answer_before(429), "read")
    with pytest.raises(Later) as slowed:
        mastodon.client()._wire.instance()
    assert (slowed.value.code, list(mastodon.requests)) == ("rate_limited", [])


# --- rest


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-08-12T10:05:00.000000Z"}, 5),
        ({"x-ratelimit-remaining": " 0 ", "x-ratelimit-reset": "300"}, 5),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "2026-08-12T10:05:00.000000Z"}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-reset": "2026-08-12T10:05:00.000000Z"}, None),
        ({}, None),
    ],
)
def test_no_call_left_means_rest_until_the_reset(headers: dict[str, str], until: int | None) -> None:
    assert rests(headers, NOW) == (None if until is None else NOW + timedelta(minutes=until))


def test_a_status_that_took_the_last_call_is_there_and_the_next_one_waits(mastodon: Mastodon) -> None:
    pace = MemoryPace()
    client = mastodon.client(pace=pace)
    (only,) = posts(mastodon, 1)
    mastodon.left = "0"
    assert set(client.figures([only])) == {only}
    asked = len(mastodon.requests)
    with pytest.raises(Later) as later:
        client.figures([only])
    assert (later.value.code, len(mastodon.requests)) == ("rate_limited", asked)


# --- against the published description


@needs_description
def test_questions_and_answers_fit_the_description(mastodon: Mastodon) -> None:
    posts(mastodon, 2)
    ids = list(mastodon.everything())
    mastodon.client().figures(ids)
    asked = {name.removesuffix("[]") for name in mastodon.requests[-1].every}
    assert asked <= openapi.query_names("get", "/api/v1/statuses")
    answer = [mastodon.everything()[each] for each in ids]
    assert openapi.faults(answer, openapi.answer_schema("get", "/api/v1/statuses", 200)) == []
    one = openapi.answer_schema("get", "/api/v1/statuses/{id}", 200)
    assert openapi.faults(payload("status_counted"), one) == []
    for act in ("block", "unblock"):
        schema = openapi.answer_schema("post", f"/api/v1/accounts/{{id}}/{act}", 200)
        assert openapi.faults(payload("relationship"), schema) == []
