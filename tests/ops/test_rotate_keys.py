"""Old keys can go once everything is under the new one."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from cm_suite.core.crypto import CannotDecrypt
from pages.models import Credential
from tests.people import Cast


def stored() -> str:
    """The token as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM pages_credential")
        return str(cursor.fetchone()[0])


def rotated() -> list[str]:
    """What the command prints, a line per table."""
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue().splitlines()


def test_after_a_rotation_the_old_key_may_go(cast: Cast, settings: Settings) -> None:
    old, new = settings.CM_FIELD_KEYS[0], Fernet.generate_key().decode()
    Credential.objects.create(page=cast.newsroom, token="s3cret")
    before = stored()
    settings.CM_FIELD_KEYS = [new, old]
    assert rotated() == [
        "pages.Credential: 1",
        "notices.Mail: 0",
        "newsroom.Subscriber: 0",
        "newsroom.NewsroomComment: 0",
        "newsroom.CommentReport: 0",
        "moderation.Evidence: 0",
    ]
    assert stored() != before
    settings.CM_FIELD_KEYS = [new]
    assert Credential.objects.get().token == "s3cret"
    settings.CM_FIELD_KEYS = [old]
    with pytest.raises(CannotDecrypt):
        Credential.objects.get()


def test_a_missing_key_is_named_and_nothing_is_lost(cast: Cast, settings: Settings) -> None:
    old = settings.CM_FIELD_KEYS[0]
    Credential.objects.create(page=cast.newsroom, token="s3cret")
    settings.CM_FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="Put that key back"):
        rotated()
    settings.CM_FIELD_KEYS = [old]
    assert Credential.objects.get().token == "s3cret"
