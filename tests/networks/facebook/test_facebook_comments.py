"""What people write under a Page's posts, and what the Page does about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Reply as Answer
from pages.networks import graph_marks as marks
from pages.networks import graph_places as places
from pages.networks.errors import Code
from pages.networks.facebook import threads
from pages.networks.types import (
    CANNOT_TELL,
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Reply,
    SightingKind,
    ThreadPost,
)
from tests.networks.facebook.fake import Facebook, before
from tests.networks.facebook.words import NADIA, PAGE
from tests.networks.graph_words import GONE, error

NOW: Final = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)


def ids(batch: CommentBatch) -> list[str]:
    return [each.remote_id for each in batch.comments]


def many(facebook: Facebook, post: str, number: int, start: datetime = NOW) -> list[str]:
    """So many comments, a second apart."""
    return [facebook.say(f"Avis {each}", post, at=start + timedelta(seconds=each)) for each in range(number)]


# --- listening


def test_a_comment_is_read_with_all_that_the_network_says(facebook: Facebook) -> None:
    post = facebook.put("Une lampe", NOW)
    first = facebook.say("Trop chère.", post, at=NOW)
    second = facebook.say("Pas du tout.", first, "7002", at=NOW + timedelta(seconds=5))
    shown = ThreadPost(post, f"https://www.facebook.com/maisonlumen/posts/{post}", "Une lampe", NOW)
    address = "https://www.facebook.com/maisonlumen/posts/?comment_id="
    assert facebook.client().comments("").comments == (
        IncomingComment(
            first, "Trop chère.", Commenter(NADIA, "Nadia"), shown, url=f"{address}{first}", at=NOW
        ),
        IncomingComment(
            second,
            "Pas du tout.",
            Commenter("7002", "Paul"),
            shown,
            first,
            f"{address}{second}",
            at=NOW + timedelta(seconds=5),
        ),
    )


def test_one_call_reads_the_comments_of_all_recent_posts(facebook: Facebook) -> None:
    said = [facebook.say("Oui", facebook.put(f"Lampe {each}", NOW), at=NOW) for each in range(4)]
    assert sorted(ids(facebook.client().comments(""))) == sorted(said)
    assert len(facebook.requests) == 1


def test_the_pages_own_answers_are_no_comments(facebook: Facebook) -> None:
    post = facebook.put("Une lampe", NOW)
    heard = facebook.say("Trop chère.", post, at=NOW)
    facebook.say("Merci !", heard, PAGE, at=NOW)
    assert ids(facebook.client().comments("")) == [heard]


def test_an_edit_of_a_late_comment_comes_again(facebook: Facebook) -> None:
    first, second = many(facebook, facebook.put("Une lampe", NOW), 2)
    client = facebook.client()
    mark = client.comments("").mark
    assert client.comments(mark) == CommentBatch((), mark)
    facebook.comments[first]["message"] = "Avis changé"
    changed = client.comments(mark)
    assert [(each.remote_id, each.text) for each in changed.comments] == [(first, "Avis changé")]
    assert client.comments(changed.mark).comments == ()
    assert second not in ids(changed)


def test_what_is_hidden_on_the_network_comes_again_as_hidden(facebook: Facebook) -> None:
    first, _second = many(facebook, facebook.put("Une lampe", NOW), 2)
    client = facebook.client()
    mark = client.comments("").mark
    facebook.comments[first]["is_hidden"] = True
    (heard,) = client.comments(mark).comments
    assert (heard.remote_id, heard.presence) == (first, CommentPresence.HIDDEN)


def test_a_deletion_changes_nothing_that_was_read(facebook: Facebook) -> None:
    first, _second = many(facebook, facebook.put("Une lampe", NOW), 2)
    client = facebook.client()
    mark = client.comments("").mark
    facebook.take_down(first)
    assert client.comments(mark).comments == ()


def test_further_pages_of_one_post_are_read_to_their_end(facebook: Facebook) -> None:
    facebook.page_size = 3
    said = many(facebook, facebook.put("Une lampe", NOW), 10)
    batch = facebook.client().comments("")
    assert (ids(batch), batch.more) == (said, False)


def turns(facebook: Facebook, mark: str = "", most: int = 60) -> tuple[list[str], str, int]:
    """What is read turn by turn, the last mark, and how many turns it took."""
    found: list[str] = []
    for number in range(1, most + 1):
        before = len(facebook.requests)
        batch = facebook.client().comments(mark)
        assert len(facebook.requests) - before <= 1 + threads.FURTHER
        assert len(batch.mark) <= 300
        found += ids(batch)
        mark = batch.mark
        if not batch.more:
            return found, mark, number
    raise AssertionError("it never ends")


def test_the_newest_comments_of_a_busy_page_are_read_first_and_its_history_behind(
    facebook: Facebook,
) -> None:
    facebook.page_size = 10
    said: list[str] = []
    for day in range(4, 0, -1):
        said += many(
            facebook, facebook.put(f"Lampe {day}", NOW - timedelta(days=day)), 60, NOW - timedelta(day)
        )
    first = facebook.client().comments("")
    assert {*said[-10:], *said[50:60]} <= set(ids(first))
    assert first.more
    found, mark, _turns = turns(facebook)
    assert sorted(found) == sorted(said)
    assert (places.read(mark)[1], turns(facebook, mark)[0]) == (None, [])


def test_what_is_said_while_history_is_filled_in_comes_with_the_very_next_turn(facebook: Facebook) -> None:
    facebook.page_size = 2
    posts = [facebook.put(f"Lampe {each}", NOW - timedelta(days=each)) for each in range(2)]
    old = [each for post in posts for each in many(facebook, post, 30, NOW - timedelta(days=2))]
    batch = facebook.client().comments("")
    assert batch.more
    late = facebook.say("Et aujourd'hui ?", posts[1], at=NOW)
    again = facebook.client().comments(batch.mark)
    assert late in ids(again)
    times = [each.at for each in again.comments if each.at]
    assert times == sorted(times)
    rest, _mark, _turns = turns(facebook, again.mark)
    assert late not in rest
    assert set(old) == {*ids(batch), *ids(again), *rest} - {late}


def test_a_rush_while_history_is_filled_in_is_read_whole(facebook: Facebook) -> None:
    facebook.page_size = 2
    post = facebook.put("Une lampe", NOW)
    old = many(facebook, post, 40, NOW - timedelta(days=1))
    batch = facebook.client().comments("")
    assert batch.more
    rush = many(facebook, post, 30, NOW)
    found, mark, _turns = turns(facebook, batch.mark)
    assert {*ids(batch), *found} == {*old, *rush}
    assert turns(facebook, mark)[0] == []


def test_from_a_mark_on_only_what_came_since_is_asked_for(facebook: Facebook) -> None:
    facebook.page_size = 20
    post = facebook.put("Une lampe", NOW)
    many(facebook, post, 60)
    _found, mark, _turns = turns(facebook)
    late = many(facebook, post, 12, NOW + timedelta(hours=1))
    before = len(facebook.requests)
    assert turns(facebook, mark)[0] == late
    assert f".since({marks.read(mark).since - 1})" in facebook.requests[before].query["fields"]


def test_what_stands_behind_many_answers_of_our_own_is_not_passed_over(facebook: Facebook) -> None:
    facebook.page_size = 2
    busy = facebook.put("Une lampe", NOW)
    first = facebook.say("Trop chère.", busy, at=NOW)
    for number in range(40):
        facebook.say(f"Merci {number}", busy, PAGE, at=NOW + timedelta(seconds=1 + number))
    behind = facebook.say("De rien.", busy, at=NOW + timedelta(seconds=60))
    quiet = facebook.say("Plus tard", facebook.put("Un vase", NOW - timedelta(days=1)), at=NOW + timedelta(1))
    assert sorted(turns(facebook)[0]) == sorted([first, behind, quiet])


def test_our_own_answers_on_top_keep_no_turn_from_ending(facebook: Facebook) -> None:
    facebook.page_size = 2
    said: list[str] = []
    for number in range(2):
        post = facebook.put(f"Lampe {number}", NOW - timedelta(days=number))
        said += many(facebook, post, 30, NOW - timedelta(hours=number))
        for _answer in range(3):
            facebook.say("Merci !", post, PAGE, at=NOW + timedelta(hours=1))
    found, mark, _turns = turns(facebook)
    assert sorted(found) == sorted(said)
    late = facebook.say("Et demain ?", post, at=NOW + timedelta(hours=2))
    assert turns(facebook, mark)[0] == [late]


def test_a_post_that_went_while_its_history_was_read_keeps_no_other_from_being_read(
    facebook: Facebook,
) -> None:
    facebook.page_size = 2
    posts = [facebook.put(f"Lampe {each}", NOW - timedelta(days=each)) for each in range(2)]
    said = [many(facebook, post, 20, NOW - timedelta(days=2)) for post in posts]
    batch = facebook.client().comments("")
    assert batch.more
    del facebook.posts[posts[0]]
    found, _mark, _turns = turns(facebook, batch.mark)
    assert set(said[1]) <= {*ids(batch), *found}


def test_a_place_that_the_network_knows_no_more_is_begun_again(facebook: Facebook) -> None:
    facebook.page_size = 2
    said = many(facebook, facebook.put("Une lampe", NOW), 30)
    batch = facebook.client().comments("")
    facebook.refused["/comments"] = error(100, 0, "Invalid cursor")
    assert facebook.client().comments(batch.mark) == CommentBatch((), "0.", more=True)
    facebook.refused.clear()
    assert sorted(turns(facebook, "0.")[0]) == sorted(said)


def test_what_may_not_be_read_any_more_is_not_gone_for_that(facebook: Facebook) -> None:
    said = facebook.say("Trop chère.", facebook.put("Une lampe", NOW), at=NOW)
    facebook.refused[f"{said} "] = GONE
    assert facebook.client().comment(said).presence is CommentPresence.GONE
    facebook.refused["published_posts"] = error(10)
    with pytest.raises(Never) as deaf:
        facebook.client().comment(said)
    assert (deaf.value.code, deaf.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


def test_a_turn_asks_a_bounded_number_of_times(facebook: Facebook) -> None:
    facebook.page_size = 1
    many(facebook, facebook.put("Une lampe", NOW), 30)
    batch = facebook.client().comments("")
    assert (len(facebook.requests), batch.more) == (1 + threads.FURTHER, True)


def test_a_token_that_may_not_listen_publishes_still(facebook: Facebook) -> None:
    facebook.refused["published_posts"] = error(10)
    with pytest.raises(Never) as deaf:
        facebook.client().comments("")
    assert (deaf.value.code, deaf.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


def test_an_answer_without_a_list_is_for_later_and_loses_nothing(facebook: Facebook) -> None:
    facebook.refused["published_posts"] = Answer(200, {"hello": "world"})
    with pytest.raises(Later):
        facebook.client().comments("12.")


def test_what_is_too_much_for_one_answer_is_asked_in_less(facebook: Facebook) -> None:
    posts = [facebook.put(f"Lampe {number}", NOW + timedelta(seconds=number)) for number in range(60)]
    said = [facebook.say("Oui", post, at=NOW) for post in posts]
    facebook.fail_next(before(error(1, 0, "Please reduce the amount of data", 500)), "read")
    assert set(ids(facebook.client().comments(""))) == set(said[10:])
    assert [each.query["limit"] for each in facebook.requests] == ["10"] * 5


def test_a_network_that_is_down_is_for_later(facebook: Facebook) -> None:
    facebook.refused["published_posts"] = error(2, 0)
    with pytest.raises(Later):
        facebook.client().comments("")
    assert [each.query["limit"] for each in facebook.requests] == ["50", "10"]


def test_a_comment_without_its_author_is_read_all_the_same(facebook: Facebook) -> None:
    remote_id = facebook.say("Trop chère.", facebook.put("Une lampe", NOW))
    said = {"id": remote_id, "message": "Trop chère.", "created_time": "2026-09-01T10:00:00+0000"}
    facebook.refused[f"{remote_id} "] = Answer(200, said)
    heard = facebook.client().comment(remote_id)
    assert (heard.author, heard.text, heard.at) == (Commenter(), "Trop chère.", NOW)


def test_a_mention_is_asked_for_again_as_the_post_that_it_is(facebook: Facebook) -> None:
    remote_id = facebook.name("Vu chez Maison Lumen.", NOW)
    assert facebook.client().comment(remote_id) == IncomingComment(
        remote_id,
        "Vu chez Maison Lumen.",
        Commenter(NADIA, "Nadia"),
        url=f"https://www.facebook.com/{remote_id}",
        at=NOW,
        kind=CommentKind.MENTION,
    )


def test_mentions_are_read_through_their_pages_until_the_mark(facebook: Facebook) -> None:
    facebook.page_size = 2
    said = [facebook.name(f"Vu {each}", NOW + timedelta(seconds=each)) for each in range(5)]
    client = facebook.client()
    batch = client.mentions("")
    assert ids(batch) == said
    late = facebook.name("Encore", NOW + timedelta(minutes=1))
    assert ids(client.mentions(batch.mark)) == [late]


def test_of_more_mentions_than_one_turn_reads_none_is_lost(facebook: Facebook) -> None:
    facebook.page_size = 2
    said = [facebook.name(f"Vu {each}", NOW + timedelta(seconds=each)) for each in range(16)]
    client = facebook.client()
    first = client.mentions("0.")
    assert (ids(first), first.more) == (said[6:], True)
    late = facebook.name("Encore", NOW + timedelta(minutes=1))
    second = client.mentions(first.mark)
    assert (ids(second), second.more) == ([*said[:6], late], False)
    assert client.mentions(second.mark).comments == ()


def test_a_first_look_at_mentions_goes_no_further_than_a_month_behind_the_latest(facebook: Facebook) -> None:
    facebook.page_size = 1
    said = [facebook.name(f"Vu {each}", NOW - timedelta(days=40 - each)) for each in range(8)]
    with time_machine.travel(NOW, tick=False):
        batch = facebook.client().mentions("")
    assert (ids(batch), batch.more) == (said[3:], False)


# --- marks


def heard(number: int, second: int, text: str = "Oui") -> IncomingComment:
    return IncomingComment(f"1_{number}", text, at=NOW + timedelta(seconds=second))


@pytest.mark.parametrize("mark", ["", "x", "-3.", "1e5.", "9" * 20])
def test_a_mark_that_is_none_is_the_beginning(mark: str) -> None:
    assert marks.read(mark).since == 0


def test_a_mark_keeps_the_latest_few_and_stays_short() -> None:
    comments = [heard(number, number) for number in range(100)]
    mark = marks.after("", comments)
    assert len(mark) <= 300
    assert marks.read(mark).since == int(NOW.timestamp()) + 60
    assert len(marks.read(mark).known) == marks.REMEMBERED
    assert marks.fresh(marks.read(mark), comments) == ()


def test_of_many_in_one_second_none_is_forgotten() -> None:
    comments = [heard(number, 0) for number in range(30)] + [heard(40 + number, 1) for number in range(30)]
    mark = marks.read(marks.after("", comments))
    assert mark.since == int(NOW.timestamp()) + 1
    assert marks.fresh(mark, comments) == ()


def test_without_a_comment_the_mark_stays() -> None:
    assert marks.after("", []) == "0."
    assert marks.after("12.abcdef", []) == "12.abcdef"


@given(st.lists(st.integers(0, 50), max_size=80), st.integers(0, 50))
@settings(max_examples=60, deadline=None)
def test_nothing_that_comes_later_is_lost_and_nothing_comes_twice(seconds: list[int], late: int) -> None:
    known = [heard(number, second) for number, second in enumerate(seconds)]
    mark = marks.after("", known)
    newest = heard(999, max([*seconds, 0]) + late)
    assert len(mark) <= 300
    assert newest in marks.fresh(marks.read(mark), [*known, newest])
    if len({each.at for each in known}) == len(known):
        assert marks.fresh(marks.read(mark), known) == ()
        assert marks.after(mark, known) == mark


# --- answering


def answer(to: str, text: str = "Merci, Nadia !") -> Reply:
    return Reply("k", to, text, "fr")


def test_what_answers_an_answer_stands_below_the_same_comment(facebook: Facebook) -> None:
    first = facebook.say("Trop chère.", facebook.put("Une lampe"))
    second = facebook.say("Pas du tout.", first)
    made = facebook.client().reply(answer(second), lambda: None)
    assert facebook.comments[made.remote_id]["parent"] == first
    assert made.url.endswith(made.remote_id)
    now = datetime.now(UTC)
    assert facebook.client().find_reply(answer(second), now, now).kind is SightingKind.FOUND


def test_who_names_the_page_is_answered_below_their_own_post(facebook: Facebook) -> None:
    named = facebook.name("Vu chez Maison Lumen.")
    now = datetime.now(UTC)
    assert facebook.client().find_reply(answer(named), now, now).kind is SightingKind.ABSENT
    made = facebook.client().reply(answer(named), lambda: None)
    said = facebook.comments[made.remote_id]
    assert (said["post"], said["parent"], said["message"]) == (named, "", "Merci, Nadia !")
    found = facebook.client().find_reply(answer(named), now, now).published
    assert found is not None
    assert found.remote_id == made.remote_id


def test_the_same_words_of_somebody_else_are_not_ours(facebook: Facebook) -> None:
    heard_of = facebook.say("Trop chère.", facebook.put("Une lampe"))
    facebook.say("Merci, Nadia !", heard_of, "7002")
    now = datetime.now(UTC)
    assert facebook.client().find_reply(answer(heard_of), now, now).kind is SightingKind.ABSENT


def test_nearly_our_words_leave_a_doubt(facebook: Facebook) -> None:
    heard_of = facebook.say("Trop chère.", facebook.put("Une lampe"))
    facebook.say("Merci beaucoup, chère Nadia!", heard_of, PAGE)
    now = datetime.now(UTC)
    found = facebook.client().find_reply(answer(heard_of, "Merci beaucoup, chère Nadia !"), now, now)
    assert found == CANNOT_TELL


def test_a_role_that_may_not_answer_does_not_disconnect_the_page(facebook: Facebook) -> None:
    heard_of = facebook.say("Trop chère.", facebook.put("Une lampe"))
    facebook.refused[f"{heard_of}/comments"] = error(200)
    with pytest.raises(Never) as barred:
        facebook.client().reply(answer(heard_of), lambda: None)
    assert (barred.value.code, barred.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)


# --- moderating


def test_hiding_that_the_network_does_not_confirm_is_unknown(facebook: Facebook) -> None:
    heard_of = facebook.say("Trop chère.", facebook.put("Une lampe"))
    facebook.refused[f"{heard_of} "] = Answer(200, {"success": False})
    with pytest.raises(Unknown):
        facebook.client().hide(heard_of, "Hors sujet")


def test_a_comment_that_may_not_be_taken_away_is_not_taken_for_gone(facebook: Facebook) -> None:
    heard_of = facebook.say("Trop chère.", facebook.put("Une lampe"))
    facebook.stubborn = True
    with pytest.raises(Never) as barred:
        facebook.client().delete_comment(heard_of, "Injure")
    assert (barred.value.code, barred.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert heard_of in facebook.comments


def test_somebody_nobody_named_cannot_be_kept_away(facebook: Facebook) -> None:
    for act in (facebook.client().block, facebook.client().unblock):
        with pytest.raises(Never) as refused:
            act(Commenter(name="Nadia"))
        assert refused.value.code == Code.NOT_FOUND
    assert facebook.requests == []


def test_who_cannot_be_kept_away_is_not_called_so(facebook: Facebook) -> None:
    paul = Commenter("7002", "Paul")
    facebook.out_of_reach = {"7002"}
    with pytest.raises(Never) as barred:
        facebook.client().block(paul)
    assert (barred.value.code, barred.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert facebook.kept_away == set()


def test_letting_in_that_the_network_does_not_confirm_is_unknown(facebook: Facebook) -> None:
    facebook.refused["blocked"] = Answer(200, {"success": False})
    with pytest.raises(Unknown):
        facebook.client().unblock(Commenter(NADIA, "Nadia"))
