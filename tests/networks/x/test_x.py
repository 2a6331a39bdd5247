"""Posts on X: what leaves, what it costs, what comes back, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.http import Refusal
from cm_suite.ops.bench.fake_network import Fault, FaultKind, Reply
from pages.networks.errors import Code, FenceClosed
from pages.networks.spec import Tools
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    Access,
    Image,
    Outgoing,
    Profile,
    Published,
    SightingKind,
)
from pages.networks.x import PRICES, SPEC
from pages.networks.x.client import build
from pages.networks.x.errors import explained, rests
from tests.networks.bench import LINK, TEXT, MemoryPace, picture
from tests.networks.x.fake import LUMEN, NADIA, FakeX, MemoryPurse, answering
from tests.networks.x.problems import DUPLICATE, UNAUTHORIZED, problem

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def post(text: str = TEXT, link: str = "", images: tuple[Image, ...] = ()) -> Outgoing:
    """A post."""
    return Outgoing("k", text, link, "information", "fr", images)


def open_fence() -> None:
    """A fence that lets through."""


def shut_fence() -> None:
    """A fence that does not."""
    raise FenceClosed


def sight(x: FakeX, wanted: Outgoing, **more: Any) -> Any:
    """Look for a post sent about now."""
    now = datetime.now(UTC)
    return x.client(**more).find(wanted, now - timedelta(minutes=1), now)


# --- publishing


def test_what_leaves_is_the_text_with_its_link_and_nothing_else(x: FakeX) -> None:
    published = x.client().publish(post(link=LINK), open_fence)
    (request,) = x.asked("POST", "/2/tweets")
    assert json.loads(request.body) == {"text": f"{TEXT}\n\n{LINK}"}
    assert request.headers["authorization"] == "Bearer token-of-maison-lumen"
    (there,) = x.of(LUMEN)
    assert published == Published(there["id"], f"https://x.com/i/web/status/{there['id']}")
    assert LINK not in there["text"]  # X shortened it, and it is found all the same
    assert sight(x, post(link=LINK)).published.remote_id == there["id"]


def test_images_go_up_first_with_their_words_then_one_post_holds_them(x: FakeX) -> None:
    images = tuple(picture(number) for number in range(4))
    x.client().publish(post("", images=images), open_fence)
    calls = [(each.method, each.path) for each in x.requests]
    upload, words = ("POST", "/2/media/upload"), ("POST", "/2/media/metadata")
    assert calls == [upload] * 4 + [words] * 3 + [("POST", "/2/tweets")]
    assert json.loads(x.asked(*words)[0].body) == {
        "id": "1146654567674912000",
        "metadata": {"alt_text": {"text": "Une lampe dorée, allumée"}},
    }
    assert b"tweet_image" in x.asked(*upload)[0].body
    assert images[0].content in x.asked(*upload)[0].body
    ids = [str(1146654567674912000 + number) for number in range(4)]
    assert json.loads(x.requests[-1].body) == {"media": {"media_ids": ids}}


def test_the_text_of_a_post_with_an_image_is_found_without_its_address(x: FakeX) -> None:
    wanted = post(images=(picture(0),))
    x.client().publish(wanted, open_fence)
    assert "https://t.co/m" in x.of(LUMEN)[0]["text"]
    assert sight(x, wanted).kind is SightingKind.FOUND


def test_an_image_that_x_cannot_read_is_refused_for_good(x: FakeX) -> None:
    failed = {"data": {"id": "1", "processing_info": {"state": "failed"}}}
    for reply in (problem(400, "media type unrecognized."), Reply(200, failed)):
        x.fail_next(answering(reply), "upload")
        with pytest.raises(Never) as refused:
            x.client().publish(post(images=(picture(0),)), open_fence)
        assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)
    assert x.of(LUMEN) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.RESET_AFTER),
        answering(Reply(200, "<html>ok</html>")),
        answering(Reply(200, {"data": {}})),
        answering(Reply(503, "")),
    ],
)
def test_an_upload_that_got_lost_is_safe_to_send_again(x: FakeX, fault: Fault) -> None:
    x.fail_next(fault, "upload")
    with pytest.raises(Later):
        x.client(read_timeout=0.5).publish(post(images=(picture(0),)), open_fence)
    assert x.of(LUMEN) == []
    x.client().publish(post(images=(picture(0),)), open_fence)
    assert len(x.of(LUMEN)) == 1


def test_a_token_refused_at_the_upload_is_the_tokens_fault(x: FakeX) -> None:
    x.fail_next(answering(UNAUTHORIZED), "upload")
    with pytest.raises(Never) as refused:
        x.client().publish(post(images=(picture(0),)), open_fence)
    assert (refused.value.code, refused.value.step) == (Code.ACCESS_REFUSED, NextStep.RECONNECT)


def test_the_same_text_twice_is_refused_by_x_itself(x: FakeX) -> None:
    x.client().publish(post(), open_fence)
    with pytest.raises(Never) as refused:
        x.client().publish(post(), open_fence)
    assert (refused.value.code, refused.value.step) == (Code.DUPLICATE, NextStep.EDIT)
    assert len(x.of(LUMEN)) == 1


# --- finding


def test_a_post_is_told_from_others_of_its_time(x: FakeX) -> None:
    now = datetime.now(UTC)
    x.say(LUMEN, "Tout autre chose", at=now - timedelta(seconds=30))
    mine = x.say(LUMEN, f"{TEXT}\n\n{LINK}", at=now - timedelta(seconds=20))
    x.say(NADIA, f"{TEXT}\n\n{LINK}", at=now - timedelta(seconds=10))
    found = x.client().find(post(link=LINK), now - timedelta(minutes=1), now).published
    assert found is not None
    assert (found.remote_id, found.at) == (mine["id"], datetime.fromisoformat(mine["created_at"]))
    assert x.client().find(post("Une autre lampe"), now - timedelta(minutes=1), now) == ABSENT


def test_of_two_alike_the_one_closest_to_its_time_is_taken(x: FakeX) -> None:
    now = datetime.now(UTC) - timedelta(days=2)
    near = x.say(LUMEN, TEXT, at=now + timedelta(seconds=5))
    x.say(LUMEN, TEXT, at=now + timedelta(seconds=90))
    x.say(LUMEN, TEXT, at=now - timedelta(minutes=5))  # outside, for X and for us
    found = x.client().find(post(), now, now + timedelta(minutes=1)).published
    assert found is not None
    assert found.remote_id == near["id"]
    (request,) = x.asked("GET", f"/2/users/{LUMEN.id}/tweets")
    assert request.query["start_time"] == (now - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "end_time" in request.query


def test_an_end_that_is_not_past_is_not_asked_for(x: FakeX) -> None:
    assert sight(x, post()) == ABSENT
    (request,) = x.asked("GET", f"/2/users/{LUMEN.id}/tweets")
    assert "end_time" not in request.query


def test_it_reads_on_until_the_list_ends(x: FakeX) -> None:
    now = datetime.now(UTC)
    wanted = x.say(LUMEN, TEXT, at=now - timedelta(seconds=50))
    for number in range(25):
        x.say(LUMEN, f"Lampe {number}", at=now - timedelta(seconds=number))
    assert sight(x, post()).published.remote_id == wanted["id"]
    assert len(x.asked("GET", f"/2/users/{LUMEN.id}/tweets")) == 3


def test_too_many_to_read_cannot_be_told(x: FakeX) -> None:
    now = datetime.now(UTC)
    for number in range(101):
        x.say(LUMEN, f"Lampe {number}", at=now - timedelta(milliseconds=10 * number))
    assert sight(x, post()) == CANNOT_TELL


@pytest.mark.parametrize("row", [{}, {"id": "1", "text": "Une lampe"}, {"id": "1", "created_at": "hier"}])
def test_what_cannot_be_read_cannot_be_told(x: FakeX, row: dict[str, Any]) -> None:
    x.fail_next(answering(Reply(200, {"data": [row]})), "read")
    assert sight(x, post()) == CANNOT_TELL


@pytest.mark.parametrize("body", [{}, {"title": "ok"}, {"data": []}, {"meta": {}}, {"errors": [{}]}])
def test_what_is_no_list_of_xs_promises_nothing(x: FakeX, body: dict[str, Any]) -> None:
    x.say(LUMEN, TEXT)
    x.fail_next(answering(Reply(200, body)), "read")
    with pytest.raises(Later) as later:
        sight(x, post())
    assert later.value.code == "answer_unreadable"


def test_a_longer_post_is_compared_whole(x: FakeX) -> None:
    long = "Une lampe dorée. " * 30
    x.say(LUMEN, "Une lampe dorée…", note_tweet={"text": long})
    assert sight(x, post(long)).kind is SightingKind.FOUND
    assert sight(x, post("Une lampe dorée…")) == ABSENT


# --- taking down, and whose account it is


def test_taking_down_is_asked_once_and_paid(x: FakeX, purse: MemoryPurse) -> None:
    made = x.say(LUMEN, TEXT)
    client = x.client(purse=purse)
    client.delete(made["id"])
    assert (x.of(LUMEN), purse.paid) == ([], {"delete": 1})
    client.delete(made["id"])
    assert purse.paid == {"delete": 1}  # what was gone already cost nothing


def test_what_is_no_id_of_x_is_asked_of_nobody(x: FakeX) -> None:
    x.client().delete("../users/me")
    assert list(x.requests) == []


def test_the_profile_is_the_tokens(x: FakeX) -> None:
    assert x.client().profile() == Profile(
        LUMEN.id, "@maison_lumen", "Maison Lumen", "https://x.com/maison_lumen", 1204
    )


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": {"id": "x", "name": "N"}}, {"data": {"id": "1"}}]
)
def test_another_server_is_said_to_be_no_x(x: FakeX, body: dict[str, Any]) -> None:
    x.fail_next(answering(Reply(200, body)), "read")
    with pytest.raises(Never) as refused:
        x.client().profile()
    assert (refused.value.code, refused.value.step) == (Code.NOT_THIS_NETWORK, NextStep.EDIT)


# --- money


@pytest.mark.parametrize(
    ("outgoing", "paid"),
    [
        (post("Une lampe"), {"create": 1}),
        (post("Une lampe", LINK), {"create_with_url": 1}),
        (post("Une lampe sur lumen.fr"), {"create_with_url": 1}),
        (post("Une lampe", images=(picture(0), picture(1))), {"media_metadata": 1, "create": 1}),
    ],
)
def test_a_post_costs_by_what_it_holds(
    x: FakeX, purse: MemoryPurse, outgoing: Outgoing, paid: dict[str, int]
) -> None:
    x.client(purse=purse).publish(outgoing, open_fence)
    assert purse.paid == paid
    assert purse.left == 10**12 - sum(PRICES[what] * times for what, times in paid.items())


def test_an_empty_purse_lets_no_byte_out(x: FakeX) -> None:
    made = x.say(NADIA, "@maison_lumen Trop chère.")
    now = datetime.now(UTC)
    client = x.client(purse=MemoryPurse(left=4_999))
    for call in (
        lambda: client.publish(post(images=(picture(0),)), open_fence),
        lambda: client.find(post(), now, now),
        lambda: client.delete("1"),
        lambda: client.profile(),
        lambda: client.comments(""),
        lambda: client.messages(""),
        lambda: client.comment(made["id"]),
        lambda: client.hide(made["id"], ""),
        lambda: client.unhide(made["id"]),
        lambda: client.figures([made["id"]]),
    ):
        with pytest.raises(Never) as refused:
            call()
        assert (refused.value.code, refused.value.step) == (Code.BUDGET_SPENT, NextStep.PAY)
    assert list(x.requests) == []


def test_a_link_that_the_budget_does_not_cover_is_refused_and_a_word_is_not(x: FakeX) -> None:
    purse = MemoryPurse(left=15_000)
    with pytest.raises(Never):
        x.client(purse=purse).publish(post(link=LINK), open_fence)
    assert list(x.requests) == []
    x.client(purse=purse).publish(post(), open_fence)
    assert purse.left == 0


def test_what_the_budget_covers_in_part_is_not_begun(x: FakeX) -> None:
    for left in (14_999, 19_999):
        purse = MemoryPurse(left=left)
        with pytest.raises(Never):
            x.client(purse=purse).publish(post(images=(picture(0),)), open_fence)
        assert purse.left == left
    assert list(x.requests) == []


def test_what_the_fence_stops_or_x_refuses_costs_nothing(x: FakeX, purse: MemoryPurse) -> None:
    with pytest.raises(FenceClosed):
        x.client(purse=purse).publish(post(), shut_fence)
    x.fail_next(answering(DUPLICATE))
    with pytest.raises(Never):
        x.client(purse=purse).publish(post(), open_fence)
    assert purse.paid == {"create": 0}


def test_what_may_have_been_done_stays_counted(x: FakeX, purse: MemoryPurse) -> None:
    x.fail_next(Fault(FaultKind.RESET_AFTER))
    with pytest.raises(Unknown):
        x.client(purse=purse).publish(post(), open_fence)
    assert purse.paid == {"create": 1}


def test_a_read_is_counted_by_what_it_brought(x: FakeX, purse: MemoryPurse) -> None:
    for number in range(3):
        x.say(LUMEN, f"Lampe {number}")
    assert sight(x, post(), purse=purse) == ABSENT
    assert purse.paid == {"post_look": 3}


def test_a_purse_that_takes_nothing_back_counts_what_was_asked_for(x: FakeX) -> None:
    class Strict:
        def __init__(self) -> None:
            self.paid: list[tuple[str, int]] = []

        def pay(self, what: str, times: int = 1) -> None:
            self.paid.append((what, times))

    purse = Strict()
    tools = Tools(http=x.way(), purse=purse)
    client = build(Access(x.origin, "token-of-maison-lumen", LUMEN.id), tools)
    now = datetime.now(UTC)
    assert client.find(post(), now, now) == ABSENT
    assert purse.paid == [("post_look", 10)]


def test_a_read_that_never_left_costs_nothing(x: FakeX, purse: MemoryPurse) -> None:
    pace = MemoryPace()
    pace.block("x:1", datetime.now(UTC) + timedelta(minutes=1))
    with pytest.raises(Later):
        x.client(purse=purse, pace=pace).comments("")
    assert purse.paid == {"post_read": 0, "user_read": 0}
    x.fail_next(Fault(FaultKind.RESET_AFTER), "read")
    with pytest.raises(Later):
        x.client(purse=purse).comments("")
    assert purse.paid == {"post_read": 20, "user_read": 20}  # X may have charged for it


def test_every_name_that_is_paid_under_has_a_price() -> None:
    assert SPEC.prices == {
        "create": 15_000,
        "create_with_url": 200_000,
        "media_metadata": 5_000,
        "post_read": 5_000,
        "user_read": 10_000,
        "message_read": 10_000,
        "post_look": 5_000,
        "message_look": 10_000,
        "message": 15_000,
        "hide": 5_000,
        "delete": 10_000,
    }
    assert SPEC.reads < set(SPEC.prices)


class Diary(MemoryPurse):
    """A purse that knows what was read today."""

    def first_today(self, what: str, ids: Collection[str]) -> int:
        known = self.read.setdefault(what, set())
        new = set(ids) - known
        known |= new
        return len(new)

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[str, set[str]] = {}


def test_what_is_read_twice_in_a_day_is_counted_once(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    said = [x.say(NADIA, f"Avis {number}", ours["id"])["id"] for number in range(3)]
    purse = Diary()
    client = x.client(purse=purse)
    client.comments("")
    once = dict(purse.paid)
    assert once == {"post_read": 4, "user_read": 2}  # theirs and ours; Nadia and the account itself
    client.comments("")
    client.comment(said[0])
    assert purse.paid == once
    assert purse.left == 10**12 - 4 * 5_000 - 2 * 10_000


def test_looking_for_our_own_words_is_no_reading(x: FakeX, purse: MemoryPurse) -> None:
    x.say(LUMEN, "Une lampe")
    sight(x, post(), purse=purse)
    assert set(purse.paid).isdisjoint(SPEC.reads)


# --- refusals and rests


@pytest.mark.parametrize(
    ("status", "detail", "kind", "code", "step"),
    [
        (401, "Unauthorized", "", Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (402, "has no credits to fulfill this request", "credits", Code.BUDGET_SPENT, NextStep.PAY),
        (
            403,
            "You are not allowed to create a Tweet with duplicate content.",
            "",
            Code.DUPLICATE,
            NextStep.EDIT,
        ),
        (403, "You are not permitted to perform this action.", "", Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
        (
            403,
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
            "engaged by the author of the post you are replying to.",
            "",
            Code.NOT_ALLOWED_HERE,
            NextStep.CONTACT,
        ),
        (403, "…a Tweet that is deleted or not visible to you.", "", Code.NOT_FOUND, NextStep.CONTACT),
        (403, "User has been suspended", "", Code.ACCOUNT_CLOSED, NextStep.CONTACT),
        (403, "…this account is temporarily locked.", "", Code.CHECKPOINT, NextStep.CONTACT),
        (403, "When authenticating…", "client-forbidden", Code.REVIEW_MISSING, NextStep.CONTACT),
        (403, "…app permissions", "oauth1-permissions", Code.SCOPE_MISSING, NextStep.RECONNECT),
        (400, "Your Tweet text is too long.", "invalid-request", Code.CONTENT_REFUSED, NextStep.EDIT),
        (404, "Could not find tweet", "resource-not-found", Code.NOT_FOUND, NextStep.CONTACT),
        (422, "", "", Code.CONTENT_REFUSED, NextStep.EDIT),
    ],
)
def test_a_refusal_says_what_can_be_done(
    status: int, detail: str, kind: str, code: Code, step: NextStep
) -> None:
    body = json.dumps(problem(status, detail, kind).body).encode()
    never = explained(Refusal(status=status, headers={}, body=body, answer="said"))
    assert (never.code, never.step, never.answer) == (code, step, "said")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
@pytest.mark.parametrize("body", [b"<html>Attention required</html>", b"", b"[]", b"\xff"])
def test_a_wall_in_front_of_x_says_nothing_of_the_account(status: int, body: bytes) -> None:
    never = explained(Refusal(status=status, headers={}, body=body))
    assert (never.code, never.step) == (Code.BLOCKED, NextStep.CONTACT)


def test_an_older_error_is_read_too() -> None:
    body = b'{"errors":[{"code":187,"message":"You tried duplicate content"}, 7]}'
    assert explained(Refusal(status=403, headers={}, body=body)).code == Code.DUPLICATE


def _at(minutes: int) -> str:
    return str(int((NOW + timedelta(minutes=minutes)).timestamp()))


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({}, None),
        ({"x-rate-limit-remaining": "1", "x-rate-limit-reset": _at(9)}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": _at(9)}, NOW + timedelta(minutes=9)),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": _at(-1)}, None),
        ({"x-rate-limit-remaining": "0"}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "soon"}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "9" * 30}, None),
        (
            {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": _at(600)},
            NOW + timedelta(hours=10),
        ),
        (
            {
                "x-rate-limit-remaining": "0",
                "x-rate-limit-reset": _at(9),
                "x-app-limit-24hour-remaining": "0",
                "x-app-limit-24hour-reset": _at(90),
            },
            NOW + timedelta(minutes=90),
        ),
    ],
)
def test_the_account_rests_until_the_headers_say(headers: dict[str, str], until: datetime | None) -> None:
    assert rests(headers, NOW) == until


def test_without_a_way_there_is_no_client() -> None:
    with pytest.raises(ValueError, match="way to the network"):
        build(Access("", "t", "1"), Tools())
