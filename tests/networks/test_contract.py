"""Every network that publishes meets the same faults: the right outcome, nothing twice, nothing lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from cm_suite.core.errors import Later, Outcome, OutcomeError, Unknown
from cm_suite.ops.bench.fake_network import Fault
from pages.networks.base import Client, Deletes, Finds, Identifies, Publishes
from pages.networks.newsroom.client import NewsroomClient
from pages.networks.registry import NETWORKS
from pages.networks.types import Capability, Outgoing, Profile, Published, SightingKind
from tests.networks import fake_mastodon as fakes
from tests.networks.fake_mastodon import Mastodon, running

TEXT = "Nouvelle vitrine ✨\n\nOn vous attend samedi & dimanche."
LINK = "https://maison-lumen.example/vitrine/une-adresse-assez-longue-pour-etre-raccourcie?a=1&b=2"


class MemoryStore:
    """A newsroom's store in memory, with the faults of a database."""

    def __init__(self) -> None:
        self.posts: dict[str, str] = {}
        self.fault = ""

    def publish(self, key: str, text: str, link: str, content_type: str, language: str) -> Published:
        """Keep it once per key; a fault comes before or after."""
        fault, self.fault = self.fault, ""
        if fault == "before":
            raise Later("not_sent")
        self.posts.setdefault(key, text)
        if fault == "after":
            raise Unknown("no_answer")
        return Published(key, f"https://lumen.example/{key}", datetime.now(UTC))

    def find(self, key: str) -> Published | None:
        """The post with the key."""
        return Published(key, "", None) if key in self.posts else None

    def remove(self, remote_id: str) -> None:
        """Forget it."""
        self.posts.pop(remote_id, None)

    def profile(self) -> Profile:
        """Who it is."""
        return Profile("maison-lumen", "maison-lumen", "Maison Lumen", "https://lumen.example/")


@dataclass
class Bench:
    """A network under test: its client, how to break it, what it holds, and how often it was called."""

    client: Client
    faults: dict[str, tuple[Callable[[], None], Outcome]]
    holds: Callable[[], int]
    fences: list[str] = field(default_factory=list)

    def fence(self) -> None:
        """Count the crossing, and what was there at that time."""
        self.fences.append(f"{self.holds()} there")

    def refuse(self) -> None:
        """A fence that stays shut."""
        raise Later("fence_closed")


@contextmanager
def newsroom() -> Iterator[Bench]:
    """The newsroom on a store in memory."""
    store = MemoryStore()

    def plan(fault: str) -> Callable[[], None]:
        return lambda: setattr(store, "fault", fault)

    yield Bench(
        NewsroomClient(store),
        {"before": (plan("before"), Outcome.LATER), "after": (plan("after"), Outcome.UNKNOWN)},
        lambda: len(store.posts),
    )


def _mastodon(idempotent: bool) -> Callable[[], object]:
    @contextmanager
    def bench() -> Iterator[Bench]:
        with running(Mastodon(idempotent=idempotent)) as server:
            planned = {
                "reset_before": (fakes.RESET_BEFORE, Outcome.UNKNOWN),
                "reset_after": (fakes.RESET_AFTER, Outcome.UNKNOWN),
                "silent_after": (fakes.SILENT_AFTER, Outcome.UNKNOWN),
                "500_before": (fakes.answer_before(500), Outcome.UNKNOWN),
                "502_after": (fakes.answer_after(502, "<html>Bad gateway</html>"), Outcome.UNKNOWN),
                "503_after": (fakes.answer_after(503), Outcome.UNKNOWN),
                "unreadable_after": (fakes.answer_after(200, "<html>ok</html>"), Outcome.UNKNOWN),
                "not_a_status_after": (fakes.answer_after(200, {"id": ""}), Outcome.UNKNOWN),
                "429": (fakes.answer_before(429), Outcome.LATER),
                "401": (fakes.answer_before(401), Outcome.NEVER),
                "403": (fakes.answer_before(403), Outcome.NEVER),
                "422": (fakes.answer_before(422), Outcome.NEVER),
            }

            def plan(fault: Fault) -> Callable[[], None]:
                return lambda: server.fail_next(fault)

            faults = {name: (plan(fault), outcome) for name, (fault, outcome) in planned.items()}
            client = server.client(read_timeout=0.5)
            yield Bench(client, faults, lambda: len(server.of(fakes.ACCOUNT.id)))

    return bench


BENCHES = {
    "newsroom": ("newsroom", newsroom),
    "mastodon": ("mastodon", _mastodon(True)),
    "mastodon, keys forgotten": ("mastodon", _mastodon(False)),
}


@pytest.fixture(params=list(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each network that publishes, in turn."""
    with BENCHES[request.param][1]() as found:  # type: ignore[attr-defined]  # both are context managers
        yield found


def outgoing() -> Outgoing:
    """The same post every time, under a key of its own."""
    return Outgoing(uuid.uuid4().hex, TEXT, LINK, "information", "fr")


def sight(bench: Bench, post: Outgoing) -> SightingKind:
    """Look for a post sent about now."""
    now = datetime.now(UTC)
    return bench.client.find(post, now - timedelta(minutes=1), now).kind


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
