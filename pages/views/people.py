"""The people of a brand: who they are, what each role may do, who is invited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cm_suite.core import clock
from pages.access import BrandRequest, brand_view
from pages.enums import Act, Role
from pages.forms.people import InviteForm, RoleForm
from pages.models import Invitation, Membership
from pages.rules import RIGHTS
from pages.selectors.people import open_invitations, team
from pages.services import invitations, people
from pages.services.people import PeopleRefused


@dataclass(frozen=True, slots=True)
class RightsLine:
    """One act, and for each role whether it may do it, in the order of `Role`."""

    act: str
    cells: list[bool]


@brand_view(Act.SEE)
@require_safe
def people_list(request: BrandRequest) -> HttpResponse:
    """Everybody on the brand, who is invited, and the table of rights."""
    return _page(request, InviteForm())


@brand_view(Act.MANAGE)
@require_POST
def invite(request: BrandRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    email = form.cleaned_data["email"]
    try:
        invitations.invite(request.brand, email, form.cleaned_data["role"], request.user)
    except PeopleRefused as refused:
        form.add_error("email", refused.refusal.label)
        return _page(request, form, status=422)
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": email})
    return _back(request)


@brand_view(Act.MANAGE)
@require_POST
def change_role(request: BrandRequest, membership_id: int) -> HttpResponse:
    """Give somebody another role."""
    membership = _member(request, membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles of the list."))
        return _back(request)
    role: Role = form.cleaned_data["role"]
    words = _("%(name)s is now %(role)s.") % {"name": membership.person.name, "role": role.label.lower()}
    return _act(request, lambda: people.change_role(membership, role, request.user), words)


@brand_view(Act.MANAGE)
@require_POST
def remove(request: BrandRequest, membership_id: int) -> HttpResponse:
    """Take somebody off the brand; what they wrote stays."""
    membership = _member(request, membership_id)
    words = _("%(name)s is no longer on %(brand)s. What they wrote stays; an invitation brings them back.")
    told = words % {"name": membership.person.name, "brand": request.brand.name}
    return _act(request, lambda: people.remove(membership, request.user), told)


@brand_view(Act.SEE)
@require_POST
def leave(request: BrandRequest) -> HttpResponse:
    """Leave the brand; its last lead is told to name another first."""
    own = next(each for each in request.memberships if each.brand_id == request.brand.pk)
    try:
        people.remove(own, request.user)
    except PeopleRefused as refused:
        messages.error(request, refused.refusal.label)
        return _back(request)
    messages.success(request, _("You have left %(brand)s.") % {"brand": request.brand.name})
    return redirect("dashboard:home")


@brand_view(Act.MANAGE)
@require_POST
def resend_invitation(request: BrandRequest, invitation_id: int) -> HttpResponse:
    """Send an invitation's mail again, with a new link."""
    invitation = _invitation(request, invitation_id)
    words = _("A new link is on its way to %(email)s; the one before no longer works.")
    told = words % {"email": invitation.email}
    return _act(request, lambda: invitations.resend(invitation, request.user), told)


@brand_view(Act.MANAGE)
@require_POST
def revoke_invitation(request: BrandRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, invitation_id)
    told = _("The invitation to %(email)s is taken back.") % {"email": invitation.email}
    return _act(request, lambda: invitations.revoke(invitation, request.user), told)


def rights_table() -> list[RightsLine]:
    """What each role may do, from the one table of rights."""
    return [RightsLine(str(act.label), [role in RIGHTS[act] for role in Role]) for act in Act]


def _page(request: BrandRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    members = list(team(request.brand))
    leads = [each.pk for each in members if each.role == Role.LEAD and each.person.is_active]
    context = {
        "members": members,
        "last_lead_id": leads[0] if len(leads) == 1 else None,
        "invitations": list(open_invitations(request.brand)),
        "form": form,
        "roles": Role.choices,
        "rights_table": rights_table(),
        "now": clock.now(),
    }
    return render(request, "pages/people.html", context, status=status)


def _act(request: BrandRequest, act: Callable[[], object], told: str) -> HttpResponse:
    """Do it and say so, or say why not; either way back to the list."""
    try:
        act()
    except PeopleRefused as refused:
        messages.error(request, refused.refusal.label)
    else:
        messages.success(request, told)
    return _back(request)


def _member(request: BrandRequest, membership_id: int) -> Membership:
    rows = Membership.objects.select_related("person")
    return get_object_or_404(rows, pk=membership_id, brand=request.brand)


def _invitation(request: BrandRequest, invitation_id: int) -> Invitation:
    return get_object_or_404(Invitation, pk=invitation_id, brand=request.brand)


def _back(request: BrandRequest) -> HttpResponse:
    return redirect("pages:people", brand=request.brand.slug)
