"""TLS through the guard: the name is asked for and verified, the checked address is dialled."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cm_suite.core.clock import now
from cm_suite.core.errors import Later
from cm_suite.core.guard import Guard, guarded_session
from cm_suite.core.http import NetworkHttp
from tests.core.faults import Server, answer, read_request

NAME = "social.example"


def certificate(folder: Path) -> Path:
    """A self-signed certificate for NAME with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Secure:
    """A server that speaks TLS; `names` are the names its clients asked for."""

    server: Server
    pem: str
    names: list[str | None]

    def guard(self, name: str) -> Guard:
        """A guard for which `name` resolves to this server."""

        def resolve(_host: str, port: int, **_hints: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        return Guard(frozenset({(name, self.server.port)}), resolve)


@pytest.fixture
def secure(server: Server, tmp_path: Path) -> Secure:
    """The loopback server behind TLS, with a certificate for NAME."""
    pem = str(certificate(tmp_path))
    made = Secure(server, pem, [])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.sni_callback = lambda _sock, name, _context: made.names.append(name)

    def script(conn: socket.socket) -> None:
        with context.wrap_socket(conn, server_side=True) as wrapped:
            server.asked.append(read_request(wrapped))
            wrapped.sendall(answer("200 OK", b"{}"))

    server.scripts = [script]
    return made


def test_the_name_is_verified_and_the_address_dialled(secure: Secure) -> None:
    with guarded_session(secure.guard(NAME), timeout=5) as session:
        session.verify = secure.pem
        found = session.get(f"https://{NAME}:{secure.server.port}/")
    assert (found.status_code, secure.names) == (200, [NAME])
    assert secure.server.asked[0].headers["host"] == f"{NAME}:{secure.server.port}"


def test_a_certificate_for_another_name_is_refused(secure: Secure) -> None:
    with guarded_session(secure.guard("other.example"), timeout=5) as session:
        session.verify = secure.pem
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"https://other.example:{secure.server.port}/")
    assert secure.server.asked == []


def test_a_certificate_nobody_signed_means_nothing_was_sent(secure: Secure) -> None:
    caller = NetworkHttp(secure.guard(NAME), account="a")
    with pytest.raises(Later) as raised:
        caller.call("POST", f"https://{NAME}:{secure.server.port}/", json={"status": "x"})
    assert (raised.value.code, raised.value.answer) == ("not_sent", "SSLCertVerificationError")
    assert secure.server.asked == []
