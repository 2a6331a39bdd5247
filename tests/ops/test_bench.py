"""The dispatcher of the benchmarks: names, flags, one JSON object on standard output."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from io import StringIO
from types import ModuleType
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cm_suite.ops import bench
from cm_suite.ops.management.commands import bench as command

RESULT = {
    "seed": 7,
    "runs": [{"engine": "sqlite", "posts_per_s": 12.5}, {"engine": "postgresql", "posts_per_s": 9}],
}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """One benchmark, called `fake`, that records its options."""
    seen: list[Mapping[str, Any]] = []
    module = ModuleType("tests_fake_bench")

    def add_arguments(parser: ArgumentParser) -> None:
        parser.add_argument("--due", type=int, default=200)

    def run(options: Mapping[str, Any]) -> dict[str, Any]:
        seen.append(options)
        sys.stderr.write("half way\n")
        return RESULT

    module.add_arguments = add_arguments  # type: ignore[attr-defined]
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(command, "BENCHES", {"fake": module.__name__})
    return seen


def measure(*args: str) -> str:
    """What is printed on standard output."""
    out = StringIO()
    call_command("bench", *args, stdout=out)
    return out.getvalue()


def test_json_is_one_object_and_nothing_else(measured: list[Mapping[str, Any]]) -> None:
    said = measure("fake", "--json")
    assert json.loads(said) == RESULT
    assert said.count("\n") == 1


def test_a_person_reads_a_table(measured: list[Mapping[str, Any]]) -> None:
    assert measure("fake").splitlines() == [
        "seed: 7",
        "runs",
        "      engine  posts_per_s",
        "      sqlite         12.5",
        "  postgresql            9",
    ]


def test_a_benchmark_has_flags_of_its_own(measured: list[Mapping[str, Any]]) -> None:
    measure("fake", "--due", "50")
    assert measured[0]["due"] == 50


def test_an_unknown_name_is_refused(measured: list[Mapping[str, Any]]) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        measure("no-such-bench")
    assert measured == []


def test_nested_figures_are_indented() -> None:
    assert command.table({"outcomes": {"done": 3, "unknown": 1}}) == ["outcomes", "  done: 3", "  unknown: 1"]


@pytest.mark.parametrize("name", sorted(bench.BENCHES))
def test_every_benchmark_of_the_table_exists(name: str) -> None:
    module = command.load(name)
    assert callable(module.run)
    assert callable(module.add_arguments)
