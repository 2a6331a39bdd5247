"""What the doctor reads in the tables: access to the pages, and the outbox."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from cm_suite.ops import health
from cm_suite.ops.health import State
from pages.enums import PageState
from pages.models import Credential, Page
from pages.notices.enums import MailKind, MailState
from pages.notices.models import Mail
from tests.pages import salon
from tests.people import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_url")]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def found(name: str) -> health.Check:
    return {check.name: check for check in health.examine(thorough=True).checks}[name]


def doctor(*flags: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", *flags, stdout=out)
    return out.getvalue()


def page(cast: Cast, name: str, days: float | None, state: str = PageState.CONNECTED) -> Page:
    """A page whose access expires so many days after noon."""
    made = Page.objects.create(brand=cast.brand, network="mastodon", remote_id=name, name=name, state=state)
    expires_at = None if days is None else NOON + timedelta(days=days)
    Credential.objects.create(page=made, token="t-secret", expires_at=expires_at)
    return made


def mail(key: str, state: str, **more: Any) -> None:
    Mail.objects.create(
        kind=MailKind.NOTICE,
        key=key,
        message_id=key,
        to="vera@agence.example",
        subject="s",
        state=state,
        **more,
    )


class TestCredentials:
    """Pages that ask for somebody."""

    def test_all_is_well(self, cast: Cast) -> None:
        with time_machine.travel(NOON, tick=False):
            page(cast, "never", None)
            page(cast, "later", 14.001)
            page(cast, "gone", 1, PageState.DISCONNECTED)
            check = found("credentials")
        assert (check.state, check.words) == (State.OK, "0 to reconnect, 0 expire within 14 days")
        assert check.figures == {"to_reconnect": 0, "expiring": {}}

    def test_what_expires_within_a_fortnight_or_has_expired(self, cast: Cast) -> None:
        with time_machine.travel(NOON, tick=False):
            late, soon = page(cast, "late", -1), page(cast, "soon", 14)
            check = found("credentials")
        assert (check.state, check.words) == (State.DEGRADED, "0 to reconnect, 2 expire within 14 days")
        assert check.figures["expiring"] == {
            str(late.pk): "2026-03-01T12:00:00+00:00",
            str(soon.pk): "2026-03-16T12:00:00+00:00",
        }

    def test_a_page_to_reconnect_is_counted_once(self, cast: Cast) -> None:
        with time_machine.travel(NOON, tick=False):
            page(cast, "broken", -1, PageState.NEEDS_RECONNECT)
            check = found("credentials")
        assert (check.state, check.figures) == (State.DEGRADED, {"to_reconnect": 1, "expiring": {}})

    def test_what_renews_itself_does_not_expire(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        salon.install(monkeypatch, salon.SPEC)
        with time_machine.travel(NOON, tick=False):
            renews = page(cast, "renews", 0.05)
            Page.objects.filter(pk=renews.pk).update(network="salon")
            Credential.objects.update(refresh_token="r-secret")
            assert found("credentials").figures == {"to_reconnect": 0, "expiring": {}}
            Credential.objects.update(refresh_expires_at=NOON + timedelta(days=3))
            check = found("credentials")
        assert (check.state, list(check.figures["expiring"])) == (State.DEGRADED, [str(renews.pk)])


class TestResting:
    """Pages that wait because their network asked them to."""

    def test_until_when_each_rests(self, cast: Cast) -> None:
        with time_machine.travel(NOON, tick=False):
            waiting, over = page(cast, "waiting", None), page(cast, "over", None)
            Page.objects.filter(pk=waiting.pk).update(paced_until=NOON + timedelta(minutes=9))
            Page.objects.filter(pk=over.pk).update(paced_until=NOON)
            check = found("resting")
        assert (check.state, check.words) == (State.OK, "1 pages rest as their network asked")
        assert check.figures == {str(waiting.pk): "2026-03-02T12:09:00+00:00"}


class TestVersions:
    """APIs that stop answering."""

    def test_the_end_of_a_version_is_near(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "NETWORKS", {"salon": salon.SPEC})
        with time_machine.travel(datetime(2027, 4, 1, 12, tzinfo=UTC), tick=False):
            assert (found("versions").state, found("versions").words) == (State.OK, "no API ends soon")
        with time_machine.travel(datetime(2027, 4, 2, 12, tzinfo=UTC), tick=False):
            check = found("versions")
        assert (check.state, check.words) == (State.DEGRADED, "salon until 2027-06-01")
        assert check.figures == {"salon": "2027-06-01"}


class TestOutbox:
    """Mail that waits, and mail of which nobody knows."""

    def test_an_empty_outbox(self) -> None:
        check = found("outbox")
        assert (check.state, check.words) == (State.OK, "0 wait, 0 unknown")
        assert check.figures == {"planned": 0, "oldest_planned_s": None, "unknown": 0}

    def test_the_age_is_that_of_the_oldest_that_waits(self) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            mail("sent", MailState.SENT)
            mail("lost", MailState.UNKNOWN)
            clock.shift(timedelta(hours=2))
            mail("first", MailState.PLANNED)
            clock.shift(timedelta(seconds=health.MAIL_SECONDS))
            mail("second", MailState.PLANNED)
            check = found("outbox")
            assert (check.state, check.words) == (State.OK, "2 wait, 1 unknown, the oldest for 3600.0 s")
            assert check.figures == {"planned": 2, "oldest_planned_s": 3600.0, "unknown": 1}
            clock.shift(timedelta(seconds=1))
            assert found("outbox").state is State.DEGRADED


def test_both_are_printed_and_say_no_secret(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False):
        page(cast, "soon", 3)
        mail("lost", MailState.UNKNOWN)
        text, report = doctor(), doctor("--json")
    lines = {line.split()[1]: line for line in text.splitlines()}
    assert lines["credentials"] == "degraded  credentials 0 to reconnect, 1 expire within 14 days"
    assert lines["outbox"] == "ok        outbox      0 wait, 1 unknown"
    rows = {row["name"]: row for row in json.loads(report)["checks"]}
    assert rows["credentials"]["figures"]["to_reconnect"] == 0
    assert rows["outbox"]["figures"]["unknown"] == 1
    assert "t-secret" not in text + report
    assert "vera@" not in text + report


def test_a_monitor_is_not_told(cast: Cast) -> None:
    page(cast, "broken", None, PageState.NEEDS_RECONNECT)
    assert {"credentials", "outbox"} & {check.name for check in health.examine().checks} == set()


def test_a_table_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_fields: object) -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(Mail.objects, "filter", refuse)
    check = found("outbox")
    assert (check.state, check.words) == (State.DOWN, "cannot be read: no such table")


class TestRinging:
    """Pages whose network could ring."""

    def test_without_a_public_address_nobody_rings(self, cast: Cast) -> None:
        Page.objects.create(brand=cast.brand, network="facebook", remote_id="1", name="Lumen")
        check = found("ringing")
        assert (check.state, check.words) == (State.OK, "no public address: networks are asked in turn")

    def test_a_page_that_does_not_ring_is_named(self, cast: Cast, settings: Settings) -> None:
        settings.PUBLIC_URL = "https://desk.example"
        page(cast, "asked", None)
        rings, silent, closed = (
            Page.objects.create(brand=cast.brand, network="facebook", remote_id=str(number), name="Lumen")
            for number in range(3)
        )
        Page.objects.filter(pk=closed.pk).update(state=PageState.DISCONNECTED)
        Page.objects.filter(pk=rings.pk).update(subscribed_at=NOON)
        check = found("ringing")
        assert (check.state, check.words) == (State.DEGRADED, f"1 pages ring, 1 do not: {silent.pk}")
        assert check.figures == {"ringing": 1, "silent": [silent.pk]}
        Page.objects.filter(pk=silent.pk).update(subscribed_at=NOON)
        check = found("ringing")
        assert (check.state, check.words) == (State.OK, "2 pages ring")
