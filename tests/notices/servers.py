"""SMTP servers on loopback: a real one that keeps what it takes, and one that fails as told."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

USER, PASSWORD = "de:sk@agence", "p@ss/wörd %42"


@dataclass
class Inbox:
    """What a real server took, envelope and message."""

    envelopes: list[Envelope] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages, parsed."""
        contents = [cast("bytes", each.content) for each in self.envelopes]
        return [message_from_bytes(each, policy=policy.default) for each in contents]


class _Handler:
    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_EHLO(  # noqa: N802  # the library's name
        self, server: Any, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        if session.host_name is None:
            self.inbox.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.inbox.envelopes.append(envelope)
        return "250 taken"


class _Loopback(Controller):
    """aiosmtpd on a port the system chose."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library's


def _check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def real_server(**options: Any) -> Iterator[Inbox]:
    """An SMTP server that takes everything; `options` are aiosmtpd's."""
    inbox = Inbox()
    controller = _Loopback(_Handler(inbox), hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        inbox.url = f"smtp://127.0.0.1:{controller.port}"
        yield inbox
    finally:
        controller.stop()


@contextmanager
def signing_in_server() -> Iterator[Inbox]:
    """A server that wants USER and PASSWORD."""
    with real_server(authenticator=_check, auth_required=True, auth_require_tls=False) as inbox:
        yield inbox


DROP = "drop"
HANG = "hang"


class Script(socketserver.ThreadingTCPServer):
    """Answers each verb as told (`DOT` is the end of the message, `HELLO` the greeting); else, all is well.

    An answer is a line to send, DROP or HANG. Several answers of a verb are used one after the other; the
    last one stays.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, **answers: str | list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.answers = {
            verb: [said] if isinstance(said, str) else list(said) for verb, said in answers.items()
        }
        self.verbs: list[str] = []
        self.bodies: list[bytes] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        """The address for EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def answer(self, verb: str, otherwise: str) -> str:
        """The next answer to a verb."""
        self.verbs.append(verb)
        said = self.answers.get(verb)
        if not said:
            return otherwise
        return said.pop(0) if len(said) > 1 else said[0]


class _Talk(socketserver.StreamRequestHandler):
    server: Script

    def handle(self) -> None:
        if not self._say("HELLO", "220 loopback"):
            return
        for line in self.rfile:
            verb = line.split()[0].decode().upper() if line.split() else ""
            if verb == "DATA":
                if not self._data():
                    return
            elif not self._say(verb, "250 fine") or verb == "QUIT":
                return

    def _data(self) -> bool:
        answer = self.server.answer("DATA", "354 go on")
        if not self._give(answer):
            return False
        if not answer.startswith("354"):
            return True
        body = b""
        for line in self.rfile:
            if line == b".\r\n":
                self.server.bodies.append(body)
                return self._say("DOT", "250 taken")
            body += line
        self.server.verbs.append("CUT")
        return False

    def _say(self, verb: str, otherwise: str) -> bool:
        return self._give(self.server.answer(verb, otherwise))

    def _give(self, answer: str) -> bool:
        """Send an answer; False when the conversation is over."""
        if answer == DROP:
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        if answer == HANG:
            self.server.over.wait(20)
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return True


@contextmanager
def scripted(**answers: str | list[str]) -> Iterator[Script]:
    """Run a Script on loopback."""
    with Script(**answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@contextmanager
def closed_port() -> Iterator[str]:
    """The address of a port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"smtp://127.0.0.1:{held.getsockname()[1]}"
