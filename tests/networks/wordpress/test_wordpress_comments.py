"""Listening to a site, and what is done with what people write there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError
from cm_suite.ops.bench.fake_network import Reply as Said
from pages.networks.errors import Code
from pages.networks.types import CommentBatch, CommentKind, CommentPresence, Reply, SightingKind
from pages.networks.wordpress import marks
from pages.networks.wordpress.client import WordPressClient
from pages.networks.wordpress.marks import Mark
from tests.networks.wordpress.fake import NO_ROUTE, WordPress, before, error

KEY = "r" * 32


def ids(batch: CommentBatch) -> list[str]:
    return [each.remote_id for each in batch.comments]


def everything(client: WordPressClient, mark: str) -> tuple[list[str], str, int]:
    """What is read since a mark, the mark after it, and in how many turns."""
    found: list[str] = []
    for turn in range(1, 30):
        batch = client.comments(mark)
        found, mark = found + ids(batch), batch.mark
        assert len(mark) <= 300
        if not batch.more:
            return found, mark, turn
    raise AssertionError("it never ends")


@pytest.fixture
def post(site: WordPress) -> str:
    """A post of ours."""
    return site.put("Une lampe")


# --- listening


def test_a_turn_without_news_is_one_call(site: WordPress, post: str) -> None:
    client = site.client()
    site.hear("Trop chère.", post)
    mark = client.comments("").mark
    before = len(site.requests)
    assert client.comments(mark) == CommentBatch((), mark)
    assert len(site.requests) == before + 1


def test_the_first_turn_begins_with_the_latest_hundred(site: WordPress, post: str) -> None:
    said = [site.hear(f"Avis {number}", post) for number in range(130)]
    found, mark, turns = everything(site.client(), "")
    assert (found, turns) == (said[30:], 1)
    assert everything(site.client(), mark)[0] == []


def test_what_came_in_a_long_absence_is_read_in_turns_and_in_order(site: WordPress, post: str) -> None:
    site.hear("Avis", post)
    mark = site.client().comments("").mark
    said = [site.hear(f"Avis {number}", post) for number in range(620)]
    found, mark, turns = everything(site.client(), mark)
    assert (found, turns) == (said, 2)
    assert everything(site.client(), mark)[0] == []


def test_what_was_taken_away_meanwhile_hides_nothing(site: WordPress, post: str) -> None:
    said = [site.hear(f"Avis {number}", post) for number in range(250)]
    _found, mark, _turns = everything(site.client(), "")
    for each in said[:240]:
        site.throw(each)
    late = [site.hear(f"Encore {number}", post) for number in range(3)]
    assert everything(site.client(), mark)[0] == late
    for each in said:
        site.throw(each)
    assert everything(site.client(), mark)[0] == late


def test_when_very_many_were_taken_away_it_takes_another_turn(site: WordPress, post: str) -> None:
    said = [site.hear(f"Avis {number}", post) for number in range(900)]
    _found, mark, _turns = everything(site.client(), "")
    for each in said[:895]:
        site.throw(each)
    late = site.hear("Encore", post)
    found, _mark, turns = everything(site.client(), mark)
    assert (found, turns) == ([late], 3)


def test_an_edit_an_approval_and_one_fetched_back_from_spam_are_read_again(
    site: WordPress, post: str
) -> None:
    first, second, spam, last = (site.hear(f"Avis {number}", post) for number in range(4))
    site.said[int(second)]["status"] = "hold"
    site.said[int(spam)]["status"] = "spam"
    client = site.client()
    batch = client.comments("")
    assert ids(batch) == [first, second, last]
    assert batch.comments[1].presence is CommentPresence.PENDING
    site.said[int(first)]["content"] = {"raw": "Autre avis"}
    site.said[int(second)]["status"] = site.said[int(spam)]["status"] = "approved"
    changed = client.comments(batch.mark)
    assert ids(changed) == [first, second, spam]
    assert changed.comments[0].text == "Autre avis"
    assert client.comments(changed.mark) == CommentBatch((), changed.mark)


def test_the_accounts_own_words_are_left_aside(site: WordPress, post: str) -> None:
    client = site.client()
    comment = site.hear("Trop chère.", post)
    mark = client.comments("").mark
    client.reply(Reply(KEY, comment, "Merci."), lambda: None)
    assert ids(client.comments(mark)) == []


def test_pingbacks_and_trackbacks_are_mentions_and_no_comments(site: WordPress, post: str) -> None:
    client = site.client()
    named = [site.hear("[…] vu […]", post, kind=kind) for kind in ("pingback", "trackback")]
    assert ids(client.comments("")) == []
    batch = client.mentions("")
    assert ids(batch) == named
    (first, _second) = batch.comments
    assert (first.kind, first.post, first.url) == (CommentKind.MENTION, None, "https://nadia.example/")
    assert client.comment(named[0]) == first
    client.hide(named[0], "")
    assert client.comment(named[0]).presence is CommentPresence.PENDING


def test_who_does_not_moderate_publishes_and_does_not_listen(site: WordPress, post: str) -> None:
    site.moderates = False
    for ask in (site.client().comments, site.client().mentions):
        with pytest.raises(Never) as deaf:
            ask("")
        assert (deaf.value.code, deaf.value.step) == (Code.LISTEN_SCOPE_MISSING, NextStep.RECONNECT)
    assert site.client().profile().remote_id == "1"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (NO_ROUTE, Code.BLOCKED),
        (Said(404, "<html>Not found</html>"), Code.BLOCKED),
        (Said(200, "?"), "answer_unreadable"),
    ],
)
def test_what_is_not_wordpress_word_makes_nothing_gone(
    site: WordPress, post: str, reply: Said, code: str
) -> None:
    comment = site.hear("Trop chère.", post)
    site.refused = {"comments": reply}
    for ask in (site.client().comment, site.client().comments):
        with pytest.raises(OutcomeError) as caught:
            ask(comment)
        assert caught.value.code == code


def test_a_comment_in_the_trash_is_gone_and_spam_is_out_of_sight(site: WordPress, post: str) -> None:
    comment = site.hear("Trop chère.", post, status="spam")
    assert site.client().comment(comment).presence is CommentPresence.HIDDEN
    site.client().approve(comment)
    assert site.client().comment(comment).presence is CommentPresence.VISIBLE
    site.throw(comment)
    assert site.client().comment(comment).presence is CommentPresence.GONE
    site.client().hide(comment, "")
    assert site.said[int(comment)]["status"] == "trash"


# --- answering


def test_an_answer_stands_under_the_comment_as_plain_words(site: WordPress, post: str) -> None:
    comment = site.hear("Trop chère.", post)
    published = site.client().reply(Reply(KEY, comment, " 3 < 4 & <b>oui</b> "), lambda: None)
    kept = site.said[int(published.remote_id)]
    assert (kept["post"], kept["parent"], kept["author"]) == (int(post), int(comment), 1)
    assert kept["content"]["raw"] == "3 &lt; 4 &amp; &lt;b&gt;oui&lt;/b&gt;"
    assert site.client().comment(published.remote_id).text == "3 < 4 & <b>oui</b>"


def test_the_same_words_twice_are_refused_and_only_ones_own_are_found(site: WordPress, post: str) -> None:
    comment, now = site.hear("Trop chère.", post), datetime.now(UTC)
    client = site.client()
    client.reply(Reply(KEY, comment, "Merci."), lambda: None)
    with pytest.raises(Never) as twice:
        client.reply(Reply("s" * 32, comment, "Merci."), lambda: None)
    assert (twice.value.code, twice.value.step) == (Code.DUPLICATE, NextStep.EDIT)
    assert client.find_reply(Reply("s" * 32, comment, "Merci."), now, now).kind is SightingKind.ABSENT
    found = client.find_reply(Reply(KEY, comment, "autre chose"), now, now)
    assert found.kind is SightingKind.FOUND


def test_an_answer_that_somebody_threw_away_went_out_all_the_same(site: WordPress, post: str) -> None:
    comment, now = site.hear("Trop chère.", post), datetime.now(UTC)
    reply = Reply(KEY, comment, "Merci.")
    site.throw(site.client().reply(reply, lambda: None).remote_id)
    assert site.client().find_reply(reply, now, now).kind is SightingKind.FOUND


def test_where_nobody_can_look_nobody_can_tell(site: WordPress, post: str) -> None:
    comment, now = site.hear("Trop chère.", post), datetime.now(UTC)
    for _answer in range(100):
        site.hear("Pas du tout.", comment)
    reply = Reply(KEY, comment, "Merci.")
    assert site.client().find_reply(reply, now, now).kind is SightingKind.CANNOT_TELL
    site.moderates = False
    assert site.client().find_reply(reply, now, now).kind is SightingKind.CANNOT_TELL
    with pytest.raises(Never) as refused:
        site.client(password="another").find_reply(reply, now, now)
    assert refused.value.code == Code.ACCESS_REFUSED


def test_too_many_comments_in_a_moment_are_for_later(site: WordPress, post: str) -> None:
    comment = site.hear("Trop chère.", post)
    site.script.append(before(error(400, "comment_flood")))
    with pytest.raises(Later) as later:
        site.client().reply(Reply(KEY, comment, "Merci."), lambda: None)
    assert later.value.retry_at is not None
    assert site.own() == 1


# --- marks


ROWS = st.lists(
    st.tuples(
        st.integers(1, 10**12),
        st.fixed_dictionaries({"content": st.fixed_dictionaries({"raw": st.text(max_size=5)})}),
    ),
    max_size=90,
    unique_by=lambda row: row[0],
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


@given(st.integers(0, 10**6), ROWS)
def test_a_mark_fits_and_knows_what_it_was_made_of(
    offset: int, rows: list[tuple[int, dict[str, object]]]
) -> None:
    mark = marks.written(offset, rows)
    assert len(mark) <= 300
    known = marks.read(mark)
    assert known is not None
    assert [number for number, said in rows[-marks.WINDOW :] if known.tells(number, said)] == []
    if rows:
        assert known.tells(rows[-1][0] + 1, {})


@given(st.text(max_size=40))
def test_a_mark_of_another_make_is_the_beginning(mark: str) -> None:
    assert marks.read(mark) is None or mark.count(".") == 3
    assert marks.read("") is None
    assert Mark().tells(1, {})
