"""What happens on the pages and other apps may want to know at once."""

from typing import Final

from django.dispatch import Signal

comment_arrived: Final = Signal()
"""Sent with `page_id` after the commit, when a newsroom comment is written, edited, withdrawn or reported."""
