"""What leads may see and change in the back office."""

from typing import Final, cast

from django.contrib.admin import site

from pages.admin import brands, people, traces
from pages.admin_site import LeadAdminSite

back_office: Final = cast("LeadAdminSite", site)

__all__ = ["LeadAdminSite", "back_office", "brands", "people", "traces"]
