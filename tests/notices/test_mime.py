"""The message as bytes: headers, both bodies, nothing that breaks out."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from typing import Any

import pytest

from pages.notices.addresses import BadHeader, checked_address, masked, one_line
from pages.notices.mime import Letter, envelope, sender_domain

WRITTEN = datetime(2026, 8, 3, 7, 30, tzinfo=UTC)


def letter(**changes: Any) -> Letter:
    """A letter; anything can be said otherwise."""
    said: dict[str, Any] = {
        "sender": '"Le Pupitre, équipe" <desk@agence.example>',
        "to": "lea@public.example",
        "subject": "Déjà l'été : « 20 % »",
        "text": "Bonjour,\n.\nÀ bientôt\n",
        "html": "<p>Bonjour</p>",
        "language": "fr",
        "message_id": "abc@agence.example",
        "written_at": WRITTEN,
    }
    return Letter(**said | changes)


def test_headers_and_bodies_survive_the_trip() -> None:
    made = envelope(letter())
    parsed = message_from_bytes(made.content, policy=policy.default)
    assert (made.sender, made.recipient) == ("desk@agence.example", "lea@public.example")
    assert parsed["From"] == '"Le Pupitre, équipe" <desk@agence.example>'
    assert parsed["To"] == "lea@public.example"
    assert parsed["Subject"] == "Déjà l'été : « 20 % »"
    assert parsed["Message-ID"] == "<abc@agence.example>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Date"] == "Mon, 03 Aug 2026 07:30:00 +0000"
    assert parsed["List-Unsubscribe"] is None
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == "Bonjour,\n.\nÀ bientôt\n"
    assert html.get_content().strip() == "<p>Bonjour</p>"
    assert made.content.isascii()


def test_the_same_letter_differs_only_in_its_boundary() -> None:
    first, second = (
        message_from_bytes(envelope(letter()).content, policy=policy.default) for _turn in range(2)
    )
    kept = ("Message-ID", "Date", "Subject", "From", "To")
    assert [first[name] for name in kept] == [second[name] for name in kept]


def test_one_click_leaving() -> None:
    parsed = message_from_bytes(
        envelope(letter(unsubscribe_url="https://desk.example/leave/t0ken")).content, policy=policy.default
    )
    assert parsed["List-Unsubscribe"] == "<https://desk.example/leave/t0ken>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_letter_that_a_person_asked_for_is_not_automatic() -> None:
    parsed = message_from_bytes(envelope(letter(automatic=False)).content, policy=policy.default)
    assert parsed["Auto-Submitted"] is None


def test_a_domain_with_accents_leaves_in_ascii() -> None:
    assert envelope(letter(to="lea@été.example")).recipient == "lea@xn--t-9fab.example"


@pytest.mark.parametrize("field", ["subject", "to", "message_id", "unsubscribe_url"])
def test_a_line_break_never_becomes_a_header(field: str) -> None:
    try:
        content = envelope(letter(**{field: "a@b.example\r\nBcc: spy@bad.example"})).content
    except (ValueError, MessageError):
        return
    pytest.fail(content.decode())


@pytest.mark.parametrize(
    "text", ["a\nb", "a\rb", "a\x00b", "a\x85b", "a\u2028b", "\nBcc: spy@bad.example", "a\tb"]
)
def test_one_line(text: str) -> None:
    with pytest.raises(BadHeader):
        one_line(text)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lea",
        "lea@",
        "@public.example",
        "Léa <lea@public.example>",
        "a@b.example, c@d.example",
        "lea@public.example\r\nRCPT TO:<spy@bad.example>",
        "lea@public.example\n",
        "léa@public.example",
    ],
)
def test_only_one_bare_address_is_taken(address: str) -> None:
    with pytest.raises(BadHeader):
        checked_address(address)


def test_an_address_is_trimmed_and_masked() -> None:
    assert checked_address(" lea@public.example ") == "lea@public.example"
    assert masked("bob@agence.example") == "b…@agence.example"
    assert masked("nobody") == "…"


def test_the_domain_of_the_sender() -> None:
    assert sender_domain("cm_suite <no-reply@localhost>") == "localhost"
    assert sender_domain("desk") == "localhost"
    assert sender_domain("Le Pupitre, équipe <desk@agence.example>") == "localhost"
