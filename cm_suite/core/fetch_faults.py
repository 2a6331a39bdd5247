"""From an exception or a status to the fault it stands for. No Django here."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from urllib3.exceptions import (
    ConnectTimeoutError,
    HeaderParsingError,
    IncompleteRead,
    InvalidChunkLength,
    InvalidHeader,
    LocationParseError,
    NewConnectionError,
    ReadTimeoutError,
)

from cm_suite.core.fetch_types import Fault
from cm_suite.core.guard import GuardRefused

type _Rows = tuple[tuple[tuple[type[BaseException], ...], Fault], ...]

# OpenSSL's X509_V_ERR_* numbers.
_DATES: Final = frozenset({9, 10})  # not yet valid, has expired
_NAMES: Final = frozenset({62, 64})  # another host name, another IP address

# The first row that fits any exception of the chain says what happened.
_ROWS: Final[_Rows] = (
    ((socket.gaierror,), Fault.DNS),
    ((NewConnectionError,), Fault.REFUSED),  # a kind of ConnectTimeoutError to urllib3
    ((ConnectTimeoutError,), Fault.CONNECT_TIMEOUT),
    ((ReadTimeoutError, TimeoutError), Fault.DEADLINE),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), Fault.RESET),
    ((ssl.SSLError,), Fault.TLS_FAILED),
    ((IncompleteRead, InvalidChunkLength, http.client.IncompleteRead), Fault.TRUNCATED),
    ((http.client.RemoteDisconnected, ConnectionError), Fault.RESET),
    ((HeaderParsingError, InvalidHeader, http.client.HTTPException), Fault.BAD_HEADER),
    ((LocationParseError, UnicodeError), Fault.BAD_ADDRESS),
)
_STATUSES: Final = {
    401: Fault.FORBIDDEN,
    403: Fault.FORBIDDEN,
    404: Fault.NOT_FOUND,
    408: Fault.SERVER_ERROR,
    410: Fault.GONE,
    425: Fault.SERVER_ERROR,
    429: Fault.RATE_LIMITED,
    451: Fault.FORBIDDEN,
}


def of_guard(refused: GuardRefused) -> Fault:
    """A refusal of the guard: a private address, or an address that is none for the open web."""
    return Fault.PRIVATE_ADDRESS if refused.code == "address_private" else Fault.BAD_ADDRESS


def of_status(status: int) -> Fault:
    """What an HTTP status that brings no page stands for."""
    return _STATUSES.get(status, Fault.SERVER_ERROR if status >= 500 else Fault.HTTP_ERROR)


def of_error(error: BaseException) -> Fault:
    """What an exception of the libraries stands for, by the whole chain of its causes."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, ssl.SSLCertVerificationError):
            return _certificate(each)
    for kinds, fault in _ROWS:
        if any(isinstance(each, kinds) for each in chain):
            return fault
    return Fault.RESET


def _certificate(error: ssl.SSLCertVerificationError) -> Fault:
    if error.verify_code in _DATES:
        return Fault.TLS_EXPIRED
    return Fault.TLS_WRONG_HOST if error.verify_code in _NAMES else Fault.TLS_UNTRUSTED


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those it was raised from or carries inside."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inside = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        waiting += [one for one in inside if isinstance(one, BaseException)]
