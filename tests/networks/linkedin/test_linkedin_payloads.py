"""Payload files of LinkedIn: file in, dataclass out. Each names where it is from and what is invented."""

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

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.core.http import Refusal
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.linkedin import mapping, voices
from pages.networks.linkedin.errors import explained
from pages.networks.linkedin.mapping import Seen
from pages.networks.linkedin.marks import Item, Mark
from pages.networks.linkedin.tokens import grant_of
from pages.networks.linkedin.voices import Place
from pages.networks.types import (
    AudienceDay,
    Commenter,
    CommentKind,
    Figure,
    Grant,
    IncomingComment,
    Metric,
    Profile,
    Published,
    ThreadPost,
)
from tests.networks.linkedin import fake as fakes
from tests.networks.linkedin.fake import PAGE, LinkedIn
from tests.networks.linkedin.test_linkedin_door import door

FOLDER: Final = Path(__file__).parent / "payloads"
FILES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
SHARE: Final = "urn:li:share:6844785523593134080"
THREAD: Final = "urn:li:activity:6844785524000000000"
POST: Final = ThreadPost(SHARE)
NADIA: Final = Commenter(
    "urn:li:person:nAd1a", "Nadia Lefèvre", "nadia-lefevre", "https://www.linkedin.com/in/nadia-lefevre"
)


def file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def payload(name: str) -> Any:
    return file(name)["payload"]


def urn(number: str) -> str:
    return f"urn:li:comment:({THREAD},{number})"


SEEN: Final = {
    "post_text": Seen(
        Published(SHARE, "", TEN.replace(microsecond=901000)),
        TEN.replace(microsecond=901000),
        "Nouvelle vitrine (samedi) #Lampe\nAtelier Roche < 3",
    ),
    "post_article": Seen(
        Published("urn:li:ugcPost:6844785523593134081", "", TEN),
        TEN,
        "Nouvelle vitrine",
        "https://www.lumen.example/vitrine",
    ),
}

COMMENTS: Final = {
    "comment": IncomingComment(
        f"{SHARE}/{urn('6844790000000000001')}",
        "Trop chère (89 €) #déçue",
        NADIA,
        POST,
        at=TEN + timedelta(hours=1),
    ),
    "comment_nested": IncomingComment(
        f"{SHARE}/{urn('6844790000000000002')}",
        "Bonjour Nadia.",
        NADIA,
        POST,
        f"{SHARE}/{urn('6844790000000000001')}",
        at=TEN + timedelta(hours=1),
    ),
    "comment_edited": IncomingComment(
        f"{SHARE}/{urn('6844790000000000003')}",
        "Trop chère (89 €) #déçue",
        NADIA,
        POST,
        at=TEN + timedelta(hours=1),
        edited_at=TEN + timedelta(hours=2),
    ),
}

ERRORS: Final[list[tuple[str, int, Code, NextStep]]] = [
    ("error_duplicate", 422, Code.DUPLICATE, NextStep.EDIT),
    ("error_expired", 401, Code.EXPIRED, NextStep.RECONNECT),
    ("error_revoked", 401, Code.ACCESS_REFUSED, NextStep.RECONNECT),
    ("error_scope", 403, Code.SCOPE_MISSING, NextStep.CONTACT),
    ("error_version", 426, Code.VERSION_GONE, NextStep.CONTACT),
    ("error_length", 400, Code.CONTENT_REFUSED, NextStep.EDIT),
]

OTHERS: Final = {
    *("person", "person_private", "organization", "network_size", "share_statistics", "social_metadata"),
    *("follower_gains", "notification_mention", "acls", "token"),
}


def answering(server: LinkedIn, *names: str) -> None:
    """Let the next reads meet these files."""
    for name in names:
        server.fail_next(fakes.before(Reply(200, payload(name))), "read")


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_source_and_what_was_invented(name: str) -> None:
    assert set(file(name)) == {"source", "invented", "payload"}
    source = urlsplit(file(name)["source"])
    assert (source.scheme, source.hostname in {"learn.microsoft.com", "github.com"}) == ("https", True)
    assert all(isinstance(each, str) and each for each in file(name)["invented"])


def test_no_file_is_forgotten() -> None:
    assert {*SEEN, *COMMENTS, *OTHERS, *(name for name, *_rest in ERRORS)} == set(FILES)


