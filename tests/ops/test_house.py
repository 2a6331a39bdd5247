"""The house itself, started for real in a copy of the project: one command in, no process left."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from redis import Redis
from rq.queue import Queue

from cm_suite.ops import processes
from tests.ops.copies import environ, project

pytestmark = [pytest.mark.slow, pytest.mark.alone]
READY = re.compile(r"running at http://127\.0\.0\.1:(\d+)/")


class House:
    """One `./cm run` in a copy, with its output in a file."""

    def __init__(self, root: Path, *flags: str) -> None:
        self.root = root
        self.output = root.parent / "output"
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [str(root / "cm"), "run", *flags],
                cwd=root.parent,
                env=environ(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """Everything it printed."""
        return self.output.read_text()

    def ready(self) -> int:
        """Wait until it greets; the port it names."""
        found = until(lambda: READY.search(self.said()) or self.process.poll() is not None, 90)
        assert isinstance(found, re.Match), self.said()
        return int(found[1])

    def mine(self) -> list[psutil.Process]:
        """Living processes that come from this copy, whoever started them."""
        return [process for process in psutil.process_iter() if self._from_here(process)]

    def _from_here(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return process.cwd().startswith(str(self.root)) or str(self.root) in " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def named(self, word: str) -> list[psutil.Process]:
        """Those whose command says so."""
        found = []
        for process in self.mine():
            try:
                if word in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return sorted(found, key=lambda process: process.create_time())

    def signal(self, signum: signal.Signals) -> int:
        """Send one signal; the exit code."""
        self.process.send_signal(signum)
        return self.process.wait(timeout=90)


def until[T](question: Callable[[], T], seconds: float = 30) -> T:
    """Ask until the answer is true, at most some seconds; the last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def get(port: int, path: str = "/") -> int:
    """The status of a page."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except OSError:
        return 0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project; its database is made by the first start."""
    return project(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def start(root: Path) -> Iterator[Callable[..., House]]:
    """Start the house; whatever a failed test leaves is ended."""
    houses: list[House] = []

    def begin(*flags: str) -> House:
        houses.append(House(root, "--no-demo", *flags))
        return houses[-1]

    yield begin
    for house in houses:
        if house.process.poll() is None:
            house.process.kill()
            house.process.wait()
        until(lambda house=house: not house.mine(), 10)  # type: ignore[misc]  # bound at once
        processes.signal_all([process.pid for process in house.mine()], signal.SIGKILL)


def test_it_starts_moves_on_a_busy_port_restarts_what_dies_and_leaves_nothing(
    start: Callable[..., House], root: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        house = start("--port", str(busy))
        port = house.ready()
    assert port > busy
    assert f"Port {busy} is busy; using {port}." in house.said()
    assert get(port) == 200
    assert get(port, "/ops/health") == 200
    check_a_second_start_is_refused(root, port)
    check_what_is_killed_comes_back(house, port)
    assert house.signal(signal.SIGINT) == 0
    assert house.mine() == []
    assert not (root / "var" / "valkey" / "url").exists()


def check_a_second_start_is_refused(root: Path, port: int) -> None:
    """The same installation does not run twice."""
    again = subprocess.run(
        [str(root / "cm"), "run"], env=environ(), capture_output=True, text=True, check=False, timeout=60
    )
    assert again.returncode == 1
    assert f"Already running: http://127.0.0.1:{port}/" in again.stdout


def check_what_is_killed_comes_back(house: House, port: int) -> None:
    """The web server, Valkey and a pool of workers, killed at once."""
    victims = [house.named(word)[0].pid for word in ("gunicorn", "valkey-server", "rqworker publishing")]
    processes.signal_all(victims, signal.SIGKILL)
    for word in ("gunicorn", "valkey-server", "rqworker publishing"):
        assert until(lambda word=word: [p for p in house.named(word) if p.pid not in victims]), word  # type: ignore[misc]
    assert until(lambda: get(port) == 200)
    doctor = [str(house.root / "cm"), "manage", "doctor"]
    well = until(
        lambda: subprocess.run(doctor, env=environ(), capture_output=True, check=False).returncode == 0, 60
    )
    assert well


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP], ids=lambda signum: signum.name)
def test_a_second_start_answers_within_fifteen_seconds_and_heeds_other_signals_too(
    signum: signal.Signals, start: Callable[..., House]
) -> None:
    began = time.monotonic()
    house = start()
    house.ready()
    assert time.monotonic() - began < 15
    assert house.signal(signum) == 0
    assert house.mine() == []


@pytest.mark.parametrize(
    "moment", ["cm", "ops.prepare", "supervisord", "rqworker", "manage.py cron", "gunicorn"]
)
def test_an_interrupt_during_the_set_up_leaves_nothing(moment: str, start: Callable[..., House]) -> None:
    house = start()
    assert until(lambda: house.named(moment))
    began = time.monotonic()
    assert house.signal(signal.SIGINT) in {0, 130, -signal.SIGINT}
    assert time.monotonic() - began < 40
    assert until(lambda: not house.mine(), 10)


def test_a_killed_runner_takes_everything_with_it(start: Callable[..., House]) -> None:
    house = start()
    house.ready()
    house.process.kill()
    house.process.wait()
    assert until(lambda: not house.mine(), 60)


def working(house: House, folder: Path, seconds: float) -> None:
    """A worker of the house has begun a job of so many seconds."""
    bell = Redis.from_url((house.root / "var" / "valkey" / "url").read_text().strip())
    Queue("publishing", connection=bell).enqueue("tests.ops.jobs.slow", str(folder), seconds)
    assert until((folder / "begun").exists)


def test_what_is_being_done_gets_its_time(start: Callable[..., House], tmp_path: Path) -> None:
    house = start()
    house.ready()
    working(house, tmp_path, 4)
    assert house.signal(signal.SIGINT) == 0
    assert (tmp_path / "ended").exists()
    assert house.mine() == []


def test_a_second_interrupt_cuts_it_short(start: Callable[..., House], tmp_path: Path) -> None:
    house = start()
    house.ready()
    working(house, tmp_path, 60)
    house.process.send_signal(signal.SIGINT)
    time.sleep(1.5)
    began = time.monotonic()
    assert house.signal(signal.SIGINT) == 0
    assert time.monotonic() - began < 5
    assert not (tmp_path / "ended").exists()
    assert house.mine() == []


def test_a_deep_folder_with_every_trap_in_its_name(tmp_path: Path) -> None:
    root = project(tmp_path / ("50% of é's ; #1 " * 6).strip() / "deep")
    house = House(root, "--no-demo")
    try:
        assert get(house.ready()) == 200
        assert (root / "var" / "valkey" / "url").read_text().startswith("redis://:")
        doctor = [str(root / "cm"), "manage", "doctor"]
        assert until(lambda: subprocess.run(doctor, env=environ(), check=False).returncode == 0)
    finally:
        house.signal(signal.SIGINT)
    assert house.mine() == []


def test_everything_it_writes_is_in_var_and_for_its_owner_only(root: Path) -> None:
    made = {path.name for path in root.iterdir()} - {".venv", "__pycache__"}
    kept = {path.name for path in Path(__file__).resolve().parents[2].iterdir()}
    assert made - kept == ({"var"} if "var" not in kept else set())
    assert (root / "var").stat().st_mode & 0o077 == 0
    for name in ("secrets.env", "cm.sqlite3", "valkey/valkey.conf"):
        assert (root / "var" / name).stat().st_mode & 0o077 == 0
    assert set(os.listdir(root / "var" / "supervisor")) <= {"supervisord.conf", "supervisord.pid"}
