"""Certificates made for the tests: an authority of their own, and what it signs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cm_suite.core.clock import now

SIGNS: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """Signs certificates; `bundle` is the file of what a client must trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Tests")
        public = self._key.public_key()
        made = _builder(self._name, self._name, public, days=(-9, 9))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        made = made.add_extension(SIGNS, critical=True)
        self.bundle = folder / "authority.pem"
        signed = made.sign(self._key, hashes.SHA256())
        self.bundle.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def sign(self, host: str, *, days: tuple[int, int] = (-1, 1), alone: bool = False) -> Path:
        """A key with its certificate for a host, in one file. `days`: valid from and to, from today.

        `alone`: signed by itself and not by the authority.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(host)
        made = _builder(subject, subject if alone else self._name, key.public_key(), days)
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        issuer = self._key.public_key()
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        signed = made.sign(key if alone else self._key, hashes.SHA256())
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self._folder / f"{host}.pem"
        path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
        return path


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: tuple[int, int]
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
    begin, end = (now() + timedelta(days=each) for each in days)
    return made.not_valid_before(begin).not_valid_after(end)
