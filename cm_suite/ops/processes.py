"""Processes that we start: in a session of their own, so that none of them can be left behind."""

import ctypes
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """On Linux: SIGTERM to this process when the one that started it is killed. Elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def launch(
    argv: Sequence[str], log: Path, *, cwd: Path, environ: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program in a new session; its output is appended to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 -- commands of ours, no shell
            argv,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def _all_pids() -> list[int]:
    proc = Path("/proc")
    if (proc / "self").exists():
        return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
    listing = subprocess.run(["/bin/ps", "-axo", "pid="], capture_output=True, text=True, check=True)
    return [int(word) for word in listing.stdout.split()]


def session_members(leader: int) -> list[int]:
    """Live processes of the session that `leader` opened, whoever their parent is now; no zombies."""
    members = []
    for pid in _all_pids():
        try:
            if os.getsid(pid) == leader and not _zombie(pid):
                members.append(pid)
        except (ProcessLookupError, PermissionError):
            continue
    return members


def _zombie(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state == "Z"


def signal_all(pids: Sequence[int], signum: signal.Signals) -> None:
    """Send a signal to each process that still exists."""
    for pid in pids:
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            continue


def clear_session(leader: int, grace: float, *, again: float = math.inf) -> None:
    """End what is left of a session: SIGTERM, after `again` seconds once more, after `grace` SIGKILL."""
    signal_all(session_members(leader), signal.SIGTERM)
    now = time.monotonic()
    repeat, deadline = now + again, now + grace
    while (left := session_members(leader)) and time.monotonic() < deadline:
        if time.monotonic() >= repeat:
            signal_all(left, signal.SIGTERM)
            repeat = math.inf
        time.sleep(0.1)
    while left := session_members(leader):
        signal_all(left, signal.SIGKILL)
        time.sleep(0.1)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or nothing."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
