"""The contract of `score_sentiment`, and the rows and files it may be given."""

from __future__ import annotations

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

ROW = '{"id": "a", "text": "Service lamentable, à fuir."}'


def score(source: Path, kind: str = "social") -> list[dict[str, Any]]:
    out = source.with_name("out.jsonl")
    call_command("score_sentiment", input=str(source), output=str(out), kind=kind, stdout=StringIO())
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def written(folder: Path, text: str, name: str = "in.jsonl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_text_gives_one_line_of_the_contract(tmp_path: Path) -> None:
    (line,) = score(written(tmp_path, ROW))
    assert list(line) == ["id", "label", "p"]
    assert (line["id"], line["label"]) == ("a", "negative")
    assert list(line["p"]) == ["positive", "negative", "neutral"]
    assert sum(line["p"].values()) == pytest.approx(1)
    assert line["p"]["negative"] > 0.8


def test_csv_with_other_columns_a_mark_and_lines_in_a_text(tmp_path: Path) -> None:
    source = written(tmp_path, '\ufefflang,id,text\nfr,1,"Un plaisir,\nje recommande"\nfr,2,\n', "in.csv")
    assert [(line["id"], line["label"]) for line in score(source)] == [("1", "positive"), ("2", "uncertain")]


def test_ids_keep_their_type(tmp_path: Path) -> None:
    assert [
        line["id"] for line in score(written(tmp_path, '{"id": 7, "text": "a"}\n\n{"id": "7", "text": ""}'))
    ] == [
        7,
        "7",
    ]


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl.gz"
    source.write_bytes(gzip.compress(ROW.encode()))
    assert score(source)[0]["label"] == "negative"


def test_the_kind_counts(tmp_path: Path) -> None:
    source = written(tmp_path, '{"id": 1, "text": "« C’est un scandale », disent-ils de l’excellent Lumen"}')
    assert score(source, "social")[0]["p"] != score(source, "press")[0]["p"]


def test_surrogates_and_bytes_that_are_no_utf8_pass(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"id,text\n\xff,tr\xe8s bien \xed\xa0\x80\n")
    assert len(score(source)) == 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("in.csv", "id,texte\n1,a\n", r"in\.csv: missing column text"),
        ("in.csv", "", r"in\.csv: missing column id, text"),
        ("in.csv", "id,text\n", r"in\.csv: no row to score"),
        ("in.csv", "id,text\n1\n", r"in\.csv, line 2: no text"),
        ("in.jsonl", "", r"in\.jsonl: no row to score; it needs the columns id and text"),
        ("in.jsonl", f"{ROW}\nnot json", r"in\.jsonl, line 2: not JSON"),
        ("in.jsonl", "[1]", r"in\.jsonl, line 1: not an object"),
        ("in.jsonl", '{"id": 1}', r"in\.jsonl, line 1: no text"),
        ("in.jsonl", '{"text": "a"}', r"in\.jsonl, line 1: no id"),
        ("in.jsonl", '{"id": 1, "text": 2}', r"in\.jsonl, line 1: text is not a string"),
        ("in.txt", ROW, r"in\.txt: expected a \.csv or \.jsonl file"),
        ("in.csv.gz", "id,text", r"in\.csv\.gz: damaged|Not a gzipped file"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_leaves_nothing(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    source = written(tmp_path, text, name)
    with pytest.raises(CommandError, match=message):
        score(source)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.csv: No such file or directory"):
        score(tmp_path / "absent.csv")


def test_a_cut_gzip_file_says_so(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl.gz"
    source.write_bytes(gzip.compress(ROW.encode() * 50)[:40])
    with pytest.raises(CommandError, match="damaged gzip file"):
        score(source)


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    source = written(tmp_path, ROW)
    with pytest.raises(CommandError, match="the output would overwrite the input"):
        call_command("score_sentiment", input=str(source), output=str(source), stdout=StringIO())
    assert source.read_text(encoding="utf-8") == ROW


def test_a_fault_leaves_the_earlier_output_as_it_was(tmp_path: Path) -> None:
    score(written(tmp_path, ROW))
    before = (tmp_path / "out.jsonl").read_bytes()
    with pytest.raises(CommandError):
        score(written(tmp_path, f"{ROW}\nbroken"))
    assert (tmp_path / "out.jsonl").read_bytes() == before
