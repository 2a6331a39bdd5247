"""Private messages (`chat.bsky`), which the account's server hands on to the network's chat service.

An application password opens them only when its owner allowed it. A message is called by its conversation and
its own id, `conversation/message`. Nobody can take back what the other side received.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from cm_suite.core.errors import Never, NextStep, Unknown
from cm_suite.core.text import fingerprint
from pages.networks.base import Fence
from pages.networks.bluesky import facets, messages, records, talk
from pages.networks.bluesky.wire import UNREADABLE, Wire
from pages.networks.errors import Code
from pages.networks.types import (
    ABSENT,
    CANNOT_TELL,
    CommentBatch,
    CommentKind,
    CommentPresence,
    IncomingComment,
    Published,
    Reply,
    Sighting,
    found,
)

CONVERSATIONS: Final = 50
BEFORE_ALL: Final = "2222222222222"  # the first revision there can be
CLOCK_SKEW: Final = timedelta(minutes=2)
_MARK: Final = re.compile(r"[a-zA-Z0-9]{1,100}")
_CREATED: Final = "chat.bsky.convo.defs#logCreateMessage"


def since(wire: Wire, mark: str) -> CommentBatch:
    """The messages after a mark (a revision), oldest first; at first, the last one of each conversation.

    Raises Never (`listen_scope_missing`) when the application password may not read them.
    """
    return _later(wire, mark) if _MARK.fullmatch(mark) else _first(wire)


def message(wire: Wire, remote_id: str) -> IncomingComment:
    """One message as it is now. Raises Never when it is further back than we read."""
    convo, _slash, number = remote_id.partition("/")
    try:
        for each in talk.history(wire, convo):
            if each.id == number:
                return messages.comment_of(each, {})
    except Never as refusal:
        if refusal.code != Code.NOT_FOUND:
            raise
    except talk.TooFarError:
        raise Never(Code.NOT_ALLOWED_HERE, step=NextStep.NONE) from None
    return IncomingComment(remote_id, "", presence=CommentPresence.GONE, kind=CommentKind.MESSAGE)


def answer(wire: Wire, reply: Reply, fence: Fence) -> Published:
    """Write in the conversation once, as a reply to the message, so that it is known again by it."""
    convo, _slash, number = reply.to.partition("/")
    text = reply.text.strip()
    marks = facets.facets(text, lambda handle: records.account(wire, handle))
    body = {"text": text, "replyTo": {"messageId": number}} | ({"facets": marks} if marks else {})
    fence()
    made = wire.do("chat.bsky.convo.sendMessage", {"convoId": convo, "message": body}, service=talk.SERVICE)
    try:
        sent = messages.read(convo, made)
    except UNREADABLE:
        raise Unknown("answer_unreadable") from None
    return Published(sent.name, "", sent.at)


def find_answer(wire: Wire, reply: Reply, since: datetime, until: datetime) -> Sighting:
    """Look for our own words in the conversation, in answer to the same message."""
    convo, _slash, number = reply.to.partition("/")
    wanted = fingerprint(reply.text)
    try:
        for each in talk.history(wire, convo):
            if each.at < since - CLOCK_SKEW:
                return ABSENT
            ours = each.sender == wire.did and each.answers in {"", number} and each.at <= until + CLOCK_SKEW
            if ours and fingerprint(each.text) == wanted:
                return found(Published(each.name, "", each.at))
    except talk.TooFarError:
        return CANNOT_TELL
    return ABSENT


def _first(wire: Wire) -> CommentBatch:
    convos = talk.heard(wire, "listConvos", {"limit": CONVERSATIONS}).get("convos")
    heard: list[IncomingComment] = []
    mark = BEFORE_ALL
    for convo in convos if isinstance(convos, list) else ():
        if not isinstance(convo, Mapping):
            continue
        mark = max(mark, _revision(convo))
        heard += messages.heard(wire.did, [(convo.get("id"), convo.get("lastMessage"), convo.get("members"))])
    return _batch(heard, mark, more=False)


def _later(wire: Wire, mark: str) -> CommentBatch:
    heard: list[IncomingComment] = []
    for _page in range(talk.PAGES):
        logs = talk.heard(wire, "getLog", {"cursor": mark}).get("logs")
        fresh = [each for each in (logs if isinstance(logs, list) else ()) if _revision(each) > mark]
        if not fresh:
            return _batch(heard, mark, more=False)
        created = [each for each in fresh if each.get("$type") == _CREATED]
        heard += messages.heard(
            wire.did,
            [(each.get("convoId"), each.get("message"), each.get("relatedProfiles")) for each in created],
        )
        mark = max(_revision(each) for each in fresh)
    return _batch(heard, mark, more=True)


def _batch(heard: list[IncomingComment], mark: str, *, more: bool) -> CommentBatch:
    return CommentBatch(tuple(sorted(heard, key=lambda each: (str(each.at), each.remote_id))), mark, more)


def _revision(holder: object) -> str:
    found = holder.get("rev") if isinstance(holder, Mapping) else None
    return found if isinstance(found, str) and _MARK.fullmatch(found) else ""
