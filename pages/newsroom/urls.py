"""The newsroom's addresses, below `/p/`. Nobody signs in here."""

from django.urls import path

from pages.newsroom.views import comment, follow, read, report

app_name = "newsroom"

urlpatterns = [
    path("<slug:brand>/", read.home, name="home"),
    path("<slug:brand>/<int:post_id>/", read.post, name="post"),
    path("<slug:brand>/<int:post_id>/image/<int:place>/", read.image, name="image"),
    path("<slug:brand>/<int:post_id>/image/<int:place>/small/", read.image_small, name="image_small"),
    path("<slug:brand>/<int:post_id>/comment/", comment.comment, name="comment"),
    path("<slug:brand>/<int:post_id>/report/<int:comment_id>/", report.report, name="report"),
    path("<slug:brand>/comment/", comment.yours, name="yours"),
    path("<slug:brand>/report/sent/", report.reported, name="reported"),
    path("<slug:brand>/feed.atom", read.feed, name="feed"),
    path("<slug:brand>/charter/", read.charter, name="charter"),
    path("<slug:brand>/legal/", read.legal, name="legal"),
    path("<slug:brand>/subscribe/", follow.subscribe, name="subscribe"),
    path("<slug:brand>/subscribe/asked/", follow.asked, name="asked"),
    path("<slug:brand>/confirm/", follow.confirm, name="confirm"),
    path("<slug:brand>/leave/", follow.leave, name="leave"),
    path("<slug:brand>/leave/why/", follow.why, name="why"),
]
