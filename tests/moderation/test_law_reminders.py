"""Day-marks before a victim's last prudent day: who decides is told of each, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cm_suite.schedule import PERIODIC
from moderation import jobs, law
from moderation.enums import CloseCode, Decided
from moderation.models import Action, Comment, Decision, Review
from moderation.selectors.limits import reminders
from moderation.services import last_days
from pages.models import Person
from pages.notices.enums import NoticeKind
from pages.notices.models import Mail, Notice
from pages.notices.rules import Ways
from pages.notices.services import save_preferences
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, decided, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

LAST = datetime(2026, 6, 1, 9, tzinfo=UTC)  # three months less a day after noon


@pytest.fixture
def comment(cast: Cast, network: FakeNetwork, noon: time_machine.Traveller) -> Comment:
    """An insult published at noon."""
    Person.objects.update(language="en")
    return taken(cast.newsroom, network)


def before(days: int) -> datetime:
    return LAST - timedelta(days=days)


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(key__startswith="last_day:").order_by("pk")
    return list(rows.values_list("person__name", "subject"))


def test_those_who_decide_are_told_once_at_each_mark_and_at_no_other_day(
    comment: Comment, noon: time_machine.Traveller
) -> None:
    counts = {}
    for days in range(65, -3, -1):
        noon.move_to(before(days))
        counts[days] = last_days.remind()
        noon.shift(timedelta(hours=3))
        assert last_days.remind() == 0
    assert [days for days, count in counts.items() if count] == list(law.ALERT_DAYS)
    assert set(counts.values()) == {0, 1}
    assert [name for name, _ in told()] == ["Alice", "Mona"] * 5


def test_the_notice_says_how_long_is_left_and_leads_to_the_review(
    cast: Cast, comment: Comment, noon: time_machine.Traveller
) -> None:
    noon.move_to(before(15))
    assert last_days.remind() == 1
    notice = Notice.objects.get(person=cast.mona)
    review = Review.objects.get()
    assert notice.subject == "15 days left for the victim, until 1 June 2026 · Maison Lumen"
    assert (notice.kind, notice.link) == (NoticeKind.LAST_DAY, f"/b/maison-lumen/queue/{review.pk}/")
    assert Mail.objects.filter(key=f"notice:{cast.mona.pk}:{notice.key}").count() == 1
    assert not any("connard" in mail.text + mail.html + mail.subject for mail in Mail.objects.all())


def test_it_is_told_as_what_it_is_and_not_as_a_comment_to_decide(
    cast: Cast, comment: Comment, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    decided(comment, cast.mona)
    jobs.carry_out()
    noon.move_to(before(15))
    last_days.remind()
    assert set(Notice.objects.values_list("kind", flat=True)) == {NoticeKind.LAST_DAY}
    mail = Mail.objects.get(key__startswith=f"notice:{cast.mona.pk}:last_day:")
    assert mail.subject == (
        "A victim’s last prudent day comes nearer · "
        "15 days left for the victim, until 1 June 2026 · Maison Lumen"
    )
    for said in (mail.text, mail.html):
        assert "Past that day, whoever the comment harms may no longer be able to sue over it." in said
        assert "must be decided" not in said


def test_it_is_chosen_apart_from_comments_to_decide(
    cast: Cast, comment: Comment, noon: time_machine.Traveller
) -> None:
    save_preferences(cast.mona, {NoticeKind.LAST_DAY: Ways(in_app=True, by_mail=False)})
    save_preferences(cast.alice, {NoticeKind.REVIEW_SOON: Ways(in_app=False, by_mail=False)})
    noon.move_to(before(15))
    last_days.remind()
    assert sorted(name for name, _ in told()) == ["Alice", "Mona"]
    assert list(Mail.objects.filter(key__contains=":last_day:").values_list("key", flat=True)) == [
        f"notice:{cast.alice.pk}:{Notice.objects.get(person=cast.alice, key__startswith='last_day:').key}"
    ]


def test_each_is_told_in_their_language(cast: Cast, comment: Comment, noon: time_machine.Traveller) -> None:
    Person.objects.filter(pk=cast.mona.pk).update(language="fr")
    noon.move_to(before(2))
    last_days.remind()
    assert "1 June 2026" in Notice.objects.get(person=cast.alice).subject
    assert "1 juin 2026" in Notice.objects.get(person=cast.mona).subject


def test_decided_taken_down_or_gone_the_victim_has_the_same_days(
    cast: Cast, comment: Comment, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    decided(comment, cast.mona)
    jobs.carry_out()
    noon.move_to(before(30))
    assert last_days.remind() == 1


@pytest.mark.parametrize("change", ["erased", "harmless", "not qualified", "no date", "no offence"])
def test_what_has_no_victim_or_no_day_is_not_recalled(
    comment: Comment, noon: time_machine.Traveller, change: str
) -> None:
    if change == "erased":
        Comment.objects.update(erased_at=NOON)
    elif change == "harmless":
        Review.objects.update(state="closed", close_code=CloseCode.EDITED_HARMLESS)
    elif change == "not qualified":
        Review.objects.update(qualified=False)
    elif change == "no date":
        Comment.objects.update(published_at=None)
    else:
        Review.objects.update(label="spam")
    noon.move_to(before(30))
    assert last_days.remind() == 0
    assert told() == []


def test_harmless_words_are_not_recalled(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    taken(cast.newsroom, network, HARMLESS)
    noon.move_to(before(30))
    assert last_days.remind() == 0


def test_a_mark_missed_for_two_days_is_given_late_and_an_older_one_never(
    comment: Comment, noon: time_machine.Traveller
) -> None:
    noon.move_to(before(12))
    assert last_days.remind() == 0
    noon.move_to(before(5))
    assert last_days.remind() == 1
    assert told()[0][1].startswith("5 days left")


def test_the_day_is_counted_anew_for_what_was_shown_again(
    cast: Cast, comment: Comment, noon: time_machine.Traveller
) -> None:
    decided(comment, cast.mona)
    jobs.carry_out()
    Decision.objects.update(act=Decided.UNHIDE)
    Action.objects.update(done_at=NOON + timedelta(days=20))
    noon.move_to(before(-4))
    assert [alert.days for _, alert in reminders(datetime.now(UTC))] == []
    noon.move_to(before(-5))
    assert [(alert.days, alert.last_day.isoformat()) for _, alert in reminders(datetime.now(UTC))] == [
        (15, "2026-06-21")
    ]


@pytest.mark.parametrize(("label", "last"), [("haine", (2027, 3, 1)), ("menace", (2032, 3, 1))])
def test_longer_clocks_have_the_same_marks(
    comment: Comment, noon: time_machine.Traveller, label: str, last: tuple[int, int, int]
) -> None:
    Review.objects.update(label=label)
    noon.move_to(before(30))
    assert last_days.remind() == 0
    noon.move_to(datetime(*last, 9, tzinfo=UTC) - timedelta(days=7))
    assert last_days.remind() == 1


def test_it_is_a_job_of_its_own(comment: Comment, noon: time_machine.Traveller) -> None:
    noon.move_to(before(7))
    assert jobs.remind_last_days() == 1
    assert len(told()) == 2
    assert "moderation.jobs.remind_last_days" in [periodic.job for periodic in PERIODIC]
