"""Whatever X answers, a call ends in a result or in one of the outcomes, and in nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, OutcomeError, Unknown
from cm_suite.core.http import Answer, NetworkHttp
from pages.networks.types import (
    Access,
    AppKeys,
    Ask,
    Candidate,
    CommentBatch,
    Commenter,
    Figure,
    Grant,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    Sighting,
)
from pages.networks.x import XClient
from pages.networks.x.door import XDoor
from pages.networks.x.wire import Wire

OWN: Final = "2244994945"
NOW: Final = datetime(2026, 8, 13, tzinfo=UTC)
KEYS: Final = AppKeys("client", "secret")
FOLDER: Final = Path(__file__).parent / "payloads"
PAYLOADS: Final = [json.loads(path.read_text())["payload"] for path in sorted(FOLDER.glob("*.json"))]
POST: Final = Outgoing("k", "Une lampe")
REPLY: Final = Reply("k", "1", "Merci", author=Commenter("7000000007"), conversation=f"{OWN}-7000000007")
ASK: Final = Ask("https://suite.lumen.example/retour", "state", "verifier", "challenge")
ANYTHING: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda each: st.lists(each, max_size=2) | st.dictionaries(st.text(max_size=4), each, max_size=2),
    max_leaves=5,
)


class Saying(NetworkHttp):
    """A way that answers everything with the same words, and counts how often."""

    def __init__(self, said: Any) -> None:
        self.said = json.dumps(said).encode()
        self.calls = 0

    def call(self, method: str, url: str, **_options: Any) -> Answer:
        """The answer."""
        self.calls += 1
        return Answer(200, {}, self.said, method not in {"GET"})


def client(said: Any) -> XClient:
    """A client to which X says only this."""
    return XClient(Wire(Access("https://x.example", "t", OWN, refresh_token="r"), Saying(said), None), KEYS)


def door(said: Any) -> XDoor:
    """A door behind which X says only this."""
    return XDoor(KEYS, Saying(said), "https://x.example")


def fence() -> None:
    """Lets through."""


READS: Final[Mapping[str, tuple[Callable[[Any], Any], type]]] = {
    "comments": (lambda said: client(said).comments("7"), CommentBatch),
    "first comments": (lambda said: client(said).comments(""), CommentBatch),
    "messages": (lambda said: client(said).messages("7"), CommentBatch),
    "comment": (lambda said: client(said).comment("1990000000000000105"), IncomingComment),
    "find": (lambda said: client(said).find(POST, NOW - timedelta(days=2), NOW), Sighting),
    "find_reply": (lambda said: client(said).find_reply(REPLY, NOW - timedelta(days=2), NOW), Sighting),
    "find_answer": (lambda said: client(said).find_answer(REPLY, NOW - timedelta(days=2), NOW), Sighting),
    "figures": (lambda said: client(said).figures(["1234567890"]), dict),
    "profile": (lambda said: client(said).profile(), Profile),
    "accounts": (lambda said: door(said).accounts(Grant("t")), tuple),
}
WRITES: Final[Mapping[str, tuple[Callable[[Any], Any], type]]] = {
    "publish": (lambda said: client(said).publish(POST, fence), Published),
    "reply": (lambda said: client(said).reply(REPLY, fence), Published),
    "answer": (lambda said: client(said).answer(REPLY, fence), Published),
    "hide": (lambda said: client(said).hide("1", ""), type(None)),
    "refresh": (lambda said: client(said).refresh(), Grant),
    "grant": (lambda said: door(said).grant("code", ASK), Grant),
}


def ended(call: Callable[[Any], Any], said: Any) -> Any:
    """The result, or the outcome that it ended in."""
    try:
        return call(said)
    except OutcomeError as error:
        return error


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A payload with anything in the place of one of its parts."""
    said = copy.deepcopy(draw(st.sampled_from(PAYLOADS)))
    at: Any = said
    for _depth in range(draw(st.integers(0, 5))):
        if not isinstance(at, dict | list) or not at:
            break
        names = sorted(at) if isinstance(at, dict) else list(range(len(at)))
        name = draw(st.sampled_from(names))
        if not isinstance(at[name], dict | list) or draw(st.booleans()):
            at[name] = draw(ANYTHING)
            return said
        at = at[name]
    return said


@pytest.mark.parametrize("name", READS)
@given(said=spoiled() | ANYTHING)
@settings(max_examples=80, deadline=None)
def test_a_read_ends_in_a_result_in_later_or_in_never(name: str, said: Any) -> None:
    call, wanted = READS[name]
    assert isinstance(ended(call, said), (wanted, Later, Never))


@pytest.mark.parametrize("name", WRITES)
@given(said=spoiled() | ANYTHING)
@settings(max_examples=60, deadline=None)
def test_a_write_ends_in_a_result_or_is_unknown(name: str, said: Any) -> None:
    call, wanted = WRITES[name]
    assert isinstance(ended(call, said), (wanted, Unknown))


@given(said=spoiled())
@settings(max_examples=80, deadline=None)
def test_what_is_read_fits_where_it_is_kept(said: Any) -> None:
    try:
        found = client(said).comments("")
    except OutcomeError:
        return
    assert len(found.mark) <= 300
    for each in found.comments:
        assert each.remote_id.isdigit()
        assert len(each.remote_id) <= 19
        assert each.author.remote_id == "" or each.author.remote_id.isdigit()
        assert len(each.author.name) <= 200
        assert each.at is None or each.at.tzinfo is not None


@given(said=spoiled())
@settings(max_examples=60, deadline=None)
def test_every_count_is_a_number_of_things(said: Any) -> None:
    try:
        found = client(said).figures(["1234567890"])
    except OutcomeError:
        return
    for figures in found.values():
        for figure in figures:
            assert isinstance(figure, Figure)
            assert figure.value >= 0


@pytest.mark.parametrize("name", ["comments", "messages", "find", "find_reply", "find_answer"])
def test_a_list_without_end_is_not_read_for_ever(name: str) -> None:
    rows = [
        {"id": "9", "text": "a", "created_at": "2026-08-12T11:00:00.000Z", "author_id": "7", "sender_id": "7"}
    ]
    way = Saying({"data": rows, "meta": {"next_token": "again"}})
    endless = XClient(Wire(Access("https://x.example", "t", OWN), way, None), KEYS)
    calls: dict[str, Callable[[], Any]] = {
        "comments": lambda: endless.comments("1"),
        "messages": lambda: endless.messages("1"),
        "find": lambda: endless.find(POST, NOW, NOW),
        "find_reply": lambda: endless.find_reply(REPLY, NOW, NOW),
        "find_answer": lambda: endless.find_answer(REPLY, NOW - timedelta(days=5), NOW),
    }
    assert calls[name]() is not None
    assert way.calls <= 10


def test_a_candidate_is_what_x_says() -> None:
    said = {"data": {"id": OWN, "name": "Maison Lumen", "username": "maison_lumen"}}
    (found,) = door(said).accounts(Grant("t"))
    assert found == Candidate(OWN, "Maison Lumen", Grant("t"), "@maison_lumen", "https://x.com/maison_lumen")
