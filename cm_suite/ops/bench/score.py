"""How fast comments are scored: a file by `score_comments` as people run it, and one comment at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from cm_suite.core.rows import rows
from cm_suite.demo.script import scripts
from cm_suite.ops.bench.house import say
from moderation.risk.assess import assess
from moderation.risk.shapes import CommentText

SINGLES: Final = 400
NO_SECOND_STAGE: Final = "there is no second stage: the rules alone score a comment"


def add_arguments(parser: ArgumentParser) -> None:
    """Sizes, and a set of comments of one's own."""
    parser.add_argument("--comments", type=int, default=2000, help="comments in the batch")
    parser.add_argument(
        "--input", help="a .csv or .jsonl file with id and text, in place of the demo's words"
    )


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """One batch in a process of its own, then single comments in this one.

    `start_s`: a process that scores one comment; what it takes is left out of `batch_per_s`. `rss_mb`: the
    most memory the batch's process took.
    """
    name, texts = _texts(options["input"], options["comments"])
    with tempfile.TemporaryDirectory(prefix="cm-score-") as folder:
        _score(Path(folder), texts[:1])  # the first start on a machine also reads the program from its disk
        start = _score(Path(folder), texts[:1])
        say(f"start: {start.seconds:.2f} s")
        batch = _score(Path(folder), texts)
    spent = batch.seconds - start.seconds
    _single_ms(texts[0])  # the first reads the rules
    return {
        "set": name,
        "n": len(texts),
        "batch_per_s": round(len(texts) / spent, 1) if spent > 0 else None,
        "second_stage_per_s": None,
        "single_ms_p95": round(_p95([_single_ms(text) for text in texts[:SINGLES]]), 3),
        "rss_mb": round(batch.rss_mb),
        "start_s": round(start.seconds, 2),
        "mean_chars": round(sum(map(len, texts)) / len(texts), 1),
        "load": round(os.getloadavg()[0], 1),
        "reasons": {"second_stage_per_s": NO_SECOND_STAGE},
    }


@dataclass(frozen=True, slots=True)
class Scored:
    """What one process took."""

    seconds: float
    rss_mb: float


def _texts(given: str | None, count: int) -> tuple[str, list[str]]:
    """The name of the set and its texts; one that is too small is told over, each time a little other.

    Raises ValueError for a file without a row; BadRows.
    """
    found = [row["text"] for row in rows(Path(given))] if given else [*_demo()]
    if not found:
        raise ValueError(f"{given}: no comment in it")
    name = Path(given).name if given else f"the demo's {len(found)} comments"
    if len(found) >= count:
        return name, found[:count]
    told = enumerate(islice(cycle(found), count))
    return f"{name}, told over", [f"{text} {place // len(found)}" for place, text in told]


def _demo() -> Iterator[str]:
    return (said.text for script in scripts() for said in script.comments)


def _score(folder: Path, texts: list[str]) -> Scored:
    """Run the command on these comments. Raises CalledProcessError."""
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    lines = (json.dumps({"id": place, "text": text}) for place, text in enumerate(texts))
    source.write_text("\n".join(lines), encoding="utf-8")
    argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "score_comments"]
    began = time.monotonic()
    child = subprocess.Popen(  # noqa: S603 -- our own command, no shell
        [*argv, "--input", str(source), "--output", str(out)], stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, argv)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return Scored(seconds, usage.ru_maxrss * unit / 2**20)


def _single_ms(text: str) -> float:
    began = time.perf_counter()
    assess(CommentText(text))
    return (time.perf_counter() - began) * 1000


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]
