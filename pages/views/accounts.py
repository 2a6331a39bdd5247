"""Signing in and out, a lost password, an invitation. Open to everybody: `pages/urls.py` names them."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView, redirect_to_login
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cm_suite.core import clock
from pages.forms.accounts import PasswordResetRequestForm, SignInForm, WelcomeForm
from pages.models import Invitation, Person
from pages.selectors.people import InvitationState, has_account, invitation_state
from pages.services import accounts, invitations
from pages.services.people import PeopleRefused
from pages.visitors import client_address

BACKEND: Final = "pages.backends.EmailBackend"
STATUS: Final = {InvitationState.OPEN: 200, InvitationState.UNKNOWN: 404}  # the others are gone: 410


class SignIn(LoginView):
    """Sign-in by e-mail and password; from then on in the person's language, under a new session key."""

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in and go on."""
        response = super().form_valid(form)
        remember_language(response, form.get_user().language)
        remember_device(response, form.get_user())
        return response


class SignOut(LogoutView):
    """Sign-out, by POST only."""


class NewPassword(PasswordResetConfirmView):
    """Where the mailed link leads: a new password, once. All other sessions end with it."""

    template_name = "pages/password_reset_confirm.html"
    success_url = reverse_lazy("pages:sign_in")

    def form_valid(self, form: Any) -> HttpResponse:
        """Save the password and ask to sign in with it."""
        messages.success(self.request, _("Your password is changed. Sign in with the new one."))
        response = super().form_valid(form)
        remember_device(response, form.user)
        return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link by e-mail; the answer is the same whether the address is known or not."""
    form = PasswordResetRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accounts.send_password_reset(form.cleaned_data["email"], client_address(request))
        return redirect("pages:password_reset_sent")
    return render(request, "pages/password_reset.html", {"form": form})


@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, if there is an account."""
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    return render(request, "pages/password_reset_sent.html", {"minutes": minutes})


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password1", "password2")
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation's link opens: join, sign in first, make an account, or why it cannot be used."""
    found = invitations.find(token)
    state = invitation_state(found, clock.now())
    if found is None or state is not InvitationState.OPEN:
        return _closed(request, found, state)
    person = request.user
    if not isinstance(person, Person):
        return _newcomer(request, found)
    if person.email != found.email:
        context = {"state": "wrong_person", "invitation": found}
        return render(request, "pages/invitation.html", context, status=403)
    if request.method == "POST":
        return _join(request, found, person)
    return render(request, "pages/invitation.html", {"state": "join", "invitation": found})


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep the language for the pages before sign-in, as Django's own switch does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def remember_device(response: HttpResponse, person: Person) -> None:
    """Know this browser again when the person signs in: strangers' wrong passwords do not shut it out."""
    response.set_cookie(
        accounts.DEVICE_COOKIE,
        accounts.device_token(person),
        max_age=accounts.DEVICE_DAYS * 86_400,
        path=reverse("pages:sign_in"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _join(request: HttpRequest, found: Invitation, person: Person) -> HttpResponse:
    try:
        invitations.accept(found, person)
    except PeopleRefused:
        return redirect(request.path)  # it was closed this very moment: the page says how
    messages.success(request, _("Welcome to %(brand)s.") % {"brand": found.brand.name})
    return redirect("dashboard:today", brand=found.brand.slug)


def _newcomer(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Somebody not signed in: they have an account and sign in first, or they make one here."""
    if has_account(found.email):
        if request.method == "POST":
            return redirect_to_login(request.path)
        return render(request, "pages/invitation.html", {"state": "sign_in", "invitation": found})
    form = WelcomeForm(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        return _welcome(request, found, form)
    context = {"state": "new_account", "invitation": found, "form": form}
    return render(request, "pages/invitation.html", context)


def _welcome(request: HttpRequest, found: Invitation, form: Form) -> HttpResponse:
    """Make the account, sign in with it, and open the brand."""
    name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
    try:
        person = invitations.accept_as_new(found, name, password, translation.get_language() or "fr")
    except PeopleRefused:
        return redirect(request.path)
    login(request, person, BACKEND)
    messages.success(request, _("Welcome to %(brand)s.") % {"brand": found.brand.name})
    response = redirect("dashboard:today", brand=found.brand.slug)
    remember_language(response, person.language)
    remember_device(response, person)
    return response


def _closed(request: HttpRequest, found: Invitation | None, state: InvitationState) -> HttpResponse:
    """Why the link cannot be used; somebody who used it already is told where to go."""
    context = {"state": state.value, "invitation": found}
    return render(request, "pages/invitation.html", context, status=STATUS.get(state, 410))
