"""`bench audit`: production code on sets that have a name and a size; what is not measured says so."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import router

from cm_suite.core.fetch import Fault
from cm_suite.ops.bench import BENCHES, audit, quality, reports, web
from cm_suite.ops.bench.fake_web import FAULTS
from cm_suite.ops.bench.house import ALIAS
from cm_suite.ops.bench.web import WebFigures
from reputation.models import Run
from reputation.services.report import report_of

KEYS = {
    *("article_f1", "trafilatura_f1", "pages_per_cpu_s", "comments_f1", "date_exact", "fetch_cpu_ms"),
    *("faults_typed", "near_dup_recall", "near_dup_precision", "near_dup_per_s", "sentiment_f1", "report_s"),
}
FIXTURES = Path(__file__).parents[1] / "fixtures"
BODY = "Le pont rouvre lundi à six heures, après quatre mois de travaux et deux reports successifs. " * 4
PAGE = f"<html><body><article><h1>Le pont</h1><p>{BODY}</p></article></body></html>"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """All figures, small, without the web and the report."""
    monkeypatch.setattr(web, "measure", lambda _page, _pages: WebFigures(1.234, 3, 4, ("drips: reset",)))
    monkeypatch.setattr(reports, "measure", lambda _pages: 0.25)
    return audit.run({"data": str(tmp_path), "pages": 7, "articles": 6, "near_copies": 20, "mentions": 9})


def test_every_key_of_the_contract_and_of_each_figure_its_set_and_size(found: dict[str, Any]) -> None:
    assert set(found) >= KEYS
    figures = set(found) - {"sets", "load"}
    assert set(found["sets"]) == figures
    assert all(set(said) == {"set", "n"} and said["set"] for said in found["sets"].values())
    assert {key for key in figures if found[key] is not None and not found["sets"][key]["n"]} == set()


def test_what_is_not_on_this_machine_is_null_and_says_so(found: dict[str, Any]) -> None:
    unmeasured = {"article_f1", "trafilatura_f1", "pages_per_cpu_s"}
    assert {key for key in KEYS if found[key] is None} == unmeasured
    assert "not on this machine" in found["sets"]["article_f1"]["set"]
    assert quality.remarks(Path("/nowhere"))["date_exact"].value is None
    assert quality.opinions(Path("/nowhere"))["sentiment_f1"].value is None


def test_the_figures_of_the_web_are_shares(found: dict[str, Any]) -> None:
    assert (found["fetch_cpu_ms"], found["faults_typed"]) == (1.23, 0.75)
    assert (found["sets"]["fetch_cpu_ms"]["n"], found["sets"]["faults_typed"]["n"]) == (7, 4)


def test_copies_are_counted_by_pairs(found: dict[str, Any]) -> None:
    assert (found["near_dup_recall"], found["near_dup_precision"]) == (1.0, 1.0)
    assert (found["sets"]["near_dup_recall"]["n"], found["sets"]["near_copies_cpu_s"]["n"]) == (30, 20)


def test_a_group_too_many_and_one_too_few_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reputation.scoring.near.group", lambda texts: [frozenset({0, 1, 5})])
    figures = quality.copies(2, 2)
    assert (figures["near_dup_recall"].value, figures["near_dup_precision"].value) == (0.05, 0.3333)


def test_opinions_have_a_figure_for_each_label(found: dict[str, Any]) -> None:
    assert set(found["sentiment_f1"]) == {"positive", "negative", "neutral", "uncertain", "macro"}
    assert found["sets"]["sentiment_f1"]["n"] == 70
    assert 0.8 < found["sentiment_f1"]["macro"] <= 1


def test_articles_are_held_against_their_body(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "a.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    truth = {"a": {"articleBody": BODY, "url": "https://journal.example/pont"}}
    (tmp_path / "ground-truth.json").write_text(json.dumps(truth), encoding="utf-8")
    figures = quality.articles(tmp_path)
    assert figures["article_f1"].value > 0.9
    assert figures["trafilatura_f1"].value > 0.9
    assert {figure.n for figure in figures.values()} == {1}


@pytest.mark.parametrize(
    ("wanted", "got", "f1"),
    [("a b c d e", "a b c d e", 1.0), ("a b c d e", "a b c d", 0.6667), ("a b c d", "x y z t", 0.0)],
)
def test_the_measure_of_articles(wanted: str, got: str, f1: float) -> None:
    assert round(quality._shingle_f1(wanted, got), 4) == f1


def test_comments_and_dates_of_our_own_pages() -> None:
    figures = quality.remarks(FIXTURES / "pages")
    assert figures["comments_f1"].n == len(list((FIXTURES / "pages").glob("*.html")))
    assert 0.9 < figures["comments_f1"].value <= 1
    assert 0.9 < figures["date_exact"].value <= 1


def test_the_codes_of_the_faults_are_those_of_the_reader() -> None:
    assert {code for _answer, code in FAULTS.values()} <= set(Fault)


@pytest.mark.django_db
def test_the_run_that_is_reported_is_whole() -> None:
    report = report_of(reports._seed(40))
    assert (report.totals.read, report.totals.originals, report.totals.copies) == (40, 36, 4)
    assert [row.originals.total for row in report.publics] == [9, 9, 9, 9]
    assert (report.totals.hosts, len(report.mentions)) == (40, 40)


def test_code_that_asks_the_default_database_is_led_to_the_benchmarks() -> None:
    with reports._there():
        assert (router.db_for_read(Run), router.db_for_write(Run)) == (ALIAS, ALIAS)
    assert router.db_for_read(Run) == "default"


@pytest.mark.slow
def test_the_small_web_is_read_and_everything_in_it_named() -> None:
    figures = web.measure(PAGE.encode(), 3)
    assert (figures.named, figures.wrong) == (figures.faults, ())
    assert figures.faults == len(FAULTS)
    assert figures.cpu_ms > 0


def test_it_is_in_the_table() -> None:
    assert BENCHES["audit"] == audit.__name__
