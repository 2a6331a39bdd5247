"""Whatever people, visitors and a faulty network do, in any order: what must hold holds."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from cm_suite.core import ledger
from cm_suite.core.errors import Later, Never, OutcomeError, Unknown
from moderation import jobs, rules
from moderation.enums import ActionState, Decided
from moderation.models import Action, Comment, Decision, Evidence, Review
from moderation.services import act, assign, evidence, outcomes, troubles
from moderation.services.decide import decide, second, undo
from moderation.services.ingest import poll_page
from pages.models import Membership, Person
from pages.networks.base import Fence
from pages.networks.types import CommentPresence, Published, Reply
from pages.services import connect
from tests.machines import Undone, run
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, REASON
from tests.moderation.network import FakeNetwork
from tests.people import Cast, make_cast

A = ActionState
D = Decided
C = "c0"
TEXTS = st.sampled_from([INSULT, HARMLESS, "Si tu reviens je te tue."])
ACTS = st.sampled_from([D.HIDE, D.KEEP, D.HIDE, D.DELETE, D.REPLY, D.UNHIDE])
LABELS = st.sampled_from(["", "", "injure", "neutre"])
FAULTS = st.sampled_from(["later", "never", "before", "after"])
METHODS = st.sampled_from(["hide", "delete_comment", "unhide", "reply"])
ENDED = (A.DONE, A.CANCELLED, A.REJECTED, A.NEEDS_PERSON)


def sealed_words(remote_id: str) -> set[str]:
    """Every wording of a comment that some sealed copy holds."""
    found: set[str] = set()
    for each in Evidence.objects.filter(comment__remote_id=remote_id):
        found |= {one["text"] for one in evidence.open_record(each).data["revisions"]}
    return found


class Watchful(FakeNetwork):
    """Sees to it that nothing is removed before it was sealed, nor after it was decided otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.unsealed: list[str] = []
        self.outdated: list[str] = []
        self.sent: Counter[str] = Counter()

    def hide(self, remote_id: str, reason: str) -> None:
        self._look(remote_id, D.HIDE)
        super().hide(remote_id, reason)

    def delete_comment(self, remote_id: str, reason: str) -> None:
        self._look(remote_id, D.DELETE)
        super().delete_comment(remote_id, reason)

    def reply(self, reply: Reply, fence: Fence) -> Published:
        before = len(self.calls)
        try:
            return super().reply(reply, fence)
        finally:
            self.sent[reply.key] += len(self.calls) - before

    def _look(self, remote_id: str, asked: Decided) -> None:
        held = self.held[remote_id]
        last = Decision.objects.filter(final=True).order_by("-pk").first()
        if last is None or last.act != asked:
            self.outdated.append(asked)
        if held.presence != CommentPresence.GONE and held.text not in sealed_words(remote_id):
            self.unsealed.append(remote_id)


def error_of(kind: str) -> OutcomeError:
    if kind == "later":
        return Later("not_sent")
    return Never("content_refused") if kind == "never" else Unknown("reset")


