"""Private messages as the chat service tells of them (lexicon `chat.bsky.convo.defs`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pages.networks.answers import believed, instant
from pages.networks.bluesky import records, voices
from pages.networks.bluesky.keys import is_did
from pages.networks.bluesky.wire import UNREADABLE
from pages.networks.bluesky.words import words_of
from pages.networks.types import CommentKind, CommentPresence, IncomingComment

_NAME: Final = re.compile(r"(?P<convo>[a-zA-Z0-9._-]{1,100})/(?P<message>[a-zA-Z0-9._-]{1,100})")
_DELETED: Final = "chat.bsky.convo.defs#deletedMessageView"


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a conversation, read. `answers`: the id of the message it replies to, empty for none."""

    convo: str
    id: str
    sender: str
    text: str
    at: datetime
    answers: str = ""
    gone: bool = False

    @property
    def name(self) -> str:
        """What the message is called by."""
        return f"{self.convo}/{self.id}"


def is_message(remote_id: str) -> bool:
    """Whether an id is a private message's."""
    return _NAME.fullmatch(remote_id) is not None


def heard(did: str, told: Iterable[tuple[Any, Any, Any]]) -> Iterator[IncomingComment]:
    """What others said; our own words, and what is no message, are left aside."""
    for convo, content, people in told:
        try:
            message = read(str(convo), content)
        except UNREADABLE:
            continue
        if message.sender != did and not message.gone and is_message(message.name):
            yield comment_of(message, _people(people))


def comment_of(said: Said, people: Mapping[str, Any]) -> IncomingComment:
    """The message as a comment; `people` are the profiles known, by account."""
    comment = IncomingComment(
        remote_id=said.name,
        text=said.text,
        author=voices.author_of(people.get(said.sender), said.sender),
        at=believed(records.written(said.at)),
        kind=CommentKind.MESSAGE,
        conversation=said.convo,
    )
    return replace(comment, presence=CommentPresence.GONE, text="") if said.gone else comment


def _people(profiles: object) -> dict[str, Any]:
    known = profiles if isinstance(profiles, list) else []
    return {each["did"]: each for each in known if isinstance(each, Mapping) and is_did(each.get("did"))}


def read(convo: str, content: Any) -> Said:
    """A message. Raises KeyError, TypeError or ValueError for anything else: the service speaks too."""
    sender = content["sender"]["did"]
    above = content.get("replyTo")
    gone = content.get("$type") == _DELETED
    if not is_did(sender) or not isinstance(content["id"], str):
        raise ValueError("this is no message")
    return Said(
        convo,
        content["id"],
        sender,
        "" if gone else words_of({"text": content["text"], "facets": content.get("facets")}),
        instant(content["sentAt"]),
        str(above.get("id") or "") if isinstance(above, Mapping) else "",
        gone,
    )
