"""The people of the demo, and the file that says how each of them signs in."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from cm_suite.demo.script import names
from pages.enums import Role
from pages.models import Person

FIRST, SECOND = "maison-ambrelune", "cycles-vaudrelin"
LEAD: Final = "ines.caradec@faubourg.example"
AUTHOR: Final = "hugo.delmas@faubourg.example"
APPROVER: Final = "karim.benali@faubourg.example"
OUTSIDER: Final = "jules.rochefort@vaudrelin.example"
_SPOKEN: Final = names()["spoken"]
_DIGITS: Final = "23456789"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the demo: a role by brand, and how the list of log-ins calls them."""

    name: str
    email: str
    called: str
    roles: Mapping[str, Role]


CAST: Final = (
    Member("Inès Caradec", LEAD, "lead", {FIRST: Role.LEAD, SECOND: Role.APPROVER}),
    Member("Hugo Delmas", AUTHOR, "author", {FIRST: Role.AUTHOR, SECOND: Role.AUTHOR}),
    Member("Salomé Brunet", "salome.brunet@faubourg.example", "moderator", {FIRST: Role.MODERATOR}),
    Member("Karim Benali", APPROVER, "approver", {FIRST: Role.APPROVER}),
    Member("Odile Marchand", "odile.marchand@ambrelune.example", "viewer", {FIRST: Role.VIEWER}),
    Member("Jules Rochefort", OUTSIDER, "outsider", {SECOND: Role.LEAD}),
)
EMAILS: Final = tuple(member.email for member in CAST)


def make_people(joined_at: datetime) -> dict[str, Person]:
    """Create the six, by e-mail, with no password yet."""
    for member in CAST:
        Person.objects.create_user(member.email, member.name)
    Person.objects.filter(email__in=EMAILS).update(joined_at=joined_at)
    return Person.objects.in_bulk(EMAILS, field_name="email")


def ensure_logins() -> bool:
    """Give everybody a new password and write the list, unless both are there. True when it was written.

    The sign-in accepts these accounts from this machine only because the list names them: it must not be
    lost while they exist.
    """
    file: Path = settings.CM_DEMO_LOGINS
    without = Person.objects.filter(email__in=EMAILS, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if _listed(file) >= set(EMAILS) and not without.exists():
        return False
    rows = [_row(member) for member in CAST]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing is slow on purpose, and lets others run
        hashes = list(pool.map(make_password, [row["password"] for row in rows]))
    for row, password in zip(rows, hashes, strict=True):
        Person.objects.filter(email=row["email"]).update(password=password)
    _write(file, json.dumps(rows, ensure_ascii=False, indent=1))
    return True


def password() -> str:
    """A random password that can be read aloud and typed, about 36 bits: it opens from this machine only."""
    words = [secrets.choice(_SPOKEN) for _ in range(3)]
    return "-".join([*words, "".join(secrets.choice(_DIGITS) for _ in range(6))])


def _row(member: Member) -> dict[str, str]:
    return {"name": member.name, "email": member.email, "role": member.called, "password": password()}


def _listed(file: Path) -> set[str]:
    """The e-mails in the list; none when it is not there or was cut short."""
    try:
        return {row["email"] for row in json.loads(file.read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError, KeyError):
        return set()


def _write(file: Path, text: str) -> None:
    """Write for the owner only, whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text + "\n")
    draft.replace(file)
