"""The two clocks. Each rule of "Limitation arithmetic" has its test, named after it."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.law import (
    ALERT_DAYS,
    EDIT_UNKNOWN,
    EVENT_UNKNOWN,
    OFFENCES,
    SHOWN_AGAIN,
    Event,
    EventKind,
    Status,
    add_months,
    article,
    is_public,
    limitation,
    prudent_day,
    removal,
)
from moderation.risk.labels import FLAGGING, Ground, Label

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEEN = datetime(2026, 9, 10, 8, tzinfo=UTC)


def test_the_start_is_the_day_of_first_availability() -> None:
    clock = limitation(Label.INSULT, SEEN, NOW)
    assert (clock.status, clock.start, clock.months) == (Status.KNOWN, date(2026, 9, 10), 3)


def test_the_day_is_that_of_paris() -> None:
    late = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
    assert limitation(Label.INSULT, late, NOW).start == date(2026, 7, 15)
    far = datetime(2026, 7, 15, 5, 0, tzinfo=timezone(timedelta(hours=12)))
    assert limitation(Label.INSULT, far, NOW).start == date(2026, 7, 14)


def test_the_last_prudent_day_is_date_to_date_less_one_day() -> None:
    assert limitation(Label.INSULT, SEEN, NOW).last_day == date(2026, 12, 9)
    assert limitation(Label.INSULT_AGGRAVATED, SEEN, NOW).last_day == date(2027, 9, 9)
    assert limitation(Label.THREAT, SEEN, NOW).last_day == date(2032, 9, 9)


def test_a_weekend_or_a_holiday_extends_nothing() -> None:
    sunday = limitation(Label.INSULT, date(2026, 9, 14), NOW).last_day
    assert sunday == date(2026, 12, 13)
    assert sunday.weekday() == 6
    assert limitation(Label.INSULT, date(2026, 9, 26), NOW).last_day == date(2026, 12, 25)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 3, date(2027, 3, 31)),
        (date(2026, 10, 1), 3, date(2027, 1, 1)),
    ],
)
def test_a_missing_day_of_the_month_is_its_last(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end
    assert prudent_day(start, months) == end - timedelta(days=1)


@given(st.dates(date(1995, 1, 1), date(2100, 1, 1)), st.sampled_from([3, 12, 60, 72]))
def test_date_to_date_never_runs_into_the_next_month(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day <= start.day
    assert prudent_day(start, months) < end


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.REPUBLISHED,
        EventKind.EDITORIAL_HYPERLINK,
        EventKind.THIRD_PARTY_HYPERLINK,
        EventKind.SITE_REACTIVATED,
    ],
)
def test_a_new_publication_has_a_clock_of_its_own_and_the_earlier_day_comes_first(kind: EventKind) -> None:
    clock = limitation(Label.INSULT, SEEN, NOW, [Event(kind, datetime(2026, 11, 2, 9, tzinfo=UTC))])
    assert (clock.start, clock.last_day, clock.later_day) == (
        date(2026, 9, 10),
        date(2026, 12, 9),
        date(2027, 2, 1),
    )
    assert clock.doubts == (SHOWN_AGAIN,)


def test_of_several_new_publications_the_last_one_counts() -> None:
    events = [Event(EventKind.REPUBLISHED, date(2026, 11, day)) for day in (5, 9, 2)]
    clock = limitation(Label.INSULT, SEEN, NOW, events)
    assert (clock.last_day, clock.later_day) == (date(2026, 12, 9), date(2027, 2, 8))
    assert clock.doubts == (SHOWN_AGAIN,)


def test_shown_again_on_its_first_day_it_has_one_clock() -> None:
    clock = limitation(Label.INSULT, SEEN, NOW, [Event(EventKind.REPUBLISHED, SEEN + timedelta(hours=2))])
    assert (clock.last_day, clock.later_day, clock.doubts) == (date(2026, 12, 9), None, ())


def test_each_clock_has_its_own_alerts() -> None:
    clock = limitation(Label.INSULT, SEEN, NOW, [Event(EventKind.REPUBLISHED, date(2026, 11, 2))])
    assert [(each.days, each.last_day) for each in clock.alerts_due(date(2026, 12, 9))] == [
        *((days, date(2026, 12, 9)) for days in ALERT_DAYS),
        (60, date(2027, 2, 1)),
    ]
    assert [(each.days, each.last_day) for each in clock.alerts_due(date(2026, 12, 10))] == [
        (60, date(2027, 2, 1))
    ]


def test_a_new_owner_name_starts_nothing() -> None:
    event = Event(EventKind.OWNER_RENAMED, datetime(2026, 11, 2, 9, tzinfo=UTC))
    assert limitation(Label.INSULT, SEEN, NOW, [event]) == limitation(Label.INSULT, SEEN, NOW)


def test_the_effect_of_an_edit_is_unknown_and_the_first_day_kept() -> None:
    clock = limitation(Label.INSULT, SEEN, NOW, [Event(EventKind.EDITED, NOW), Event(EventKind.EDITED, NOW)])
    assert clock.start == date(2026, 9, 10)
    assert clock.doubts == (EDIT_UNKNOWN,)


@pytest.mark.parametrize(
    "at", [None, "soon", datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)]
)
def test_a_new_publication_without_a_credible_day_leaves_the_clock_and_a_doubt(at: Any) -> None:
    clock = limitation(Label.INSULT, SEEN, NOW, [Event(EventKind.REPUBLISHED, at)])
    assert clock.start == date(2026, 9, 10)
    assert clock.doubts == (EVENT_UNKNOWN,)


def test_the_alerts_stand_sixty_to_two_days_before() -> None:
    clock = limitation(Label.INSULT, SEEN, NOW)
    assert [(alert.days, alert.on) for alert in clock.alerts] == [
        (60, date(2026, 10, 10)),
        (30, date(2026, 11, 9)),
        (15, date(2026, 11, 24)),
        (7, date(2026, 12, 2)),
        (2, date(2026, 12, 7)),
    ]
    assert tuple(alert.days for alert in clock.alerts) == ALERT_DAYS
    assert [alert.days for alert in clock.alerts_due(date(2026, 11, 24))] == [60, 30, 15]


def test_past_the_last_day_it_is_too_late_to_alert() -> None:
    clock = limitation(Label.INSULT, SEEN, NOW)
    assert not clock.expired(date(2026, 12, 9))
    assert clock.expired(date(2026, 12, 10))
    assert clock.alerts_due(date(2026, 12, 10)) == ()
    assert clock.days_left(date(2026, 12, 7)) == 2


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (None, "absent"),
        ("", "absent"),
        ("yesterday", "not_a_date"),
        ("2026-13-40", "not_a_date"),
        (20260910, "not_a_date"),
        (datetime(2026, 9, 10, 8), "no_zone"),  # noqa: DTZ001  the fault under test
        ("2026-09-10T08:00:00", "no_zone"),
        (datetime(1970, 1, 1, tzinfo=UTC), "too_early"),
        (date(1994, 12, 31), "too_early"),
        (datetime.min.replace(tzinfo=UTC), "too_early"),
        (datetime.max.replace(tzinfo=UTC), "not_a_date"),
        (NOW + timedelta(days=2), "in_the_future"),
    ],
)
def test_an_absent_or_absurd_date_is_unknown_never_an_error(moment: Any, reason: str) -> None:
    clock = limitation(Label.INSULT, moment, NOW)
    assert (clock.status, clock.reason) == (Status.UNKNOWN, reason)
    assert (clock.start, clock.last_day, clock.alerts) == (None, None, ())
    assert (clock.expired(NOW.date()), clock.days_left(NOW.date())) == (False, None)


def test_text_dates_with_a_zone_are_read() -> None:
    assert limitation(Label.INSULT, "2026-09-10T08:00:00Z", NOW).start == date(2026, 9, 10)
    assert limitation(Label.INSULT, "2026-09-10", NOW).start == date(2026, 9, 10)


@pytest.mark.parametrize("ahead", [1, 12, 20])
def test_a_clock_that_runs_ahead_moves_no_day(ahead: int) -> None:
    clock = limitation(Label.INSULT, NOW + timedelta(hours=ahead), NOW)
    assert (clock.start, clock.last_day) == (date(2026, 11, 22), date(2027, 2, 21))


def test_nothing_was_there_after_we_saw_it() -> None:
    ahead = SEEN + timedelta(hours=20)
    assert limitation(Label.INSULT, ahead, NOW).start == date(2026, 9, 11)
    assert limitation(Label.INSULT, ahead, NOW, seen=SEEN).start == date(2026, 9, 10)
    assert limitation(Label.INSULT, SEEN, NOW, seen=NOW).start == date(2026, 9, 10)
    assert limitation(Label.INSULT, None, NOW, seen=SEEN).status is Status.UNKNOWN


@given(st.one_of(st.none(), st.text(max_size=30), st.datetimes(timezones=st.just(UTC)), st.dates()))
def test_no_moment_raises(moment: Any) -> None:
    clock = limitation(Label.DEFAMATION, moment, NOW)
    assert (clock.last_day is not None) == (clock.status is Status.KNOWN)


@pytest.mark.parametrize(
    ("label", "months"),
    [
        (Label.INSULT, 3),
        (Label.DEFAMATION, 3),
        (Label.INSULT_AGGRAVATED, 12),
        (Label.DEFAMATION_AGGRAVATED, 12),
        (Label.HATE, 12),
        (Label.THREAT, 72),
        (Label.HARASSMENT, 72),
        (Label.DOXXING, 72),
    ],
)
def test_the_length_follows_the_label(label: Label, months: int) -> None:
    assert limitation(label, SEEN, NOW).months == months


@pytest.mark.parametrize("label", [Label.SPAM, Label.CRITICISM, Label.COMPLAINT, Label.NEUTRAL])
def test_free_speech_and_spam_have_no_limitation(label: Label) -> None:
    assert limitation(label, SEEN, NOW).status is Status.NONE


def test_lengths_no_text_confirms_say_so() -> None:
    doubtful = {label for label, offence in OFFENCES.items() if not offence.confirmed}
    assert doubtful == {Label.HARASSMENT, Label.DOXXING}
    assert not limitation(Label.DOXXING, SEEN, NOW).confirmed


@pytest.mark.parametrize(
    ("label", "hours"),
    [
        (Label.HATE, 1),
        (Label.THREAT, 1),
        (Label.DOXXING, 1),
        (Label.INSULT_AGGRAVATED, 1),
        (Label.INSULT, 4),
        (Label.DEFAMATION, 24),
    ],
)
def test_the_removal_target_is_ours_and_counts_from_knowledge(label: Label, hours: int) -> None:
    target = removal(label, SEEN)
    assert target is not None
    assert (target.hours, target.due) == (hours, SEEN + timedelta(hours=hours))
    assert target.ours_not_law
    assert target.two_people == (label is Label.DEFAMATION)


def test_nothing_runs_before_knowledge_nor_without_a_zone() -> None:
    before, zoneless = removal(Label.HATE), removal(Label.HATE, SEEN.replace(tzinfo=None))
    assert before is not None
    assert zoneless is not None
    assert (before.due, zoneless.due) == (None, None)


@pytest.mark.parametrize("label", [Label.DISPARAGEMENT, Label.CRITICISM, Label.COMPLAINT, Label.NEUTRAL])
def test_free_speech_is_never_to_be_removed(label: Label) -> None:
    assert removal(label, SEEN) is None


def test_defamation_of_the_brand_is_not_removed_by_reflex() -> None:
    assert removal(Label.DEFAMATION, SEEN, against_brand=True) is None
    assert removal(Label.THREAT, SEEN, against_brand=True) is not None


def test_each_label_that_may_flag_has_its_elements_and_legal_ones_their_article() -> None:
    assert set(OFFENCES) == set(Label)
    assert all(OFFENCES[label].elements for label in FLAGGING)
    assert all(OFFENCES[label].article for label in FLAGGING - {Label.SPAM})


def test_a_private_message_rests_on_the_penal_code() -> None:
    assert article(Label.INSULT, public=False) == "code pénal, art. R621-2"
    assert article(Label.INSULT_AGGRAVATED, ground=Ground.SEX, public=False) == "code pénal, art. R625-8-1"
    assert article(Label.THREAT, public=False, condition=True) == "code pénal, art. 222-18"


@pytest.mark.parametrize("condition", [False, True])
@pytest.mark.parametrize("public", [False, True])
def test_a_threat_to_somebody_in_office_has_an_article_of_its_own(*, condition: bool, public: bool) -> None:
    assert (
        article(Label.THREAT, official=True, condition=condition, public=public) == "code pénal, art. 433-3"
    )
    assert article(Label.THREAT) == "code pénal, art. 222-17"
    assert article(Label.THREAT, condition=True) == "code pénal, art. 222-18"
    assert article(Label.THREAT, property_=True) == "code pénal, art. 322-12"


@pytest.mark.parametrize("label", Label)
def test_in_private_the_length_for_words_of_hate_is_not_settled(label: Label) -> None:
    unsettled = {Label.HATE, Label.INSULT_AGGRAVATED, Label.DEFAMATION_AGGRAVATED}
    public, private = limitation(label, SEEN, NOW), limitation(label, SEEN, NOW, public=False)
    assert private.confirmed == (public.confirmed and label not in unsettled)
    assert private.last_day == public.last_day


def test_an_article_says_whether_the_words_were_public() -> None:
    assert not is_public(article(Label.INSULT_AGGRAVATED, public=False))
    assert is_public(article(Label.INSULT_AGGRAVATED))
    assert is_public(article(Label.THREAT, public=False))
    assert is_public("")
