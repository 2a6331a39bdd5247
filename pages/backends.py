"""Sign-in by e-mail. Demo log-ins work from this very machine only."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from pages.models import Person

PROXY_HEADERS: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


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


def is_local(request: HttpRequest | None) -> bool:
    """Whether the request came straight from this machine: a loopback peer and no proxy between."""
    if request is None or any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def client_address(request: HttpRequest | None) -> str:
    """Where a request comes from: the peer, or what our own proxy says of it when there is one."""
    if request is None:
        return ""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))
