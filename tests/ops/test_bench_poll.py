"""The fake that `bench poll` asks: full of answers, and counting what is in flight for each account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp
from cm_suite.ops.bench import BENCHES, poll
from cm_suite.ops.bench.fake_listening import FullMastodon
from cm_suite.ops.bench.fake_network import FakeServer
from cm_suite.ops.bench.poll import Memory
from pages.networks.mastodon.client import build
from pages.networks.registry import Tools
from pages.networks.types import Access, CommentKind


def test_every_account_has_its_answers_under_its_post() -> None:
    with FakeServer(FullMastodon(3, 5, 0.0)) as server:
        allowed = frozenset({("127.0.0.1", server.port)})
        http = NetworkHttp(Guard(allowed), account="bench", pace=_NoPace())
        client = build(Access(server.origin, "2", "2"), Tools(http=http))
        batch = client.comments("")
        mentions = client.mentions("")
    assert [each.remote_id for each in batch.comments] == [f"2{number:05}" for number in range(1, 6)]
    assert {each.kind for each in batch.comments} == {CommentKind.COMMENT}
    assert {each.post.remote_id for each in batch.comments if each.post} == {"200000"}
    assert (batch.more, mentions.comments) == (False, ())


def test_what_is_in_flight_is_counted_by_account() -> None:
    fake = FullMastodon(2, 1, 0.2)
    with FakeServer(fake, latency=0.2) as server:

        def ask(token: str) -> int:
            path = f"{server.origin}/api/v1/notifications"
            with urlopen(Request(path, headers={"Authorization": f"Bearer {token}"}), timeout=5) as answer:
                return int(answer.status)

        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(ask, ("1", "1", "2"))) == [200, 200, 200]
        assert ask("2") == 200
    assert dict(fake.most) == {"1": 2, "2": 1}
    assert fake.state()["most_in_flight"] == 2
    assert set(fake.in_flight.values()) == {0}


def test_memory_keeps_the_most() -> None:
    assert Memory(5.0, 9.0).at_most(-1) == Memory(5.0, 9.0)
    assert BENCHES["poll"] == poll.__name__


class _NoPace:
    """Nobody waits."""

    def blocked_until(self, account: str) -> None:
        return None

    def block(self, account: str, until: object) -> None:
        return None
