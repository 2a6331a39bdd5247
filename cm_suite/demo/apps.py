"""App configuration of the demo agency."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "cm_suite.demo"
    label = "demo"
