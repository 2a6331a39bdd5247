"""Comments asked about again: on networks that announce a comment once, and neither its edits nor its end."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cm_suite.core import clock, ledger
from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from moderation.enums import CloseCode, Decided, Presence, ReviewState
from moderation.models import Comment, Evidence, Review, Revision, Watch
from moderation.services import evidence, recheck, taking
from moderation.services import network as networks
from moderation.services.assign import ask_review
from moderation.services.ingest import poll_page
from moderation.services.results import Polled
from pages.enums import PageState
from pages.models import Page
from pages.networks.types import CommentPresence, IncomingComment, ThreadPost
from pages.services import connect
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, review_of
from tests.moderation.network import POST, FakeNetwork
from tests.people import Cast

FAR = float("inf")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Quiet(FakeNetwork):
    """Announces a comment once; `asked` lists the comments it was asked about since."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def comment(self, remote_id: str) -> IncomingComment:
        self.asked.append(remote_id)
        return super().comment(remote_id)

    def becomes(self, remote_id: str, **more: Any) -> None:
        """A comment changes, and nobody is told."""
        self.change(remote_id, **more)
        self.changes.pop()


@pytest.fixture
def account(cast: Cast) -> Page:
    """An account of the brand on somebody else's server."""
    return Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="7", name="Lumen"
    )


