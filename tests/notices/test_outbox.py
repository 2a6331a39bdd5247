"""Into the outbox and out of it: once, with the right outcome, leaving nothing behind."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cm_suite.core import clock
from cm_suite.core.leases import claim
from pages.notices import smtp
from pages.notices.addresses import BadHeader
from pages.notices.enums import MailKind, MailState
from pages.notices.jobs import send_mail
from pages.notices.models import Mail
from pages.notices.services import deliver, deliver_due, forget_mails, queue_mail, resend, tidy
from pages.notices.smtp import BadMailAddress
from tests.notices.conftest import Queue
from tests.notices.servers import DROP, Inbox, closed_port, real_server, scripted
from tests.people import Cast

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    """A real server that EMAIL_URL names."""
    with real_server() as running:
        settings.CM_EMAIL_URL = running.url
        yield running


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """No server: mail becomes files here."""
    settings.CM_EMAIL_URL = ""
    settings.CM_MAIL_DIR = tmp_path / "mail"
    return tmp_path / "mail"


def states() -> list[str]:
    """The states of all mails, in order."""
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


def killed(*_args: object) -> None:
    """The end of a process, in the middle of what it did."""
    raise SystemExit


def lease_over() -> None:
    """Whoever holds a mail has held it for too long."""
    Mail.objects.exclude(lease_token=None).update(lease_until=clock.now() - timedelta(seconds=1))


def test_a_mail_is_rendered_and_stored_encrypted(queued: Queue, settings: Settings) -> None:
    settings.CM_MAIL_FROM = "Desk <desk@agence.example>"
    mail = queued(context={"brand": "L'Atelier & Co", "subject": "C'est <l'été>", "link": "http://x/"})
    assert mail.state == MailState.PLANNED
    assert mail.message_id.endswith("@agence.example")
    assert "C'est <l'été>" in mail.text
    assert "C'est &lt;l'été&gt;" in mail.html
    assert "style=" in mail.html
    assert 'rel="stylesheet"' not in mail.html
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to", subject, text, html FROM notices_mail')
        stored = " ".join(cursor.fetchone())
    assert "lea@" not in stored
    assert "été" not in stored


def test_the_language_is_the_one_asked_for(queued: Queue) -> None:
    assert '<html lang="fr"' in queued("a", language="fr").html
    assert '<html lang="en"' in queued("b", language="en").html


def test_the_same_key_is_one_mail(queued: Queue) -> None:
    assert queued("k").pk == queued("k", to="other@public.example").pk
    assert Mail.objects.count() == 1
    assert Mail.objects.get().to == "lea@public.example"


def test_a_race_for_the_same_key_is_one_mail(queued: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    first = queued("k")
    real = Mail.objects.filter
    monkeypatch.setattr(
        Mail.objects, "filter", lambda **asked: real(pk=0) if "key" in asked else real(**asked)
    )
    assert queued("k").pk == first.pk
    monkeypatch.undo()
    assert Mail.objects.count() == 1


def test_a_mail_of_a_transaction_that_fails_never_was(queued: Queue) -> None:
    with transaction.atomic():
        queued("k")
        transaction.set_rollback(True)
    assert Mail.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "lea@public.example\r\nBcc: spy@bad.example"},
        {"to": "lea@public.example, spy@bad.example"},
        {"unsubscribe_url": "https://x/\r\nBcc: spy@bad.example"},
        {"context": {"subject": "Hello\r\nBcc: spy@bad.example", "brand": "B", "link": "/"}},
    ],
)
def test_nothing_breaks_out_of_a_header(queued: Queue, changes: dict[str, str]) -> None:
    with pytest.raises(BadHeader):
        queued(**changes)
    assert Mail.objects.count() == 0


def test_it_rings_once_after_the_commit(
    cast: Cast, queued: Queue, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as rung:
        queued("k")
        queued("k")
    assert len(rung) == 1


def test_a_real_server_gets_each_mail_once(queued: Queue, inbox: Inbox) -> None:
    for key in ("a", "b", "c"):
        queued(key, to=f"{key}@public.example")
    assert send_mail() == 3
    assert send_mail() == 0
    assert [each.rcpt_tos for each in inbox.envelopes] == [
        ["a@public.example"], ["b@public.example"], ["c@public.example"],
    ]  # fmt: skip
    assert inbox.connections == 1
    assert states() == [MailState.SENT] * 3


def test_a_sent_mail_keeps_its_address_and_no_words(queued: Queue, inbox: Inbox) -> None:
    mail = queued(unsubscribe_url="https://desk.example/leave/t0ken")
    with time_machine.travel(NOON, tick=False):
        deliver_due()
    [message] = inbox.messages
    assert message["Message-ID"] == f"<{mail.message_id}>"
    assert message["List-Unsubscribe"] == "<https://desk.example/leave/t0ken>"
    mail.refresh_from_db()
    assert (mail.text, mail.html, mail.unsubscribe_url, mail.emptied) == ("", "", "", True)
    assert (mail.to, mail.sent_at, mail.tries, mail.code) == ("lea@public.example", NOON, 1, "")
    assert (mail.lease_token, mail.lease_until) == (None, None)


def test_an_invitation_is_from_a_person_and_a_digest_is_not(queued: Queue, inbox: Inbox) -> None:
    queued("a", kind=MailKind.INVITATION)
    queued("b", kind=MailKind.DIGEST)
    deliver_due()
    assert [message["Auto-Submitted"] for message in inbox.messages] == [None, "auto-generated"]


def test_the_limit_of_a_turn(queued: Queue, inbox: Inbox) -> None:
    for key in "abc":
        queued(key)
    assert deliver_due(limit=2) == 2
    assert states() == [MailState.SENT, MailState.SENT, MailState.PLANNED]


def test_without_a_server_each_mail_is_a_file(queued: Queue, folder: Path) -> None:
    mail = queued()
    assert deliver_due() == 1
    [written] = list(folder.iterdir())
    assert written.suffix == ".eml"
    assert written.stat().st_mode & 0o077 == 0
    message = message_from_bytes(written.read_bytes(), policy=policy.default)
    assert (message["To"], message["Message-ID"]) == ("lea@public.example", f"<{mail.message_id}>")


def test_a_folder_that_cannot_be_written_is_later(queued: Queue, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    mail = queued()
    assert deliver_due() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.code) == (MailState.PLANNED, "mail_folder_closed")


@pytest.mark.parametrize("url", ["http://x", "smtp://"])
def test_a_wrong_email_url_stops_the_job_and_touches_no_mail(
    queued: Queue, settings: Settings, url: str
) -> None:
    settings.CM_EMAIL_URL = url
    mail = queued()
    with pytest.raises(BadMailAddress):
        deliver_due()
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == (MailState.PLANNED, 0)


def test_a_wrong_sender_stops_the_job_and_touches_no_mail(queued: Queue, settings: Settings) -> None:
    settings.CM_MAIL_FROM = "Le Pupitre, équipe <desk@agence.example>"
    mail = queued()
    with pytest.raises(BadMailAddress):
        deliver_due()
    mail.refresh_from_db()
    assert mail.state == MailState.PLANNED


def test_a_server_that_is_down_puts_one_mail_off_a_turn(queued: Queue, settings: Settings) -> None:
    queued("a")
    queued("b")
    with closed_port() as url, time_machine.travel(NOON, tick=False):
        settings.CM_EMAIL_URL = url
        assert deliver_due() == 0
    first, second = Mail.objects.order_by("pk")
    assert (first.state, first.code, first.tries) == (MailState.PLANNED, "mail_server_unreachable", 1)
    assert first.next_attempt_at == NOON + timedelta(seconds=30)
    assert (second.state, second.tries, second.next_attempt_at) == (MailState.PLANNED, 0, None)


def test_the_wait_doubles_and_the_last_try_refuses(queued: Queue, settings: Settings) -> None:
    mail = queued()
    waits, now = [], NOON
    with scripted(RCPT="450 later") as server:
        settings.CM_EMAIL_URL = server.url
        for _turn in range(deliver.MOST_TRIES):
            with time_machine.travel(now, tick=False):
                assert deliver_due() == 0
                assert deliver_due() == 0  # not due again at once
            mail.refresh_from_db()
            if mail.next_attempt_at is not None:
                waits.append((mail.next_attempt_at - now).total_seconds())
                now = mail.next_attempt_at
        assert server.verbs.count("RCPT") == deliver.MOST_TRIES
        assert server.bodies == []
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3840, *[7200] * 7]
    assert (mail.state, mail.code) == (MailState.REFUSED, "mail_recipient_deferred")
    assert mail.text != ""


def test_a_refusal_is_for_ever(queued: Queue, settings: Settings) -> None:
    mail = queued()
    with scripted(RCPT="550 no such user") as server:
        settings.CM_EMAIL_URL = server.url
        assert [deliver_due(), deliver_due()] == [0, 0]
        assert server.verbs.count("RCPT") == 1
    mail.refresh_from_db()
    assert (mail.state, mail.code, mail.tries) == (MailState.REFUSED, "mail_recipient_refused", 1)


def test_an_answer_lost_after_the_dot_is_unknown_and_never_sent_again(
    queued: Queue, settings: Settings
) -> None:
    mail = queued()
    with scripted(DOT=DROP) as server:
        settings.CM_EMAIL_URL = server.url
        for hours in (0, 1, 24, 240):
            with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
                assert deliver_due() == 0
        assert len(server.bodies) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.code) == (MailState.UNKNOWN, "mail_answer_lost")
    assert mail.text != ""


def test_a_server_that_hangs_after_the_dot_is_unknown(
    queued: Queue, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LAST_ANSWER_SECONDS", 0.3)
    mail = queued()
    with scripted(DOT="hang") as server:
        settings.CM_EMAIL_URL = server.url
        assert [deliver_due(), deliver_due()] == [0, 0]
        assert len(server.bodies) == 1
    mail.refresh_from_db()
    assert mail.state == MailState.UNKNOWN


def test_a_bad_mail_does_not_stop_the_others(queued: Queue, settings: Settings) -> None:
    queued("a")
    queued("b")
    queued("c")
    with scripted(DOT=["250 taken", DROP, "250 taken"]) as server:
        settings.CM_EMAIL_URL = server.url
        assert deliver_due() == 2
        assert len(server.bodies) == 3
    assert states() == [MailState.SENT, MailState.UNKNOWN, MailState.SENT]


def test_a_sender_killed_before_the_message_left_loses_no_mail(
    queued: Queue, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queued()
    with monkeypatch.context() as patch:
        patch.setattr(deliver, "_fence", killed)
        with pytest.raises(SystemExit):
            deliver_due()
    mail.refresh_from_db()
    assert (mail.state, inbox.envelopes) == (MailState.CLAIMED, [])
    assert (deliver.sweep(), deliver_due()) == (0, 0)
    lease_over()
    assert deliver.sweep() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.code, mail.lease_token, mail.tries) == (
        MailState.PLANNED,
        "sender_stopped",
        None,
        0,
    )
    assert [deliver_due(), deliver_due()] == [1, 0]
    assert (states(), len(inbox.envelopes)) == ([MailState.SENT], 1)


def test_a_sender_killed_while_the_message_leaves_is_unknown(
    queued: Queue, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queued()
    with monkeypatch.context() as patch:
        patch.setattr(smtp, "_dotted", killed)
        with pytest.raises(SystemExit):
            deliver_due()
    assert states() == [MailState.SENDING]
    lease_over()
    assert [deliver_due(), deliver_due()] == [0, 0]
    mail.refresh_from_db()
    assert (mail.state, mail.code, mail.lease_token) == (MailState.UNKNOWN, "sender_lost", None)
    assert inbox.envelopes == []


def test_one_who_was_stopped_and_wakes_up_sends_nothing(
    queued: Queue, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queued()
    real = deliver._fence

    def asleep(row: Mail) -> None:
        lease_over()
        assert deliver.sweep() == 1
        real(row)

    with monkeypatch.context() as patch:
        patch.setattr(deliver, "_fence", asleep)
        assert deliver_due(limit=1) == 0
    mail.refresh_from_db()
    assert (mail.state, mail.tries, inbox.envelopes) == (MailState.PLANNED, 0, [])


def test_what_is_taken_up_and_forgotten_meanwhile_never_leaves(
    queued: Queue, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued("reader:7:digest")
    real = deliver._fence

    def forgotten(row: Mail) -> None:
        forget_mails("reader:7:")
        real(row)

    monkeypatch.setattr(deliver, "_fence", forgotten)
    assert deliver_due() == 0
    assert (Mail.objects.count(), inbox.envelopes) == (0, [])


def test_a_dead_sender_leaves_an_unknown_mail(queued: Queue, inbox: Inbox) -> None:
    mail = queued()
    Mail.objects.update(state=MailState.SENDING, lease_token=uuid.uuid4())
    lease_over()
    assert [deliver_due(), deliver_due()] == [0, 0]
    mail.refresh_from_db()
    assert (mail.state, mail.code, mail.lease_token) == (MailState.UNKNOWN, "sender_lost", None)
    assert inbox.envelopes == []


def test_a_mail_held_by_a_living_sender_is_left_alone(queued: Queue, inbox: Inbox) -> None:
    queued()
    claim(Mail.objects.all(), from_=MailState.PLANNED, to=MailState.CLAIMED, seconds=60, limit=1)
    assert deliver_due() == 0
    assert states() == [MailState.CLAIMED]
    Mail.objects.update(state=MailState.SENDING)
    assert deliver_due() == 0
    assert states() == [MailState.SENDING]
    assert inbox.envelopes == []


def test_a_sender_that_was_taken_for_lost_and_yet_sent(
    queued: Queue, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued()
    real = deliver._sent

    def late(mail: Mail) -> bool:
        Mail.objects.filter(pk=mail.pk).update(lease_until=clock.now() - timedelta(seconds=1))
        assert deliver.sweep() == 1
        return real(mail)

    monkeypatch.setattr(deliver, "_sent", late)
    assert deliver_due() == 1
    assert states() == [MailState.SENT]
    assert len(inbox.envelopes) == 1


def test_a_lease_lost_before_the_message_sends_nothing(
    queued: Queue, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "LEASE_SECONDS", -1.0)
    queued()
    assert deliver_due() == 0
    assert inbox.envelopes == []


def test_sent_again_by_a_person_has_the_same_message_id(
    queued: Queue, cast: Cast, settings: Settings
) -> None:
    mail = queued()
    with scripted(DOT=[DROP, "250 taken"]) as server:
        settings.CM_EMAIL_URL = server.url
        deliver_due()
        mail.refresh_from_db()
        assert resend(mail, by=cast.alice, reason="Lea says that nothing came")
        assert not resend(mail, by=cast.alice, reason="A second click")
        assert deliver_due() == 1
        first, second = (message_from_bytes(body, policy=policy.default) for body in server.bodies)
    assert first["Message-ID"] == second["Message-ID"] == f"<{mail.message_id}>"


def test_the_log_names_nobody(queued: Queue, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    queued()
    with scripted(RCPT="550 lea@public.example is unknown") as server:
        settings.CM_EMAIL_URL = server.url
        deliver_due()
    assert "mail_recipient_refused" in caplog.text
    assert "lea" not in caplog.text.replace("release", "")
    assert "été" not in caplog.text


def test_words_of_a_mail_that_did_not_leave_are_kept_thirty_days(queued: Queue) -> None:
    with time_machine.travel(NOON, tick=False):
        mail = queued()
        Mail.objects.update(state=MailState.REFUSED)
    with time_machine.travel(NOON + timedelta(days=29), tick=False):
        assert tidy() == 0
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        assert [tidy(), tidy()] == [1, 0]
    mail.refresh_from_db()
    assert (mail.text, mail.html, mail.emptied) == ("", "", True)


def test_a_mail_without_a_brand(inbox: Inbox) -> None:
    queue_mail(
        kind=MailKind.PASSWORD,
        key="p",
        to="bob@agence.example",
        template="notice",
        context={"link": "http://x/"},
        language="en",
    )
    assert deliver_due() == 1
    assert inbox.envelopes[0].rcpt_tos == ["bob@agence.example"]


def test_two_jobs_at_once_send_each_mail_once(
    queued: Queue, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in "abc":
        queued(key, to=f"{key}@public.example")
    real = deliver._fence
    nested: list[int] = []

    def fence(mail: Mail) -> None:
        if not nested:
            nested.append(0)
            nested[0] = deliver_due()  # the other job runs while this one is in the middle of its first mail
        real(mail)

    monkeypatch.setattr(deliver, "_fence", fence)
    assert deliver_due() == 1
    assert nested == [2]
    assert sorted(each.rcpt_tos[0][0] for each in inbox.envelopes) == ["a", "b", "c"]
    assert states() == [MailState.SENT] * 3


def test_a_mail_that_no_key_opens_waits_and_stops_no_other(
    queued: Queue, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shut, open_ = queued("one"), queued("two")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_mail SET subject = 'gone' WHERE id = %s", [shut.pk])
    assert deliver_due() == 1
    rows = dict(Mail.objects.order_by("pk").values_list("pk", "state"))
    assert rows == {shut.pk: MailState.PLANNED, open_.pk: MailState.SENT}
    assert len(list(folder.iterdir())) == 1
    code = Mail.objects.filter(pk=shut.pk).values_list("code", flat=True).get()
    assert code == "mail_unreadable"


def test_somebody_who_waits_comes_before_digests(queued: Queue, folder: Path) -> None:
    queued("digest", kind=MailKind.DIGEST)
    queued("notice", kind=MailKind.NOTICE)
    queued("password", kind=MailKind.PASSWORD)
    left: list[str] = []
    while deliver_due(limit=1):
        left.append(Mail.objects.filter(state=MailState.SENT).exclude(key__in=left).get().key)
    assert left == ["password", "notice", "digest"]
