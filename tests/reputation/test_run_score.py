"""Weighing what was read: odd pages, what visitors wrote, many queries, and a worker that dies meanwhile."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.notices.models import Notice
from reputation import jobs
from reputation.enums import RunState, Sentiment
from reputation.models import Audit, Document, DocumentComment, Fetch, Mention, Query, Run
from reputation.scoring import near, subject
from reputation.services import score, steps
from reputation.services.report import report_of
from reputation.sources.addresses import url_hash
from tests.people import Cast
from tests.reputation.makers import CLIENTS, LONG, NOVEMBER, begin, carry_out, listed, make
from tests.reputation.web import Web, article

PAST = datetime(2026, 1, 1, tzinfo=UTC)
ANGRY = "Maison Lumen est une honte : lampe cassée, service client odieux, remboursement refusé. À fuir !"
GLAD = "Maison Lumen est une merveille : lampe superbe, service client adorable. Je recommande, bravo !"


def read(audit: Audit, by: Any, *texts: str, **said: Any) -> Run:
    """A run whose pages have been read: one document for each text, ready to be weighed."""
    run = begin(audit, by)
    with patch.object(jobs, "_Reading"), patch("reputation.jobs._score"):
        jobs.turn(run.pk)
    source = audit.sources.get()
    run.fetches.all().delete()
    for place, text in enumerate(texts):
        url = f"https://journal.example/{place}"
        values = {"url": url, "host": "journal.example", "text": text, "kind": "press", "read_at": NOVEMBER}
        document, _new = Document.objects.update_or_create(
            brand=audit.brand, url_hash=url_hash(url), defaults=values | said
        )
        Fetch.objects.create(
            run=run, source=source, url=url, url_hash=url_hash(url), host="journal.example",
            state="stored", document=document,
        )  # fmt: skip
    run.refresh_from_db()
    assert run.state == RunState.COLLECTING
    return run


def weighed(run: Run) -> Run:
    assert jobs.turn(run.pk) is False
    run.refresh_from_db()
    return run


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit of one list."""
    return make(cast.brand, cast.alice)


@pytest.mark.parametrize(
    "text", ["", " \n ", "Rien de la marque ici.", "\u202e\u200f", "😀" * 3000, "a" * 10_000]
)
def test_a_page_that_does_not_name_the_brand_is_no_mention(cast: Cast, audit: Audit, text: str) -> None:
    run = weighed(read(audit, cast.bob, text))
    assert (run.state, run.mentions.count()) == (RunState.DONE, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Maison Lumen\n" * 9_000,
        "maison lumen " * 15_000,
        f"{'mot ' * 30_000} Maison Lumen",
        "Maison Lumen" + "!" * 100_000,
        "Maison Lumen " + "é" * 199_000,
    ],
)
def test_a_huge_page_is_weighed_in_no_time(cast: Cast, audit: Audit, text: str) -> None:
    run = read(audit, cast.bob, text[:200_000])
    began = time.process_time()
    assert weighed(run).state == RunState.DONE
    assert time.process_time() - began < 5
    mention = run.mentions.get()
    assert "lumen" in mention.excerpt.lower()
    assert len(mention.excerpt) <= 600


def test_only_the_paragraphs_that_name_the_brand_are_weighed(cast: Cast, audit: Audit) -> None:
    other = "Un désastre, une honte, un scandale odieux que tout le monde déteste."
    run = weighed(read(audit, cast.bob, f"{LONG}\n{LONG}\n{LONG}\n{other}\n{GLAD}\n{other}\n{LONG}"))
    assert run.mentions.get().sentiment == Sentiment.POSITIVE


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Maison Lumen", f"{LONG}\n{LONG}\n{LONG}"),
        ("", "Maison Lumen vend des lampes."),
        ("Lampes", "Maison Lumen."),
    ],
)
def test_a_page_about_the_brand_is_weighed_whole(cast: Cast, audit: Audit, title: str, text: str) -> None:
    """An article need not repeat the name in each paragraph that complains of it."""
    angry = "Les clients dénoncent un service odieux, des lampes cassées et un scandale. C’est une honte."
    run = weighed(read(audit, cast.bob, f"{text}\n{angry}", title=title))
    assert run.mentions.get().sentiment == Sentiment.NEGATIVE


