"""LinkedIn on loopback, written from its documentation: it remembers what it accepted and fails when told to.

Posts, images, comments, notifications, statistics, roles and tokens of one company page. Times only go up.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.ops.bench.fake_network import FakeServer, Fault, FaultKind, Reply, Request
from pages.networks.linkedin import SPEC
from pages.networks.linkedin.client import LinkedInClient, build
from pages.networks.spec import Tools
from pages.networks.types import Access, AppKeys

TOKEN: Final = "token-of-maison-lumen"
PAGE: Final = "urn:li:organization:5515715"
NADIA: Final = "urn:li:person:nAd1a_xY-z"
PAUL: Final = "urn:li:person:pAu1"
ROCHE: Final = "urn:li:organization:42"
KEYS: Final = AppKeys("client", "secret of the client")
VERSION: Final = "202604"


def error(status: int, code: str, message: str, **more: Any) -> Reply:
    """A refusal as LinkedIn words it."""
    return Reply(status, {"status": status, "code": code, "message": message, **more})


def duplicate(urn: str) -> Reply:
    """The refusal of a text that is there already, which names the post that has it."""
    return Reply(
        422,
        {
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "message": (
                "com.linkedin.content.common.exception.BadRequestResponseException: "
                f"Content is a duplicate of {urn}"
            ),
            "errorDetails": {
                "inputErrors": [
                    {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
                ]
            },
            "status": 422,
        },
    )


GONE: Final = error(404, "NOT_FOUND", "Entity not found")
DENIED: Final = error(
    403,
    "ACCESS_DENIED",
    "Not enough permissions to access: partnerApiPostsExternal.CREATE.20260401",
    serviceErrorCode=100,
)
NOT_ADMIN: Final = error(403, "ACCESS_DENIED", "The member is no longer an administrator of the company")
EXPIRED: Final = error(
    401, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired", serviceErrorCode=65602
)
REVOKED: Final = error(
    401, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked", serviceErrorCode=65601
)
SPENT: Final = error(
    429,
    "TOO_MANY_REQUESTS",
    "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached.",
    serviceErrorCode=101,
)


class LinkedIn:
    """The server's memory and its manners, with a script of faults by kind of request."""

    def __init__(self) -> None:
        self.origin = ""
        self.dropped = 0
        self.requests: list[Request] = []
        self.posts: dict[str, dict[str, Any]] = {}
        self.others: dict[str, dict[str, Any]] = {}
        self.comments: list[dict[str, Any]] = []
        self.notifications: list[dict[str, Any]] = []
        self.images: dict[str, dict[str, Any]] = {}
        self.counts: dict[str, dict[str, int]] = {}
        self.reactions: dict[str, dict[str, int]] = {}
        self.gains: list[dict[str, Any]] = []
        self.acls: list[tuple[str, str, str]] = [(PAGE, "ADMINISTRATOR", "APPROVED")]
        self.people: dict[str, dict[str, Any]] = {
            NADIA: {"localizedFirstName": "Nadia", "localizedLastName": "", "vanityName": "nadia-l"},
            PAUL: {"id": "private"},
        }
        self.organizations: dict[str, dict[str, Any]] = {
            PAGE: {"localizedName": "Maison Lumen", "vanityName": "maison-lumen", "id": 5515715},
            ROCHE: {"localizedName": "Atelier Roche", "vanityName": "atelier-roche", "id": 42},
        }
        self.refused: dict[str, Reply] = {}  # by the first word of a path below /rest/
        self.token_answer: Reply | None = None
        self.slow_images = 0  # looks at each image that goes up from now on, until it is ready
        self.silent = False  # no count of a post is told
        self.followed = "COMPANY_FOLLOWED_BY_MEMBER"  # or as older pages spell it
        self._script: dict[str, deque[Fault]] = {"create": deque(), "read": deque()}
        self._last = 0
        self._number = 7000000000000000000

    # --- what a test does

    def fail_next(self, fault: Fault, kind: str = "create") -> None:
        """Let the next request of a kind meet this fault."""
        self._script[kind].append(fault)

    def forget_faults(self) -> None:
        """Meet no fault any more."""
        for script in self._script.values():
            script.clear()

    def planned(self, request: Request) -> Fault | None:
        """The fault that this request meets."""
        kind = "read" if request.method == "GET" else "create" if self._creates(request) else ""
        script = self._script.get(kind)
        return script.popleft() if script else None

    def say(self, text: str, to: str, *, actor: str = NADIA, at: datetime | None = None, **more: Any) -> str:
        """Somebody writes below a post or a comment; its id as our client calls it."""
        post, _sep, above = to.partition("/")
        made = self._comment(post, actor, text, above, at)
        made.update(more)
        return f"{post}/{made['commentUrn']}"

    def edit(self, remote_id: str, text: str) -> None:
        """Somebody changes what they wrote."""
        found = self.known(remote_id)
        found["message"] = {"text": text}
        found["lastModified"] = {"actor": found["actor"], "time": self._now()}

    def known(self, remote_id: str) -> dict[str, Any]:
        """A comment by its id."""
        urn = remote_id.partition("/")[2]
        return next(each for each in self.comments if each["commentUrn"] == urn)

    def take_down(self, remote_id: str) -> None:
        """A comment goes, and what answers it."""
        urn = remote_id.partition("/")[2]
        self.comments = [
            each for each in self.comments if urn not in (each["commentUrn"], each.get("parentComment"))
        ]

    def name(self, text: str, *, actor: str = NADIA, at: datetime | None = None) -> str:
        """Somebody else's post names the page, and the page is told."""
        urn = f"urn:li:share:{self._next()}"
        stamp = self._now(at)
        self.others[urn] = {"id": urn, "author": actor, "commentary": text, "createdAt": stamp}
        self.notifications.append(
            {
                "notificationId": stamp,
                "organizationalEntity": PAGE,
                "action": "SHARE_MENTION",
                "generatedActivity": urn,
                "decoratedGeneratedActivity": {"share": {"entity": urn, "owner": actor, "text": text}},
                "lastModifiedAt": stamp,
            }
        )
        return urn

    def put(self, text: str, at: datetime | None = None, **more: Any) -> str:
        """A post that the page published by other means."""
        return str(self._post({"author": PAGE, "commentary": text, **more}, at)["id"])

    def own(self) -> int:
        """How much is shown in the page's name."""
        return len(self.posts) + len([each for each in self.comments if each["actor"] == PAGE])

    def alts(self) -> list[str]:
        """The alternative texts of the latest post's images."""
        content = list(self.posts.values())[-1].get("content", {})
        shown = content.get("multiImage", {}).get("images") or [content["media"]]
        return [each.get("altText", "") for each in shown]

    def client(
        self,
        *,
        token: str = TOKEN,
        pace: Pace | None = None,
        read_timeout: float = 5.0,
        refresh_token: str = "refresh-1",
        app: AppKeys | None = KEYS,
    ) -> LinkedInClient:
        """A client of the company page."""
        access = Access(self.origin, token, PAGE, refresh_token=refresh_token)
        return build(access, Tools(http=self.way(pace, read_timeout), app=app))

    def way(self, pace: Pace | None = None, read_timeout: float = 5.0) -> NetworkHttp:
        """A way to this server."""
        host, _sep, port = self.origin.partition("://")[2].rpartition(":")
        return NetworkHttp(
            Guard(frozenset({(host, int(port))})),
            account="linkedin:1",
            pace=pace,
            secrets=(TOKEN,),
            rests=SPEC.rests,
            connect_timeout=1.0,
            read_timeout=read_timeout,
        )

    def asked(self, word: str) -> list[Request]:
        """The requests below /rest/ that begin with a word."""
        return [each for each in self.requests if each.path.startswith(f"/rest/{word}")]

    # --- what it answers

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.requests.append(request)
        if request.path == "/oauth/v2/accessToken":
            return self._token(request)
        if request.path.startswith("/dms-uploads/"):
            return self._uploaded(request)
        wrong = self._unwelcome(request)
        return wrong or self._rest(request, [unquote(each) for each in request.path.split("/")[2:]])

    def _unwelcome(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "INVALID_ACCESS_TOKEN", "Invalid access token", serviceErrorCode=65600)
        if request.headers.get("linkedin-version") != VERSION:
            return error(426, "NONEXISTENT_VERSION", "Requested version is not active")
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            return error(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")
        return self.refused.get(request.path.split("/")[2])

    def _rest(self, request: Request, parts: list[str]) -> Reply:
        query = request.query
        match request.method, parts:
            case "POST", ["posts"]:
                return self._create(json.loads(request.body))
            case "GET", ["posts"]:
                return self._page(self._sorted(query), query)
            case "GET", ["posts", urn]:
                found = self.posts.get(urn) or self.others.get(urn)
                return Reply(200, found) if found else GONE
            case "DELETE", ["posts", urn]:
                return Reply(204, "") if self.posts.pop(urn, None) else GONE
            case "POST", ["images"]:
                return self._image(json.loads(request.body))
            case "GET", ["images", urn]:
                return self._looked(urn)
            case _, ["socialActions", urn, "comments", *rest]:
                return self._social(request, urn, rest)
            case "GET", [word, *rest]:
                return self._told(word, rest, query)
        return GONE

    def _told(self, word: str, rest: list[str], query: dict[str, str]) -> Reply:
        match word, rest:
            case "organizations", [number]:
                return self._one(self.organizations.get(f"urn:li:organization:{number}"))
            case "people", [key]:
                return self._one(
                    self.people.get(f"urn:li:person:{key.removeprefix('(id:').removesuffix(')')}")
                )
            case "networkSizes", [_urn]:
                known = query.get("edgeType") == self.followed
                return (
                    Reply(200, {"firstDegreeSize": 4821})
                    if known
                    else error(400, "INVALID_VALUE", "edgeType")
                )
            case "socialMetadata", [urn]:
                return self._metadata(urn)
            case "organizationalEntityShareStatistics", []:
                return self._page([] if self.silent else self._statistics(query), query)
            case "organizationalEntityFollowerStatistics", []:
                return self._page(self.gains, query)
            case "organizationalEntityNotifications", []:
                return self._page(self._notified(query), query)
            case "organizationAcls", []:
                return self._page(self._roles(query), query)
        return GONE

    def _create(self, said: dict[str, Any]) -> Reply:
        if said["author"] != PAGE or said["lifecycleState"] != "PUBLISHED" or not said["distribution"]:
            return error(422, "INVALID", "ERROR :: /author")
        for urn, post in self.posts.items():
            if post["commentary"] == said["commentary"]:
                return duplicate(urn)
        made = self._post(said, None)
        return Reply(201, "", {"x-restli-id": made["id"], "x-linkedin-id": made["id"]})

    def _post(self, said: dict[str, Any], at: datetime | None) -> dict[str, Any]:
        urn, stamp = f"urn:li:share:{self._next()}", self._now(at)
        self.posts[urn] = {
            **said,
            "id": urn,
            "createdAt": stamp,
            "publishedAt": stamp,
            "lastModifiedAt": stamp,
        }
        return self.posts[urn]

    def _sorted(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert (query["q"], query["author"], query["sortBy"]) == ("author", PAGE, "CREATED")
        return sorted(self.posts.values(), key=lambda each: -each["createdAt"])

    def _image(self, said: dict[str, Any]) -> Reply:
        assert said == {"initializeUploadRequest": {"owner": PAGE}}
        urn = f"urn:li:image:C4{self._next()}"
        self.images[urn] = {"status": "WAITING_UPLOAD", "looks": self.slow_images}
        address = (
            f"{self.origin}/dms-uploads/{urn}/0?m=AQJbrN86Zm265gAAAWemyz2pxPSgONtBiZdchrgG872QltnfYjnMdb2j3A"
        )
        return Reply(200, {"value": {"uploadUrlExpiresAt": self._now(), "uploadUrl": address, "image": urn}})

    def _looked(self, urn: str) -> Reply:
        """How far an image is; each look brings it nearer."""
        image = self.images.get(urn)
        if image is None:
            return GONE
        said = Reply(200, {"id": urn, "status": image["status"]})
        if image["status"] == "PROCESSING":
            image["looks"] -= 1
            image["status"] = "PROCESSING" if image["looks"] else "AVAILABLE"
        return said

    def _uploaded(self, request: Request) -> Reply:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        image = self.images[unquote(request.path.split("/")[2])]
        image |= {"status": "PROCESSING" if image["looks"] else "AVAILABLE", "content": request.body}
        return Reply(201, "")

    def _social(self, request: Request, urn: str, rest: list[str]) -> Reply:
        if rest:
            found = next((each for each in self._thread(urn) if each["id"] == rest[0]), None)
            if found is None:
                return GONE
            if request.method == "DELETE":
                assert request.query["actor"] == PAGE
                self.take_down(f"/{found['commentUrn']}")
                return Reply(204, "")
            return Reply(200, self._shown(found))
        if request.method == "POST":
            return self._answer(urn, json.loads(request.body))
        if urn not in self.posts and urn not in self.others and not self._is_comment(urn):
            return GONE
        level = [each for each in self._thread(urn) if each.get("parentComment") == self._above(urn)]
        return self._page([self._shown(each) for each in level], request.query)

    def _answer(self, urn: str, said: dict[str, Any]) -> Reply:
        assert said["actor"] == PAGE
        assert said.get("parentComment") == self._above(urn)
        post = next(each for each in (*self.posts, *self.others) if said["object"] in (each, _activity(each)))
        made = self._comment(post, PAGE, said["message"]["text"], said.get("parentComment") or "", None)
        return Reply(201, made, {"x-restli-id": made["id"]})

    def _comment(self, post: str, actor: str, text: str, above: str, at: datetime | None) -> dict[str, Any]:
        number, stamp = str(self._next()), {"actor": actor, "time": self._now(at)}
        above = next(
            (each.get("parentComment") or above for each in self.comments if each["commentUrn"] == above), ""
        )
        urn = f"urn:li:comment:({_activity(post)},{number})"
        made: dict[str, Any] = {
            "id": number,
            "$URN": urn,
            "commentUrn": urn,
            "object": _activity(post),
            "actor": actor,
            "message": {"attributes": [], "text": text},
            "created": stamp,
            "lastModified": stamp,
        }
        self.comments.append(made | ({"parentComment": above} if above else {}))
        return self.comments[-1]

    def _shown(self, said: dict[str, Any]) -> dict[str, Any]:
        below = sum(each.get("parentComment") == said["commentUrn"] for each in self.comments)
        summary = {"selectedComments": [], "totalFirstLevelComments": below, "aggregatedTotalComments": below}
        return said | ({"commentsSummary": summary} if below else {})

    def _thread(self, urn: str) -> list[dict[str, Any]]:
        thread = (
            re.sub(r"urn:li:comment:\((.*),.*\)", r"\1", urn) if self._is_comment(urn) else _activity(urn)
        )
        return [each for each in self.comments if each["object"] == thread]

    def _is_comment(self, urn: str) -> bool:
        return any(each["commentUrn"] == urn for each in self.comments)

    def _above(self, urn: str) -> str | None:
        return urn if urn.startswith("urn:li:comment:") else None

    def _metadata(self, urn: str) -> Reply:
        if urn not in self.posts:
            return GONE
        kinds = self.reactions.get(urn, {})
        summaries = {kind: {"reactionType": kind, "count": count} for kind, count in kinds.items()}
        said = {"entity": _activity(urn), "commentsState": "OPEN"}
        return Reply(200, said if self.silent else said | {"reactionSummaries": summaries})

    def _statistics(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert query["organizationalEntity"] == PAGE
        asked = [(kind, urn) for kind in ("shares", "ugcPosts") for urn in _listed(query.get(kind, ""))]
        return [
            {"organizationalEntity": PAGE, kind[:-1]: urn, "totalShareStatistics": self.counts[urn]}
            for kind, urn in asked
            if urn in self.counts
        ]

    def _notified(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert query["actions"] == "List(SHARE_MENTION)"
        start, end = (int(each) for each in re.findall(r"\d+", query["timeRange"]))
        return [each for each in self.notifications if start <= each["lastModifiedAt"] < end][::-1]

    def _roles(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert query["q"] == "roleAssignee"
        return [
            {"roleAssignee": PAUL, "organization": page, "role": role, "state": state}
            for page, role, state in self.acls
            if state == query["state"]
        ]

    def _token(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if self.token_answer is not None:
            return self.token_answer
        if (form["client_id"], form["client_secret"]) != (KEYS.client_id, KEYS.client_secret):
            return Reply(
                401, {"error": "invalid_client", "error_description": "Client authentication failed"}
            )
        if form.get("code") != "good" and form.get("refresh_token") != "refresh-1":
            return Reply(400, {"error": "invalid_grant", "error_description": "expired or revoked"})
        return Reply(
            200,
            {
                "access_token": "token-2",
                "expires_in": 5184000,
                "refresh_token": "refresh-1",
                "refresh_token_expires_in": 31536000,
                "scope": ",".join(SPEC.scopes),
            },
        )

    def _one(self, found: dict[str, Any] | None) -> Reply:
        return Reply(200, found) if found else GONE

    def _page(self, found: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        start, count = int(query.get("start", "0")), int(query.get("count", "10"))
        paging = {"start": start, "count": count, "links": [], "total": len(found)}
        return Reply(200, {"paging": paging, "elements": found[start : start + count]})

    def _creates(self, request: Request) -> bool:
        comments = request.path.startswith("/rest/socialActions/")
        return request.method == "POST" and (comments or request.path == "/rest/posts")

    def _now(self, at: datetime | None = None) -> int:
        """The present in milliseconds, each later than the one before; or `at`, whatever came before."""
        if at is not None:
            return int(at.timestamp() * 1000)
        self._last = max(self._last + 1, int(datetime.now(UTC).timestamp() * 1000))
        return self._last

    def _next(self) -> int:
        self._number += 1
        return self._number


def _activity(post: str) -> str:
    """The activity that a post is, as comments name it."""
    return f"urn:li:activity:{int(post.rpartition(':')[2]) + 10**18}"


def _listed(text: str) -> list[str]:
    inner = text.removeprefix("List(").removesuffix(")")
    return inner.split(",") if inner else []


@contextmanager
def running(fake: LinkedIn) -> Iterator[LinkedIn]:
    """The fake, serving."""
    with FakeServer(fake, faults=fake.planned) as server:
        fake.origin = server.origin
        yield fake


RESET_BEFORE: Final = Fault(FaultKind.RESET_BEFORE)
RESET_AFTER: Final = Fault(FaultKind.RESET_AFTER)
SILENT_AFTER: Final = Fault(FaultKind.SILENT_AFTER)


def before(reply: Reply, **headers: str) -> Fault:
    """Another answer, nothing accepted."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(FaultKind.ANSWER_BEFORE, Reply(reply.status, reply.body, reply.headers | named))


def after(status: int, body: Any = "") -> Fault:
    """Accepted, then another answer."""
    return Fault(FaultKind.ANSWER_AFTER, Reply(status, body))
