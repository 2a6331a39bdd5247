"""`./cm run`: set up, start everything under the supervisor, say where, and leave nothing behind."""

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from cm_suite.ops import boot, prepare, processes, supervise, valkey

DEFAULT_PORT = 8000
LAST_PORT = 65_535
PORTS_TRIED = 200
DEMO_PORT = 8410
DEMO_SITES = 4
START_SECONDS = 60.0
SETUP_SECONDS = 20.0  # what a set-up that was interrupted gets to end
CONFIG = "supervisord.conf"


class RunError(Exception):
    """The house cannot start; the text says why and what to do."""


def say(text: str) -> None:
    """A line for the person who started us."""
    with contextlib.suppress(OSError):  # the terminal may be gone; what runs must still be stopped
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def is_free(port: int) -> bool:
    """True when this machine's loopback lets us listen there."""
    return _refusal(port) is None


def is_allowed(port: int) -> bool:
    """False when the system keeps the port for other accounts: those below 1024, as a rule."""
    return not isinstance(_refusal(port), PermissionError)


def _refusal(port: int) -> OSError | None:
    """Why this machine's loopback does not let us listen there; None when it does."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as refused:
            return refused
    return None


def choose_port(wanted: int) -> int:
    """`wanted`, or the next port that is free. Raises RunError when none is, or `wanted` is not for us."""
    if not is_allowed(wanted):
        raise RunError(f"This account may not use port {wanted}. Try: ./cm run --port {DEFAULT_PORT}")
    for port in range(wanted, min(wanted + PORTS_TRIED, LAST_PORT + 1)):
        if is_free(port):
            return port
    raise RunError(f"No port is free from {wanted} on. Try: ./cm run --port N")


def choose_demo_web(var: Path) -> int:
    """The first of four free ports in a row, those of the last time if they are. Raises RunError."""
    file = var / boot.DEMO_WEB
    last = file.read_text().strip() if file.exists() else ""
    wanted = [int(last)] if last.isdecimal() else []
    first: int
    for first in [*wanted, *range(DEMO_PORT, DEMO_PORT + PORTS_TRIED, DEMO_SITES)]:
        if all(is_free(first + place) for place in range(DEMO_SITES)):
            file.write_text(f"{first}\n")
            return first
    raise RunError(f"No four free ports from {DEMO_PORT} on for the demo's own web. Try: ./cm run --no-demo")


def port_number(text: str) -> int:
    """A port as typed. Raises ArgumentTypeError for what is none."""
    if text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"“{text}” is no port: give a number from 1 to {LAST_PORT}")


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./cm run", description="Set up and start everything.")
    first = f"first port to try ({DEFAULT_PORT})"
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT, help=first)
    parser.add_argument(prepare.NO_DEMO, action="store_true", help="do not seed the demo agency")
    return parser.parse_args(argv)


def only_one(var: Path) -> IO[str]:
    """Hold the installation for this process. Raises RunError when another one runs it."""
    handle = (var / "run.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as busy:
        handle.seek(0)
        raise RunError(f"Already running: {handle.read().strip() or 'it is starting'}") from busy
    handle.truncate(0)
    return handle


def answers(port: int) -> bool:
    """True once the web server gives a page (HTTP 200) at its first address or where that one leads."""
    path = "/"
    for _hop in range(4):
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            link.request("GET", path, headers={"Host": f"127.0.0.1:{port}"})
            answer = link.getresponse()
            path = answer.headers.get("Location", "")
            if answer.status == http.HTTPStatus.OK or not path.startswith("/"):
                return answer.status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()
    return False


class House:
    """The running installation: one supervisor, in a session of its own, and everything it keeps alive."""

    def __init__(self, root: Path, var: Path) -> None:
        self.root, self.var = root, var
        self.child: subprocess.Popen[bytes] | None = None
        self.up = False

    def finish(self, argv: Sequence[str], log: str) -> int:
        """Run one step of the set-up to its end. Returns its exit code."""
        with boot.signals_later():
            self.child = processes.launch(argv, self.var / "log" / log, cwd=self.root)
        code = self.child.wait()
        self.child = None
        return code

    def start(self, port: int) -> None:
        """Write the configuration and start the supervisor with it."""
        command: list[str] | None = None
        if not os.environ.get("REDIS_URL"):
            command, os.environ["REDIS_URL"] = valkey.configure(self.var / "valkey")
        (self.var / boot.PUBLIC_URL).write_text(os.environ["PUBLIC_URL"] + "\n")
        folder = self.var / "supervisor"
        folder.mkdir(exist_ok=True)
        house = supervise.programs(self.root, port, command, int(os.environ.get("CM_DEMO_WEB", 0)))
        (folder / CONFIG).write_text(supervise.configuration(house, self.root, self.var))
        argv = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(folder / CONFIG)]
        with boot.signals_later():
            self.child = processes.launch(argv, self.var / "log" / "start.log", cwd=self.root)

    def wait_for(self, port: int) -> None:
        """Return when the first page is served. Raises RunError when that takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if answers(port):
                self.up = True
                return
            if self.child is None or self.child.poll() is not None:
                break
            time.sleep(0.2)
        logs = self.var / "log"
        raise RunError(f"{processes.tail(logs / 'web.log')}\nNo page was served. The logs are in {logs}")

    def stay(self) -> int:
        """Wait until the supervisor ends; it should not, on its own."""
        assert self.child is not None  # noqa: S101 -- start() came before
        self.child.wait()
        say(f"The supervisor ended on its own. The logs are in {self.var / 'log'}")
        return 1

    def stop(self) -> None:
        """End everything. What is being sent gets its time; a second signal cuts it short."""
        child, self.child = self.child, None
        if child is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired, SystemExit):
            if self.up:
                child.terminate()
                child.wait(timeout=supervise.STOP_SECONDS + 40)
                processes.clear_session(child.pid, supervise.STOP_SECONDS)
            else:
                self._abandon(child)
        boot.ignore_signals()
        processes.clear_session(child.pid, 0)
        child.wait()
        for file in (self.var / "valkey" / "url", self.var / boot.PUBLIC_URL):
            file.unlink(missing_ok=True)

    def _abandon(self, child: subprocess.Popen[bytes]) -> None:
        """End a set-up. Each program hears of it twice: one that is being started loses the first signal,
        and the supervisor would then wait for it as long as for a post that is being sent.
        """
        child.kill()
        child.wait()
        processes.clear_session(child.pid, SETUP_SECONDS, again=SETUP_SECONDS / 2)


