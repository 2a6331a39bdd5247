"""A Mastodon server full of answers, for `bench poll`: it counts what is in flight for each account.

`python -m cm_suite.ops.bench.fake_listening --pages 200 --comments 20 --latency-ms 50` prints its address and
runs until it is stopped. Any token opens the account of the same id. `GET /__state` tells how many requests
of one account were ever in flight at once, and how many were served.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cm_suite.ops.bench import fake_statuses, fake_threads
from cm_suite.ops.bench.fake_network import FakeMastodon, FakeServer, Reply, Request
from cm_suite.ops.bench.fake_statuses import Account

TEXTS: Final = (
    "Merci pour l'accueil, à samedi !",
    "La livraison a pris trois semaines, personne ne répond au téléphone.",
    "Très belle lumière dans cette vidéo, où est-elle tournée ?",
    "Le vendeur est un connard.",
    "Prix un peu élevé, mais la qualité est là.",
)


class FullMastodon(FakeMastodon):
    """A server where every account has one status and answers below it. `latency`: seconds to an answer."""

    def __init__(self, pages: int, comments: int, latency: float) -> None:
        super().__init__(any_token=True)
        self.latency = latency
        self.in_flight: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        for number in range(1, pages + 1):
            self._fill(str(number), comments)
        self._everything = super().everything()

    def handle(self, request: Request) -> Reply:
        """Answer one request; it is in flight until its answer is written."""
        token = request.headers.get("authorization", "").partition(" ")[2]
        if token:
            self.in_flight[token] += 1
            self.most[token] = max(self.most[token], self.in_flight[token])
            asyncio.get_running_loop().call_later(self.latency, self._answered, token)
        return super().handle(request)

    def state(self) -> dict[str, Any]:
        """What the bench asks for in the end."""
        most = max(self.most.values(), default=0)
        return {"accepted": {}, "dropped": 0, "most_in_flight": most, "served": self.served}

    def everything(self) -> dict[str, dict[str, Any]]:
        """Every status by its id; nobody adds any."""
        return self._everything

    def _answered(self, token: str) -> None:
        self.in_flight[token] -= 1

    def _fill(self, number: str, comments: int) -> None:
        page = self.open_account(number, number, f"account_{number}")
        at = datetime.now(UTC) - timedelta(hours=2)
        post = fake_statuses.status(f"{number}00000", page, "Notre atelier ouvre samedi.", at)
        self.of(page.id).append(post)
        heard = self.heard.setdefault(page.id, [])
        for each in range(1, comments + 1):
            visitor = Account(f"v{number}x{each}", f"visitor_{number}_{each}")
            text = f"@{page.username} {TEXTS[each % len(TEXTS)]} ({number}/{each})"
            status = fake_statuses.status(f"{number}{each:05}", visitor, text, at + timedelta(minutes=each))
            fake_threads.attach(status, post, {})
            status["mentions"] = [
                {"id": page.id, "username": page.username, "acct": page.username, "url": ""}
            ]
            self.of(visitor.id).append(status)
            heard.append(fake_threads.mention(int(number) * 1000 + each, status))


def main(arguments: list[str]) -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description="A Mastodon server full of answers, on loopback.")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--comments", type=int, default=20)
    parser.add_argument("--latency-ms", type=float, default=50)
    chosen = parser.parse_args(arguments)
    latency = chosen.latency_ms / 1000
    server = FakeServer(FullMastodon(chosen.pages, chosen.comments, latency), latency=latency)
    sys.stdout.write(f"{server.origin}\n")
    sys.stdout.flush()
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
