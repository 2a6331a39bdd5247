"""`manage.py score_comments --input F --output F`: the risk of each comment of a file, a JSON line each."""

from __future__ import annotations

import csv
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.risk.assess import assess
from moderation.risk.shapes import Assessment, CommentText

CONTEXT = ("post_text", "parent_text", "author", "page_kind", "lang")
_LONGEST_FIELD = 10_000_000


class Command(BaseCommand):
    """Streams: one row in memory at a time."""

    help = "Score the comments of a CSV or JSONL file (id,text and context columns); JSONL out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", required=True, help="a .csv or .jsonl file")
        parser.add_argument("--output", required=True, help="the JSONL file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        source, destination = Path(options["input"]), Path(options["output"])
        if source.resolve() == destination.resolve():
            raise CommandError("the output would overwrite the input")
        count = 0
        try:
            with destination.open("w", encoding="utf-8") as out:
                for row in rows(source):
                    result = {"id": row["id"], **as_json(assess(_comment(row)))}
                    out.write(json.dumps(result) + "\n")
                    count += 1
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.stdout.write(f"{count} comments scored, {destination}")


def rows(source: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a file, checked. Raises CommandError naming the line that cannot be read."""
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows}
    reader = readers.get(source.suffix.lower())
    if reader is None:
        raise CommandError(f"{source.name}: expected a .csv or .jsonl file")
    for line, row in reader(source):
        for column in ("id", "text"):
            if row.get(column) is None:
                raise CommandError(f"{source.name}, line {line}: no {column}")
        if not isinstance(row["text"], str):
            raise CommandError(f"{source.name}, line {line}: text is not a string")
        yield row


def _csv_rows(source: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    csv.field_size_limit(min(sys.maxsize, _LONGEST_FIELD))
    with source.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in ("id", "text") if name not in (reader.fieldnames or ())]
        if missing:
            raise CommandError(f"{source.name}: missing column {', '.join(missing)}")
        try:
            for row in reader:
                yield reader.line_num, row
        except csv.Error as error:
            raise CommandError(f"{source.name}, line {reader.line_num}: {error}") from error


def _jsonl_rows(source: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with source.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise CommandError(f"{source.name}, line {number}: not JSON ({error})") from error
            if not isinstance(row, dict):
                raise CommandError(f"{source.name}, line {number}: not an object")
            yield number, row


def _comment(row: Mapping[str, Any]) -> CommentText:
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
