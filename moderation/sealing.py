"""The form of an evidence file, its digest and its signature. Pure: bytes in, findings out.

A file is a JSON object: `format`, `version`, `notice`, `evidence` (number), `brand` (number), `at`,
`ledger` {count, hash}, `record`, `digest`, `signature`, `public_key`. The digest is SHA-256 over the
canonical JSON of `record`; the signature is Ed25519 over the canonical JSON of the object {at, brand, digest,
evidence, ledger}. Canonical: keys sorted, no blanks, ASCII.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT: Final = "cm_suite evidence"
VERSION: Final = 1
NOTICE: Final = (
    "Tamper-evident: a change of the record, the digest or the ledger's head shows. This is a copy made by "
    "software, not a bailiff's report (constat). It says what was read, when and by which program; it does "
    "not say that the comment breaks the law."
)
_SIGNED: Final = ("at", "brand", "digest", "evidence", "ledger")
_FIELDS: Final = frozenset({*_SIGNED, "format", "version", "notice", "record", "signature", "public_key"})


class Broken(StrEnum):
    """What of a file does not hold."""

    NOT_A_FILE = "not_an_evidence_file"
    FIELDS = "fields"  # something is missing, or was added
    NOTICE = "notice"
    RECORD = "record"  # its words are not those of the digest
    SIGNATURE = "signature"  # digest, number, time, brand or ledger head were changed
    SIGNER = "signer"  # signed by another key than the one expected
    LEDGER = "ledger"  # its head does not lie on the brand's chain


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is signed, beside the record's digest. `at`: ISO 8601, UTC."""

    evidence: int
    brand: int
    at: str
    count: int
    hash: str

    def payload(self, digest: str) -> bytes:
        """The bytes under the signature."""
        ledger = {"count": self.count, "hash": self.hash}
        return canonical(
            {
                "at": self.at,
                "brand": self.brand,
                "digest": digest,
                "evidence": self.evidence,
                "ledger": ledger,
            }
        )


def canonical(value: Any) -> bytes:
    """JSON in one form only."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def digest_of(record: bytes) -> str:
    """SHA-256 (hex) of a canonical record."""
    return hashlib.sha256(record).hexdigest()


def private_key(encoded: str) -> Ed25519PrivateKey:
    """The signing key from url-safe base64. Raises ValueError for anything but 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(encoded))


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half, as url-safe base64."""
    return base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def fingerprint_of(public: str) -> str:
    """SHA-256 (hex) of a public key's text: what people compare."""
    return hashlib.sha256(public.encode("ascii", "replace")).hexdigest()


def sign(key: Ed25519PrivateKey, stamp: Stamp, digest: str) -> str:
    """The signature as url-safe base64."""
    return base64.urlsafe_b64encode(key.sign(stamp.payload(digest))).decode("ascii")


def envelope(stamp: Stamp, record: Any, digest: str, signature: str, public: str) -> bytes:
    """The file, readable by people too."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "notice": NOTICE,
        "evidence": stamp.evidence,
        "brand": stamp.brand,
        "at": stamp.at,
        "ledger": {"count": stamp.count, "hash": stamp.hash},
        "record": record,
        "digest": digest,
        "signature": signature,
        "public_key": public,
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def read(file: bytes) -> Mapping[str, Any] | None:
    """The file's fields, or None for what is no evidence file."""
    try:
        content = json.loads(file)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and content.get("format") == FORMAT else None


def check(content: Mapping[str, Any], expected_key: str) -> list[Broken]:
    """Everything that does not hold of a file, by itself and against the key it should be signed with."""
    stamp = stamp_of(content)
    if stamp is None or set(content) != _FIELDS or content["version"] != VERSION:
        return [Broken.FIELDS]
    broken = []
    if content["notice"] != NOTICE:
        broken.append(Broken.NOTICE)
    if not _same_record(content):
        broken.append(Broken.RECORD)
    if not _signed(content, stamp):
        broken.append(Broken.SIGNATURE)
    if content["public_key"] != expected_key:
        broken.append(Broken.SIGNER)
    return broken


def stamp_of(content: Mapping[str, Any]) -> Stamp | None:
    """What was signed, or None where a field is missing or of another kind."""
    ledger = content.get("ledger")
    if not isinstance(ledger, dict) or set(ledger) != {"count", "hash"}:
        return None
    stamp = Stamp(content.get("evidence"), content.get("brand"), content.get("at"), **ledger)  # type: ignore[arg-type]  # checked on the next line
    numbers = all(type(each) is int for each in (stamp.evidence, stamp.brand, stamp.count))
    texts = all(isinstance(each, str) for each in (stamp.at, stamp.hash))
    return stamp if numbers and texts else None


def _same_record(content: Mapping[str, Any]) -> bool:
    try:
        return bool(digest_of(canonical(content["record"])) == content["digest"])
    except (ValueError, RecursionError):
        return False


def _signed(content: Mapping[str, Any], stamp: Stamp) -> bool:
    texts = (content["public_key"], content["signature"], content["digest"])
    if not all(isinstance(each, str) for each in texts):
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(texts[0]))
        public.verify(base64.urlsafe_b64decode(texts[1]), stamp.payload(texts[2]))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
