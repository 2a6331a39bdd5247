"""Secrets at rest: an encrypted text field, key rotation, and keyed hashes for what may only be compared."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast

_DUMPED = "fernet:"

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class CannotDecrypt(Exception):
    """No key in CM_FIELD_KEYS opens this value: a key was removed before `rotate` had run."""


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keys() -> MultiFernet:
    """The keys in force: the first encrypts, all of them decrypt."""
    return _box(tuple(settings.CM_FIELD_KEYS))


def encrypt(text: str) -> str:
    """The text under the first key of CM_FIELD_KEYS, as ASCII."""
    return _keys().encrypt(text.encode("utf-8")).decode("ascii")


def decrypt(token: str) -> str:
    """What `encrypt` was given. Raises CannotDecrypt when no key in force opens it."""
    try:
        return _keys().decrypt(token.encode("utf-8")).decode("utf-8")
    except InvalidToken as error:
        raise CannotDecrypt("no key in force opens this value") from error


def keyed_hash(text: str) -> str:
    """HMAC-SHA-256 (hex) under CM_HASH_KEY: equal texts can be told, the text cannot be found back."""
    return hmac.new(
        settings.CM_HASH_KEY.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


class EncryptedTextField(_TextField):
    """Text that the database never sees in clear. It cannot be searched: only `isnull` is a lookup."""

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`: each encryption of the same text differs, so nothing else could match."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        prepared = super().get_prep_value(value)
        return prepared if prepared is None or hasattr(prepared, "resolve_expression") else encrypt(prepared)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt on the way from the database."""
        return None if value is None else decrypt(value)

    def value_to_string(self, obj: models.Model) -> str:
        """The encrypted form: a dump of the database holds no secret in clear."""
        value = self.value_from_object(obj)
        return "" if value is None else _DUMPED + encrypt(value)

    def to_python(self, value: Any) -> Any:
        """Open what `value_to_string` wrote; any other text stays as it is."""
        if not isinstance(value, str) or not value.startswith(_DUMPED):
            return super().to_python(value)
        try:
            return decrypt(value.removeprefix(_DUMPED))
        except CannotDecrypt as error:
            raise ValidationError(str(error)) from error


def rotate(model: type[models.Model]) -> int:
    """Bring every encrypted value of a model under the first key; how many values were written.

    Rows changed meanwhile are left alone: they already are under the first key. Raises CannotDecrypt.
    """
    fields = [each for each in model._meta.concrete_fields if isinstance(each, EncryptedTextField)]
    return sum(_rotate_field(model, field.name) for field in fields)


def _rotate_field(model: type[models.Model], name: str) -> int:
    """Rotate one column, a row at a time, each only if it still holds what was read."""
    raw = Cast(name, models.TextField())
    rows = model._base_manager.annotate(ciphertext=raw)
    written = 0
    for pk, old in rows.exclude(**{f"{name}__isnull": True}).values_list("pk", "ciphertext").iterator():
        new = _rotated(old)
        same = rows.filter(pk=pk, ciphertext=old)
        written += same.update(**{name: Value(new, output_field=models.TextField())})
    return written


def _rotated(token: str) -> str:
    try:
        return _keys().rotate(token.encode("ascii")).decode("ascii")
    except InvalidToken as error:
        raise CannotDecrypt("no key in force opens this value") from error
