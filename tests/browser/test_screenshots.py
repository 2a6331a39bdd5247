"""The pictures are taken for real."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from cm_suite.demo.seed import seed
from cm_suite.ops.screenshots import CannotLook, take
from pages.models import Person

pytestmark = pytest.mark.browser


def taken(address: str, folder: Path, said: list[str]) -> int:
    """Take the pictures in a thread of its own: a second browser wants its own loop."""

    def work() -> int:
        try:
            return take(address, folder, "newsroom:legal", said.append)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_a_picture_for_each_language_theme_and_width(served: str, tmp_path: Path) -> None:
    seed()
    said: list[str] = []
    assert taken(served, tmp_path, said) == 1
    folders = {path.parent.name for path in tmp_path.glob("*/newsroom-legal.png")}
    assert folders == {
        f"{language}-{theme}-{width}"
        for language in ("fr", "en")
        for theme in ("light", "dark")
        for width in ("wide", "360")
    }
    pictures = {path.read_bytes() for path in tmp_path.glob("*/newsroom-legal.png")}
    assert len(pictures) == 8
    assert "fr-dark-360/newsroom-legal.png" in (tmp_path / "index.html").read_text()
    assert said == ["fr newsroom:legal", "en newsroom:legal"]


def test_a_refused_log_in_is_said(served: str, tmp_path: Path) -> None:
    seed()
    Person.objects.update(password="!")
    said: list[str] = []
    with pytest.raises(CannotLook, match="log-in was refused"):
        taken(served, tmp_path, said)
    assert list(tmp_path.glob("*/*.png")) == []
