"""Encrypted ways to the server: a certificate that is trusted, and one that is not."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cm_suite.core.errors import Later
from tests.notices.servers import real_server
from tests.notices.test_smtp import MAIL, send, shape


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


def test_starttls(context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with real_server(tls_context=context, require_starttls=True) as inbox:
        url = inbox.url.replace("smtp:", "smtp+tls:")
        assert shape(send(url)) == (Later, "mail_server_untrusted")
        assert inbox.envelopes == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send(url) is None
        assert [each.content for each in inbox.envelopes] == [MAIL.content]


def test_encrypted_from_the_start(
    context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with real_server(ssl_context=context) as inbox:
        url = inbox.url.replace("smtp:", "smtp+ssl:")
        assert send(url) is None
        assert [each.content for each in inbox.envelopes] == [MAIL.content]
        monkeypatch.delenv("SSL_CERT_FILE")
        assert shape(send(url)) == (Later, "mail_server_untrusted")
        assert len(inbox.envelopes) == 1


def test_a_certificate_for_another_name(
    context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with real_server(ssl_context=context) as inbox:
        url = inbox.url.replace("smtp:", "smtp+ssl:").replace("127.0.0.1", "localhost")
        assert shape(send(url)) == (Later, "mail_server_untrusted")
        assert inbox.envelopes == []


def test_a_server_that_wants_starttls_gets_no_mail_in_clear(context: ssl.SSLContext) -> None:
    with real_server(tls_context=context, require_starttls=True) as inbox:
        assert shape(send(inbox.url)) == (Later, "mail_sign_in_refused")
        assert inbox.envelopes == []
