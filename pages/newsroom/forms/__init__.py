"""What a visitor may fill in."""

from pages.newsroom.forms.comment import CommentForm, EditForm
from pages.newsroom.forms.follow import SubscribeForm, WhyForm
from pages.newsroom.forms.report import ReportForm

__all__ = ["CommentForm", "EditForm", "ReportForm", "SubscribeForm", "WhyForm"]
