"""Conversations on the fake Mastodon: what answers what, and who hears of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cm_suite.ops.bench.fake_statuses import Account

type Status = dict[str, Any]

_NAMED: Final = re.compile(r"(?<![\w/])@(?P<name>\w+)(?:@[\w.-]+\w)?")


def attach(status: Status, parent: Status | None, said: Mapping[str, Any]) -> None:
    """Put a new status below another one, shown as widely as asked."""
    status["visibility"] = said.get("visibility") or "public"
    status["spoiler_text"] = said.get("spoiler_text") or ""
    if parent is not None:
        status["in_reply_to_id"] = parent["id"]
        status["in_reply_to_account_id"] = parent["account"]["id"]


def named(text: str, accounts: Iterable[Account]) -> list[Account]:
    """The accounts that a text names."""
    if "@" not in text:
        return []
    names = {found["name"] for found in _NAMED.finditer(text)}
    return [account for account in accounts if account.username in names]


def mention(number: int, status: Status) -> dict[str, Any]:
    """The notification of somebody who was named."""
    return {
        "id": str(number),
        "type": "mention",
        "created_at": status["created_at"],
        "group_key": f"ungrouped-{number}",
        "account": status["account"],
        "status": status,
    }


def page(heard: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """One page of notifications, newest first: after `min_id` the oldest of them, else the latest."""
    limit = min(int(query.get("limit", "40")), 80)
    kind = query.get("types[]")
    there = [each for each in heard if kind in {None, each["type"]}]
    if "min_id" in query:
        after = [each for each in there if int(each["id"]) > int(query["min_id"])]
        return after[:limit][::-1]
    return there[::-1][:limit]


def context(status: Status, everything: Mapping[str, Status]) -> dict[str, list[Status]]:
    """What is above a status, from the top, and what is below it."""
    above: list[Status] = []
    parent = everything.get(status["in_reply_to_id"] or "")
    while parent is not None:
        above.insert(0, parent)
        parent = everything.get(parent["in_reply_to_id"] or "")
    below: list[Status] = []
    ids = {status["id"]}
    for each in sorted(everything.values(), key=lambda found: int(found["id"])):
        if each["in_reply_to_id"] in ids:
            ids.add(each["id"])
            below.append(each)
    return {"ancestors": above, "descendants": below}
