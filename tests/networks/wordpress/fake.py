"""A site on loopback, written from WordPress's REST handbook and what a real one answered.

It remembers posts, media and comments of one site and fails when told to.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cm_suite.core.guard import Guard
from cm_suite.core.http import NetworkHttp, Pace
from cm_suite.ops.bench.fake_network import FakeServer, Fault, FaultKind, Reply, Request
from pages.networks.spec import Tools
from pages.networks.types import Access
from pages.networks.wordpress.client import WordPressClient, build

LOGIN: Final = "lumen"
PASSWORD: Final = "abcd EFGH 1234 ijkl MNOP 5678"  # invented
US: Final = 1
RIGHTS: Final = {"publish_posts": True, "moderate_comments": True, "edit_posts": True}
_PART: Final = re.compile(
    rb'name="(?P<name>[a-z_]+)"(?:; filename="(?P<file>[^"]+)")?.*?\r\n\r\n(?P<value>.*?)\r\n--', re.S
)


def error(status: int, code: str, message: str = "Sorry.") -> Reply:
    """An error as WordPress words it."""
    return Reply(status, {"code": code, "message": message, "data": {"status": status}})


NOT_SIGNED_IN: Final = error(401, "rest_not_logged_in", "You are not currently logged in.")
WRONG_PASSWORD: Final = error(
    401, "incorrect_password", "The provided password is an invalid application password."
)
NO_COMMENT: Final = error(404, "rest_comment_invalid_id", "Invalid comment ID.")
NO_POST: Final = error(404, "rest_post_invalid_id", "Invalid post ID.")
NO_ROUTE: Final = error(404, "rest_no_route", "No route was found matching the URL and request method.")
TRASHED: Final = error(410, "rest_already_trashed", "It has already been deleted.")
KEEPS_NO_TRASH: Final = error(501, "rest_trash_not_supported", "Set 'force=true' to delete.")
PAGE: Final = Reply(404, "<html>Not found</html>")


@dataclass
class WordPress:
    """The site's memory and its manners. `prefix`: the folder it lives in; `plain`: its permalinks."""

    origin: str = ""
    prefix: str = ""
    plain: bool = False
    root: str = "/wp-json"
    home: str = ""
    dropped: int = 0
    trash: bool = True
    silent: bool = False  # no list says how many it has
    moderates: bool = True
    rights: dict[str, bool] = field(default_factory=lambda: dict(RIGHTS))
    ways: Any = field(default_factory=lambda: {"application-passwords": {}})
    refused: dict[str, Reply] = field(default_factory=dict)  # by the first word of a route
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    media: dict[int, dict[str, Any]] = field(default_factory=dict)
    said: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    script: deque[Fault] = field(default_factory=deque)
    last: int = 0

    # --- what a test does

    def planned(self, request: Request) -> Fault | None:
        """The fault that this request meets: only what creates a post or a comment meets one."""
        route = self._route(request)
        creates = request.method == "POST" and route in (["posts"], ["comments"])
        return self.script.popleft() if creates and self.script else None

    def fail_next(self, fault: Fault) -> None:
        """Let the next request that creates meet this fault."""
        self.script.append(fault)

    def hear(
        self, text: str, to: str, *, status: str = "approved", kind: str = "comment", **more: Any
    ) -> str:
        """Nadia writes below a post or a comment; its id."""
        above = self.said.get(int(to))
        made = {
            "post": above["post"] if above else int(to),
            "parent": above["id"] if above else 0,
            "author": 0,
            "author_name": "Nadia",
            "author_url": "https://nadia.example/",
            "content": {"raw": text},
            "status": status,
            "type": kind,
        }
        return str(self._say(made | more)["id"])

    def put(self, text: str) -> str:
        """A post of ours, made by other means."""
        return str(
            self._post({"title": text, "content": f"<p>{text}</p>", "slug": "autre", "status": "publish"})[
                "id"
            ]
        )

    def throw(self, remote_id: str) -> None:
        """Somebody throws a comment away."""
        self.said[int(remote_id)]["status"] = "trash"

    def own(self) -> int:
        """How much is shown in the account's name."""
        shown = [each for each in self.posts.values() if each["status"] == "publish"]
        return len(shown) + len([each for each in self.said.values() if each["author"] == US])

    def alts(self) -> list[str]:
        """The alternative texts that the latest post shows."""
        raw = self.posts[max(self.posts)]["content"]["raw"]
        numbers = re.findall(r'alt="([^"]*)" class="wp-image-([0-9]+)"', raw)
        assert [alt for alt, _number in numbers] == [
            self.media[int(each)]["alt_text"] for _alt, each in numbers
        ]
        return [alt for alt, _number in numbers]

    def client(
        self,
        *,
        password: str = PASSWORD,
        user: str = str(US),
        pace: Pace | None = None,
        read_timeout: float = 5.0,
    ) -> WordPressClient:
        """A client of the site."""
        host, _sep, port = self.origin.partition("://")[2].rpartition(":")
        http = NetworkHttp(
            Guard(frozenset({(host, int(port))})),
            account="wordpress:1",
            pace=pace,
            secrets=(password,),
            connect_timeout=1.0,
            read_timeout=read_timeout,
        )
        return build(Access(self.origin + self.prefix, password, user, LOGIN), Tools(http=http))

    def asked(self, method: str, word: str) -> list[Request]:
        """The requests of a kind."""
        return [
            each for each in self.requests if each.method == method and (self._route(each) or [""])[0] == word
        ]

    # --- what it answers

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.requests.append(request)
        route = self._route(request)
        if route is None:
            named = {"Link": f'<{self.origin}{self.prefix}{self.root}/>; rel="https://api.w.org/"'}
            return (
                Reply(200, "<html>Maison Lumen</html>", named) if request.path == f"{self.prefix}/" else PAGE
            )
        if "" in self.refused:
            return self.refused[""]
        if not route:
            return self._index()
        signed = b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {signed}":
            return NOT_SIGNED_IN
        return self.refused.get(route[0]) or self._answer(request, route)

    def _route(self, request: Request) -> list[str] | None:
        """The words of a route below the API's version; none for its index, None for another page."""
        path = request.query.get("rest_route", "") if self.plain else request.path.removeprefix(self.prefix)
        if not self.plain:
            if not path.startswith(f"{self.root}/"):
                return None
            path = path.removeprefix(self.root)
        elif not path:
            return None
        words = [each for each in path.split("/") if each]
        return words[2:] if words[:2] == ["wp", "v2"] else []

    def _index(self) -> Reply:
        said = {
            "name": "Maison Lumen",
            "home": self.home or self.origin + self.prefix,
            "namespaces": ["oembed/1.0", "wp/v2"],
            "authentication": self.ways,
        }
        return Reply(200, said)

    def _answer(self, request: Request, route: list[str]) -> Reply:
        match request.method, route:
            case "GET", ["users", "me"]:
                return Reply(200, {"id": US, "name": "lumen", "slug": "lumen", "capabilities": self.rights})
            case "GET", ["posts"]:
                return self._listed(self._posts(request.query), request.query)
            case "GET", ["media"]:
                slugs = request.query["slug"].split(",")
                return self._listed(
                    [each for each in self.media.values() if each["slug"] in slugs], request.query
                )
            case "GET", ["comments"]:
                return self._comments(request.query)
            case "POST", ["posts"]:
                return self._publish(json.loads(request.body))
            case "POST", ["media"]:
                return self._upload(request)
            case "POST", ["comments"]:
                return self._reply(json.loads(request.body))
            case _, ["comments", number]:
                return self._one(request, self.said.get(int(number)), NO_COMMENT)
            case "DELETE", ["posts", number]:
                return self._one(request, self.posts.get(int(number)), NO_POST)
        return NO_ROUTE

    def _posts(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert query["status"] == "any"
        found = [each for each in self.posts.values() if each["status"] != "trash"]
        if "include" in query:
            return [each for each in found if str(each["id"]) in query["include"].split(",")]
        if "slug" in query:
            return [each for each in found if each["slug"] == query["slug"]]
        since, until = (datetime.fromisoformat(query[each]) for each in ("after", "before"))
        return [each for each in found if since < datetime.fromisoformat(f"{each['date_gmt']}+00:00") < until]

    def _comments(self, query: dict[str, str]) -> Reply:
        edits = query.get("context") == "edit"
        if edits and not self.moderates:
            return error(403, "rest_forbidden_context", "Sorry, you are not allowed to edit comments.")
        shown = {"all": {"approved", "hold"}, "any": {"approved", "hold", "spam", "trash"}}
        statuses = shown[query["status"]] if edits else {"approved"}
        kinds = {"pingback", "trackback"} if query.get("type") == "pings" else {"comment"}
        found = [each for each in self.said.values() if each["status"] in statuses and each["type"] in kinds]
        for name in ("post", "parent"):
            found = [each for each in found if query.get(name) in (None, str(each[name]))]
        found.sort(key=lambda each: each["id"], reverse=query.get("order", "desc") == "desc")
        return self._listed([self._whole(each, query) for each in found], query)

    def _listed(self, found: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        start, size = int(query.get("offset", "0")), int(query.get("per_page", "10"))
        headers = {} if self.silent else {"X-WP-Total": str(len(found))}
        return Reply(200, found[start : start + size], headers)

    def _whole(self, said: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        post = self.posts.get(said["post"])
        if query.get("_embed") != "up" or post is None:
            return said
        up = {"id": post["id"], "link": post["link"], "title": {"rendered": post["title"]["raw"]}}
        return said | {"_embedded": {"up": [up]}}

    def _one(self, request: Request, found: dict[str, Any] | None, nothing: Reply) -> Reply:
        if found is None:
            return nothing
        if request.method == "GET":
            return Reply(200, self._whole(found, request.query))
        if request.method == "DELETE":
            return self._delete(found, request.query.get("force") == "true")
        status = json.loads(request.body)["status"]
        if status == found["status"]:
            return error(500, "rest_comment_failed_edit", "Updating comment status failed.")
        found["status"] = status
        return Reply(200, found)

    def _delete(self, found: dict[str, Any], force: bool) -> Reply:
        if force:
            (self.posts if "slug" in found else self.said).pop(found["id"])
            return Reply(200, {"deleted": True, "previous": found})
        if not self.trash:
            return KEEPS_NO_TRASH
        if found["status"] == "trash":
            return TRASHED
        found["status"] = "trash"
        return Reply(200, found)

    def _publish(self, said: dict[str, Any]) -> Reply:
        if not self.rights.get("publish_posts"):
            return error(403, "rest_cannot_publish")
        taken = {each["slug"] for each in self.posts.values()}
        return Reply(201, self._post(said | {"slug": said["slug"] + ("-2" if said["slug"] in taken else "")}))

    def _post(self, said: dict[str, Any]) -> dict[str, Any]:
        number = self._next()
        self.posts[number] = {
            "id": number,
            "slug": said["slug"],
            "status": said["status"],
            "link": f"https://maison-lumen.example/{said['slug']}/",
            "date_gmt": now(),
            "title": {"raw": said["title"]},
            "content": {"raw": said["content"]},
            "featured_media": said.get("featured_media", 0),
        }
        return self.posts[number]

    def _upload(self, request: Request) -> Reply:
        parts = {found["name"].decode(): found for found in _PART.finditer(request.body)}
        number, name = self._next(), parts["file"]["file"].decode()
        self.media[number] = {
            "id": number,
            "slug": parts["slug"]["value"].decode(),
            "alt_text": parts["alt_text"]["value"].decode() if "alt_text" in parts else "",
            "source_url": f"https://maison-lumen.example/wp-content/uploads/{name}",
            "size": len(parts["file"]["value"]),
        }
        return Reply(201, self.media[number])

    def _reply(self, said: dict[str, Any]) -> Reply:
        same = [
            each for each in self.said.values() if each["parent"] == said["parent"] and each["author"] == US
        ]
        if any(each["content"]["raw"] == said["content"] for each in same):
            return error(409, "comment_duplicate", "Duplicate comment detected")
        more = {
            "author": US,
            "author_name": "lumen",
            "author_url": "",
            "status": "approved",
            "type": "comment",
        }
        return Reply(201, self._say(said | {"content": {"raw": said["content"]}} | more))

    def _say(self, said: dict[str, Any]) -> dict[str, Any]:
        number = self._next()
        link = f"https://maison-lumen.example/?p={said['post']}#comment-{number}"
        self.said[number] = {"id": number, "date_gmt": now(), "link": link} | said
        return self.said[number]

    def _next(self) -> int:
        self.last += 1
        return self.last


def now() -> str:
    """An instant as WordPress writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def after(reply: Reply) -> Fault:
    """The request is accepted; something else is answered."""
    return Fault(FaultKind.ANSWER_AFTER, reply)


def before(reply: Reply, **headers: str) -> Fault:
    """The request is not accepted."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(FaultKind.ANSWER_BEFORE, Reply(reply.status, reply.body, named))


@contextmanager
def running(site: WordPress) -> Iterator[WordPress]:
    """The site, served until the end of the block."""
    with FakeServer(site, faults=site.planned) as server:
        site.origin = server.origin
        yield site