def test_of_a_page_of_opinions_all_is_weighed(cast: Cast, audit: Audit) -> None:
    run = read(audit, cast.bob, "Maison Lumen : les avis des clients.", kind="shop")
    document = Document.objects.get()
    for place in range(4):
        words = "Lampe cassée, très déçu, service odieux, une honte. À fuir !"
        DocumentComment.objects.create(document=document, place=place, text=words)
    mention = weighed(run).mentions.get()
    assert (mention.kind, mention.sentiment) == ("shop", Sentiment.NEGATIVE)


def test_a_comment_that_names_the_brand_is_part_of_the_mention(cast: Cast, audit: Audit) -> None:
    run = read(audit, cast.bob, f"Un article sur les lampes de la ville. {LONG}")
    DocumentComment.objects.create(document=Document.objects.get(), place=0, text=ANGRY)
    DocumentComment.objects.create(
        document=Document.objects.get(), place=1, text="Quel est le prix de la lampe ?"
    )
    mention = weighed(run).mentions.get()
    assert mention.sentiment == Sentiment.NEGATIVE
    assert "Maison Lumen est une honte" in mention.excerpt
    assert [query.words for query in mention.queries.all()] == ["prix lampe"]


def test_the_excerpt_is_of_the_text_rather_than_of_the_title(cast: Cast, audit: Audit) -> None:
    text = f"{LONG}\nIci, Maison Lumen ouvre une école."
    run = weighed(read(audit, cast.bob, text, title="Maison Lumen en ville"))
    mention = run.mentions.get()
    assert mention.excerpt.endswith("Ici, Maison Lumen ouvre une école.")
    assert mention.title == "Maison Lumen en ville"


def test_a_name_in_the_title_alone_is_enough(cast: Cast, audit: Audit) -> None:
    mention = weighed(read(audit, cast.bob, LONG, title="Maison Lumen en ville")).mentions.get()
    assert mention.excerpt.startswith("Maison Lumen en ville")


def test_what_was_left_by_a_worker_that_died_is_replaced(cast: Cast, audit: Audit) -> None:
    run = read(audit, cast.bob, GLAD, ANGRY)
    with patch.object(near, "group", side_effect=SystemExit), pytest.raises(SystemExit):
        jobs.turn(run.pk)
    run.refresh_from_db()
    assert (run.state, run.mentions.count(), Notice.objects.count()) == (RunState.SCORING, 0, 0)
    assert weighed(run).state == RunState.DONE
    assert (run.mentions.count(), Notice.objects.count()) == (2, 1)


def test_a_worker_killed_while_weighing_is_replaced_when_its_lease_is_over(cast: Cast, audit: Audit) -> None:
    run = read(audit, cast.bob, GLAD)
    taken = steps.take(run.pk, (RunState.COLLECTING,), RunState.SCORING)
    assert taken is not None
    assert jobs.work(run.pk) is False
    run.refresh_from_db()
    assert run.state == RunState.SCORING
    Run.objects.filter(pk=run.pk).update(lease_until=PAST)
    assert jobs.sweep() == 1
    assert weighed(run).state == RunState.DONE
    with pytest.raises(steps.LeaseLostError):
        score.score_run(taken)
    assert (run.mentions.count(), Notice.objects.count()) == (1, 1)


def test_a_run_cancelled_while_it_is_weighed_has_no_mention(cast: Cast, audit: Audit) -> None:
    run = read(audit, cast.bob, GLAD)
    group = near.group

    def cancelled(texts: Any, beat: Any) -> Any:
        Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED, lease_token=None, lease_until=None)
        return group(texts, beat)

    with patch.object(near, "group", cancelled):
        assert weighed(run).state == RunState.CANCELLED
    assert (run.mentions.count(), Notice.objects.count()) == (0, 0)


