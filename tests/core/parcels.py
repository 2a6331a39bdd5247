"""Two models that exist only in these tests, for the parts of core that work on any model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from django.db import models

from cm_suite.core.crypto import EncryptedTextField
from cm_suite.core.leases import Leased


class Parcel(Leased):
    """Something with states and a lease."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        "waiting": frozenset({"taken", "lost"}),
        "held": frozenset({"taken"}),
        "taken": frozenset({"sent", "waiting"}),
    }

    objects: ClassVar[models.Manager[Self]] = models.Manager()
    state = models.CharField(max_length=20, default="waiting")
    due_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=100, blank=True)
    tries = models.IntegerField(default=0)

    class Meta:
        app_label = "core_tests"


class Vault(models.Model):
    """Something with two secrets."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()
    token = EncryptedTextField()
    spare = EncryptedTextField(null=True)  # type: ignore[misc]  # typed for columns that hold a text

    class Meta:
        app_label = "core_tests"
