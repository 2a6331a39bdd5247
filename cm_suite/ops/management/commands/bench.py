"""`manage.py bench NAME [--json]`: measure one thing, on the production code path."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from django.core.management.base import BaseCommand

from cm_suite.ops.bench import BENCHES


class Bench(Protocol):
    """What a module named in BENCHES offers."""

    def add_arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, options: Mapping[str, Any]) -> dict[str, Any]: ...


def load(name: str) -> Bench:
    """The module behind a benchmark's name."""
    return cast(Bench, import_module(BENCHES[name]))


def table(result: Mapping[str, Any], indent: str = "") -> list[str]:
    """A result as lines a person reads: lists of rows become tables, the rest one line each."""
    lines: list[str] = []
    for key, value in result.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            names = list(value[0])
            rows = [names, *([str(row.get(name, "")) for name in names] for row in value)]
            widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
            lines.append(f"{indent}{key}")
            lines += [indent + "  " + "  ".join(map(str.rjust, row, widths)) for row in rows]
        elif isinstance(value, Mapping):
            lines += [f"{indent}{key}", *table(value, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {value}")
    return lines


class Command(BaseCommand):
    """Standard output carries the result only; benchmarks tell their progress on standard error."""

    help = "Measure one thing: " + ", ".join(BENCHES)

    def add_arguments(self, parser: ArgumentParser) -> None:
        benches = parser.add_subparsers(dest="bench", required=True, metavar="NAME")
        for name in BENCHES:
            own = benches.add_parser(name)
            own.add_argument("--json", action="store_true", help="print one JSON object")
            load(name).add_arguments(own)

    def handle(self, *args: Any, **options: Any) -> None:
        result = load(options["bench"]).run(options)
        self.stdout.write(json.dumps(result) if options["json"] else "\n".join(table(result)))
