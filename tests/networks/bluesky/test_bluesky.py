"""What leaves for Bluesky and what is made of its answers: posts, images, sessions, the account itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Fault, FaultKind
from pages.networks.base import Logs
from pages.networks.bluesky import SPEC
from pages.networks.bluesky.client import BlueskyClient, build
from pages.networks.bluesky.wire import HOST, Wire, rests
from pages.networks.errors import Code
from pages.networks.spec import Tools
from pages.networks.types import Access, Image, Outgoing, Profile, Published, SightingKind
from tests.networks.bench import MemoryPace, picture
from tests.networks.bluesky.fake import Bluesky, before
from tests.networks.bluesky.people import NADIA, OURS, PASSWORD, token

LINK: Final = "https://www.maison-lumen.example/vitrine/samedi?a=1&b=2"
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
RESET: Final = Fault(FaultKind.RESET_BEFORE)


def outgoing(text: str = "Une lampe", link: str = "", *images: Image) -> Outgoing:
    return Outgoing("k", text, link, "information", "fr", images)


def sent(server: Bluesky, post: Outgoing) -> dict[str, Any]:
    """The record that a post becomes."""
    server.client().publish(post, lambda: None)
    (record,) = server.posts().values()
    return record


def now_is(client: Any, post: Outgoing) -> SightingKind:
    kind: SightingKind = client.find(post, TEN, TEN).kind
    return kind


# --- posts


def test_a_post_is_its_text_its_language_and_its_time(server: Bluesky) -> None:
    with time_machine.travel(TEN):
        published = server.client().publish(outgoing(" Une lampe\n"), lambda: None)
    (rkey, record) = next(iter(server.posts().items()))
    assert record == {
        "$type": "app.bsky.feed.post",
        "text": "Une lampe",
        "createdAt": "2026-08-12T10:00:00.000Z",
        "langs": ["fr"],
    }
    at = f"at://{OURS}/app.bsky.feed.post/{rkey}"
    assert published == Published(at, f"https://bsky.app/profile/{OURS}/post/{rkey}", TEN)
    assert server.client().find(outgoing(), TEN, TEN).published == published


def test_a_link_that_the_text_does_not_hold_is_a_card(server: Bluesky) -> None:
    record = sent(server, outgoing("Une lampe", LINK))
    card = {"uri": LINK, "title": "maison-lumen.example", "description": ""}
    assert record["embed"] == {"$type": "app.bsky.embed.external", "external": card}
    assert (record["text"], "facets" in record) == ("Une lampe", False)


def test_a_link_that_the_text_holds_is_marked_where_it_stands(server: Bluesky) -> None:
    record = sent(server, outgoing(f"✨ {LINK} dès samedi", LINK))
    (facet,) = record["facets"]
    assert facet["index"] == {"byteStart": 4, "byteEnd": 4 + len(LINK)}
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#link", "uri": LINK}]
    assert "embed" not in record


def test_beside_images_the_link_stands_shortened_below_the_text(server: Bluesky) -> None:
    record = sent(server, outgoing("Une lampe ✨", LINK, picture(0)))
    assert record["text"] == "Une lampe ✨\n\nwww.maison-lumen.example/vitrine/same…"
    (facet,) = record["facets"]
    assert record["text"].encode()[facet["index"]["byteStart"] :].decode() == (
        "www.maison-lumen.example/vitrine/same…"
    )
    assert facet["features"][0]["uri"] == LINK
    assert record["embed"]["$type"] == "app.bsky.embed.images"


def test_who_is_named_is_looked_up_and_nobody_stays_a_word(server: Bluesky) -> None:
    record = sent(server, outgoing("Merci @Nadia.example et @personne.example, #Vitrine"))
    marks = [each["features"][0] for each in record["facets"]]
    assert marks == [
        {"$type": "app.bsky.richtext.facet#mention", "did": NADIA},
        {"$type": "app.bsky.richtext.facet#tag", "tag": "Vitrine"},
    ]
    assert len(server.asked("com.atproto.identity.resolveHandle")) == 2


def test_a_lookup_that_fails_sends_nothing(server: Bluesky) -> None:
    server.fail_next(before(502, "<html>"), "read")
    with pytest.raises(Later):
        server.client().publish(outgoing("Merci @nadia.example"), lambda: pytest.fail("crossed"))
    assert server.posts() == {}


def test_images_keep_their_order_their_words_and_their_shape(server: Bluesky) -> None:
    images = [picture(number) for number in range(4)]
    record = sent(server, outgoing("Une lampe", "", *images))
    shown = record["embed"]["images"]
    assert [each["alt"] for each in shown] == [each.alt for each in images]
    assert [each["aspectRatio"] for each in shown] == [{"width": 4, "height": 4}] * 4
    assert [each["image"]["size"] for each in shown] == [len(each.content) for each in images]
    assert [each.body for each in server.asked("com.atproto.repo.uploadBlob")] == [
        each.content for each in images
    ]


@pytest.mark.parametrize(
    "images",
    [
        [picture(number) for number in range(5)],
        [replace(picture(0), content=b"x" * 2_000_001)],
        [replace(picture(0), content=b"")],
        [replace(picture(0), media_type="image/tiff")],
    ],
    ids=["too many", "too large", "empty", "another kind"],
)
def test_what_the_network_does_not_take_is_refused_before_anything_leaves(
    server: Bluesky, images: list[Image]
) -> None:
    with pytest.raises(Never) as refused:
        server.client().publish(outgoing("Une lampe", "", *images), lambda: pytest.fail("crossed"))
    assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)
    assert list(server.requests) == []


@pytest.mark.parametrize(
    "fault",
    [RESET, Fault(FaultKind.RESET_AFTER), before(500), before(200, "<html>"), before(200, {"blob": 1})],
)
def test_an_image_that_got_lost_is_for_later_for_it_shows_nothing(server: Bluesky, fault: Fault) -> None:
    server.fail_next(fault, "upload")
    with pytest.raises(Later):
        server.client().publish(outgoing("Une lampe", "", picture(0)), lambda: pytest.fail("crossed"))
    assert server.posts() == {}
    server.client().publish(outgoing("Une lampe", "", picture(0)), lambda: None)
    assert len(server.posts()) == 1


@pytest.mark.parametrize(
    ("status", "name", "words"),
    [
        (413, "PayloadTooLarge", "request entity too large"),
        (400, "InvalidRequest", "Invalid record: blob too big (maximum 1000000, got 1500000)"),
        (400, "InvalidMimeType", "Referenced Mimetype does not match stored blob"),
    ],
)
def test_an_image_that_an_older_server_does_not_take(
    server: Bluesky, status: int, name: str, words: str
) -> None:
    server.fail_next(before(status, {"error": name, "message": words}), "upload")
    with pytest.raises(Never) as refused:
        server.client().publish(outgoing("Une lampe", "", picture(0)), lambda: None)
    assert (refused.value.code, refused.value.step) == (Code.MEDIA_REFUSED, NextStep.EDIT)


def test_the_same_post_a_second_time_is_one_record_and_an_unknown_answer(server: Bluesky) -> None:
    sent(server, outgoing())
    with pytest.raises(Unknown):
        server.client().publish(outgoing(), lambda: None)
    assert len(server.posts()) == 1
    assert now_is(server.client(), outgoing()) is SightingKind.FOUND


def test_another_key_is_another_post_whatever_the_words(server: Bluesky) -> None:
    sent(server, outgoing())
    other = replace(outgoing(), key="other")
    assert now_is(server.client(), other) is SightingKind.ABSENT
    server.client().publish(other, lambda: None)
    assert len(server.posts()) == 2


def test_looking_fails_as_the_server_fails(server: Bluesky) -> None:
    for fault, expected in (
        (before(502, "<html>"), Later),
        (before(200, "<html>"), Later),
        (before(200, []), Later),
        (before(200, {"uri": "at://somebody/else", "value": {}}), Later),
        (before(400, {"error": "ExpiredToken"}), Never),
    ):
        server.fail_next(fault, "read")
        with pytest.raises(expected):
            server.client().find(outgoing(), TEN, TEN)


def test_a_text_too_long_is_for_its_author(server: Bluesky) -> None:
    with pytest.raises(Never) as refused:
        server.client().publish(outgoing("é" * 301), lambda: None)
    assert (refused.value.code, refused.value.step) == (Code.CONTENT_REFUSED, NextStep.EDIT)
    assert server.posts() == {}


# --- sessions


def test_a_password_is_used_once_and_opens_a_session(server: Bluesky) -> None:
    grant = server.client(token="", remote_id="").log_in(" @maison-lumen.example ", PASSWORD)
    assert grant.login == "maison-lumen.example"
    assert grant.scopes == ("com.atproto.appPassPrivileged",)
    assert grant.expires_at is not None
    assert grant.refresh_expires_at is not None
    left = grant.expires_at - datetime.now(UTC), grant.refresh_expires_at - datetime.now(UTC)
    assert timedelta(hours=1) < left[0] <= timedelta(hours=2) < timedelta(days=89) < left[1]
    (asked,) = server.requests
    assert "authorization" not in asked.headers
    assert PASSWORD not in repr(grant)
    assert PASSWORD not in repr(server.client().__dict__)


def test_the_session_says_whose_it_is(server: Bluesky) -> None:
    grant = server.client(token="", remote_id="").log_in("maison-lumen.example", PASSWORD)
    profile = server.client(token=grant.token, remote_id="").profile()
    assert profile == Profile(
        remote_id=OURS,
        handle="@maison-lumen.example",
        name="Maison Lumen",
        url=f"https://bsky.app/profile/{OURS}",
        followers=214,
        text_limit=300,
    )


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        (401, {"error": "AuthenticationRequired", "message": "Invalid"}, Code.ACCESS_REFUSED),
        (401, {"error": "AuthFactorTokenRequired"}, Code.ACCESS_REFUSED),
        (401, {"error": "AccountTakedown"}, Code.ACCOUNT_CLOSED),
        (200, {"accessJwt": "a", "refreshJwt": "b", "active": False}, Code.ACCOUNT_CLOSED),
    ],
)
def test_a_login_that_is_refused(server: Bluesky, status: int, said: dict[str, Any], code: Code) -> None:
    server.fail_next(before(status, said), "session")
    with pytest.raises(Never) as refused:
        server.client(token="").log_in("maison-lumen.example", PASSWORD)
    assert (refused.value.code, refused.value.step) == (code, NextStep.RECONNECT)


def test_a_wrong_password_is_refused(server: Bluesky) -> None:
    with pytest.raises(Never) as refused:
        server.client(token="").log_in("maison-lumen.example", "wrong")
    assert (refused.value.code, refused.value.step) == (Code.ACCESS_REFUSED, NextStep.RECONNECT)
    assert "wrong" not in refused.value.answer


def test_a_server_that_says_the_password_back_teaches_nobody(server: Bluesky) -> None:
    server.fail_next(before(400, {"error": "InvalidRequest", "message": f"{PASSWORD} is wrong"}), "session")
    with pytest.raises(Never) as refused:
        server.client(token="").log_in("maison-lumen.example", PASSWORD)
    assert "is wrong" in refused.value.answer
    assert PASSWORD not in refused.value.answer


def test_a_session_renews_itself_with_its_other_token(server: Bluesky) -> None:
    opening, renewal = server.open(OURS)
    grant = server.client(token=opening, refresh_token=renewal).refresh()
    assert {grant.token, grant.refresh_token}.isdisjoint({opening, renewal, ""})
    assert server.requests[-1].headers["authorization"] == f"Bearer {renewal}"
    assert server.client(token=grant.token).profile().remote_id == OURS


def test_a_password_taken_back_ends_the_session(server: Bluesky) -> None:
    for refresh_token in ("", "gone.gone.gone"):
        with pytest.raises(Never) as refused:
            server.client(refresh_token=refresh_token).refresh()
        assert (refused.value.code, refused.value.step) == (Code.EXPIRED, NextStep.RECONNECT)


def test_a_renewal_that_fails_in_passing_is_for_later(server: Bluesky) -> None:
    for fault in (before(502, "<html>"), before(200, "<html>"), before(200, {"accessJwt": "a"}), RESET):
        server.fail_next(fault, "session")
        with pytest.raises(Later):
            server.client(refresh_token="a.b.c").refresh()


# --- the account


def test_the_account_on_a_server_without_a_network(alone: Bluesky) -> None:
    alone.accounts[OURS].of("app.bsky.actor.profile")["self"] = {
        "cid": "c",
        "value": {"$type": "app.bsky.actor.profile", "displayName": "Maison\nLumen"},
    }
    profile = alone.client().profile()
    assert (profile.remote_id, profile.name, profile.followers) == (OURS, "Maison Lumen", None)
    assert profile.handle == "@maison-lumen.example"


@pytest.mark.parametrize("answer", [before(404, "<html>"), before(405, "")])
def test_another_kind_of_server(server: Bluesky, answer: Fault) -> None:
    server.fail_next(answer, "read")
    with pytest.raises(Never) as refused:
        server.client().profile()
    assert (refused.value.code, refused.value.step) == (Code.NOT_THIS_NETWORK, NextStep.EDIT)


def test_a_wall_in_front_of_the_server_says_nothing_about_the_account(server: Bluesky) -> None:
    for status in (401, 403):
        server.fail_next(before(status, "<html>no robots</html>"), "read")
        with pytest.raises(Never) as refused:
            server.client().profile()
        assert (refused.value.code, refused.value.step) == (Code.BLOCKED, NextStep.CONTACT)


def test_without_a_server_it_is_bluesky_s_own() -> None:
    assert Wire(Access("", token(OURS, "s"), ""), None).host == HOST  # type: ignore[arg-type]
    assert Wire(Access("", token(OURS, "s"), ""), None).did == OURS  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="way to the network"):
        build(Access("", "", ""), Tools())


def test_an_account_without_a_call_left_rests_until_the_reset() -> None:
    said = {"ratelimit-remaining": "0", "ratelimit-reset": str(int(TEN.timestamp()) + 60)}
    assert rests(said, TEN) == TEN + timedelta(minutes=1)
    assert rests(said | {"ratelimit-remaining": "1"}, TEN) is None
    assert rests(said, TEN + timedelta(minutes=2)) is None
    for unreadable in ("", "soon", "9" * 30):
        assert rests(said | {"ratelimit-reset": unreadable}, TEN) is None
    assert rests({}, TEN) is None


def test_a_slowed_account_waits_as_long_as_the_header_says(server: Bluesky) -> None:
    pace = MemoryPace()
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=7)
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(until.timestamp()))}
    server.fail_next(before(429, {"error": "RateLimitExceeded"}, headers))
    with pytest.raises(Later) as slowed:
        server.client(pace=pace).publish(outgoing(), lambda: None)
    assert (slowed.value.retry_at, pace.until) == (until, {"bluesky:1": until})


def test_what_it_says_of_itself() -> None:
    assert SPEC.default_text_limit == 300
    assert SPEC.images is not None
    assert (SPEC.images.most, SPEC.images.most_bytes) == (4, 2_000_000)
    assert issubclass(BlueskyClient, Logs)
    assert (SPEC.host, SPEC.door, SPEC.app) == ("https://bsky.social", None, None)
