"""Sign-in by e-mail. Demo log-ins work from this very machine only."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from pages.models import Person
from pages.visitors import is_local


class EmailBackend(ModelBackend):
    """Django's own check of the password, after the door of the demo log-ins."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Person | None:
        """Who signs in with this e-mail and password, or None. Raises ValueError for a broken demo file."""
        email = str(username or kwargs.get(Person.USERNAME_FIELD) or "").strip().lower()
        if email in demo_emails() and not is_local(request):
            return None
        found = super().authenticate(request, username=email, password=password)
        return found if isinstance(found, Person) else None


def demo_emails() -> frozenset[str]:
    """The e-mails of the demo log-ins, in lower case; none where no demo was made."""
    file = settings.CM_DEMO_LOGINS
    if not file.exists():
        return frozenset()
    return frozenset(row["email"].lower() for row in json.loads(file.read_text(encoding="utf-8")))