def test_comparing_keeps_the_lease_however_long_it_takes(cast: Cast, audit: Audit) -> None:
    run = read(audit, cast.bob, *(f"{GLAD} Numéro {n}." for n in range(6)))
    group = near.group

    def slow(texts: Any, beat: Any) -> Any:
        def step() -> None:
            soon = timezone.now() + timedelta(seconds=30)
            Run.objects.filter(pk=run.pk).update(lease_until=soon)
            beat()
            run.refresh_from_db()
            assert run.lease_until is not None
            assert run.lease_until > soon

        return group(texts, step)

    with patch.object(near, "group", slow), patch.object(near, "BEAT_EVERY", 1):
        assert weighed(run).state == RunState.DONE
    assert run.mentions.count() == 6


def test_scoring_asks_the_same_number_of_questions_for_few_and_many(cast: Cast) -> None:
    counts = []
    for name, many in (("Peu", 2), ("Beaucoup", 20)):
        audit = make(cast.brand, cast.alice, name=name)
        run = read(audit, cast.bob, *(f"{GLAD} Le prix de la lampe numéro {n}." for n in range(many)))
        taken = steps.take(run.pk, (RunState.COLLECTING,), RunState.SCORING)
        assert taken is not None
        with CaptureQueriesContext(connection) as asked:
            score.score_run(taken)
        counts.append(len(asked))
    assert counts[0] == counts[1]


WORDS = st.sampled_from(
    ["prix", "Prix", "lampes", "lampe", "journaux", "journal", "de", "la", "été", "l’été", "x9"]
)
PHRASES = st.lists(WORDS, max_size=5).map(" ".join) | st.text(max_size=20)


@given(st.lists(PHRASES, max_size=6), PHRASES, PHRASES)
@settings(max_examples=150)
def test_a_text_answers_the_queries_that_it_matches(queries: list[str], one: str, other: str) -> None:
    """Read once for all queries, a text gives the answers that each of them would get alone."""
    text = f"{one}. {other}"
    asked = [Query(words=words) for words in queries]
    expected = [words for words in queries if subject.matches(words, text)]
    assert [query.words for query in score.Asked(asked).answered(text)] == expected


@given(st.lists(st.sampled_from(["Lumen", "rien", "", "a Lumen b", "Lumen Lumen"]), max_size=8))
def test_the_passages_are_the_lines_that_name_the_brand(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = subject.names_brand(text, ["Lumen"])
    assert score._passages(False, text, found) == "\n".join(line for line in lines if "Lumen" in line)
    assert score._passages(True, text, found) == text


def test_a_mention_is_one_page_whatever_it_answers(cast: Cast) -> None:
    audit = make(cast.brand, cast.alice, publics=(CLIENTS,))
    text = f"Maison Lumen : le prix de la lampe, et la livraison qui a du retard. {LONG}"
    run = weighed(read(audit, cast.bob, text))
    report = report_of(run)
    assert Mention.objects.count() == 1
    assert [(row.words, row.originals) for row in report.publics[0].queries] == [
        ("prix lampe", 1),
        ("livraison retard", 1),
    ]
    assert report.publics[0].originals.total == 1


def test_another_brands_words_are_never_weighed(cast: Cast, web: Web) -> None:
    url = web.page("/a", article("Une lampe", f"{GLAD} {LONG}"), etag='"1"')
    carry_out(begin(make(cast.brand, cast.alice, listed(url)), cast.bob))
    Document.objects.update(text="Atelier Roche, mots de l’autre marque.")
    other = make(cast.other_brand, cast.charlie, listed(url), subject=("Atelier Roche", "Maison Lumen"))
    run = carry_out(begin(other, cast.charlie))
    assert "autre marque" not in run.mentions.get().excerpt
    assert {document.brand_id for document in Document.objects.all()} == {cast.brand.pk, cast.other_brand.pk}
