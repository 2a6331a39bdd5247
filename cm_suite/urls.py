"""The whole address plan: the public newsroom, the brands' rooms, the back office."""

from django.urls import include, path
from django.views.i18n import set_language

from pages.admin import back_office

urlpatterns = [
    path("", include("cm_suite.dashboard.urls")),
    path("", include("pages.urls")),
    path("", include("pages.notices.urls")),
    path("", include("publishing.urls")),
    path("p/", include("pages.newsroom.urls")),
    path("ops/", include("cm_suite.ops.urls")),
    path("language/", set_language, name="set_language"),
    path("admin/", back_office.urls),
]
