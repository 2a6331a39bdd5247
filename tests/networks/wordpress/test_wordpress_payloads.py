"""Payload files of WordPress: file in, dataclass out. Each names where it is from and what is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Never, NextStep, OutcomeError
from cm_suite.core.http import Refusal
from cm_suite.ops.bench.fake_network import Reply as Said
from pages.networks.errors import Code
from pages.networks.types import (
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Outgoing,
    Profile,
    Published,
    Reply,
    ThreadPost,
)
from pages.networks.wordpress import images, mapping, roots
from pages.networks.wordpress.errors import explained
from pages.networks.wordpress.outgoing import Shown
from pages.networks.wordpress.roots import Site
from tests.networks.bench import picture
from tests.networks.wordpress.fake import WordPress

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
HOME: Final = "https://maison-lumen.example"
NADIA: Final = Commenter("", "Nadia Lefèvre", "", "https://nadia.example/")
WORDS: Final = "Trop chère & laide.\nVraiment."
LINK: Final = f"{HOME}/vitrine/#comment-12"

COMMENTS: Final = {
    "comment": IncomingComment(
        "12",
        WORDS,
        NADIA,
        ThreadPost("7", f"{HOME}/vitrine/", "Vitrine & lumière"),
        url=LINK,
        at=TEN,
    ),
    "comment_answer": IncomingComment(
        "13",
        WORDS,
        Commenter("3", "Nadia Lefèvre"),
        ThreadPost("7"),
        "12",
        LINK,
        at=TEN,
        presence=CommentPresence.PENDING,
    ),
    "comment_spam": IncomingComment(
        "12", WORDS, NADIA, ThreadPost("7"), url=LINK, at=TEN, presence=CommentPresence.HIDDEN
    ),
    "pingback": IncomingComment(
        "14",
        "[…] vu chez Lumen […]",
        Commenter("", "Atelier Roche", "", "https://roche.example/vu"),
        url="https://roche.example/vu",
        at=TEN,
        kind=CommentKind.MENTION,
    ),
}
ERRORS: Final[list[tuple[str, int, Code, NextStep]]] = [
    ("error_password", 401, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_nobody", 401, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_role", 403, Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
    ("error_trashed", 410, Code.NOT_FOUND, NextStep.CONTACT),
    ("error_no_comment", 404, Code.NOT_FOUND, NextStep.CONTACT),
    ("error_duplicate", 409, Code.DUPLICATE, NextStep.EDIT),
]
OTHERS: Final = {"post", "user", "user_contributor", "index", "index_no_passwords", "media"}


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def payload(name: str) -> Any:
    return file(name)["payload"]


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_source_and_what_was_invented(name: str) -> None:
    assert set(file(name)) == {"source", "invented", "payload"}
    source = urlsplit(file(name)["source"])
    assert (source.scheme, source.hostname in {"developer.wordpress.org", "github.com"}) == ("https", True)
    assert all(isinstance(each, str) and each for each in file(name)["invented"])


def test_no_file_is_forgotten() -> None:
    assert {*COMMENTS, *OTHERS, *(name for name, *_rest in ERRORS)} == set(FILES)


@pytest.mark.parametrize("name", COMMENTS)
def test_a_comment(name: str) -> None:
    assert mapping.comment(payload(name)) == COMMENTS[name]


@pytest.mark.parametrize(("name", "status", "code", "step"), ERRORS)
def test_an_error(name: str, status: int, code: Code, step: NextStep) -> None:
    refused = explained(Refusal(status=status, headers={}, body=json.dumps(payload(name)).encode()))
    assert isinstance(refused, Never)
    assert (refused.code, refused.step) == (code, step)


def test_a_post_and_an_image() -> None:
    assert mapping.published(payload("post")) == Published("7", f"{HOME}/vitrine-p1f2e3d4c5b/", TEN)
    address = f"{HOME}/wp-content/uploads/2026/08/p1f2e3d4c5b-1.png"
    assert images._shown(payload("media")) == Shown(5, address, "Une lampe dorée")


def test_a_site_and_its_user() -> None:
    site = roots.read(payload("index"), f"{HOME}/wp-json", HOME)
    assert site == Site(f"{HOME}/wp-json", "Maison &amp; Lumen", HOME)
    assert mapping.profile(payload("user"), site) == Profile("1", "lumen", "Maison & Lumen", HOME)
    assert site.route("posts") == f"{HOME}/wp-json/wp/v2/posts"
    assert [mapping.may_publish(payload(name)) for name in ("user", "user_contributor")] == [True, False]


def test_a_site_that_takes_no_application_passwords() -> None:
    host = "http://maison-lumen.example"
    found = roots.read(payload("index_no_passwords"), f"{host}/?rest_route=", host)
    assert found == Site(f"{host}/?rest_route=", "Maison Lumen", host, passwords=False)
    assert found.route("posts") == f"{host}/?rest_route=/wp/v2/posts"


def test_an_instant_yet_to_come_is_not_believed() -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert mapping.comment(payload("comment") | {"date_gmt": later}).at is None


# --- whatever is answered

TEXT: Final = st.text(max_size=10) | st.sampled_from(
    ["", "\x00", "9999-12-31T23:59:59-12:00", "https://a\x00"]
)
ANY: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ROW: Final = st.fixed_dictionaries(
    {"id": st.integers(1, 99) | ANY},
    optional={
        **{name: ANY for name in ("post", "parent", "author", "author_name", "author_url", "link", "type")},
        "content": ANY | st.fixed_dictionaries({"raw": ANY}),
        "status": st.sampled_from(["approved", "hold", "trash", "spam", "else"]) | ANY,
        "date_gmt": TEXT | ANY,
        "_embedded": ANY | st.fixed_dictionaries({"up": ANY | st.lists(ANY, max_size=2)}),
        "slug": TEXT | ANY,
        "source_url": TEXT | ANY,
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=ANY | ROW | st.lists(ROW | ANY, max_size=3))
def test_whatever_is_answered_ends_in_a_result_or_in_an_outcome(site: WordPress, said: Any) -> None:
    site.refused = {word: Said(200, said) for word in ("posts", "comments", "media", "users")}
    client, reply, now = site.client(), Reply("k", "7", "Merci."), datetime.now(UTC)
    post = Outgoing("k", "Une lampe", images=(picture(0),))
    for ask in (
        client.profile,
        lambda: client.publish(post, lambda: None),
        lambda: client.find(post, now, now),
        lambda: client.comments(""),
        lambda: client.mentions("0.1.1.abc"),
        lambda: client.comment("7"),
        lambda: client.reply(reply, lambda: None),
        lambda: client.find_reply(reply, now, now),
        lambda: client.hide("7", ""),
        lambda: client.approve("7"),
        lambda: client.figures(["7"]),
    ):
        try:
            json.dumps(str(ask())).encode()
        except OutcomeError:
            continue


@given(said=ANY)
def test_whatever_an_index_says_is_a_site_or_none(said: Any) -> None:
    found = roots.read(said, "https://a.example/wp-json", "https://a.example")
    assert found is None or isinstance(found, Site)
    assert roots.read({"namespaces": ["wp/v2"], "home": said, "name": said}, "https://a/wp-json", "https://a")
