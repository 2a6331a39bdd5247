"""The contract of `extract_page`, and the files it may be given."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

FOLDER = Path(__file__).parents[1] / "fixtures" / "pages"


def page(path: Path, url: str = "") -> dict[str, Any]:
    out = StringIO()
    call_command("extract_page", input=str(path), url=url, stdout=out)
    found = json.loads(out.getvalue())
    assert isinstance(found, dict)
    return found


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "page.html"
    path.write_bytes(data)
    return path


def test_one_page_gives_the_object_of_the_contract() -> None:
    found = page(FOLDER / "shop_woocommerce.html")
    text = found.pop("text")
    assert text.startswith("Une lampe de bureau")
    assert found == {
        "title": "Lampe Figuier",
        "published": None,
        "author": "",
        "comments": [
            {
                "author": "Anouk",
                "text": "Très jolie lumière, bien emballée.",
                "published": "2026-01-20T14:00:00+01:00",
            },
            {
                "author": "Bruno L.",
                "text": "Câble trop court, je l’ai renvoyée.",
                "published": "2026-02-02T09:30:00+01:00",
            },
        ],
        "kind": "shop",
    }


def test_the_address_is_a_hint() -> None:
    assert page(FOLDER / "broken_markup.html")["kind"] == "other"
    assert page(FOLDER / "broken_markup.html", "https://forum.exemple.example/t/9")["kind"] == "forum"


def test_a_page_in_the_old_french_character_set_keeps_its_accents(tmp_path: Path) -> None:
    html = '<html><head><meta charset="windows-1252"><title>Été à Nîmes</title></head><p>œuvre</p></html>'
    assert page(saved(tmp_path, html.encode("cp1252")))["title"] == "Été à Nîmes"


def test_a_page_of_any_bytes_is_an_object(tmp_path: Path) -> None:
    found = page(saved(tmp_path, bytes(range(256)) * 40))
    assert set(found) == {"title", "text", "published", "author", "comments", "kind"}


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_an_empty_file_says_so(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CommandError, match=r"page\.html: empty file\. Save the page again"):
        page(saved(tmp_path, data))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory. Give --input a saved HTML file"):
        page(tmp_path / "absent.html")


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Is a directory"):
        page(tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reputation.management.commands.extract_page.LARGEST", 10)
    with pytest.raises(CommandError, match="larger than 10 bytes"):
        page(saved(tmp_path, b"<p>onze signes</p>"))
