"""App configuration of notices and outgoing mail."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "pages.notices"
    label = "notices"
    verbose_name = _("Notices")
