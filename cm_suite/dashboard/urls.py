"""Addresses of the dashboard."""

from django.urls import path

from cm_suite.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("b/<slug:brand>/", views.today, name="today"),
]
