"""Accounts on X: who wrote something, and whose token it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cm_suite.core.text import clip
from pages.networks.answers import count, one_line
from pages.networks.types import Commenter, Profile
from pages.networks.x.mapping import SITE
from pages.networks.x.words import identifier, is_identifier

LONGEST_NAME: Final = 200
_HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,15}")


def author(users: Mapping[str, Mapping[str, Any]], author_id: object) -> Commenter:
    """Who wrote something; all empty but the id when X says nothing more of them."""
    user = users.get(str(author_id), {})
    handle = handle_of(user.get("username"))
    name = one_line(user.get("name")) or handle.removeprefix("@")
    known = author_id if isinstance(author_id, str) and is_identifier(author_id) else ""
    profile = f"{SITE}/{handle[1:]}" if handle else ""
    return Commenter(known, clip(name, LONGEST_NAME), handle, profile)


def handle_of(value: object) -> str:
    """The handle, with its @; empty for what X calls nobody."""
    return f"@{value}" if isinstance(value, str) and _HANDLE.fullmatch(value) else ""


def profile(user: Mapping[str, Any]) -> Profile:
    """The account. Raises KeyError or ValueError when it is none."""
    handle = handle_of(user.get("username"))
    name = one_line(user.get("name")) or handle[1:]
    if not name:
        raise ValueError("an account has a name")
    counts = user.get("public_metrics")
    followers = counts.get("followers_count") if isinstance(counts, Mapping) else None
    return Profile(
        remote_id=identifier(user["id"]),
        handle=handle,
        name=name,
        url=f"{SITE}/{handle[1:]}" if handle else "",
        followers=count(followers),
    )
