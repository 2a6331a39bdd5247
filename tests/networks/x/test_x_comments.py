"""What people write on X, read from a mark on; answers, and what is hidden."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Reply as Answer
from pages.networks.errors import Code
from pages.networks.types import (
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Reply,
    SightingKind,
    ThreadPost,
)
from pages.networks.x import XClient
from pages.networks.x.answers import Batch, batch
from pages.networks.x.walk import START, order, walk
from tests.networks.x.fake import LUMEN, NADIA, PAUL, FakeX, MemoryPurse, answering
from tests.networks.x.problems import REFUSED, UNAUTHORIZED, barred, missing, problem

MENTIONS = f"/2/users/{LUMEN.id}/mentions"


def ids(found: CommentBatch) -> list[str]:
    """What was read, by id."""
    return [each.remote_id for each in found.comments]


def all_of(client: XClient, mark: str = "") -> tuple[list[str], str]:
    """Every comment since a mark."""
    read: list[str] = []
    for _turn in range(10):
        found = client.comments(mark)
        read, mark = read + ids(found), found.mark
        if not found.more:
            return read, mark
    raise AssertionError("it never ends")


def answer(to: str, text: str = "Merci, Nadia !") -> Reply:
    """An answer to Nadia."""
    return Reply("k", to, text, "fr", author=Commenter(NADIA.id, "Nadia", "@nadia_r"))


# --- listening


def test_a_comment_is_all_that_x_says_of_it(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe & son abat-jour https://lumen.fr/l?a=1&b=2")
    said = x.say(NADIA, "Trop chère <89 €> https://avis.example/lampes", ours["id"])
    (comment,) = x.client().comments("").comments
    assert comment == IncomingComment(
        remote_id=said["id"],
        text="Trop chère <89 €> https://avis.example/lampes",
        author=Commenter(NADIA.id, "Nadia", "@nadia_r", "https://x.com/nadia_r"),
        post=ThreadPost(
            ours["id"],
            f"https://x.com/i/web/status/{ours['id']}",
            "Une lampe & son abat-jour https://lumen.fr/l?a=1&b=2",
            datetime.fromisoformat(ours["created_at"]),
        ),
        url=f"https://x.com/i/web/status/{said['id']}",
        language="fr",
        at=datetime.fromisoformat(said["created_at"]),
    )


def test_what_stands_in_our_conversation_or_answers_us_is_a_comment_the_rest_a_mention(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    first = x.say(NADIA, "Trop chère.", ours["id"])
    second = x.say(PAUL, "Pas du tout.", first["id"])
    elsewhere = x.say(PAUL, "Vu chez @maison_lumen")
    back = x.say(LUMEN, "Merci !", elsewhere["id"])
    third = x.say(PAUL, "De rien.", back["id"])
    below = x.say(NADIA, "Ah, @maison_lumen ?", elsewhere["id"])
    said = x.client().comments("").comments
    assert [each.at for each in said] == sorted(each.at for each in said if each.at)
    comments = [each for each in said if each.kind is CommentKind.COMMENT]
    mentions = [each for each in said if each.kind is not CommentKind.COMMENT]
    assert [each.remote_id for each in comments] == [first["id"], second["id"], third["id"]]
    assert [each.post.remote_id for each in comments if each.post] == [ours["id"], ours["id"], back["id"]]
    assert [each.parent_id for each in comments] == ["", first["id"], ""]
    assert [each.remote_id for each in mentions] == [elsewhere["id"], below["id"]]
    assert {each.kind for each in mentions} == {CommentKind.MENTION}
    assert [each.post for each in mentions] == [None, None]


def test_our_own_words_and_reposts_are_left_aside(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe @maison_lumen")
    x.say(LUMEN, "Et une autre", ours["id"])
    again = [{"type": "retweeted", "id": ours["id"]}]
    x.say(NADIA, "RT @maison_lumen: Une lampe", referenced_tweets=again)
    assert x.client().comments("") == CommentBatch((), x.client().comments("").mark)


def test_an_answer_to_a_post_of_ours_that_is_gone_is_still_a_comment(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    said = x.say(NADIA, "Trop chère.", ours["id"])
    del x.posts[ours["id"]]
    (comment,) = x.client().comments("").comments
    assert (comment.remote_id, comment.post, comment.parent_id) == (said["id"], None, ours["id"])
    assert comment.kind is CommentKind.COMMENT


def test_the_first_turn_begins_with_the_latest(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    said = [x.say(NADIA, f"Avis {number}", ours["id"])["id"] for number in range(25)]
    found = x.client().comments("")
    assert (ids(found), found.mark, found.more) == (said[5:], said[-1], False)


def test_from_a_mark_on_nothing_is_lost_over_several_turns(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    first = x.say(NADIA, "Avis", ours["id"])["id"]
    client = x.client()
    said = [x.say(NADIA, f"Avis {number}", ours["id"])["id"] for number in range(120)]
    turn = client.comments(first)
    assert turn.more
    assert turn == client.comments(first)
    assert turn.mark.split(" ")[:2] == [first, said[-1]]
    late = x.say(NADIA, "Pendant ce temps", ours["id"])["id"]
    read, mark = all_of(client, first)
    assert set(said) <= set(read)
    read_on, _mark = all_of(client, mark)
    assert late in {*read, *read_on}


PAGE: Final = 5 * (5_000 + 10_000)  # the smallest page, each by somebody else


def heard_for(x: FakeX, money: int, said: int) -> tuple[CommentBatch, list[str], MemoryPurse]:
    """What a turn brings that this much money pays for, of so many answers since a first one."""
    ours = x.say(LUMEN, "Une lampe")
    first = x.say(NADIA, "Avis", ours["id"])["id"]
    new = [x.say(NADIA, f"Avis {number}", ours["id"])["id"] for number in range(said)]
    purse = MemoryPurse(left=money)
    return x.client(purse=purse).comments(first), new, purse


def test_what_was_paid_for_is_kept_when_the_money_ends(x: FakeX) -> None:
    turn, said, purse = heard_for(x, 5 * 5_000 + 10_000 + PAGE - 1, 12)
    assert (ids(turn), turn.more) == (said[7:], True)
    assert purse.left >= 0
    assert ids(x.client().comments(turn.mark)) == said[:7]


def test_the_next_page_is_as_small_as_the_money(x: FakeX) -> None:
    turn, said, purse = heard_for(x, 3 * PAGE, 12)
    assert (ids(turn), turn.more) == (said, False)
    asked = [request.query["max_results"] for request in x.requests if request.path == MENTIONS]
    assert asked == ["5", "5", "5"]
    assert purse.left >= 0


class Once(MemoryPurse):
    """Money for one read; the rest is kept."""

    def pay(self, what: str, times: int = 1) -> None:
        if self.paid.get(what):
            raise Never(Code.RESERVE_KEPT, step=NextStep.PAY)
        super().pay(what, times)


@pytest.mark.parametrize("number", [1, 8])
def test_the_reserve_ends_a_turn_as_well(x: FakeX, number: int) -> None:
    ours = x.say(LUMEN, "Une lampe")
    first = x.say(NADIA, "Avis", ours["id"])["id"]
    said = [x.say(NADIA, f"Avis {each}", ours["id"])["id"] for each in range(number)]
    turn = x.client(purse=Once()).comments(first)
    assert (ids(turn), turn.more) == (said[-5:], number > 5)
    assert {each.kind for each in turn.comments} == {CommentKind.COMMENT}
    assert {each.post for each in turn.comments} == {None}, "what stands above was not paid for"


def test_another_refusal_of_a_further_page_is_raised(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    first = x.say(NADIA, "Avis", ours["id"])["id"]
    for number in range(8):
        x.say(NADIA, f"Avis {number}", ours["id"])
    fine = x._page([each for each in x.posts.values() if each["author_id"] == NADIA.id], _query(first), 5)
    x.fail_next(answering(Answer(200, fine.body)), "read")
    x.fail_next(answering(UNAUTHORIZED), "read")
    with pytest.raises(Never) as refused:
        x.client().comments(first)
    assert refused.value.code == Code.ACCESS_REFUSED


def test_a_page_that_fails_waits_for_the_next_turn(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    first = x.say(NADIA, "Avis", ours["id"])["id"]
    said = [x.say(NADIA, f"Avis {number}", ours["id"])["id"] for number in range(8)]
    fine = x._page([each for each in x.posts.values() if each["author_id"] == NADIA.id], _query(first), 5)
    x.fail_next(answering(Answer(200, fine.body)), "read")
    x.fail_next(answering(Answer(503, "")), "read")
    turn = x.client().comments(first)
    assert (ids(turn), turn.more) == (said[3:], True)
    assert ids(x.client().comments(turn.mark)) == said[:3]


def _query(since: str) -> dict[str, str]:
    fields = "author_id,created_at,conversation_id,referenced_tweets,in_reply_to_user_id,display_text_range"
    return {"max_results": "5", "since_id": since, "tweet.fields": fields, "expansions": "author_id"}


def test_when_nothing_is_new_the_look_costs_nothing(x: FakeX, purse: MemoryPurse) -> None:
    ours = x.say(LUMEN, "Une lampe")
    first = x.say(NADIA, "Avis", ours["id"])["id"]
    found = x.client(purse=purse).comments(first)
    assert found == CommentBatch((), first)
    assert purse.paid == {"post_read": 0, "user_read": 0}
    (request,) = x.asked("GET", MENTIONS)
    assert (request.query["since_id"], request.query["max_results"]) == (first, "5")


@pytest.mark.parametrize("reply", [REFUSED, problem(403, "missing scope")])
def test_a_token_that_may_not_listen_keeps_publishing(x: FakeX, reply: Answer) -> None:
    x.fail_next(answering(reply), "read")
    with pytest.raises(Never) as refused:
        x.client().comments("")
    assert (refused.value.code, refused.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


def test_a_refused_token_is_refused_here_too(x: FakeX) -> None:
    x.fail_next(answering(UNAUTHORIZED), "read")
    with pytest.raises(Never) as refused:
        x.client().comments("")
    assert refused.value.code == Code.ACCESS_REFUSED


@pytest.mark.parametrize("body", ["<html>ok</html>", [], {"data": {"id": "1"}}, {"data": 7}])
def test_what_is_no_list_is_for_later(x: FakeX, body: Any) -> None:
    x.fail_next(answering(Answer(200, body)), "read")
    with pytest.raises(Later) as later:
        x.client().comments("")
    assert later.value.code == "answer_unreadable"


def test_rows_that_cannot_be_read_hide_no_other(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    good = x.say(NADIA, "Trop chère.", ours["id"])
    broken = [
        {},
        {"id": "x"},
        {"id": "12", "text": 7},
        "rien",
        {"id": "13", "referenced_tweets": [{"type": "retweeted"}]},
    ]
    x.fail_next(answering(Answer(200, {"data": [good, *broken]})), "read")
    found = x.client().comments("")
    assert (ids(found), found.mark) == ([good["id"]], good["id"])


def test_an_edited_mention_is_the_same_one_with_other_words(x: FakeX) -> None:
    now = datetime.now(UTC)
    first = x.say(NADIA, "Vu chez @maison_lumne @maison_lumen", at=now - timedelta(minutes=9))
    client = x.client()
    (heard,), mark = client.comments("").comments, client.comments("").mark
    history = [first["id"]]
    second = x.say(NADIA, "Vu chez @maison_lumen", at=now - timedelta(minutes=2))
    history.append(second["id"])
    first["edit_history_tweet_ids"] = second["edit_history_tweet_ids"] = history
    (again,) = client.comments(mark).comments
    assert (again.remote_id, again.text) == (heard.remote_id, "Vu chez @maison_lumen")
    assert again.url == f"https://x.com/i/web/status/{second['id']}"
    assert heard.at is not None
    assert again.at is not None
    assert abs(again.at - heard.at) < timedelta(seconds=1)
    assert again.edited_at is not None
    assert abs(again.edited_at - now + timedelta(minutes=2)) < timedelta(seconds=1)
    assert client.comment(first["id"]) == again
    assert client.comment(second["id"]) == again


# --- one comment


def test_what_is_not_there_and_what_is_no_id_are_gone(x: FakeX) -> None:
    for remote_id in ("999", "abc", "", "../users"):
        gone = IncomingComment(remote_id, "", presence=CommentPresence.GONE)
        assert x.client().comment(remote_id) == gone
    assert len(x.requests) == 1
    both = {"errors": [missing("77"), barred("78", "not-authorized-for-resource")]}
    x.fail_next(answering(Answer(200, both)), "read")
    assert x.client().comment("77").presence is CommentPresence.GONE
    x.fail_next(answering(problem(404, "Not found")), "read")
    assert x.client().comment("77").presence is CommentPresence.GONE


@pytest.mark.parametrize("kind", ["not-authorized-for-resource", "resource-unavailable", "of-tomorrow"])
def test_what_x_does_not_show_us_is_not_gone_for_that(x: FakeX, kind: str) -> None:
    x.fail_next(answering(Answer(200, {"errors": [barred("77", kind)]})), "read")
    with pytest.raises(Never) as refused:
        x.client().comment("77")
    assert (refused.value.code, refused.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.NONE)


def test_an_answer_that_says_nothing_of_a_comment_is_for_later(x: FakeX) -> None:
    for body in ({}, {"data": [{"id": "77"}]}, {"data": [{"id": "77", "edit_history_tweet_ids": [7]}]}):
        x.fail_next(answering(Answer(200, body)), "read")
        with pytest.raises(Later):
            x.client().comment("77")


def test_a_comment_asked_for_costs_what_it_brings(x: FakeX, purse: MemoryPurse) -> None:
    ours = x.say(LUMEN, "Une lampe")
    said = x.say(NADIA, "Trop chère.", ours["id"])
    x.client(purse=purse).comment(said["id"])
    assert purse.paid == {"post_read": 2, "user_read": 2}  # the comment, and our post above it


# --- answering


def test_an_answer_says_what_it_answers_and_x_names_its_author(x: FakeX) -> None:
    ours = x.say(LUMEN, "Une lampe")
    said = x.say(NADIA, "Trop chère.", ours["id"])
    published = x.client().reply(answer(said["id"]), lambda: None)
    (request,) = x.asked("POST", "/2/tweets")
    assert json.loads(request.body) == {
        "text": "Merci, Nadia !",
        "reply": {"in_reply_to_tweet_id": said["id"]},
    }
    assert x.posts[published.remote_id]["text"] == "@nadia_r Merci, Nadia !"


def test_an_answer_is_found_by_its_words_below_the_comment_alone(x: FakeX) -> None:
    now = datetime.now(UTC)
    ours = x.say(LUMEN, "Une lampe")
    first, second = (x.say(NADIA, f"Avis {number}", ours["id"]) for number in range(2))
    made = x.say(LUMEN, "Merci, Nadia !", first["id"])
    x.say(LUMEN, "Merci, Nadia !")
    client = x.client()
    sightings = [
        client.find_reply(reply, now - timedelta(minutes=1), now)
        for reply in (
            answer(first["id"]),
            answer(first["id"], "@nadia_r Merci, Nadia !"),
            answer(second["id"]),
        )
    ]
    assert [each.kind for each in sightings] == [SightingKind.FOUND, SightingKind.FOUND, SightingKind.ABSENT]
    assert sightings[0].published is not None
    assert sightings[0].published.remote_id == made["id"]


def test_an_answer_with_an_address_costs_as_much_as_a_post_with_one(x: FakeX, purse: MemoryPurse) -> None:
    said = x.say(NADIA, "@maison_lumen Trop chère.")
    x.client(purse=purse).reply(answer(said["id"], "Voyez https://lumen.fr"), lambda: None)
    assert purse.paid == {"create_with_url": 1}


# --- hiding


def test_hiding_says_so_and_costs(x: FakeX, purse: MemoryPurse) -> None:
    ours = x.say(LUMEN, "Une lampe")
    said = x.say(NADIA, "Trop chère.", ours["id"])
    client = x.client(purse=purse)
    client.hide(said["id"], "Hors sujet")
    (request,) = x.asked("PUT", f"/2/tweets/{said['id']}/hidden")
    assert json.loads(request.body) == {"hidden": True}
    assert (x.hidden, purse.paid) == ({said["id"]}, {"hide": 1})
    client.unhide(said["id"])
    assert x.hidden == set()


def test_what_is_gone_is_hidden_already_and_cannot_be_shown(x: FakeX, purse: MemoryPurse) -> None:
    client = x.client(purse=purse)
    client.hide("999", "Injure")
    with pytest.raises(Never) as refused:
        client.unhide("999")
    assert refused.value.code == Code.NOT_FOUND
    assert purse.paid == {"hide": 0}


def test_elsewhere_than_below_our_posts_nothing_can_be_hidden(x: FakeX) -> None:
    said = x.say(NADIA, "Vu chez @maison_lumen")
    with pytest.raises(Never) as refused:
        x.client().hide(said["id"], "Injure")
    assert (refused.value.code, refused.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert x.hidden == set()


@pytest.mark.parametrize("body", [{}, {"data": {"hidden": False}}, {"data": None}])
def test_an_answer_that_does_not_say_hidden_is_unknown(x: FakeX, body: dict[str, Any]) -> None:
    x.fail_next(answering(Answer(200, body)))
    with pytest.raises(Unknown):
        x.client().hide("1", "Injure")


# --- walking down lists


def listed(numbers: list[int], size: int) -> Any:
    """A list of rows with these ids, newest first, in pages."""
    rows = [{"id": str(number)} for number in sorted(numbers, reverse=True)]

    def page(_number: int, base: str, token: str) -> Batch:
        start = int(token or 0)
        after = [row for row in rows if int(row["id"]) > int(base)]
        further = str(start + size) if start + size < len(after) else ""
        return Batch(tuple(after[start : start + size]), further=further)

    return page


@given(st.sets(st.integers(1, 10**18), min_size=1, max_size=60), st.integers(1, 9), st.data())
@settings(max_examples=60)
def test_a_walk_reads_each_row_once_and_in_the_end_all(numbers: set[int], size: int, data: Any) -> None:
    base = data.draw(st.sampled_from([0, *numbers]))
    mark = str(base)
    read: list[int] = []
    for _turn in range(60):
        walked = walk(listed(list(numbers), size), mark)
        found = [int(str(row["id"])) for row in walked.rows]
        assert found == sorted(found)
        read, mark = read + found, walked.mark
        if not walked.more:
            break
    wanted = sorted(number for number in numbers if number > base)
    assert sorted(read) == wanted
    assert mark == str(max([base, *wanted]))


def test_a_walk_without_a_mark_takes_the_newest_page() -> None:
    walked = walk(listed(list(range(1, 30)), 10), "")
    assert ([row["id"] for row in walked.rows], walked.mark, walked.more) == (
        [str(number) for number in range(20, 30)],
        "29",
        False,
    )
    assert walk(listed([], 10), "").mark == START


def test_a_list_that_knows_no_since_is_read_down_to_the_mark() -> None:
    rows = tuple({"id": str(number)} for number in range(30, 0, -1))
    asked: list[str] = []

    def page(_number: int, _base: str, token: str) -> Batch:
        asked.append(token)
        start = int(token or 0)
        return Batch(rows[start : start + 10], further=str(start + 10))

    walked = walk(page, "15")
    assert [row["id"] for row in walked.rows] == [str(number) for number in range(16, 31)]
    assert (asked, walked.mark, walked.more) == (["", "10"], "30", False)


def test_a_mark_that_would_not_fit_is_for_later() -> None:
    page = replace(Batch(({"id": "7"},)), further="t" * 300)
    with pytest.raises(Later):
        walk(lambda _number, _base, _token: page, "1")


@given(st.integers(0, 10**19 - 1), st.integers(0, 10**19 - 1))
def test_ids_are_ordered_as_numbers(first: int, second: int) -> None:
    assert (order(str(first)) < order(str(second))) == (first < second)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda each: (
            st.lists(each, max_size=3)
            | st.dictionaries(
                st.sampled_from(["data", "meta", "includes", "users", "id", "next_token", "errors"]),
                each,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
@settings(max_examples=100)
def test_any_object_is_a_list_or_for_later(answer: Any) -> None:
    if not isinstance(answer, dict):
        return
    try:
        found = batch(answer)
    except Later:
        return
    assert all(isinstance(row, dict) for row in found.rows)
    assert isinstance(found.further, str)
