"""One mail to one server, with the four outcomes told apart. No Django, no retry in here.

Until the final dot is written the server holds no message: every failure up to there is *later* (or
*never*, when the server refuses with 5xx). From the dot on, only an answer counts: without one the
mail may have been taken, and the outcome is *unknown*.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NoReturn, Self
from urllib.parse import unquote, urlsplit

from cm_suite.core.errors import Later, Never, NextStep, Unknown

type Fence = Callable[[], None]

CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 15.0
LAST_ANSWER_SECONDS: Final = 45.0  # the server may scan the message before it says yes

_LINE_DOT: Final = re.compile(rb"(?m)^\.")
_CLOSING: Final = 421
_MUST_SIGN_IN: Final = frozenset({530, 535})  # our set-up is wrong, not the mail


class BadMailAddress(ValueError):
    """EMAIL_URL cannot be read."""


class Security(StrEnum):
    """How the connection is protected: not at all, from the start, or by STARTTLS."""

    PLAIN = "smtp"
    STARTTLS = "smtp+tls"
    TLS = "smtp+ssl"


_PORTS: Final = {Security.PLAIN: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail leaves through, and who we are there (no user: no sign-in)."""

    security: Security
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A finished message and the two bare addresses the server is told."""

    sender: str
    recipient: str
    content: bytes
    name: str  # stable, safe as a file name


class ConnectionGone(Later):
    """The server closed a connection before the mail began: a fresh connection may do better."""


class Deferred(Later):
    """The server answered 4xx: it holds nothing, and the connection is still in order."""


def read_url(url: str) -> Server:
    """The server an EMAIL_URL names; user and password are percent-decoded. Raises BadMailAddress."""
    try:
        parts = urlsplit(url)
        security = Security(parts.scheme)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadMailAddress("EMAIL_URL: smtp[+tls|+ssl]://user:password@host:port") from error
    if not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadMailAddress("EMAIL_URL needs a host and nothing behind the port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(security, host, port or _PORTS[security], user, password)


class SmtpTransport:
    """A connection that serves a whole batch and is opened again when the server has closed it."""

    def __init__(self, server: Server, *, hello: str = "localhost") -> None:
        self._server = server
        self._hello = hello
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Connect, protect and sign in, unless that is done. Raises Later: no mail has begun."""
        if self._smtp is None:
            self._smtp = _open(self._server, self._hello)

    def close(self) -> None:
        """Take leave; a server that is already gone does not matter."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def send(self, envelope: Envelope, fence: Fence) -> None:
        """Hand over one mail; returning means the server took it.

        `fence` is called once, right before the message itself leaves, and may raise to stop it.
        Raises Later, Never or Unknown. A reused connection that turns out closed is opened again.
        """
        reused = self._smtp is not None
        try:
            self._begin(envelope)
        except ConnectionGone:
            if not reused:
                raise
            self._begin(envelope)
        smtp = self._smtp
        if smtp is None:
            raise ConnectionGone("mail_server_gone")
        try:
            _hand_over(smtp, envelope, fence)
        except (Never, Deferred):
            raise
        except BaseException:
            self._drop()  # half a message may be in it, which a QUIT would lengthen
            raise

    def _begin(self, envelope: Envelope) -> None:
        """Say who writes to whom: MAIL and RCPT. A refusal leaves the connection in order."""
        self.open()
        smtp = self._smtp
        if smtp is None:
            raise ConnectionGone("mail_server_gone")
        try:
            _address(smtp, envelope)
        except ConnectionGone:
            self._drop()
            raise
        except (Later, Never):
            self._reset(smtp)
            raise

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            code, _answer = smtp.rset()
        except (smtplib.SMTPException, OSError):
            code = _CLOSING
        if code != 250:
            self._drop()


def _open(server: Server, hello: str) -> smtplib.SMTP:
    try:
        smtp = _connect(server, hello)
    except ssl.SSLError as error:
        raise Later("mail_server_untrusted") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Later("mail_server_unreachable") from error
    try:
        _protect_and_sign_in(smtp, server)
    except Later:
        smtp.close()
        raise
    return smtp


def _connect(server: Server, hello: str) -> smtplib.SMTP:
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=hello,
            timeout=CONNECT_SECONDS,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=hello, timeout=CONNECT_SECONDS)


def _protect_and_sign_in(smtp: smtplib.SMTP, server: Server) -> None:
    """STARTTLS and AUTH as the address asks. A server that does not offer them is refused, not humoured."""
    try:
        _wait(smtp, ANSWER_SECONDS)
        if server.security is Security.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            _sign_in(smtp, server)
    except smtplib.SMTPAuthenticationError as error:
        raise Later("mail_sign_in_refused") from error
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        raise Later("mail_server_untrusted") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Later("mail_server_unreachable") from error


def _sign_in(smtp: smtplib.SMTP, server: Server) -> None:
    """AUTH by the server's best mechanism; with letters beyond ASCII by PLAIN, which is UTF-8."""
    words = f"\0{server.user}\0{server.password}"
    if words.isascii():
        smtp.login(server.user, server.password)
        return
    code, answer = smtp.docmd("AUTH", f"PLAIN {b64encode(words.encode()).decode()}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _address(smtp: smtplib.SMTP, envelope: Envelope) -> None:
    """MAIL and RCPT. Raises ConnectionGone, Later or Never; the message has not left."""
    if not (envelope.sender + envelope.recipient).isascii():
        raise Never("mail_address_unsupported", step=NextStep.EDIT)
    try:
        _wait(smtp, ANSWER_SECONDS)
        _check(*smtp.mail(envelope.sender), "sender")
        _check(*smtp.rcpt(envelope.recipient), "recipient")
    except (smtplib.SMTPException, OSError) as error:
        raise ConnectionGone("mail_server_gone") from error


def _check(code: int, answer: bytes, about: str) -> None:
    """Pass a 2xx; tell a closing server, a passing refusal and a lasting one apart."""
    if 200 <= code < 300:
        return
    if code == _CLOSING or code < 0:
        raise ConnectionGone("mail_server_gone")
    if code in _MUST_SIGN_IN:
        raise Later("mail_sign_in_refused")
    _refuse(code, answer, about)


def _refuse(code: int, answer: bytes, about: str) -> NoReturn:
    """5xx is for ever, the rest for later. The server's words are left out: they often quote the address."""
    if 500 <= code < 600:
        raise Never(f"mail_{about}_refused", answer=str(code), step=NextStep.EDIT)
    raise Deferred(f"mail_{about}_deferred", answer=str(code))


def _hand_over(smtp: smtplib.SMTP, envelope: Envelope, fence: Fence) -> None:
    """DATA, the message, the dot: up to the dot every failure is *later*, after it *unknown*."""
    try:
        code, answer = smtp.docmd("data")
        if code != 354:
            _check_not_sent(code, answer)
        fence()
        _wait(smtp, LAST_ANSWER_SECONDS)
        smtp.send(_dotted(envelope.content))
    except (smtplib.SMTPException, OSError) as error:
        raise Later("mail_server_gone") from error
    try:
        smtp.send(b".\r\n")
        code, answer = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise Unknown("mail_answer_lost") from error
    _conclude(code, answer)


def _check_not_sent(code: int, answer: bytes) -> NoReturn:
    """Anything but 354 to DATA: the message stays here."""
    if code in _MUST_SIGN_IN:
        raise Later("mail_sign_in_refused")
    _refuse(code, answer, "message")


def _conclude(code: int, answer: bytes) -> None:
    """What the server said to the dot. An answer that is none leaves the question open."""
    if 200 <= code < 300:
        return
    if not 400 <= code < 600:
        raise Unknown("mail_answer_lost")
    _refuse(code, answer, "message")


def _dotted(content: bytes) -> bytes:
    """The message as DATA wants it: CRLF at the end, a dot doubled at the start of a line."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return _LINE_DOT.sub(b"..", whole)


def _wait(smtp: smtplib.SMTP, seconds: float) -> None:
    """How long the next answer may take."""
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("closed")
    smtp.sock.settimeout(seconds)
