"""App configuration of moderation."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cm_suite.core import queue
from pages.signals import comment_arrived


class ModerationConfig(AppConfig):
    name = "moderation"
    label = "moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        """Read a newsroom as soon as somebody wrote there; no page is counted while it is read."""
        import_module("moderation.services.watching")
        comment_arrived.connect(read_page, dispatch_uid="moderation.read_page")


def read_page(page_id: int, **_more: Any) -> None:
    """Ring for a page's comments to be read; the periodic turn finds them if nobody hears."""
    queue.enqueue("moderation.jobs.poll_page", page_id)
