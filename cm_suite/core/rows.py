"""Files of texts to be scored: rows of CSV or JSON lines in, plain or packed by gzip, JSON lines out."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TextIO

type Row = Mapping[str, Any]

NEEDED: Final = ("id", "text")
_LONGEST_FIELD: Final = 10_000_000  # characters


class BadRows(ValueError):
    """A file that cannot be read or written: which, where and why, in words."""


def convert(
    source: Path, destination: Path, line: Callable[[Row], Mapping[str, Any]], *, least: int = 0
) -> int:
    """Write `line` of each row of `source` as a JSON line; return how many. One row in memory at a time.

    The output appears whole or not at all: on any fault what stood there before stands. Raises BadRows, also
    where there are fewer than `least` rows.
    """
    if source.resolve() == destination.resolve():
        raise BadRows("the output would overwrite the input; give --output another name")
    partial = destination.with_name(f"{destination.name}.part")
    try:
        count = _write(source, partial, line)
        if count < least:
            raise BadRows(f"{source.name}: no row to score; it needs the columns id and text")
        os.replace(partial, destination)
    except (OSError, EOFError) as error:
        raise BadRows(_fault(source, error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def _write(source: Path, partial: Path, line: Callable[[Row], Mapping[str, Any]]) -> int:
    count = 0
    with partial.open("w", encoding="utf-8") as out:
        for row in rows(source):
            out.write(json.dumps(line(row)) + "\n")
            count += 1
    return count


def _fault(source: Path, error: OSError | EOFError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return f"{source}: damaged gzip file ({error}); pack it again or give it unpacked"


def rows(source: Path) -> Iterator[Row]:
    """Yield the rows of a file, each with its id and its text. Raises BadRows naming the line; OSError."""
    readers = {".csv": _csv_rows, ".jsonl": _json_rows}
    packed = source.suffix.lower() == ".gz"
    reader = readers.get((Path(source.stem) if packed else source).suffix.lower())
    if reader is None:
        raise BadRows(f"{source.name}: expected a .csv or .jsonl file (or one packed by gzip)")
    with _opened(source, packed) as file:
        for number, row in reader(file, source.name):
            yield _checked(row, f"{source.name}, line {number}")


def _checked(row: Row, where: str) -> Row:
    for column in NEEDED:
        if row.get(column) is None:
            raise BadRows(f"{where}: no {column}")
    if not isinstance(row["text"], str):
        raise BadRows(f"{where}: text is not a string")
    if isinstance(row["id"], dict | list):
        raise BadRows(f"{where}: id is neither a string nor a number")
    return row


def _opened(source: Path, packed: bool) -> TextIO:
    if packed:
        return gzip.open(source, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return source.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _csv_rows(file: TextIO, name: str) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(min(sys.maxsize, _LONGEST_FIELD))
    reader = csv.DictReader(file)
    try:
        missing = [column for column in NEEDED if column not in (reader.fieldnames or ())]
        if missing:
            raise BadRows(f"{name}: missing column {', '.join(missing)}; the first line names the columns")
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise BadRows(f"{name}, line {reader.line_num}: {error}") from error


def _json_rows(file: TextIO, name: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadRows(f"{name}, line {number}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise BadRows(f"{name}, line {number}: not an object")
        yield number, row
