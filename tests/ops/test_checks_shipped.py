"""Vendored files stay what VERSIONS says; no file says where packages come from."""

import hashlib
from pathlib import Path

import pytest

from cm_suite.ops.checks import shipped


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of vendored files, in order."""
    folder = tmp_path / "cm_suite" / "static" / "vendor"
    folder.mkdir(parents=True)
    (folder / "htmx.min.js").write_text("var htmx;")
    digest = hashlib.sha256(b"var htmx;").hexdigest()
    (folder / "VERSIONS").write_text(f"# file version licence sha256\nhtmx.min.js 2.0.9 0BSD {digest}\n")
    return folder


def test_a_file_that_is_what_it_says_has_no_finding(tmp_path: Path, shelf: Path) -> None:
    assert shipped.vendor(tmp_path) == []


def test_no_vendored_file_is_fine(tmp_path: Path) -> None:
    assert shipped.vendor(tmp_path) == []


def test_a_changed_file_is_found(tmp_path: Path, shelf: Path) -> None:
    (shelf / "htmx.min.js").write_text("var htmx; steal();")
    assert shipped.vendor(tmp_path) == [
        "cm_suite/static/vendor/htmx.min.js: is not the file that VERSIONS names"
    ]


def test_a_file_that_nobody_listed_is_found(tmp_path: Path, shelf: Path) -> None:
    (shelf / "fonts").mkdir()
    (shelf / "fonts" / "a.woff2").write_bytes(b"font")
    assert shipped.vendor(tmp_path) == [
        "cm_suite/static/vendor/fonts/a.woff2: not in VERSIONS with its hash and licence"
    ]


def test_a_file_without_a_licence_is_found(tmp_path: Path, shelf: Path) -> None:
    digest = hashlib.sha256(b"var htmx;").hexdigest()
    (shelf / "VERSIONS").write_text(f"htmx.min.js {digest}\n")
    assert len(shipped.vendor(tmp_path)) == 1


def test_a_list_that_is_missing_is_found(tmp_path: Path, shelf: Path) -> None:
    (shelf / "VERSIONS").unlink()
    assert shipped.vendor(tmp_path) == ["cm_suite/static/vendor/VERSIONS is missing"]


def test_licence_texts_need_no_line(tmp_path: Path, shelf: Path) -> None:
    (shelf / "LICENSE.htmx").write_text("text")
    assert shipped.vendor(tmp_path) == []


def test_a_table_of_markdown_is_read_too(tmp_path: Path, shelf: Path) -> None:
    digest = hashlib.sha256(b"var htmx;").hexdigest()
    (shelf / "VERSIONS").write_text(f"| `htmx.min.js` | 2.0.9 | 0BSD | {digest} |\n")
    assert shipped.vendor(tmp_path) == []


@pytest.mark.parametrize("host", shipped.INDEX_HOSTS)
@pytest.mark.parametrize("name", ["README.md", "docs/runbook.md", "requirements.lock", ".ci/run", "cm"])
def test_an_index_address_is_found_in_every_kind_of_file(host: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"one\nsee https://{host}/simple\n")
    assert shipped.index_addresses(tmp_path) == [f"{name}: names a package index ({host})"]


@pytest.mark.parametrize("option", shipped.INDEX_OPTIONS)
def test_an_option_that_sets_one_is_found_in_locks(option: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text(f"{option} /somewhere\n")
    assert shipped.index_addresses(tmp_path) == [f"requirements.lock: sets {option}"]


def test_other_addresses_are_not(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("https://docs.djangoproject.com and https://www.legifrance.gouv.fr\n")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    assert shipped.index_addresses(tmp_path) == []


def test_the_project_itself_ships_what_it_says() -> None:
    root = Path(__file__).resolve().parents[2]
    assert shipped.vendor(root) == []
    assert shipped.index_addresses(root) == []
