"""App configurations of pages and of the leads' back office."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = _("Brands and people")
    default = True

    def ready(self) -> None:
        """Have the ends of APIs looked at on every start."""
        import_module("pages.sunset")


class BackOfficeConfig(admin_apps.AdminConfig):
    """Every `admin.py` registers with the leads' site; Django's own groups have no place there."""

    default_site = "pages.admin_site.LeadAdminSite"
    verbose_name = _("Back office")
    default = False

    def ready(self) -> None:
        """Collect the models of all apps; rights come from `pages.rules`, so groups are left out."""
        super().ready()
        admin.site.unregister(apps.get_model("auth", "Group"))
