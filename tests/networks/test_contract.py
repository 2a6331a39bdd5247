"""Every network that publishes meets the same faults: the right outcome, nothing twice, nothing lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.errors import Later, OutcomeError, Unknown
from pages.networks.base import Deletes, Finds, Identifies, Publishes
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, Outgoing, SightingKind
from tests.networks.bench import LINK, TEXT, Bench
from tests.networks.benches import BENCHES


@pytest.fixture(params=list(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each network that publishes, in turn."""
    with BENCHES[request.param][1]() as found:
        yield found


def outgoing() -> Outgoing:
    """The same post every time, under a key of its own."""
    return Outgoing(uuid.uuid4().hex, TEXT, LINK, "information", "fr")


def sight(bench: Bench, post: Outgoing) -> SightingKind:
    """Look for a post sent about now."""
    now = datetime.now(UTC)
    kind: SightingKind = bench.client.find(post, now - timedelta(minutes=1), now).kind
    return kind


def test_every_network_that_publishes_is_under_test() -> None:
    able = {code for code, spec in NETWORKS.items() if Capability.PUBLISH in spec.capabilities}
    assert {code for code, _bench in BENCHES.values()} == able


def test_clients_keep_the_promises_of_their_spec(bench: Bench, request: pytest.FixtureRequest) -> None:
    spec = NETWORKS[BENCHES[request.node.callspec.params["bench"]][0]]
    promised = {
        Capability.PUBLISH: Publishes,
        Capability.FIND: Finds,
        Capability.DELETE: Deletes,
        Capability.PROFILE: Identifies,
    }
    for capability, protocol in promised.items():
        assert isinstance(bench.client, protocol) == (capability in spec.capabilities)


def test_a_post_goes_out_once_across_one_fence_and_is_found(bench: Bench) -> None:
    post = outgoing()
    assert sight(bench, post) is SightingKind.ABSENT
    published = bench.client.publish(post, bench.fence)
    assert published.remote_id != ""
    assert bench.fences == ["0 there"]
    assert bench.holds() == 1
    assert sight(bench, post) is SightingKind.FOUND


def test_a_closed_fence_sends_nothing(bench: Bench) -> None:
    post = outgoing()
    with pytest.raises(Later):
        bench.client.publish(post, bench.refuse)
    assert bench.holds() == 0
    assert sight(bench, post) is SightingKind.ABSENT


def test_each_fault_ends_in_its_outcome_and_then_once_on_the_page(bench: Bench) -> None:
    for name, (break_it, expected) in bench.faults.items():
        before, post = bench.holds(), Outgoing(uuid.uuid4().hex, f"{TEXT} {name * 12}", "", "", "fr")
        break_it()
        with pytest.raises(OutcomeError) as caught:
            bench.client.publish(post, bench.fence)
        assert caught.value.outcome is expected, name
        _settle(bench, post, caught.value)
        assert bench.holds() == before + 1, name
        assert sight(bench, post) is SightingKind.FOUND, name


def _settle(bench: Bench, post: Outgoing, error: OutcomeError) -> None:
    """What the engine does next: an unknown outcome is looked up before anything is sent again."""
    if not isinstance(error, Unknown) or sight(bench, post) is SightingKind.ABSENT:
        bench.client.publish(post, bench.fence)


def test_taking_down_twice_is_done_twice(bench: Bench) -> None:
    post = outgoing()
    published = bench.client.publish(post, bench.fence)
    bench.client.delete(published.remote_id)
    bench.client.delete(published.remote_id)
    assert bench.holds() == 0


def test_the_account_says_who_it_is(bench: Bench) -> None:
    profile = bench.client.profile()
    assert profile.remote_id != ""
    assert profile.name == "Maison Lumen"
