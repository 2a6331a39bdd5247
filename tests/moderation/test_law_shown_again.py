"""Shown again, a comment may be published anew: both days are told, the earlier first, with the doubt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import translation

from moderation import jobs
from moderation.enums import ActionState, Decided, Presence
from moderation.models import Action, Comment, Decision, Review
from moderation.selectors.reading import events_of, limitation_row, readings
from moderation.selectors.review import latest_assessment
from moderation.services import assign
from moderation.services.decide import second
from pages.models import Person
from tests.moderation.conftest import NOON
from tests.moderation.desk import Desk
from tests.moderation.makers import REASON, decided, fresh, taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast
from tests.publishing.rooms import SignIn, soup, words

D = Decided
DOUBT = "It was shown again, which in law may be a new publication with a period of its own: ask a lawyer."
LATER = NOON + timedelta(days=20)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> Iterator[None]:
    """Source words."""
    Person.objects.update(language="en")
    with translation.override("en"):
        yield


@pytest.fixture
def hidden(cast: Cast, network: FakeNetwork, noon: time_machine.Traveller) -> Comment:
    """An insult published and hidden at noon."""
    comment = taken(cast.newsroom, network)
    decided(comment, cast.mona)
    assert jobs.carry_out() == 1
    return fresh(comment)


def show_again(cast: Cast, comment: Comment) -> Review:
    """Two people agree to show it again."""
    review = assign.ask_review(comment, cast.mona)
    assert review is not None
    decided(comment, cast.mona, D.UNHIDE)
    second(review, cast.ada, agree=True, reason=REASON, revision=comment.revision)
    return review


def test_both_days_are_told_the_earlier_first(
    cast: Cast, hidden: Comment, noon: time_machine.Traveller
) -> None:
    noon.move_to(LATER)
    show_again(cast, hidden)
    assert jobs.carry_out() == 1
    comment = fresh(hidden)
    assert comment.presence == Presence.VISIBLE
    row = readings(comment, latest_assessment(comment), LATER)[0].limitation
    assert (row.last_day, row.later_day, row.doubts) == (date(2026, 6, 1), date(2026, 6, 21), (DOUBT,))


def test_what_was_only_decided_is_no_publication(
    cast: Cast, hidden: Comment, noon: time_machine.Traveller
) -> None:
    noon.move_to(LATER)
    show_again(cast, hidden)
    for state in set(ActionState) - {ActionState.DONE}:
        Action.objects.filter(decision__act=D.UNHIDE).update(state=state)
        assert events_of(hidden) == ()
    row = limitation_row("injure", hidden, LATER, events_of(hidden))
    assert (row.last_day, row.later_day, row.doubts) == (date(2026, 6, 1), None, ())


@pytest.mark.parametrize(("first", "days"), [(D.HIDE, [LATER]), (D.KEEP, [])])
def test_approved_after_it_was_hidden_is_shown_again_and_approved_at_first_is_not(
    cast: Cast, hidden: Comment, noon: time_machine.Traveller, first: D, days: list[object]
) -> None:
    noon.move_to(LATER)
    show_again(cast, hidden)
    jobs.carry_out()
    Decision.objects.filter(act=D.UNHIDE).update(act=D.APPROVE)
    Decision.objects.filter(act=D.HIDE).update(act=first)
    assert [event.at for event in events_of(hidden)] == days


def test_the_desk_shows_both_days(
    cast: Cast, hidden: Comment, noon: time_machine.Traveller, signed_in: SignIn
) -> None:
    noon.move_to(LATER)
    show_again(cast, hidden)
    jobs.carry_out()
    review = assign.ask_review(fresh(hidden), cast.mona)
    assert review is not None
    answer = Desk(signed_in(cast.mona)).get("review", review.pk)
    found = soup(answer).select_one("#clocks")
    assert found is not None
    said = words(found)
    assert "Limitation 1 June 2026" in said
    assert "Counted from the day it was shown again: 21 June 2026." in said
    assert DOUBT in said


def test_never_hidden_it_has_one_day(cast: Cast, network: FakeNetwork, noon: time_machine.Traveller) -> None:
    comment = taken(cast.newsroom, network)
    assert events_of(comment) == ()


@pytest.mark.parametrize("hours", [1, 13, 23])
def test_a_network_whose_clock_runs_ahead_moves_no_last_day(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller, hours: int
) -> None:
    network.write("c9", "Quel connard, ce Karim.", at=NOON + timedelta(hours=hours))
    comment = taken(cast.newsroom, network, remote_id="c8").page.comments.get(remote_id="c9")
    assert (comment.published_at, comment.seen_at) == (NOON, NOON)
    assert limitation_row("injure", comment, LATER, ()).last_day == date(2026, 6, 1)


def test_a_date_kept_before_from_such_a_clock_counts_from_the_day_we_saw_it(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller
) -> None:
    comment = taken(cast.newsroom, network)
    comment.published_at = NOON + timedelta(hours=23)
    assert limitation_row("injure", comment, LATER, ()).last_day == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("article", "confirmed"),
    [
        ("code pénal, art. R625-8-1", False),
        ("loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 3", True),
        ("", True),
    ],
)
def test_a_reading_in_private_says_that_its_length_is_not_settled(
    cast: Cast, network: FakeNetwork, noon: time_machine.Traveller, article: str, confirmed: bool
) -> None:
    comment = taken(cast.newsroom, network)
    row = limitation_row("injure_aggravee", comment, NOON, (), article)
    assert (row.confirmed, row.last_day) == (confirmed, date(2027, 3, 1))
