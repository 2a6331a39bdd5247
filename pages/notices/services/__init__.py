"""What the rest of the house calls: tell people, write a mail, let the outbox leave."""

from pages.notices.services.acts import mark_sent, resend
from pages.notices.services.deliver import deliver_due
from pages.notices.services.outbox import forget_mails, queue_mail, tidy
from pages.notices.services.preferences import save_preferences
from pages.notices.services.tell import mark_all_read, mark_read, notify

__all__ = [
    "deliver_due",
    "forget_mails",
    "mark_all_read",
    "mark_read",
    "mark_sent",
    "notify",
    "queue_mail",
    "resend",
    "save_preferences",
    "tidy",
]
