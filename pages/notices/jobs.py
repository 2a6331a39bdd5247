"""The job of the outbox."""

from pages.notices.services import deliver_due


def send_mail() -> int:
    """Send what is due. Safe to run twice or at once: each mail goes to one sender only."""
    return deliver_due()
