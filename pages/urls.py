"""Addresses of people, brands and pages."""

from django.urls import path

from pages.views import (
    accounts,
    audience,
    connected,
    connecting,
    consent,
    fans,
    pause,
    people,
    profile,
    settings,
)

app_name = "pages"
urlpatterns = [
    path("sign-in/", accounts.SignIn.as_view(), name="sign_in"),
    path("sign-out/", accounts.SignOut.as_view(), name="sign_out"),
    path("password/", accounts.password_reset, name="password_reset"),
    path("password/sent/", accounts.password_reset_sent, name="password_reset_sent"),
    path("password/<uidb64>/<token>/", accounts.NewPassword.as_view(), name="password_reset_confirm"),
    path("invitation/<str:token>/", accounts.invitation, name="invitation"),
    path("me/", profile.profile, name="profile"),
    path("me/notices/", settings.notice_settings, name="notice_settings"),
    path("me/password/", profile.change_password, name="change_password"),
    path("b/<slug:brand>/people/", people.people_list, name="people"),
    path("b/<slug:brand>/people/invite/", people.invite, name="invite"),
    path("b/<slug:brand>/people/leave/", people.leave, name="leave"),
    path("b/<slug:brand>/people/<int:membership_id>/role/", people.change_role, name="role"),
    path("b/<slug:brand>/people/<int:membership_id>/remove/", people.remove, name="remove"),
    path(
        "b/<slug:brand>/people/invitations/<int:invitation_id>/resend/",
        people.resend_invitation,
        name="invitation_resend",
    ),
    path(
        "b/<slug:brand>/people/invitations/<int:invitation_id>/revoke/",
        people.revoke_invitation,
        name="invitation_revoke",
    ),
    path("b/<slug:brand>/pages/", connected.pages, name="pages"),
    path("b/<slug:brand>/pages/connect/", connecting.connect, name="connect"),
    path("b/<slug:brand>/pages/connect/<slug:network>/", connecting.connect_network, name="connect_network"),
    path("b/<slug:brand>/pages/connect/<slug:network>/leave/", consent.connect_leave, name="connect_leave"),
    path("b/<slug:brand>/pages/offers/<int:consent_id>/", consent.offers, name="offers"),
    path("connect/back/<slug:network>/", consent.connect_back, name="connect_back"),
    path("b/<slug:brand>/pages/<int:page_id>/", connected.page, name="page"),
    path("b/<slug:brand>/pages/<int:page_id>/audience/", audience.audience, name="audience"),
    path("b/<slug:brand>/pages/<int:page_id>/reconnect/", connecting.reconnect, name="reconnect"),
    path(
        "b/<slug:brand>/pages/<int:page_id>/reconnect/leave/",
        consent.reconnect_leave,
        name="reconnect_leave",
    ),
    path("b/<slug:brand>/pages/<int:page_id>/budget/", connected.budget, name="budget"),
    path("b/<slug:brand>/pages/<int:page_id>/disconnect/", connected.disconnect, name="disconnect"),
    path("b/<slug:brand>/pages/<int:page_id>/check/", connected.check, name="check"),
    path("b/<slug:brand>/settings/", settings.settings, name="settings"),
    path("b/<slug:brand>/pause/", pause.pause, name="pause"),
    path("b/<slug:brand>/pause/<int:pause_id>/resume/", pause.resume, name="resume"),
    path("b/<slug:brand>/fans/", fans.fans, name="fans"),
]
