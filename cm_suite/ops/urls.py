"""Addresses for whoever watches the installation."""

from django.urls import path

from cm_suite.ops.views import health

app_name = "ops"
urlpatterns = [path("health", health, name="health")]
