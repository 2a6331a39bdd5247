"""App configuration of the dashboard."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "cm_suite.dashboard"
    label = "dashboard"
