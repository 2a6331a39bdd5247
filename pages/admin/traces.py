"""What was sent and what was done: outgoing mail without its words, and the ledger. Read-only."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cm_suite.core.models import LedgerEntry
from pages.admin_events import event_words, subject_words
from pages.admin_scope import BrandScopedAdmin
from pages.models import Brand, Person
from pages.notices.enums import MailState
from pages.notices.messages import mail_code
from pages.notices.models import Mail

UNSURE: Final = (MailState.REFUSED, MailState.UNKNOWN)
FATES: Final[dict[str, tuple[Promise, Q]]] = {
    "undecided": (
        _("Refused or uncertain: to be decided"),
        Q(state__in=UNSURE) & ~Q(state=MailState.REFUSED, emptied=True),
    ),
    "again": (_("Not taken yet: tried again by itself"), Q(state=MailState.PLANNED, tries__gt=0)),
    "lost": (_("Refused, and its text erased"), Q(state=MailState.REFUSED, emptied=True)),
}


class FateFilter(admin.SimpleListFilter):
    """Which mails did not simply leave, by what a person can still do about them."""

    title = _("what is to be done")
    parameter_name = "fate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The fates, in words."""
        return [(code, str(words)) for code, (words, _rows) in FATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The mails of the fate chosen; all of them for none, or for one there is not."""
        chosen = FATES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


@admin.register(Mail)
class MailAdmin(BrandScopedAdmin):
    """The outbox: states and times; no address, no subject, no body."""

    keeper_sees_all = True
    list_display = ("number", "brand", "kind", "state", "code", "tries", "created_at", "sent_at")
    list_select_related = ("brand",)
    list_filter = (FateFilter, "brand", "kind", "state", "code")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    fields = ("brand", "kind", "state", "code", "tries", "next_attempt_at", "created_at", "sent_at")
    labels: ClassVar = {"code": _("explanation")}
    readings: ClassVar = {"code": mail_code}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The words are not even read."""
        return super().get_queryset(request).defer("to", "subject", "text", "html", "unsubscribe_url")

    @admin.display(description=_("number"), ordering="pk")
    def number(self, mail: Mail) -> int:
        """What the mail is called by: it has no name that may be shown."""
        return mail.pk


@admin.register(LedgerEntry)
class LedgerAdmin(BrandScopedAdmin):
    """The brand's chain, newest first."""

    brand_path = "brand_id"
    list_display = (
        "seq",
        "brand_name",
        "at",
        "kind",
        "actor_name",
        "subject_kind",
        "subject_id",
        "short_hash",
    )
    list_filter = ("kind",)
    readings: ClassVar = {"kind": event_words, "subject_kind": subject_words}
    date_hierarchy = "at"
    ordering = ("-at", "-seq")
    fields = (
        "seq",
        "brand_name",
        "at",
        "kind",
        "actor_name",
        "subject_kind",
        "subject_id",
        "content_hash",
        "prev_hash",
        "hash",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lines with the names their ids stand for, if they still do."""
        brand = Brand.objects.filter(pk=OuterRef("brand_id")).values("name")
        actor = Person.objects.filter(pk=OuterRef("actor_id")).values("name")
        rows: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = rows.annotate(
            named_brand=Subquery(brand, output_field=CharField()),
            named_actor=Subquery(actor, output_field=CharField()),
        )
        return named

    @admin.display(description=_("brand"))
    def brand_name(self, entry: Any) -> str:
        """The brand's name, or its id when the brand is gone."""
        return entry.named_brand or str(entry.brand_id)

    @admin.display(description=_("by"))
    def actor_name(self, entry: Any) -> str:
        """Who did it; empty when the engine did."""
        return entry.named_actor or (str(entry.actor_id) if entry.actor_id else "")

    @admin.display(description=_("hash"))
    def short_hash(self, entry: Any) -> str:
        """Enough of the hash to compare by eye."""
        return str(entry.hash[:12])
