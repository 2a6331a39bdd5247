"""The whole address plan: the public newsroom, the brands' rooms, the back office."""

from django.urls import include, path

from moderation.views import hooks
from pages.admin import back_office
from pages.views.profile import set_language

urlpatterns = [
    path("", include("cm_suite.dashboard.urls")),
    path("", include("pages.urls")),
    path("", include("pages.notices.urls")),
    path("", include("publishing.urls")),
    path("", include("moderation.urls")),
    path("", include("reputation.urls")),
    path("p/", include("pages.newsroom.urls")),
    path("ops/", include("cm_suite.ops.urls")),
    path("hooks/meta/", hooks.meta, name="meta_hooks"),
    path("language/", set_language, name="set_language"),
    path("admin/", back_office.urls),
]
