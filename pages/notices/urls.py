"""Addresses of notices and of outgoing mail."""

from django.urls import path

from pages.notices import views

app_name = "notices"
urlpatterns = [
    path("b/<slug:brand>/notices/", views.inbox, name="inbox"),
    path("b/<slug:brand>/notices/read/", views.read_all, name="read_all"),
    path("b/<slug:brand>/notices/<int:notice_id>/", views.follow, name="follow"),
    path("b/<slug:brand>/notices/mail/", views.mail, name="mail"),
    path("b/<slug:brand>/notices/mail/<int:mail_id>/resend/", views.resend_mail, name="mail_resend"),
    path("b/<slug:brand>/notices/mail/<int:mail_id>/sent/", views.close_mail, name="mail_sent"),
]
