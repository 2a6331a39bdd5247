"""E-mail addresses: what may become a header or an SMTP command, and what may be shown."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


class BadHeader(ValueError):
    """A text that would break out of the header it is meant for."""


def one_line(text: str) -> str:
    """The text, if it holds on one line. Raises BadHeader for a line break or a control character."""
    if _CONTROL.search(text):
        raise BadHeader("a header holds on one line")
    return text


def checked_address(address: str) -> str:
    """The bare address, trimmed. Raises BadHeader for anything that is not one e-mail address."""
    trimmed = one_line(address.strip(" "))
    try:
        validate_email(trimmed)
    except ValidationError as error:
        raise BadHeader("not an e-mail address") from error
    return trimmed


def masked(address: str) -> str:
    """An address its owner recognises and nobody else learns: `bob@agence.example`, `b…@agence.example`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else "…"