@pytest.mark.parametrize("name", SEEN)
def test_a_post_becomes_what_was_seen(name: str) -> None:
    seen = SEEN[name]
    assert mapping.seen(payload(name)) == seen
    assert mapping.thread_post(payload(name)) == ThreadPost(seen.published.remote_id, "", seen.text, seen.at)


@time_machine.travel(TEN + timedelta(days=1), tick=False)
@pytest.mark.parametrize("name", COMMENTS)
def test_a_comment_becomes_one_of_ours(name: str) -> None:
    assert voices.comment_of(payload(name), POST, NADIA) == COMMENTS[name]
    place = voices.place(COMMENTS[name].remote_id)
    assert place == voices.place_of(payload(name), SHARE)
    assert voices.answers(payload(name)) == (name == "comment")


@pytest.mark.parametrize(
    ("name", "author"), [("person", NADIA), ("person_private", Commenter(NADIA.remote_id))]
)
def test_a_person_becomes_an_author(linkedin: LinkedIn, name: str, author: Commenter) -> None:
    remote_id = linkedin.say("Bonjour", linkedin.put("Une lampe"), actor=NADIA.remote_id)
    linkedin.people[NADIA.remote_id] = payload(name)
    assert linkedin.client().comment(remote_id).author == author


def test_an_organization_and_its_size_become_a_profile(linkedin: LinkedIn) -> None:
    answering(linkedin, "organization", "network_size")
    assert linkedin.client().profile() == Profile(
        PAGE, "maison-lumen", "Maison Lumen", "https://www.linkedin.com/company/maison-lumen", 219145
    )


def test_statistics_and_metadata_become_figures(linkedin: LinkedIn) -> None:
    answering(linkedin, "social_metadata", "share_statistics")
    counts = [
        (Metric.VIEWS, 12, "impressionCount"),
        (Metric.REACH, 7, "uniqueImpressionsCount"),
        (Metric.CLICKS, 3, "clickCount"),
        (Metric.COMMENTS, 0, "commentCount"),
        (Metric.RESHARES, 1, "shareCount"),
        (Metric.REACTIONS, 5, "reactionSummaries"),
    ]
    made = tuple(Figure(metric, value, name, "202604") for metric, value, name in counts)
    assert linkedin.client().figures([SHARE]) == {SHARE: made}


def test_gains_become_a_day(linkedin: LinkedIn) -> None:
    answering(linkedin, "follower_gains")
    day = date(2026, 8, 11)
    figures = (
        Figure(Metric.GAINED, 85, "organicFollowerGain", "202604"),
        Figure(Metric.GAINED, 0, "paidFollowerGain", "202604"),
    )
    assert linkedin.client().audience(day, day) == (AudienceDay(day, figures),)


@time_machine.travel(TEN + timedelta(days=1), tick=True)
def test_a_notification_becomes_a_mention_though_the_post_may_not_be_read(linkedin: LinkedIn) -> None:
    answering(linkedin, "notification_mention")
    linkedin.refused["posts"] = fakes.NOT_ADMIN
    linkedin.people[NADIA.remote_id] = payload("person")
    made = IncomingComment(
        "urn:li:share:7094637247487995904",
        "Vu chez Maison Lumen",
        NADIA,
        at=TEN + timedelta(hours=1),
        kind=CommentKind.MENTION,
    )
    assert linkedin.client().mentions("").comments == (made,)


def test_roles_become_the_pages_that_may_be_connected(linkedin: LinkedIn) -> None:
    answering(linkedin, "acls", "organization")
    grant = Grant(fakes.TOKEN)
    (found,) = door(linkedin).accounts(grant)
    assert (found.remote_id, found.name, found.lacks) == (PAGE, "Maison Lumen", ())


def test_a_token_becomes_a_grant() -> None:
    said = payload("token")
    assert grant_of(said, TEN) == Grant(
        said["access_token"],
        said["refresh_token"],
        TEN + timedelta(days=60),
        TEN + timedelta(seconds=31536059),
        scopes=("r_basicprofile", "w_organization_social"),
    )


@pytest.mark.parametrize(("name", "status", "code", "step"), ERRORS)
def test_an_error_becomes_what_to_do(name: str, status: int, code: Code, step: NextStep) -> None:
    body = json.dumps(payload(name)).encode()
    never = explained(Refusal(status=status, headers={}, body=body, answer="kept"))
    assert isinstance(never, Never)
    assert (never.code, never.step, never.answer) == (code, step, "kept")


