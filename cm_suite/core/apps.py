"""The ground floor as an installed application (it owns the ledger's tables)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Registers `cm_suite.core` under the label `core`."""

    name = "cm_suite.core"
    label = "core"
    verbose_name = _("Ledger")
    default_auto_field = "django.db.models.BigAutoField"
