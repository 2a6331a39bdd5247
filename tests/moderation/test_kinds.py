"""Comments, mentions and private messages: each kind read from a mark of its own, one at a time a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never
from moderation import jobs
from moderation.enums import Decided, Kind
from moderation.models import Action, Assessment, Comment, Review, Watch
from moderation.services import act, assign, ingest, taking, watching
from moderation.services import network as networks
from moderation.services.ingest import poll_due, poll_page
from moderation.services.results import Polled
from pages.models import Page, Person
from pages.networks.registry import NETWORKS
from pages.networks.types import CommentKind, CommentPresence, IncomingComment
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, lapse
from tests.moderation.network import POST, VISITOR, FakeNetwork
from tests.people import Cast


def marks(page: Page) -> dict[str, str]:
    return dict(Watch.objects.filter(page=page).values_list("kind", "mark"))


def read_and_asked(page: Page, fake: FakeNetwork, person: Person) -> Comment:
    """A harmless comment that somebody wants to answer."""
    fake.write("c0", HARMLESS)
    poll_page(page.pk)
    comment = Comment.objects.select_related("page__brand").get()
    assert assign.ask_review(comment, person) is not None
    return comment


def test_each_kind_has_a_mark_of_its_own(account: Page, social: FakeNetwork) -> None:
    social.write("c1", HARMLESS)
    social.write("c2", HARMLESS)
    social.name("m1", HARMLESS)
    social.tell("p1", "Bonjour, une question ?")
    assert poll_page(account.pk) == Polled(account.pk, seen=4, stored=4)
    assert marks(account) == {"comments": "2", "mentions": "1", "messages": "1"}
    kinds = Comment.objects.order_by("remote_id").values_list("remote_id", "kind", "conversation")
    assert list(kinds) == [
        ("c1", "comment", ""),
        ("c2", "comment", ""),
        ("m1", "mention", ""),
        ("p1", "message", "k1"),
    ]


def test_a_new_message_never_hides_an_older_comment(account: Page, social: FakeNetwork) -> None:
    social.tell("p1", "Bonjour ?")
    poll_page(account.pk)
    social.write("c1", INSULT, at=clock.now() - timedelta(days=2))
    social.tell("p2", "Toujours là ?")
    social.fails("comments", Later("not_sent"))
    assert poll_page(account.pk) == Polled(account.pk, seen=1, stored=1, code="not_sent")
    assert marks(account) == {"comments": "0", "mentions": "0", "messages": "2"}
    assert poll_page(account.pk) == Polled(account.pk, seen=1, stored=1)
    assert Comment.objects.get(remote_id="c1").kind == Kind.COMMENT
    assert Review.objects.get().comment.remote_id == "c1"


def test_a_kind_that_is_refused_stops_no_other(
    account: Page, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    social.write("c1", HARMLESS)
    social.fails("messages", Never("scope_missing"))
    assert poll_page(account.pk).code == "scope_missing"
    codes = dict(Watch.objects.filter(page=account).values_list("kind", "code"))
    assert codes == {"comments": "", "mentions": "", "messages": "scope_missing"}
    assert fresh(Comment.objects.get()).text == HARMLESS


def test_only_what_a_network_gives_is_watched(account: Page, social: FakeNetwork) -> None:
    watching.watch_all()
    rows = Watch.objects.order_by("page__network", "kind").values_list("page__network", "kind").distinct()
    assert list(rows) == [
        ("mastodon", "comments"),
        ("mastodon", "mentions"),
        ("mastodon", "messages"),
        ("newsroom", "comments"),
    ]
    watching.watch_all()
    assert Watch.objects.filter(page=account).count() == 3


def test_the_network_says_how_often_it_is_asked(
    account: Page, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    poll_page(account.pk)
    every = timedelta(seconds=NETWORKS["mastodon"].polls_every)
    assert set(Watch.objects.filter(page=account).values_list("next_at", flat=True)) == {NOON + every}
    assert networks.every(account) == every
    noon.shift(every - timedelta(seconds=1))
    assert [each.page_id for each in poll_due(10) if each.page_id == account.pk] == []
    noon.shift(timedelta(seconds=1))
    read = [each.kind for each in poll_due(10) if each.page_id == account.pk]
    assert read == ["comments", "mentions", "messages"]


def test_while_one_kind_is_read_no_other_of_the_page_is_taken(account: Page, social: FakeNetwork) -> None:
    held = watching.take_page(account.pk)
    assert held is not None
    assert held.kind == "comments"
    assert watching.take_page(account.pk) is None
    taken = [watching.take() for _time in range(3)]
    assert account.pk not in [each.page_id for each in taken if each is not None]
    with pytest.raises(IntegrityError), transaction.atomic():
        Watch.objects.filter(page=account, kind="messages").update(state="polling")


def test_what_a_killed_worker_held_is_free_again(account: Page, social: FakeNetwork) -> None:
    held = watching.take_page(account.pk)
    assert held is not None
    lapse(held)
    assert watching.expired() == 1
    again = watching.take_page(account.pk)
    assert again is not None
    assert (again.kind, again.lease_token != held.lease_token) == ("comments", True)


def test_nothing_is_done_on_a_page_while_it_is_read(cast: Cast, account: Page, social: FakeNetwork) -> None:
    comment = read_and_asked(account, social, cast.mona)

    action = decided(comment, cast.mona, Decided.REPLY, text="Merci de rester poli.").action
    assert action is not None
    held = watching.take_page(account.pk)
    assert held is not None
    assert act.carry_out(action.pk) is False
    assert act.waits(comment.page)
    ingest.turn(held)
    assert act.carry_out(action.pk) is True
    assert [each.to for each in social.answers] == ["c0"]


def test_a_page_at_work_on_is_not_read(cast: Cast, account: Page, social: FakeNetwork) -> None:
    comment = read_and_asked(account, social, cast.mona)

    action = decided(comment, cast.mona, Decided.REPLY, text="Merci.").action
    assert action is not None
    assert act.take_one(action.pk)
    assert watching.take_page(account.pk) is None
    lapse(action)
    assert watching.take_page(account.pk) is not None


def test_people_who_wait_cut_a_long_turn_short(cast: Cast, account: Page, social: FakeNetwork) -> None:
    comment = read_and_asked(account, social, cast.mona)

    assert decided(comment, cast.mona, Decided.REPLY, text="Merci.").action is not None
    social.batch_size = 2
    for number in range(6):
        social.write(f"c{number + 1}", HARMLESS)
    held = watching.take_page(account.pk)
    assert held is not None
    assert ingest.turn(held).seen == 2
    assert Watch.objects.get(pk=held.pk).mark == "3"


def test_whoever_rings_during_a_turn_is_heard_after_it(
    account: Page, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    held = watching.take_page(account.pk)
    assert held is not None
    noon.shift(timedelta(seconds=2))
    assert watching.ring([account.pk]) == 3
    ingest.turn(held)
    stands = Watch.objects.get(pk=held.pk)
    assert (stands.state, stands.next_at) == ("idle", clock.now() + networks.every(account))
    Watch.objects.update(rung_at=clock.now() + timedelta(seconds=1))
    noon.shift(timedelta(seconds=5))
    again = Watch.objects.filter(pk=held.pk)
    taken = watching.claim(again)
    assert taken is not None
    Watch.objects.update(rung_at=clock.now() + timedelta(seconds=1))
    ingest.turn(taken)
    assert Watch.objects.get(pk=held.pk).next_at == clock.now()


# --- what each kind is


def test_a_mention_is_read_by_the_rules_and_nothing_of_it_presses(account: Page, social: FakeNetwork) -> None:
    social.name("m1", INSULT)
    poll_page(account.pk)
    review = Review.objects.get()
    assert (review.comment.kind, review.due_at, review.qualified) == ("mention", None, True)
    assert Assessment.objects.get().flag is True


def test_a_private_message_is_neither_assessed_nor_put_in_the_queue(
    account: Page, social: FakeNetwork
) -> None:
    social.tell("p1", INSULT)
    poll_page(account.pk)
    poll_page(account.pk)
    assert Comment.objects.get().text == INSULT
    assert (Assessment.objects.count(), Review.objects.count(), Action.objects.count()) == (0, 0, 0)


def test_what_was_heard_of_as_a_mention_first_becomes_a_comment(account: Page, social: FakeNetwork) -> None:
    social.name("x1", HARMLESS)
    poll_page(account.pk)
    social.write("x1", HARMLESS)
    assert poll_page(account.pk).stored == 0
    comment = Comment.objects.select_related("thread").get()
    assert comment.thread is not None
    assert (comment.kind, comment.thread.remote_id) == ("comment", POST.remote_id)


def test_a_private_message_never_becomes_anything_else(account: Page, social: FakeNetwork) -> None:
    social.tell("x1", "Entre nous.")
    poll_page(account.pk)
    social.name("x1", "Entre nous.")
    social.write("x1", "Entre nous.")
    poll_page(account.pk)
    assert list(Comment.objects.values_list("kind", "conversation")) == [("message", "k1")]
    assert Review.objects.count() == 0


@pytest.mark.parametrize(
    ("named", "author", "wanted"),
    [("k1", "v1", "k1"), ("", "v1", "v1"), ("", "", "p1"), ("k" * 400, "", "k" * 300)],
)
def test_a_message_without_a_conversation_is_its_authors(
    account: Page, social: FakeNetwork, named: str, author: str, wanted: str
) -> None:

    social.tell("p1", "Bonjour", conversation=named, author=replace(VISITOR, remote_id=author))
    poll_page(account.pk)
    assert Comment.objects.get().conversation == wanted


def test_messages_are_not_asked_about_again(
    account: Page, social: FakeNetwork, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    social.tell("p1", "Bonjour")
    poll_page(account.pk)
    asked: list[str] = []

    def ask(remote_id: str) -> IncomingComment:
        asked.append(remote_id)
        return IncomingComment(remote_id, "")

    monkeypatch.setattr(social, "comment", ask)
    noon.shift(timedelta(hours=2))
    poll_page(account.pk)
    assert (asked, Comment.objects.get().presence) == ([], "visible")


@pytest.mark.parametrize("kind", [CommentKind.COMMENT, CommentKind.MENTION, CommentKind.MESSAGE])
def test_an_edit_is_a_revision_whatever_the_kind(
    account: Page, social: FakeNetwork, kind: CommentKind
) -> None:
    first = IncomingComment("x1", "Bonjour", VISITOR, kind=kind, conversation="k1")
    taking.take(account, first)
    taken = taking.take(account, IncomingComment("x1", "Bonsoir", VISITOR, kind=kind, conversation="k1"))
    assert taken is not None
    assert taken.changed
    comment = Comment.objects.get()
    assert list(comment.revisions.values_list("number", "text")) == [(1, "Bonjour"), (2, "Bonsoir")]
    assert (comment.kind, comment.text, comment.revision) == (kind.value, "Bonsoir", 2)


def test_what_is_deleted_under_review_is_kept_as_evidence_for_mentions_too(
    account: Page, social: FakeNetwork
) -> None:
    for remote_id, kind in (("c1", CommentKind.COMMENT), ("m1", CommentKind.MENTION)):
        taking.take(account, IncomingComment(remote_id, INSULT, VISITOR, kind=kind))

    for remote_id in ("c1", "m1"):
        taking.take(account, IncomingComment(remote_id, "", presence=CommentPresence.GONE))
    for comment in Comment.objects.all():
        assert (comment.presence, comment.text, comment.evidence.count()) == ("gone", INSULT, 1)
    assert set(Review.objects.values_list("state", "close_code")) == {("closed", "author_removed")}


def test_a_deleted_message_keeps_its_words_here(account: Page, social: FakeNetwork) -> None:

    taking.take(account, IncomingComment("p1", INSULT, VISITOR, kind=CommentKind.MESSAGE))
    taking.take(account, IncomingComment("p1", "", presence=CommentPresence.GONE, kind=CommentKind.MESSAGE))
    comment = Comment.objects.get()
    assert (comment.presence, comment.text, comment.evidence.count()) == ("gone", INSULT, 0)


def test_the_job_reads_every_kind_of_every_page(
    account: Page, social: FakeNetwork, network: FakeNetwork
) -> None:
    network.write("n1", HARMLESS)
    social.write("c1", HARMLESS)
    social.name("m1", HARMLESS)
    social.tell("p1", HARMLESS)
    assert (jobs.poll_comments(), jobs.poll_comments()) == (4, 0)
    assert Comment.objects.count() == 4
