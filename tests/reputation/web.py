"""A small web on loopback: real requests, pages as a test writes them, every visit noted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass
class Stub:
    """What stands at one path. `etag`: asked with it, the answer is 304."""

    body: str
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    seconds: float = 0.0
    drop: bool = False


class Web:
    """Sites on 127.0.0.1, 127.0.0.2, …: one port, the same pages, visits counted by path."""

    def __init__(self) -> None:
        self.names = {"127.0.0.1", "localhost"}
        self.stubs: dict[str, Stub] = {}
        self.visits: Counter[str] = Counter()
        self.begun: list[tuple[str, float]] = []  # each visit, and when (monotonic)
        self.agents: set[str] = set()
        self.busy: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self.lock = threading.Lock()

    def __enter__(self) -> Web:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.web = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def pairs(self) -> frozenset[tuple[str, int]]:
        """The sites as an allow-list."""
        return frozenset((name, self.port) for name in self.names)

    def page(self, path: str, body: str = "", *, host: str = "127.0.0.1", **said: object) -> str:
        """Put a page at a path; its address on one of the sites."""
        self.stubs[path] = Stub(body, **said)  # type: ignore[arg-type]  # the fields of Stub
        return self.url(path, host)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"

    def answer(self, handler: _Handler) -> None:
        """Note the visit, then say what stands there.

        The visit is over for the count when the answer begins: who has all of it may come again at once.
        """
        path, host = handler.path, handler.headers.get("Host", "")
        with self.lock:
            self.visits[path] += 1
            self.begun.append((path, time.monotonic()))
            self.agents.add(handler.headers.get("User-Agent", ""))
            self.busy[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self.busy[host])
        stub = self.stubs.get(path, Stub("", 404))
        time.sleep(stub.seconds)
        with self.lock:
            self.busy[host] -= 1
        self._say(handler, stub)

    def _say(self, handler: _Handler, stub: Stub) -> None:
        if stub.drop:
            handler.close_connection = True
            return
        same = bool(stub.etag) and handler.headers.get("If-None-Match") == stub.etag
        body = b"" if same else stub.body.encode()
        handler.send_response(304 if same else stub.status)
        for name, value in stub.headers.items():
            handler.send_header(name, value)
        if stub.etag:
            handler.send_header("ETag", stub.etag)
        if not same:
            handler.send_header("Content-Type", stub.kind)
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    web: Web


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:  # the name that http.server asks for
        """One visit."""
        self.server.web.answer(self)

    def log_message(self, format: str, *args: object) -> None:  # as inherited
        """The server's own log is not ours."""


def article(title: str, *paragraphs: str, day: str = "") -> str:
    """A page of a newspaper."""
    dated = f'<meta property="article:published_time" content="{day}T08:00:00+01:00">' if day else ""
    words = "".join(f"<p>{each}</p>" for each in paragraphs)
    return (
        f'<!doctype html><html lang="fr"><head><title>{title}</title>{dated}'
        f'<meta property="og:type" content="article"></head>'
        f"<body><article><h1>{title}</h1>{words}</article></body></html>"
    )


def feed(*items: tuple[str, str]) -> str:
    """An RSS feed of titles and addresses."""
    entries = "".join(f"<item><title>{title}</title><link>{url}</link></item>" for title, url in items)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Fil</title>'
        f"<link>http://fil.example/</link><description>d</description>{entries}</channel></rss>"
    )
