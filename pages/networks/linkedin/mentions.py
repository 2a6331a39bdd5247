"""Posts of others that name the page, as LinkedIn notifies the page of them.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-social-action-notifications:
notifications are kept for sixty days, and shown to administrators. A comment that names the page elsewhere
makes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from cm_suite.core import clock
from cm_suite.core.errors import Never, NextStep
from pages.networks.errors import Code
from pages.networks.linkedin import mapping
from pages.networks.linkedin.marks import LAG, Item, Mark
from pages.networks.linkedin.people import People
from pages.networks.linkedin.wire import TooManyError, Wire, encoded
from pages.networks.types import CommentBatch, CommentKind, IncomingComment

POSTS: Final = 8  # posts asked for in a turn
PAGES: Final = 2  # of notifications in a turn
KEPT: Final = 60 * 24 * 3600 * 1000  # milliseconds


def since(wire: Wire, mark: str) -> CommentBatch:
    """The posts that name the page since a mark, oldest first."""
    now = mapping.milliseconds(clock.now())
    last = replace(Mark.read(mark), began=now)
    found = _notified(wire, max(last.floor, now - KEPT), now + LAG)
    new = [each for each in found if last.is_new(each[0])]
    told, left = new[:POSTS], new[POSTS:]
    people = People(wire)
    heard = [comment for _item, said in told if (comment := _asked(wire, said, people)) is not None]
    waiting = {item.tag for item, _said in left}
    after = last.at_the_end(item for item, _said in found if item.tag not in waiting)
    return CommentBatch(tuple(heard), str(after), bool(left))


def one(wire: Wire, urn: str) -> IncomingComment:
    """A post that names the page, as it is now. Raises Never (`not_found`) when it is gone."""
    said = wire.get(f"posts/{encoded(urn)}")
    return _comment(urn, said, People(wire))


def _notified(wire: Wire, start: int, end: int) -> list[tuple[Item, Mapping[str, Any]]]:
    """The notifications of a time, oldest first."""
    path = (
        "organizationalEntityNotifications?q=criteria&actions=List(SHARE_MENTION)"
        f"&organizationalEntity={encoded(wire.page)}&timeRange=(start:{start},end:{end})"
    )
    read: list[Mapping[str, Any]] = []
    with suppress(TooManyError):
        for page in wire.pages(path, most=PAGES, heard=True):
            read += page
    found: dict[str, tuple[Item, Mapping[str, Any]]] = {}
    for said in read:
        try:
            urn = mapping.post_urn(said.get("generatedActivity"))
            at = mapping.instant(said.get("lastModifiedAt"))
        except ValueError:
            continue
        found[urn] = (Item(mapping.milliseconds(at), urn), said)
    return sorted(found.values(), key=lambda each: each[0].at)


def _asked(wire: Wire, said: Mapping[str, Any], people: People) -> IncomingComment | None:
    """The post that a notification is about; None once it is gone. What may not be read is told by what the
    notification holds of it.
    """
    urn = str(said["generatedActivity"])
    try:
        return _comment(urn, wire.get(f"posts/{encoded(urn)}"), people)
    except Never as refusal:
        if refusal.step == NextStep.RECONNECT:
            raise
        return None if refusal.code == Code.NOT_FOUND else _comment(urn, _decorated(said), people)


def _decorated(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a notification holds of the post, in the words of a post."""
    decorated = said.get("decoratedGeneratedActivity")
    share = decorated.get("share") if isinstance(decorated, Mapping) else None
    share = share if isinstance(share, Mapping) else {}
    return {
        "author": share.get("owner"),
        "commentary": share.get("text"),
        "createdAt": said.get("lastModifiedAt"),
    }


def _comment(urn: str, said: Mapping[str, Any], people: People) -> IncomingComment:
    author = said.get("author")
    post = mapping.thread_post({**said, "id": urn})
    return IncomingComment(
        remote_id=urn,
        text=post.text,
        author=people.known_as(author if isinstance(author, str) else ""),
        at=post.at,
        edited_at=_edited(said),
        kind=CommentKind.MENTION,
    )


def _edited(said: Mapping[str, Any]) -> datetime | None:
    """When a post was last changed, if its author did change it."""
    state = said.get("lifecycleStateInfo")
    if not isinstance(state, Mapping) or state.get("isEditedByAuthor") is not True:
        return None
    try:
        return mapping.instant(said.get("lastModifiedAt"))
    except ValueError:
        return None
