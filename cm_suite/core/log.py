"""What a log must not keep: the tokens that stand in for signing in, which are part of addresses."""

from __future__ import annotations

import copy
import logging
import re
from typing import Final

MASK: Final = "…"
_SLASH: Final = r"(?:/|%2F)"
_PIECE: Final = r"(?:(?!%2F)[^/\s?#&\"'<>])+"
_NAMES: Final = (
    r"t|code|access_token|input_token|refresh_token|fb_exchange_token|client_secret|appsecret_proof"
    r"|hub\.verify_token"
)
_SECRETS: Final = (
    re.compile(rf"({_SLASH}invitation{_SLASH}){_PIECE}", re.IGNORECASE),
    re.compile(rf"({_SLASH}password{_SLASH}){_PIECE}{_SLASH}{_PIECE}", re.IGNORECASE),
    re.compile(rf"({_SLASH}connect{_SLASH}back{_SLASH}{_PIECE}{_SLASH}(?:\?|%3F))[^\s\"'<>]+", re.IGNORECASE),
    re.compile(rf"((?:[?&]|%3F|%26)(?:{_NAMES})(?:=|%3D))[^&\s#\"'<>]+", re.IGNORECASE),
)


def masked(text: str) -> str:
    """The text with the tokens of invitations, of password links and of networks' answers out, as with all
    that an address names as a secret: our own `?t=`, what networks are told, what a webhook must know.
    """
    for secret in _SECRETS:
        text = secret.sub(rf"\g<1>{MASK}", text)
    return text


class TokenFilter(logging.Filter):
    """Lets every record pass, without the tokens that its words, arguments or traceback hold."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        """The record itself, or a masked copy: other handlers keep theirs."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # the handler tells of arguments that do not fit
            return record
        trace = record.exc_text
        if trace is None and record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
        quiet, quiet_trace = masked(said), masked(trace) if trace else trace
        if quiet == said and quiet_trace == trace:
            return record
        shown = copy.copy(record)
        shown.exc_text = quiet_trace
        if quiet != said:
            shown.msg, shown.args = quiet, ()
        return shown
