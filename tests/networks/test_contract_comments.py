"""Every network that listens and answers keeps the same promises: nothing lost, nothing said twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.errors import Later, Never, OutcomeError, Unknown
from pages.networks.base import Answers, Approves, DeletesComments, Hides, Listens, TellsReporters
from pages.networks.errors import Code
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, CommentPresence, IncomingComment, Outgoing, Reply, SightingKind
from tests.networks.bench import Bench
from tests.networks.benches import BENCHES, newsroom
from tests.networks.memory_store import MemoryStore

PROMISED = {
    Capability.COMMENTS: Listens,
    Capability.REPLY: Answers,
    Capability.HIDE: Hides,
    Capability.DELETE_COMMENT: DeletesComments,
    Capability.APPROVE: Approves,
    Capability.TELL: TellsReporters,
}


@pytest.fixture(params=list(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each network that people answer on, in turn."""
    with BENCHES[request.param][1]() as found:
        yield found


@pytest.fixture
def post(bench: Bench) -> str:
    """A post of ours, published."""
    published = bench.client.publish(Outgoing(uuid.uuid4().hex, "Une lampe", "", "", "fr"), lambda: None)
    return str(published.remote_id)


def answer(to: str, text: str = "Merci, Nadia !") -> Reply:
    """The same answer every time, under a key of its own."""
    return Reply(uuid.uuid4().hex, to, text, "fr")


def sight(bench: Bench, reply: Reply) -> SightingKind:
    """Look for an answer sent about now."""
    now = datetime.now(UTC)
    kind: SightingKind = bench.client.find_reply(reply, now - timedelta(minutes=1), now).kind
    return kind


def read(bench: Bench, mark: str) -> tuple[list[IncomingComment], str]:
    """Everything since a mark, turn by turn."""
    found: list[IncomingComment] = []
    for _turn in range(20):
        batch = bench.client.comments(mark)
        found += batch.comments
        mark = batch.mark
        if not batch.more:
            return found, mark
    raise AssertionError("it never ends")


def test_every_network_that_listens_or_answers_is_under_test() -> None:
    wanted = {Capability.COMMENTS, Capability.REPLY}
    able = {code for code, spec in NETWORKS.items() if spec.capabilities & wanted}
    assert {code for code, _bench in BENCHES.values()} == able


def test_clients_keep_the_promises_of_their_spec(bench: Bench, request: pytest.FixtureRequest) -> None:
    spec = NETWORKS[BENCHES[request.node.callspec.params["bench"]][0]]
    for capability, protocol in PROMISED.items():
        assert isinstance(bench.client, protocol) == (capability in spec.capabilities), capability


def test_each_network_says_why_for_just_what_it_lacks() -> None:
    for spec in NETWORKS.values():
        assert set(spec.why_not) == set(Capability) - spec.capabilities, spec.code
        assert spec.listens.endswith("."), spec.code


# --- listening


def test_a_comment_comes_with_its_words_its_author_and_its_post(bench: Bench, post: str) -> None:
    remote_id = bench.hear("Trop chère.", post)
    (comment,), _mark = read(bench, "")
    assert (comment.remote_id, comment.author.name) == (remote_id, "Nadia")
    assert comment.text.removeprefix("@maison_lumen ") == "Trop chère."
    assert comment.post is not None
    assert (comment.post.remote_id, comment.post.text, comment.parent_id) == (post, "Une lampe", "")
    assert comment.presence is CommentPresence.VISIBLE
    assert comment.at is not None
    assert abs(datetime.now(UTC) - comment.at) < timedelta(minutes=1)


def test_an_answer_to_a_comment_names_it_and_the_same_post(bench: Bench, post: str) -> None:
    first = bench.hear("Trop chère.", post)
    second = bench.hear("Pas du tout.", first)
    comments, _mark = read(bench, "")
    assert [(each.remote_id, each.parent_id) for each in comments] == [(first, ""), (second, first)]
    assert [each.post.remote_id for each in comments if each.post] == [post, post]


def test_from_its_mark_on_only_what_is_new_is_read_and_in_order(bench: Bench, post: str) -> None:
    early = [bench.hear(f"Avis {number}", post) for number in range(3)]
    found, mark = read(bench, "")
    assert [each.remote_id for each in found] == early
    assert read(bench, mark) == ([], mark)
    late = [bench.hear(f"Encore {number}", post) for number in range(5)]
    assert [each.remote_id for each in read(bench, mark)[0]] == late
    assert read(bench, mark) == read(bench, mark)


def test_before_anybody_spoke_there_is_a_mark_to_go_on_from(bench: Bench, post: str) -> None:
    found, mark = read(bench, "")
    assert found == []
    spoken = [bench.hear(f"Avis {number}", post) for number in range(3)]
    assert [each.remote_id for each in read(bench, mark)[0]] == spoken


