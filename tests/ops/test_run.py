"""`./cm run`, piece by piece: ports, the lock, the first page, the greeting."""

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from cm_suite.ops import boot, prepare, processes, run


@contextmanager
def listening() -> Iterator[int]:
    """A port that somebody else has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def ports(bind: Callable[[socket.socket, tuple[str, int]], None]) -> SimpleNamespace:
    """The module of sockets, where binding one does this."""

    class Probe(socket.socket):
        def bind(self, address: Any) -> None:
            bind(self, address)

    return SimpleNamespace(socket=Probe, SOL_SOCKET=socket.SOL_SOCKET, SO_REUSEADDR=socket.SO_REUSEADDR)


def test_a_free_port_is_taken_as_asked() -> None:
    with listening() as busy:
        pass
    assert run.choose_port(busy) == busy


def test_a_busy_port_moves_to_the_next_free_one() -> None:
    with listening() as busy:
        found = run.choose_port(busy)
    assert busy < found <= busy + run.PORTS_TRIED
    assert run.is_free(found)


def test_no_free_port_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_free", lambda port: False)
    with pytest.raises(run.RunError, match="./cm run --port N"):
        run.choose_port(8000)


def test_the_last_port_is_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def never(port: int) -> bool:
        asked.append(port)
        return False

    monkeypatch.setattr(run, "is_free", never)
    with pytest.raises(run.RunError):
        run.choose_port(65_530)
    assert max(asked) == 65_535


def test_the_demos_web_keeps_its_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run.choose_demo_web(tmp_path)
    assert (tmp_path / "demo-web").read_text() == f"{first}\n"
    (tmp_path / "demo-web").write_text(f"{first + 40}\n")
    assert run.choose_demo_web(tmp_path) == first + 40
    monkeypatch.setattr(run, "is_free", lambda port: port >= first + 80)
    moved = run.choose_demo_web(tmp_path)
    assert moved == first + 80
    assert (tmp_path / "demo-web").read_text() == f"{moved}\n"


def test_no_four_free_ports_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_free", lambda port: port % 4 != 1)
    with pytest.raises(run.RunError, match=r"\./cm run --no-demo"):
        run.choose_demo_web(tmp_path)


def test_the_flags_are_the_contract() -> None:
    assert vars(run.arguments([])) == {"port": 8000, "no_demo": False}
    assert vars(run.arguments(["--port", "9001", "--no-demo"])) == {"port": 9001, "no_demo": True}
    with pytest.raises(SystemExit):
        run.arguments(["--host", "cm.example"])


@pytest.mark.parametrize("port", ["-1", "0", "65536", "70000", "00000170000", "8000.5", "web", ""])
def test_what_is_no_port_is_said_in_one_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        run.main([f"--port={port}"])
    assert refused.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"./cm run: error: argument --port: “{port}” is no port: give a number from 1 to 65535"
    )


@pytest.mark.parametrize("port", [1, 80, 65_535])
def test_the_first_and_the_last_port_may_be_asked_for(port: int) -> None:
    assert run.arguments(["--port", str(port)]).port == port


def test_a_port_that_is_not_ours_to_take_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(probe: socket.socket, address: tuple[str, int]) -> None:
        asked.append(address[1])
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(run, "socket", ports(refuse))
    with pytest.raises(run.RunError) as refused:
        run.choose_port(80)
    assert str(refused.value) == "This account may not use port 80. Try: ./cm run --port 8000"
    assert asked == [80]


def test_a_busy_port_below_one_that_is_not_ours_moves_past_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(probe: socket.socket, address: tuple[str, int]) -> None:
        if address[1] == 8000:
            raise OSError(98, "Address already in use")
        if address[1] == 8001:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(run, "socket", ports(refuse))
    assert run.choose_port(8000) == 8002


def test_an_installation_runs_once(tmp_path: Path) -> None:
    first = run.only_one(tmp_path)
    first.write("http://127.0.0.1:8000/ (process 12)\n")
    first.flush()
    with pytest.raises(run.RunError, match=r"Already running: http://127.0.0.1:8000/ \(process 12\)"):
        run.only_one(tmp_path)
    first.close()
    run.only_one(tmp_path).close()


def test_an_installation_that_only_starts_says_so(tmp_path: Path) -> None:
    first = run.only_one(tmp_path)
    with pytest.raises(run.RunError, match="it is starting"):
        run.only_one(tmp_path)
    first.close()


class Pages(http.server.BaseHTTPRequestHandler):
    """Answers from a table: path → (status, location)."""

    table: dict[str, tuple[int, str]] = {}

    def do_GET(self) -> None:
        status, place = self.table.get(self.path, (404, ""))
        self.send_response(status)
        if place:
            self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def web(table: dict[str, tuple[int, str]]) -> Iterator[int]:
    """A web server with these pages."""
    handler = type("Table", (Pages,), {"table": table})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"/": (200, "")}, True),
        ({"/": (302, "/sign-in/"), "/sign-in/": (200, "")}, True),
        ({"/": (302, "/sign-in/"), "/sign-in/": (500, "")}, False),
        ({"/": (302, "/")}, False),
        ({"/": (302, "http://elsewhere.example/")}, False),
        ({"/": (503, "")}, False),
    ],
)
def test_the_house_answers_when_its_first_page_does(
    table: dict[str, tuple[int, str]], expected: bool
) -> None:
    with web(table) as port:
        assert run.answers(port) is expected


def test_nobody_there_is_no_answer() -> None:
    with listening() as port:
        pass
    assert run.answers(port) is False


def test_the_greeting_shows_the_address_and_the_log_ins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"name": "Alice", "email": "alice@demo.example", "role": "lead", "password": "p-1"}]
    (tmp_path / "demo-logins.json").write_text(json.dumps(rows))
    run.greet(tmp_path, 8123, demo=True)
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8123/" in said
    assert "alice@demo.example" in said
    assert "p-1" in said
    assert "accepted from this machine only" in said


def test_without_a_demo_the_greeting_says_how_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo-logins.json").write_text("[]")
    run.greet(tmp_path, 8000, demo=False)
    said = capsys.readouterr().out
    assert "./cm manage createsuperuser" in said
    assert "Demo" not in said


def test_a_terminal_that_is_gone_does_not_stop_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdout", Gone())
    run.say("anything")


def test_a_second_run_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CM_VAR_DIR", str(tmp_path))
    monkeypatch.setattr(boot, "heed_signals", lambda: None)
    monkeypatch.setattr(run, "keep", lambda *args: pytest.fail("it went on"))
    umask = os.umask(0o022)
    held = run.only_one(tmp_path)
    try:
        assert run.main([]) == 1
    finally:
        held.close()
        os.umask(umask)
    assert "Already running" in capsys.readouterr().out


def test_the_public_address_is_written_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log").mkdir()
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:8017")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    asked: list[list[str]] = []

    def launch(argv: list[str], log: Path, cwd: Path) -> subprocess.Popen[bytes]:
        asked.append(argv)
        return subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)

    monkeypatch.setattr(processes, "launch", launch)
    monkeypatch.setattr(boot, "ignore_signals", lambda: None)
    house = run.House(tmp_path, tmp_path)
    house.start(8017)
    assert (tmp_path / "public-url").read_text() == "http://127.0.0.1:8017\n"
    house.stop()
    assert not (tmp_path / "public-url").exists()
    assert len(asked) == 1


def test_a_setup_that_fails_shows_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "prepare.log").write_text("CommandError: the disk is full\n")
    monkeypatch.setattr(run.House, "finish", lambda house, argv, log: 1)
    house = run.House(tmp_path, tmp_path)
    lock = run.only_one(tmp_path)
    with pytest.raises(run.RunError, match="the disk is full"):
        run.keep(house, run.arguments(["--port", "8000"]), lock)
    lock.close()
    assert "Preparing" in capsys.readouterr().out


@pytest.mark.django_db
class TestPrepare:
    """The demo comes to an empty database, once."""

    @pytest.fixture
    def called(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        names: list[str] = []
        monkeypatch.setattr(prepare, "call_command", lambda name, **options: names.append(name))
        return names

    def test_an_empty_database_is_seeded(self, tmp_path: Path, called: list[str]) -> None:
        prepare.seed(tmp_path)
        assert called == ["seed_demo"]
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.usefixtures("cast")
    def test_a_database_with_people_is_left_alone(self, tmp_path: Path, called: list[str]) -> None:
        prepare.seed(tmp_path)
        assert called == []

    @pytest.mark.usefixtures("cast")
    def test_a_seeding_that_was_cut_short_goes_on(self, tmp_path: Path, called: list[str]) -> None:
        (tmp_path / "demo-unfinished").touch()
        prepare.seed(tmp_path)
        assert called == ["seed_demo"]
        assert not (tmp_path / "demo-unfinished").exists()

    def test_a_seeding_that_fails_is_remembered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(name: str, **options: object) -> None:
            raise OSError("no room")

        monkeypatch.setattr(prepare, "call_command", fail)
        with pytest.raises(OSError, match="no room"):
            prepare.seed(tmp_path)
        assert (tmp_path / "demo-unfinished").exists()


def test_static_files_are_collected_when_they_changed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    names: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: names.append(name))
    shelf, stamp = tmp_path / "static", tmp_path / "stamp"
    shelf.mkdir()
    (shelf / "one.css").write_text("a{}")
    settings.STATICFILES_DIRS = [shelf]
    settings.STATIC_ROOT = tmp_path
    prepare.collect(stamp)
    prepare.collect(stamp)
    assert names == ["collectstatic"]
    (shelf / "one.css").write_text("a{color:red}")
    prepare.collect(stamp)
    assert names == ["collectstatic", "collectstatic"]