@pytest.fixture
def quiet(account: Page, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> Quiet:
    """The server behind it."""
    server = Quiet()
    monkeypatch.setattr(connect, "client_for", lambda page, *, waiting=False: server)
    return server


def read(page: Page) -> Polled:
    return poll_page(page.pk)


def said(account: Page, quiet: Quiet, text: str = INSULT, remote_id: str = "c1", **more: Any) -> Comment:
    """A comment that was announced and read."""
    quiet.write(remote_id, text, **more)
    read(account)
    quiet.asked.clear()
    return Comment.objects.get(page=account, remote_id=remote_id)


def due(page: Page) -> list[str]:
    return [each.remote_id for each in recheck.due(page)]


def test_an_edit_that_nobody_announced_is_found(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    comment = said(account, quiet, HARMLESS)
    assert Review.objects.count() == 0
    quiet.becomes("c1", text=INSULT)
    noon.shift(HOUR)
    polled = read(account)
    assert (polled.seen, polled.stored, polled.changed) == (1, 0, 1)
    assert list(Revision.objects.values_list("text", flat=True)) == [HARMLESS, INSULT]
    assert review_of(comment).qualified is True


def test_a_deletion_that_nobody_announced_closes_the_review_and_keeps_the_copy(
    cast: Cast, account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    comment = said(account, quiet)
    review = review_of(comment)
    quiet.becomes("c1", presence=CommentPresence.GONE, text="")
    noon.shift(recheck.OPEN_EVERY)
    assert read(account).gone == 1
    assert (fresh(review).state, fresh(review).close_code) == (ReviewState.CLOSED, CloseCode.AUTHOR_REMOVED)
    assert (fresh(comment).text, Evidence.objects.count()) == (INSULT, 1)
    assert ledger.verify(cast.brand.pk) is None


def test_what_waits_for_a_decision_is_asked_about_every_five_minutes(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    said(account, quiet)
    noon.shift(recheck.OPEN_EVERY - MINUTE)
    read(account)
    assert quiet.asked == []
    noon.shift(MINUTE)
    read(account)
    assert quiet.asked == ["c1"]
    noon.shift(MINUTE)
    read(account)
    assert quiet.asked == ["c1"]


@pytest.mark.parametrize(
    ("age", "unasked", "asked"),
    [
        (timedelta(hours=1), HOUR, True),
        (timedelta(hours=1), HOUR - MINUTE, False),
        (timedelta(days=1, hours=23), HOUR, True),
        (timedelta(days=2), HOUR, False),
        (timedelta(days=3), timedelta(days=1), True),
        (timedelta(days=3), timedelta(hours=23), False),
        (timedelta(days=14), timedelta(days=13), False),
        (timedelta(days=400), timedelta(days=399), False),
    ],
)
def test_what_is_recent_is_asked_about_now_and_then_and_what_is_old_no_more(
    account: Page, quiet: Quiet, age: timedelta, unasked: timedelta, asked: bool
) -> None:
    said(account, quiet, HARMLESS)
    Comment.objects.update(seen_at=NOON - age, checked_at=NOON - unasked)
    assert due(account) == (["c1"] if asked else [])


def test_what_waits_is_asked_about_however_old(account: Page, quiet: Quiet) -> None:
    said(account, quiet)
    Comment.objects.update(seen_at=NOON - timedelta(days=400), checked_at=NOON - timedelta(days=1))
    assert due(account) == ["c1"]


def test_what_waits_comes_first_then_what_was_asked_longest_ago(account: Page, quiet: Quiet) -> None:
    ages = {"h0": 120, "h1": 300, "h2": 180, "open": 6}
    for remote_id in ages:
        quiet.write(remote_id, INSULT if remote_id == "open" else HARMLESS)
    read(account)
    for remote_id, minutes in ages.items():
        rows = Comment.objects.filter(remote_id=remote_id)
        rows.update(checked_at=NOON - timedelta(minutes=minutes))
    assert due(account) == ["open", "h1", "h2", "h0"]


def test_a_turn_asks_about_a_few_only_and_the_others_follow(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    for number in range(recheck.A_TURN + 3):
        quiet.write(f"c{number:02}", INSULT if number % 2 else HARMLESS)
    read(account)
    noon.shift(HOUR)
    read(account)
    first = list(quiet.asked)
    assert len(first) == recheck.A_TURN
    noon.shift(MINUTE)
    quiet.asked.clear()
    read(account)
    assert (len(quiet.asked), set(first) & set(quiet.asked)) == (3, set())


@pytest.mark.parametrize("fields", [{"by_page": True}, {"presence": "gone"}, {"erased_at": NOON}])
def test_some_comments_are_never_asked_about(account: Page, quiet: Quiet, fields: dict[str, Any]) -> None:
    said(account, quiet)
    Comment.objects.update(checked_at=NOON - timedelta(days=1), **fields)
    assert due(account) == []


def test_a_reference_too_long_to_keep_is_no_question_to_ask(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    quiet.write("x" * 400, HARMLESS)
    read(account)
    assert Comment.objects.get().remote_id.startswith(taking.DIGESTED)
    noon.shift(HOUR)
    assert due(account) == []


def test_a_hidden_comment_is_asked_about_too(account: Page, quiet: Quiet) -> None:
    said(account, quiet, HARMLESS)
    Comment.objects.update(presence=Presence.HIDDEN, checked_at=NOON - HOUR)
    assert due(account) == ["c1"]


def test_another_pages_comments_are_not_asked_about_here(cast: Cast, account: Page, quiet: Quiet) -> None:
    said(account, quiet)
    Comment.objects.update(checked_at=NOON - timedelta(days=1))
    assert due(cast.other_newsroom) == []


def test_our_own_newsroom_tells_of_every_change_and_is_not_asked(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.write("c1", INSULT)
    read(cast.newsroom)
    asked: list[str] = []
    monkeypatch.setattr(network, "comment", asked.append)
    noon.shift(timedelta(days=1))
    read(cast.newsroom)
    assert asked == []


def test_one_it_will_not_speak_of_keeps_nobody_else_waiting(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    for number in range(3):
        said(account, quiet, INSULT, f"c{number}")
        noon.shift(MINUTE)
    noon.shift(HOUR)
    quiet.fails("comment", Never("not_found", step=NextStep.CONTACT))
    polled = read(account)
    assert quiet.asked == ["c0", "c1", "c2"]
    assert (polled.seen, polled.code) == (2, "")
    assert set(Comment.objects.values_list("presence", "checked_at")) == {("visible", clock.now())}


@pytest.mark.parametrize(
    "error",
    [Later("not_sent"), Unknown("read_timeout"), Never("listen_scope_missing", step=NextStep.RECONNECT)],
)
def test_a_server_that_does_not_answer_is_not_asked_the_rest(
    account: Page, quiet: Quiet, noon: time_machine.Traveller, error: OutcomeError
) -> None:
    for number in range(3):
        said(account, quiet, INSULT, f"c{number}")
    noon.shift(HOUR)
    quiet.fails("comment", error)
    polled = read(account)
    assert (len(quiet.asked), polled.code) == (1, "")
    watch = Watch.objects.get(page=account, kind="comments")
    assert (watch.state, watch.tries, watch.next_at) == ("idle", 0, clock.now() + networks.USUALLY)
    assert Page.objects.get(pk=account.pk).state == PageState.CONNECTED
    noon.shift(MINUTE)
    read(account)
    assert quiet.asked[1:] == ["c1", "c2"]


def test_a_time_to_come_back_is_kept(account: Page, quiet: Quiet, noon: time_machine.Traveller) -> None:
    said(account, quiet)
    noon.shift(HOUR)
    back = clock.now() + timedelta(minutes=4)
    quiet.fails("comment", Later("rate_limited", retry_at=back))
    assert read(account).code == "rate_limited"
    assert Watch.objects.get(page=account, kind="comments").next_at == back


def test_time_is_up_in_the_middle(account: Page, quiet: Quiet, noon: time_machine.Traveller) -> None:
    said(account, quiet)
    noon.shift(HOUR)
    assert recheck.turn(account, quiet, time.monotonic() - 1) == []
    assert quiet.asked == []
    assert len(recheck.turn(account, quiet, FAR)) == 1


def test_a_turn_that_could_not_read_what_is_new_asks_about_nothing(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    said(account, quiet)
    noon.shift(HOUR)
    quiet.fails("comments", Later("not_sent"))
    assert (read(account).code, quiet.asked) == ("not_sent", [])


def test_a_thread_known_later_is_attached_and_never_taken_off(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    comment = said(account, quiet, HARMLESS, post=None, parent_id="s9")
    assert (comment.thread, comment.parent_remote_id) == (None, "s9")
    quiet.becomes("c1", post=POST, parent_id="")
    noon.shift(HOUR)
    read(account)
    known = fresh(comment)
    assert known.thread is not None
    assert (known.thread.remote_id, known.parent_remote_id, known.revision) == (POST.remote_id, "", 1)
    quiet.becomes("c1", post=None, parent_id="s9")
    noon.shift(HOUR)
    read(account)
    assert (fresh(comment).thread_id, fresh(comment).parent_remote_id) == (known.thread_id, "")


def test_the_thread_first_known_is_kept(account: Page, quiet: Quiet, noon: time_machine.Traveller) -> None:
    comment = said(account, quiet, HARMLESS)
    quiet.becomes("c1", post=ThreadPost("post-2", "https://m.example/2", "Another one"))
    noon.shift(HOUR)
    read(account)
    thread = fresh(comment).thread
    assert thread is not None
    assert thread.remote_id == POST.remote_id


def test_what_was_decided_stands_when_nothing_changed(
    cast: Cast, account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    comment = said(account, quiet, HARMLESS)
    assert ask_review(comment, cast.mona) is not None
    assert decided(comment, cast.mona, Decided.KEEP).done
    noon.shift(HOUR)
    assert read(account).changed == 0
    assert (Review.objects.count(), Evidence.objects.count()) == (1, 0)


def test_gone_by_mistake_and_there_again_it_is_reviewed_again(
    account: Page, quiet: Quiet, noon: time_machine.Traveller
) -> None:
    comment = said(account, quiet)
    quiet.becomes("c1", presence=CommentPresence.GONE)
    noon.shift(HOUR)
    read(account)
    assert fresh(comment).presence == Presence.GONE
    quiet.change("c1", presence=CommentPresence.VISIBLE)
    read(account)
    assert (fresh(comment).presence, review_of(comment).state) == (Presence.VISIBLE, ReviewState.WAITING)


def test_an_erased_comment_stays_erased(cast: Cast, account: Page, quiet: Quiet) -> None:
    comment = said(account, quiet, post=None)
    assert evidence.erase(comment, cast.alice).done
    taking.take(account, quiet.change("c1", post=POST, text="Encore"), NOON + HOUR)
    erased = fresh(comment)
    assert (erased.text, erased.thread, erased.author_name) == ("", None, "")


@pytest.mark.parametrize("count", [1, 5])
def test_finding_who_is_due_takes_two_questions(account: Page, quiet: Quiet, count: int) -> None:
    for number in range(count):
        said(account, quiet, INSULT if number % 2 else HARMLESS, f"c{number}")
    Comment.objects.update(checked_at=NOON - timedelta(days=1))
    with CaptureQueriesContext(connection) as asked:
        assert len(list(recheck.due(account))) == count
    assert len(asked) == 2
