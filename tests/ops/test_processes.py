"""Nothing that we start can be left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cm_suite.ops import boot, processes
from tests.ops.copies import environ


def started(file: Path) -> int:
    """The process id that a shell wrote."""
    for _try in range(200):
        if file.exists() and file.read_text().strip():
            return int(file.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{file} was never written")


def test_a_session_holds_those_who_left_their_group_and_lost_their_parent(tmp_path: Path) -> None:
    orphan = (
        "import os, sys, time; os.setpgrp(); open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    )
    script = f'"{sys.executable}" -c "{orphan}" {tmp_path / "pid"} & exit 0'
    child = processes.launch(["sh", "-c", script], tmp_path / "log", cwd=tmp_path)
    pid = started(tmp_path / "pid")
    child.wait()
    assert processes.session_members(child.pid) == [pid]
    processes.clear_session(child.pid, 5)
    assert processes.session_members(child.pid) == []


def test_who_does_not_heed_is_killed_when_the_grace_is_over(tmp_path: Path) -> None:
    script = f"trap '' TERM; echo $$ >{tmp_path / 'pid'}; while :; do sleep 0.1; done"
    child = processes.launch(["sh", "-c", script], tmp_path / "log", cwd=tmp_path)
    started(tmp_path / "pid")
    start = time.monotonic()
    processes.clear_session(child.pid, 0.5)
    assert time.monotonic() - start >= 0.5
    assert processes.session_members(child.pid) == []
    assert child.wait() == -signal.SIGKILL


DEAF_ONCE = """
import pathlib, signal, sys, time
def first(*_): signal.signal(signal.SIGTERM, second)
def second(*_): pathlib.Path("word").write_text("asked twice"); sys.exit(7)
signal.signal(signal.SIGTERM, first)
pathlib.Path("pid").write_text("0")
while True: time.sleep(0.1)
"""


def test_who_lost_the_first_signal_hears_the_second(tmp_path: Path) -> None:
    child = processes.launch([sys.executable, "-c", DEAF_ONCE], tmp_path / "log", cwd=tmp_path)
    started(tmp_path / "pid")
    processes.clear_session(child.pid, 20, again=0.5)
    assert child.wait() == 7
    assert (tmp_path / "word").read_text() == "asked twice"


def test_who_is_asked_once_is_not_asked_twice(tmp_path: Path) -> None:
    child = processes.launch([sys.executable, "-c", DEAF_ONCE], tmp_path / "log", cwd=tmp_path)
    started(tmp_path / "pid")
    processes.clear_session(child.pid, 0.5)
    assert child.wait() == -signal.SIGKILL
    assert not (tmp_path / "word").exists()


def test_who_heeds_is_not_killed(tmp_path: Path) -> None:
    script = (
        f"trap 'echo left >{tmp_path / 'word'}; exit 7' TERM; echo $$ >{tmp_path / 'pid'}; sleep 60 & wait"
    )
    child = processes.launch(["sh", "-c", script], tmp_path / "log", cwd=tmp_path)
    started(tmp_path / "pid")
    processes.clear_session(child.pid, 10)
    assert child.wait() == 7
    assert (tmp_path / "word").read_text() == "left\n"


def test_another_session_is_not_touched(tmp_path: Path) -> None:
    ours = processes.launch(["sleep", "60"], tmp_path / "log", cwd=tmp_path)
    other = processes.launch(["sleep", "60"], tmp_path / "log", cwd=tmp_path)
    processes.clear_session(ours.pid, 5)
    assert other.poll() is None
    processes.clear_session(other.pid, 5)
    assert (ours.wait(), other.wait()) == (-signal.SIGTERM, -signal.SIGTERM)


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from cm_suite.ops import processes;"
        f"here = Path({str(tmp_path)!r});"
        "child = processes.launch(['sleep', '60'], here / 'log', cwd=here);"
        "(here / 'pid').write_text(str(child.pid)); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=boot.ROOT, env=environ())
    pid = started(tmp_path / "pid")
    parent.kill()
    parent.wait()
    for _try in range(100):
        if not processes.session_members(pid):
            break
        time.sleep(0.05)
    assert processes.session_members(pid) == []


def test_a_signal_to_one_who_is_gone_is_no_error() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    processes.signal_all([gone.pid], signal.SIGTERM)


def test_output_is_appended_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    child = processes.launch(["sh", "-c", "echo out; echo err >&2; pwd"], log, cwd=tmp_path)
    assert child.wait() == 0
    assert log.read_text().splitlines() == ["before", "out", "err", str(tmp_path)]


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert processes.tail(log) == ""
    log.write_text("".join(f"{number}\n" for number in range(100)))
    assert processes.tail(log, 3) == "97\n98\n99"


def test_members_are_found_by_session_and_this_process_has_its_own() -> None:
    assert os.getpid() in processes.session_members(os.getsid(0))
