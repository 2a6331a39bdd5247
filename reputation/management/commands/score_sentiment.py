"""`manage.py score_sentiment --input F --output F [--kind K]`: a JSON line for each text of a file."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from reputation.scoring.sentiment import KINDS, SOCIAL, Opinion, score

_LONGEST_FIELD = 10_000_000


class Command(BaseCommand):
    """Streams: one row in memory at a time. The output appears whole or not at all."""

    help = "Score the texts of a CSV or JSONL file (columns id and text); JSONL out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The two files, and what sort of text it is."""
        parser.add_argument("--input", required=True, help="a .csv or .jsonl file, may end in .gz")
        parser.add_argument("--output", required=True, help="the JSONL file to write")
        parser.add_argument(
            "--kind",
            choices=KINDS,
            default=SOCIAL,
            help="social (forums and video comments too), review, or press (blogs too)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source, destination = Path(options["input"]), Path(options["output"])
        if source.resolve() == destination.resolve():
            raise CommandError("the output would overwrite the input; give --output another name")
        partial = destination.with_name(f"{destination.name}.part")
        try:
            count = _write(source, partial, options["kind"])
            os.replace(partial, destination)
        except (OSError, EOFError) as error:
            raise CommandError(_fault(source, error)) from error
        finally:
            partial.unlink(missing_ok=True)
        self.stdout.write(f"{count} texts scored, {destination}")


def _fault(source: Path, error: OSError | EOFError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return f"{source}: damaged gzip file ({error}); pack it again or give it unpacked"


def _write(source: Path, partial: Path, kind: str) -> int:
    """Write a line for each row of the source; return how many. Raises CommandError on the first bad row."""
    count = 0
    with partial.open("w", encoding="utf-8") as out:
        for row in rows(source):
            out.write(json.dumps({"id": row["id"], **as_json(score(row["text"], kind))}) + "\n")
            count += 1
    if not count:
        raise CommandError(f"{source.name}: no row to score; it needs the columns id and text")
    return count


def rows(source: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a file, checked. Raises CommandError naming the line that cannot be read."""
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows}
    packed = source.suffix.lower() == ".gz"
    reader = readers.get((Path(source.stem) if packed else source).suffix.lower())
    if reader is None:
        raise CommandError(f"{source.name}: expected a .csv or .jsonl file (or one packed by gzip)")
    with _opened(source, packed) as file:
        for line, row in reader(file, source.name):
            for column in ("id", "text"):
                if row.get(column) is None:
                    raise CommandError(f"{source.name}, line {line}: no {column}")
            if not isinstance(row["text"], str):
                raise CommandError(f"{source.name}, line {line}: text is not a string")
            yield row


def _opened(source: Path, packed: bool) -> TextIO:
    if packed:
        return gzip.open(source, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return source.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _csv_rows(file: TextIO, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    csv.field_size_limit(min(sys.maxsize, _LONGEST_FIELD))
    reader = csv.DictReader(file)
    missing = [column for column in ("id", "text") if column not in (reader.fieldnames or ())]
    if missing:
        raise CommandError(f"{name}: missing column {', '.join(missing)}; the first line names the columns")
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise CommandError(f"{name}, line {reader.line_num}: {error}") from error


def _jsonl_rows(file: TextIO, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{name}, line {number}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise CommandError(f"{name}, line {number}: not an object")
        yield number, row


def as_json(opinion: Opinion) -> dict[str, Any]:
    """Return the contract of `score_sentiment` for one opinion, without its id."""
    return {
        "label": opinion.label,
        "p": {"positive": opinion.positive, "negative": opinion.negative, "neutral": opinion.neutral},
    }
