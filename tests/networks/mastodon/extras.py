"""What the fake server of the tests knows beyond statuses: images, blocks, applications, rate limits."""

from __future__ import annotations

import json
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Final
from urllib.parse import parse_qs

from cm_suite.ops.bench.fake_network import Reply, Request, error
from cm_suite.ops.bench.fake_statuses import Account

COUNTS: Final = ("favourites_count", "reblogs_count", "replies_count", "quotes_count")
CODE: Final = "code-of-maison-lumen"
UNFINISHED: Final = "Cannot attach files that have not finished processing. Try again in a moment!"


class Extras:
    """Set before `FakeMastodon` among the bases. An image is ready after `processing` looks at it.

    Servers that are alike: without `knows_media_2` uploads have their older address alone, without
    `knows_many` one question is one status, with `keeps_deleted` what is deleted stays.
    """

    def __init__(self) -> None:
        self.media: dict[str, dict[str, Any]] = {}
        self.uploads: list[bytes] = []
        self.processing = 0
        self._looks: dict[str, int] = {}
        self.knows_media_2 = True
        self.knows_many = True
        self.counts = True
        self.left: str | None = None  # X-RateLimit-Remaining from now on
        self.reset = "2099-01-01T00:00:00.000000Z"
        self.blocks: set[str] = set()
        self.apps: list[dict[str, Any]] = []
        self.granted = "read write:statuses write:media write:blocks"
        self.keeps_deleted = False

    def handle(self, request: Request) -> Reply:
        """Answer, with what is left in the headers when that is said."""
        reply: Reply = super().handle(request)  # type: ignore[misc]  # the other base
        if self.left is not None:
            limits = {"X-RateLimit-Remaining": self.left, "X-RateLimit-Reset": self.reset}
            return replace(reply, headers=reply.headers | limits)
        return reply

    def _public(self, request: Request) -> Reply | None:
        if request.path == "/api/v2/media":
            return None
        reply: Reply | None = self._form(request) or super()._public(request)  # type: ignore[misc]  # the other base
        return reply

    def _form(self, request: Request) -> Reply | None:
        """Applications and their grants: nobody's account yet."""
        said = {name: values[-1] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        if request.path == "/api/v1/apps":
            self.apps.append(said)
            return Reply(200, application(len(self.apps), said))
        if request.path != "/oauth/token":
            return None
        known = any(said.get("client_id") == f"id-{n}" for n in range(1, len(self.apps) + 1))
        if not known:
            return error(401, "invalid_client")
        if said.get("code") != CODE:
            return error(400, "invalid_grant")
        token = next(iter(self.accounts))  # type: ignore[attr-defined]  # the other base
        grant = {"access_token": token, "token_type": "Bearer", "created_at": 1, "scope": self.granted}
        return Reply(200, grant)

    def _private(self, request: Request, account: Account) -> Reply:
        parts = request.path.strip("/").split("/")
        match request.method, parts:
            case "POST", ["api", "v1" | "v2" as version, "media"]:
                return self._upload(request, version)
            case "GET", ["api", "v1", "media", media_id]:
                return self._look(media_id)
            case "POST", ["api", "v1", "accounts", account_id, "block" | "unblock" as act]:
                return self._block(account_id, act)
            case "GET", ["api", "v1", "statuses"]:
                return self._many(request.every.get("id[]", []))
        reply: Reply = super()._private(request, account)  # type: ignore[misc]  # the other base
        if not self.counts and isinstance(reply.body, dict):
            return replace(reply, body=_uncounted(reply.body))
        return reply

    def _upload(self, request: Request, version: str) -> Reply:
        if version == "v2" and not self.knows_media_2:
            return error(404, "Not found")
        fields = multipart(request)
        self.uploads.append(fields["file"])
        media_id = str(len(self.uploads))
        described = fields.get("description", b"").decode() or None
        self._looks[media_id] = self.processing
        self.media[media_id] = attachment(media_id, described, ready=self.processing == 0)
        return Reply(202 if self.processing else 200, self.media[media_id])

    def _look(self, media_id: str) -> Reply:
        if media_id not in self.media:
            return error(404, "Record not found")
        if self._looks[media_id]:
            self._looks[media_id] -= 1
            return Reply(206, self.media[media_id])
        self.media[media_id]["url"] = f"https://fake.example/media/{media_id}.png"
        return Reply(200, self.media[media_id])

    def _block(self, account_id: str, act: str) -> Reply:
        if account_id not in {"7", "8"}:
            return error(404, "Record not found")
        if act == "block":
            self.blocks.add(account_id)
        else:
            self.blocks.discard(account_id)
        return Reply(200, {"id": account_id, "blocking": act == "block"})

    def _many(self, wanted: list[str]) -> Reply:
        if not self.knows_many:
            return error(404, "Not found")
        there = self.everything()  # type: ignore[attr-defined]  # the other base
        found = [there[each] for each in wanted if each in there]
        return Reply(200, found if self.counts else [_uncounted(each) for each in found])

    def _create(self, request: Request, account: Account) -> Reply:
        media_ids = json.loads(request.body).get("media_ids", [])
        media = [self.media[each] for each in media_ids]
        if any(each["url"] is None for each in media):
            return error(422, f"Validation failed: {UNFINISHED}")
        reply: Reply = super()._create(request, account)  # type: ignore[misc]  # the other base
        if reply.status == 200 and media:
            reply.body["media_attachments"] = media
        return reply

    def _delete(self, status_id: str, account: Account) -> Reply:
        if self.keeps_deleted:
            return Reply(200, {})
        reply: Reply = super()._delete(status_id, account)  # type: ignore[misc]  # the other base
        return reply


def application(number: int, said: dict[str, str]) -> dict[str, Any]:
    """An application that was just registered."""
    return {
        "id": str(number),
        "name": said["client_name"],
        "website": said.get("website"),
        "scopes": said["scopes"].split(),
        "redirect_uri": said["redirect_uris"],
        "redirect_uris": [said["redirect_uris"]],
        "client_id": f"id-{number}",
        "client_secret": f"secret-{number}",
        "client_secret_expires_at": 0,
        "vapid_key": "",
    }


def attachment(media_id: str, description: str | None, *, ready: bool = True) -> dict[str, Any]:
    """An image as the API gives it; without an address while it is worked on."""
    return {
        "id": media_id,
        "type": "image",
        "url": f"https://fake.example/media/{media_id}.png" if ready else None,
        "preview_url": f"https://fake.example/media/{media_id}-small.png",
        "remote_url": None,
        "meta": {},
        "description": description,
        "blurhash": None,
    }


def multipart(request: Request) -> dict[str, bytes]:
    """The fields of a form with files."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    found = {}
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        found[str(part.get_param("name", header="content-disposition"))] = bytes(content)
    return found


def _uncounted(status: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in status.items() if name not in COUNTS}
