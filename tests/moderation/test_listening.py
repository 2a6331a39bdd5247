"""Once a day what networks show is compared with what is held: said, and put right at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cm_suite.core import clock
from cm_suite.core.errors import Later, Never
from cm_suite.ops import health
from moderation import jobs
from moderation.enums import WatchKind
from moderation.models import Comment, ListeningCheck, Review, Watch
from moderation.services import listening, watching
from moderation.services.ingest import poll_page
from pages.models import Page
from pages.networks.types import CommentBatch
from pages.services import connect
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT
from tests.moderation.network import FakeNetwork
from tests.networks.facebook.fake import Facebook, running
from tests.networks.facebook.words import PAGE
from tests.people import Cast


def checks(page: Page) -> dict[str, tuple[int, int, int, str]]:
    rows = ListeningCheck.objects.filter(page=page)
    return {row.kind: (row.seen, row.stored, row.taken, row.code) for row in rows}


@pytest.fixture
def read(account: Page, social: FakeNetwork, noon: time_machine.Traveller) -> Page:
    """A page with two comments and a message, read."""
    social.write("c1", INSULT, at=NOON - timedelta(hours=1))
    social.write("c2", HARMLESS, at=NOON - timedelta(hours=1))
    social.tell("p1", "Bonjour", at=NOON - timedelta(hours=1))
    poll_page(account.pk)
    return account


def test_what_is_held_is_said_and_nothing_changes(read: Page) -> None:
    assert jobs.check_listening() == 0
    assert checks(read) == {"comments": (2, 2, 0, ""), "mentions": (0, 0, 0, ""), "messages": (1, 1, 0, "")}
    assert Comment.objects.count() == 3


def test_what_is_missing_is_taken_in_and_said(read: Page) -> None:
    Comment.objects.filter(remote_id__in=("c1", "p1")).delete()
    assert jobs.check_listening() == 2
    assert checks(read)["comments"] == (2, 1, 1, "")
    assert checks(read)["messages"] == (1, 0, 1, "")
    assert Comment.objects.count() == 3
    assert Review.objects.get().comment.remote_id == "c1"


def test_once_a_day_and_kind(read: Page, social: FakeNetwork, noon: time_machine.Traveller) -> None:
    jobs.check_listening()
    Comment.objects.all().delete()
    assert (jobs.check_listening(), Comment.objects.count()) == (0, 0)
    noon.shift(timedelta(hours=13))
    assert jobs.check_listening() == 3
    assert ListeningCheck.objects.filter(page=read).values("day").distinct().count() == 2


def test_what_came_since_the_last_turn_is_read_first_and_is_not_missing(
    read: Page, social: FakeNetwork
) -> None:
    social.write("c3", HARMLESS, at=NOON - timedelta(seconds=30))
    assert jobs.check_listening() == 1
    assert checks(read)["comments"] == (3, 3, 0, "")


def test_what_is_gone_or_comes_this_very_moment_is_not_counted(read: Page, social: FakeNetwork) -> None:
    social.take_down("c2")
    social.write("c4", HARMLESS, at=NOON + timedelta(seconds=1))
    jobs.check_listening()
    assert checks(read)["comments"] == (1, 1, 0, "")


def test_a_page_never_read_is_read_first_of_all(account: Page, social: FakeNetwork) -> None:
    watching.watch_all()
    assert jobs.check_listening() == 0
    assert checks(account) == {}


def test_a_refusal_is_noted_and_what_passes_is_tried_again(
    read: Page, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    social.fails("comments", Later("not_sent"))
    social.fails("messages", Never("scope_missing"))
    jobs.check_listening()
    assert "comments" not in checks(read)
    assert checks(read)["messages"] == (0, 0, 0, "scope_missing")
    watch = Watch.objects.get(page=read, kind=WatchKind.COMMENTS)
    assert (watch.state, watch.code, watch.lease_token) == ("idle", "not_sent", None)
    jobs.check_listening()
    assert "comments" not in checks(read)  # it waits as any turn does
    noon.shift(timedelta(hours=1))
    jobs.check_listening()
    assert checks(read)["comments"] == (2, 2, 0, "")


def test_a_fault_of_ours_stops_no_other(
    read: Page, social: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(mark: str) -> CommentBatch:
        raise ZeroDivisionError

    monkeypatch.setattr(social, "comments", broken)
    jobs.check_listening()
    assert set(checks(read)) == {"mentions", "messages"}
    assert Watch.objects.get(page=read, kind="comments").state == "idle"


def test_the_recent_end_alone_is_compared(
    read: Page, social: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = social.comments

    def comments(mark: str) -> CommentBatch:
        asked.append(mark)
        return real(mark)

    social.batch_size = 1
    for number in range(20):
        social.write(f"d{number}", HARMLESS, at=NOON - timedelta(minutes=5))
    while Comment.objects.count() < 23:
        poll_page(read.pk)
    monkeypatch.setattr(social, "comments", comments)
    jobs.check_listening()
    assert asked == ["22", "", *map(str, range(1, listening.ANSWERS))]
    assert checks(read)["comments"] == (listening.ANSWERS, listening.ANSWERS, 0, "")
    assert Watch.objects.get(page=read, kind="comments").mark == "22"


def test_on_a_busy_page_of_facebook_what_was_said_today_is_compared(
    cast: Cast, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page.objects.create(brand=cast.brand, network="facebook", remote_id=PAGE, name="Lumen")
    with running(Facebook()) as fake:
        monkeypatch.setattr(connect, "client_for", lambda page, *, waiting=False: fake.client())
        fake.page_size = 1
        post = fake.put("Une lampe", NOON - timedelta(days=9))
        for number in range(60):
            fake.say(HARMLESS, post, at=NOON - timedelta(days=8, minutes=number))
        today = fake.say(HARMLESS, post, at=NOON - timedelta(minutes=5))
        while poll_page(page.pk).news:
            pass
        Comment.objects.filter(page=page, remote_id=today).delete()
        jobs.check_listening()
    row = ListeningCheck.objects.get(page=page, kind="comments")
    assert (row.seen - row.stored, row.taken) == (1, 1)
    assert Comment.objects.filter(page=page, remote_id=today).exists()


def test_where_reading_costs_money_one_answer_is_compared(
    read: Page, social: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    social.batch_size = 1
    monkeypatch.setattr("moderation.services.network.costs", lambda page: True)
    jobs.check_listening()
    assert checks(read)["comments"] == (1, 1, 0, "")


def test_old_comparisons_are_forgotten(read: Page) -> None:
    jobs.check_listening()
    ListeningCheck.objects.update(day=(NOON - listening.KEPT).date() - timedelta(days=1))
    assert jobs.tidy() == 3
    assert ListeningCheck.objects.count() == 0


# --- the doctor


def doctor() -> health.Check:
    return health._listening()


def test_the_doctor_says_what_was_seen_and_stored(read: Page) -> None:
    jobs.check_listening()
    found = doctor()
    assert (found.state, found.words) == (health.State.OK, "seen 3, stored 3 on 3 lists")


def test_the_doctor_is_worried_when_something_was_missing(read: Page, noon: time_machine.Traveller) -> None:
    Comment.objects.filter(remote_id="c1").delete()
    jobs.check_listening()
    found = doctor()
    assert found.state == health.State.DEGRADED
    assert found.words == f"seen 3, stored 2 on 3 lists; missing on {read.pk} comments, 1 taken in since"
    assert found.figures["missing"] == {f"{read.pk} comments": 1}
    noon.shift(timedelta(days=1))
    jobs.check_listening()
    assert doctor().state == health.State.OK


def test_the_doctor_forgets_and_names_who_could_not_be_asked(
    read: Page, social: FakeNetwork, noon: time_machine.Traveller
) -> None:
    social.fails("comments", Never("scope_missing"))
    jobs.check_listening()
    found: dict[str, Any] = dict(doctor().figures)
    assert (found["not_asked"], found["missing"]) == ({f"{read.pk} comments": "scope_missing"}, {})
    noon.shift(timedelta(days=3))
    assert doctor().words == "seen 0, stored 0 on 0 lists"
    assert clock.now() > NOON


def test_nothing_compared_yet_is_no_trouble(cast: Cast) -> None:
    assert (doctor().state, doctor().figures["lists"]) == (health.State.OK, 0)
