"""Addresses of moderation."""

from django.urls import path

from moderation.views import comments, queue

app_name = "moderation"
BASE = "b/<slug:brand>/"
urlpatterns = [
    path(BASE + "queue/", queue.queue, name="queue"),
    path(BASE + "comments/", comments.comments, name="comments"),
]
