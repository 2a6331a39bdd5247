"""An address whose server refuses every digest for good is no follower any more, and is counted apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from cm_suite.core.models import LedgerEntry
from pages.enums import DepartureCause, DepartureFact
from pages.models import Departure
from pages.newsroom.models import Subscriber, SubscriberState
from pages.newsroom.rules import REFUSALS_MOST
from pages.newsroom.services import leave, send_digests
from pages.notices.enums import MailState
from pages.notices.models import Mail
from pages.selectors.audience import audience
from pages.services.audience import record_departure, set_cause
from tests.newsroom.helpers import NOON, make_post, make_subscriber
from tests.people import Cast

DAY = timedelta(days=1)
GONE, FULL = "mail_recipient_refused", "mail_message_refused"


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


class Evenings:
    """One evening after another: a post, its digests, and what became of Lea's."""

    def __init__(self, cast: Cast, now: time_machine.Traveller) -> None:
        self.cast, self.now, self.day = cast, now, 0
        self.lea, _zoe = (
            make_subscriber(cast.newsroom, f"{name}@exemple.fr", at=NOON - DAY).pk for name in ("lea", "zoe")
        )

    def pass_one(self, state: str, code: str = "") -> int:
        """How many digests were written."""
        at = NOON + self.day * DAY
        make_post(self.cast.newsroom, f"Nouvelle {self.day}", at, key=f"p{self.day}")
        self.now.move_to(at + timedelta(hours=6, minutes=1))
        written = send_digests()
        hers = Mail.objects.filter(key__startswith=f"newsroom.digest:{self.lea}:", state=MailState.PLANNED)
        hers.update(state=state, code=code)
        self.day += 1
        return written


@pytest.fixture
def evenings(cast: Cast, now: time_machine.Traveller) -> Evenings:
    return Evenings(cast, now)


def followers() -> list[str]:
    return sorted(row.email for row in Subscriber.objects.filter(state=SubscriberState.ACTIVE))


def test_an_address_that_is_refused_for_good_is_left_out_and_counted_as_lost(
    cast: Cast, evenings: Evenings
) -> None:
    assert [evenings.pass_one("refused", GONE) for _ in range(REFUSALS_MOST)] == [2] * REFUSALS_MOST
    assert followers() == ["lea@exemple.fr", "zoe@exemple.fr"]
    assert evenings.pass_one("sent") == 1
    assert followers() == ["zoe@exemple.fr"]
    assert [mail.to for mail in Mail.objects.all() if mail.to.startswith("lea")] == []
    assert Departure.objects.get().cause == "address_refused"
    [line] = audience(cast.brand)
    assert (line.fans, line.gained, line.lost) == (1, 2, 1)
    assert [(each.cause, each.label, each.count) for each in line.causes] == [
        ("address_refused", str(DepartureFact.ADDRESS_REFUSED.label), 1)
    ]
    assert line.top_cause is None
    assert LedgerEntry.objects.get().kind == "subscriber.left"


@pytest.mark.parametrize(
    "ends",
    [
        [("refused", GONE)] * (REFUSALS_MOST - 1),
        [("refused", FULL)] * REFUSALS_MOST,
        [("unknown", GONE)] * REFUSALS_MOST,
        [("refused", GONE)] * (REFUSALS_MOST - 1) + [("sent", "")] + [("refused", GONE)],
    ],
    ids=["too few", "the message was refused", "unknown", "one arrived"],
)
def test_who_may_still_be_there_is_kept(evenings: Evenings, ends: list[tuple[str, str]]) -> None:
    for state, code in ends:
        assert evenings.pass_one(state, code) == 2
    assert evenings.pass_one("sent") == 2
    assert (len(followers()), Departure.objects.count()) == (2, 0)


def test_what_was_refused_before_one_came_back_is_forgiven(evenings: Evenings) -> None:
    for _ in range(REFUSALS_MOST):
        evenings.pass_one("refused", GONE)
    leave(Subscriber.objects.get(pk=evenings.lea))
    since = NOON + evenings.day * DAY
    again = {"state": "active", "email": "lea@exemple.fr", "confirmed_at": since, "told_until": since - DAY}
    Subscriber.objects.filter(pk=evenings.lea).update(**again)
    assert evenings.pass_one("sent") == 2
    assert len(followers()) == 2


def test_reasons_that_people_gave_come_before_addresses_that_are_dead(cast: Cast) -> None:
    for cause in ("address_refused", "address_refused", "", "too_often"):
        record_departure(cast.newsroom, cause, NOON)
    [line] = audience(cast.brand)
    assert [each.cause for each in line.causes] == ["too_often", "address_refused", ""]
    assert line.top_cause == line.causes[0]
    assert [each.cause for each in line.causes if each.cause in DepartureCause] == ["too_often"]


def test_nobody_can_say_it_of_themselves(cast: Cast) -> None:
    departure = record_departure(cast.newsroom, "", NOON)
    with pytest.raises(ValueError):
        set_cause(departure, "address_refused")
    assert Departure.objects.get().cause == ""
