"""A loopback server that misbehaves on purpose, one script per connection, over a real socket."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

type Script = Callable[[socket.socket], None]


@dataclass
class Asked:
    """One request as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """Listens on 127.0.0.1; runs the next script for each connection (the last one again when out)."""

    scripts: list[Script]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Server:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            each.close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        """The server's origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pair(self) -> frozenset[tuple[str, int]]:
        """The server as an allow-list."""
        return frozenset({("127.0.0.1", self.port)})

    def _serve(self) -> None:
        while True:
            try:
                conn, _peer = self._listener.accept()
            except OSError:
                return
            self._open.append(conn)
            script = self.scripts[min(self.connections, len(self.scripts) - 1)]
            self.connections += 1
            threading.Thread(target=self._run, args=(script, conn), daemon=True).start()

    def _run(self, script: Script, conn: socket.socket) -> None:
        try:
            script(conn)
        except OSError:
            pass
        finally:
            conn.close()

    def answering(self, *answers: bytes) -> Server:
        """Replace the scripts by these raw answers, one a connection."""
        self.scripts = [self.reads(answer) for answer in answers]
        return self

    def reads(self, *pieces: bytes, pause: float = 0.0, end: Script | None = None) -> Script:
        """Read one whole request and note it, then write the pieces with a pause between them."""

        def script(conn: socket.socket) -> None:
            self.asked.append(read_request(conn))
            for piece in pieces:
                conn.sendall(piece)
                time.sleep(pause)
            if end is not None:
                end(conn)

        return script


def read_request(conn: socket.socket) -> Asked:
    """A request with its body, by Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += conn.recv(65536) or _gone()
    head, _sep, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _colon, value in (each.partition(":") for each in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += conn.recv(65536) or _gone()
    return Asked(line, headers, body)


def _gone() -> bytes:
    raise OSError("the client left")


def reset(conn: socket.socket) -> None:
    """Drop the connection with a TCP reset."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


def bite(conn: socket.socket) -> None:
    """Read the very beginning of a request, then drop the connection with a TCP reset."""
    conn.recv(1)
    reset(conn)


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """A raw HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
