"""Colours: one file names them, both themes can be read, no name is invented."""

import re

import pytest

from pages.models import Accent
from tests.interface import sheets

PAPERS = (
    "canvas",
    "rail",
    "sheet",
    "sunken",
    "raised",
    "quiet-soft",
    "accent-soft",
    "ok-soft",
    "warn-soft",
    "risk-soft",
)
INKS = ("ink", "ink-2", "ink-3", "accent", "ok", "warn", "risk")
THEMES = {"light": 0, "dark": 1}
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|oklab)a?\(")
USED = re.compile(r"var\(\s*(--[\w-]+)\s*([,)])")
# Set by the rule that draws, or by the element around.
LOCAL = {"--mark", "--mark-soft", "--tone", "--tone-soft"}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", INKS)
def test_every_ink_can_be_read_on_every_paper(ink: str, theme: str) -> None:
    known, at = sheets.root_tokens(), THEMES[theme]
    worst = min(sheets.contrast(known[ink][at], known[paper][at]) for paper in PAPERS)
    assert worst >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_what_can_be_typed_into_are_seen(theme: str) -> None:
    known, at = sheets.root_tokens(), THEMES[theme]
    assert min(sheets.contrast(known["edge"][at], known[paper][at]) for paper in ("canvas", "sheet")) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_words_on_filled_buttons_can_be_read(theme: str) -> None:
    known, at = sheets.root_tokens(), THEMES[theme]
    pairs = (
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("on-risk", "risk"),
        ("on-risk", "risk-strong"),
    )
    assert min(sheets.contrast(known[word][at], known[fill][at]) for word, fill in pairs) >= 4.5


def test_each_accent_a_brand_may_choose_is_drawn_and_readable() -> None:
    known, canvas = sheets.accents(), sheets.root_tokens()["canvas"]
    assert set(known) == set(Accent.values)
    for found in known.values():
        for at in THEMES.values():
            brand = found["brand"][at]
            assert sheets.contrast(brand, canvas[at]) >= 4.5
            assert sheets.contrast(brand, found["brand-soft"][at]) >= 4.5
            assert sheets.contrast(brand, found["on-brand"][at]) >= 4.5


@pytest.mark.parametrize("name", [name for name in sheets.names() if name != "tokens.css"])
def test_no_other_sheet_names_a_colour(name: str) -> None:
    without_addresses = re.sub(r"url\([^)]*\)|var\(--cm-mark-cut, #fff\)", "", sheets.text(name))
    assert COLOUR.findall(without_addresses) == []


def test_no_sheet_uses_a_name_that_nobody_set() -> None:
    every = {name: sheets.text(name) for name in sheets.names()}
    known = {name for text in every.values() for name in re.findall(r"(--[\w-]+)\s*:", text)} | LOCAL
    unknown = {
        f"{sheet}: {name}"
        for sheet, text in every.items()
        for name, _end in USED.findall(text)
        if name not in known and not name.startswith("--tblr-")
    }
    assert unknown == set()
