"""One's own account: name, language, password, the brands one is on."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as switch_language

from pages.access import PersonRequest, person_view
from pages.forms.people import PasswordForm, ProfileForm
from pages.models import Person
from pages.selectors.people import memberships_of
from pages.services import accounts
from pages.views.accounts import remember_device, remember_language


@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    """Show the account; change name and language."""
    if request.method != "POST":
        return _page(request, ProfileForm(instance=request.user), PasswordForm(request.user))
    form = ProfileForm(request.POST, instance=Person.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return _page(request, form, PasswordForm(request.user), status=422)
    saved = form.save()
    translation.activate(saved.language)
    messages.success(request, _("Your profile is saved."))
    response = redirect("pages:profile")
    remember_language(response, saved.language)
    return response


@person_view
@require_POST
@sensitive_post_parameters()
def change_password(request: PersonRequest) -> HttpResponse:
    """Change the password; every other session of this person ends."""
    form = PasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, ProfileForm(instance=request.user), form, status=422)
    form.save()
    update_session_auth_hash(request, form.user)
    messages.success(request, _("Your password is changed. You are signed out everywhere else."))
    response = redirect("pages:profile")
    remember_device(response, request.user)
    return response


def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the interface, and remember it for the person who is signed in."""
    language = request.POST.get("language", "")
    person = request.user
    if isinstance(person, Person) and check_for_language(language):
        accounts.speak(person, language)
    return switch_language(request)


def _page(
    request: PersonRequest, form: ProfileForm, password_form: PasswordForm, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "password_form": password_form,
        "memberships": memberships_of(request.user),
    }
    return render(request, "pages/profile.html", context, status=status)
