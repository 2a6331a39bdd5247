"""Mastodon's conversations: what is asked, what is taken for a comment, how an answer leaves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.ops.bench.fake_statuses import Account
from pages.networks.errors import Code
from pages.networks.mastodon import mentions, threads
from pages.networks.types import (
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Outgoing,
    Reply,
    SightingKind,
)
from tests.networks import openapi
from tests.networks.fake_mastodon import ACCOUNT, NADIA, PAUL, RESET_AFTER, Mastodon, answer_before, running
from tests.networks.openapi import needs_description

NOW: Final = datetime.now(UTC)
SCOPE: Final = {"error": "This action is outside the authorized scopes"}
OURS_WITHOUT_ID: Final = {"account": {"id": ACCOUNT.id}}
NOTIFICATIONS: Final = "/api/v1/notifications"


def post(server: Mastodon, text: str = "Une lampe") -> str:
    """A post of ours."""
    made: str = server.put(text, NOW - timedelta(hours=1))["id"]
    return made


def nadia(server: Mastodon, text: str, to: str | None = None, **said: Any) -> str:
    """Nadia names us."""
    made: str = server.say(NADIA, f"@maison_lumen {text}", to, **said)["id"]
    return made


def ids(comments: tuple[IncomingComment, ...]) -> list[str]:
    """Which comments they are."""
    return [each.remote_id for each in comments]


def asked(server: Mastodon) -> list[str]:
    """The paths asked for, in order."""
    return [request.path for request in server.requests]


def caught(server: Mastodon, mark: str = "1") -> OutcomeError:
    """How listening ends."""
    with pytest.raises(OutcomeError) as raised:
        server.client().comments(mark)
    return raised.value


# --- listening


def test_a_comment_has_all_that_the_server_says_of_it(mastodon: Mastodon) -> None:
    at = (NOW - timedelta(minutes=5)).replace(microsecond=0)
    remote_id = nadia(
        mastodon,
        "5 < 6 & « oui »\n\nEncore",
        post(mastodon),
        at=at,
        spoiler_text="Attention",
        language="fr",
        edited_at=(at + timedelta(minutes=1)).isoformat(),
    )
    (comment,) = mastodon.client().comments("").comments
    assert comment.text == "Attention\n\n@maison_lumen 5 < 6 & « oui »\n\nEncore"
    assert comment.author == Commenter("7", "Nadia", "@nadia", "https://fake.example/@nadia")
    assert comment.url == f"https://fake.example/@nadia/{remote_id}"
    assert (comment.language, comment.at, comment.edited_at) == ("fr", at, at + timedelta(minutes=1))
    assert comment.post is not None
    assert (comment.post.text, comment.post.url) == (
        "Une lampe",
        f"https://fake.example/@maison_lumen/{comment.post.remote_id}",
    )


def test_what_is_asked_of_the_server(mastodon: Mastodon) -> None:
    first = post(mastodon)
    remote_id = nadia(mastodon, "Trop chère.", first)
    batch = mastodon.client().comments("")
    assert asked(mastodon) == [NOTIFICATIONS, f"/api/v1/statuses/{remote_id}/context"]
    assert mastodon.requests[0].query == {"types[]": "mention", "limit": "40", "include_filtered": "true"}
    assert (batch.mark, batch.more) == ("1", False)
    mastodon.requests.clear()
    mastodon.client().comments("1")
    assert [request.query.get("min_id") for request in mastodon.requests] == ["1"]


def test_an_account_nobody_named_yet_has_a_mark_too(mastodon: Mastodon) -> None:
    batch = mastodon.client().comments("")
    assert (batch.comments, batch.mark, batch.more) == ((), mentions.BEFORE_ALL, False)


def test_the_first_turn_begins_with_the_recent_ones(mastodon: Mastodon) -> None:
    spoken = [nadia(mastodon, f"Avis {number}") for number in range(45)]
    batch = mastodon.client().mentions("")
    assert ids(batch.comments) == spoken[5:]
    assert (batch.mark, batch.more) == ("45", False)


def test_a_turn_reads_some_pages_and_says_there_is_more(
    mastodon: Mastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "PAGES_A_TURN", 2)
    spoken = [nadia(mastodon, f"Avis {number}") for number in range(85)]
    first = mastodon.client().mentions(mentions.BEFORE_ALL)
    assert (ids(first.comments), first.mark, first.more) == (spoken[:80], "80", True)
    second = mastodon.client().mentions(first.mark)
    assert (ids(second.comments), second.mark, second.more) == (spoken[80:], "85", False)


def test_a_further_page_that_fails_waits_and_loses_nothing(mastodon: Mastodon) -> None:
    spoken = [nadia(mastodon, f"Avis {number}") for number in range(45)]
    first_page = [mastodon.heard[ACCOUNT.id][number] for number in range(40)]
    for fault in (answer_before(200, first_page), answer_before(200, {"error": "odd"})):
        mastodon.fail_next(fault, "read")
    batch = mastodon.client().mentions(mentions.BEFORE_ALL)
    assert (ids(batch.comments), batch.mark, batch.more) == (spoken[:40], "40", False)
    assert ids(mastodon.client().mentions(batch.mark).comments) == spoken[40:]


def test_threads_are_asked_for_once_and_so_many_in_a_turn(
    mastodon: Mastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "QUESTIONS_A_TURN", 2)
    posts = [post(mastodon, f"Lampe {number}") for number in range(3)]
    spoken = [nadia(mastodon, f"Avis {n}", each) for each in posts for n in range(3)]
    first = mastodon.client().comments(mentions.BEFORE_ALL)
    assert (ids(first.comments), first.more) == (spoken[:6], True)
    assert len([path for path in asked(mastodon) if path.endswith("/context")]) == 2
    second = mastodon.client().comments(first.mark)
    assert (ids(second.comments), second.more) == (spoken[6:], False)
    assert [each.post.text for each in second.comments if each.post] == ["Lampe 2"] * 3


def test_a_private_message_is_no_comment_but_the_mark_goes_on(mastodon: Mastodon) -> None:
    nadia(mastodon, "Entre nous", post(mastodon), visibility="direct")
    batch = mastodon.client().comments("")
    assert (batch.comments, batch.mark) == ((), "1")
    assert asked(mastodon) == [NOTIFICATIONS]


def test_what_only_followers_see_is_a_comment(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon), visibility="private")
    assert ids(mastodon.client().comments("").comments) == [remote_id]


def test_a_mention_that_answers_nothing_comes_without_a_post(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Fuyez cette marque !")
    (comment,) = mastodon.client().mentions("").comments
    assert (comment.remote_id, comment.post, comment.parent_id) == (remote_id, None, "")
    assert asked(mastodon) == [NOTIFICATIONS]


def test_a_mention_in_somebody_elses_thread_comes_without_a_post(mastodon: Mastodon) -> None:
    theirs = mastodon.say(PAUL, "Que pensez-vous de ces lampes ?")["id"]
    remote_id = nadia(mastodon, "Demandez-leur", theirs)
    (comment,) = mastodon.client().mentions("").comments
    assert (comment.remote_id, comment.post, comment.parent_id) == (remote_id, None, theirs)


def test_the_first_status_of_ours_above_is_the_post(mastodon: Mastodon) -> None:
    theirs = mastodon.say(PAUL, "Que pensez-vous de ces lampes ?")["id"]
    ours = mastodon.say(ACCOUNT, "Merci de demander", theirs)["id"]
    again = mastodon.say(ACCOUNT, "Et aussi", ours)["id"]
    under, beside, deeper = (nadia(mastodon, "Bof", each) for each in (again, theirs, ours))
    client = mastodon.client()
    comments, elsewhere = client.comments("").comments, client.mentions("").comments
    assert (ids(comments), ids(elsewhere)) == ([under, deeper], [beside])
    found = {each.remote_id: each for each in (*comments, *elsewhere)}
    assert [found[each].post and found[each].post.remote_id for each in (under, beside, deeper)] == [  # type: ignore[union-attr]  # asked before
        ours,
        None,
        ours,
    ]
    assert [found[each].parent_id for each in (under, beside, deeper)] == [again, theirs, ""]


def test_a_comment_below_another_needs_no_second_question(mastodon: Mastodon) -> None:
    first = nadia(mastodon, "Trop chère.", post(mastodon))
    mastodon.say(PAUL, "@nadia @maison_lumen Non.", first)
    batch = mastodon.client().comments("")
    assert [each.post is not None for each in batch.comments] == [True, True]
    assert len(asked(mastodon)) == 2


def test_when_its_post_went_it_comes_without(mastodon: Mastodon) -> None:
    first = post(mastodon)
    remote_id = nadia(mastodon, "Trop chère.", first)
    mastodon.take_down(mastodon.everything()[first])
    (comment,) = mastodon.client().mentions("").comments
    assert (comment.remote_id, comment.post) == (remote_id, None)


def test_what_was_taken_down_before_it_was_read_is_not_heard(mastodon: Mastodon) -> None:
    gone = nadia(mastodon, "Oubliez", post(mastodon))
    mastodon.take_down(mastodon.everything()[gone])
    kept = nadia(mastodon, "Trop chère.")
    assert ids(mastodon.client().mentions(mentions.BEFORE_ALL).comments) == [kept]


@pytest.mark.parametrize(
    ("at", "believed"),
    [
        (NOW + timedelta(days=2), False),
        (NOW - timedelta(days=400), False),
        (NOW - timedelta(hours=1, minutes=5), True),
        (NOW + timedelta(minutes=5), True),
    ],
    ids=["to come", "long before its post", "a clock that is slow", "a clock that is fast"],
)
def test_an_instant_that_cannot_be_is_not_believed(mastodon: Mastodon, at: datetime, believed: bool) -> None:
    nadia(mastodon, "Trop chère.", post(mastodon), created_at=at.isoformat())
    (comment,) = mastodon.client().comments("").comments
    assert comment.at == (at if believed else None)


def test_what_cannot_be_read_is_passed_over_and_stops_nothing(mastodon: Mastodon) -> None:
    kept = nadia(mastodon, "Trop chère.")
    (good,) = mastodon.heard[ACCOUNT.id]
    odd: list[Any] = [
        {"id": "9", "type": "mention", "status": {"id": "", "content": "x"}},
        {"id": "8", "type": "mention", "status": None},
        {"id": "7", "type": "favourite", "status": good["status"]},
        {"id": "6", "type": "mention", "status": good["status"] | {"account": {"id": ACCOUNT.id}}},
        {"type": "mention", "status": good["status"]},
        None,
        good,
    ]
    mastodon.fail_next(answer_before(200, odd), "read")
    batch = mastodon.client().mentions("")
    assert (ids(batch.comments), batch.mark) == ([kept], "9")


@pytest.mark.parametrize("body", [{"error": "odd"}, [{"type": "mention"}], [None], "<html>", [[]]])
def test_a_list_that_cannot_be_read_at_all_is_for_later(mastodon: Mastodon, body: object) -> None:
    mastodon.fail_next(answer_before(200, body), "read")
    late = caught(mastodon)
    assert (type(late), late.code) == (Later, "answer_unreadable")


def test_a_server_that_knows_no_marks_repeats_nothing_and_ends(mastodon: Mastodon) -> None:
    nadia(mastodon, "Trop chère.")
    mastodon.fail_next(answer_before(200, mastodon.heard[ACCOUNT.id]), "read")
    batch = mastodon.client().comments("1")
    assert (batch.comments, batch.mark, batch.more) == ((), "1", False)


def test_longer_ids_are_later_ones(mastodon: Mastodon) -> None:
    nadia(mastodon, "Trop chère.")
    (heard,) = mastodon.heard[ACCOUNT.id]
    mastodon.fail_next(answer_before(200, [heard | {"id": "9"}, heard | {"id": "10"}]), "read")
    assert mastodon.client().comments("").mark == "10"


# --- when listening fails


def test_a_token_that_may_not_listen_is_not_a_page_that_is_lost(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(403, SCOPE), "read")
    refused = caught(mastodon)
    assert isinstance(refused, Never)
    assert (refused.code, refused.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)
    assert refused.answer.startswith("403")
    assert mastodon.client().publish(Outgoing("k", "Une lampe"), lambda: None).remote_id != ""


def test_a_token_that_may_not_read_statuses_is_told_the_same(mastodon: Mastodon) -> None:
    nadia(mastodon, "Trop chère.", post(mastodon))
    for fault in (answer_before(200, mastodon.heard[ACCOUNT.id]), answer_before(403, SCOPE)):
        mastodon.fail_next(fault, "read")
    assert caught(mastodon, "0").code == Code.LISTEN_SCOPE_MISSING


def test_a_refused_token_is_one_for_listening_too(mastodon: Mastodon) -> None:
    with pytest.raises(Never) as refused:
        mastodon.client(token="revoked").comments("")
    assert (refused.value.code, refused.value.step) == (Code.ACCESS_REFUSED, NextStep.RECONNECT)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (RESET_AFTER, "no_answer"),
        (answer_before(503), "server_error"),
        (answer_before(429), "rate_limited"),
        (answer_before(404, "<html>Nothing here</html>"), "answer_unreadable"),
    ],
)
def test_a_server_that_cannot_be_asked_is_for_later(mastodon: Mastodon, fault: Any, code: str) -> None:
    mastodon.fail_next(fault, "read")
    late = caught(mastodon)
    assert isinstance(late, Later)
    assert late.code == code


def test_a_closed_port_is_for_later() -> None:
    with running(Mastodon()) as server:
        client = server.client()
    with pytest.raises(Later) as late:
        client.comments("")
    assert late.value.code == "not_sent"


def read_with(server: Mastodon, *faults: Any) -> Any:
    """Listen while the questions about threads meet these faults."""
    server.fail_next(answer_before(200, server.heard[ACCOUNT.id][::-1]), "read")
    for fault in faults:
        server.fail_next(fault, "read")
    return server.client().comments("")


def test_a_thread_that_cannot_be_asked_for_now_keeps_what_was_read(mastodon: Mastodon) -> None:
    kept = nadia(mastodon, "Bonjour", post(mastodon))
    late = nadia(mastodon, "Trop chère.", post(mastodon))
    batch = read_with(mastodon, None, answer_before(503))
    assert (ids(batch.comments), batch.mark, batch.more) == ([kept], "1", False)
    (comment,) = mastodon.client().comments(batch.mark).comments
    assert (comment.remote_id, comment.post is not None) == (late, True)


def test_a_thread_that_always_fails_stops_nobody(mastodon: Mastodon) -> None:
    bad = nadia(mastodon, "Trop chère.", post(mastodon))
    good = nadia(mastodon, "Bonjour", post(mastodon))
    batch = read_with(mastodon, answer_before(500))
    assert [(each.remote_id, each.post is None) for each in batch.comments] == [(bad, True), (good, False)]
    assert batch.mark == "2"


def test_asked_to_wait_at_the_first_thread_nothing_is_lost(mastodon: Mastodon) -> None:
    nadia(mastodon, "Trop chère.", post(mastodon))
    with pytest.raises(Later) as late:
        read_with(mastodon, answer_before(429))
    assert late.value.code == "rate_limited"


@pytest.mark.parametrize(
    "body", [{"ancestors": None}, [], {"ancestors": [None, {"account": {"id": "109382"}}]}]
)
def test_a_thread_that_cannot_be_read_is_no_post(mastodon: Mastodon, body: object) -> None:
    nadia(mastodon, "Trop chère.", post(mastodon))
    (comment,) = read_with(mastodon, answer_before(200, body)).comments
    assert comment.post is None


# --- one comment


@pytest.mark.parametrize(
    ("status", "body"), [(404, {"error": "Record not found"}), (410, "gone"), (410, {"error": "Gone"})]
)
def test_what_the_server_has_no_more_is_gone(mastodon: Mastodon, status: int, body: object) -> None:
    mastodon.fail_next(answer_before(status, body), "read")
    assert mastodon.client().comment("5") == IncomingComment("5", "", presence=CommentPresence.GONE)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, None), (200, {}), (200, {"id": "6", "content": "x"}), (200, "x")],
)
def test_what_another_one_says_is_not_believed(mastodon: Mastodon, status: int, body: object) -> None:
    mastodon.fail_next(answer_before(status, body or "null"), "read")
    with pytest.raises(Later) as late:
        mastodon.client().comment("5")
    assert late.value.code == "answer_unreadable"


def test_a_page_that_says_not_found_is_believed_when_the_server_itself_is_there(mastodon: Mastodon) -> None:
    mastodon.fail_next(answer_before(404, "<html>404</html>"), "read")
    assert mastodon.client().comment("5") == IncomingComment("5", "", presence=CommentPresence.GONE)
    assert asked(mastodon) == ["/api/v1/accounts/verify_credentials"]


@pytest.mark.parametrize("body", ["<html>404</html>", {"id": "another"}, []])
def test_a_page_in_front_of_the_server_is_not_believed(mastodon: Mastodon, body: Any) -> None:
    mastodon.fail_next(answer_before(404, "<html>404</html>"), "read")
    mastodon.fail_next(answer_before(200, body or "[]"), "read")
    with pytest.raises(Later) as late:
        mastodon.client().comment("5")
    assert late.value.code == "answer_unreadable"


def test_an_edit_is_seen_when_it_is_asked_for_again(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    status = mastodon.everything()[remote_id]
    status |= {"content": "<p>Voleurs</p>", "edited_at": NOW.isoformat()}
    comment = mastodon.client().comment(remote_id)
    assert (comment.text, comment.edited_at, comment.post is not None) == ("Voleurs", NOW, True)


def test_a_private_message_is_known_as_one(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Entre nous", visibility="direct")
    comment = mastodon.client().comment(remote_id)
    assert (comment.kind, comment.conversation, comment.post) == (CommentKind.MESSAGE, remote_id, None)
    assert mastodon.client().messages("").comments == (comment,)


def test_a_comment_whose_thread_fails_is_still_had(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    for fault in (answer_before(200, mastodon.everything()[remote_id]), answer_before(500)):
        mastodon.fail_next(fault, "read")
    assert (mastodon.client().comment(remote_id).post, len(mastodon.requests)) == (None, 0)


def test_an_id_cannot_lead_to_another_address(mastodon: Mastodon) -> None:
    mastodon.client().comment("../accounts/1")
    assert asked(mastodon) == ["/api/v1/statuses/..%2Faccounts%2F1"]


# --- answering


def answer(server: Mastodon, to: str, text: str = "Merci !", language: str = "fr") -> dict[str, Any]:
    """What leaves when we answer."""
    server.client().reply(Reply("k" * 32, to, text, language), lambda: None)
    left: dict[str, Any] = json.loads(server.requests[-1].body)
    return left


@pytest.mark.parametrize(
    ("visibility", "answered"),
    [("public", "public"), ("unlisted", "unlisted"), ("private", "private"), ("local", "unlisted")],
)
def test_an_answer_names_its_author_and_is_shown_as_widely(
    mastodon: Mastodon, visibility: str, answered: str
) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon), visibility=visibility)
    assert answer(mastodon, remote_id, " Merci ! ") == {
        "status": "@nadia Merci !",
        "visibility": answered,
        "language": "fr",
        "in_reply_to_id": remote_id,
    }
    request = mastodon.requests[-1]
    assert (request.path, request.headers["idempotency-key"]) == ("/api/v1/statuses", "k" * 32)


@pytest.mark.parametrize(
    ("acct", "text", "left"),
    [
        ("nadia@autre.example", "Merci !", "@nadia@autre.example Merci !"),
        ("nadia", "Merci @nadia, à bientôt", "Merci @nadia, à bientôt"),
        ("nadia@autre.example", "Merci @Nadia@autre.example.", "Merci @Nadia@autre.example."),
        ("nadia", "Merci @nadia@autre.example !", "@nadia Merci @nadia@autre.example !"),
        ("nadia", "Merci @nadiane !", "@nadia Merci @nadiane !"),
        ("na dia\n@tous", "Merci !", "Merci !"),
        (None, "Merci !", "Merci !"),
    ],
)
def test_how_the_author_is_named(mastodon: Mastodon, acct: object, text: str, left: str) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    mastodon.everything()[remote_id]["account"]["acct"] = acct
    assert answer(mastodon, remote_id, text, "")["status"] == left


def test_a_parent_that_cannot_be_read_now_leaves_nothing(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    crossed: list[int] = []
    mastodon.fail_next(answer_before(503), "read")
    with pytest.raises(Later):
        mastodon.client().reply(Reply("k", remote_id, "Merci !"), lambda: crossed.append(1))
    assert (crossed, mastodon.texts) == ([], [])


def test_a_parent_that_goes_in_between_is_gone(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    status = mastodon.everything()[remote_id]
    with pytest.raises(Never) as refused:
        mastodon.client().reply(Reply("k", remote_id, "Merci !"), lambda: mastodon.take_down(status))
    assert (refused.value.code, mastodon.texts) == (Code.NOT_FOUND, [])


def test_the_same_key_twice_is_one_answer(mastodon: Mastodon) -> None:
    reply = Reply("k" * 32, nadia(mastodon, "Trop chère.", post(mastodon)), "Merci !")
    first, second = (mastodon.client().reply(reply, lambda: None) for _ in range(2))
    assert first == second
    assert mastodon.texts == ["@nadia Merci !"]


# --- was it said?


def seen(server: Mastodon, to: str, text: str = "Merci de votre avis, Nadia") -> SightingKind:
    """Whether we said it about now."""
    reply = Reply("k" * 32, to, text, "fr")
    return server.client().find_reply(reply, NOW - timedelta(minutes=1), datetime.now(UTC)).kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("@nadia Merci de votre avis, Nadia", SightingKind.FOUND),
        ("@nadia @paul Merci de votre avis, Nadia", SightingKind.FOUND),
        ("Merci de votre avis, Nadia", SightingKind.FOUND),
        ("@nadia Merci de votre avis Nadia…", SightingKind.CANNOT_TELL),
        ("@nadia Rien à voir", SightingKind.ABSENT),
    ],
)
def test_an_answer_is_known_by_its_words_below_its_comment(
    mastodon: Mastodon, said: str, kind: SightingKind
) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    other = nadia(mastodon, "Trop laide.", post(mastodon, "Une autre"))
    mastodon.say(ACCOUNT, said, remote_id)
    assert (seen(mastodon, remote_id), seen(mastodon, other)) == (kind, SightingKind.ABSENT)


def test_an_answer_cut_loose_is_for_a_person_to_judge(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    mastodon.say(ACCOUNT, "@nadia Merci de votre avis, Nadia", remote_id)
    mastodon.take_down(mastodon.everything()[remote_id])
    assert seen(mastodon, remote_id) is SightingKind.CANNOT_TELL


def test_the_same_words_at_another_time_are_not_it(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    mastodon.say(ACCOUNT, "@nadia Merci de votre avis, Nadia", remote_id, at=NOW - timedelta(hours=1))
    assert seen(mastodon, remote_id) is SightingKind.ABSENT


def test_an_answer_to_somebody_far_away_is_known_too(mastodon: Mastodon) -> None:
    far = mastodon.say(Account("9", "zoe"), "@maison_lumen Bof", post(mastodon))
    far["account"]["acct"] = "zoe@autre.example"
    reply = Reply("k" * 32, far["id"], "Merci @zoe@autre.example et à bientôt", "fr")
    made = mastodon.client().reply(reply, lambda: None)
    sighting = mastodon.client().find_reply(reply, NOW, datetime.now(UTC))
    assert sighting.published == made


# --- against the published description


@needs_description
def test_questions_fit_the_description(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    mastodon.client().comments(mentions.BEFORE_ALL)
    query = {name.removesuffix("[]") for name in mastodon.requests[0].query}
    assert query <= openapi.query_names("get", NOTIFICATIONS)
    body = answer(mastodon, remote_id)
    assert openapi.faults(body, openapi.body_schema("post", "/api/v1/statuses")) == []


@needs_description
def test_the_fakes_conversations_fit_the_description(mastodon: Mastodon) -> None:
    remote_id = nadia(mastodon, "Trop chère.", post(mastodon))
    wire = mastodon.client()._wire
    for path, asked_as in (
        (NOTIFICATIONS, NOTIFICATIONS),
        (f"/api/v1/statuses/{remote_id}", "/api/v1/statuses/{id}"),
        (f"/api/v1/statuses/{remote_id}/context", "/api/v1/statuses/{id}/context"),
    ):
        found = wire.call("GET", path).json()
        assert openapi.faults(found, openapi.answer_schema("get", asked_as, 200)) == [], path
