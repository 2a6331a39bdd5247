"""Every code of reputation has words, and a next step where there is one."""

from __future__ import annotations

import pytest
from django.utils import translation

from cm_suite.core.fetch import Fault
from reputation import messages
from reputation.enums import Refusal, RunState, Sentiment, SourceStatus
from reputation.rules import Said, Sentence

PARAMS = {
    "asked": 9,
    "read": 8,
    "originals": 5,
    "copies": 2,
    "hosts": 3,
    "first": "journal.example",
    "before": 4,
    "name": "Clients",
    "negative": 2,
    "positive": 1,
    "total": 5,
    "percent": 40,
    "sources": 3,
    "uncertain": 2,
    "silent": 1,
    "names": ("Forum",),
    "unread": 1,
}


@pytest.fixture(autouse=True)
def english() -> None:
    translation.activate("en")


def say(code: Said, **changes: object) -> str:
    return messages.sentence(Sentence(code, PARAMS | changes))


class TestFaults:
    @pytest.mark.parametrize("code", [*Fault, "worker_lost", "unreadable"])
    def test_each_says_what_happened_and_what_to_do(self, code: str) -> None:
        found = messages.FAULTS[code]
        assert str(found.what).endswith(".")
        assert str(found.advice).endswith(".")

    def test_no_two_say_the_same(self) -> None:
        said = [str(found.what) for found in messages.FAULTS.values()]
        assert len(set(said)) == len(said)

    def test_no_words_without_a_code(self) -> None:
        assert set(messages.FAULTS) == {*Fault, "worker_lost", "unreadable"}

    def test_one_without_words_is_told_in_general(self) -> None:
        assert str(messages.fault("from_mars")) == (
            "The page could not be read. It is asked again at the next run."
        )

    def test_none_speaks_like_a_machine(self) -> None:
        for found in messages.FAULTS.values():
            assert "HTTP" not in str(found)
            assert "Oops" not in str(found)


class TestSources:
    @pytest.mark.parametrize("status", SourceStatus.values)
    def test_each_status_has_words_and_a_mark(self, status: str) -> None:
        assert str(messages.source(status, "").what).endswith(".")
        assert messages.source_mark(status)[0]

    @pytest.mark.parametrize("reason", ["not_feed", "empty_feed", "no_text", *Fault])
    def test_each_reason_has_its_own(self, reason: str) -> None:
        found = messages.source(SourceStatus.FAULT, reason)
        assert found.what != messages.source(SourceStatus.FAULT, "").what

    def test_silence_is_not_zero(self) -> None:
        assert "not the absence of mentions" in str(messages.source(SourceStatus.SILENT, "empty_feed"))

    def test_one_that_answered_has_no_fault(self) -> None:
        assert str(messages.source(SourceStatus.ANSWERED, "unchanged").what) == "It answered."


class TestRuns:
    @pytest.mark.parametrize("code", ["no_sources", "unexpected"])
    def test_each_stop_has_words(self, code: str) -> None:
        assert code in messages.RUN_CODES

    def test_an_unknown_stop_is_ours(self) -> None:
        assert messages.run_fault("") == messages.RUN_CODES["unexpected"]

    @pytest.mark.parametrize("state", RunState.values)
    def test_each_state_has_a_mark(self, state: str) -> None:
        assert messages.run_mark(state)[0].startswith("state-")

    @pytest.mark.parametrize("sentiment", Sentiment.values)
    def test_each_opinion_has_a_shape_of_its_own(self, sentiment: str) -> None:
        assert messages.sentiment_mark(sentiment)[0] == f"opinion-{sentiment}"


@pytest.mark.parametrize("code", list(Refusal))
def test_each_refusal_has_words(code: Refusal) -> None:
    found = messages.refusal(code, {"name": "Clients", "most": 12, "url": "http://x"})
    assert "%(" not in found
    assert found.rstrip("x").endswith((".", "http://"))


