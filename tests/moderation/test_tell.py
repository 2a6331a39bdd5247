"""What people hear of the queue, once each, and by the ways they chose."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from cm_suite.core import clock
from moderation import jobs
from moderation.enums import Decided, Reminder
from moderation.messages.notices import POST, about
from moderation.models import Review
from moderation.rules import SOON
from moderation.services import tell
from moderation.services.ingest import poll_page
from pages.models import Person
from pages.notices.enums import NoticeKind
from pages.notices.models import Mail, Notice
from pages.notices.rules import Ways
from pages.notices.services import save_preferences
from tests.moderation.conftest import NOON
from tests.moderation.makers import HARMLESS, INSULT, decided, fresh, held, review_of, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

N = NoticeKind
FOUR_HOURS = timedelta(hours=4)


@pytest.fixture
def review(cast: Cast, network: FakeNetwork, noon: time_machine.Traveller) -> Review:
    """An insult, to be decided within four hours."""
    return review_of(taken(cast.newsroom, network))


def told(kind: N) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("person__name", flat=True))


def test_those_who_decide_are_told_an_hour_before_and_when_it_is_past(
    cast: Cast, review: Review, noon: time_machine.Traveller
) -> None:
    noon.shift(FOUR_HOURS - SOON - timedelta(seconds=1))
    assert tell.remind() == 0
    noon.shift(timedelta(seconds=1))
    assert (tell.remind(), tell.remind()) == (1, 0)
    assert (told(N.REVIEW_SOON), told(N.REVIEW_OVERDUE)) == (["Alice", "Mona"], [])
    noon.shift(SOON)
    assert (tell.remind(), tell.remind()) == (1, 0)
    assert (told(N.REVIEW_SOON), told(N.REVIEW_OVERDUE)) == (["Alice", "Mona"],) * 2
    assert fresh(review).reminded == Reminder.OVERDUE


def test_the_notice_leads_to_the_review_and_holds_no_word_of_it(
    cast: Cast, review: Review, noon: time_machine.Traveller
) -> None:
    Person.objects.filter(pk=cast.mona.pk).update(language="en")
    noon.shift(FOUR_HOURS)
    tell.remind()
    notice = Notice.objects.get(person=cast.mona)
    assert (notice.link, notice.at) == (f"/b/maison-lumen/queue/{review.pk}/", NOON + FOUR_HOURS)
    assert notice.subject == (
        "Public insult · by Mon 2 March, 16:00 · Maison Lumen · under “Notre atelier ouvre samedi.”"
    )
    assert Notice.objects.get(person=cast.alice).subject.startswith("Injure publique · ")
    mails = "".join(mail.subject + mail.text + mail.html for mail in Mail.objects.all())
    assert "queue" in mails
    assert not any(word in mails for word in ("connard", "Karim", "Paul"))


def test_four_notices_under_one_post_are_told_apart(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    Person.objects.update(language="en")
    for number, text in enumerate((INSULT, "Je vais te casser la gueule, Karim.")):
        network.write(f"c{number}", text)
    poll_page(cast.newsroom.pk)
    noon.shift(FOUR_HOURS)
    tell.remind()
    subjects = set(Notice.objects.filter(person=cast.mona).values_list("subject", flat=True))
    assert {subject.split(" · ")[0] for subject in subjects} == {"Public insult", "Threat"}


def test_what_has_no_target_and_no_post_says_its_label_and_page() -> None:
    with translation.override("en"):
        assert about("injure", None, "Maison Lumen", "", clock.zone("Europe/Paris")) == (
            "Public insult · Maison Lumen"
        )


def test_a_long_post_is_cut_and_comes_last() -> None:
    with translation.override("en"):
        told_of = about("injure", None, "Maison Lumen", "word " * 400, clock.zone("Europe/Paris"))
    assert (len(told_of), told_of[-2:]) == (len("Public insult · Maison Lumen · under “”") + POST, "…”")


def test_long_asleep_people_hear_of_the_worse_only(
    cast: Cast, review: Review, noon: time_machine.Traveller
) -> None:
    noon.shift(timedelta(days=1))
    assert tell.remind() == 1
    assert (told(N.REVIEW_SOON), told(N.REVIEW_OVERDUE)) == ([], ["Alice", "Mona"])


def test_a_formal_notice_is_told_at_once(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    network.write("c1", HARMLESS, notices=1)
    poll_page(cast.newsroom.pk)
    assert tell.remind() == 1
    assert told(N.REVIEW_SOON) == ["Alice", "Mona"]


def test_what_has_no_target_is_not_recalled(
    cast: Cast, network: FakeNetwork, review: Review, noon: time_machine.Traveller
) -> None:
    Review.objects.update(due_at=None)
    noon.shift(timedelta(days=30))
    assert tell.remind() == 0


def test_what_waits_for_a_second_person_is_recalled_to_those_who_can(
    cast: Cast, review: Review, noon: time_machine.Traveller
) -> None:
    decided(review.comment, cast.mona, Decided.KEEP)
    assert told(N.SECOND_WANTED) == ["Ada", "Alice"]
    noon.shift(FOUR_HOURS)
    assert tell.remind() == 1
    assert told(N.REVIEW_OVERDUE) == ["Ada", "Alice"]


def test_what_is_decided_is_not_recalled(cast: Cast, review: Review, noon: time_machine.Traveller) -> None:
    decided(review.comment, cast.mona)
    noon.shift(timedelta(days=1))
    assert (tell.remind(), Notice.objects.count()) == (0, 0)


def test_in_hand_it_is_recalled_all_the_same(
    cast: Cast, review: Review, noon: time_machine.Traveller
) -> None:
    held(review, cast.mona)
    noon.shift(FOUR_HOURS)
    assert jobs.sweep() == 1


def test_who_wants_no_mail_gets_none(cast: Cast, review: Review, noon: time_machine.Traveller) -> None:
    save_preferences(cast.mona, {N.REVIEW_OVERDUE: Ways(in_app=True, by_mail=False)})
    noon.shift(FOUR_HOURS)
    tell.remind()
    assert [mail.to for mail in Mail.objects.all()] == [cast.alice.email]
    assert told(N.REVIEW_OVERDUE) == ["Alice", "Mona"]
