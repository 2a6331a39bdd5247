"""Old keys can go once everything is under the new one."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.crypto import CannotDecrypt, EncryptedTextField
from pages.models import Consent, Credential, Offer, ServerApp
from tests.people import Cast


def rotated() -> list[str]:
    """What the command prints, a line per table."""
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue().splitlines()


def columns() -> list[tuple[type[Model], str]]:
    """Every encrypted column of the house."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def ciphertexts() -> list[str]:
    """What the database holds in all encrypted columns."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for model, column in columns():
            cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}"')  # noqa: S608  # our own names
            found += [row[0] for row in cursor.fetchall()]
    return found


def connected(cast: Cast) -> None:
    """One row of everything that opens pages."""
    Credential.objects.create(page=cast.newsroom, token="s3cret", refresh_token="r3fresh")
    consent = Consent.objects.create(
        brand=cast.brand,
        network="x",
        person=cast.alice,
        state_hash="0",
        verifier="v3rifier",
        expires_at=clock.now(),
    )
    Offer.objects.create(consent=consent, remote_id="1", name="Lumen", token="0ffer", refresh_token="r3newal")
    ServerApp.objects.create(
        network="mastodon",
        host="https://m.example",
        client_id="1",
        client_secret="k3y",
        redirect_uri="https://desk.example/",
    )


def opened() -> list[str]:
    """Everything that opens pages, in clear."""
    credential, offer = Credential.objects.get(), Offer.objects.get()
    return [
        credential.token,
        credential.refresh_token,
        Consent.objects.get().verifier,
        offer.token,
        offer.refresh_token,
        ServerApp.objects.get().client_secret,
    ]


def test_after_a_rotation_the_old_key_may_go(cast: Cast, settings: Settings) -> None:
    old, new = settings.CM_FIELD_KEYS[0], Fernet.generate_key().decode()
    connected(cast)
    before, clear = set(ciphertexts()), opened()
    assert clear == ["s3cret", "r3fresh", "v3rifier", "0ffer", "r3newal", "k3y"]
    settings.CM_FIELD_KEYS = [new, old]
    said = rotated()
    assert said[:4] == ["pages.Credential: 2", "pages.Consent: 1", "pages.Offer: 2", "pages.ServerApp: 1"]
    assert {line.partition(":")[0] for line in said} == {model._meta.label for model, _name in columns()}
    assert before.isdisjoint(ciphertexts())
    settings.CM_FIELD_KEYS = [new]
    assert opened() == clear
    settings.CM_FIELD_KEYS = [old]
    for model in (Credential, Consent, Offer, ServerApp):
        with pytest.raises(CannotDecrypt):
            model._base_manager.get()


def test_a_missing_key_is_named_and_nothing_is_lost(cast: Cast, settings: Settings) -> None:
    old = settings.CM_FIELD_KEYS[0]
    Credential.objects.create(page=cast.newsroom, token="s3cret")
    settings.CM_FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="Put that key back"):
        rotated()
    settings.CM_FIELD_KEYS = [old]
    assert Credential.objects.get().token == "s3cret"
