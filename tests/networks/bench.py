"""What the common suite asks of a network under test.

A network's `tests/networks/<network>/bench.py` holds `BENCHES`: name → (code of the network, opens a Bench).
What its SPEC says it can do decides which tests it meets, and so which of the optional fields below it fills
(`tests/networks/benches.py: FIELDS`). Faults hit the next call that creates something, whatever that is: a
post, a reply or a private answer; `media_processing` alone hits uploads, from then on.
"""

from __future__ import annotations

import struct
import uuid
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cm_suite.core.errors import Later, Outcome
from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp
from pages.networks.spec import NetworkSpec
from pages.networks.types import Commenter, Image, Metric, Outgoing, Reply

TEXT: Final = "Nouvelle vitrine ✨\n\nOn vous attend samedi & dimanche."
LINK: Final = "https://maison-lumen.example/vitrine/une-adresse-assez-longue-pour-etre-raccourcie?a=1&b=2"
ALTS: Final = ("Une lampe dorée, allumée", "", "La vitrine un samedi matin", "Un abat-jour « écru »")

type Opens = Callable[[], AbstractContextManager[Bench]]


class MemoryPace:
    """Who must wait until when, in memory. `forget` lets everybody call again."""

    def __init__(self) -> None:
        self.until: dict[str, datetime] = {}

    def blocked_until(self, account: str) -> datetime | None:
        """Until when the account must wait, or None."""
        return self.until.get(account)

    def block(self, account: str, until: datetime) -> None:
        """Let the account wait."""
        self.until[account] = until

    def forget(self) -> None:
        """Nobody waits any more."""
        self.until.clear()


@dataclass
class Bench:
    """A network under test.

    `opens` makes a client: what it can do is asked of its type, and the suite takes a fresh one for each
    call, as the engine does. `holds` counts what it shows of ours: posts and replies. `hear(text, to)` lets
    Nadia answer a post or a comment, and gives the comment's id; `take_down` lets her take it away. The
    `pace` is the one that the client's NetworkHttp works with, and `calls` counts the requests that reached
    the network. The others, by what the network can do:

    - `ours(text)`: a post of ours, made by other means; gives its id (networks that publish nothing)
    - `alts()`: the alternative texts of our latest post's images, in its order
    - `uploads()`: how many images went up (networks that may still work on one)
    - `pending(text, to)`: as `hear`, and it waits for approval
    - `hidden(comment)`: whether it is out of sight; without it, the client is asked
    - `mention(text)`: Nadia names us elsewhere than under our posts; gives its id
    - `write(text)`: Nadia writes in private; gives the message's id. `answered()`: how many she got back
    - `blocked()`: how many are kept away
    - `engage(post)`: somebody does what the network counts; gives what. `withhold()`: it tells no count of a
      post any more
    - `exhaust()`: from the next answer on, the headers say that no call is left
    """

    opens: Callable[[], Any]
    faults: dict[str, tuple[Callable[[], None], Outcome]]
    holds: Callable[[], int]
    hear: Callable[[str, str], str]
    take_down: Callable[[str], None]
    fences: list[str] = field(default_factory=list)
    pace: MemoryPace = field(default_factory=MemoryPace)
    calls: Callable[[], int] | None = None
    ours: Callable[[str], str] | None = None
    alts: Callable[[], list[str]] | None = None
    uploads: Callable[[], int] | None = None
    pending: Callable[[str, str], str] | None = None
    hidden: Callable[[str], bool] | None = None
    mention: Callable[[str], str] | None = None
    write: Callable[[str], str] | None = None
    answered: Callable[[], int] | None = None
    blocked: Callable[[], int] | None = None
    engage: Callable[[str], Metric] | None = None
    withhold: Callable[[], None] | None = None
    exhaust: Callable[[], None] | None = None
    nadia: Commenter = field(default_factory=Commenter)
    never: str = "999"  # an id of nothing, in the network's own shape
    spec: NetworkSpec | None = None  # set by the suite

    def fence(self) -> None:
        """Count the crossing, and what was there at that time."""
        self.fences.append(f"{self.holds()} there")

    def refuse(self) -> None:
        """A fence that stays shut."""
        raise Later("fence_closed")

    @property
    def client(self) -> Any:
        """Another client at each asking: whatever one remembers is no help to the next."""
        return self.opens()

    @property
    def declares(self) -> NetworkSpec:
        """What the network says of itself."""
        assert self.spec is not None
        return self.spec

    def outgoing(self, text: str = TEXT, link: str = "", *, images: int = 0) -> Outgoing:
        """A post under a key of its own, with so many images: one at least where the network wants one."""
        rules = self.declares.images
        if rules is not None and rules.required:
            images = max(images, 1)
        kind = "image/png" if rules is None or "image/png" in rules.types else min(rules.types)
        pictures = tuple(picture(number, kind) for number in range(images))
        return Outgoing(uuid.uuid4().hex, text, link, "information", "fr", pictures)

    def published(self, text: str = "Une lampe") -> str:
        """A post of ours that is there; its id."""
        if self.ours is not None:
            return self.ours(text)
        return str(self.client.publish(self.outgoing(text), lambda: None).remote_id)

    def answer(self, to: str, text: str = "Merci, Nadia !", **more: Any) -> Reply:
        """The same answer every time, under a key of its own."""
        return Reply(uuid.uuid4().hex, to, text, "fr", author=self.nadia, **more)


def way(
    spec: NetworkSpec,
    guard: Guard,
    pace: MemoryPace,
    *,
    secrets: tuple[str, ...] = (),
    read_timeout: float = 0.5,
) -> NetworkHttp:
    """A way to the network as the product makes it: paced, and heeding the network's own headers."""
    return NetworkHttp(
        guard,
        account=f"{spec.code}:1",
        pace=pace,
        secrets=secrets,
        rests=spec.rests,
        connect_timeout=1.0,
        read_timeout=read_timeout,
    )


def picture(number: int, media_type: str = "image/png") -> Image:
    """A small image, each number its own, with an alternative text or (every fourth) none."""
    return Image(
        content=png(number),
        media_type=media_type,
        width=4,
        height=4,
        alt=ALTS[number % len(ALTS)],
        url=f"https://suite.lumen.example/media/{number}.png",
    )


def png(number: int) -> bytes:
    """A PNG of four by four pixels, of one shade."""
    rows = b"".join(b"\0" + bytes([number % 256]) * 4 for _row in range(4))
    header = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