def test_one_comment_as_it_is_now_and_gone_once_it_was_taken_down(bench: Bench, post: str) -> None:
    remote_id = bench.hear("Trop chère.", post)
    (known,), _mark = read(bench, "")
    assert bench.client.comment(remote_id) == known
    bench.take_down(remote_id)
    assert bench.client.comment(remote_id).presence is CommentPresence.GONE


def test_a_comment_that_never_was_is_gone(bench: Bench) -> None:
    assert bench.client.comment("999") == IncomingComment("999", "", presence=CommentPresence.GONE)


# --- answering


def test_an_answer_goes_out_once_across_one_fence_and_is_found(bench: Bench, post: str) -> None:
    reply = answer(bench.hear("Trop chère.", post))
    assert sight(bench, reply) is SightingKind.ABSENT
    published = bench.client.reply(reply, bench.fence)
    assert published.remote_id != ""
    assert bench.fences == ["1 there"]
    assert bench.holds() == 2
    assert sight(bench, reply) is SightingKind.FOUND


def test_a_closed_fence_says_nothing(bench: Bench, post: str) -> None:
    reply = answer(bench.hear("Trop chère.", post))
    with pytest.raises(Later):
        bench.client.reply(reply, bench.refuse)
    assert bench.holds() == 1
    assert sight(bench, reply) is SightingKind.ABSENT


def test_the_same_words_under_another_comment_are_another_answer(bench: Bench, post: str) -> None:
    first, second = (answer(bench.hear(f"Avis {number}", post)) for number in range(2))
    bench.client.reply(first, bench.fence)
    assert (sight(bench, first), sight(bench, second)) == (SightingKind.FOUND, SightingKind.ABSENT)


def test_what_is_gone_is_not_answered(bench: Bench, post: str) -> None:
    reply = answer(bench.hear("Trop chère.", post))
    bench.take_down(reply.to)
    with pytest.raises(Never) as refused:
        bench.client.reply(reply, bench.fence)
    assert refused.value.code == Code.NOT_FOUND
    assert (bench.holds(), sight(bench, reply)) == (1, SightingKind.ABSENT)


def test_each_fault_ends_in_its_outcome_and_then_once_below_the_comment(bench: Bench, post: str) -> None:
    for name, (break_it, expected) in bench.faults.items():
        reply = answer(bench.hear("Trop chère.", post), f"Merci {name * 12}")
        before = bench.holds()
        break_it()
        with pytest.raises(OutcomeError) as caught:
            bench.client.reply(reply, bench.fence)
        assert caught.value.outcome is expected, name
        if not isinstance(caught.value, Unknown) or sight(bench, reply) is SightingKind.ABSENT:
            bench.client.reply(reply, bench.fence)
        assert bench.holds() == before + 1, name
        assert sight(bench, reply) is SightingKind.FOUND, name


# --- moderating


@pytest.fixture
def room() -> Iterator[Bench]:
    """The one network that moderates so far, with a comment numbered 1 that waits for approval."""
    store = MemoryStore()
    with newsroom(store) as found:
        published = found.client.publish(Outgoing("k", "Une lampe", "", "", "fr"), lambda: None)
        store.hear("Trop chère.", published.remote_id, CommentPresence.PENDING)
        yield found


def test_hidden_and_shown_again_each_twice_changes_once(room: Bench) -> None:
    room.client.hide("1", "Hors sujet")
    room.client.hide("1", "Hors sujet")
    assert room.client.comment("1").presence is CommentPresence.HIDDEN
    room.client.unhide("1")
    room.client.unhide("1")
    assert room.client.comment("1").presence is CommentPresence.VISIBLE
    assert [each.remote_id for each in read(room, "")[0]] == ["1", "1", "1"]


def test_taken_away_stays_so_and_cannot_be_shown(room: Bench) -> None:
    room.client.delete_comment("1", "Injure")
    room.client.delete_comment("1", "Injure")
    room.client.hide("1", "Injure")
    for show in (room.client.unhide, room.client.approve):
        with pytest.raises(Never) as refused:
            show("1")
        assert refused.value.code == Code.NOT_FOUND
    assert room.client.comment("1").presence is CommentPresence.GONE


def test_what_waits_is_approved_and_reporters_are_told_once(room: Bench) -> None:
    assert room.client.comment("1").presence is CommentPresence.PENDING
    room.client.approve("1")
    room.client.approve("1")
    assert room.client.comment("1").presence is CommentPresence.VISIBLE
    room.client.tell_reporters("1", removed=False)
    room.client.tell_reporters("1", removed=False)
    assert room.client._store.told == [("1", False)]
