"""What becomes of reports on their way: real servers, lost answers, people who change, one that breaks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from pytest_django import Settings

from cm_suite.core import clock
from pages.models import Membership, Person
from pages.notices.enums import MailKind, MailState
from pages.notices.models import Mail
from pages.notices.services import deliver_due
from pages.services.pause import pause
from reputation import jobs
from reputation.enums import RunState
from reputation.models import Audit, Recipient, ReportMail, Run
from reputation.services import email, request
from reputation.services.drafts import Saved
from reputation.services.report import report_of
from tests.notices.servers import DROP, Inbox, Script, real_server, scripted
from tests.people import Cast
from tests.reputation.makers import NOVEMBER, Said, begin, draft, finished, listed, make


@pytest.fixture(autouse=True)
def _quiet_server() -> None:
    """The server's own log is not ours."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit for Alice, and for Vera who reads English."""
    cast.vera.language = "en"
    cast.vera.save()
    recipients = (cast.alice.pk, cast.vera.pk)
    return make(cast.brand, cast.alice, listed("https://a.example/"), recipients=recipients)


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    """A real SMTP server."""
    with real_server() as running:
        settings.CM_EMAIL_URL = running.url
        yield running


def reports() -> list[tuple[str, str]]:
    rows = Mail.objects.filter(kind=MailKind.AUDIT).order_by("pk")
    return [(mail.to.partition("@")[0], mail.state) for mail in rows]


