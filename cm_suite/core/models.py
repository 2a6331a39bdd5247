"""The ledger's two tables: entries that are only ever added, and the head of each brand's chain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """One line of a brand's chain. The database refuses to change or remove it (see `triggers.py`).

    It holds ids and keyed hashes, never words; `at` is an instant in UTC. Ids are plain numbers, with
    no foreign key: a line outlives what it speaks of.
    """

    brand_id = models.BigIntegerField()
    seq = models.PositiveBigIntegerField(_("line"))
    at = models.DateTimeField(_("when"))
    kind = models.CharField(_("event"), max_length=60)
    actor_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(_("about"), max_length=60)
    subject_id = models.BigIntegerField(_("number"))
    content_hash = models.CharField(_("hash of the words"), max_length=64, blank=True)
    prev_hash = models.CharField(_("hash before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering: ClassVar[list[str]] = ["brand_id", "seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["brand_id", "seq"], name="ledger_one_line_per_seq")
        ]

    def __str__(self) -> str:
        return f"{self.brand_id}#{self.seq}"


class LedgerHead(models.Model):
    """How many lines a brand's chain has, and the hash of the last: what a printed head is compared to."""

    brand_id = models.BigIntegerField(primary_key=True)
    count = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.brand_id}: {self.count}"