@pytest.mark.parametrize("code", ["address_malformed", "address_scheme", "address_userinfo", "address_port"])
def test_each_bad_line_has_words(code: str) -> None:
    assert code in messages.LINES
    assert str(messages.bad_line("something_else")) == str(messages.LINES["address_malformed"])


class TestSentences:
    @pytest.mark.parametrize("code", list(Said))
    def test_each_is_whole(self, code: Said) -> None:
        found = say(code)
        assert found.endswith(".")
        assert "%(" not in found

    def test_how_much_and_where(self) -> None:
        assert say(Said.NAMED) == (
            "5 of the 8 pages read speak of the brand, on 3 sites, most of all on journal.example. "
            "2 more repeat them."
        )

    def test_one_site_and_no_copy(self) -> None:
        assert say(Said.NAMED, hosts=1, copies=0) == (
            "5 of the 8 pages read speak of the brand, all on journal.example."
        )

    def test_a_single_page(self) -> None:
        found = say(Said.NAMED, read=1, originals=1, copies=1, hosts=1)
        assert found == (
            "1 of the 1 page read speaks of the brand, on journal.example. 1 more repeats one of them."
        )

    def test_more_and_less_than_before(self) -> None:
        assert say(Said.NAMED_MORE, copies=0).endswith("That is more than the time before (4).")
        assert say(Said.NAMED_LESS, before=9, copies=0).endswith("That is less than the time before (9).")

    def test_what_is_compared_is_not_the_copies(self) -> None:
        assert say(Said.NAMED_MORE) == (
            "5 of the 8 pages read speak of the brand, on 3 sites, most of all on journal.example. "
            "That is more than the time before (4). 2 more repeat them."
        )

    def test_nothing_read(self) -> None:
        assert say(Said.NOTHING_READ, asked=0) == (
            "The sources named no page to read, so this run says nothing of the brand."
        )
        assert say(Said.NOTHING_READ).startswith("None of the 9 pages could be read")

    def test_the_worst_public(self) -> None:
        assert say(Said.WORST_PUBLIC) == (
            "“Clients” see the worst of it: 2 of the 5 pages on what they ask are negative (40%)."
        )

    def test_nothing_positive_either(self) -> None:
        assert say(Said.NO_NEGATIVE, positive=0) == (
            "None of it is clearly negative, and none clearly positive."
        )

    def test_gaps_name_who_was_silent(self) -> None:
        assert say(Said.GAPS) == (
            "Not everything was seen: 1 source gave no answer (Forum). 1 of the 9 pages could not be read."
        )

    def test_gaps_of_pages_alone(self) -> None:
        assert say(Said.GAPS, silent=0, names=(), unread=3) == (
            "Not everything was seen: 3 of the 9 pages could not be read."
        )

    def test_gaps_of_sources_alone(self) -> None:
        assert "could not be read" not in say(Said.GAPS, unread=0)

    def test_gaps_and_doubt(self) -> None:
        assert say(Said.GAPS_UNCERTAIN) == f"{say(Said.GAPS)} {say(Said.UNCERTAIN)}"


class TestSchedule:
    @pytest.mark.parametrize(
        ("cron", "told"),
        [
            ("", "Only when somebody asks"),
            ("0 8 * * *", "Every day at 08:00"),
            ("30 17 * * 5", "Every Friday at 17:30"),
            ("0 8 * * 0", "Every Sunday at 08:00"),
            ("0 8 * * 7", "Every Sunday at 08:00"),
            ("5 6 1 * *", "Every month on the 1st, at 06:05"),
            ("5 6 28 * *", "Every month on day 28, at 06:05"),
            ("5 6 31 * *", "On its own schedule: 5 6 31 * *"),
            ("0 8 * * 1-5", "On its own schedule: 0 8 * * 1-5"),
            ("*/5 * * * *", "On its own schedule: */5 * * * *"),
        ],
    )
    def test_in_words(self, cron: str, told: str) -> None:
        assert messages.schedule(cron) == told

    def test_every_day_has_its_sentence(self) -> None:
        told = {messages.schedule(f"0 8 * * {day}") for day in range(7)}
        assert len(told) == 7
