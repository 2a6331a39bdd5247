"""What people write under an account's posts: read whole, answered where it can be, hidden, taken away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Reply as Answered
from pages.networks import graph_marks as marks
from pages.networks import graph_places as places
from pages.networks.errors import Code
from pages.networks.graph_places import Stop
from pages.networks.instagram import threads
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
from tests.networks.graph_words import GONE, error
from tests.networks.instagram import fake as fakes
from tests.networks.instagram.fake import Instagram, ago, said_in
from tests.networks.instagram.words import ACCOUNT, NADIA, PAUL


def reply(to: str, text: str = "Merci, Nadia !") -> Reply:
    return Reply("k" * 32, to, text, "fr")


def turn(instagram: Instagram, mark: str = "") -> CommentBatch:
    return instagram.client().comments(mark)


def read(instagram: Instagram, mark: str = "") -> tuple[list[str], str, int]:
    """What is read turn by turn, the last mark, and how many turns it took."""
    found: list[str] = []
    for number in range(1, 60):
        before = len(instagram.requests)
        batch = turn(instagram, mark)
        assert len(instagram.requests) - before <= threads.FURTHER + 1
        assert len(batch.mark) <= 300
        found += [each.remote_id for each in batch.comments]
        mark = batch.mark
        if not batch.more:
            return found, mark, number
    raise AssertionError("it never ends")


# --- read


def test_comments_of_both_levels_come_with_one_call(instagram: Instagram) -> None:
    opened, nine, eight, seven = ago(hours=1), ago(minutes=9), ago(minutes=8), ago(minutes=7)
    post = instagram.put("Une lampe", opened)
    first = instagram.say("Trop chère.", post, at=nine)
    second = instagram.say("Pas du tout.", first, PAUL, eight)
    third = instagram.say("Jolie.", post, at=seven)
    batch = turn(instagram)
    assert len(instagram.requests) == 1
    shown = ThreadPost(post, f"https://www.instagram.com/p/C{post[-5:]}/", "Une lampe", opened)
    nadia = Commenter(NADIA, "Nadia", "@Nadia", "https://www.instagram.com/Nadia/")
    paul = Commenter(PAUL, "paul.roche", "@paul.roche", "https://www.instagram.com/paul.roche/")
    assert batch.comments == (
        IncomingComment(first, "Trop chère.", nadia, shown, at=nine),
        IncomingComment(second, "Pas du tout.", paul, shown, first, at=eight),
        IncomingComment(third, "Jolie.", nadia, shown, at=seven),
    )
    assert not batch.more


def test_what_the_account_said_itself_is_left_out_and_what_answers_it_is_not(instagram: Instagram) -> None:
    post = instagram.put("Une lampe")
    ours = instagram.say("Bonjour à tous", post, ACCOUNT)
    instagram.say("Et merci", ours, ACCOUNT)
    theirs = instagram.say("Bonjour !", ours)
    (heard,) = turn(instagram).comments
    assert (heard.remote_id, heard.parent_id) == (theirs, ours)


def test_a_hidden_comment_is_read_as_hidden_and_again_when_that_changes(instagram: Instagram) -> None:
    made = instagram.say("Trop chère.", instagram.put("Une lampe"))
    batch = turn(instagram)
    assert batch.comments[0].presence is CommentPresence.VISIBLE
    instagram.comments[made]["hidden"] = True
    (again,) = turn(instagram, batch.mark).comments
    assert (again.remote_id, again.presence) == (made, CommentPresence.HIDDEN)


def test_an_edit_shows_as_other_words(instagram: Instagram) -> None:
    made = instagram.say("Trop chère.", instagram.put("Une lampe"))
    mark = turn(instagram).mark
    instagram.comments[made]["text"] = "Trop chère, vraiment."
    (again,) = turn(instagram, mark).comments
    assert again.text == "Trop chère, vraiment."
    assert turn(instagram, mark) == turn(instagram, mark)


def test_a_reply_under_an_older_comment_is_read(instagram: Instagram) -> None:
    post = instagram.put("Une lampe", ago(days=2))
    old = instagram.say("Trop chère.", post, at=ago(days=1))
    for number in range(45):
        instagram.say(f"Avis {number}", post, at=ago(hours=2, minutes=-number))
    _found, mark, _turns = read(instagram)
    late = instagram.say("Toujours.", old, PAUL)
    assert read(instagram, mark)[0] == [late]


def test_more_than_one_answer_holds_is_read_turn_by_turn_and_whole(instagram: Instagram) -> None:
    instagram.page_size = 10
    first, second = (instagram.put(f"Lampe {number}", ago(hours=number)) for number in (2, 1))
    made = {instagram.say(f"Avis {number}", first, at=ago(minutes=300 - number)) for number in range(60)}
    made |= {instagram.say(f"Encore {number}", second, at=ago(minutes=190 - number)) for number in range(100)}
    found, mark, turns = read(instagram)
    assert set(found) == made
    assert turns == 2
    assert places.read(mark)[1] is None
    assert read(instagram, mark)[0] == []
    fresh = instagram.say("Nouveau", first)
    assert read(instagram, mark)[0] == [fresh]


def test_a_rush_since_the_mark_is_read_down_to_the_mark(instagram: Instagram) -> None:
    instagram.page_size = 4
    post = instagram.put("Une lampe", ago(days=2))
    for number in range(50):
        instagram.say(f"Ancien {number}", post, at=ago(hours=20, minutes=-number))
    _found, mark, _turns = read(instagram)
    rush = {instagram.say(f"Avis {number}", post, at=ago(minutes=99 - number)) for number in range(90)}
    before = len(instagram.requests)
    found, _mark, _turns = read(instagram, mark)
    assert rush <= set(found)
    assert len(found) == len(set(found))
    assert len(instagram.requests) - before < 45


def test_what_comes_while_older_ones_are_read_is_not_lost(instagram: Instagram) -> None:
    instagram.page_size = 3
    post = instagram.put("Une lampe", ago(hours=9))
    made = [instagram.say(f"Avis {number}", post, at=ago(minutes=90 - number)) for number in range(60)]
    batch = turn(instagram)
    assert batch.more
    late = instagram.say("Entre-temps", post)
    found = [each.remote_id for each in batch.comments] + read(instagram, batch.mark)[0]
    assert set(made) <= set(found)
    again, _mark, _turns = read(instagram, read(instagram, batch.mark)[1])
    assert late in again


def test_answers_beyond_one_page_are_read_too(instagram: Instagram) -> None:
    instagram.page_size = 4
    above = instagram.say("Trop chère.", instagram.put("Une lampe"), at=ago(hours=2))
    answers = [instagram.say(f"Oui {number}", above, PAUL, ago(minutes=90 - number)) for number in range(11)]
    found, _mark, _turns = read(instagram)
    assert found == [above, *answers]


def test_a_post_that_went_leaves_its_stop_behind(instagram: Instagram) -> None:
    instagram.page_size = 2
    post = instagram.put("Une lampe", ago(hours=9))
    for number in range(40):
        instagram.say(f"Avis {number}", post, at=ago(minutes=90 - number))
    batch = turn(instagram)
    assert batch.more
    instagram.media.clear()
    instagram.comments.clear()
    assert turn(instagram, batch.mark).comments == ()
    assert not turn(instagram, batch.mark).more


@pytest.mark.parametrize("reply_", [error(10), error(200)])
def test_without_the_right_to_listen_the_page_stays_connected(instagram: Instagram, reply_: Answered) -> None:
    instagram.refused["GET"] = reply_
    for ask in (instagram.client().comments, instagram.client().mentions, instagram.client().messages):
        with pytest.raises(Never) as never:
            ask("")
        assert (never.value.code, never.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


def test_what_is_too_much_for_one_answer_is_asked_in_parts(instagram: Instagram) -> None:
    posts = [instagram.put("Une lampe", ago(hours=number)) for number in range(30)]
    made = [instagram.say("Jolie", post, at=ago(minutes=at)) for at, post in enumerate(posts)]
    instagram.fail_next(fakes.before(error(1, 99, "Please reduce the amount of data", 500)), "read")
    found, _mark, turns = read(instagram)
    assert (found, turns) == (made[24::-1], 1)
    assert [each.query["limit"] for each in instagram.asked("GET", "/media")] == ["5"] * 5


def test_a_refusal_is_not_asked_again_in_parts(instagram: Instagram) -> None:
    instagram.fail_next(fakes.before(error(4)), "read")
    with pytest.raises(Later):
        turn(instagram)
    assert instagram.requests == []


@pytest.mark.parametrize("body", [{}, {"data": 3}, []])
def test_an_answer_without_a_list_is_asked_again(instagram: Instagram, body: Any) -> None:
    instagram.refused["/media"] = Answered(200, body)
    with pytest.raises(Later):
        turn(instagram)


@pytest.mark.parametrize("body", [{"data": []}, {"data": [{"id": "1"}]}, {"data": [3, {"comments": 3}]}])
def test_nothing_to_read_gives_a_mark_to_go_on_from(instagram: Instagram, body: Any) -> None:
    instagram.refused["/media"] = Answered(200, body)
    assert turn(instagram) == CommentBatch((), "0.")


# --- where it goes on


def test_a_mark_holds_its_stop_and_stays_short() -> None:
    comments = [IncomingComment(str(number), "x", at=ago(minutes=99 - number)) for number in range(60)]
    stop = Stop(1_780_000_000, "17900000000000001", "Q" * 120)
    mark = places.after("0.", comments, stop)
    base, read_again = places.read(mark)
    assert read_again == stop
    assert len(mark) <= 300
    assert marks.read(base).since == marks.second_of(comments[-22])
    assert len(marks.read(base).known) == 22
    assert places.going_on(base, None) == base


def test_a_stop_too_long_for_a_mark_is_left_aside() -> None:
    comments = [IncomingComment("1", "x", at=ago(minutes=1))]
    stop = Stop(0, "17900000000000001", "Q" * 280)
    assert places.read(places.after("", comments, stop))[1] is None
    assert places.going_on("1.", stop) == "1."


@given(st.text(max_size=60))
def test_any_mark_reads(mark: str) -> None:
    base, stop = places.read(mark)
    assert marks.read(base).since >= 0
    assert stop is None or stop.floor >= 0


@given(st.lists(st.tuples(st.integers(0, 30), st.text("ab", max_size=2)), max_size=60), st.integers(1, 40))
def test_from_a_mark_on_nothing_is_read_twice_and_nothing_is_lost(
    said: list[tuple[int, str]], most: int
) -> None:
    start = ago(hours=1)
    comments = [
        IncomingComment(str(number), text, at=start + timedelta(seconds=second))
        for number, (second, text) in enumerate(said)
    ]
    mark = marks.after("", comments, most=most)
    late = IncomingComment("late", "x", at=start + timedelta(minutes=2))
    assert late in marks.fresh(marks.read(mark), [*comments, late])
    assert len(mark) <= 13 + 6 * max(most, 1)
    assert len(marks.fresh(marks.read(mark), comments)) <= len(comments)


# --- one comment


def test_one_comment_comes_with_its_post_and_its_place(instagram: Instagram) -> None:
    post = instagram.put("Une lampe", ago(hours=1))
    above = instagram.say("Trop chère.", post)
    below = instagram.say("Non.", above, PAUL)
    known = {each.remote_id: each for each in turn(instagram).comments}
    assert instagram.client().comment(above) == known[above]
    assert instagram.client().comment(below) == known[below]
    instagram.take_down(above)
    assert instagram.client().comment(below).presence is CommentPresence.GONE


@pytest.mark.parametrize("body", [{}, {"id": "1"}, {"id": "1", "timestamp": "?"}, {"id": [], "timestamp": 1}])
def test_a_comment_that_cannot_be_read_is_asked_again(instagram: Instagram, body: dict[str, Any]) -> None:
    instagram.refused["GET"] = Answered(200, body)
    with pytest.raises(Later):
        instagram.client().comment("17900000000000001")


# --- answering


def test_an_answer_is_one_call_without_fields(instagram: Instagram) -> None:
    above = instagram.say("Trop chère.", instagram.put("Une lampe"))
    made = instagram.client().reply(reply(above), lambda: None)
    (sent,) = instagram.asked("POST", "/replies")
    assert sent.path == f"/v25.0/{above}/replies"
    assert set(said_in(sent)) == {"message", "appsecret_proof"}
    assert sent.query == {}
    assert (instagram.comments[made.remote_id]["parent"], made.url) == (above, "")


def test_to_ask_for_fields_with_an_answer_would_write_it_and_refuse(instagram: Instagram) -> None:
    """What the fake does, as the network does: the reason why the client never asks."""
    above = instagram.say("Trop chère.", instagram.put("Une lampe"))
    with pytest.raises(Never):
        instagram.client()._graph.post(f"{above}/replies", {"message": "Merci", "fields": "id"})
    assert len(instagram.comments) == 2


@pytest.mark.parametrize("why", ["deep", "hidden", "tag"])
def test_what_cannot_be_answered_says_so_before_the_fence(instagram: Instagram, why: str) -> None:
    above = instagram.say("Trop chère.", instagram.put("Une lampe"))
    to = {"deep": instagram.say("Non.", above), "hidden": above, "tag": instagram.tag("Vu")}[why]
    instagram.comments[above]["hidden"] = why == "hidden"
    with pytest.raises(Never) as never:
        instagram.client().reply(reply(to), lambda: pytest.fail("the fence was crossed"))
    wanted = Code.REPLY_TOO_DEEP if why == "deep" else Code.NOT_ALLOWED_HERE
    assert (never.value.code, never.value.step) == (wanted, NextStep.NONE)
    assert instagram.asked("POST", "/replies") == []


def test_an_answer_is_found_below_its_comment_alone(instagram: Instagram) -> None:
    post = instagram.put("Une lampe")
    first, second = (instagram.say(f"Avis {number}", post) for number in range(2))
    made = instagram.say("Merci, Nadia !", first, ACCOUNT, ago(seconds=30))
    instagram.say("Merci, Nadia !", second, PAUL)
    client, since, until = instagram.client(), ago(minutes=1), ago(seconds=0)
    sighting = client.find_reply(reply(first), since, until)
    assert sighting.kind is SightingKind.FOUND
    assert sighting.published is not None
    assert sighting.published.remote_id == made
    assert client.find_reply(reply(second), since, until).kind is SightingKind.ABSENT
    assert client.find_reply(reply(first), ago(hours=2), ago(hours=1)).kind is SightingKind.ABSENT
    assert client.find_reply(reply("17900000000000999"), since, until).kind is SightingKind.ABSENT


def test_an_answer_that_may_have_gone_is_unknown(instagram: Instagram) -> None:
    above = instagram.say("Trop chère.", instagram.put("Une lampe"))
    instagram.fail_next(fakes.after(Answered(200, {"success": True})))
    with pytest.raises(Unknown):
        instagram.client().reply(reply(above), lambda: None)


# --- moderating


def test_hiding_says_hide_and_is_confirmed(instagram: Instagram) -> None:
    made = instagram.say("Trop chère.", instagram.put("Une lampe"))
    instagram.client().hide(made, "Hors sujet")
    assert instagram.comments[made]["hidden"] is True
    assert set(said_in(instagram.requests[-1])) == {"hide", "appsecret_proof"}
    instagram.client().unhide(made)
    assert instagram.comments[made]["hidden"] is False


def test_what_is_not_confirmed_is_not_known(instagram: Instagram) -> None:
    made = instagram.say("Trop chère.", instagram.put("Une lampe"))
    instagram.refused["POST"] = Answered(200, {"success": False})
    with pytest.raises(Unknown):
        instagram.client().hide(made, "")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_without_the_right_nothing_is_moderated_and_nothing_disconnected(
    instagram: Instagram, method: str
) -> None:
    made = instagram.say("Trop chère.", instagram.put("Une lampe"))
    instagram.refused[method] = error(10)
    act = instagram.client().hide if method == "POST" else instagram.client().delete_comment
    with pytest.raises(Never) as never:
        act(made, "Injure")
    assert (never.value.code, never.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert list(instagram.comments) == [made]


def test_hiding_what_is_gone_is_done_and_showing_it_is_not(instagram: Instagram) -> None:
    instagram.client().hide("17900000000000999", "")
    instagram.client().delete_comment("17900000000000999", "")
    with pytest.raises(Never) as never:
        instagram.client().unhide("17900000000000999")
    assert never.value.code == Code.NOT_FOUND


# --- tags


def test_a_tag_is_a_mention_with_its_own_address(instagram: Instagram) -> None:
    five = ago(minutes=5)
    made = instagram.tag("Vu chez @maison_lumen", five)
    assert instagram.client().mentions("").comments == (
        IncomingComment(
            made,
            "Vu chez @maison_lumen",
            Commenter("", "Nadia", "@Nadia", "https://www.instagram.com/Nadia/"),
            url=f"https://www.instagram.com/p/C{made[-5:]}/",
            at=five,
            kind=CommentKind.MENTION,
        ),
    )


def test_one_tag_is_looked_for_where_tags_are_listed(instagram: Instagram) -> None:
    made = instagram.tag("Vu", ago(minutes=5))
    (known,) = instagram.client().mentions("").comments
    assert instagram.client().comment(made) == known
    instagram.tags.clear()
    assert instagram.client().comment(made).presence is CommentPresence.GONE


def test_a_tag_beyond_what_is_read_is_not_called_gone(instagram: Instagram) -> None:
    first = instagram.tag("Vu", ago(days=9))
    for number in range(250):
        instagram.tag(f"Vu {number}", ago(hours=9))
    with pytest.raises(Never) as never:
        instagram.client().comment(first)
    assert never.value.code == Code.NOT_ALLOWED_HERE


def test_tags_are_read_down_to_the_mark(instagram: Instagram) -> None:
    for number in range(120):
        instagram.tag(f"Vu {number}", ago(hours=200 - number))
    batch = instagram.client().mentions("")
    assert len(batch.comments) == 120
    before = len(instagram.requests)
    late = instagram.tag("Encore")
    (heard,) = instagram.client().mentions(batch.mark).comments
    assert heard.remote_id == late
    assert len(instagram.requests) - before == 2


# --- private messages


def written(instagram: Instagram, at: datetime | None = None) -> IncomingComment:
    instagram.write("Ma commande ?", at=at)
    return instagram.client().messages("").comments[-1]


def to(message: IncomingComment, text: str = "Elle part demain.", **more: Any) -> Reply:
    told: dict[str, Any] = {"author": message.author, "conversation": message.conversation} | more
    return Reply("k" * 32, message.remote_id, text, "fr", "", **told)


def test_messages_are_asked_of_the_page_for_instagram_alone(instagram: Instagram) -> None:
    written(instagram)
    first = instagram.requests[0]
    assert (first.path, first.query["platform"]) == ("/v25.0/me/conversations", "instagram")


def test_conversations_too_much_for_one_answer_are_asked_by_few(instagram: Instagram) -> None:
    instagram.write("Ma commande ?")
    instagram.fail_next(fakes.before(error(1, 99, "Please reduce the amount of data", 500)), "read")
    assert [each.text for each in instagram.client().messages("").comments] == ["Ma commande ?"]
    assert [each.query["limit"] for each in instagram.asked("GET", "conversations")] == ["5"]


def test_old_conversations_are_not_read_again(instagram: Instagram) -> None:
    message = written(instagram, ago(hours=3))
    mark = f"{int((ago(hours=1)).timestamp())}."
    assert instagram.client().messages(mark).comments == ()
    assert instagram.client().messages("").comments == (message,)


def test_what_the_account_wrote_is_no_message_to_it(instagram: Instagram) -> None:
    instagram.write("Bonjour", ACCOUNT)
    theirs = instagram.write("Merci")
    (heard,) = instagram.client().messages("").comments
    assert (heard.remote_id, heard.kind) == (theirs, CommentKind.MESSAGE)


def test_one_message_as_it_is_now(instagram: Instagram) -> None:
    message = written(instagram)
    again = instagram.client().comment(message.remote_id)
    assert (again.text, again.author, again.kind) == ("Ma commande ?", message.author, CommentKind.MESSAGE)
    instagram.messages.clear()
    assert instagram.client().comment(message.remote_id).presence is CommentPresence.GONE


@pytest.mark.parametrize(
    ("waited", "kind"),
    [
        (timedelta(hours=23), {"messaging_type": "RESPONSE", "tag": ""}),
        (timedelta(days=6), {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
    ],
)
def test_an_answer_is_meant_as_the_time_allows(
    instagram: Instagram, waited: timedelta, kind: dict[str, str]
) -> None:
    message = written(instagram, ago(seconds=waited.total_seconds()))
    instagram.client().answer(to(message), lambda: None)
    assert {name: instagram.messages[0][name] for name in kind} == kind
    assert instagram.answered() == 1


def test_after_a_week_nothing_can_be_answered(instagram: Instagram) -> None:
    message = written(instagram, ago(days=8))
    with pytest.raises(Never) as never:
        instagram.client().answer(to(message), lambda: pytest.fail("the fence was crossed"))
    assert never.value.code == Code.WINDOW_CLOSED
    assert instagram.answered() == 0


def test_an_answer_longer_than_a_thousand_bytes_is_refused_first(instagram: Instagram) -> None:
    message, before = written(instagram), len(instagram.requests)
    with pytest.raises(Never) as never:
        instagram.client().answer(to(message, "é" * 501), lambda: pytest.fail("the fence was crossed"))
    assert (never.value.code, never.value.step) == (Code.CONTENT_REFUSED, NextStep.EDIT)
    assert len(instagram.requests) == before
    instagram.client().answer(to(message, "é" * 500), lambda: None)
    assert instagram.answered() == 1


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (error(10, 2534022), Code.WINDOW_CLOSED),
        (error(10, 2018278), Code.WINDOW_CLOSED),
        (error(551), Code.NOT_ALLOWED_HERE),
        (error(10), Code.REVIEW_MISSING),
        (error(100, 2018001), Code.NOT_FOUND),
    ],
)
def test_a_refused_answer_says_why(instagram: Instagram, refusal: Answered, code: Code) -> None:
    message = written(instagram)
    instagram.fail_next(fakes.before(refusal))
    with pytest.raises(Never) as never:
        instagram.client().answer(to(message), lambda: None)
    assert never.value.code == code


def test_an_answer_without_its_conversation_finds_it_by_its_author(instagram: Instagram) -> None:
    message = written(instagram)
    instagram.client().answer(to(message, conversation=""), lambda: None)
    assert instagram.asked("GET", "me/conversations")[-1].query["user_id"] == NADIA


def test_nobody_wrote_so_nobody_is_answered(instagram: Instagram) -> None:
    message = written(instagram)
    instagram.messages[0]["from"] = ACCOUNT
    with pytest.raises(Never) as never:
        instagram.client().answer(to(message, author=Commenter()), lambda: None)
    assert never.value.code == Code.NOT_FOUND


def test_a_conversation_longer_than_can_be_read_cannot_tell(instagram: Instagram) -> None:
    message = written(instagram)
    for number in range(20):
        instagram.write(f"Allo {number}")
    client = instagram.client()
    assert client.find_answer(to(message), ago(minutes=1), ago(seconds=0)).kind is SightingKind.CANNOT_TELL
    later = client.find_answer(to(message), ago(minutes=-5), ago(minutes=-5))
    assert later.kind is SightingKind.ABSENT


def test_a_message_is_nobodys_when_it_is_gone(instagram: Instagram) -> None:
    instagram.refused["GET"] = GONE
    assert instagram.client().comment("aWdfZAG1").presence is CommentPresence.GONE
