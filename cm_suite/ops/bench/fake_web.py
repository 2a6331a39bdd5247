"""A small web on loopback, as a process of its own: one good page, and everything that goes wrong.

`python -m cm_suite.ops.bench.fake_web PAGE.html` prints its port and runs until it is stopped. Each path of
FAULTS goes wrong in its own way; every other path answers with the page.
"""

from __future__ import annotations

import gzip
import itertools
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
_HTML: Final = b"Content-Type: text/html; charset=utf-8\r\n"
_PATIENCE: Final = 30.0

type Answer = bytes | Callable[[socket.socket], None]


def answer(status: str, body: bytes = b"", headers: bytes = b"") -> bytes:
    """One whole answer."""
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status.encode() + b"\r\n" + headers + length + b"Connection: close\r\n\r\n" + body


def moved(to: str) -> bytes:
    """A redirect."""
    return answer("302 Found", headers=f"Location: {to}\r\n".encode())


def hang(conn: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    conn.recv(1)


def drip(conn: socket.socket) -> None:
    """A byte now and then, for ever."""
    conn.sendall(b"HTTP/1.1 200 OK\r\n" + _HTML + b"\r\n")
    for _byte in itertools.repeat(None):
        conn.sendall(b"x")
        time.sleep(0.05)


def endless(conn: socket.socket) -> None:
    """A body without end and without a length."""
    conn.sendall(b"HTTP/1.1 200 OK\r\n" + _HTML + b"\r\n")
    for _block in itertools.repeat(None):
        conn.sendall(b"x" * 65_536)


def reset(conn: socket.socket) -> None:
    """Break the line off."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def bomb() -> bytes:
    """A page of a few kilobytes that unpacks to twenty megabytes."""
    return answer("200 OK", gzip.compress(b"\0" * 20_000_000, 1), _HTML + b"Content-Encoding: gzip\r\n")


# What each path answers, and the code that it must be given.
FAULTS: Final[Mapping[str, tuple[Answer, str]]] = {
    "drips": (drip, "deadline"),
    "hangs": (hang, "deadline"),
    "declared": (b"HTTP/1.1 200 OK\r\n" + _HTML + b"Content-Length: 2000000000\r\n\r\nx", "too_large"),
    "endless": (endless, "too_large"),
    "bomb": (bomb(), "too_large"),
    "loop": (moved("/loop"), "redirect_loop"),
    "metadata": (moved("http://169.254.169.254/latest/meta-data/"), "private_address"),
    "inside": (moved("http://10.1.2.3/"), "private_address"),
    "inside6": (moved("http://[::1]/"), "private_address"),
    "file": (moved("file:///etc/passwd"), "bad_address"),
    "pdf": (answer("200 OK", b"%PDF-1.7", b"Content-Type: application/pdf\r\n"), "not_html"),
    "disguised": (answer("200 OK", b"%PDF-1.7 \xff", _HTML), "not_html"),
    "nonsense": (b"hello\r\n\r\n", "bad_header"),
    "truncated": (b"HTTP/1.1 200 OK\r\n" + _HTML + b"Content-Length: 99\r\n\r\nabc", "truncated"),
    "reset": (reset, "reset"),
    "missing": (answer("404 Not Found"), "not_found"),
    "gone": (answer("410 Gone"), "gone"),
    "forbidden": (answer("403 Forbidden"), "forbidden"),
    "slowed": (answer("429 Too Many Requests", headers=b"Retry-After: 60\r\n"), "rate_limited"),
    "broken": (answer("500 Oops"), "server_error"),
    "teapot": (answer("418 Teapot"), "http_error"),
}


def serve(page: bytes) -> int:
    """Answer in threads, for ever; the port."""
    good = answer("200 OK", gzip.compress(page), _HTML + b"Content-Encoding: gzip\r\n")
    listening = socket.create_server((LOOPBACK, 0), backlog=128)

    def accept() -> None:
        while True:
            conn, _peer = listening.accept()
            threading.Thread(target=_answer, args=(conn, good), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(listening.getsockname()[1])


def _answer(conn: socket.socket, good: bytes) -> None:
    with conn, suppress(OSError):
        conn.settimeout(_PATIENCE)
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += conn.recv(65_536) or b"\r\n\r\n"
        path = asked.split(b" ", 2)[1].decode("ascii", "replace") if asked.count(b" ") > 1 else "/"
        said = _said(path, good)
        if callable(said):
            said(conn)
        else:
            conn.sendall(said)


def _said(path: str, good: bytes) -> Answer:
    if path == "/robots.txt":
        return answer("404 Not Found")
    fault = FAULTS.get(path.strip("/"))
    return fault[0] if fault else good


if __name__ == "__main__":
    sys.stdout.write(f"{serve(Path(sys.argv[1]).read_bytes())}\n")
    sys.stdout.flush()
    threading.Event().wait()
