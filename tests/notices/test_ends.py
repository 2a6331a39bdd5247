"""Where a turn of the outbox ends, and faults of the disk and of servers that break their word."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cm_suite.core.errors import Later, Never, OutcomeError
from pages.notices import smtp
from pages.notices.enums import MailState
from pages.notices.folder import FolderTransport
from pages.notices.jobs import send_mail
from pages.notices.mime import Letter, envelope
from pages.notices.models import Mail
from pages.notices.services import deliver, deliver_due, mark_sent
from pages.notices.smtp import Envelope, SmtpTransport, read_url
from tests.notices.conftest import Queue
from tests.notices.servers import DROP, Script, scripted
from tests.people import Cast

LETTER = Letter(
    sender="Desk <desk@agence.example>",
    to="lea@public.example",
    subject="Bonjour",
    text=".un point au début\n..deux\n.\nla fin\n",
    html="",
    language="fr",
    message_id="abc@agence.example",
    written_at=datetime(2026, 8, 3, 10, 0, tzinfo=UTC),
)


@pytest.fixture
def server(settings: Settings) -> Iterator[Script]:
    """A server that takes everything until told otherwise."""
    with scripted() as running:
        settings.CM_EMAIL_URL = running.url
        yield running


def open_fence() -> None:
    """Let it through."""


def sent(transport: SmtpTransport | FolderTransport, mail: Envelope) -> OutcomeError | None:
    """How handing this mail over ended."""
    try:
        transport.send(mail, open_fence)
    except OutcomeError as error:
        return error
    return None


def test_a_turn_that_lasts_too_long_rings_for_the_next_one(
    queued: Queue,
    server: Script,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for key in "abc":
        queued(key)
    monkeypatch.setattr(deliver, "TURN_SECONDS", -1.0)
    with django_capture_on_commit_callbacks() as rung:
        assert deliver_due() == 1
    assert (len(rung), len(server.bodies)) == (1, 1)
    with django_capture_on_commit_callbacks() as rung:
        assert [deliver_due(), deliver_due()] == [1, 1]
    assert (len(rung), len(server.bodies)) == (1, 3)  # the last turn left nothing to ring for


def test_a_full_turn_rings_and_an_empty_one_does_not(
    queued: Queue, server: Script, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for key in "abc":
        queued(key)
    with django_capture_on_commit_callbacks() as rung:
        assert deliver_due(limit=2) == 2
    assert len(rung) == 1
    with django_capture_on_commit_callbacks() as rung:
        assert [send_mail(), send_mail()] == [1, 0]
    assert (len(rung), len(server.bodies)) == (0, 3)


def test_without_mail_no_connection_is_opened(cast: Cast, server: Script) -> None:
    assert deliver_due() == 0
    assert server.verbs == []


def test_an_address_that_cannot_be_written_is_refused_and_stops_no_other(
    queued: Queue, server: Script
) -> None:
    bad = queued("a")
    Mail.objects.filter(pk=bad.pk).update(to="lea@" + "é" * 80 + ".example")  # no label is that long
    queued("b")
    assert deliver_due() == 1
    bad.refresh_from_db()
    assert (bad.state, bad.code, bad.tries) == (MailState.REFUSED, "mail_malformed", 1)
    assert len(server.bodies) == 1


def test_only_an_unknown_mail_can_be_said_to_have_arrived(queued: Queue, cast: Cast, server: Script) -> None:
    mail = queued()
    for state in (MailState.PLANNED, MailState.SENDING, MailState.SENT, MailState.REFUSED):
        Mail.objects.filter(pk=mail.pk).update(state=state)
        assert not mark_sent(mail, by=cast.alice, reason="She called")
        mail.refresh_from_db()
        assert (mail.state, mail.settled_by, mail.settled_reason) == (state, None, "")


def test_a_letter_without_html_has_one_part_and_keeps_its_dots(server: Script) -> None:
    with SmtpTransport(read_url(server.url)) as transport:
        assert sent(transport, envelope(LETTER)) is None
    [body] = server.bodies
    undotted = b"\r\n".join(line.removeprefix(b".") for line in body.split(b"\r\n"))
    message = message_from_bytes(undotted, policy=policy.default)
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == LETTER.text


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["530 sign in first", "535 who are you"])
def test_a_server_that_suddenly_wants_a_sign_in_is_our_set_up_not_the_mails_fault(
    verb: str, answer: str
) -> None:
    with scripted(**{verb: answer}) as server, SmtpTransport(read_url(server.url)) as transport:
        error = sent(transport, envelope(LETTER))
    assert isinstance(error, Later)
    assert (error.code, server.bodies) == ("mail_sign_in_refused", [])


@pytest.mark.parametrize("reset", [DROP, "421 closing", "500 what"])
def test_after_a_refusal_a_connection_that_cannot_be_reset_is_opened_again(reset: str) -> None:
    answers: dict[str, str | list[str]] = {"RCPT": ["550 unknown", "250 fine"], "RSET": reset}
    with scripted(**answers) as server, SmtpTransport(read_url(server.url)) as transport:
        assert isinstance(sent(transport, envelope(LETTER)), Never)
        assert sent(transport, envelope(LETTER)) is None
    assert (server.verbs.count("HELLO"), len(server.bodies)) == (2, 1)


def test_a_fresh_connection_that_closes_at_once_is_not_tried_twice() -> None:
    with scripted(MAIL="421 too busy") as server, SmtpTransport(read_url(server.url)) as transport:
        error = sent(transport, envelope(LETTER))
    assert isinstance(error, smtp.ConnectionGone)
    assert (server.verbs.count("HELLO"), server.verbs.count("MAIL")) == (1, 1)


def test_a_disk_that_is_full_leaves_no_half_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    transport = FolderTransport(tmp_path / "mail")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        error = sent(transport, envelope(LETTER))
    assert isinstance(error, Later)
    assert error.code == "mail_folder_closed"
    assert os.listdir(tmp_path / "mail") == []
    assert sent(transport, envelope(LETTER)) is None
    assert os.listdir(tmp_path / "mail") == [f"{envelope(LETTER).name}.eml"]


def test_a_mail_file_is_for_the_service_alone_and_written_again_in_place(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path)
    for _turn in range(2):
        assert sent(transport, envelope(LETTER)) is None
    [file] = list(tmp_path.iterdir())
    assert (file.name, file.stat().st_mode & 0o777) == ("2026-08-03-100000-abc.eml", 0o600)
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] == "Bonjour"


def test_a_closed_fence_writes_no_file(tmp_path: Path) -> None:
    def closed() -> None:
        raise Later("lease_lost")

    with pytest.raises(Later):
        FolderTransport(tmp_path).send(envelope(LETTER), closed)
    assert list(tmp_path.iterdir()) == []
