"""Sealed copies of comments: each encrypted under its own key, signed by the installation.

Erasing a person destroys the keys; the rows, their digests and signatures stay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction

from cm_suite.core import clock, ledger
from cm_suite.core.ledger import Head
from moderation import sealing
from moderation.enums import CloseCode, ResultKind
from moderation.models import Comment, Decision, Evidence, Revision
from moderation.sealing import Broken, Stamp
from moderation.services import reviews
from moderation.services.record import SealedFor, iso, record_of
from moderation.services.results import Result
from pages.enums import Act
from pages.models import Person
from pages.rules import may
from pages.selectors.people import role_of


class EvidenceErased(Exception):
    """The key was destroyed: nobody can open this record any more."""


@dataclass(frozen=True, slots=True)
class Record:
    """A sealed record, opened. `data` is what was signed: plain JSON values, instants in ISO 8601, UTC."""

    data: Mapping[str, Any]


def seal(comment: Comment, decision: Decision | None) -> Evidence:
    """Seal the comment as it stands: every wording, author, thread, readings, and the decision if any.

    In the caller's transaction, before anything is removed. `decision` None: its author took it down.
    """
    return _seal(comment, decision, SealedFor.DECISION if decision else SealedFor.AUTHOR_REMOVED)


def seal_later_wording(decision: Decision) -> Evidence | None:
    """Seal the wording that a removal is about to take away, where it is not the one decided of; else None.

    The sealed copy made at the decision stays the decision's own.
    """
    comment = Comment.objects.select_related("page__brand", "thread").get(pk=decision.review.comment_id)
    if comment.revision <= decision.revision or comment.erased_at:
        return None
    last = Revision.objects.get(comment=comment, number=comment.revision)
    if comment.evidence.filter(at__gt=last.seen_at).exclude(decision=decision).exists():
        return None
    return _seal(comment, decision, SealedFor.LATER_WORDING)


def _seal(comment: Comment, decision: Decision | None, why: SealedFor) -> Evidence:
    now = clock.now()
    key = sealing.private_key(settings.CM_SIGNING_KEY)
    with transaction.atomic():
        head = ledger.head(comment.page.brand_id)
        record = sealing.canonical(record_of(comment, decision, now, head, why))
        lock = Fernet.generate_key()
        evidence = Evidence(
            comment=comment,
            decision=decision if why == SealedFor.DECISION else None,
            key=lock.decode("ascii"),
            sealed=Fernet(lock).encrypt(record).decode("ascii"),
            digest=sealing.digest_of(record),
            signer=sealing.public_text(key),
            ledger_count=head.count,
            ledger_hash=head.hash,
            at=now,
        )
        evidence.save(force_insert=True)
        evidence.signature = sealing.sign(key, _stamp(evidence, comment.page.brand_id), evidence.digest)
        evidence.save(update_fields=["signature"])
        ledger.append(
            comment.page.brand_id,
            "evidence.sealed",
            actor_id=decision.by_id if decision and why == SealedFor.DECISION else None,
            subject_kind="evidence",
            subject_id=evidence.pk,
            content=evidence.digest,
        )
    return evidence


def open_record(evidence: Evidence) -> Record:
    """Open a record. Raises EvidenceErased."""
    if not evidence.key:
        raise EvidenceErased(evidence.pk)
    return Record(json.loads(Fernet(evidence.key.encode("ascii")).decrypt(evidence.sealed.encode("ascii"))))


def export(evidence: Evidence) -> bytes:
    """The file that `manage.py verify_evidence` reads. Raises EvidenceErased."""
    record = open_record(evidence)
    stamp = _stamp(evidence, evidence.comment.page.brand_id)
    return sealing.envelope(stamp, record.data, evidence.digest, evidence.signature, evidence.signer)


def check_file(file: bytes, public_key: str = "") -> list[Broken]:
    """Everything of an evidence file that does not hold; an empty list when it is as it was signed.

    Without `public_key` it must be this installation's, and the ledger's head must lie on the brand's chain.
    """
    content = sealing.read(file)
    if content is None:
        return [Broken.NOT_A_FILE]
    own = sealing.public_text(sealing.private_key(settings.CM_SIGNING_KEY))
    broken = sealing.check(content, public_key or own)
    stamp = sealing.stamp_of(content)
    if not public_key and stamp is not None and Broken.FIELDS not in broken:
        found = ledger.verify(stamp.brand, Head(stamp.count, stamp.hash))
        broken += [Broken.LEDGER] if found is not None else []
    return broken


def erase(comment: Comment, person: Person) -> Result:
    """Destroy the keys of a comment's evidence and blank its words and its author, for good; leads only.

    What was decided, when and by whom stays, with ids alone. A network that shows the comment still does:
    its words are not taken in again.
    """
    brand = comment.page.brand
    if not may(role_of(person, brand), Act.MANAGE):
        return Result(ResultKind.NOT_ALLOWED)
    now = clock.now()
    author = ("author_name", "author_handle", "author_url", "author_remote_id")
    personal = ("text", "url", "conversation", "forgotten", *author)
    with transaction.atomic():
        erased = Comment.objects.filter(pk=comment.pk, erased_at=None).update(
            erased_at=now, **dict.fromkeys(personal, "")
        )
        if not erased:
            return Result(ResultKind.GONE)
        reviews.close(comment, CloseCode.ERASED)
        comment.revisions.update(text="", whole="")
        comment.evidence.filter(erased_at=None).update(key="", erased_at=now)
        ledger.append(
            brand.pk, "comment.erased", actor_id=person.pk, subject_kind="comment", subject_id=comment.pk
        )
    comment.refresh_from_db()
    return Result(ResultKind.DONE)


def _stamp(evidence: Evidence, brand_id: int) -> Stamp:
    return Stamp(evidence.pk, brand_id, iso(evidence.at) or "", evidence.ledger_count, evidence.ledger_hash)
