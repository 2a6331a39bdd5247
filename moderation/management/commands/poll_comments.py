"""`manage.py poll_comments`: one turn of reading comments, and what it found on each page."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import BaseCommand

from moderation.enums import WatchKind
from moderation.services.ingest import poll_due
from moderation.services.results import Polled
from pages.models import Page

AT_ONCE: Final = 500


class Command(BaseCommand):
    """A line per page whose turn it was."""

    help = "Read the comments of the pages whose turn it is, once."

    def handle(self, *args: Any, **options: Any) -> None:
        results = poll_due(AT_ONCE)
        pages = Page.objects.select_related("brand").in_bulk([each.page_id for each in results])
        for each in results:
            page = pages[each.page_id]
            self.stdout.write(f"{page.brand.slug}/{page.network} {page.pk}{_kind(each)}: {_said(each)}")
        if not results:
            self.stdout.write("no page's turn")


def _said(polled: Polled) -> str:
    counts = f"{polled.seen} read, {polled.stored} new, {polled.changed} changed, {polled.gone} gone"
    return f"{counts} ({polled.code})" if polled.code else counts


def _kind(polled: Polled) -> str:
    return "" if polled.kind == WatchKind.COMMENTS else f" {polled.kind}"
