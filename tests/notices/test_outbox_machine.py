"""The outbox over days: servers fail, senders die, people decide; no mail is taken twice unasked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from unittest import mock

import pytest
from django.conf import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from pytest_django import Settings

from cm_suite.core import ledger
from pages.notices.enums import MailKind
from pages.notices.models import Mail
from pages.notices.services import deliver, deliver_due, mark_sent, queue_mail, resend, tidy
from pages.notices.services.outbox import KEEP_WORDS
from tests.machines import Undone, run
from tests.notices.servers import DROP, Script, scripted
from tests.people import Cast

BEGAN = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)
OVER = {"refused", "unknown"}

# what the server does in a turn · what becomes of a mail that meets it · whether it holds the message
TURNS: dict[str, tuple[dict[str, str | list[str]], str, bool]] = {
    "takes it": ({}, "sent", True),
    "asks to wait": ({"RCPT": ["450 greylisted"]}, "planned", False),
    "knows nobody": ({"RCPT": ["550 unknown"]}, "refused", False),
    "drops before": ({"DATA": [DROP]}, "planned", False),
    "is full": ({"DOT": ["451 full"]}, "planned", False),
    "finds it bad": ({"DOT": ["554 spam"]}, "refused", False),
    "takes it and drops": ({"DOT": [DROP]}, "unknown", True),
}

# where a sender is killed · how its mail stands then, and once its lease is over
DEATHS: dict[str, tuple[str, str]] = {
    "before the fence": ("pages.notices.services.deliver._fence", "claimed"),
    "before the message": ("pages.notices.smtp._dotted", "sending"),
    "after the dot": ("pages.notices.services.deliver._sent", "sending"),
}
ENDS = {"claimed": "planned", "sending": "unknown"}


@dataclass
class Told:
    """What should have become of one mail."""

    pk: int
    message_id: str
    written_at: datetime
    state: str = "planned"
    tries: int = 0
    due_at: datetime = BEGAN
    asked: int = 0
    emptied: bool = False


class Outbox(Undone):
    """Mails of one brand, one server, one lead who decides."""

    def __init__(self, cast: Cast, server: Script) -> None:
        super().__init__(BEGAN)
        self.cast, self.server = cast, server
        server.bodies.clear()
        self.mails: dict[str, Told] = {}
        self.held: Counter[str] = Counter()

    def at_the_end(self) -> None:
        assert ledger.verify(self.cast.brand.pk) is None

    def _due(self) -> list[Told]:
        waiting = [
            told for told in self.mails.values() if told.state == "planned" and told.due_at <= self.now
        ]
        return sorted(waiting, key=lambda told: told.pk)

    def _meets(self, told: Told, fate: str) -> None:
        """A sender tried it."""
        told.state = fate
        told.tries += 1
        told.due_at = self.now
        if fate == "sent":
            told.emptied = True
        if fate == "planned":
            wait = min(settings.CM_BACKOFF * 2 ** (told.tries - 1), deliver.LONGEST_WAIT)
            told.due_at = self.now + wait
            told.state = "refused" if told.tries >= deliver.MOST_TRIES else "planned"

    def _count(self, held: bool) -> list[str]:
        """The messages that arrived since; noted when the server kept them."""
        found = [message_from_bytes(body)["Message-ID"].strip("<>") for body in self.server.bodies]
        self.server.bodies.clear()
        if held:
            self.held.update(found)
        return found

    def _write(self, key: str) -> None:
        mail = queue_mail(
            kind=MailKind.NOTICE,
            key=key,
            to=f"{key}@public.example",
            template="notice",
            context={"brand": "Maison Lumen", "subject": key, "words": None, "link": "http://x/"},
            language="fr",
            brand=self.cast.brand,
        )
        told = self.mails.setdefault(key, Told(mail.pk, mail.message_id, self.now, due_at=self.now))
        assert (mail.pk, mail.message_id) == (told.pk, told.message_id)

    @initialize(turns=st.lists(st.sampled_from(sorted(TURNS)), min_size=2, max_size=5))
    def begins(self, turns: list[str]) -> None:
        for turn in turns:
            self.writes()
            self.a_turn(turn)
        self.writes()

    @rule()
    def writes(self) -> None:
        self._write(f"k{len(self.mails)}")

    @precondition(lambda self: self.mails)
    @rule(data=st.data())
    def writes_the_same_again(self, data: st.DataObject) -> None:
        self._write(data.draw(st.sampled_from(sorted(self.mails))))

    @rule(turn=st.sampled_from(sorted(TURNS)))
    def a_turn(self, turn: str) -> None:
        answers, fate, held = TURNS[turn]
        due = self._due()
        self.server.answers = {verb: list(said) for verb, said in answers.items()}
        assert deliver_due() == (len(due) if fate == "sent" else 0)
        found = self._count(held)
        assert found == ([told.message_id for told in due] if held or "DOT" in answers else [])
        for told in due:
            self._meets(told, fate)

    @precondition(lambda self: self._due())
    @rule()
    def a_turn_with_nobody_there(self) -> None:
        self.server.answers = {"HELLO": [DROP]}
        first = self._due()[0]
        assert deliver_due() == 0
        assert self._count(False) == []
        self._meets(first, "planned")

    @precondition(lambda self: self._due())
    @rule(place=st.sampled_from(sorted(DEATHS)))
    def a_sender_dies(self, place: str) -> None:
        self.server.answers = {}
        where, state = DEATHS[place]
        first = self._due()[0]
        with mock.patch(where, side_effect=SystemExit), pytest.raises(SystemExit):
            deliver_due()
        assert self._count(True) == ([first.message_id] if place == "after the dot" else [])
        first.state = state

    @rule()
    def leases_run_out(self) -> None:
        held = Mail.objects.filter(state__in=ENDS)
        held.update(lease_until=datetime(2020, 1, 1, tzinfo=UTC))
        dead = [told for told in self.mails.values() if told.state in ENDS]
        assert deliver.sweep() == len(dead)
        for told in dead:
            told.state = ENDS[told.state]

    @precondition(lambda self: self.mails)
    @rule(data=st.data(), again=st.booleans())
    def the_lead_decides(self, data: st.DataObject, again: bool) -> None:
        told = self.mails[data.draw(st.sampled_from(sorted(self.mails)))]
        act, states = (resend, OVER) if again else (mark_sent, {"unknown"})
        possible = told.state in states and not (again and told.emptied)
        done = act(Mail.objects.get(pk=told.pk), by=self.cast.alice, reason="Lea was asked")
        assert done is possible
        if possible and again:
            told.state, told.tries, told.due_at = "planned", 0, self.now
            told.asked += 1
        elif possible:
            told.state, told.emptied = "sent", True

    @rule(step=st.sampled_from([timedelta(minutes=1), timedelta(hours=3)]))
    def time_passes(self, step: timedelta) -> None:
        self.pass_time(step)

    @rule()
    def a_month_passes(self) -> None:
        self.pass_time(KEEP_WORDS + timedelta(seconds=1))
        old = [told for told in self.mails.values() if told.state in OVER and not told.emptied]
        assert tidy() == len(old)
        for told in old:
            told.emptied = True

    @invariant()
    def each_mail_stands_where_it_should(self) -> None:
        rows = {mail.pk: mail for mail in Mail.objects.all()}
        assert {pk: (mail.state, mail.emptied, mail.text == "") for pk, mail in rows.items()} == {
            told.pk: (told.state, told.emptied, told.emptied) for told in self.mails.values()
        }

    @invariant()
    def nothing_is_handed_over_twice_unless_a_person_asked(self) -> None:
        for told in self.mails.values():
            assert self.held[told.message_id] <= 1 + told.asked

    @invariant()
    def what_is_said_to_be_sent_was_handed_over_or_a_person_said_so(self) -> None:
        for told in self.mails.values():
            if told.state == "sent" and Mail.objects.get(pk=told.pk).settled_by_id is None:
                assert self.held[told.message_id] == 1


@pytest.mark.usefixtures("db")
def test_whatever_fails_no_mail_is_taken_twice(cast: Cast, settings: Settings) -> None:
    with scripted() as server:
        settings.CM_EMAIL_URL = server.url
        run(lambda: Outbox(cast, server), examples=15, steps=20)
