"""`manage.py score_comments --input F --output F`: the risk of each comment of a file, a JSON line each."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cm_suite.core.rows import BadRows, Row, convert
from moderation.risk.assess import assess
from moderation.risk.shapes import Assessment, CommentText

CONTEXT = ("post_text", "parent_text", "author", "page_kind", "lang")


class Command(BaseCommand):
    """Streams: one row in memory at a time. The output appears whole or not at all."""

    help = "Score the comments of a CSV or JSONL file (id,text and context columns); JSONL out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The two files."""
        parser.add_argument("--input", required=True, help="a .csv or .jsonl file, may end in .gz")
        parser.add_argument("--output", required=True, help="the JSONL file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError naming the line that cannot be read."""
        destination = Path(options["output"])
        try:
            count = convert(Path(options["input"]), destination, _line)
        except BadRows as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} comments scored, {destination}")


def _line(row: Row) -> Mapping[str, Any]:
    return {"id": row["id"], **as_json(assess(_comment(row)))}


def _comment(row: Row) -> CommentText:
    context = {name: str(row[name]) for name in CONTEXT if row.get(name)}
    return CommentText(row["text"], **context)


def as_json(assessment: Assessment) -> dict[str, Any]:
    """Return the contract of `score_comments` for one assessment, without its id."""
    return {
        "flag": assessment.flag,
        "score": assessment.score,
        "severity": assessment.severity,
        "labels": {str(label): p for label, p in assessment.labels.items()},
        "qualifications": [
            {
                "label": str(q.label),
                "article": q.article,
                "confidence": q.confidence,
                "elements": [{"code": e.code, "found": e.found} for e in q.elements],
                "spans": [
                    {"start": s.start, "end": s.end, "text": s.text, "source": s.source} for s in q.spans
                ],
            }
            for q in assessment.qualifications
        ],
        "target": str(assessment.target),
        "lang": assessment.lang,
        "model_version": assessment.model_version,
    }
