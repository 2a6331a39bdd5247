"""The report by e-mail: once per run, to the people chosen who still belong, with the ledger's head."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import timedelta
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command

from cm_suite.core import ledger
from pages.models import Membership
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.notices.services import deliver_due
from reputation import jobs
from reputation.enums import RunState
from reputation.models import Audit, Recipient, ReportMail, Run
from tests.people import Cast
from tests.reputation.makers import NOVEMBER, Said, fed, finished, listed, make

PRICE, PAY = "prix lampe", "salaire atelier"


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit that Alice and Vera get by e-mail; Vera reads English."""
    cast.vera.language = "en"
    cast.vera.save()
    sources = (listed("https://a.example/"), fed("https://f.example/rss"))
    return make(cast.brand, cast.alice, *sources, recipients=(cast.alice.pk, cast.vera.pk))


def written() -> dict[str, Mail]:
    return {mail.to.partition("@")[0]: mail for mail in Mail.objects.filter(kind=MailKind.AUDIT)}


def test_each_person_chosen_gets_one_mail_per_run(audit: Audit) -> None:
    first = finished(audit, Said("negative", (PRICE,)))
    assert [jobs.send_audit_emails(), jobs.send_audit_emails()] == [2, 0]
    finished(audit, Said("neutral"))
    assert jobs.send_audit_emails() == 2
    assert Mail.objects.filter(kind=MailKind.AUDIT).count() == 4
    assert set(ReportMail.objects.filter(run=first).values_list("person__name", flat=True)) == {
        "Alice",
        "Vera",
    }
    assert ReportMail.objects.filter(mail=None).count() == 0


def test_a_run_whose_mails_were_half_written_is_not_mailed_twice(audit: Audit) -> None:
    run = finished(audit, Said("negative", (PRICE,)))
    jobs.send_audit_emails()
    Run.objects.filter(pk=run.pk).update(mailed_at=None)
    assert jobs.send_audit_emails() == 0
    ReportMail.objects.all().delete()
    Run.objects.filter(pk=run.pk).update(mailed_at=None)
    jobs.send_audit_emails()
    assert Mail.objects.filter(kind=MailKind.AUDIT).count() == 2


def test_who_left_the_brand_or_the_house_gets_nothing(cast: Cast, audit: Audit) -> None:
    Recipient.objects.create(audit=audit, person=cast.charlie)
    Membership.objects.filter(person=cast.vera).delete()
    finished(audit, Said("neutral"))
    assert jobs.send_audit_emails() == 1
    assert set(written()) == {"alice"}
    cast.alice.is_active = False
    cast.alice.save()
    finished(audit, Said("neutral"))
    assert jobs.send_audit_emails() == 0


@pytest.mark.parametrize("state", [RunState.COLLECTING, RunState.FAILED, RunState.CANCELLED])
def test_only_a_finished_run_is_mailed(audit: Audit, state: RunState) -> None:
    run = finished(audit, Said("neutral"))
    Run.objects.filter(pk=run.pk).update(state=state)
    assert (jobs.send_audit_emails(), Mail.objects.count()) == (0, 0)


def test_somebody_chosen_later_gets_no_old_report(cast: Cast, audit: Audit) -> None:
    finished(audit, Said("neutral"))
    jobs.send_audit_emails()
    Recipient.objects.create(audit=audit, person=cast.bob)
    assert jobs.send_audit_emails() == 0
    finished(audit, Said("neutral"))
    assert jobs.send_audit_emails() == 3


def test_an_audit_without_recipients_writes_to_nobody(cast: Cast) -> None:
    run = finished(make(cast.brand, cast.alice), Said("neutral"))
    assert jobs.send_audit_emails() == 0
    run.refresh_from_db()
    assert run.mailed_at is not None


def test_the_mail_says_what_the_report_says(audit: Audit) -> None:
    run = finished(
        audit,
        Said("negative", (PRICE,)),
        Said("negative", of=0, host="copie.example"),
        Said("positive", (PAY,)),
        faults=("dns",),
    )
    jobs.send_audit_emails()
    head = ledger.head(audit.brand_id)
    mail = written()["vera"]
    link = f"http://localhost:8000/b/maison-lumen/audits/{audit.slug}/{run.number}/"
    assert (mail.language, mail.key) == ("en", f"audit:{run.pk}:{mail_person('Vera')}")
    assert mail.subject == "Maison Lumen: what the web says · Notre nom sur le web"
    for body in (mail.text, mail.html):
        assert link in body
        assert head.hash in body
        assert f"line {head.count}" in body
        assert "Clients" in body
        assert "Candidats" in body
        assert "No site has this name." in body
        assert "Titre 0" in body
    assert "negative 1 · uncertain 0 · neutral 0 · positive 0 · repeats 0" in mail.text
    assert "https://journal.example/0" in mail.text
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert {
        int(width) for width in re.findall(r'<td class="(?:negative|positive)" width="(\d+)"', mail.html)
    } == {220}


def mail_person(name: str) -> int:
    return ReportMail.objects.get(person__name=name).person_id


def test_each_reader_gets_it_in_their_language_on_the_brands_clocks(cast: Cast, audit: Audit) -> None:
    cast.brand.zone = "Pacific/Auckland"
    cast.brand.save()
    run = finished(audit, Said("neutral"))
    Run.objects.filter(pk=run.pk).update(ended_at=NOVEMBER + timedelta(hours=6))
    jobs.send_audit_emails()
    mails = written()
    assert (mails["alice"].language, mails["vera"].language) == ("fr", "en")
    assert "Nov. 21, 2026, 3 a.m." in mails["vera"].text
    assert "21 novembre 2026" in mails["alice"].text


def test_markup_in_what_the_web_says_stays_words(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice, name="<b>Prix</b> & co", recipients=(cast.alice.pk,))
    run = finished(audit, Said("neutral"))
    run.mentions.update(title="<script>alert(1)</script>", excerpt="a <img src=x> b")
    jobs.send_audit_emails()
    mail = written()["alice"]
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "<script>alert(1)</script>" in mail.text


def test_the_mail_leaves_once_with_both_bodies(audit: Audit, mail_dir: Path) -> None:
    known = set(mail_dir.glob("*.eml"))
    with time_machine.travel(NOVEMBER + timedelta(hours=1), tick=False):
        finished(audit, Said("negative", (PRICE,)))
        out = StringIO()
        call_command("send_audit_emails", stdout=out)
        assert out.getvalue() == "2\n"
        assert [deliver_due(), deliver_due()] == [2, 0]
    files = sorted(set(mail_dir.glob("*.eml")) - known)
    letters = [email.message_from_bytes(each.read_bytes(), policy=email.policy.default) for each in files]
    assert len(letters) == 2
    for letter in letters:
        assert isinstance(letter, EmailMessage)
        assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
