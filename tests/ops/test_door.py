"""The script `cm`: which Python it takes, and what it says when there is none."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cm_suite.ops import boot
from tests.ops.copies import same_interpreter

NEEDED = ("sh", "dirname", "mkdir", "env", "sleep", "cat")
HEEDING = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
SHOWS = "import os, sys\nprint(sys.executable, *sys.argv[1:], os.getcwd(), sep='|')\n"


class Door:
    """A copy of `cm` alone on a machine of which the test decides every program."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a house"
        (self.root / "cm_suite" / "ops").mkdir(parents=True)
        (self.root / "cm_suite" / "ops" / "boot.py").write_text(SHOWS)
        shutil.copy2(boot.ROOT / "cm", self.root / "cm")
        self.path = folder / "bin"
        self.path.mkdir()
        for name in NEEDED:
            found = shutil.which(name)
            assert found is not None
            (self.path / name).symlink_to(found)
        self.home = folder / "home"
        self.home.mkdir()
        self.environ = {"PATH": str(self.path), "HOME": str(self.home)}

    def program(self, name: str, text: str, folder: Path | None = None) -> Path:
        """Put a shell script where programs are looked for."""
        file = (folder or self.path) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    def python(self, name: str, folder: Path | None = None) -> Path:
        """A Python that works."""
        return self.program(name, f'exec "{same_interpreter()}" "$@"', folder)

    def old_python(self, name: str, folder: Path | None = None) -> Path:
        """A Python that answers, and is too old."""
        return self.program(name, 'case "$*" in *version_info*) exit 1;; esac; exit 0', folder)

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Call it from somewhere else, heeding Ctrl-C even where this suite was started deaf to it."""
        argv = [sys.executable, "-c", HEEDING, str(self.root / "cm"), *args]
        return subprocess.Popen(
            argv,
            cwd=self.home,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *args: str) -> tuple[int, str, str]:
        """Exit code, output, errors."""
        child = self.start(*args)
        out, err = child.communicate(timeout=60)
        return child.returncode, out, err


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """A machine with no Python at all."""
    return Door(tmp_path)


def test_a_working_python_gets_the_arguments_and_the_callers_folder(door: Door) -> None:
    door.python("python3.13")
    code, out, _err = door.call("manage", "an argument", "--flag")
    assert code == 0
    assert out.strip().split("|")[1:] == ["manage", "an argument", "--flag", str(door.home)]


def test_newer_versions_are_tried_first(door: Door) -> None:
    taken = door.home / "taken"
    for name in ("python3.14", "python3.13", "python3.12", "python3"):
        door.program(name, f'echo {name} >>"{taken}"; exec "{same_interpreter()}" "$@"')
    assert door.call()[0] == 0
    assert set(taken.read_text().split()) == {"python3.14"}


def test_a_shim_that_fails_is_passed_over(door: Door) -> None:
    door.program("python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127")
    door.python("python3.12")
    code, out, err = door.call("check")
    assert (code, err) == (0, "")
    assert out.split("|")[1] == "check"


def test_an_old_python_is_passed_over_for_one_under_pyenv(door: Door) -> None:
    door.old_python("python3")
    versions = door.home / "elsewhere" / "versions"
    door.old_python("python3", versions / "3.11.7" / "bin")
    door.python("python3", versions / "3.12.1" / "bin")
    door.environ["PYENV_ROOT"] = str(versions.parent)
    assert door.call()[0] == 0


def test_pyenv_in_the_home_folder_is_found_without_its_variable(door: Door) -> None:
    door.old_python("python3")
    door.python("python3", door.home / ".pyenv" / "versions" / "3.13.0" / "bin")
    assert door.call()[0] == 0


def test_the_newest_version_under_pyenv_is_taken(door: Door) -> None:
    taken = door.home / "taken"
    for version in ("3.12.1", "3.13.0"):
        folder = door.home / ".pyenv" / "versions" / version / "bin"
        body = f'case "$*" in *boot.py*) echo {version} >"{taken}";; esac; exec "{same_interpreter()}" "$@"'
        door.program("python3", body, folder)
    assert door.call()[0] == 0
    assert taken.read_text() == "3.13.0\n"


def test_the_environment_that_exists_is_taken_before_any_other(door: Door) -> None:
    door.program("python3.14", "exit 127")
    door.python("python", door.root / ".venv" / "bin")
    assert door.call()[0] == 0


def test_a_broken_environment_is_passed_over(door: Door) -> None:
    door.program("python", "exit 1", door.root / ".venv" / "bin")
    door.python("python3")
    assert door.call()[0] == 0


def test_uv_brings_a_python_when_none_fits(door: Door) -> None:
    inner = door.root / "var" / "python" / "cpython-3.13" / "bin"
    made = (
        f'mkdir -p "{inner}"; printf "#!/bin/sh\\nexec {same_interpreter()} \\"\\$@\\"\\n" >"{inner}/python3"'
    )
    door.program(
        "uv",
        f'[ "$1 $2" = "python install" ] || exit 9\n{made}\n"{shutil.which("chmod")}" 755 "{inner}/python3"',
    )
    code, _out, err = door.call("run")
    assert (code, err.splitlines()[1:]) == (0, [])
    assert (door.root / "var" / "python").is_dir()


def test_uv_is_installed_into_var_when_an_old_python_can_do_that(door: Door) -> None:
    asked = door.home / "asked"
    door.program(
        "python3",
        f'echo "$*" >>"{asked}"; case "$*" in *version_info*) exit 1;; "-m venv"*) exit 0;; esac; exit 0',
    )
    assert door.call("run")[0] == 1
    assert f"-m venv {door.root}/var/uv" in asked.read_text()


def test_without_any_way_one_line_of_advice(door: Door) -> None:
    code, out, err = door.call("run")
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert len(lines) == 2
    assert lines[-1].startswith("cm: install Python 3.12 or newer")


def test_an_interrupt_while_a_python_is_fetched_ends_the_fetch(door: Door) -> None:
    pid_file = door.home / "pid"
    door.program("uv", f'echo $$ >"{pid_file}"; exec sleep 60')
    child = door.start("run")
    deadline = time.monotonic() + 20
    while not (pid_file.exists() and pid_file.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    fetch = int(pid_file.read_text())
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=20)
    assert child.returncode == 130
    time.sleep(0.2)
    with pytest.raises(ProcessLookupError):
        os.kill(fetch, 0)


def test_the_script_has_no_index_address_and_is_plain_sh() -> None:
    text = (boot.ROOT / "cm").read_text()
    assert text.startswith("#!/bin/sh\n")
    assert "://" not in text
    done = subprocess.run(["sh", "-n", str(boot.ROOT / "cm")], capture_output=True, check=False)
    assert done.returncode == 0
