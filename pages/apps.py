"""App configurations of pages and of the leads' back office."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = _("Brands and people")
    default = True


class BackOfficeConfig(SimpleAdminConfig):
    default_site = "pages.admin.LeadAdminSite"
    verbose_name = _("Back office")
    default = False
