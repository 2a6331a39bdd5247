"""Addresses of publishing."""

from django.urls import path

from publishing.views import compose, deliveries, figures, pictures, plan, posts, rules

app_name = "publishing"
urlpatterns = [
    path("b/<slug:brand>/plan/", plan.plan, name="plan"),
    path("b/<slug:brand>/plan/attention/", plan.attention, name="attention"),
    path("b/<slug:brand>/posts/", posts.drafts, name="drafts"),
    path("b/<slug:brand>/posts/new/", compose.compose, name="compose"),
    path("b/<slug:brand>/posts/checks/", compose.checks, name="checks"),
    path("b/<slug:brand>/posts/images/", pictures.pictures, name="pictures"),
    path("b/<slug:brand>/images/<int:stored_id>/", pictures.picture, name="picture"),
    path("b/<slug:brand>/images/<int:stored_id>/small/", pictures.picture_small, name="picture_small"),
    path("i/<str:name>", pictures.shared_image, name="shared_image"),
    path("b/<slug:brand>/posts/<int:post_id>/", posts.post, name="post"),
    path("b/<slug:brand>/posts/<int:post_id>/place/", posts.place, name="place"),
    path("b/<slug:brand>/posts/<int:post_id>/discard/", posts.discard, name="discard"),
    path("b/<slug:brand>/counter/", figures.counter, name="counter"),
    path("b/<slug:brand>/pages/<int:page_id>/rules/", rules.rules, name="rules"),
    path("b/<slug:brand>/deliveries/<int:delivery_id>/move/", deliveries.reschedule, name="reschedule"),
    path("b/<slug:brand>/deliveries/<int:delivery_id>/cancel/", deliveries.cancel, name="cancel"),
    path("b/<slug:brand>/deliveries/<int:delivery_id>/restore/", deliveries.restore, name="restore"),
    path("b/<slug:brand>/deliveries/<int:delivery_id>/found/", deliveries.found, name="found"),
    path("b/<slug:brand>/deliveries/<int:delivery_id>/absent/", deliveries.absent, name="absent"),
    path("b/<slug:brand>/deliveries/<int:delivery_id>/remove/", deliveries.remove, name="remove"),
]