# --- whatever it answers


WORDS: Final = st.text(max_size=20) | st.sampled_from([SHARE, PAGE, urn("1"), "urn:li:comment:(x,1)"])
ANY: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
NAMES: Final = ("id", "object", "actor", "commentUrn", "parentComment", "message", "created", "lastModified")
COMMENT: Final = st.dictionaries(st.sampled_from(NAMES), ANY | st.fixed_dictionaries({"time": st.integers()}))
LIST: Final = st.fixed_dictionaries({"elements": st.lists(COMMENT | ANY, max_size=3) | ANY})
FEW: Final = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FEW
@given(LIST | ANY)
def test_any_list_of_comments_ends_in_comments_or_in_an_outcome(linkedin: LinkedIn, answer: Any) -> None:
    linkedin.forget_faults()
    if not linkedin.posts:
        linkedin.put("Une lampe")
    linkedin.fail_next(fakes.before(Reply(200, {"elements": list(linkedin.posts.values())})), "read")
    linkedin.fail_next(fakes.before(Reply(200, answer)), "read")
    found = _outcome(lambda: linkedin.client().comments(""))
    for each in () if isinstance(found, OutcomeError) else found.comments:
        assert 0 < len(each.remote_id) <= 200
        assert each.at is None or each.at.utcoffset() == timedelta(0)


@FEW
@given(ANY)
def test_any_answer_about_the_page_ends_in_an_outcome(linkedin: LinkedIn, answer: Any) -> None:
    acts: tuple[Callable[[], Any], ...] = (
        linkedin.client().profile,
        lambda: linkedin.client().figures([SHARE]),
        lambda: linkedin.client().audience(TEN.date(), TEN.date()),
        lambda: linkedin.client().mentions(""),
        lambda: door(linkedin).accounts(Grant(fakes.TOKEN)),
    )
    for act in acts:
        linkedin.forget_faults()
        linkedin.fail_next(fakes.before(Reply(200, answer)), "read")
        _outcome(act)


def _outcome(act: Callable[[], Any]) -> Any:
    """What came back, or the outcome that was raised; anything else fails the test."""
    try:
        return act()
    except (Later, Never) as error:
        return error


# --- marks


@given(st.text(max_size=300))
def test_any_text_is_read_as_a_mark_and_written_again(text: str) -> None:
    mark = Mark.read(text)
    assert Mark.read(str(mark)) == mark


@given(st.lists(st.integers(1, 500_000), max_size=60))
def test_after_a_round_nothing_it_met_is_new_and_the_mark_stays(times: list[int]) -> None:
    items = [Item(1_786_528_800_000 + at, str(number)) for number, at in enumerate(times)]
    began = Mark(began=1_786_529_400_000)
    after = began.at_the_end(items)
    assert len(str(after)) <= 300
    assert not any(after.is_new(each) for each in items)
    again = Mark(after.floor, after.told, began=began.began + 1000)
    assert again.at_the_end(items) == after


@given(st.lists(st.integers(1, 500_000), min_size=1, max_size=60), st.integers(1, 59))
def test_a_round_in_two_turns_forgets_nothing_either(times: list[int], cut: int) -> None:
    items = [Item(1_786_528_800_000 + at, str(number)) for number, at in enumerate(times)]
    middle = Mark(began=1_786_529_400_000).going_on("1786528800000-7", items[:cut])
    assert len(str(middle)) <= 300
    after = Mark.read(str(middle)).at_the_end(items[cut:])
    assert not any(after.is_new(each) for each in items)


def test_a_place_cannot_lead_anywhere_else() -> None:
    assert voices.place(f"{SHARE}/{urn('7')}") == Place(SHARE, urn("7"), "7")
    assert voices.place(f"{SHARE}/urn:li:comment:(activity:1,2)") == Place(
        SHARE, "urn:li:comment:(urn:li:activity:1,2)", "2"
    )
    for other in (SHARE, f"{SHARE}/", f"{SHARE}/{urn('7')}/..", f"../{urn('7')}", f"{SHARE}/{urn('7x')}"):
        assert voices.place(other) is None
