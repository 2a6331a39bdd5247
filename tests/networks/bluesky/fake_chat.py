"""The network's chat service (lexicons `chat.bsky.convo.*`), reached through the accounts' servers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.ops.bench.fake_network import Reply, Request
from tests.networks.bluesky.fake_view import refusal
from tests.networks.bluesky.people import Account

DEFS: Final = "chat.bsky.convo.defs"


class Chat:
    """Conversations of two, and the log of what happened in them."""

    def __init__(self, accounts: dict[str, Account]) -> None:
        self._accounts = accounts
        self._count = 0
        self.convos: dict[str, list[str]] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.log: list[dict[str, Any]] = []
        self.locked: set[str] = set()
        self.page = 100  # entries of the log in one answer

    def say(
        self, author: str, other: str, text: str, at: datetime | None = None, reply_to: str = ""
    ) -> dict[str, Any]:
        """Somebody writes to somebody else."""
        convo = "3lconvo" + "-".join(sorted(did[8:14] for did in (author, other)))
        self.convos.setdefault(convo, sorted((author, other)))
        self._count += 1
        seen = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = {
            "$type": f"{DEFS}#messageView",
            "id": f"3lmsg{self._count:04}",
            "rev": self._rev(),
            "text": text,
            "sender": {"did": author},
            "sentAt": seen,
        }
        if reply_to:
            message["replyTo"] = {"$type": f"{DEFS}#messageView", "id": reply_to}
        self.messages.setdefault(convo, []).append(message)
        self._log(convo, message)
        return message | {"convo": convo}

    def handle(self, request: Request, account: Account) -> Reply:
        """Answer one request of an account."""
        match request.path.rpartition(".")[2]:
            case "listConvos":
                return Reply(200, {"convos": [self._view(each) for each in self._of(account)]})
            case "getLog":
                cursor = request.query.get("cursor", "")
                mine = [each for each in self.log if each["convoId"] in self._of(account)]
                fresh = [each for each in mine if each["rev"] > cursor][: self.page]
                return Reply(200, {"logs": fresh, "cursor": fresh[-1]["rev"] if fresh else cursor})
            case "getMessages":
                return self._messages(request, account)
            case "sendMessage":
                return self._send(request, account)
        return refusal("MethodNotImplemented", status=501)

    def _messages(self, request: Request, account: Account) -> Reply:
        convo = request.query["convoId"]
        if convo not in self._of(account):
            return refusal("InvalidConvo", "Convo not found")
        start, limit = int(request.query.get("cursor", "0")), int(request.query.get("limit", "50"))
        newest = list(reversed(self.messages[convo]))
        cursor = {"cursor": str(start + limit)} if start + limit < len(newest) else {}
        return Reply(200, {"messages": newest[start : start + limit]} | cursor)

    def _send(self, request: Request, account: Account) -> Reply:
        said = json.loads(request.body)
        convo, message = said["convoId"], said["message"]
        if convo not in self._of(account):
            return refusal("InvalidConvo", "Convo not found")
        if convo in self.locked:
            return refusal("ConvoLocked", "Convo is locked")
        above = message.get("replyTo", {}).get("messageId", "")
        if above and above not in {each["id"] for each in self.messages[convo]}:
            return refusal("ReplyTargetNotFound", "Message not found")
        other = next(did for did in self.convos[convo] if did != account.did)
        return Reply(200, self.say(account.did, other, message["text"], reply_to=above))

    def _of(self, account: Account) -> list[str]:
        return [convo for convo, members in self.convos.items() if account.did in members]

    def _view(self, convo: str) -> dict[str, Any]:
        last = self.messages[convo][-1]
        people = [self._accounts[did].basic for did in self.convos[convo]]
        shown = {"id": convo, "rev": last["rev"], "members": people, "muted": False, "unreadCount": 1}
        return shown | {"lastMessage": last}

    def _log(self, convo: str, message: dict[str, Any]) -> None:
        entry = {"$type": f"{DEFS}#logCreateMessage", "rev": message["rev"], "convoId": convo}
        people = [self._accounts[message["sender"]["did"]].basic]
        self.log.append(entry | {"message": message, "relatedProfiles": people})

    def _rev(self) -> str:
        """Revisions grow."""
        return "3n2x7jf" + f"{self._count:06}".translate(str.maketrans("0123456789", "abcdefghij"))
