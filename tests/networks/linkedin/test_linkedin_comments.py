"""What people write below the page's posts and about it, and the page's answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.ops.bench.fake_network import Reply as Answered
from pages.networks.errors import Code
from pages.networks.linkedin import rounds
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    CommentBatch,
    Commenter,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Reply,
    ThreadPost,
)
from tests.networks.linkedin import fake as fakes
from tests.networks.linkedin.fake import NADIA, PAGE, PAUL, ROCHE, LinkedIn

TEN: Final = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
AUTHOR: Final = Commenter(NADIA, "Nadia", "nadia-l", "https://www.linkedin.com/in/nadia-l")


def read(server: LinkedIn, mark: str = "", most: int = 60) -> tuple[list[IncomingComment], str, int]:
    """Everything since a mark, the last mark, and how many turns it took."""
    client, heard = server.client(), list[IncomingComment]()
    for turn in range(1, most + 1):
        batch = client.comments(mark)
        heard += batch.comments
        mark = batch.mark
        if not batch.more:
            return heard, mark, turn
    raise AssertionError("it never ends")


def texts(heard: tuple[list[IncomingComment], str, int]) -> list[str]:
    """What was heard."""
    return [each.text for each in heard[0]]


def ago(**span: float) -> datetime:
    """That long before now."""
    return datetime.now(UTC) - timedelta(**span)


# --- below the posts


def test_a_comment_comes_whole(linkedin: LinkedIn) -> None:
    at = ago(hours=1).replace(microsecond=0)
    post = linkedin.put("Une {hashtag|\\#|lampe} \\(rouge\\)", at)
    remote_id = linkedin.say("Trop chère (89 €) #déçue", post, at=at + timedelta(minutes=5))
    assert linkedin.client().comments("").comments == (
        IncomingComment(
            remote_id=remote_id,
            text="Trop chère (89 €) #déçue",
            author=AUTHOR,
            post=ThreadPost(post, "", "Une #lampe (rouge)", at),
            at=at + timedelta(minutes=5),
        ),
    )


def test_answers_at_the_second_level_name_the_comment_above(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    first = linkedin.say("Trop chère.", post)
    second = linkedin.say("Pas du tout.", first, actor=ROCHE)
    third = linkedin.say("Si !", second)
    heard, _mark, _turns = read(linkedin)
    assert [(each.remote_id, each.parent_id) for each in heard] == [
        (first, ""),
        (second, first),
        (third, first),
    ]
    assert heard[1].author == Commenter(
        ROCHE, "Atelier Roche", "atelier-roche", "https://www.linkedin.com/company/atelier-roche"
    )


def test_our_own_comments_are_left_aside(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    first = linkedin.say("Trop chère.", post)
    linkedin.say("Merci !", first, actor=PAGE)
    linkedin.say("En boutique samedi.", post, actor=PAGE)
    assert texts(read(linkedin)) == ["Trop chère."]


def test_a_member_who_does_not_show_their_profile_has_no_name(linkedin: LinkedIn) -> None:
    linkedin.say("Trop chère.", linkedin.put("Une lampe"), actor=PAUL)
    assert read(linkedin)[0][0].author == Commenter(PAUL)


@pytest.mark.parametrize("reply", [fakes.NOT_ADMIN, fakes.error(500, "X", "oh"), fakes.GONE])
def test_a_name_that_cannot_be_asked_hides_no_comment(linkedin: LinkedIn, reply: Answered) -> None:
    linkedin.refused["people"] = reply
    linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    (comment,) = read(linkedin)[0]
    assert (comment.text, comment.author) == ("Trop chère.", Commenter(NADIA))


def test_each_author_is_asked_for_once_a_turn_and_not_too_many(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    for number in range(30):
        linkedin.say("Bonjour", post, actor=f"urn:li:person:p{number % 15}")
    read(linkedin)
    assert len(linkedin.asked("people/")) == 10


def test_an_edit_is_heard_again_with_its_instant(linkedin: LinkedIn) -> None:
    remote_id = linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    mark = read(linkedin)[1]
    linkedin.edit(remote_id, "Hors de prix.")
    ((comment,), _mark, _turns) = read(linkedin, mark)
    assert (comment.remote_id, comment.text) == (remote_id, "Hors de prix.")
    assert comment.at is not None
    assert comment.edited_at is not None
    assert comment.edited_at > comment.at


def test_what_shows_late_is_heard_all_the_same(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe", ago(hours=1))
    linkedin.say("Vite.", post)
    mark = read(linkedin)[1]
    linkedin.say("Écrit avant, montré après.", post, at=ago(seconds=90))
    assert texts(read(linkedin, mark)) == ["Écrit avant, montré après."]


def test_a_comment_below_an_older_post_is_heard_while_a_newer_one_has_some(linkedin: LinkedIn) -> None:
    old, new = linkedin.put("Une lampe", ago(days=3)), linkedin.put("Une autre", ago(days=1))
    linkedin.say("Nouvelle !", new)
    mark = read(linkedin)[1]
    linkedin.say("Ancienne.", old)
    linkedin.say("Encore.", new)
    assert texts(read(linkedin, mark)) == ["Ancienne.", "Encore."]


def test_many_at_the_same_time_are_heard_once(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    for number in range(70):
        linkedin.say(f"Avis {number}", post)
    heard = read(linkedin)
    assert texts(heard) == [f"Avis {number}" for number in range(70)]
    assert len(heard[1]) <= 300
    assert read(linkedin, heard[1])[0] == []
    linkedin.say("Encore", post)
    assert texts(read(linkedin, heard[1])) == ["Encore"]


def test_a_round_through_many_posts_takes_several_turns_of_few_calls(linkedin: LinkedIn) -> None:
    posts = [linkedin.put(f"Lampe {number}", ago(days=30 - number)) for number in range(25)]
    for number, post in enumerate(posts):
        linkedin.say(f"Avis {number}", post)
    client, mark, heard, calls = linkedin.client(), "", list[str](), list[int]()
    while True:
        seen = len(linkedin.requests)
        batch = client.comments(mark)
        calls.append(len(linkedin.requests) - seen)
        heard += [each.text for each in batch.comments]
        mark = batch.mark
        assert len(mark) <= 300
        if not batch.more:
            break
    assert sorted(heard) == sorted(f"Avis {number}" for number in range(5, 25))
    assert (len(calls), max(calls) <= 10) == (3, True)
    assert read(linkedin, mark)[0] == []


def test_many_threads_below_one_post_are_gone_through_without_loss(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    for number in range(20):
        linkedin.say(f"Réponse {number}", linkedin.say(f"Avis {number}", post))
    heard, mark, turns = read(linkedin)
    assert sorted(each.text for each in heard) == sorted(
        [f"Avis {number}" for number in range(20)] + [f"Réponse {number}" for number in range(20)]
    )
    assert turns > 2
    assert read(linkedin, mark)[0] == []


def test_a_post_that_appears_in_the_middle_of_a_round_is_read_in_the_next(linkedin: LinkedIn) -> None:
    for number in range(12):
        linkedin.say(f"Avis {number}", linkedin.put(f"Lampe {number}", ago(days=30 - number)))
    first = linkedin.client().comments("")
    assert first.more
    linkedin.say("Tout neuf", linkedin.put("Une nouvelle lampe"))
    rest, mark, _turns = read(linkedin, first.mark)
    assert len(first.comments) + len(rest) == 12
    assert texts(read(linkedin, mark)) == ["Tout neuf"]


def test_a_post_that_goes_meanwhile_stops_nothing(linkedin: LinkedIn) -> None:
    gone, kept = linkedin.put("Une lampe", ago(days=1)), linkedin.put("Une autre", ago(days=2))
    linkedin.say("Perdu", gone)
    linkedin.say("Là", kept)
    linkedin.fail_next(fakes.before(Answered(200, {"elements": list(linkedin.posts.values())})), "read")
    linkedin.posts.pop(gone)
    assert texts(read(linkedin)) == ["Là"]


@pytest.mark.parametrize("mark", ["?", "1.2.3", "x.y.z.a.b.c.d", "....."])
def test_a_mark_of_another_making_begins_anew(linkedin: LinkedIn, mark: str) -> None:
    linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    assert texts(read(linkedin, mark)) == ["Trop chère."]


def test_without_the_right_to_read_comments_the_page_is_not_refused(linkedin: LinkedIn) -> None:
    linkedin.put("Une lampe")
    linkedin.refused["socialActions"] = fakes.DENIED
    with pytest.raises(Never) as refused:
        linkedin.client().comments("")
    assert (refused.value.code, refused.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


@pytest.mark.parametrize(
    "said",
    [
        {"created": {"time": "x"}, "lastModified": None},
        {"commentUrn": "urn:li:comment:(x,y)", "$URN": None, "id": None},
        {"created": None, "lastModified": {"time": 10**40}},
    ],
)
def test_a_comment_that_cannot_be_read_hides_no_other(linkedin: LinkedIn, said: dict[str, Any]) -> None:
    post = linkedin.put("Une lampe")
    linkedin.say("Illisible", post, **said)
    linkedin.say("Lisible", post)
    assert texts(read(linkedin)) == ["Lisible"]


def test_an_instant_yet_to_come_is_not_believed_and_comes_once(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    linkedin.say("Demain", post, at=datetime.now(UTC) + timedelta(days=1))
    heard, mark, _turns = read(linkedin)
    assert [(each.text, each.at, each.edited_at) for each in heard] == [("Demain", None, None)]
    assert read(linkedin, mark)[0] == []
    linkedin.say("Aujourd’hui", post)
    heard, mark, _turns = read(linkedin, mark)
    assert [each.text for each in heard] == ["Aujourd’hui"]
    assert read(linkedin, mark)[0] == []


# --- one comment


def test_a_comment_is_asked_for_again_with_its_post(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    nested = linkedin.say("Si.", linkedin.say("Non.", post))
    (_first, known), _mark, _turns = read(linkedin)
    assert linkedin.client().comment(nested) == known


def test_a_post_that_cannot_be_read_leaves_the_comment_under_its_number(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    remote_id = linkedin.say("Non.", post)
    linkedin.refused["posts"] = fakes.NOT_ADMIN
    assert linkedin.client().comment(remote_id).post == ThreadPost(post)


@pytest.mark.parametrize(
    "remote_id", ["", "999", "urn:li:share:1/urn:li:comment:(x,1)", "../posts", "urn:li:share:x"]
)
def test_an_id_of_nothing_is_gone_without_a_call(linkedin: LinkedIn, remote_id: str) -> None:
    gone = IncomingComment(remote_id, "", presence=CommentPresence.GONE)
    assert linkedin.client().comment(remote_id) == gone
    assert linkedin.requests == []


def test_a_token_that_ended_is_not_a_comment_that_is_gone(linkedin: LinkedIn) -> None:
    remote_id = linkedin.say("Non.", linkedin.put("Une lampe"))
    linkedin.fail_next(fakes.before(fakes.EXPIRED), "read")
    with pytest.raises(Never) as refused:
        linkedin.client().comment(remote_id)
    assert refused.value.code == Code.EXPIRED


@pytest.mark.parametrize("answer", [Answered(404, "<html>gateway</html>"), Answered(200, {"id": "7"})])
def test_what_cannot_be_read_is_not_gone_for_that(linkedin: LinkedIn, answer: Answered) -> None:
    remote_id = linkedin.say("Non.", linkedin.put("Une lampe"))
    linkedin.fail_next(fakes.before(answer), "read")
    with pytest.raises((Never, Later)) as refused:
        linkedin.client().comment(remote_id)
    assert refused.value.code in (Code.BLOCKED, "answer_unreadable")
    assert linkedin.client().comment(remote_id).text == "Non."


# --- answering


def test_an_answer_is_plain_text_below_the_comment(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe")
    to = linkedin.say("Trop chère.", post)
    made = linkedin.client().reply(Reply("k", to, " Merci (vraiment) #Nadia "), lambda: None)
    urn = to.partition("/")[2]
    assert json.loads(linkedin.requests[-1].body) == {
        "actor": PAGE,
        "object": linkedin.comments[0]["object"],
        "message": {"text": "Merci (vraiment) #Nadia"},
        "parentComment": urn,
    }
    assert made.remote_id == f"{post}/{linkedin.comments[-1]['commentUrn']}"
    assert (made.url, made.at is None) == ("", False)


def test_an_answer_to_an_answer_stands_beside_it(linkedin: LinkedIn) -> None:
    first = linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    second = linkedin.say("Pas du tout.", first)
    reply, now = Reply("k", second, "Merci !"), datetime.now(UTC)
    made = linkedin.client().reply(reply, lambda: None)
    assert linkedin.comments[-1]["parentComment"] == first.partition("/")[2]
    sighting = linkedin.client().find_reply(reply, now - timedelta(minutes=1), now)
    assert (sighting.published and sighting.published.remote_id) == made.remote_id


def test_an_answer_known_by_its_header_alone(linkedin: LinkedIn) -> None:
    to = linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    thread = linkedin.comments[0]["object"]
    answer = Answered(201, "", {"x-restli-id": "7123"})
    linkedin.fail_next(fakes.before(answer))
    made = linkedin.client().reply(Reply("k", to, "Merci"), lambda: None)
    assert made.remote_id == f"{to.partition('/')[0]}/urn:li:comment:({thread},7123)"


def test_an_answer_that_names_nothing_is_unknown(linkedin: LinkedIn) -> None:
    to = linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    linkedin.fail_next(fakes.before(Answered(201, [])))
    with pytest.raises(Unknown):
        linkedin.client().reply(Reply("k", to, "Merci"), lambda: None)


def test_an_answer_is_ours_in_its_time_and_in_its_words(linkedin: LinkedIn) -> None:
    post = linkedin.put("Une lampe", TEN - timedelta(days=1))
    to = linkedin.say("Trop chère.", post, at=TEN - timedelta(hours=1))
    linkedin.say("Merci !", to, at=TEN)
    ours = linkedin.say("Merci !", to, actor=PAGE, at=TEN)
    client = linkedin.client()
    sighting = client.find_reply(Reply("k", to, "Merci !"), TEN, TEN)
    assert (sighting.published and sighting.published.remote_id) == ours
    assert client.find_reply(Reply("k", to, "Bonjour à vous"), TEN, TEN) == ABSENT
    late = TEN + timedelta(minutes=3)
    assert client.find_reply(Reply("k", to, "Merci !"), late, late) == ABSENT
    assert client.find_reply(Reply("k", ours, "Merci !"), TEN, TEN) == sighting


def test_answers_that_may_not_be_read_cannot_be_told(linkedin: LinkedIn) -> None:
    to = linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    linkedin.refused["socialActions"] = fakes.DENIED
    assert linkedin.client().find_reply(Reply("k", to, "Merci"), TEN, TEN) == CANNOT_TELL


def test_a_refused_token_is_said_when_an_answer_is_looked_for(linkedin: LinkedIn) -> None:
    to = linkedin.say("Trop chère.", linkedin.put("Une lampe"))
    with pytest.raises(Never) as refused:
        linkedin.client(token="other").find_reply(Reply("k", to, "Merci"), TEN, TEN)
    assert refused.value.code == Code.ACCESS_REFUSED


# --- taking away


def test_what_somebody_wrote_is_taken_away_in_the_pages_name(linkedin: LinkedIn) -> None:
    to = linkedin.say("Injure", linkedin.put("Une lampe"))
    linkedin.client().delete_comment(to, "Injure")
    assert linkedin.comments == []
    linkedin.client().delete_comment(to, "Injure")
    linkedin.client().delete_comment("999", "Injure")
    deletions = [each for each in linkedin.requests if each.method == "DELETE"]
    assert [each.query for each in deletions] == [{"actor": PAGE}] * 2


def test_without_the_role_it_stays_and_the_page_stays_connected(linkedin: LinkedIn) -> None:
    to = linkedin.say("Injure", linkedin.put("Une lampe"))
    linkedin.refused["socialActions"] = fakes.NOT_ADMIN
    with pytest.raises(Never) as refused:
        linkedin.client().delete_comment(to, "Injure")
    assert (refused.value.code, refused.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    assert len(linkedin.comments) == 1


# --- named elsewhere


def test_a_post_that_names_the_page_is_a_mention(linkedin: LinkedIn) -> None:
    at = ago(hours=1).replace(microsecond=0)
    urn = linkedin.name("Vu chez @[Maison Lumen](urn:li:organization:5515715)", at=at)
    heard = IncomingComment(urn, "Vu chez Maison Lumen", AUTHOR, at=at, kind=CommentKind.MENTION)
    batch = linkedin.client().mentions("")
    assert (batch.comments, batch.more) == ((heard,), False)
    assert linkedin.client().comment(urn) == heard
    assert linkedin.client().mentions(batch.mark) == CommentBatch((), batch.mark)


def test_many_mentions_come_turn_by_turn_in_order(linkedin: LinkedIn) -> None:
    for number in range(20):
        linkedin.name(f"Mention {number}", at=ago(hours=20 - number))
    heard, mark, turns = list[str](), "", 0
    while True:
        batch = linkedin.client().mentions(mark)
        heard += [each.text for each in batch.comments]
        mark, turns = batch.mark, turns + 1
        if not batch.more:
            break
    assert heard == [f"Mention {number}" for number in range(20)]
    assert turns == 3


def test_a_mention_that_is_gone_is_passed_over(linkedin: LinkedIn) -> None:
    urn = linkedin.name("Parti")
    linkedin.others.pop(urn)
    kept = linkedin.name("Resté")
    assert [each.remote_id for each in linkedin.client().mentions("").comments] == [kept]
    assert linkedin.client().comment(urn).presence is CommentPresence.GONE


def test_a_mention_that_may_not_be_read_is_told_by_its_notification(linkedin: LinkedIn) -> None:
    linkedin.name("Vu chez vous")
    linkedin.refused["posts"] = fakes.NOT_ADMIN
    (heard,) = linkedin.client().mentions("").comments
    assert (heard.text, heard.author.name, heard.kind) == ("Vu chez vous", "Nadia", CommentKind.MENTION)


def test_a_mention_is_answered_below_it(linkedin: LinkedIn) -> None:
    urn = linkedin.name("Vu chez vous")
    reply, now = Reply("k", urn, "Merci !"), datetime.now(UTC)
    made = linkedin.client().reply(reply, lambda: None)
    said = json.loads(linkedin.requests[-1].body)
    assert said == {"actor": PAGE, "object": urn, "message": {"text": "Merci !"}}
    sighting = linkedin.client().find_reply(reply, now - timedelta(minutes=1), now)
    assert (sighting.published and sighting.published.remote_id) == made.remote_id


@pytest.mark.parametrize("to", ["999", "urn:li:share:1"])
def test_nothing_is_answered_where_there_is_nothing(linkedin: LinkedIn, to: str) -> None:
    with pytest.raises(Never) as refused:
        linkedin.client().reply(Reply("k", to, "Merci"), lambda: None)
    assert (refused.value.code, linkedin.comments) == (Code.NOT_FOUND, [])


def test_only_administrators_are_told_who_names_the_page(linkedin: LinkedIn) -> None:
    linkedin.refused["organizationalEntityNotifications"] = fakes.NOT_ADMIN
    with pytest.raises(Never) as refused:
        linkedin.client().mentions("")
    assert (refused.value.code, refused.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)


def test_mentions_are_asked_for_within_the_time_linkedin_keeps_them(linkedin: LinkedIn) -> None:
    linkedin.name("Oublié", at=ago(days=61))
    assert linkedin.client().mentions("").comments == ()


def test_a_failing_list_is_for_later(linkedin: LinkedIn) -> None:
    linkedin.refused["posts"] = fakes.error(503, "X", "busy")
    with pytest.raises(Later):
        linkedin.client().comments("")


def test_a_turn_begins_nothing_more_than_its_calls() -> None:
    assert rounds.CALLS <= 8