def greet(var: Path, port: int, *, demo: bool) -> None:
    """Say where the house is and how to come in."""
    say(f"\ncm_suite is running at http://127.0.0.1:{port}/")
    file = var / "demo-logins.json"
    if demo and file.exists():
        say("\nDemo log-ins, accepted from this machine only:")
        rows = json.loads(file.read_text())
        for row in rows:
            say(f"  {row['role']:<10} {row['email']:<34} {row['password']}")
    else:
        say("To make the first account: ./cm manage createsuperuser")
    say(f"\nLogs: {var / 'log'} · health: ./cm manage doctor · Ctrl-C stops everything.")


def keep(house: House, options: argparse.Namespace, lock: IO[str]) -> int:
    """Set up, start, greet, and stay until a signal comes."""
    port = choose_port(options.port)
    if port != options.port:
        say(f"Port {options.port} is busy; using {port}.")
    os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{port}")
    if not options.no_demo:
        os.environ.setdefault("CM_DEMO_WEB", str(choose_demo_web(house.var)))
    say("Preparing the database")
    flags = [prepare.NO_DEMO] if options.no_demo else []
    if house.finish([sys.executable, "-m", "cm_suite.ops.prepare", *flags], "prepare.log") != 0:
        raise RunError(f"{processes.tail(house.var / 'log' / 'prepare.log')}\nThe set-up stopped.")
    house.start(port)
    house.wait_for(port)
    lock.write(f"http://127.0.0.1:{port}/ (process {os.getpid()})\n")
    lock.flush()
    greet(house.var, port, demo=not options.no_demo)
    return house.stay()


def main(argv: Sequence[str]) -> int:
    """Entry point. Returns 0 after a stop asked for by a signal, 1 when the house could not run."""
    options = arguments(argv)
    os.umask(0o077)
    boot.heed_signals()
    house = House(boot.ROOT, boot.var_dir())
    (house.var / "log").mkdir(parents=True, exist_ok=True)
    try:
        lock = only_one(house.var)
        return keep(house, options, lock)
    except RunError as failure:
        say(str(failure))
        return 1
    except SystemExit as signalled:
        say("\nStopping; what is being sent may finish (Ctrl-C again: at once)")
        return 0 if house.up else int(signalled.code or 0)
    finally:
        house.stop()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
