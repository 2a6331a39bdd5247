"""Reading comments: each once, every wording kept, nothing lost when it stops in the middle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import DataError, OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never, NextStep
from moderation.apps import read_page
from moderation.enums import Code
from moderation.models import Comment, Revision, Watch
from moderation.services import fresh as fresh_comments
from moderation.services import network as networks
from moderation.services import taking, watching
from moderation.services.ingest import poll_due, poll_page
from moderation.services.results import Polled
from pages.enums import PageState
from pages.models import Page, ThreadSnapshot
from pages.networks.types import CommentBatch, Commenter, IncomingComment, ThreadPost
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, fresh, lapse
from tests.moderation.network import POST, FakeNetwork
from tests.people import Cast


def watch_of(page: Page) -> Watch:
    return Watch.objects.get(page=page)


def texts(comment: Comment) -> list[tuple[int, str]]:
    return list(comment.revisions.values_list("number", "text"))


def test_a_comment_is_stored_with_its_author_and_the_post_it_stands_under(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    network.write(
        "c1", HARMLESS, url="https://reseau.example/c1", language="fr", at=NOON - timedelta(minutes=3)
    )
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=1, stored=1)
    comment = Comment.objects.select_related("thread").get()
    assert comment.thread is not None
    kept = (comment.text, comment.revision, comment.presence, comment.url, comment.language)
    assert kept == (HARMLESS, 1, "visible", "https://reseau.example/c1", "fr")
    author = (
        comment.author_remote_id,
        comment.author_name,
        comment.author_handle,
        comment.author_url,
    )
    assert author == ("v1", "Paul Martel", "@paul", "https://reseau.example/@paul")
    assert (comment.seen_at, comment.published_at) == (NOON, NOON - timedelta(minutes=3))
    thread = comment.thread
    assert (thread.remote_id, thread.url, thread.text) == (POST.remote_id, POST.url, POST.text)
    assert texts(comment) == [(1, HARMLESS)]


def test_read_twice_a_comment_is_there_once(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT)
    poll_page(cast.newsroom.pk)
    Watch.objects.update(mark="")
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=1)
    comment = Comment.objects.get()
    assert (comment.reviews.count(), comment.assessments.count(), texts(comment)) == (1, 1, [(1, INSULT)])


def test_two_comments_under_one_post_share_its_snapshot_as_it_first_was(
    cast: Cast, network: FakeNetwork
) -> None:
    network.write("c1", HARMLESS)
    network.write("c2", HARMLESS, post=ThreadPost(POST.remote_id, POST.url, "Texte changé depuis."))
    poll_page(cast.newsroom.pk)
    assert list(ThreadSnapshot.objects.values_list("text", flat=True)) == [POST.text]
    assert set(Comment.objects.values_list("thread__remote_id", flat=True)) == {POST.remote_id}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Bonjour", "bonjour"),
        ("Bonjour", "Bonjour "),
        ("caf\u00e9", "cafe\u0301"),
        ("", "x"),
        ("x" * 30_000, "x" * 29_999 + "y"),
    ],
)
def test_any_change_of_the_words_is_another_revision(
    cast: Cast, network: FakeNetwork, before: str, after: str
) -> None:
    network.write("c1", before)
    poll_page(cast.newsroom.pk)
    network.change("c1", text=after)
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=1, changed=1)
    comment = Comment.objects.get()
    longest = taking.LONGEST_TEXT
    assert (comment.revision, comment.text) == (2, after[:longest])
    assert texts(comment) == [(1, before[:longest]), (2, after[:longest])]


def test_what_is_longer_than_the_limit_is_clipped_and_says_so(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", "é" * 100_000)
    network.write("c2", "é" * taking.LONGEST_TEXT)
    poll_page(cast.newsroom.pk)
    kept = Comment.objects.order_by("remote_id").values_list("text", "clipped", "assessments__partial")
    assert [(len(text), clipped) for text, clipped, _partial in kept] == [(20_000, True), (20_000, False)]
    assert kept[0][2] is True


HOSTILE = {
    "empty": "",
    "blank": " \n\t",
    "long": "a b " * 25_000,
    "right to left": "\u202eمرحبا بكم في متجرنا\u202c",
    "emoji": "🔥😂🏳️‍🌈👨‍👩‍👧‍👦" * 50,
    "lone surrogate": "bon\ud83djour",
    "parted surrogates": "oui \ud83d\ude00 non",
    "nul": "a\x00b",
    "html": "<script>alert(1)</script><b>Karim</b> &amp; <img src=x onerror=alert(1)>",
    "one letter": "A" * 10_000,
    "backtracking": "!" * 5_000 + "a" * 5_000 + "(((((" * 1_000,
    "another language": "这家店的服务非常好，谢谢！",
    "accents": "e" + "\u0301" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_the_text_it_is_stored_assessed_and_read_again_without_a_change(
    cast: Cast, network: FakeNetwork, text: str
) -> None:
    network.write("c1", text)
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=1, stored=1)
    comment = Comment.objects.get()
    assert (comment.assessments.count(), comment.revision) == (1, 1)
    assert "\x00" not in comment.text
    network.change("c1", text=text)
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=1)


def test_a_pair_of_surrogates_is_the_letter_they_mean_and_a_lone_one_a_mark() -> None:
    assert taking.cleaned(HOSTILE["parted surrogates"]) == "oui 😀 non"
    assert taking.cleaned(HOSTILE["lone surrogate"]) == "bon\ufffdjour"
    assert taking.cleaned("a\x00b") == "ab"


@pytest.mark.parametrize(
    "at",
    [
        None,
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        NOON + timedelta(days=3),
        datetime(2026, 3, 1, 10, 0),  # noqa: DTZ001  # no zone: that is the point
    ],
)
def test_a_date_that_cannot_be_believed_is_none(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller, at: datetime | None
) -> None:
    network.write("c1", INSULT, at=at, edited_at=at)
    poll_page(cast.newsroom.pk)
    comment = Comment.objects.get()
    assert (comment.published_at, comment.edited_at, comment.seen_at) == (None, None, NOON)


def test_fields_that_do_not_fit_are_cut_or_left_out(cast: Cast, network: FakeNetwork) -> None:
    author = Commenter("i" * 400, "n" * 400, "h" * 400, "https://x.example/" + "u" * 600)
    network.put(IncomingComment("r" * 400, "Bonjour", author=author, url="javascript:alert(1)"))
    poll_page(cast.newsroom.pk)
    network.change("r" * 400, text="Bonsoir")
    poll_page(cast.newsroom.pk)
    comment = Comment.objects.get()
    assert (comment.text, comment.revision, comment.url, comment.author_url) == ("Bonsoir", 2, "", "")
    assert comment.remote_id.startswith("sha256:")
    assert (len(comment.author_remote_id), len(comment.author_name)) == (300, 200)


def test_what_the_page_itself_wrote_is_kept_but_not_reviewed(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT, author=Commenter(cast.newsroom.remote_id, cast.brand.name))
    poll_page(cast.newsroom.pk)
    comment = Comment.objects.get()
    assert (comment.by_page, comment.reviews.count(), comment.assessments.count()) == (True, 0, 0)


def test_a_comment_that_was_gone_before_we_saw_it_leaves_no_trace(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT)
    network.take_down("c1")
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=2)
    assert Comment.objects.count() == 0


def test_everything_is_read_however_many_answers_it_takes(cast: Cast, network: FakeNetwork) -> None:
    network.batch_size = 2
    for number in range(5):
        network.write(f"c{number}", HARMLESS)
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=5, stored=5)
    watch = watch_of(cast.newsroom)
    assert (watch.mark, watch.state, watch.code, watch.lease_token) == ("5", "idle", "", None)
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk)


def test_a_turn_cut_in_the_middle_of_a_batch_reads_that_batch_again(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.batch_size = 2
    for number in range(4):
        network.write(f"c{number}", HARMLESS)
    store, asked = fresh_comments.store, []

    def dies(page: Page, drafts: list[fresh_comments.Draft]) -> list[Comment]:
        asked.append(len(drafts))
        stored = store(page, drafts)
        if len(asked) == 2:
            raise OperationalError("gone away")
        return stored

    monkeypatch.setattr(fresh_comments, "store", dies)
    with pytest.raises(OperationalError):
        poll_page(cast.newsroom.pk)
    watch = watch_of(cast.newsroom)
    assert (watch.mark, watch.state, Comment.objects.count()) == ("2", "polling", 2)
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk)
    lapse(watch)
    assert watching.expired() == 1
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=2, stored=2)
    assert (Comment.objects.count(), watch_of(cast.newsroom).mark) == (4, "4")


def test_one_comment_the_database_cannot_hold_does_not_stop_the_others(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    network.write("c1", INSULT)
    network.write("c2", HARMLESS)
    store = fresh_comments.store

    def refuses(page: Page, drafts: list[fresh_comments.Draft]) -> list[Comment]:
        for draft in drafts:
            if draft.comment.remote_id == "c1":
                raise DataError(draft.comment.text)
        return store(page, drafts)

    monkeypatch.setattr(fresh_comments, "store", refuses)
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, seen=2, stored=1)
    assert list(Comment.objects.values_list("remote_id", flat=True)) == ["c2"]
    assert caplog.messages == [f"a comment of page {cast.newsroom.pk} cannot be stored"]
    assert "connard" not in caplog.text


def test_a_network_that_says_more_and_does_not_go_on_is_left_alone(
    cast: Cast, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "comments", lambda mark: CommentBatch((), mark, more=True))
    assert poll_page(cast.newsroom.pk) == Polled(cast.newsroom.pk, code=Code.MARK_STUCK)
    assert (watch_of(cast.newsroom).state, watch_of(cast.newsroom).code) == ("idle", "mark_stuck")


def test_a_network_that_cannot_be_asked_is_asked_again_later(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    network.write("c1", HARMLESS)
    network.fails("comments", Later("not_sent"), times=2)
    assert poll_page(cast.newsroom.pk).code == "not_sent"
    first = watch_of(cast.newsroom)
    assert (first.state, first.code, first.tries, first.mark) == ("idle", "not_sent", 1, "")
    assert first.next_at is not None
    assert NOON + timedelta(seconds=45) <= first.next_at <= NOON + timedelta(seconds=60)
    assert cast.newsroom.pk not in [each.page_id for each in poll_due(10)]
    noon.shift(timedelta(minutes=1))
    assert [each.code for each in poll_due(10) if each.page_id == cast.newsroom.pk] == ["not_sent"]
    second = watch_of(cast.newsroom)
    assert second.next_at is not None
    assert second.next_at - clock.now() >= timedelta(seconds=90)
    noon.shift(timedelta(minutes=2))
    poll_due(10)
    healed = watch_of(cast.newsroom)
    assert (healed.code, healed.tries, healed.next_at, healed.mark) == ("", 0, None, "1")


def test_the_time_a_network_names_is_kept(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    named = NOON + timedelta(minutes=7)
    network.fails("comments", Later("rate_limited", retry_at=named))
    poll_page(cast.newsroom.pk)
    assert watch_of(cast.newsroom).next_at == named


def test_a_missing_right_is_noted_and_the_page_stays_connected(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    network.fails("comments", Never("scope_missing", step=NextStep.RECONNECT))
    assert poll_page(cast.newsroom.pk).code == "scope_missing"
    watch = watch_of(cast.newsroom)
    assert watch.next_at is not None
    assert (watch.code, watch.next_at > NOON + timedelta(minutes=10)) == ("scope_missing", True)
    assert Page.objects.get(pk=cast.newsroom.pk).state == PageState.CONNECTED


def test_pages_that_are_not_connected_or_give_no_comments_are_not_read(
    cast: Cast, network: FakeNetwork
) -> None:
    Page.objects.filter(pk=cast.other_newsroom.pk).update(state=PageState.NEEDS_RECONNECT)
    unknown = Page.objects.create(brand=cast.brand, network="forgotten", remote_id="x", name="x")
    assert [each.page_id for each in poll_due(10)] == [cast.newsroom.pk]
    assert poll_page(unknown.pk) == Polled(unknown.pk)
    assert poll_page(cast.other_newsroom.pk) == Polled(cast.other_newsroom.pk)
    assert list(Watch.objects.values_list("page_id", flat=True)) == [cast.newsroom.pk]


def test_somebody_elses_server_is_asked_once_a_minute(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page.objects.create(
        brand=cast.brand, network="mastodon", host="https://m.example", remote_id="7", name="M"
    )
    monkeypatch.setattr(networks, "listening", lambda kind="comments": ["mastodon"] * (kind == "comments"))
    assert [each.page_id for each in poll_due(10)] == [page.pk]
    noon.shift(networks.USUALLY - timedelta(seconds=1))
    assert poll_due(10) == []
    noon.shift(timedelta(seconds=1))
    assert [each.page_id for each in poll_due(10)] == [page.pk]


def test_what_we_did_meanwhile_outlives_an_older_answer_but_an_edit_is_kept(
    cast: Cast, network: FakeNetwork
) -> None:
    incoming = network.write("c1", INSULT)
    poll_page(cast.newsroom.pk)
    comment = Comment.objects.get()
    asked_at = clock.now()
    Comment.objects.update(presence="hidden", checked_at=asked_at + timedelta(seconds=1))
    taking.take(cast.newsroom, network.change("c1", text=incoming.text + " !"), asked_at)
    assert (fresh(comment).presence, fresh(comment).revision) == ("hidden", 2)
    taking.take(cast.newsroom, network.held["c1"], asked_at + timedelta(seconds=2))
    assert fresh(comment).presence == "visible"


def test_notices_only_grow_and_the_first_date_stays(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    first = NOON - timedelta(hours=2)
    network.write("c1", HARMLESS, notified_at=first, notices=2)
    poll_page(cast.newsroom.pk)
    network.change("c1", notified_at=NOON, notices=1)
    poll_page(cast.newsroom.pk)
    comment = Comment.objects.get()
    assert (comment.notices, comment.notified_at) == (2, first)


def test_the_command_says_what_it_did_on_each_page(
    cast: Cast, network: FakeNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    network.write("c1", HARMLESS)
    Page.objects.filter(pk=cast.other_newsroom.pk).update(state=PageState.DISCONNECTED)
    call_command("poll_comments")
    said = capsys.readouterr().out
    assert said == f"maison-lumen/newsroom {cast.newsroom.pk}: 1 read, 1 new, 0 changed, 0 gone\n"
    network.fails("comments", Later("not_sent"))
    call_command("poll_comments")
    assert "(not_sent)" in capsys.readouterr().out
    Page.objects.update(state=PageState.DISCONNECTED)
    call_command("poll_comments")
    assert capsys.readouterr().out == "no page's turn\n"


def test_a_comment_that_arrives_rings_for_its_page(
    cast: Cast,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rung: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr("cm_suite.core.queue._ring", lambda job, ids: rung.append((job, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        read_page(sender=None, signal=None, page_id=cast.newsroom.pk)
    assert rung == [("moderation.jobs.poll_page", (cast.newsroom.pk,))]


def test_revisions_are_never_written_over(cast: Cast, network: FakeNetwork) -> None:
    network.write("c1", INSULT)
    poll_page(cast.newsroom.pk)
    for text in (HARMLESS, INSULT, HARMLESS):
        network.change("c1", text=text)
        poll_page(cast.newsroom.pk)
    numbers = Revision.objects.order_by("number").values_list("number", "text")
    assert list(numbers) == [(1, INSULT), (2, HARMLESS), (3, INSULT), (4, HARMLESS)]