def test_a_report_arrives_once_in_each_readers_language(audit: Audit, inbox: Inbox) -> None:
    finished(audit, Said("negative", ("prix lampe",)))
    jobs.send_audit_emails()
    deliver_due()
    jobs.send_audit_emails()
    deliver_due()
    told = {message["To"]: message for message in inbox.messages}
    assert len(inbox.messages) == len(told) == 2
    french = next(each for to, each in told.items() if "alice" in to)
    english = next(each for to, each in told.items() if "vera" in to)
    assert french["Subject"] != english["Subject"]
    assert english["Subject"] == "Maison Lumen: what the web says · Notre nom sur le web"
    for message in told.values():
        kinds = [part.get_content_type() for part in message.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
    assert len({message["Message-ID"] for message in inbox.messages}) == 2


def test_a_lost_answer_is_shown_and_never_sent_again(audit: Audit, settings: Settings) -> None:
    server: Script
    with scripted(DOT=DROP) as server:
        settings.CM_EMAIL_URL = server.url
        finished(audit, Said("neutral"))
        jobs.send_audit_emails()
        with time_machine.travel(clock.now(), tick=True) as now:
            deliver_due()
            assert {state for _to, state in reports()} == {MailState.UNKNOWN}
            bodies = len(server.bodies)
            for _hour in range(3):
                now.shift(timedelta(hours=1))
                jobs.send_audit_emails()
                deliver_due()
    assert (len(server.bodies), len(reports())) == (bodies, 2)
    assert ReportMail.objects.filter(mail__state=MailState.UNKNOWN).count() == 2


def test_a_server_that_is_away_gets_it_later_once(audit: Audit, settings: Settings, inbox: Inbox) -> None:
    url, settings.CM_EMAIL_URL = inbox.url, "smtp://127.0.0.1:1"
    finished(audit, Said("neutral"))
    jobs.send_audit_emails()
    with time_machine.travel(clock.now(), tick=True) as now:
        deliver_due()
        assert {state for _to, state in reports()} == {MailState.PLANNED}
        settings.CM_EMAIL_URL = url
        now.shift(timedelta(hours=1))
        deliver_due()
    assert len(inbox.messages) == 2


def test_a_recipient_taken_off_meanwhile_gets_nothing(cast: Cast, audit: Audit) -> None:
    run = begin(audit, cast.bob)
    saved = request.change_audit(audit, cast.alice, draft(listed("https://a.example/"), recipients=()), 1)
    assert isinstance(saved, Saved)
    Run.objects.filter(pk=run.pk).update(state=RunState.DONE, ended_at=NOVEMBER)
    assert jobs.send_audit_emails() == 0
    assert reports() == []
    run.refresh_from_db()
    assert run.mailed_at is not None


def test_a_person_who_changes_role_still_gets_it(cast: Cast, audit: Audit) -> None:
    Membership.objects.filter(person=cast.vera).update(role="author")
    finished(audit, Said("neutral"))
    assert jobs.send_audit_emails() == 2


def test_a_member_of_another_brand_only_gets_nothing(cast: Cast, audit: Audit) -> None:
    Membership.objects.filter(person=cast.vera).update(brand=cast.other_brand)
    finished(audit, Said("neutral"))
    assert jobs.send_audit_emails() == 1
    assert [to for to, _state in reports()] == ["alice"]


def test_a_pause_stops_neither_the_reading_nor_the_report(cast: Cast, audit: Audit) -> None:
    """A pause stops what goes out in the brand's name; a report goes to its own people."""
    pause(cast.brand, None, "Deuil", cast.alice)
    finished(audit, Said("neutral"))
    assert jobs.send_audit_emails() == 2


def test_what_was_finished_before_the_audit_was_put_away_is_still_told(cast: Cast, audit: Audit) -> None:
    finished(audit, Said("neutral"))
    running = begin(audit, cast.bob)
    request.archive(audit, cast.alice)
    running.refresh_from_db()
    assert running.state == RunState.CANCELLED
    assert [jobs.send_audit_emails(), jobs.send_audit_emails()] == [2, 0]


def test_a_report_that_breaks_keeps_no_other_from_leaving(
    cast: Cast, audit: Audit, caplog: pytest.LogCaptureFixture
) -> None:
    broken = finished(audit, Said("neutral"))
    sound = finished(audit, Said("neutral"))

    def breaks(run: Run) -> object:
        if run.pk == broken.pk:
            raise ZeroDivisionError
        return report_of(run)

    with patch.object(email, "report_of", breaks):
        assert jobs.send_audit_emails() == 2
    assert set(ReportMail.objects.values_list("run", flat=True)) == {sound.pk}
    assert f"mails of run {broken.pk} failed" in caplog.text
    assert jobs.send_audit_emails() == 2
    assert ReportMail.objects.filter(run=broken).count() == 2


def test_an_address_that_cannot_be_written_to_stops_nobody_else(
    cast: Cast, audit: Audit, caplog: pytest.LogCaptureFixture
) -> None:
    Person.objects.filter(pk=cast.alice.pk).update(email="alice@brand.example\r\nBcc: all@brand.example")
    finished(audit, Said("neutral"))
    assert [jobs.send_audit_emails(), jobs.send_audit_emails()] == [1, 0]
    assert [to for to, _state in reports()] == ["vera"]
    assert ReportMail.objects.get(person=cast.alice).mail is None
    assert "alice@" not in caplog.text


def test_two_turns_at_once_write_each_mail_once(audit: Audit) -> None:
    run = finished(audit, Said("neutral"))
    due, seen = email.due, []

    def twice(skip: int) -> list[int]:
        seen.append(email.send(run.pk))
        return [*due(skip=skip), run.pk]

    with patch.object(email, "due", twice):
        assert jobs.send_audit_emails() == 0
    assert seen == [2]
    assert len(reports()) == 2


def test_many_runs_are_taken_in_turns(cast: Cast, audit: Audit) -> None:
    Recipient.objects.filter(person=cast.vera).delete()
    for _run in range(4):
        finished(audit, Said("neutral"))
    ended = list(Run.objects.order_by("ended_at", "pk").values_list("pk", flat=True))
    assert email.due(3) == ended[:3]
    assert jobs.send_audit_emails() == 4
    assert email.due() == []


def test_runs_whose_mails_always_fail_keep_no_other_waiting(
    cast: Cast, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    Recipient.objects.filter(person=cast.vera).delete()
    runs = [finished(audit, Said("neutral")) for _run in range(5)]
    ended = list(Run.objects.order_by("ended_at", "pk").values_list("pk", flat=True))
    send, tried = email.send, []

    def faulty(run_id: int) -> int:
        tried.append(run_id)
        if run_id in ended[:3]:
            raise ZeroDivisionError
        return send(run_id)

    monkeypatch.setattr(email, "send", faulty)
    monkeypatch.setattr(email, "BATCH", 2)
    monkeypatch.setattr(email.due, "__defaults__", (2, 0))
    assert jobs.send_audit_emails() == 2
    assert tried == ended
    assert email.due(9) == ended[:3]
    assert len(runs) == 5
