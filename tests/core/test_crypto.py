"""Secrets at rest."""

from __future__ import annotations

import json

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cm_suite.core import crypto
from cm_suite.core.crypto import CannotDecrypt, decrypt, encrypt, keyed_hash, rotate
from tests.core.parcels import Vault


def stored(column: str = "token") -> list[str | None]:
    """What the database holds, as it holds it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM core_tests_vault ORDER BY id")  # noqa: S608  # our own columns
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.usefixtures("tables")
class TestField:
    def test_the_database_never_sees_the_text(self) -> None:
        Vault.objects.create(token="s3cr3t")
        Vault.objects.create(token="s3cr3t", spare="")
        first, second = stored()
        assert (first or "").startswith("gAAAA")
        assert first != second
        assert stored("spare")[0] is None
        assert [(row.token, row.spare) for row in Vault.objects.order_by("pk")] == [
            ("s3cr3t", None),
            ("s3cr3t", ""),
        ]

    def test_an_update_encrypts_too(self) -> None:
        row = Vault.objects.create(token="old")
        Vault.objects.update(token="new")
        row.refresh_from_db()
        assert row.token == "new"
        assert "new" not in str(stored())
        assert list(Vault.objects.values_list("token", flat=True)) == ["new"]

    def test_it_cannot_be_searched_but_for_absence(self) -> None:
        Vault.objects.create(token="s3cr3t")
        for lookup in ("token", "token__contains", "token__in"):
            with pytest.raises(FieldError):
                Vault.objects.filter(**{lookup: "s3cr3t"}).exists()
        assert Vault.objects.filter(spare__isnull=True).count() == 1

    def test_a_dump_holds_no_secret_and_is_read_again(self) -> None:
        Vault.objects.create(token="s3cr3t", spare=None)
        dump = serializers.serialize("json", Vault.objects.all())
        assert "s3cr3t" not in dump
        (dumped,) = json.loads(dump)
        assert dumped["fields"]["spare"] is None
        field = Vault._meta.get_field("token")
        assert field.to_python(dumped["fields"]["token"]) == "s3cr3t"
        with pytest.raises(ValidationError):
            field.to_python("fernet:gAAAA")

    def test_rotation_brings_every_value_under_the_first_key(self, settings: Settings) -> None:
        for number in range(3):
            Vault.objects.create(token=f"t{number}", spare="s" if number else None)
        old = settings.CM_FIELD_KEYS[0]
        new = Fernet.generate_key().decode()
        settings.CM_FIELD_KEYS = [new, old]
        assert [row.token for row in Vault.objects.order_by("pk")] == ["t0", "t1", "t2"]
        assert rotate(Vault) == 5
        settings.CM_FIELD_KEYS = [new]
        assert [(row.token, row.spare) for row in Vault.objects.order_by("pk")] == [
            ("t0", None),
            ("t1", "s"),
            ("t2", "s"),
        ]
        settings.CM_FIELD_KEYS = [old]
        with pytest.raises(CannotDecrypt):
            Vault.objects.get(pk=Vault.objects.values_list("pk", flat=True).order_by("pk")[0])

    def test_rotation_leaves_what_changed_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = Vault.objects.create(token="before")
        rotated = crypto._rotated

        def late(token: str) -> str:
            Vault.objects.update(token="after")
            return rotated(token)

        monkeypatch.setattr(crypto, "_rotated", late)
        assert rotate(Vault) == 0
        row.refresh_from_db()
        assert row.token == "after"

    def test_rotation_without_the_old_key_says_so_and_changes_nothing(self, settings: Settings) -> None:
        Vault.objects.create(token="t")
        before = stored()
        settings.CM_FIELD_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(CannotDecrypt):
            rotate(Vault)
        assert stored() == before


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    assert decrypt(encrypt(text)) == text


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "é"])
def test_what_no_key_opens_is_an_error(token: str) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(token)


def test_a_keyed_hash_depends_on_the_key(settings: Settings) -> None:
    settings.CM_HASH_KEY = "Jefe"  # RFC 4231, test case 2
    known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert keyed_hash("what do ya want for nothing?") == known
    settings.CM_HASH_KEY = "other"
    assert keyed_hash("what do ya want for nothing?") != known