class House(Undone):
    """A brand's desk with people who act as they please."""

    alone = False

    def __init__(self) -> None:
        super().__init__(NOON)
        self.cast: Cast = make_cast()
        if self.alone:
            Membership.objects.filter(brand=self.cast.brand).exclude(person=self.cast.mona).delete()
        self.network = Watchful()
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(connect, "client_for", lambda page, *, waiting=False: self.network)

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self._patch.undo()

    def _person(self, name: str) -> Person:
        person: Person = self.cast.mona if self.alone else getattr(self.cast, name)
        return person

    # --- visitors

    @initialize(text=TEXTS, chosen=st.sampled_from([D.HIDE, D.KEEP, D.DELETE]), fault=FAULTS)
    def begins(self, text: str, chosen: Decided, fault: str) -> None:
        """A comment that somebody decided of; its network may fail at the first try."""
        self.network.write(C, text)
        poll_page(self.cast.newsroom.pk)
        self.minds(alone=False, way="ask")
        self.decides(name="mona", chosen=chosen, label="", alone=self.alone)
        if fault != "later":
            self.network.fails("hide", error_of(fault), done=fault == "after")

    @rule(what=st.sampled_from(["words", "words", "report", "take back"]), text=TEXTS, seen=st.booleans())
    def visits(self, what: str, text: str, seen: bool) -> None:
        held = self.network.held.get(C)
        if held is None:
            self.network.write(C, text)
        elif held.presence == CommentPresence.GONE:
            return
        elif what == "words":
            self.network.change(C, text=text)
        elif what == "report":
            self.network.change(C, notices=held.notices + 1)
        else:
            self.network.take_down(C)
        if seen or held is None:
            poll_page(self.cast.newsroom.pk)

    # --- the network

    @rule(method=METHODS, kind=FAULTS)
    def fails(self, method: str, kind: str) -> None:
        self.network.fails(method, error_of(kind), done=kind == "after")

    # --- people

    @rule(name=st.sampled_from(["mona", "alice"]), chosen=ACTS, label=LABELS, alone=st.booleans())
    def decides(self, name: str, chosen: Decided, label: str, alone: bool) -> None:
        person = self._person(name)
        review = assign.claim_next(self.cast.brand, person)
        if review is None:
            return
        result = decide(
            review,
            person,
            chosen,
            reason=REASON,
            label=label,
            text="Bonjour",
            revision=review.comment.revision,
            alone_confirmed=alone,
        )
        if not result.done:
            assign.release(review, person)

    @rule(name=st.sampled_from(["ada", "alice", "mona"]), agree=st.booleans(), alone=st.booleans())
    def answers(self, name: str, agree: bool, alone: bool) -> None:
        review = Review.objects.filter(state="second").order_by("pk").first()
        if review is not None:
            fields: dict[str, Any] = {"revision": review.comment.revision, "alone_confirmed": alone}
            second(review, self._person(name), agree=agree, reason=REASON, **fields)

    @rule(alone=st.booleans(), way=st.sampled_from(["ask", "ask", "undo", "retry", "cancel", "yes", "no"]))
    def minds(self, alone: bool, way: str) -> None:
        comment = Comment.objects.first()
        hidden = Decision.objects.filter(act=D.HIDE, final=True).order_by("-pk").first()
        stuck = Action.objects.filter(state__in=(A.REJECTED, A.NEEDS_PERSON)).order_by("pk").first()
        if way == "ask" and comment is not None:
            assign.ask_review(comment, self.cast.mona)
        elif way == "undo" and hidden is not None:
            undo(hidden, self.cast.mona, REASON, alone_confirmed=alone)
        elif way == "retry" and stuck is not None:
            troubles.retry(stuck, self.cast.mona)
        elif way == "cancel" and stuck is not None:
            troubles.cancel(stuck, self.cast.mona)
        elif stuck is not None:
            troubles.settle(stuck, self.cast.mona, done=way == "yes", reason=REASON)

    # --- workers

    @rule(what=st.sampled_from(["carry out", "carry out", "a minute", "an hour"]))
    def works(self, what: str) -> None:
        if what != "carry out":
            self.pass_time(timedelta(minutes=1 if what == "a minute" else 60))
            poll_page(self.cast.newsroom.pk)
            jobs.sweep()
        act.carry_out_due(10)

    # --- what must hold

    @invariant()
    def at_most_one_review_is_open(self) -> None:
        open_ = Review.objects.filter(state__in=rules.OPEN).values_list("comment_id", flat=True)
        assert max(Counter(open_).values(), default=0) <= 1

    @invariant()
    def nothing_was_removed_before_it_was_sealed(self) -> None:
        assert (self.network.unsealed, self.network.outdated) == ([], [])
        removals = Decision.objects.filter(final=True, act__in=rules.REMOVALS)
        assert removals.filter(evidence=None).count() == 0

    @invariant()
    def what_stays_though_qualified_had_two_people_or_says_alone(self) -> None:
        rows = Decision.objects.filter(final=True, act__in=rules.LEAVES_UP, review__qualified=True)
        for each in rows.select_related("confirms"):
            two = each.confirms is not None and each.confirms.by_id != each.by_id
            assert two or (each.alone and self.alone)

    @invariant()
    def a_reply_leaves_once(self) -> None:
        assert max(self.network.sent.values(), default=0) <= 1

    @invariant()
    def every_review_that_was_decided_has_one_final_decision(self) -> None:
        for review in Review.objects.filter(state="decided"):
            assert review.decisions.filter(final=True).count() == 1
        assert Decision.objects.filter(final=True).exclude(review__state="decided").count() == 0

    def at_the_end(self) -> None:
        self.network.faults.clear()
        for _turn in range(8):
            self.pass_time(timedelta(hours=1))
            poll_page(self.cast.newsroom.pk)
            act.carry_out_due(20)
            jobs.sweep()
        assert Action.objects.exclude(state__in=ENDED).count() == 0
        for comment in Comment.objects.all():
            self._stands_as_decided(comment)
        assert ledger.verify(self.cast.brand.pk) is None

    def _stands_as_decided(self, comment: Comment) -> None:
        held = self.network.held[comment.remote_id]
        assert comment.presence == held.presence
        rows = Action.objects.filter(decision__review__comment=comment).exclude(decision__act=D.REPLY)
        last = rows.order_by("-decision__pk").first()
        later = Decision.objects.filter(review__comment=comment, final=True).order_by("-pk").first()
        if last is None or later is None or last.decision_id != later.pk or last.state != A.DONE:
            return
        if held.presence != CommentPresence.GONE and last.code != "settled":
            assert str(held.presence) == outcomes.PRESENCES[D(last.decision.act)]


class Lonely(House):
    """A brand with one person only."""

    alone = True


@pytest.mark.django_db
def test_a_house_of_several() -> None:
    run(House, examples=8, steps=10)


@pytest.mark.django_db
def test_a_house_of_one() -> None:
    run(Lonely, examples=8, steps=10)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("house", [House, Lonely])
def test_at_length(house: type[House]) -> None:
    run(house, examples=20, steps=25)
