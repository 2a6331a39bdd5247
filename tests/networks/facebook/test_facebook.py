"""A Page's posts: what leaves, what is found again, what a refusal means."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, Outcome, OutcomeError, Unknown
from cm_suite.core.http import Refusal
from cm_suite.ops.bench.fake_network import Reply
from pages.networks import graph_errors
from pages.networks.errors import Code
from pages.networks.facebook import SPEC, length
from pages.networks.graph import following, made, proof
from pages.networks.graph_errors import Said, explained, rests, said_in
from pages.networks.types import ABSENT, CANNOT_TELL, Image, Outgoing, Profile, Published, SightingKind
from tests.networks.bench import picture
from tests.networks.facebook.fake import KEYS, Facebook, after, before
from tests.networks.facebook.words import NADIA, PAGE, TOKEN
from tests.networks.graph_words import error

NOW: Final = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
POST: Final = Outgoing("k", "Une lampe", "https://lumen.example/lampe")


def fence() -> None:
    """Nothing stands in the way."""


def writes(facebook: Facebook) -> list[tuple[str, dict[str, Any]]]:
    """What was asked to be written as JSON: the edge and the body without the proof."""
    found = [each for each in facebook.requests if each.method == "POST" and each.body[:1] == b"{"]
    bodies = [(each.path.rpartition("/")[2], json.loads(each.body)) for each in found]
    return [(edge, {key: body[key] for key in body if key != "appsecret_proof"}) for edge, body in bodies]


# --- publishing


def test_a_link_becomes_a_card_and_the_text_stays_as_it_is(facebook: Facebook) -> None:
    published = facebook.client().publish(POST, fence)
    assert writes(facebook) == [("feed", {"message": "Une lampe", "link": POST.link})]
    assert published.remote_id in facebook.posts
    assert published.url == f"https://www.facebook.com/maisonlumen/posts/{published.remote_id}"
    assert published.at is not None


def test_beside_images_the_link_is_written_out(facebook: Facebook) -> None:
    facebook.client().publish(replace(POST, images=(picture(0), picture(1))), fence)
    ((edge, body),) = writes(facebook)
    assert (edge, body["message"]) == ("feed", f"Une lampe\n\n{POST.link}")
    assert body["attached_media"] == [{"media_fbid": each} for each in facebook.photos]
    assert "link" not in body


def test_images_go_up_unseen_with_their_words_and_only_where_there_are_some(facebook: Facebook) -> None:
    facebook.client().publish(replace(POST, images=(picture(0), picture(1))), fence)
    first, second = facebook.photos.values()
    assert (first["published"], second["published"]) == ("false", "false")
    assert first["alt_text_custom"] == "Une lampe dorée, allumée"
    assert "alt_text_custom" not in second


def test_an_upload_that_got_lost_is_for_later_and_the_fence_is_not_crossed(facebook: Facebook) -> None:
    facebook.refused["photos"] = Reply(502, "<html></html>")
    with pytest.raises(Later) as later:
        facebook.client().publish(replace(POST, images=(picture(0),)), lambda: pytest.fail("crossed"))
    assert (later.value.code, facebook.posts) == ("server_error", {})


def test_an_image_that_is_refused_wants_another(facebook: Facebook) -> None:
    facebook.refused["photos"] = error(324, 1366046)
    with pytest.raises(Never) as refused:
        facebook.client().publish(replace(POST, images=(picture(0),)), fence)
    assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)
    assert facebook.posts == {}


def test_a_post_whose_address_cannot_be_asked_is_published_all_the_same(facebook: Facebook) -> None:
    facebook.refused["permalink_url,created_time"] = error(1, 0, status=500)
    published = facebook.client().publish(POST, fence)
    assert published == Published(next(iter(facebook.posts)), "")


def test_the_token_is_in_a_header_and_comes_with_its_proof(facebook: Facebook) -> None:
    facebook.client().profile()
    (request,) = facebook.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.query["appsecret_proof"] == proof(TOKEN, KEYS.client_secret)
    assert TOKEN not in str(request.query)
    assert request.path == f"/v25.0/{PAGE}"


def test_the_page_says_who_it_is(facebook: Facebook) -> None:
    assert facebook.client().profile() == Profile(
        PAGE, "@maisonlumen", "Maison Lumen", "https://www.facebook.com/maisonlumen", 1204, 63_206
    )


def test_another_answer_is_not_this_network(facebook: Facebook) -> None:
    facebook.refused[PAGE] = Reply(200, {"hello": "world"})
    with pytest.raises(Never) as refused:
        facebook.client().profile()
    assert refused.value.code == Code.NOT_THIS_NETWORK


def test_the_webhook_is_asked_for_by_its_fields(facebook: Facebook) -> None:
    for _time in range(2):
        facebook.client().subscribe()
        assert facebook.subscribed == ["feed", "mention", "messages"]


def test_what_the_page_tells_already_is_told_on(facebook: Facebook) -> None:
    facebook.subscribed = ["leadgen", "feed"]
    facebook.client().subscribe()
    assert facebook.subscribed == ["feed", "leadgen", "mention", "messages"]


def test_where_it_cannot_be_read_what_is_told_nothing_is_changed(facebook: Facebook) -> None:
    facebook.subscribed = ["leadgen"]
    facebook.fail_next(before(error(2, 0, status=500)), "read")
    with pytest.raises(Later):
        facebook.client().subscribe()
    assert facebook.subscribed == ["leadgen"]


# --- finding


def sight(facebook: Facebook, post: Outgoing = POST, at: datetime = NOW) -> SightingKind:
    return facebook.client().find(post, at - timedelta(minutes=1), at).kind


def test_of_two_alike_the_nearest_is_found(facebook: Facebook) -> None:
    far, near = facebook.put("Une lampe", NOW - timedelta(minutes=2)), facebook.put("Une lampe", NOW)
    found = facebook.client().find(POST, NOW, NOW).published
    assert found is not None
    assert (found.remote_id, found.at) == (near, NOW)
    assert far in facebook.posts


def test_outside_its_time_it_is_another_post(facebook: Facebook) -> None:
    facebook.put("Une lampe", NOW - timedelta(minutes=4))
    facebook.put("Une lampe", NOW + timedelta(minutes=3))
    assert sight(facebook) is SightingKind.ABSENT


def test_nearly_the_same_words_leave_a_doubt(facebook: Facebook) -> None:
    facebook.put("Une lampe dorée pour le salon, samedi!", NOW)
    post = replace(POST, text="Une lampe dorée pour le salon, samedi !")
    assert facebook.client().find(post, NOW, NOW) == CANNOT_TELL
    assert facebook.client().find(replace(post, text="Un abat-jour"), NOW, NOW) == ABSENT


def test_without_words_the_card_tells(facebook: Facebook) -> None:
    facebook.put("", NOW, link="https://lumen.example/lampe/#haut")
    assert sight(facebook, replace(POST, text="")) is SightingKind.FOUND
    other = replace(POST, text="", link="https://lumen.example/vase")
    assert sight(facebook, other) is SightingKind.CANNOT_TELL


def test_images_without_words_cannot_be_told_from_others(facebook: Facebook) -> None:
    facebook.put("", NOW)
    bare = Outgoing("k", "", images=(Image(b"", "image/png", 1, 1),))
    assert sight(facebook, bare) is SightingKind.CANNOT_TELL


def test_more_posts_than_can_be_read_leave_a_doubt(facebook: Facebook) -> None:
    facebook.page_size = 1
    for number in range(7):
        facebook.put(f"Une autre, la {number}e de la journée", NOW - timedelta(seconds=number))
    assert sight(facebook) is SightingKind.CANNOT_TELL
    assert len(facebook.requests) == 5


def test_the_next_page_is_asked_where_we_ask_and_without_its_token(facebook: Facebook) -> None:
    facebook.page_size = 1
    for number in range(3):
        facebook.put("Une lampe" if number == 2 else "Autre chose", NOW - timedelta(seconds=number))
    assert sight(facebook) is SightingKind.FOUND
    assert [each.path for each in facebook.requests] == [f"/v25.0/{PAGE}/published_posts"] * 3
    assert all("access_token" not in each.query for each in facebook.requests)


def test_a_network_that_cannot_be_asked_is_for_later(facebook: Facebook) -> None:
    facebook.refused["published_posts"] = error(2, 0)
    with pytest.raises(Later):
        sight(facebook)


# --- taking down


def test_what_may_not_be_taken_down_is_not_taken_for_gone(facebook: Facebook) -> None:
    remote_id = facebook.put("Une lampe")
    facebook.stubborn = True
    with pytest.raises(Never) as refused:
        facebook.client().delete(remote_id)
    assert (refused.value.code, refused.value.step) == (Code.SCOPE_MISSING, NextStep.CONTACT)
    assert remote_id in facebook.posts


# --- refusals


def refusal(code: int, subcode: int = 0, status: int = 400, **headers: str) -> Refusal:
    body = {"error": {"message": "no", "code": code, "error_subcode": subcode}}
    return Refusal(status=status, headers=headers, body=json.dumps(body).encode(), answer="no")


MEANT: Final = {
    (190, 0): (Code.ACCESS_REFUSED, NextStep.RECONNECT),
    (190, 463): (Code.EXPIRED, NextStep.RECONNECT),
    (190, 460): (Code.ACCESS_REFUSED, NextStep.RECONNECT),
    (190, 492): (Code.ACCESS_REFUSED, NextStep.RECONNECT),
    (190, 459): (Code.CHECKPOINT, NextStep.CONTACT),
    (200, 1404078): (Code.ACCESS_REFUSED, NextStep.RECONNECT),
    (200, 4854002): (Code.CHECKPOINT, NextStep.CONTACT),
    (200, 0): (Code.SCOPE_MISSING, NextStep.RECONNECT),
    (10, 0): (Code.SCOPE_MISSING, NextStep.RECONNECT),
    (3, 0): (Code.REVIEW_MISSING, NextStep.CONTACT),
    (12, 0): (Code.VERSION_GONE, NextStep.CONTACT),
    (2635, 0): (Code.VERSION_GONE, NextStep.CONTACT),
    (506, 0): (Code.DUPLICATE, NextStep.EDIT),
    (200, 1366051): (Code.DUPLICATE, NextStep.EDIT),
    (324, 1366046): (Code.MEDIA_REFUSED, NextStep.EDIT),
    (368, 1346003): (Code.CONTENT_REFUSED, NextStep.EDIT),
    (368, 1404102): (Code.CONTENT_REFUSED, NextStep.EDIT),
    (100, 0): (Code.CONTENT_REFUSED, NextStep.EDIT),
    (100, 33): (Code.NOT_FOUND, NextStep.CONTACT),
    (803, 0): (Code.NOT_FOUND, NextStep.CONTACT),
    (10, 2018278): (Code.WINDOW_CLOSED, NextStep.NONE),
    (551, 1545041): (Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
}


@pytest.mark.parametrize(("said", "meant"), MEANT.items())
def test_a_refusal_has_its_meaning_and_its_step(said: tuple[int, int], meant: tuple[Code, NextStep]) -> None:
    found = explained(refusal(*said), write=True)
    assert isinstance(found, Never)
    assert (found.code, found.step) == meant


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80001, 80002])
def test_too_many_calls_are_for_later(code: int) -> None:
    with time_machine.travel(NOW, tick=False):
        found = explained(refusal(code), write=True)
    assert isinstance(found, Later)
    assert (found.code, found.retry_at) == ("rate_limited", NOW + timedelta(minutes=5))


def test_a_page_that_is_blocked_for_a_while_rests_for_an_hour() -> None:
    with time_machine.travel(NOW, tick=False):
        blocked, fast = explained(refusal(368), write=True), explained(refusal(368, 1390008), write=True)
    assert isinstance(blocked, Later)
    assert isinstance(fast, Later)
    assert (blocked.retry_at, fast.retry_at) == (NOW + timedelta(hours=1), NOW + timedelta(minutes=5))


@pytest.mark.parametrize(("code", "subcode"), [(1, 0), (2, 0), (1, 99), (390, 1363047), (390, 1609010)])
def test_a_passing_fault_is_unknown_after_a_write_and_for_later_after_a_read(code: int, subcode: int) -> None:
    assert isinstance(explained(refusal(code, subcode), write=True), Unknown)
    assert isinstance(explained(refusal(code, subcode), write=False), Later)


def test_a_missing_right_is_the_one_that_was_asked_for() -> None:
    deaf = explained(refusal(10), write=False, lacking=Code.LISTEN_SCOPE_MISSING)
    barred = explained(refusal(200), write=False, lacking=Code.NOT_ALLOWED_HERE)
    assert isinstance(deaf, Never)
    assert isinstance(barred, Never)
    assert (deaf.code, deaf.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)
    assert (barred.code, barred.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)


@pytest.mark.parametrize("body", [b"<html>no</html>", b"[]", b'{"error": "no"}', b"\xff"])
def test_what_the_network_did_not_say_disconnects_nobody(body: bytes) -> None:
    found = explained(Refusal(status=401, headers={}, body=body), write=True)
    assert isinstance(found, Never)
    assert (found.code, found.step) == (Code.BLOCKED, NextStep.CONTACT)


def test_an_error_told_with_200_is_an_error(facebook: Facebook) -> None:
    facebook.refused[PAGE] = Reply(200, error(190, 463).body)
    with pytest.raises(Never) as refused:
        facebook.client().profile()
    assert refused.value.code == Code.EXPIRED


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_body_is_read_without_a_failure(body: bytes) -> None:
    assert said_in(body) is None or isinstance(said_in(body), Said)
    found = explained(Refusal(status=400, headers={}, body=body), write=True)
    assert isinstance(found, OutcomeError)


@given(st.integers(), st.integers(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_number_has_one_of_the_outcomes(code: int, subcode: int, write: bool) -> None:
    found = explained(refusal(code, subcode), write=write)
    assert found.outcome in {Outcome.LATER, Outcome.NEVER, Outcome.UNKNOWN}
    assert write or found.outcome is not Outcome.UNKNOWN


# --- resting


def test_usage_of_all_that_is_allowed_lets_the_account_rest() -> None:
    assert rests({"x-app-usage": '{"call_count": 99, "total_time": 12}'}, NOW) is None
    assert rests({"x-app-usage": '{"call_count": 100}'}, NOW) == NOW + graph_errors.UNSAID_REST
    assert rests({"x-page-usage": '{"total_cputime": 130}'}, NOW) == NOW + graph_errors.UNSAID_REST


def test_the_longest_of_the_named_times_counts() -> None:
    usage = [{"estimated_time_to_regain_access": 19}, {"estimated_time_to_regain_access": 41}]
    headers = {"x-business-use-case-usage": json.dumps({"5515": usage}), "x-app-usage": '{"call_count": 100}'}
    assert rests(headers, NOW) == NOW + timedelta(minutes=41)


@pytest.mark.parametrize(
    "value", ["", "no", "[]", "{}", '{"5515": 3}', '{"5515": [3]}', '{"call_count": "x"}']
)
def test_headers_that_say_nothing_let_nobody_rest(value: str) -> None:
    assert rests({"x-business-use-case-usage": value, "x-app-usage": value}, NOW) is None


# --- small parts


def test_the_way_to_the_next_page_keeps_no_secret() -> None:
    further = "https://graph.facebook.com/v25.0/5515/feed?access_token=x&appsecret_proof=y&limit=5&until=7"
    assert following({"paging": {"next": further}}) == {"limit": "5", "until": "7"}
    assert following({"paging": {"next": 3}}) is None
    assert following({}) is None


def test_what_was_made_has_an_id_or_nobody_knows() -> None:
    assert made({"post_id": "1", "id": "2"}, "post_id", "id") == "1"
    with pytest.raises(Unknown):
        made({"id": ""})


def test_length_is_of_the_text_with_its_link() -> None:
    assert length.measure("Une lampe", "") == 9
    assert length.measure("Une lampe", "https://a.example") == 9 + 2 + 17
    assert length.measure("Voir https://a.example", "https://a.example") == 22
    assert SPEC.default_text_limit == 63_206


@given(st.text(max_size=60), st.sampled_from(["", "https://a.example/x"]))
@settings(max_examples=60, deadline=None)
def test_what_leaves_is_as_long_as_it_was_measured(text: str, link: str) -> None:
    post = Outgoing("k", text, link, images=(Image(b"", "image/png", 1, 1),))
    assert len(length.message_of(post)) == length.measure(text, link)


def test_a_lost_answer_is_unknown_and_the_post_is_found(facebook: Facebook) -> None:
    facebook.fail_next(after(Reply(503, "")))
    with pytest.raises(Unknown):
        facebook.client().publish(POST, fence)
    assert sight(facebook, at=datetime.now(UTC)) is SightingKind.FOUND
    assert NADIA not in str(facebook.posts)
