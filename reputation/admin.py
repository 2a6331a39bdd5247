"""Audits, their runs and what was read in the back office: to look at, never to change by hand."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from pages.admin_scope import BrandScopedAdmin
from pages.messages import Words
from reputation.messages import fault, run_fault, schedule
from reputation.models import Audit, Fetch, Run, Source


def _stopped(code: str) -> Words:
    return run_fault(code).what


def _unread(code: str) -> Words:
    return fault(code).what


@register(Audit)
class AuditAdmin(BrandScopedAdmin):
    """What is asked, and when."""

    brand_path = "brand"
    list_display = ("name", "brand", "cron", "next_run_at", "archived_at")
    list_select_related = ("brand",)
    list_filter = ("brand",)
    fields = (
        "brand",
        "name",
        "slug",
        "subject",
        "cron",
        "next_run_at",
        "created_by",
        "created_at",
        "archived_at",
        "version",
    )
    labels: ClassVar = {
        "brand": _("brand"),
        "next_run_at": _("next run"),
        "created_by": _("made by"),
        "created_at": _("made on"),
        "archived_at": _("put away on"),
        "version": _("version"),
    }
    readings: ClassVar = {"cron": schedule}


@register(Source)
class SourceAdmin(BrandScopedAdmin):
    """Where audits look."""

    brand_path = "audit__brand"
    list_display = ("name", "audit", "kind", "feed", "dropped_at")
    list_select_related = ("audit",)
    list_filter = ("audit", "kind")
    fields = ("audit", "kind", "name", "feed", "dropped_at")
    labels: ClassVar = {"dropped_at": _("dropped on")}


@register(Run)
class RunAdmin(BrandScopedAdmin):
    """Each time an audit was carried out. The engine owns every column."""

    brand_path = "audit__brand"
    list_display = ("audit", "number", "state", "cause", "asked_at", "ended_at", "code")
    list_select_related = ("audit",)
    list_filter = ("audit", "state", "cause")
    date_hierarchy = "asked_at"
    fields = (
        "audit",
        "number",
        "cause",
        "state",
        "asked_by",
        "asked_at",
        "started_at",
        "ended_at",
        "code",
        "tries",
    )
    labels: ClassVar = {
        "number": _("number"),
        "cause": _("cause"),
        "asked_by": _("asked by"),
        "asked_at": _("asked on"),
        "started_at": _("started on"),
        "ended_at": _("ended on"),
        "code": _("explanation"),
        "tries": _("tries"),
    }
    readings: ClassVar = {"code": _stopped}


@register(Fetch)
class FetchAdmin(BrandScopedAdmin):
    """Each page that a run read or could not read."""

    brand_path = "run__audit__brand"
    list_display = ("url", "run", "state", "code", "status", "tries", "done_at")
    list_select_related = ("run__audit",)
    list_filter = ("state", "code")
    fields = ("run", "source", "url", "host", "state", "code", "status", "tries", "next_try_at", "done_at")
    labels: ClassVar = {
        "run": _("run"),
        "source": _("source"),
        "url": _("address"),
        "host": _("site"),
        "state": _("state"),
        "code": _("explanation"),
        "status": _("answer"),
        "tries": _("tries"),
        "next_try_at": _("next attempt"),
        "done_at": _("done on"),
    }
    readings: ClassVar = {"code": _unread}
