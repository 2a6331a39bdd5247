"""`bench score`: the production command on a set with a name and a size."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cm_suite.core.rows import BadRows
from cm_suite.ops.bench import BENCHES, score
from cm_suite.ops.bench.score import Scored

KEYS = {"batch_per_s", "second_stage_per_s", "single_ms_p95", "rss_mb", "start_s", "mean_chars"}


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what was scored in a process; one comment takes 2 s, every other a hundredth more."""
    sizes: list[int] = []

    def scored(_folder: Path, texts: list[str]) -> Scored:
        sizes.append(len(texts))
        return Scored(1.99 + len(texts) / 100, 90.4)

    monkeypatch.setattr(score, "_score", scored)
    return sizes


def test_every_key_of_the_contract_with_its_set_and_size(batches: list[int]) -> None:
    found = score.run({"input": None, "comments": 100})
    assert KEYS | {"set", "n"} <= set(found)
    assert batches == [1, 1, 100]
    assert (found["n"], found["start_s"], found["rss_mb"]) == (100, 2.0, 90)
    assert found["batch_per_s"] == pytest.approx(101, abs=0.5)
    assert found["set"].startswith("the demo's ")
    assert found["set"].endswith(", told over")
    assert found["single_ms_p95"] > 0
    assert 20 < found["mean_chars"] < 300


def test_what_is_not_measured_is_null_and_says_why(batches: list[int]) -> None:
    found = score.run({"input": None, "comments": 5})
    assert {key for key in KEYS if found[key] is None} == set(found["reasons"]) == {"second_stage_per_s"}


def test_a_set_of_ones_own(batches: list[int], tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text("\n".join(json.dumps({"id": n, "text": "Merci"}) for n in range(9)), encoding="utf-8")
    found = score.run({"input": str(own), "comments": 6})
    assert (found["set"], found["n"], found["mean_chars"]) == ("own.jsonl", 6, 5)
    own.write_text("[]", encoding="utf-8")
    with pytest.raises(BadRows, match="line 1"):
        score.run({"input": str(own), "comments": 6})
    own.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="no comment in it"):
        score.run({"input": str(own), "comments": 6})


def test_told_over_no_text_is_told_twice(batches: list[int]) -> None:
    _name, texts = score._texts(None, 100)
    assert len(set(texts)) == 100


@pytest.mark.slow
def test_a_process_of_its_own_scores_the_file(tmp_path: Path) -> None:
    found = score._score(tmp_path, ["Merci", "Quel connard"])
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["flag"] for line in lines] == [False, True]
    assert found.seconds > 0
    assert found.rss_mb > 10


def test_a_process_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(subprocess.CalledProcessError):
        score._score(tmp_path, ["Merci"])


def test_it_is_in_the_table() -> None:
    assert BENCHES["score"] == score.__name__
