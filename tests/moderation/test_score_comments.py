"""The contract of `score_comments`, byte for byte on one comment, and its faults."""

import csv
import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

KEYS = ["id", "flag", "score", "severity", "labels", "qualifications", "target", "lang", "model_version"]
LABELS = {
    *("injure", "injure_aggravee", "diffamation", "diffamation_aggravee", "haine", "menace", "harcelement"),
    *("doxxing", "denigrement", "spam", "critique", "reclamation", "neutre"),
}


def score(source: Path) -> list[dict[str, Any]]:
    out = source.with_name("out.jsonl")
    call_command("score_comments", input=str(source), output=str(out), stdout=StringIO())
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def jsonl(folder: Path, *rows: str) -> Path:
    path = folder / "in.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_one_comment_gives_one_line_of_the_contract(tmp_path: Path) -> None:
    (result,) = score(jsonl(tmp_path, '{"id": "a1", "text": "Votre vendeuse est une connasse."}'))
    labels = result.pop("labels")
    assert set(labels) == LABELS
    assert next(iter(labels)) == "injure"
    assert result == {
        "id": "a1",
        "flag": True,
        "score": 0.92,
        "severity": 2,
        "qualifications": [
            {
                "label": "injure",
                "article": "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 2",
                "confidence": 0.92,
                "elements": [
                    {"code": "terme_outrageant", "found": True},
                    {"code": "personne_visee", "found": True},
                    {"code": "aucun_fait_impute", "found": True},
                    {"code": "absence_de_provocation", "found": False},
                    {"code": "publicite", "found": True},
                ],
                "spans": [{"start": 23, "end": 31, "text": "connasse", "source": "inj.grave"}],
            }
        ],
        "target": "salarie_identifiable",
        "lang": "fr",
        "model_version": "rules-2",
    }


def test_the_keys_come_in_the_order_of_the_contract(tmp_path: Path) -> None:
    (result,) = score(jsonl(tmp_path, '{"id": 1, "text": "Bonjour"}'))
    assert list(result) == KEYS
    assert result["id"] == 1
    assert result["qualifications"] == []


def test_csv_takes_context_and_ignores_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "text", "page_kind", "label"])
        writer.writeheader()
        writer.writerow({"id": "1", "text": "T'es un\nconnard, 👍", "page_kind": "dm", "label": "neutre"})
        writer.writerow({"id": "2", "text": "", "page_kind": "", "label": "injure"})
    private, empty = score(path)
    assert private["qualifications"][0]["article"] == "code pénal, art. R621-2"
    assert empty["flag"] is False


def test_offsets_count_code_points_of_the_text_as_given(tmp_path: Path) -> None:
    text = "👩‍💻👍 e\u0301h toi, C0nn4rd !"
    (result,) = score(jsonl(tmp_path, json.dumps({"id": "1", "text": text})))
    span = result["qualifications"][0]["spans"][0]
    assert text[span["start"] : span["end"]] == span["text"] == "C0nn4rd"


def test_lone_surrogates_and_bad_bytes_pass_through(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(
        b'{"id": "1", "text": "\\ud83d connard \\udc00"}\n\n{"id": "2", "text": "bonjour \xff"}\n'
    )
    first, second = score(path)
    assert first["qualifications"][0]["spans"][0]["text"] == "connard"
    assert second["id"] == "2"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.txt", "x", "expected a .csv or .jsonl file"),
        ("in.csv", "id,words\n1,x\n", "missing column text"),
        ("in.csv", "", "missing column id, text"),
        ("in.csv", "id,text\n1\n", "line 2: no text"),
        ("in.jsonl", '{"id": 1, "text": "a"}\n{"id": 2', "line 2: not JSON"),
        ("in.jsonl", '{"id": 1}', "line 1: no text"),
        ("in.jsonl", '{"text": "a"}', "line 1: no id"),
        ("in.jsonl", '{"id": 1, "text": 3}', "line 1: text is not a string"),
        ("in.jsonl", "[1]", "line 1: not an object"),
        ("in.jsonl", '{"id": 1, "text": ' + "[" * 100_000 + "]" * 100_000 + "}", "line 1: not JSON"),
        ("in.jsonl", '{"id": [1], "text": "a"}', "line 1: id is neither a string nor a number"),
        ("in.csv", "id,text\n1,a\n2\n", "line 3: no text"),
        ("in.csv", "id,text\n1," + "a" * 10_000_001, "line 1: field larger than field limit"),
        ("in.csv", "a" * 10_000_001, "field larger than field limit"),
        ("in.csv.gz", "id,text", "damaged|Not a gzipped file"),
    ],
)
def test_an_unreadable_row_is_named_and_leaves_nothing(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=message):
        score(path)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_an_absent_file_and_an_output_over_its_input_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        score(tmp_path / "absent.csv")
    path = jsonl(tmp_path, '{"id": 1, "text": "a"}')
    with pytest.raises(CommandError, match="overwrite"):
        call_command("score_comments", input=str(path), output=str(path))
    assert path.read_text(encoding="utf-8") == '{"id": 1, "text": "a"}'


def test_the_packed_file_of_the_shared_data_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"id,text,toxic\n7,Votre vendeuse est une connasse.,1\n"))
    (result,) = score(path)
    assert (result["id"], result["flag"]) == ("7", True)


@pytest.mark.parametrize("broken", ["absent", "short row", "deep"])
def test_a_fault_leaves_the_earlier_output_as_it_was(tmp_path: Path, broken: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,Bonjour\n", encoding="utf-8")
    score(source)
    before = (tmp_path / "out.jsonl").read_bytes()
    if broken == "absent":
        source.unlink()
    elif broken == "short row":
        source.write_text("id,text\n1,Bonjour\n2\n", encoding="utf-8")
    else:
        source = jsonl(tmp_path, '{"id": 1, "text": "a"}', "[" * 100_000)
    with pytest.raises(CommandError):
        score(source)
    assert (tmp_path / "out.jsonl").read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_without_a_comment_gives_an_empty_one(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n", encoding="utf-8")
    assert score(source) == []
