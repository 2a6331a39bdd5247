"""What a run says: figures apart by public and sentiment, three sentences, the health of the sources."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from reputation import messages
from reputation.enums import RunState, SourceStatus
from reputation.models import Run, RunSource
from reputation.rules import Said as Sentences
from reputation.services.report import Counts, FaultCount, QueryRow, Report, report_of
from tests.people import Cast
from tests.reputation.makers import Said, fed, finished, listed, make

PRICE, LATE, PAY = "prix lampe", "livraison retard", "salaire atelier"


def codes(report: Report) -> list[str]:
    return [each.code for each in report.sentences]


def params(report: Report, place: int) -> dict[str, Any]:
    return dict(report.sentences[place].params)


def test_mentions_are_counted_by_public_and_sentiment_copies_apart(cast: Cast) -> None:
    run = finished(
        make(cast.brand, cast.alice),
        Said("negative", (PRICE,)),
        Said("negative", (PRICE,), host="copie.example", of=0),
        Said("positive", (PRICE, LATE), host="blog.example"),
        Said("uncertain", (PAY,)),
        Said("neutral"),
    )
    report = report_of(run)
    rows = {row.name: (row.originals, row.copies, row.queries) for row in report.publics}
    assert rows == {
        "Clients": (Counts(1, 1), Counts(negative=1), (QueryRow(PRICE, 2), QueryRow(LATE, 1))),
        "Candidats": (Counts(uncertain=1), Counts(), (QueryRow(PAY, 1),)),
        "": (Counts(neutral=1), Counts(), ()),
    }
    assert report.publics[-1].public_id is None
    totals = report.totals
    assert (totals.originals, totals.copies, totals.asked, totals.read) == (4, 1, 5, 5)
    assert (totals.naming_hosts, totals.hosts) == (2, 3)
    assert totals.sentiments == Counts(positive=1, negative=1, neutral=1, uncertain=1)


def test_the_negative_comes_first_then_the_newest_each_before_its_copies(cast: Cast) -> None:
    run = finished(
        make(cast.brand, cast.alice),
        Said("positive", day=9),
        Said("negative", day=2),
        Said("negative", day=5),
        Said("neutral", day=None),
        Said("negative", day=8, of=1),
    )
    lines = report_of(run).mentions
    assert [line.title for line in lines] == ["Titre 2", "Titre 1", "Titre 4", "Titre 0", "Titre 3"]
    assert [(line.copies, line.same_as) for line in lines[:3]] == [(0, None), (1, None), (0, lines[1].id)]


def test_sentences_of_an_ordinary_run(cast: Cast) -> None:
    report = report_of(
        finished(make(cast.brand, cast.alice), Said("negative", (PRICE,)), Said("neutral", (PRICE,)))
    )
    assert codes(report) == [Sentences.NAMED, Sentences.WORST_PUBLIC, Sentences.ALL_CERTAIN]
    named = {"read": 2, "originals": 2, "copies": 0, "hosts": 1, "first": "journal.example"}
    assert params(report, 0) == named
    assert params(report, 1) == {"name": "Clients", "negative": 1, "total": 2, "percent": 50}


@pytest.mark.parametrize(
    ("said", "faults", "expected"),
    [
        ((), (), (Sentences.NOTHING_READ, Sentences.NO_OPINION, Sentences.ALL_CERTAIN)),
        ((), ("dns",), (Sentences.NOTHING_READ, Sentences.NO_OPINION, Sentences.GAPS)),
        ((Said("neutral"),), (), (Sentences.NAMED, Sentences.NO_PUBLIC, Sentences.ALL_CERTAIN)),
        ((Said("positive", (PAY,)),), (), (Sentences.NAMED, Sentences.NO_NEGATIVE, Sentences.ALL_CERTAIN)),
        (
            (Said("positive", (PAY,)), Said("negative")),
            (),
            (Sentences.NAMED, Sentences.NEGATIVE_BEYOND, Sentences.ALL_CERTAIN),
        ),
        ((Said("uncertain", (PAY,)),), (), (Sentences.NAMED, Sentences.NO_NEGATIVE, Sentences.UNCERTAIN)),
        (
            (Said("uncertain", (PAY,)),),
            ("dns",),
            (Sentences.NAMED, Sentences.NO_NEGATIVE, Sentences.GAPS_UNCERTAIN),
        ),
    ],
)
def test_each_sentence_says_what_is_so(
    cast: Cast, said: tuple[Said, ...], faults: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    report = report_of(finished(make(cast.brand, cast.alice), *said, faults=faults))
    assert tuple(codes(report)) == expected
    for language in ("fr", "en"):
        with translation.override(language):
            assert all(messages.sentence(each).strip() for each in report.sentences)


def test_many_say_worse_than_one(cast: Cast) -> None:
    one = [Said("negative", (PAY,))]
    many = [Said("negative", (PRICE,))] * 8 + [Said("neutral", (PRICE,))] * 2
    report = report_of(finished(make(cast.brand, cast.alice), *one, *many))
    assert params(report, 1) == {"name": "Clients", "negative": 8, "total": 10, "percent": 80}


def test_the_health_of_the_sources(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice, listed("https://a.example/"), fed("https://f.example/rss"))
    run = finished(audit, Said("neutral"), Said("neutral"), faults=("dns", "dns", "not_found"))
    silent = RunSource.objects.get(run=run, source__name="Fil")
    silent.status, silent.reason, silent.listed = SourceStatus.SILENT, "empty_feed", 0
    silent.save()
    report = report_of(run)
    by_name = {source.name: source for source in report.sources}
    assert by_name["Liste"].faults == (FaultCount("dns", 2), FaultCount("not_found", 1))
    assert (by_name["Liste"].read, by_name["Liste"].failed, by_name["Liste"].mentions) == (2, 3, 2)
    assert (by_name["Fil"].status, by_name["Fil"].reason, by_name["Fil"].read) == ("silent", "empty_feed", 0)
    assert codes(report)[2] == Sentences.GAPS
    assert params(report, 2) == {"silent": 1, "names": ("Fil",), "unread": 3, "asked": 5}
    assert (report.totals.silent, report.totals.sources) == (1, 2)


def test_the_run_before_is_the_last_one_that_was_finished(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice)
    first = finished(audit, Said("negative", (PRICE,)), Said("neutral", of=0))
    stopped = finished(audit, Said("neutral"), Said("neutral"), Said("neutral"))
    Run.objects.filter(pk=stopped.pk).update(state=RunState.CANCELLED)
    now = finished(audit, Said("positive", (PRICE,)), Said("neutral"))
    report = report_of(now)
    assert report.before is not None
    assert (report.before.run_id, report.before.originals, report.before.copies) == (first.pk, 1, 1)
    assert report.before.sentiments == Counts(negative=1)
    assert codes(report)[0] == Sentences.NAMED_MORE
    assert params(report, 0)["before"] == 1
    assert codes(report_of(finished(audit, Said("neutral"))))[0] == Sentences.NAMED_LESS
    assert report_of(first).before is None


def test_what_is_changed_later_does_not_reach_an_earlier_report(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice)
    run = finished(audit, Said("negative", (PRICE,)))
    audit.publics.all().update(dropped_at=run.ended_at)
    audit.sources.all().update(dropped_at=run.ended_at)
    report = report_of(run)
    assert [row.name for row in report.publics] == ["Clients", "Candidats"]
    assert [source.name for source in report.sources] == ["Liste"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_report_asks_the_same_number_of_questions(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    audit = make(cast.brand, cast.alice)
    finished(audit, *[Said("negative", (PRICE,))] * count)
    run = finished(audit, *[Said("negative", (PRICE, LATE))] * count)
    with django_assert_num_queries(9):
        assert len(report_of(run).mentions) == count
