"""All that is asked of X, and all that the fake answers, against X's own description of its API."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cm_suite.ops.bench.fake_network import Reply as Answer
from cm_suite.ops.bench.fake_network import Request
from pages.networks.shelf import MemoryShelf
from pages.networks.types import Commenter, Outgoing, Reply
from pages.networks.x import SPEC
from pages.networks.x.door import SCOPES
from pages.networks.x.images import RULES
from pages.networks.x.length import LIMIT
from pages.networks.x.wire import HOST, VERSION
from tests.networks.bench import LINK, picture
from tests.networks.x import openapi
from tests.networks.x.fake import LUMEN, NADIA, FakeX, running
from tests.networks.x.openapi import needs_description


class Recorded(FakeX):
    """X that keeps what it answered."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[tuple[Request, Answer]] = []

    def handle(self, request: Request) -> Answer:
        """Answer, and keep it."""
        answer = super().handle(request)
        self.exchanges.append((request, answer))
        return answer


def everything(x: FakeX) -> None:
    """Each call that the client has, once at least."""
    client, now = x.client(), datetime.now(UTC)
    images = tuple(picture(number) for number in range(2))
    post = Outgoing("k", "Une lampe", LINK, "", "fr", images)
    made = client.publish(post, lambda: None)
    client.find(post, now - timedelta(days=1), now - timedelta(hours=1))
    client.find(post, now - timedelta(minutes=1), now)
    said = x.say(NADIA, "Trop chère.", made.remote_id)
    marks = client.comments("").mark
    client.comments(marks)
    client.comment(said["id"])
    reply = Reply("k", said["id"], "Merci !")
    client.reply(reply, lambda: None)
    client.find_reply(reply, now - timedelta(minutes=1), now)
    client.hide(said["id"], "")
    client.unhide(said["id"])
    x.write(NADIA, "Ma commande ?")
    heard = client.messages("")
    client.messages(heard.mark)
    for conversation in (heard.comments[0].conversation, ""):
        answer = Reply("k", "1", "Demain.", author=Commenter(NADIA.id), conversation=conversation)
        client.answer(answer, lambda: None)
        client.find_answer(answer, now, now)
    client.figures([made.remote_id, "999"])
    client.profile()
    client.delete(made.remote_id)
    x.slow_uploads = 2
    waiting = replace(post, text="Une autre lampe", shelf=MemoryShelf())
    for _look in range(2):
        with pytest.raises(Exception, match="media_processing"):
            client.publish(waiting, lambda: None)


@pytest.fixture(scope="module")
def exchanges() -> list[tuple[Request, Answer]]:
    """All that was asked, and what was answered."""
    fake = Recorded()
    with running(fake):
        everything(fake)
    return fake.exchanges


@needs_description
def test_each_request_is_one_that_x_knows(exchanges: list[tuple[Request, Answer]]) -> None:
    for request, _answer in exchanges:
        assert openapi.operation(request.method, request.path)["operationId"] != ""
        assert openapi.query_faults(request.method, request.path, request.query) == [], request.path


@needs_description
def test_each_body_is_what_x_wants(exchanges: list[tuple[Request, Answer]]) -> None:
    sent = [request for request, _answer in exchanges if request.body]
    assert {request.method for request in sent} == {"POST", "PUT"}
    for request in sent:
        kind = request.headers["content-type"].partition(";")[0]
        body = _form(request.body) if kind == "multipart/form-data" else json.loads(request.body)
        assert openapi.body_faults(request.method, request.path, body, kind) == [], request.path


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form; the file's bytes as text."""
    parts = re.findall(rb'name="(\w+)"[^\r]*\r\n(?:[\w-]+:[^\r]*\r\n)*\r\n(.*?)\r\n--', body, re.DOTALL)
    return {name.decode(): value.decode("latin-1") for name, value in parts}


@needs_description
def test_each_answer_of_the_fake_is_one_that_x_may_give(exchanges: list[tuple[Request, Answer]]) -> None:
    for request, answer in exchanges:
        wrong = openapi.answer_faults(request.method, request.path, answer.status, answer.body)
        assert wrong == [], (request.method, request.path)


@needs_description
def test_we_ask_for_the_scopes_that_our_calls_need_and_for_no_other(
    exchanges: list[tuple[Request, Answer]],
) -> None:
    needed = set().union(*(openapi.scopes(request.method, request.path) for request, _answer in exchanges))
    assert needed | {"offline.access"} == set(SCOPES)
    known = openapi.description()["components"]["securitySchemes"]["OAuth2UserToken"]["flows"]
    assert set(SCOPES) <= set(known["authorizationCode"]["scopes"])
    assert known["authorizationCode"]["tokenUrl"] == f"{HOST}/{VERSION.name}/oauth2/token"


@needs_description
def test_what_is_fixed_in_the_code_is_what_x_describes() -> None:
    schemas = openapi.description()["components"]["schemas"]
    media = openapi.whole(schemas["TweetCreateRequest"])["properties"]["media"]["properties"]["media_ids"]
    assert media["maxItems"] == RULES.most
    assert schemas["AltText"]["properties"]["text"]["maxLength"] == RULES.alt
    upload = openapi.operation("POST", "/2/media/upload")["requestBody"]["content"]["multipart/form-data"]
    assert set(openapi.whole(upload["schema"])["properties"]["media_type"]["enum"]) >= RULES.types
    assert openapi.description()["servers"] == [{"description": "X API", "url": HOST}]
    assert LIMIT == 280


@needs_description
def test_x_tells_of_no_post_that_it_is_hidden() -> None:
    fields = openapi.description()["components"]["schemas"]["Tweet"]["properties"]
    assert [name for name in fields if "hidden" in name] == []
    assert SPEC.says_hidden is False


@needs_description
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/2/users/{LUMEN.id}/blocking"),
        ("DELETE", f"/2/users/{LUMEN.id}/blocking/7"),
        ("GET", "/2/tweets/7/shares"),
    ],
)
def test_what_we_say_that_x_has_not_it_has_not(method: str, path: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        openapi.operation(method, path)


@needs_description
@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"max_results": "5"}, 0),
        ({"max_results": "4"}, 1),
        ({"page": "2"}, 1),
        ({"tweet.fields": "id,text"}, 0),
        ({"tweet.fields": "id,words"}, 1),
    ],
)
def test_the_check_itself_finds_what_is_wrong(query: dict[str, str], wrong: int) -> None:
    assert len(openapi.query_faults("GET", "/2/users/7/mentions", query)) == wrong
    body: dict[str, Any] = {"text": "Une lampe", "media": {"media_ids": ["1"]}}
    assert openapi.body_faults("POST", "/2/tweets", body) == []
    assert openapi.body_faults("POST", "/2/tweets", body | {"words": "x"}) == ["words is unknown"]
    assert openapi.answer_faults("POST", "/2/tweets", 201, {"data": {"id": "1"}}) != []
