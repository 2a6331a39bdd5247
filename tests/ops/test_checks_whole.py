"""`./cm check` as a whole: one line each, everything runs, one failure is enough for code 1."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cm_suite.ops import boot
from cm_suite.ops.checks import __main__ as whole
from cm_suite.ops.checks import installation, tools
from tests.ops.copies import environ

LINE = re.compile(r"^(ok|FAILED)\s+(.+?)\s+\d+\.\d s$")


def verdicts(said: str) -> dict[str, str]:
    """What was printed, by check."""
    found = (LINE.match(line) for line in said.splitlines())
    return {match[2]: match[1] for match in found if match}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Replace every check by one that finds what the test puts here."""
    plan: dict[str, list[str]] = {"first": [], "second": [], "tool": []}
    monkeypatch.setattr(
        whole, "CHECKS", {name: (lambda root, n=name: plan[n]) for name in ("first", "second")}
    )
    monkeypatch.setattr(tools, "TOOLS", {"tool": ()})
    monkeypatch.setattr(tools, "findings", lambda name, root, environ: plan[name])
    monkeypatch.setattr(whole.boot, "heed_signals", lambda: None)  # type: ignore[attr-defined]
    return plan


def test_all_well_is_code_zero(
    quick: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert whole.main(tmp_path) == 0
    said = capsys.readouterr().out
    assert verdicts(said) == {"first": "ok", "second": "ok", "tool": "ok"}
    assert said.endswith("every check passed\n")


@pytest.mark.parametrize("name", ["first", "second", "tool"])
def test_one_failure_is_code_one_and_the_others_run(
    name: str, quick: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick[name] = ["a.py:1: no"]
    assert whole.main(tmp_path) == 1
    said = capsys.readouterr().out
    expected = dict.fromkeys(("first", "second", "tool"), "ok") | {name: "FAILED"}
    assert verdicts(said) == expected
    assert "        a.py:1: no\n" in said
    assert said.endswith("1 checks failed\n")


def test_a_flood_of_findings_is_cut(
    quick: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick["first"] = [f"line {number}" for number in range(100)]
    whole.main(tmp_path)
    said = capsys.readouterr().out
    assert "line 59\n" in said
    assert "line 60\n" not in said
    assert "… and 40 more lines" in said


def test_checks_see_a_production_and_never_this_installation(tmp_path: Path) -> None:
    found = installation.production_like(tmp_path)
    assert found["CM_VAR_DIR"] == str(tmp_path)
    assert found["DATABASE_URL"] == f"sqlite:///{tmp_path}/check.sqlite3"
    assert found["PUBLIC_URL"].startswith("https://")
    assert found["DEBUG"] == "false"
    assert len(found["SECRET_KEY"]) >= 50
    assert installation.production_like(tmp_path)["SECRET_KEY"] != found["SECRET_KEY"]


def test_a_tool_that_is_content_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "TOOLS", {"t": (sys.executable, "-c", "print('all good')")})
    assert tools.findings("t", tmp_path, os.environ) == []


def test_a_tool_that_is_not_tells_what_it_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys; print('a.py:1 bad'); print(); print('oops', file=sys.stderr); sys.exit(3)"
    monkeypatch.setattr(tools, "TOOLS", {"t": (sys.executable, "-c", script)})
    assert tools.findings("t", tmp_path, os.environ) == ["a.py:1 bad", "oops"]


def test_a_tool_that_dies_in_silence_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "TOOLS", {"t": (sys.executable, "-c", "raise SystemExit(2)")})
    assert tools.findings("t", tmp_path, os.environ) == ["ended with code 2"]


def planted(tmp_path: Path, name: str, text: str) -> dict[str, str]:
    """A project with one file, and the settings of the tools that apply here."""
    (tmp_path / "pyproject.toml").write_text((boot.ROOT / "pyproject.toml").read_text())
    (tmp_path / name).write_text(text)
    return environ()


def test_style_finds_an_import_inside_a_function(tmp_path: Path) -> None:
    env = planted(tmp_path, "a.py", "def f() -> None:\n    import os\n\n    os.getcwd()\n")
    found = tools.findings("style", tmp_path, env)
    assert any(line.startswith("a.py:2:5: PLC0415") for line in found)


def test_style_finds_a_function_that_is_too_complex(tmp_path: Path) -> None:
    branches = "".join(f"    if x == {n}:\n        return {n}\n" for n in range(11))
    found = tools.findings(
        "style", tmp_path, planted(tmp_path, "a.py", f"def f(x: int) -> int:\n{branches}    return 0\n")
    )
    assert any("C901" in line for line in found)


def test_format_finds_a_file_that_is_not(tmp_path: Path) -> None:
    assert tools.findings("format", tmp_path, planted(tmp_path, "a.py", "x = {  'a':1 }\n")) != []


def test_layers_find_a_room_that_looks_up(tmp_path: Path) -> None:
    for package in ("cm_suite", "pages", "publishing"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    toml = '[tool.importlinter]\nroot_packages = ["pages", "publishing"]\n'
    contract = (
        '[[tool.importlinter.contracts]]\nname = "Up"\ntype = "layers"\nlayers = ["publishing", "pages"]\n'
    )
    (tmp_path / "pyproject.toml").write_text(toml + contract)
    (tmp_path / "pages" / "rules.py").write_text("import publishing\n")
    found = tools.findings("layers", tmp_path, environ(PYTHONPATH=str(tmp_path)))
    assert found[:2] == ["Up", "--"]
    assert found[2] == "pages is not allowed to import publishing:"


def test_the_tools_are_called_by_module_so_that_a_moved_checkout_works() -> None:
    for name, argv in tools.TOOLS.items():
        assert argv[0] == sys.executable, name


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(installation.CHECKS))
def test_the_project_passes_what_django_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")  # this suite's own, and Django is right to mind it
    done = subprocess.run(
        [sys.executable, "-m", "cm_suite.ops.checks.installation", name],
        cwd=boot.ROOT,
        env=installation.production_like(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
