"""The message itself: headers, a plain text, the same as HTML. No Django, no settings: all is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from pages.notices.smtp import Envelope


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says, and to whom. `written_at` is aware; `message_id` has no angle brackets."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    written_at: datetime
    unsubscribe_url: str = ""
    automatic: bool = True


def sender_address(sender: str) -> str:
    """The bare address of `cm_suite <no-reply@localhost>`."""
    return parseaddr(sender)[1]


def sender_domain(sender: str) -> str:
    """The domain of the sender, for Message-ID and EHLO; `localhost` when there is none."""
    _local, at, domain = _ascii_domain(sender_address(sender)).rpartition("@")
    return domain if at and domain else "localhost"


def envelope(letter: Letter) -> Envelope:
    """The letter as bytes, with the same headers at every try.

    Raises ValueError or MessageError for what cannot be a header.
    """
    sender, recipient = _ascii_domain(sender_address(letter.sender)), _ascii_domain(letter.to)
    message = EmailMessage(policy=SMTP)
    for name, value in _headers(letter, sender, recipient).items():
        message[name] = value
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    name = letter.message_id.partition("@")[0]
    return Envelope(sender, recipient, message.as_bytes(), f"{letter.written_at:%Y-%m-%d-%H%M%S}-{name}")


def _headers(letter: Letter, sender: str, recipient: str) -> dict[str, object]:
    headers: dict[str, object] = {
        "From": Address(parseaddr(letter.sender)[0], addr_spec=sender),
        "To": Address(addr_spec=recipient),
        "Subject": letter.subject,
        "Date": format_datetime(letter.written_at),
        "Message-ID": f"<{letter.message_id}>",
        "Content-Language": letter.language,
    }
    if letter.automatic:
        headers["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _ascii_domain(address: str) -> str:
    """The address with its domain in ASCII form. Raises ValueError for a domain that has none."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    return f"{local}{at}{domain.encode('idna').decode('ascii')}"
