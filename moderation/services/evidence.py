"""Sealed copies of comments: encrypted each under its own key, signed by the installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.models import Comment, Decision, Evidence
from moderation.services.results import Result
from pages.models import Person


class EvidenceErased(Exception):
    """The key was destroyed: nobody can open this record any more."""


@dataclass(frozen=True, slots=True)
class Record:
    """The sealed record, opened. `data` is what was signed."""

    data: Mapping[str, Any]


def seal(comment: Comment, decision: Decision | None) -> Evidence:
    """Seal the comment as it stands."""
    raise NotImplementedError


def open_record(evidence: Evidence) -> Record:
    """Open a record. Raises EvidenceErased."""
    raise NotImplementedError


def export(evidence: Evidence) -> bytes:
    """The file that `manage.py verify_evidence` reads. Raises EvidenceErased."""
    raise NotImplementedError


def erase(comment: Comment, person: Person) -> Result:
    """Destroy the keys of a comment's evidence and blank its words and its author."""
    raise NotImplementedError
