"""Payload files of Instagram: file in, dataclass out. Each names where it is from and what is invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, Outcome, OutcomeError
from cm_suite.ops.bench.fake_network import Reply as Answered
from pages.networks.errors import Code
from pages.networks.graph import VERSION
from pages.networks.graph_messages import message
from pages.networks.graph_sightings import Seen
from pages.networks.instagram import mapping, sightings
from pages.networks.instagram.errors import of_container
from pages.networks.instagram.length import LIMIT
from pages.networks.types import (
    AudienceDay,
    Candidate,
    Commenter,
    CommentKind,
    CommentPresence,
    Figure,
    Grant,
    Image,
    IncomingComment,
    Metric,
    Outgoing,
    Profile,
    Published,
    Reply,
    ThreadPost,
)
from tests.networks.graph_words import error
from tests.networks.instagram import fake as fakes
from tests.networks.instagram.fake import Instagram, ago
from tests.networks.instagram.words import ACCOUNT, USER_TOKEN

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
MEDIA: Final = "17918920912340654"
POST: Final = ThreadPost(
    MEDIA, "https://www.instagram.com/p/Fb0cuwr2a/", "Nouvelle vitrine", TEN - timedelta(hours=1)
)
NADIA: Final = Commenter("6001", "nadia", "@nadia", "https://www.instagram.com/nadia/")
PAUL: Final = Commenter("6002", "paul.roche", "@paul.roche", "https://www.instagram.com/paul.roche/")
IMAGE: Final = Image(b"jpeg", "image/jpeg", 4, 4, "Une lampe", "https://suite.lumen.example/media/1.jpg")
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def payload(name: str) -> Any:
    return file(name)["payload"]


def says(instagram: Instagram, part: str, name: str) -> None:
    """Let the server answer with a file where the request holds this."""
    instagram.refused[part] = Answered(400 if name.startswith("error_") else 200, payload(name))


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_page_and_what_is_invented(name: str) -> None:
    said = file(name)
    assert set(said) == {"source", "invented", "payload"}
    assert urlsplit(said["source"]).scheme == "https"
    assert said["invented"] != []
    assert all(isinstance(each, str) and each for each in said["invented"])


# --- posts


@pytest.mark.parametrize(
    ("name", "number", "caption", "letter"),
    [
        ("media_image", MEDIA, "Nouvelle vitrine ✨\n#lampe", "a"),
        ("media_without_caption", "17918920912340655", "", "b"),
    ],
)
def test_a_post_of_ours(name: str, number: str, caption: str, letter: str) -> None:
    address = f"https://www.instagram.com/p/Fb0cuwr2{letter}/"
    assert sightings.of_media(payload(name)) == Seen(Published(number, address, TEN), TEN, caption)
    assert mapping.thread_post(payload(name)) == ThreadPost(number, address, caption, TEN)


@pytest.mark.parametrize(
    ("name", "called", "followers"),
    [("profile", "Maison Lumen", 4310), ("profile_bare", "maison_lumen", None)],
)
def test_an_account(name: str, called: str, followers: int | None) -> None:
    assert mapping.profile(payload(name), LIMIT) == Profile(
        ACCOUNT, "@maison_lumen", called, "https://www.instagram.com/maison_lumen/", followers, LIMIT
    )


# --- comments


COMMENTS: Final = {
    "comment": IncomingComment("17870913679156914", "Trop chère (89 €)", NADIA, POST, at=TEN),
    "comment_hidden": IncomingComment(
        "17870913679156915",
        "Très jolie",
        Commenter("", "paul.roche", "@paul.roche", "https://www.instagram.com/paul.roche/"),
        ThreadPost(MEDIA),
        at=TEN + timedelta(hours=1),
        presence=CommentPresence.HIDDEN,
    ),
    "comment_reply": IncomingComment(
        "17873440459141021",
        "Pas du tout",
        PAUL,
        parent_id="17870913679156914",
        at=TEN + timedelta(minutes=10),
    ),
    "comment_bare": IncomingComment("17870913679156916", "", at=TEN),
}


@pytest.mark.parametrize("name", list(COMMENTS))
def test_a_comment(instagram: Instagram, name: str) -> None:
    says(instagram, "GET", name)
    assert instagram.client().comment(payload(name)["id"]) == COMMENTS[name]
    assert not mapping.own(payload(name), ACCOUNT, "maison_lumen")


def test_a_comment_of_our_own() -> None:
    said = payload("comment_own")
    assert mapping.own(said, ACCOUNT, "")
    at = TEN + timedelta(minutes=30)
    assert sightings.of_comment(said) == Seen(Published("17873440459141022", "", at), at, "Merci !")


@pytest.mark.parametrize(
    "said",
    [
        {"from": {"id": ACCOUNT}},
        {"username": "Maison_Lumen"},
        {"from": {"username": "maison_lumen"}},
        {"user": {"id": "1"}},
        {"user": {"id": ACCOUNT}, "username": "renamed"},
        {"user": ACCOUNT, "username": "renamed"},
    ],
)
def test_what_tells_our_own_words_apart(said: dict[str, Any]) -> None:
    assert mapping.own(said, ACCOUNT, "maison_lumen")


@pytest.mark.parametrize(
    "said",
    [
        {"username": "nadia"},
        {"username": "nadia", "user": {"id": "6001"}},
        {"from": {"id": "6001"}},
        {"from": {"id": "6001", "username": "nadia"}, "user": None},
        {},
    ],
)
def test_what_others_say_is_never_taken_for_ours(said: dict[str, Any]) -> None:
    assert not mapping.own(said, ACCOUNT, "maison_lumen")
    assert not mapping.own(said, ACCOUNT, "")


def test_posts_with_what_stands_under_them(instagram: Instagram) -> None:
    says(instagram, "/media", "media_with_comments")
    batch = instagram.client().comments("")
    assert batch.comments == (
        IncomingComment("17870913679156914", "Trop chère (89 €)", NADIA, POST, at=TEN),
        IncomingComment(
            "17873440459141021",
            "Pas du tout",
            PAUL,
            POST,
            "17870913679156914",
            at=TEN + timedelta(minutes=10),
        ),
        IncomingComment(
            "17870913679156915",
            "Très jolie",
            PAUL,
            POST,
            at=TEN + timedelta(hours=1),
            presence=CommentPresence.HIDDEN,
        ),
    )
    assert not batch.more


def test_tags(instagram: Instagram) -> None:
    says(instagram, "/tags", "tags")
    paul, nadia = instagram.client().mentions("").comments
    assert paul == IncomingComment(
        "tag_18030",
        "",
        Commenter("", "paul.roche", "@paul.roche", "https://www.instagram.com/paul.roche/"),
        at=TEN - timedelta(days=1),
        kind=CommentKind.MENTION,
    )
    assert (nadia.remote_id, nadia.text, nadia.url) == (
        "tag_18038",
        "Vu chez maison_lumen",
        "https://www.instagram.com/p/Fb0cuwr2c/",
    )


def test_conversations(instagram: Instagram) -> None:
    says(instagram, "conversations", "conversations")
    assert instagram.client().messages("").comments == (
        IncomingComment(
            "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE",
            "Ma commande ?",
            NADIA,
            at=TEN,
            kind=CommentKind.MESSAGE,
            conversation="aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6",
        ),
    )


# --- publishing, counts, accounts


def test_a_container_its_status_and_the_quota_lead_to_a_post(instagram: Instagram) -> None:
    says(instagram, f"POST {ACCOUNT}/media ", "container")
    says(instagram, "status_code", "container_finished")
    says(instagram, "content_publishing_limit", "quota")
    instagram.refused["media_publish"] = Answered(200, {"id": MEDIA})
    says(instagram, "permalink", "media_image")
    published = instagram.client().publish(Outgoing("k", "Une lampe", images=(IMAGE,)), lambda: None)
    assert published == Published(MEDIA, "https://www.instagram.com/p/Fb0cuwr2a/", TEN)


def test_a_container_that_failed() -> None:
    said = payload("container_error")
    outcome = of_container(said["status"])
    assert isinstance(outcome, Never)
    assert (outcome.code, outcome.step, outcome.answer) == (Code.MEDIA_REFUSED, NextStep.EDIT, said["status"])


def test_a_post_that_is_taken_down_and_one_that_cannot_be(instagram: Instagram) -> None:
    says(instagram, "DELETE", "delete_done")
    instagram.deleting().delete(MEDIA)
    instagram.refused["DELETE"] = Answered(400, payload("delete_refused"))
    with pytest.raises(Never) as never:
        instagram.deleting().delete(MEDIA)
    assert (never.value.code, never.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert len(instagram.asked("DELETE", MEDIA)) == 2


def test_counts(instagram: Instagram) -> None:
    says(instagram, "insights", "insights")
    told = {
        "reach": (Metric.REACH, 103),
        "views": (Metric.VIEWS, 264),
        "likes": (Metric.REACTIONS, 31),
        "comments": (Metric.COMMENTS, 4),
        "saved": (Metric.SAVES, 7),
        "shares": (Metric.RESHARES, 2),
    }
    assert instagram.client().figures([MEDIA]) == {
        MEDIA: tuple(Figure(metric, value, name, VERSION.name) for name, (metric, value) in told.items())
    }


def test_followers_gained_and_lost(instagram: Instagram) -> None:
    says(instagram, "insights", "follows")
    day = date(2026, 8, 12)
    figures = (
        Figure(Metric.GAINED, 12, "follows_and_unfollows.FOLLOWER", VERSION.name),
        Figure(Metric.LOST, 5, "follows_and_unfollows.NON_FOLLOWER", VERSION.name),
    )
    assert instagram.client().audience(day, day) == (AudienceDay(day, figures),)
    says(instagram, "insights", "follows_small")
    assert instagram.client().audience(day, day) == ()


def test_accounts(instagram: Instagram) -> None:
    says(instagram, "me/accounts", "accounts")
    instagram.refused["me/businesses"] = error(10)
    assert instagram.door().accounts(Grant(USER_TOKEN)) == (
        Candidate(
            ACCOUNT,
            "Maison Lumen",
            Grant("a-page-token"),
            "@maison_lumen",
            "https://www.instagram.com/maison_lumen/",
        ),
    )


# --- refusals


ERRORS: Final = [
    ("error_image_large", Outcome.NEVER, Code.MEDIA_REFUSED),
    ("error_ratio", Outcome.NEVER, Code.MEDIA_REFUSED),
    ("error_caption", Outcome.NEVER, Code.CONTENT_REFUSED),
    ("error_fetch", Outcome.NEVER, Code.PUBLIC_URL_NEEDED),
    ("error_restricted", Outcome.NEVER, Code.CHECKPOINT),
    ("error_slow", Outcome.LATER, Code.MEDIA_PROCESSING),
    ("error_upload", Outcome.LATER, Code.MEDIA_PROCESSING),
    ("error_not_ready", Outcome.LATER, Code.MEDIA_PROCESSING),
    ("error_day_full", Outcome.LATER, Code.QUOTA_SPENT),
    ("error_spam", Outcome.LATER, "rate_limited"),
    ("error_server", Outcome.UNKNOWN, "server_error"),
    ("error_container_gone", Outcome.UNKNOWN, "server_error"),
    ("error_permission", Outcome.NEVER, Code.SCOPE_MISSING),
    ("error_token", Outcome.NEVER, Code.EXPIRED),
    ("error_gone", Outcome.NEVER, Code.NOT_FOUND),
]


def test_every_error_file_is_read() -> None:
    assert {name for name, _outcome, _code in ERRORS} == {each for each in FILES if each.startswith("error_")}


@pytest.mark.parametrize(("name", "outcome", "code"), ERRORS)
def test_an_error_of_the_call_that_creates(
    instagram: Instagram, name: str, outcome: Outcome, code: str
) -> None:
    says(instagram, "media_publish", name)
    with time_machine.travel(TEN, tick=False), pytest.raises(OutcomeError) as caught:
        instagram.client().publish(Outgoing("k", "Une lampe", images=(IMAGE,)), lambda: None)
    assert (caught.value.outcome, caught.value.code) == (outcome, code)
    if isinstance(caught.value, Later):
        assert caught.value.retry_at is not None
        assert TEN < caught.value.retry_at <= TEN + timedelta(hours=1)


# --- whatever it answers


WORDS: Final = st.text(max_size=20) | st.sampled_from(
    [ACCOUNT, MEDIA, "2026-08-12T10:00:00+0000", "9999-12-31T23:59:59-12:00", "FINISHED", "\x00", "x" * 300]
)
ANY: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
NAMES: Final = st.sampled_from(
    (
        "id",
        "text",
        "caption",
        "message",
        "timestamp",
        "created_time",
        "username",
        "from",
        "user",
        "hidden",
        "parent_id",
        "replies",
        "data",
        "paging",
        "comments",
        "media",
        "messages",
        "updated_time",
        "permalink",
        "insights",
        "status_code",
        "next",
    )
)
ROW: Final = st.recursive(
    ANY | st.dictionaries(NAMES, ANY, max_size=6),
    lambda inner: (
        st.fixed_dictionaries({"data": st.lists(inner, max_size=3)})
        | st.dictionaries(NAMES, inner, max_size=6)
    ),
    max_leaves=6,
)
FEW: Final = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def outcome_of(act: Callable[[], Any]) -> Any:
    """What came back, or the outcome that was raised; anything else fails the test."""
    try:
        return act()
    except OutcomeError as raised:
        return raised


@FEW
@given(ROW)
def test_any_answer_to_a_question_ends_in_an_answer_or_an_outcome(instagram: Instagram, answer: Any) -> None:
    instagram.refused = {"GET": Answered(200, answer)}
    client, since, until = instagram.client(), ago(minutes=2), ago(minutes=1)
    reply = Reply("k", "17900000000000001", "Merci", author=Commenter("6001"), conversation="aWdf")
    acts: tuple[Callable[[], Any], ...] = (
        client.profile,
        lambda: client.comments(""),
        lambda: client.mentions("1780000000."),
        lambda: client.messages(""),
        lambda: client.comment("17900000000000001"),
        lambda: client.comment("aWdfZAG1"),
        lambda: client.comment("tag_1"),
        lambda: client.figures([MEDIA]),
        lambda: client.audience(TEN.date(), TEN.date()),
        lambda: client.find(Outgoing("k", "Une lampe"), since, until),
        lambda: client.find_reply(reply, since, until),
        lambda: client.find_answer(reply, since, until),
        lambda: instagram.door().accounts(Grant(USER_TOKEN)),
    )
    for act in acts:
        outcome_of(act)


@FEW
@given(ROW)
def test_any_answer_to_a_write_ends_in_an_answer_or_an_outcome(instagram: Instagram, answer: Any) -> None:
    instagram.refused = {"POST": Answered(200, answer), "DELETE": Answered(200, answer)}
    made = instagram.say("Trop chère.", instagram.put("Une lampe"))
    client = instagram.deleting()
    acts: tuple[Callable[[], Any], ...] = (
        lambda: client.publish(Outgoing("k", "Une lampe", images=(IMAGE,)), lambda: None),
        lambda: client.reply(Reply("k", made, "Merci"), lambda: None),
        lambda: client.hide(made, ""),
        lambda: client.delete_comment(made, ""),
        lambda: client.delete(MEDIA),
    )
    for act in acts:
        outcome_of(act)
    assert made in instagram.comments


@FEW
@given(ROW)
def test_whatever_is_read_of_a_comment_can_be_stored(answer: Any) -> None:
    reads: tuple[Callable[[], IncomingComment], ...] = (
        lambda: mapping.comment(answer, None),
        lambda: message(answer, "", mapping.author(answer)),
    )
    for read in reads:
        try:
            found = read()
        except UNREADABLE:
            continue
        assert 0 < len(found.remote_id) <= 200
        assert found.at is not None
        assert found.at.utcoffset() == timedelta(0)


@FEW
@given(st.text(max_size=60) | st.integers(2207000, 2207100).map(lambda code: f"Error: {code}"))
def test_whatever_a_failed_container_says_is_an_outcome(status: str) -> None:
    outcome = of_container(status)
    assert isinstance(outcome, Later | Never)
    assert isinstance(outcome, Never) or outcome.retry_at is not None


def test_an_unreadable_answer_after_the_fence_is_unknown(instagram: Instagram) -> None:
    instagram.fail_next(fakes.after(Answered(200, "[]")))
    raised = outcome_of(
        lambda: instagram.client().publish(Outgoing("k", "Une lampe", images=(IMAGE,)), lambda: None)
    )
    assert raised.outcome is Outcome.UNKNOWN
