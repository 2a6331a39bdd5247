"""What a network can do and cannot, in words."""

from __future__ import annotations

from dataclasses import dataclass

from pages.messages import ABILITIES, Words, why_not
from pages.networks.registry import NETWORKS


@dataclass(frozen=True, slots=True)
class Lack:
    """Something a network cannot do, and why."""

    words: Words
    why: Words


def abilities(network: str) -> tuple[list[Words], list[Lack]]:
    """What the network can do, and what it cannot; nothing at all for one this installation no longer has."""
    spec = NETWORKS.get(network)
    able = spec.capabilities if spec else frozenset()
    can = [words.yes for ability, words in ABILITIES.items() if ability in able]
    cannot = [
        Lack(words.no, why_not(network, ability))
        for ability, words in ABILITIES.items()
        if ability not in able
    ]
    return can, cannot
