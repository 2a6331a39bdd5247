"""Addresses of people, brands and pages."""

from django.urls import path

from pages.views import accounts

app_name = "pages"
urlpatterns = [
    path("sign-in/", accounts.SignIn.as_view(), name="sign_in"),
    path("sign-out/", accounts.SignOut.as_view(), name="sign_out"),
]
