"""What nobody needs any more is deleted: closed invitations, ended sessions, mails long gone."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Final

from django.conf import settings

from cm_suite.core import clock
from pages.models import Invitation
from pages.notices import services as notices
from pages.notices.enums import MailState
from pages.notices.models import Mail

KEEP_INVITATIONS: Final = timedelta(days=30)  # after they expired
KEEP_MAILS: Final = timedelta(days=90)  # after they left


def tidy() -> None:
    """Delete what is past its time; a second run finds nothing left to do."""
    now = clock.now()
    Invitation.objects.filter(expires_at__lt=now - KEEP_INVITATIONS).delete()
    Mail.objects.filter(state=MailState.SENT, sent_at__lt=now - KEEP_MAILS).delete()
    notices.tidy()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
