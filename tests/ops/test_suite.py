"""`./cm test`: which runs it makes, and what a machine without PostgreSQL gets."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from cm_suite.ops import boot, postgres, suite

Calls = list[tuple[tuple[str, ...], str | None]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Calls:
    """Record each pytest run (its arguments, its database) instead of making it."""
    calls: Calls = []

    def record(args: Sequence[str], environ: Mapping[str, str]) -> int:
        calls.append((tuple(args), environ.get("DATABASE_URL")))
        return 0

    monkeypatch.setattr(suite, "pytest", record)
    monkeypatch.setattr(boot, "heed_signals", lambda: None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name in ("DATABASE_URL", "CM_REQUIRE_ALL", "CM_TEST_POSTGRES"):
        monkeypatch.delenv(name, raising=False)
    return calls


def offer(monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    """What the embedded PostgreSQL gives here."""

    @contextmanager
    def server(log: Path) -> Iterator[str | None]:
        yield url

    monkeypatch.setattr(postgres, "server", server)


SHARED = ("-n", str(min(max(os.cpu_count() or 2, 2), 6)), "--dist", "worksteal", "-m")
QUICK = (*SHARED, "not (slow or browser)")
AGAIN = (*SHARED, "not (slow or browser) and database")
HEAVY = (*SHARED, "(slow or browser) and not alone", *suite.naming("slow", "browser"))
ALONE = ("-m", "alone", *suite.naming("alone"))


def test_the_whole_suite_runs_on_both(runs: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "postgresql://embedded")
    assert suite.main([]) == 0
    assert runs == [(QUICK, None), (HEAVY, None), (ALONE, None), (AGAIN, "postgresql://embedded")]


def test_files_are_found_by_the_marks_they_name() -> None:
    assert suite.naming("alone") == ["tests/ops/test_house.py"]
    heavy = suite.naming("slow", "browser")
    assert {"tests/ops/test_suite.py", "tests/interface/test_browser.py"} <= set(heavy)
    walks = (boot.ROOT / "tests" / "browser").glob("test_*.py")
    assert {str(path.relative_to(boot.ROOT)) for path in walks} <= set(heavy)
    assert "tests/ops/test_boot.py" not in heavy


def test_what_is_compiled_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nenv >{tmp_path / 'seen'}\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    assert suite.pytest([], {"PYTHONDONTWRITEBYTECODE": "1", "KEPT": "yes"}) == 0
    seen = (tmp_path / "seen").read_text().splitlines()
    assert "KEPT=yes" in seen
    assert [line for line in seen if line.startswith("PYTHONDONTWRITEBYTECODE")] == []


def test_what_tests_leave_goes_with_them(runs: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    def record(args: Sequence[str], environ: Mapping[str, str]) -> int:
        seen.append(Path(environ["TMPDIR"]))
        (seen[0] / "left").touch()
        return 0

    monkeypatch.setattr(suite, "pytest", record)
    suite.main(["tests/core"])
    assert seen[0].name.startswith("cm-suite-")
    assert not seen[0].exists()


def test_arguments_run_once_on_sqlite(runs: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "postgresql://embedded")
    assert suite.main(["tests/core", "-x"]) == 0
    assert runs == [(("tests/core", "-x"), None)]


def test_arguments_run_on_postgres_when_asked(runs: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CM_TEST_POSTGRES", "1")
    offer(monkeypatch, "postgresql://embedded")
    suite.main(["tests/core"])
    assert runs == [(("tests/core",), None), (("tests/core",), "postgresql://embedded")]


def test_a_server_of_the_callers_is_preferred(runs: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ci@db/test")
    offer(monkeypatch, "postgresql://embedded")
    suite.main([])
    assert [database for _args, database in runs] == [None, None, None, "postgres://ci@db/test"]


def test_without_postgres_one_line_of_advice(
    runs: Calls, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, None)
    assert suite.main([]) == 0
    assert len(runs) == 3
    advice = [line for line in capsys.readouterr().out.splitlines() if "PostgreSQL: skipped" in line]
    assert len(advice) == 1
    assert "DATABASE_URL" in advice[0]


def test_without_postgres_a_machine_that_must_have_all_fails(
    runs: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CM_REQUIRE_ALL", "1")
    offer(monkeypatch, None)
    assert suite.main([]) == 1


def test_a_failure_anywhere_is_the_exit_code(runs: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "postgresql://embedded")
    codes = iter([0, 0, 1, 0])
    monkeypatch.setattr(suite, "pytest", lambda args, environ: next(codes))
    assert suite.main([]) == 1


@pytest.mark.slow
def test_the_embedded_server_serves_and_ends_with_its_user(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with postgres.server(log) as url:
        if url is None and os.environ.get("CM_REQUIRE_ALL") != "1":
            pytest.skip(f"PostgreSQL cannot start here: {log.read_text()[-300:]}")
        assert url is not None, log.read_text()
        with psycopg.connect(url) as link:
            version = link.execute("SHOW server_version_num").fetchone()
            data = link.execute("SHOW data_directory").fetchone()
            synced = link.execute("SHOW synchronous_commit").fetchone()
        assert version is not None
        assert data is not None
        assert int(version[0]) >= 150_000
        assert synced == ("off",)
        assert Path(data[0]).is_dir()
    assert not Path(data[0]).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_server_that_cannot_start_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with postgres.server(tmp_path / "log") as url:
        assert url is None


def test_pytest_is_ended_when_we_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ended: list[str] = []

    class Child:
        def __init__(self, argv: list[str], **options: object) -> None:
            self.waits = 0

        def wait(self) -> int:
            self.waits += 1
            if self.waits == 1:
                raise SystemExit(143)
            return 0

        def terminate(self) -> None:
            ended.append("terminated")

    monkeypatch.setattr(subprocess, "Popen", Child)
    with pytest.raises(SystemExit):
        suite.pytest(["-x"], os.environ)
    assert ended == ["terminated"]
