"""The demo's own small web: four invented sites, twelve pages, served on loopback only."""

from __future__ import annotations

import hashlib
import json
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Final

from babel.dates import format_date

FOLDER: Final = Path(__file__).parent / "web"
LOOPBACK: Final = "127.0.0.1"
HTML: Final = "text/html; charset=utf-8"
PLAIN: Final = "text/plain; charset=utf-8"
ATOM: Final = "application/atom+xml; charset=utf-8"
RSS: Final = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Article:
    """One page as it was written; `days`: how long before today it was published."""

    path: str
    title: str
    author: str
    days: int
    text: str
    comments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One invented site: what it is, what its robots.txt says, its pages."""

    code: str
    name: str
    kind: str
    robots: str
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What a path answers."""

    media_type: str
    content: bytes

    @property
    def etag(self) -> str:
        """The content's own mark."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:20]}"'


@cache
def sites() -> tuple[Site, ...]:
    """The four sites, in the order of their ports."""
    raw = tomllib.loads((FOLDER / "sites.toml").read_text(encoding="utf-8"))
    return tuple(
        Site(
            each["code"],
            each["name"],
            each["kind"],
            each["robots"],
            tuple(_article(page) for page in raw["pages"] if page["site"] == each["code"]),
        )
        for each in raw["sites"]
    )


def origin(base_port: int, place: int) -> str:
    """Where the site at this place answers: a name of its own that is always this machine (RFC 6761)."""
    return f"http://{sites()[place].code}.localhost:{base_port + place}"


def bodies(site: Site, root: str, today: datetime) -> Mapping[str, Body]:
    """Everything a site answers, by path. `root`: its origin; `today`: an aware instant."""
    found = {f"/{page.path}": Body(HTML, _page(site, page, today).encode()) for page in site.articles}
    links = "".join(f'<li><a href="/{each.path}">{escape(each.title)}</a></li>' for each in site.articles)
    head = f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(site.name)}</title>'
    front = f"{head}</head><body><h1>{escape(site.name)}</h1><ul>{links}</ul></body></html>"
    found["/"] = Body(HTML, front.encode())
    if site.robots:
        found["/robots.txt"] = Body(PLAIN, site.robots.encode())
    if site.kind == "press":
        found["/feed.atom"] = Body(ATOM, _feed(site, root, today).encode())
    if site.kind == "shop":
        found["/nouveautes.rss"] = Body(RSS, _empty_feed(site, root).encode())
    return found


def serve(base_port: int, today: datetime) -> list[ThreadingHTTPServer]:
    """Start every site on its own port, in threads. Raises OSError when a port is taken."""
    servers = []
    for place, site in enumerate(sites()):
        handler = _handler(bodies(site, origin(base_port, place), today))
        server = ThreadingHTTPServer((LOOPBACK, base_port + place), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    return servers


def _article(raw: Mapping[str, object]) -> Article:
    comments: Sequence[Sequence[str]] = raw.get("comments", ())  # type: ignore[assignment]  # as our file has it
    return Article(
        path=str(raw["path"]),
        title=str(raw["title"]),
        author=str(raw["author"]),
        days=int(str(raw["days"])),
        text=str(raw["text"]).strip(),
        comments=tuple((author, text) for author, text in comments),
    )


def _page(site: Site, page: Article, today: datetime) -> str:
    at = _instant(today, page.days)
    values = {
        "path": page.path,
        "body": "".join(f"<p>{escape(each)}</p>" for each in page.text.split("\n\n")),
        "comments": "".join(
            _comment(site.kind, place, author, text, at + timedelta(hours=5 * place))
            for place, (author, text) in enumerate(page.comments, start=2)
        ),
        "title_json": json.dumps(page.title),
        "author_json": json.dumps(page.author),
        "site_json": json.dumps(site.name),
    }
    said = {"title": page.title, "site": site.name, "author": page.author, **_dates(at)}
    return _template(site.kind).substitute(values, **{name: escape(text) for name, text in said.items()})


def _comment(kind: str, number: int, author: str, text: str, at: datetime) -> str:
    said = {"number": str(number), "author": author, "text": text, **_dates(at)}
    return _template(f"{kind}.comment").substitute({name: escape(each) for name, each in said.items()})


def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.html").read_text(encoding="utf-8"))


def _instant(today: datetime, days: int) -> datetime:
    """Seven in the morning (UTC), so many days before."""
    return datetime.combine(today.astimezone(UTC).date() - timedelta(days=days), time(7), UTC)


def _dates(at: datetime) -> dict[str, str]:
    return {"iso": at.isoformat(timespec="seconds"), "day": format_date(at, "d MMMM y", locale="fr")}


def _feed(site: Site, root: str, today: datetime) -> str:
    newest_first = sorted(site.articles, key=lambda each: each.days)
    entries = "".join(_entry(each, root, _instant(today, each.days)) for each in newest_first)
    newest = _dates(_instant(today, newest_first[0].days))["iso"]
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{escape(site.name)}</title><id>{root}/</id><updated>{newest}</updated>{entries}</feed>"
    )


def _entry(page: Article, root: str, at: datetime) -> str:
    address = f"{root}/{page.path}"
    return (
        f"<entry><title>{escape(page.title)}</title><id>{address}</id>"
        f'<link href="{address}"/><updated>{_dates(at)["iso"]}</updated></entry>'
    )


def _empty_feed(site: Site, root: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(site.name)}</title><link>{root}/</link><description>Nouveautés</description></channel></rss>"
    )


def _handler(known: Mapping[str, Body]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers what the site has; 304 to who has it already."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """One page."""
            body = known.get(self.path.partition("?")[0])
            if body is None:
                self._answer(HTTPStatus.NOT_FOUND, Body(HTML, b"<!DOCTYPE html><title>404</title>"))
            elif self.headers.get("If-None-Match") == body.etag:
                self._answer(HTTPStatus.NOT_MODIFIED, Body(body.media_type, b""), etag=body.etag)
            else:
                self._answer(HTTPStatus.OK, body, etag=body.etag)

        def _answer(self, status: HTTPStatus, body: Body, *, etag: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", body.media_type)
            self.send_header("Content-Length", str(len(body.content)))
            if etag:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body.content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
