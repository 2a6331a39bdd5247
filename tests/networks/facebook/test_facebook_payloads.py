"""Payload files of Facebook: file in, dataclass out. Each names its page and what is invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.http import Refusal
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.facebook import mapping
from pages.networks.graph_errors import explained, rests
from pages.networks.graph_messages import message
from pages.networks.graph_sightings import Seen
from pages.networks.meta_hooks import Stir, stirred
from pages.networks.types import (
    AudienceDay,
    Commenter,
    CommentKind,
    CommentPresence,
    Figure,
    IncomingComment,
    Metric,
    Profile,
    Published,
    ThreadPost,
)
from tests.networks.facebook.fake import Facebook
from tests.networks.facebook.words import PAGE

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
NADIA: Final = Commenter("7001", "Nadia")
PAUL: Final = Commenter("7002", "Paul")
POST: Final = ThreadPost("5515_101", "https://www.facebook.com/5515/posts/101", "Une lampe", TEN)
MESSAGE: Final = "Ma commande ?"


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def payload(name: str) -> Any:
    return file(name)["payload"]


def minute(number: int) -> datetime:
    return TEN + timedelta(minutes=number)


def figure(metric: Metric, value: int, name: str) -> Figure:
    return Figure(metric, value, name, "v25.0")


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_page_and_what_is_invented(name: str) -> None:
    found = file(name)
    assert set(found) == {"source", "invented", "payload"}
    assert urlsplit(found["source"]).netloc == "developers.facebook.com"
    assert all(isinstance(each, str) and each for each in found["invented"])


READ: Final[dict[str, tuple[Callable[[Any], Any], Any]]] = {
    "page": (
        lambda said: mapping.profile(said, 63_206),
        Profile(PAGE, "@maisonlumen", "Maison Lumen", "https://www.facebook.com/maisonlumen", 1204, 63_206),
    ),
    "page_bare": (
        lambda said: mapping.profile(said, 63_206),
        Profile("5516", "", "Atelier Roche", "", None, 63_206),
    ),
    "post_card": (
        mapping.seen,
        Seen(Published(POST.remote_id, POST.url, TEN), TEN, "Une lampe", "https://www.lumen.example/lampe"),
    ),
    "post_without_words": (mapping.seen, Seen(Published("5515_102", "", TEN), TEN, "")),
    "comment": (
        lambda said: mapping.comment(said, POST),
        IncomingComment(
            "101_201",
            "Trop chère.\nVraiment.",
            NADIA,
            POST,
            url="https://www.facebook.com/5515/posts/101?comment_id=201",
            at=minute(5),
        ),
    ),
    "comment_reply_hidden": (
        lambda said: mapping.comment(said, POST),
        IncomingComment(
            "101_202",
            "Pas du tout.",
            PAUL,
            POST,
            "101_201",
            at=minute(6),
            presence=CommentPresence.HIDDEN,
        ),
    ),
    "comment_unreviewed": (
        lambda said: mapping.comment(said, None),
        IncomingComment("101_203", "Merci", at=minute(7)),
    ),
    "mention": (
        mapping.mention,
        IncomingComment(
            "7001_301",
            "Vu chez Maison Lumen.",
            NADIA,
            url="https://www.facebook.com/7001/posts/301",
            at=minute(60),
            kind=CommentKind.MENTION,
        ),
    ),
    "message": (
        lambda said: message(said, "t_900", mapping.author(said)),
        IncomingComment(
            "m_AbC-1_2", MESSAGE, NADIA, at=minute(90), kind=CommentKind.MESSAGE, conversation="t_900"
        ),
    ),
    "hook_feed": (lambda said: stirred(json.dumps(said).encode()), (Stir("page", PAGE, "feed"),)),
    "hook_messages": (lambda said: stirred(json.dumps(said).encode()), (Stir("page", PAGE, "messages"),)),
    "usage_business": (
        lambda said: rests({"x-business-use-case-usage": json.dumps(said)}, TEN),
        minute(19),
    ),
    "usage_app": (lambda said: rests({"x-app-usage": json.dumps(said)}, TEN), None),
}


@pytest.mark.parametrize("name", list(READ))
def test_a_payload_is_read_as_what_it_says(name: str) -> None:
    read, expected = READ[name]
    assert read(payload(name)) == expected


@pytest.mark.parametrize("name", ["page", "post_card", "comment", "mention", "message"])
@pytest.mark.parametrize("broken", [None, "", [], {}, True, "x" * 300, "a\u0000b"])
def test_without_an_id_it_is_nothing(name: str, broken: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        READ[name][0](payload(name) | {"id": broken})


@pytest.mark.parametrize("name", ["post_card", "comment", "mention", "message"])
@pytest.mark.parametrize("broken", [None, "", "soon", "0001-01-01T00:00:00+2359", 10**18, True])
def test_without_its_time_it_is_nothing(name: str, broken: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        READ[name][0](payload(name) | {"created_time": broken})


def test_an_address_that_is_none_is_left_out() -> None:
    for address in ("javascript:alert(1)", "https://" + "x" * 600, 3, None, "https://a.example/\u0007"):
        assert mapping.comment(payload("comment") | {"permalink_url": address}, None).url == ""


REFUSED: Final = {
    "error_token": (Code.ACCESS_REFUSED, NextStep.RECONNECT),
    "error_duplicate": (Code.DUPLICATE, NextStep.EDIT),
    "error_window": (Code.WINDOW_CLOSED, NextStep.NONE),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_refusal_is_read_as_what_it_says(name: str) -> None:
    body = json.dumps(payload(name)).encode()
    found = explained(Refusal(status=400, headers={}, body=body), write=True)
    assert isinstance(found, Never)
    assert (found.code, found.step) == REFUSED[name]


# --- what needs more than one answer


def test_the_insights_of_a_page_are_days(facebook: Facebook) -> None:
    facebook.refused[f"{PAGE}/insights"] = Reply(200, payload("insights_page"))
    gained, lost = "page_daily_follows_unique", "page_daily_unfollows_unique"
    assert facebook.client().audience(date(2026, 8, 11), date(2026, 8, 12)) == (
        AudienceDay(date(2026, 8, 11), (figure(Metric.GAINED, 9, gained), figure(Metric.LOST, 4, lost))),
        AudienceDay(date(2026, 8, 12), (figure(Metric.GAINED, 0, gained),)),
    )


def test_the_counts_of_a_post_and_its_insights_are_figures(facebook: Facebook) -> None:
    facebook.refused |= {
        " id,shares": Reply(200, {POST.remote_id: payload("counts_post")}),
        " id,insights": Reply(200, {POST.remote_id: payload("insights_post")}),
    }
    assert facebook.client().figures([POST.remote_id]) == {
        POST.remote_id: (
            figure(Metric.REACTIONS, 12, "reactions"),
            figure(Metric.COMMENTS, 3, "comments"),
            figure(Metric.RESHARES, 2, "shares"),
            figure(Metric.CLICKS, 40, "post_clicks"),
            figure(Metric.VIEWS, 900, "post_media_view"),
        )
    }


def test_the_engagement_of_an_address_is_four_figures(facebook: Facebook) -> None:
    facebook.refused[" engagement"] = Reply(200, payload("url_engagement"))
    found = facebook.client().url_figures("https://www.lumen.example/")
    assert [(each.metric, each.value) for each in found] == [
        (Metric.REACTIONS, 120),
        (Metric.COMMENTS, 14),
        (Metric.RESHARES, 31),
        (Metric.PLUGIN_COMMENTS, 2),
    ]


def test_what_is_known_of_a_token_is_in_its_grant(facebook: Facebook) -> None:
    facebook.refused["debug_token"] = Reply(200, payload("debug_token"))
    known = facebook.door()._debugged("any")
    assert known["data_access_expires_at"] == 1_800_000_000
    assert known["scopes"] == ["pages_show_list", "pages_manage_posts"]
