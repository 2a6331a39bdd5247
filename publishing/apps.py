"""App configuration of publishing."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        """Have whoever counts audiences leave pages alone that a post is leaving for."""
        import_module("publishing.services.metrics")
