"""What an audit is made of: how well it reads, and what that costs. Each figure with its set and its size."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from cm_suite.ops.bench import quality, reports, web
from cm_suite.ops.bench.house import say
from cm_suite.ops.bench.quality import Figure

WEB: Final = "a page of 110 KB, gzipped, and its robots.txt, over loopback"
FAULTS: Final = "faults of servers, redirects and bodies on loopback, TLS apart"
REPORT: Final = "a generated run, each page a mention: its report and what its mail says, SQLite"
_PARAGRAPH: Final = b"<p>Maison Lumen vend une lampe en bois de la ville.</p>\n"
_PAGE: Final = b"<!doctype html><title>Lampe</title>" + _PARAGRAPH * 2000


def add_arguments(parser: ArgumentParser) -> None:
    """Sizes, and where the sets are that are not part of the project."""
    parser.add_argument("--data", help="the folder with extraction/ (default: ../shared/data)")
    parser.add_argument("--pages", type=int, default=200, help="pages read over loopback")
    parser.add_argument("--articles", type=int, default=400, help="articles that are copied five times")
    parser.add_argument("--mentions", type=int, default=2000, help="pages that the report is made of")
    parser.add_argument("--near-copies", type=int, default=2000, help="copies of one article")


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures by name; `sets` tells of each on what, and of how many; a null says there why."""
    data = Path(options["data"]) if options["data"] else settings.BASE_DIR.parent / "shared" / "data"
    fixtures = settings.BASE_DIR / "tests" / "fixtures"
    parts: Mapping[str, Callable[[], dict[str, Figure]]] = {
        "articles": partial(quality.articles, data / "extraction"),
        "comments and dates": partial(quality.remarks, fixtures / "pages"),
        "the web": partial(_web, options["pages"]),
        "copies": partial(quality.copies, options["articles"], options["near_copies"]),
        "opinions": partial(quality.opinions, fixtures / "sentiment" / "brand_fr.jsonl"),
        "the report": partial(_report, options["mentions"]),
    }
    figures: dict[str, Figure] = {}
    for name, measured in parts.items():
        say(f"{name} …")
        figures |= measured()
    return {
        **{key: figure.value for key, figure in figures.items()},
        "sets": {key: {"set": figure.set, "n": figure.n} for key, figure in figures.items()},
        "load": round(os.getloadavg()[0], 1),
    }


def _web(pages: int) -> dict[str, Figure]:
    found = web.measure(_PAGE, pages)
    for each in found.wrong:
        say(f"called otherwise: {each}")
    return {
        "fetch_cpu_ms": Figure(round(found.cpu_ms, 2), WEB, pages),
        "faults_typed": Figure(round(found.named / found.faults, 4), FAULTS, found.faults),
    }


def _report(pages: int) -> dict[str, Figure]:
    return {"report_s": Figure(round(reports.measure(pages), 3), REPORT, pages)}
