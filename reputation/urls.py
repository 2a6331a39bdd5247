"""Addresses of reputation."""

from django.urls import path

from reputation.views import audits, edit, evidence, report, runs

app_name = "reputation"
BASE = "b/<slug:brand>/audits/"
ONE = BASE + "<slug:audit>/"
RUN = ONE + "<int:number>/"
urlpatterns = [
    path(BASE, audits.audits, name="audits"),
    path(BASE + "new/", edit.new, name="new"),
    path(ONE, audits.audit, name="audit"),
    path(ONE + "edit/", edit.edit, name="edit"),
    path(ONE + "run/", runs.run, name="run"),
    path(ONE + "archive/", edit.archive, name="archive"),
    path(ONE + "restore/", edit.restore, name="restore"),
    path(RUN, report.report, name="report"),
    path(RUN + "progress/", runs.progress, name="progress"),
    path(RUN + "cancel/", runs.cancel, name="cancel"),
    path(RUN + "mentions/", evidence.mentions, name="mentions"),
    path(RUN + "mentions/<int:mention_id>/", evidence.mention, name="mention"),
    path(RUN + "faults/", evidence.faults, name="faults"),
]
