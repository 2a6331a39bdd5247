"""The three sentences of a report, for whatever a run may have found, in both languages."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from reputation.enums import PublicKind, SourceStatus
from reputation.messages import sentence
from reputation.rules import Said, Sentence
from reputation.services.figures import Before, Counts, MentionLine, PublicRow, SourceHealth, Totals
from reputation.services.sentences import three
from tests.reputation.shelf import NOON

SMALL: Final = st.integers(0, 3)
COUNTS: Final = st.builds(Counts, SMALL, SMALL, SMALL, SMALL)
HOLE: Final = re.compile(r"%\(|%%|None(?! of)|[{}]|  ")
NAMES: Final = st.sampled_from(["Clients", "50 % moins cher", "%(name)s", "Élus {0}", "«»"])


def line(place: int, host: str, sentiment: str, same_as: int | None = None) -> MentionLine:
    return MentionLine(
        id=place,
        document_id=place,
        source_id=1,
        source="Presse",
        title="",
        url="",
        host=host,
        excerpt="",
        published_at=None,
        kind="press",
        sentiment=sentiment,
        positive=0.0,
        negative=0.0,
        neutral=1.0,
        publics=(),
        same_as=same_as,
        copies=0,
    )


def source(place: int, status: str, name: str = "Presse", kind: str = "urls") -> SourceHealth:
    return SourceHealth(place, name, kind, status, "", 1, 1, 0, 0, 0, 0, 0, ())


@st.composite
def runs(draw: st.DrawFn) -> tuple[Any, ...]:
    """What a run found: counts that agree with one another, as those of a report do."""
    counts = draw(COUNTS)
    sentiments = [name for name in Counts.__slots__ for _each in range(getattr(counts, name))]
    hosts = draw(
        st.lists(st.sampled_from(["a.example", "b.example", "%s.example"]), min_size=12, max_size=12)
    )
    lines = [line(at, hosts[at], sentiment) for at, sentiment in enumerate(sentiments)]
    copies = draw(SMALL) if lines else 0
    empty, failed = draw(SMALL), draw(SMALL)
    read = counts.total + copies + empty
    sources = [
        source(at, status, draw(NAMES))
        for at, status in enumerate(draw(st.lists(st.sampled_from(SourceStatus.values), max_size=3)))
    ]
    publics = [
        PublicRow(at, PublicKind.CLIENT, draw(NAMES), own, Counts(), ())
        for at, own in enumerate(draw(st.lists(COUNTS, max_size=3)))
    ]
    naming = len({each.host for each in lines})
    totals = Totals(
        asked=read + failed,
        read=read,
        unchanged=0,
        failed=failed,
        waiting=0,
        hosts=max(naming, int(read > 0)),
        naming_hosts=naming,
        originals=counts.total,
        copies=copies,
        sentiments=counts,
        sources=len(sources),
        silent=0,
    )
    then = draw(st.none() | COUNTS)
    before = None if then is None else Before(1, 1, NOON, then.total, 0, then, then.total)
    return totals, publics, sources, lines, before


class TestAny:
    @settings(max_examples=150)
    @given(runs(), st.sampled_from(["en", "fr"]))
    def test_three_whole_sentences(self, found: tuple[Any, ...], language: str) -> None:
        with translation.override(language):
            said = [sentence(each) for each in three(*found)]
        assert len(said) == 3
        for each in said:
            assert each == each.strip()
            assert each[-1] in ".!?"
            bare = each.replace("%(name)s", "").replace("{0}", "")
            assert not HOLE.search(bare), each

    @settings(max_examples=100)
    @given(runs())
    def test_no_number_is_made_up(self, found: tuple[Any, ...]) -> None:
        totals, publics, sources, lines, before = found
        known = {0, 100, 50, totals.asked, totals.read, totals.originals, totals.copies, totals.naming_hosts}
        known |= {totals.failed + totals.waiting, len(sources), sum(1 for each in lines if each.sentiment)}
        known |= {getattr(totals.sentiments, name) for name in Counts.__slots__}
        known |= {number for row in publics for number in (row.originals.negative, row.originals.total)}
        known |= {round(100 * row.originals.negative / (row.originals.total or 1)) for row in publics}
        known |= {
            (200 * row.originals.negative + t) // (2 * t) for row in publics if (t := row.originals.total)
        }
        known |= {sum(each.status not in {"answered", "waiting"} for each in sources)}
        known |= set() if before is None else {before.originals}
        with translation.override("en"):
            said = " ".join(sentence(each) for each in three(*found))
        assert {int(each) for each in re.findall(r"\d+", said)} <= known

    @settings(max_examples=100)
    @given(runs())
    def test_a_doubt_is_never_left_out(self, found: tuple[Any, ...]) -> None:
        totals, _publics, sources, *_rest = found
        last = three(*found)[2]
        if totals.sentiments.uncertain:
            assert last.code in {Said.UNCERTAIN, Said.GAPS_UNCERTAIN}
        if totals.failed or any(each.status in {"silent", "refused", "fault"} for each in sources):
            assert last.code in {Said.GAPS, Said.GAPS_UNCERTAIN}


def counted(**given: Any) -> Totals:
    """A run of one source whose only page says nothing of the brand, unless said otherwise."""
    values: dict[str, Any] = {
        "asked": 1,
        "read": 1,
        "unchanged": 0,
        "failed": 0,
        "waiting": 0,
        "hosts": 1,
        "naming_hosts": 0,
        "originals": 0,
        "copies": 0,
        "sentiments": Counts(),
        "sources": 1,
        "silent": 0,
    }
    return Totals(**values | given)


def told(
    totals: Totals,
    publics: tuple[PublicRow, ...] = (),
    sources: tuple[SourceHealth, ...] = (source(1, "answered"),),
    lines: tuple[MentionLine, ...] = (),
    before: Before | None = None,
    language: str = "en",
) -> list[str]:
    with translation.override(language):
        return [sentence(each) for each in three(totals, publics, sources, lines, before)]


def public(name: str, **counts: int) -> PublicRow:
    return PublicRow(1, PublicKind.CLIENT, name, Counts(**counts), Counts(), ())


class TestEach:
    def test_nothing_speaks_of_the_brand(self) -> None:
        assert told(counted()) == [
            "The page that was read does not name the brand.",
            "There is no opinion to weigh.",
            "The source answered, and all that it named could be read and weighed.",
        ]

    def test_every_source_is_silent(self) -> None:
        silent = (source(1, "silent", "Le Fil"), source(2, "fault", "Le Blog"))
        found = told(counted(asked=0, read=0, hosts=0, sources=2), sources=silent)
        assert found == [
            "The sources named no page to read, so this run says nothing of the brand.",
            "There is no opinion to weigh.",
            "Not everything was seen: 2 sources gave no answer (Le Fil, Le Blog).",
        ]
        assert "does not name the brand" not in " ".join(found)

    def test_all_that_was_asked_failed(self) -> None:
        assert told(counted(asked=3, read=0, failed=3, hosts=0))[0] == (
            "None of the 3 pages could be read, so this run says nothing of the brand."
        )

    def test_one_public_and_one_page(self) -> None:
        totals = counted(originals=1, naming_hosts=1, sentiments=Counts(negative=1))
        found = told(totals, (public("Clients", negative=1),), lines=(line(1, "a.example", "negative"),))
        assert found[:2] == [
            "1 of the 1 page read speaks of the brand, on a.example.",
            "“Clients” see the worst of it: the only page on what they ask is negative.",
        ]

    def test_of_two_publics_as_badly_off_the_first_is_named(self) -> None:
        totals = counted(
            read=4, asked=4, originals=4, naming_hosts=1, sentiments=Counts(negative=2, neutral=2)
        )
        lines = tuple(line(at, "a.example", "neutral") for at in range(4))
        rows = (public("Clients", negative=1, neutral=1), public("Élus", negative=1, neutral=1))
        assert told(totals, rows, lines=lines)[1].startswith("“Clients” see the worst of it")

    def test_of_two_sites_as_busy_the_first_by_name_is_named(self) -> None:
        totals = counted(read=2, asked=2, originals=2, naming_hosts=2, sentiments=Counts(neutral=2))
        lines = (line(1, "z.example", "neutral"), line(2, "a.example", "neutral"))
        assert "most of all on a.example" in told(totals, lines=lines)[0]

    def test_a_site_is_called_by_the_feed_that_speaks_for_it_alone(self) -> None:
        totals = counted(originals=1, naming_hosts=1, sentiments=Counts(neutral=1))
        feed, columns = (source(1, "answered", kind=kind) for kind in ("feed", "urls"))
        lines = (line(1, "a.example", "neutral"),)
        assert "on Presse." in told(totals, sources=(feed,), lines=lines)[0]
        assert "on a.example." in told(totals, sources=(columns,), lines=lines)[0]
        beside = (*lines, line(2, "b.example", "neutral", same_as=1))
        assert "on a.example." in told(totals, sources=(feed,), lines=beside)[0]

    def test_only_copies_beside_one_page(self) -> None:
        totals = counted(read=4, asked=4, originals=1, copies=3, naming_hosts=1, sentiments=Counts(neutral=1))
        lines = (
            line(1, "a.example", "neutral"),
            *(line(at, "b.example", "neutral", same_as=1) for at in (2, 3, 4)),
        )
        assert told(totals, (public("Clients", neutral=1),), lines=lines)[0] == (
            "1 of the 4 pages read speaks of the brand, on a.example. 3 more repeat them."
        )

    def test_only_uncertain_ones(self) -> None:
        totals = counted(read=2, asked=2, originals=2, naming_hosts=1, sentiments=Counts(uncertain=2))
        lines = (line(1, "a.example", "uncertain"), line(2, "a.example", "uncertain"))
        assert told(totals, (public("Clients", uncertain=2),), lines=lines)[1:] == [
            "None of it is clearly negative, and none clearly positive.",
            "2 of 2 are too unclear to call: read them before you conclude.",
        ]

    def test_negative_but_on_nothing_that_is_asked(self) -> None:
        totals = counted(
            read=2, asked=2, originals=2, naming_hosts=1, sentiments=Counts(negative=1, neutral=1)
        )
        lines = (line(1, "a.example", "negative"), line(2, "a.example", "neutral"))
        assert told(totals, (public("Clients", neutral=1),), lines=lines)[1] == (
            "1 of 2 is negative, but on nothing that the publics of this audit ask."
        )

    def test_spoken_of_but_not_as_any_public_asks(self) -> None:
        totals = counted(originals=1, naming_hosts=1, sentiments=Counts(negative=1))
        beyond = PublicRow(None, "", "", Counts(negative=1), Counts(), ())
        assert told(totals, (public("Clients"), beyond), lines=(line(1, "a.example", "negative"),))[1] == (
            "None of it is about what the publics of this audit ask."
        )

    @pytest.mark.parametrize(
        ("then", "compared"),
        [
            (0, " That is more than the time before (0)."),
            (1, ""),
            (5, " That is less than the time before (5)."),
        ],
    )
    def test_compared_with_the_time_before(self, then: int, compared: str) -> None:
        totals = counted(originals=1, naming_hosts=1, sentiments=Counts(neutral=1))
        before = Before(1, 1, NOON, then, 0, Counts(neutral=then), then)
        found = told(totals, lines=(line(1, "a.example", "neutral"),), before=before)
        assert found[0] == f"1 of the 1 page read speaks of the brand, on a.example.{compared}"

    def test_a_name_with_a_per_cent_sign_is_a_name(self) -> None:
        totals = counted(originals=1, naming_hosts=1, sentiments=Counts(negative=1))
        rows = (public("100 %(x)s", negative=1),)
        found = told(totals, rows, lines=(line(1, "a.example", "negative"),))
        assert found[1].startswith("“100 %(x)s” see the worst of it")

    @pytest.mark.parametrize("code", list(Said))
    def test_each_is_said_in_french_too(self, code: Said) -> None:
        params = {
            "asked": 9,
            "read": 8,
            "originals": 5,
            "copies": 2,
            "hosts": 3,
            "first": "journal.example",
            "before": 4,
            "name": "Riverains",
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
        said = {}
        for language in ("en", "fr"):
            with translation.override(language):
                said[language] = sentence(Sentence(code, params))
        assert not HOLE.search(said["fr"])
        assert said["fr"] != said["en"]
