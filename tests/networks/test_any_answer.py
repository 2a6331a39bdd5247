"""Whatever a server answers, it ends in an answer of ours or in a typed outcome, and can be stored."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, Outcome, OutcomeError, Unknown
from cm_suite.core.http import DEEPEST, Answer, Refusal, parsed, retry_at
from pages.networks.mastodon import mapping
from pages.networks.mastodon.errors import explained
from pages.networks.types import (
    CommentBatch,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    Sighting,
    SightingKind,
    ThreadPost,
)
from pages.networks.words import LONGEST, text_of
from tests.networks.fake_mastodon import Mastodon, answer_after, answer_before

NOW: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
POST: Final = Outgoing("k" * 32, "Une lampe", "https://lumen.example/", "", "fr")
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)

DATES: Final = ["2026-08-12T10:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00", "2026", "?"]
WORDS: Final = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["https://lumen.example/", "https://a\x00b", "\ud800", "\x00", "1", "x" * 300, *DATES]),
)
ANY: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)
STATUS: Final = st.fixed_dictionaries(
    {"id": ANY, "created_at": st.sampled_from(DATES) | ANY, "content": ANY, "url": ANY},
    optional={
        "in_reply_to_id": ANY,
        "in_reply_to_account_id": ANY,
        "media_attachments": ANY | st.lists(st.fixed_dictionaries({"description": ANY}), max_size=2),
        "favourites_count": ANY,
        "visibility": ANY,
        "language": ANY,
        "spoiler_text": ANY,
        "edited_at": ANY,
        "account": ANY | st.fixed_dictionaries({"id": ANY, "acct": ANY, "display_name": ANY, "url": ANY}),
    },
)
NOTIFICATION: Final = st.fixed_dictionaries(
    {
        "id": ANY | st.integers(1, 99),
        "type": st.sampled_from(["mention", "poll"]) | ANY,
        "status": ANY | STATUS,
    }
)
ACCOUNT: Final = st.fixed_dictionaries(
    {"id": ANY, "username": ANY},
    optional={"display_name": ANY, "url": ANY, "followers_count": ANY},
)
INSTANCE: Final = st.fixed_dictionaries(
    {},
    optional={
        "domain": ANY,
        "uri": ANY,
        "max_toot_chars": ANY,
        "configuration": ANY
        | st.fixed_dictionaries(
            {
                "statuses": st.dictionaries(
                    st.sampled_from(["max_characters", "characters_reserved_per_url"]), ANY
                )
            }
        ),
    },
)
DEEP: Final = b"[" * 100_000
MANY: Final = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def storable(text: str) -> bool:
    """Whether both databases take this text."""
    return "\x00" not in text and text.encode("utf-8", "replace").decode() == text


def good(published: Published) -> bool:
    """Whether a status may become the record of a delivery."""
    assert published.at is not None
    assert published.at.utcoffset() == timedelta(0)
    assert 0 < len(published.remote_id) <= 200
    assert published.url == "" or published.url.startswith(("https://", "http://"))
    return storable(published.remote_id) and storable(published.url)


def sound(comment: IncomingComment) -> bool:
    """Whether a comment may be taken in as it is."""
    assert 0 < len(comment.remote_id) <= 200
    assert max(map(len, (comment.parent_id, comment.author.remote_id, comment.author.name))) <= 200
    assert max(len(comment.author.handle), len(comment.language) * 25) <= 200
    assert [at for at in (comment.at, comment.edited_at) if at is not None and at.utcoffset()] == []
    author, post = comment.author, comment.post or ThreadPost("1")
    texts = (comment.text, comment.url, author.name, author.handle, author.url, post.text, post.url)
    return all(storable(text) for text in (comment.remote_id, comment.parent_id, *texts))


def outcome(act: Callable[[], Any]) -> Any:
    """What came back, or the outcome that was raised; anything else fails the test."""
    try:
        return act()
    except OutcomeError as error:
        return error.outcome


@given(ANY | STATUS)
@example({"id": "1", "created_at": "0001-01-01T00:00:00+23:59", "content": "", "url": ""})
@example({"id": "\ud800", "created_at": "2026-08-12T10:00:00Z", "content": "", "url": "https://\ud800"})
@example({"id": "1\x002", "created_at": "2026-08-12T10:00:00Z", "content": "\x00", "url": "https://a\x00"})
def test_any_status_is_read_or_said_to_be_none(answer: Any) -> None:
    for read in (mapping.published, mapping.seen):
        try:
            found = read(answer)
        except UNREADABLE:
            continue
        assert good(found if isinstance(found, Published) else found.published)


@given(ANY | ACCOUNT, INSTANCE)
@example(
    {"id": "1", "username": "a\x00\ud800b", "display_name": "\x00Lumen\ud800 👨‍👩‍👧"},
    {"domain": "x\x00.example"},
)
def test_any_account_is_read_or_said_to_be_none(account: Any, instance: dict[str, Any]) -> None:
    try:
        profile = mapping.profile(account, instance, "https://social.example")
    except UNREADABLE:
        return
    assert [
        text for text in (profile.remote_id, profile.handle, profile.name, profile.url) if not storable(text)
    ] == []
    assert profile.name != ""
    numbers = (profile.followers, profile.text_limit, profile.url_length)
    assert [n for n in numbers if n is not None and not 0 <= n < 2**31] == []
    assert profile.text_limit != 0


def test_a_family_stays_whole_in_a_name() -> None:
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    account = {"id": "1", "username": "lumen", "display_name": f" Lumen\n{family}\x00 "}
    assert mapping.profile(account, {}, "https://social.example").name == f"Lumen {family}"


@MANY
@given(ANY | STATUS)
def test_any_answer_to_a_publication_is_a_post_or_unknown(mastodon: Mastodon, answer: Any) -> None:
    crossed: list[int] = []
    mastodon.fail_next(answer_after(200, json.dumps(answer)))
    found = outcome(lambda: mastodon.client().publish(POST, lambda: crossed.append(1)))
    assert found is Outcome.UNKNOWN or good(found)
    assert crossed == [1]


@MANY
@given(ANY | st.lists(STATUS, max_size=3))
def test_any_answer_to_a_search_is_a_sighting_or_later(mastodon: Mastodon, answer: Any) -> None:
    mastodon.fail_next(answer_before(200, json.dumps(answer)), "read")
    found = outcome(lambda: mastodon.client().find(POST, NOW, NOW))
    assert found is Outcome.LATER or isinstance(found, Sighting)
    assert not isinstance(found, Sighting) or found.kind is not SightingKind.FOUND or good(found.published)  # type: ignore[arg-type]  # found has one


@MANY
@given(ANY | ACCOUNT, ANY | INSTANCE)
def test_any_answer_to_who_are_you_is_a_profile_or_a_refusal(
    mastodon: Mastodon, account: Any, instance: Any
) -> None:
    for answer in (account, instance):
        mastodon.fail_next(answer_before(200, json.dumps(answer)), "read")
    found = outcome(lambda: mastodon.client().profile())
    assert found in {Outcome.NEVER, Outcome.LATER} or isinstance(found, Profile)
    mastodon.forget_faults()


@pytest.mark.parametrize("kind", ["comments", "mentions", "messages"])
@MANY
@given(
    heard=ANY | st.lists(NOTIFICATION, max_size=3),
    around=ANY | st.fixed_dictionaries({"ancestors": st.lists(STATUS | ANY)}),
)
def test_any_notifications_are_comments_or_for_later(
    mastodon: Mastodon, kind: str, heard: Any, around: Any
) -> None:
    mastodon.fail_next(answer_before(200, json.dumps(heard)), "read")
    for _question in range(3):
        mastodon.fail_next(answer_before(200, json.dumps(around)), "read")
    found = outcome(lambda: getattr(mastodon.client(), kind)(""))
    assert found is Outcome.LATER or isinstance(found, CommentBatch)
    if isinstance(found, CommentBatch):
        assert all(sound(comment) for comment in found.comments)
        assert storable(found.mark)
        assert 0 < len(found.mark) <= 200
    mastodon.forget_faults()


@MANY
@given(ANY | STATUS)
def test_any_answer_about_one_status_is_its_counts_or_nothing(mastodon: Mastodon, answer: Any) -> None:
    if isinstance(answer, dict):
        answer["id"] = "5"
    mastodon.fail_next(answer_before(200, json.dumps(answer)), "read")
    found = outcome(lambda: mastodon.client().figures(["5"]))
    assert found is Outcome.LATER or set(found) <= {"5"}
    if found is not Outcome.LATER:
        assert all(type(each.value) is int and each.value >= 0 for each in found.get("5", ()))


@MANY
@given(ANY | STATUS)
def test_any_answer_about_one_comment_is_it_or_an_outcome(mastodon: Mastodon, answer: Any) -> None:
    if isinstance(answer, dict):
        answer["id"] = "5"
    mastodon.fail_next(answer_before(200, json.dumps(answer)), "read")
    found = outcome(lambda: mastodon.client().comment("5"))
    assert found in {Outcome.LATER, Outcome.NEVER} or sound(found)


@MANY
@given(ANY | STATUS, ANY | STATUS)
def test_any_answer_to_an_answer_is_unknown_once_it_left(
    mastodon: Mastodon, parent: Any, answer: Any
) -> None:
    crossed: list[int] = []
    if isinstance(parent, dict):
        parent["id"] = "5"
    mastodon.fail_next(answer_before(200, json.dumps(parent)), "read")
    mastodon.fail_next(answer_before(200, json.dumps(answer)))
    reply = Reply("k" * 32, "5", "Merci !", "fr")
    found = outcome(lambda: mastodon.client().reply(reply, lambda: crossed.append(1)))
    assert (found is Outcome.LATER) == (crossed == [])
    assert found in {Outcome.LATER, Outcome.UNKNOWN} or good(found)
    mastodon.forget_faults()


@MANY
@given(ANY | st.lists(STATUS, max_size=3))
def test_any_answer_to_a_search_for_an_answer_is_a_sighting(mastodon: Mastodon, answer: Any) -> None:
    mastodon.fail_next(answer_before(200, json.dumps(answer)), "read")
    found = outcome(lambda: mastodon.client().find_reply(Reply("k", "5", "Merci !"), NOW, NOW))
    assert found is Outcome.LATER or isinstance(found, Sighting)


@given(st.integers(400, 499), ANY | st.fixed_dictionaries({"error": ANY}))
def test_any_refusal_says_what_to_do(status: int, body: Any) -> None:
    refusal = Refusal(status=status, headers={}, body=json.dumps(body).encode(), answer="kept")
    assert isinstance(explained(refusal), Never)


NO_JSON: Final[dict[str, bytes]] = {
    "nested without end": DEEP,
    "nested and closed": b"[" * 900 + b"]" * 900,
    "one too deep": b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
    "not UTF-8": b'{"id": "\xff"}',
    "half a character in bytes": b'{"id": "\xed\xa0\x80"}',
    "another encoding": '{"id": "1"}'.encode("utf-16"),
    "a number that is none": b'{"id": NaN}',
    "infinity": b'{"id": -Infinity}',
    "infinity in figures": b'{"id": 1e999}',
    "an endless number": b"9" * 5000,
    "nothing": b"",
    "a page": b"<html>",
    "a raw NUL": b'"a\x00b"',
}


@pytest.mark.parametrize(("write", "kind"), [(True, Unknown), (False, Later)])
@pytest.mark.parametrize("name", NO_JSON)
def test_what_is_not_json_ends_in_an_outcome(name: str, write: bool, kind: type[OutcomeError]) -> None:
    with pytest.raises(kind) as raised:
        Answer(200, {}, NO_JSON[name], write).json()
    assert (raised.value.code, raised.value.answer) == ("answer_unreadable", "200")
    assert raised.value.__context__ is None


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a\\u0000": ["\\ud800x", {"b": "\\udc00"}]}', {"a\ufffd": ["\ufffdx", {"b": "\ufffd"}]}),
        (b'["\\ud83d\\ude00", "\\\\u0000"]', ["😀", "\\u0000"]),
        (b"\xef\xbb\xbf[1, -2.5, true, null]", [1, -2.5, True, None]),
        (b"[" * DEEPEST + b"]" * DEEPEST, None),
    ],
    ids=["texts", "whole characters", "a mark in front", "deep"],
)
def test_texts_of_an_answer_can_be_stored(body: bytes, value: Any) -> None:
    found = Answer(200, {}, body).json()
    assert found == value if value is not None else str(found) == body.decode()


@given(ANY)
def test_any_json_is_read_whole_or_refused(value: Any) -> None:
    try:
        found = parsed(json.dumps(value).encode())
    except ValueError:
        assert any(word in json.dumps(value) for word in ("NaN", "Infinity"))
        return
    assert storable(json.dumps(found, ensure_ascii=False).replace("\\u0000", "\x00"))


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_a_value_error(body: bytes) -> None:
    try:
        found = parsed(body)
    except ValueError:
        return
    assert parsed(json.dumps(found).encode()) == found


@given(st.text(max_size=40) | st.sampled_from(["9" * 400, *DATES]), st.booleans())
@example("Wed, 99 Nov 99999999999999999999 00:00:00 GMT", True)
@example("Wed, 01 Nov 2026 00:00:00 +999999999999999999999", True)
@example("nan", False)
def test_any_wait_a_server_asks_for_is_at_most_a_day(value: str, first: bool) -> None:
    found = retry_at({"Retry-After" if first else "X-RateLimit-Reset": value}, NOW)
    assert found is None or NOW <= found <= NOW + timedelta(days=1)


def test_a_refusal_that_is_nested_without_end_is_somebody_elses() -> None:
    never = explained(Refusal(status=403, headers={}, body=DEEP))
    assert never.code == "blocked"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>" * 9000 + "Une lampe" + "</div>" * 9000, "Une lampe"),
        ("Une" + "<br>" * 30_000 + "lampe", "Une\n\nlampe"),
        ("<p>a" * 3000 + "</p>", "\n\n".join("a" * 3000)),
        ("<p>Une</P><BR/>lampe<br />rouge", "Une\n\nlampe\nrouge"),
        ("<p>a</p>" + "x" * 10**6, "a\n\n" + "x" * (LONGEST - 8)),
        ("<pre>a</pre><picture>b</picture>", "ab"),
        ("5 < 6 &amp; 7 &gt; 3", "5 < 6 & 7 > 3"),
        ("<" * 50_000, "<" * 50_000),
        ("<a " * 60_000, ("<a " * 60_000).strip()),
        ("<!--" * 50_000, "<!--" * 50_000),
        ("</" * 90_000, "</" * 90_000),
        ("a<![foo[ x ]]>b<?php y ?>c<!-- d -->e", "abce"),
        ("&#" + "9" * 5000 + ";&#x" + "f" * 5000 + "&#0;", "\ufffd\ufffd\ufffd"),
        ("<a title=\"5 > 4\" href='x>'>b</a> <a title=it's>c</a>", "b c"),
        ("\x00a\ud800<p>\udc00</p>", "\ufffda\ufffd\n\n\ufffd"),
        ("<b>&lt;b&gt;</b>", "<b>"),
    ],
    ids=[
        "deep",
        "breaks",
        "never closed",
        "spellings",
        "long",
        "other elements",
        "signs",
        "open",
        "open links",
        "open comments",
        "open ends",
        "declarations",
        "endless numbers",
        "quotes",
        "unstorable",
        "signs in words",
    ],
)
def test_the_words_of_any_html_are_read_in_a_moment(html: str, text: str) -> None:
    began = time.process_time()
    assert text_of(html) == text
    assert time.process_time() - began < 2


@given(
    st.text(alphabet=st.sampled_from([*"<>/!?-&#x;[]=' \"apbr09\n\x00\ud800"]), max_size=80)
    | st.text(max_size=80)
)
def test_any_html_has_words_that_can_be_stored(html: str) -> None:
    assert storable(text_of(html))
