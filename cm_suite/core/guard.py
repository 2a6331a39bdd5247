"""The one address guard: what a user typed can reach the public web, and nothing else.

Every address a name resolves to is checked, and the connection is made to one of those very addresses,
so a second answer of the resolver has no window. Redirects are never followed by the session itself.
A pair (host, port) on the allow-list may be private and on any port. No Django here.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, cast
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from cm_suite.core.errors import Never, NextStep
from cm_suite.core.patience import within

# urllib3 writes whole addresses, queries included, at DEBUG and WARNING: a token could be among them.
for _name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.ERROR)

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Resolved = tuple[Any, Any, int, str, Any]
type Resolver = Callable[..., list[Any]]
type Timeouts = tuple[float, float]

PORTS: Final = frozenset({80, 443})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_UNICAST_6: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_REFUSED_4: Final = [ipaddress.IPv4Network(each) for each in ("192.0.0.0/24", "192.88.99.0/24")]
_REFUSED_6: Final = [
    ipaddress.IPv6Network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")  # Teredo, examples, 6to4
]


class GuardRefused(Never):
    """The address may not be reached: `address_malformed`, `_scheme`, `_userinfo`, `_port` or `_private`."""

    def __init__(self, code: str) -> None:
        super().__init__(code, step=NextStep.EDIT)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.code,))


def is_public(address: Address) -> bool:
    """Whether an address is ordinary public unicast, also when it carries an IPv4 address inside."""
    if isinstance(address, ipaddress.IPv4Address):
        plain = address.is_global and not address.is_multicast and not address.is_reserved
        return plain and not any(address in network for network in _REFUSED_4)
    inside = _embedded(address)
    if inside is not None:
        return is_public(inside)
    public = address.is_global and address in _UNICAST_6
    return public and not any(address in network for network in _REFUSED_6)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a mapped or NAT64 address stands for."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


class Guard:
    """Says which addresses may be reached. `allowed` holds exact (host, port) pairs, never ranges."""

    def __init__(
        self,
        allowed: frozenset[tuple[str, int]] = frozenset(),
        resolver: Resolver = socket.getaddrinfo,
    ) -> None:
        self._allowed = frozenset((_plain(host), port) for host, port in allowed)
        self._resolver = resolver

    def check_url(self, url: str) -> None:
        """Refuse an address by its spelling alone, before any name is resolved. Raises GuardRefused."""
        parts = _split(url)
        if parts.scheme not in _DEFAULT_PORTS:
            raise GuardRefused("address_scheme")
        if "@" in parts.netloc:
            raise GuardRefused("address_userinfo")
        host, port = _plain(parts.hostname or ""), _port(parts)
        self._check_host(host, port)

    def addresses(self, host: str, port: int) -> list[Resolved]:
        """Every address of `host`, all checked, as getaddrinfo gives them.

        Raises GuardRefused when any of them is not public and the pair is not allowed, and
        socket.gaierror when the name has none.
        """
        plain = _plain(host)
        self._check_host(plain, port)
        asked = "127.0.0.1" if plain.endswith(".localhost") else host.strip("[]")  # RFC 6761, section 6.3
        try:
            found = cast("list[Resolved]", self._resolver(asked, port, type=socket.SOCK_STREAM))
        except UnicodeError:
            raise GuardRefused("address_malformed") from None
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if (plain, port) not in self._allowed and not all(_public(each) for each in found):
            raise GuardRefused("address_private")
        return found

    def _check_host(self, host: str, port: int) -> None:
        """Refuse an odd port, an empty host and an IP address in an odd spelling."""
        if not host or _odd_number(host):
            raise GuardRefused("address_malformed")
        if (host, port) in self._allowed:
            return
        if port not in PORTS:
            raise GuardRefused("address_port")
        literal = _literal(host)
        if literal is not None and not is_public(literal):
            raise GuardRefused("address_private")


def _split(url: str) -> SplitResult:
    """The parts of an address; white space, control characters and backslashes are refused."""
    if any(char <= " " or char in "\\\x7f" for char in url):
        raise GuardRefused("address_malformed")
    try:
        return urlsplit(url)
    except ValueError:
        raise GuardRefused("address_malformed") from None


def _port(parts: SplitResult) -> int:
    try:
        return _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        raise GuardRefused("address_malformed") from None


def _plain(host: str) -> str:
    """A host name in the one form used for comparing."""
    return host.strip("[]").rstrip(".").lower()


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _odd_number(host: str) -> bool:
    """An IPv4 address spelled in decimal, octal, hexadecimal or short form."""
    if _literal(host) is not None:
        return False
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeError, ValueError):
        return False
    return True


def _public(found: Resolved) -> bool:
    literal = _literal(str(found[4][0]))
    return literal is not None and is_public(literal)


class Crossing:
    """One exchange as its socket sees it: whether bytes of the request left, whether time ran out."""

    def __init__(self, seconds: float) -> None:
        self.left = False
        self.expired = False
        self._end = time.monotonic() + seconds
        self._line: socket.socket | None = None
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """The seconds that are left, 0 when time is over."""
        return max(0.0, self._end - time.monotonic())

    def hold(self, sock: socket.socket) -> None:
        """Keep a second handle on the connection, by which it can be cut from outside."""
        with self._lock:
            self._drop()
            self._line = sock.dup()
            if self.expired:
                self._cut()

    def expire(self) -> None:
        """Time is over: whoever waits on this connection wakes up."""
        with self._lock:
            self.expired = True
            self._cut()

    def close(self) -> None:
        """Let go of the handle."""
        with self._lock:
            self._drop()

    def _cut(self) -> None:
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


_crossing: ContextVar[Crossing | None] = ContextVar("crossing", default=None)


@contextmanager
def watched(seconds: float) -> Iterator[Crossing]:
    """Watch the exchanges of this thread, and cut their connection once `seconds` have passed in all."""
    crossing = Crossing(seconds)
    timer = threading.Timer(seconds, crossing.expire)
    timer.daemon = True
    reset = _crossing.set(crossing)
    timer.start()
    try:
        yield crossing
    finally:
        timer.cancel()
        _crossing.reset(reset)
        crossing.close()


class _Checked:
    """What both kinds of connection share: dial only what the guard has checked, note what leaves."""

    guard: Guard

    def _new_conn(self) -> socket.socket:
        conn = cast("HTTPConnection", self)
        try:
            found = _resolve(self.guard, conn)
        except socket.gaierror as error:
            raise NameResolutionError(conn.host, conn, error) from error
        try:
            sock = _dial(conn, found)
        except TimeoutError as error:
            raise ConnectTimeoutError(conn, "connecting timed out") from error
        except OSError as error:
            raise NewConnectionError(conn, f"cannot connect: {error}") from error
        crossing = _crossing.get()
        if crossing is not None:
            crossing.hold(sock)
        return sock

    def send(self, data: Any) -> None:
        """Send, after noting that from here on bytes may have left."""
        conn = cast("HTTPConnection", self)
        if conn.sock is None:
            conn.connect()
        crossing = _crossing.get()
        if crossing is not None:
            crossing.left = True
        super().send(data)  # type: ignore[misc]  # the connection class comes next in the order of classes


def _resolve(guard: Guard, conn: HTTPConnection) -> list[Resolved]:
    """The checked addresses of a connection's host; a resolver that hangs gets the watched time at most."""
    ask = partial(guard.addresses, conn._dns_host, conn.port)
    crossing = _crossing.get()
    if crossing is None:
        return ask()
    try:
        return within(crossing.remaining(), ask)
    except TimeoutError:
        raise socket.gaierror(socket.EAI_AGAIN, "the resolver did not answer in time") from None


