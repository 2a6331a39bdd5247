"""What the network around the servers shows (lexicons `app.bsky`): posts, counts, news, profiles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.ops.bench.fake_network import Reply, Request
from tests.networks.bluesky.people import Account

POSTS: Final = "app.bsky.feed.post"
GATES: Final = "app.bsky.feed.threadgate"
BLOCKS: Final = "app.bsky.graph.block"
DEPTH: Final = 5
COUNTS: Final = ("likeCount", "replyCount", "repostCount", "quoteCount", "bookmarkCount")


def refusal(name: str, words: str = "", status: int = 400) -> Reply:
    """An error as the network words it."""
    return Reply(status, {"error": name, "message": words})


class View:
    """Shows what the accounts keep, and tells each who spoke to it. `counts`: whether posts have any."""

    def __init__(self, accounts: dict[str, Account]) -> None:
        self._accounts = accounts
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.engaged: dict[str, dict[str, int]] = {}
        self.counts = True
        self.knows_reasons = True

    def index(self, author: Account, rkey: str, at: datetime | None = None) -> None:
        """Take a new post in, and tell whom it names, quotes or answers: each once."""
        uri = f"at://{author.did}/{POSTS}/{rkey}"
        kept = author.of(POSTS)[rkey]
        seen = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        kept["indexedAt"] = seen
        done = {author.did}
        for did, reason in self._named(kept["value"]):
            if did in self._accounts and did not in done:
                done.add(did)
                note = {"uri": uri, "cid": kept["cid"], "author": author.basic, "reason": reason}
                note |= {"record": kept["value"], "isRead": False, "indexedAt": seen}
                notes = self.told.setdefault(did, [])
                notes.append(note)
                notes.sort(key=lambda each: str(each["indexedAt"]))

    def forget(self, uri: str) -> None:
        """A post is gone, and so is the news of it."""
        for notes in self.told.values():
            notes[:] = [each for each in notes if each["uri"] != uri]

    def find(self, uri: str) -> tuple[Account, dict[str, Any]] | None:
        """The account and the record at an address."""
        did, _slash, rest = uri.removeprefix("at://").partition("/")
        collection, _slash, rkey = rest.partition("/")
        account = self._accounts.get(did)
        kept = account.of(collection).get(rkey) if account else None
        return (account, kept) if account and kept else None

    def notifications(self, request: Request, account: Account) -> Reply:
        """`app.bsky.notification.listNotifications`"""
        limit = int(request.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            return refusal("InvalidRequest", "limit")
        wanted = set(request.every.get("reasons", [])) if self.knows_reasons else set()
        told = reversed(self.told.get(account.did, []))
        notes = [each for each in told if (not wanted or each["reason"] in wanted) and not self._hidden(each)]
        start = int(request.query.get("cursor", "0"))
        page = notes[start : start + limit]
        cursor = {"cursor": str(start + limit)} if start + limit < len(notes) else {}
        return Reply(200, {"notifications": page} | cursor)

    def posts(self, request: Request, account: Account) -> Reply:
        """`app.bsky.feed.getPosts`"""
        uris = request.every.get("uris", [])
        if not 1 <= len(uris) <= 25:
            return refusal("InvalidRequest", "uris")
        return Reply(200, {"posts": [each for uri in uris for each in self._shown(uri, account)]})

    def profile(self, request: Request, account: Account) -> Reply:
        """`app.bsky.actor.getProfile`"""
        found = self._accounts.get(request.query["actor"])
        if found is None:
            return refusal("InvalidRequest", "Profile not found")
        shown = found.basic | {"followersCount": found.followers, "followsCount": 2, "postsCount": 3}
        blocking = self._blocking(account, found.did)
        viewer = {"muted": False} | ({"blocking": blocking} if blocking else {})
        return Reply(200, shown | {"viewer": viewer})

    def _shown(self, uri: str, reader: Account) -> Iterator[dict[str, Any]]:
        found = self.find(uri)
        if found is None or self._blocking(reader, found[0].did):
            return
        author, kept = found
        post: dict[str, Any] = {"uri": uri, "cid": kept["cid"], "author": author.basic}
        post |= {"record": kept["value"], "indexedAt": kept["indexedAt"]}
        if self.counts:
            post |= dict.fromkeys(COUNTS, 0) | self.engaged.get(uri, {})
        gate = author.of(GATES).get(uri.rpartition("/")[2])
        if gate is not None:
            where = uri.replace(POSTS, GATES)
            post["threadgate"] = {"uri": where, "cid": gate["cid"], "record": gate["value"], "lists": []}
        yield post

    def _hidden(self, note: dict[str, Any]) -> bool:
        """Whether a threadgate hides what a notification tells of: then it is told no more."""
        root = note["record"].get("reply", {}).get("root", {}).get("uri", "")
        gate = self.find(root.replace(POSTS, GATES))
        return gate is not None and note["uri"] in gate[1]["value"].get("hiddenReplies", [])

    def _blocking(self, reader: Account, did: str) -> str:
        for rkey, kept in reader.of(BLOCKS).items():
            if kept["value"]["subject"] == did:
                return f"at://{reader.did}/{BLOCKS}/{rkey}"
        return ""

    def _named(self, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for facet in record.get("facets", []):
            for feature in facet["features"]:
                if "did" in feature:
                    yield feature["did"], "mention"
        quoted = record.get("embed", {}).get("record", {}).get("uri", "")
        if quoted:
            yield quoted.split("/")[2], "quote"
        parent = record.get("reply", {}).get("parent", {}).get("uri", "")
        for _level in range(DEPTH):
            found = self.find(parent)
            if found is None:
                return
            yield found[0].did, "reply"
            parent = found[1]["value"].get("reply", {}).get("parent", {}).get("uri", "")