def _dial(conn: HTTPConnection, found: list[Resolved]) -> socket.socket:
    """A socket to the first address that answers; the time-out is for all of them together."""
    patience = conn.timeout if isinstance(conn.timeout, int | float) else None
    end = None if patience is None else time.monotonic() + patience
    failure: OSError = OSError("no address")
    for family, kind, proto, _name, address in found:
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        sock = socket.socket(family, kind, proto)
        try:
            for option in conn.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(left)
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            sock.settimeout(patience)
            return sock
    raise failure


class _PlainConnection(_Checked, HTTPConnection):
    pass


class _SecureConnection(_Checked, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection

    def __init__(self, guard: Guard, host: str, port: int | None = None, **context: Any) -> None:
        super().__init__(host, port, **context)
        self.guard = guard

    def _new_conn(self) -> Any:
        conn = cast("Any", super()._new_conn())
        conn.guard = self.guard
        return conn


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection

    def __init__(self, guard: Guard, host: str, port: int | None = None, **context: Any) -> None:
        super().__init__(host, port, **context)
        self.guard = guard

    def _new_conn(self) -> Any:
        conn = cast("Any", super()._new_conn())
        conn.guard = self.guard
        return conn


class GuardedAdapter(HTTPAdapter):
    """The only way out: checks each address, knows no proxy, never tries twice."""

    def __init__(self, guard: Guard, timeout: Timeouts) -> None:
        self._guard = guard
        self._timeout = timeout
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools whose connections ask the guard."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_PlainPool, self._guard),
            "https": partial(_SecurePool, self._guard),
        }

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Check the address as it will be used, then send, always with time-outs."""
        self._guard.check_url(request.url or "")
        names = ("stream", "timeout", "verify", "cert", "proxies")
        options = dict(zip(names, args, strict=False)) | kwargs
        options |= {"timeout": options.get("timeout") or self._timeout, "proxies": {}}
        return super().send(request, **options)


class GuardedSession(requests.Session):
    """A session that keeps no cookie, reads no environment and leaves redirects to its caller."""

    def __init__(self, guard: Guard, timeout: Timeouts) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = "cm_suite"
        self.adapters.clear()
        for prefix in ("http://", "https://"):
            self.mount(prefix, GuardedAdapter(guard, timeout))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: the caller follows by hand, so that each hop is its decision."""
        return None


def guarded_session(guard: Guard, *, timeout: float | Timeouts) -> requests.Session:
    """A session that can only reach what `guard` lets it. `timeout`: seconds, or (connect, read).

    An address that is refused raises GuardRefused. Redirects are answers like others.
    """
    pair = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    return GuardedSession(guard, pair)
