"""From a bare Python to the environment: what is made once, and what an interruption leaves."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cm_suite.ops import boot
from tests.ops.copies import environ

INSTALL = boot.install


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two locks and nothing made yet."""
    (tmp_path / "requirements.lock").write_text("one==1\n")
    (tmp_path / "requirements-dev.lock").write_text("one==1\ntwo==2\n")
    (tmp_path / "var" / "log").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record what would be installed, and install nothing."""
    calls: list[list[str]] = []

    def record(python: Path, files: list[Path], log: Path) -> None:
        calls.append([file.name for file in files])

    def create(home: Path, **options: object) -> None:
        (home / "bin").mkdir(parents=True, exist_ok=True)
        (home / "bin" / "python").unlink(missing_ok=True)
        (home / "bin" / "python").symlink_to(sys.executable)
        calls.append(["venv"])

    monkeypatch.setattr(boot, "install", record)
    monkeypatch.setattr(venv, "create", create)
    return calls


def test_the_first_setup_makes_and_installs_and_the_second_does_nothing(
    root: Path, installed: list[list[str]]
) -> None:
    python = boot.make_environment(root, dev=False)
    assert python == root / ".venv" / "bin" / "python"
    assert installed == [["venv"], ["requirements.lock"]]
    boot.make_environment(root, dev=False)
    assert installed == [["venv"], ["requirements.lock"]]


def test_a_changed_lock_is_installed_into_the_same_environment(
    root: Path, installed: list[list[str]]
) -> None:
    boot.make_environment(root, dev=False)
    (root / "requirements.lock").write_text("one==2\n")
    boot.make_environment(root, dev=False)
    assert installed == [["venv"], ["requirements.lock"], ["requirements.lock"]]


def test_the_development_set_contains_the_other(root: Path, installed: list[list[str]]) -> None:
    boot.make_environment(root, dev=True)
    boot.make_environment(root, dev=False)
    assert installed == [["venv"], ["requirements-dev.lock"]]


def test_the_runtime_set_does_not_stand_for_the_development_one(
    root: Path, installed: list[list[str]]
) -> None:
    boot.make_environment(root, dev=False)
    boot.make_environment(root, dev=True)
    assert installed == [["venv"], ["requirements.lock"], ["requirements-dev.lock"]]


def test_an_installation_that_was_cut_short_starts_from_nothing(
    root: Path, installed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(python: Path, files: list[Path], log: Path) -> None:
        raise SystemExit(130)

    with monkeypatch.context() as patch:
        patch.setattr(boot, "install", cut)
        with pytest.raises(SystemExit):
            boot.make_environment(root, dev=False)
    assert not (root / ".venv" / ".cm-run").exists()
    boot.make_environment(root, dev=False)
    assert installed == [["venv"], ["venv"], ["requirements.lock"]]
    assert (root / ".venv" / ".cm-run").exists()
    assert not (root / ".venv" / ".cm-unfinished").exists()


def test_pip_is_asked_for_hashes_and_no_index(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def record(argv: list[str], log: Path) -> int:
        asked.extend(argv)
        return 0

    monkeypatch.setattr(boot, "call", record)
    INSTALL(Path("/env/bin/python"), [root / "requirements.lock"], root / "install.log")
    assert asked[:4] == ["/env/bin/python", "-m", "pip", "install"]
    assert "--require-hashes" in asked
    assert asked[-2:] == ["-r", str(root / "requirements.lock")]
    assert not [word for word in asked if "index" in word or "://" in word]


def test_a_refused_installation_shows_the_end_of_its_story(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = root / "install.log"
    log.write_text("".join(f"line {number}\n" for number in range(40)))
    monkeypatch.setattr(boot, "call", lambda argv, log: 1)
    with pytest.raises(boot.SetupError, match=r"line 39\n.*the whole story is in") as caught:
        INSTALL(Path("/env/bin/python"), [root / "requirements.lock"], log)
    assert "line 5\n" not in str(caught.value)


def test_the_stamp_knows_the_bytes_of_the_locks(root: Path) -> None:
    files = boot.lock_files(root, dev=False)
    before = boot.fingerprint(files)
    assert boot.fingerprint(files) == before
    files[0].write_text("one==1 \n")
    assert boot.fingerprint(files) != before


def secrets_of(file: Path) -> dict[str, str]:
    """What a secrets file says."""
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    boot.make_secrets(tmp_path, {})
    file = tmp_path / "secrets.env"
    first = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(secrets_of(file)) == {"SECRET_KEY", "CM_FIELD_KEYS", "CM_HASH_KEY", "CM_SIGNING_KEY"}
    boot.make_secrets(tmp_path, {})
    assert file.read_text() == first


def test_the_field_key_encrypts_and_the_secret_key_is_long(tmp_path: Path) -> None:
    boot.make_secrets(tmp_path, {})
    found = secrets_of(tmp_path / "secrets.env")
    cipher = Fernet(found["CM_FIELD_KEYS"])
    assert cipher.decrypt(cipher.encrypt(b"token")) == b"token"
    assert len(found["SECRET_KEY"]) >= 50


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        boot.make_secrets(tmp_path / name, {})
    one, two = (secrets_of(tmp_path / name / "secrets.env") for name in ("one", "two"))
    assert not set(one.values()) & set(two.values())


def test_a_secret_of_the_environment_is_not_written(tmp_path: Path) -> None:
    boot.make_secrets(tmp_path, {"SECRET_KEY": "x" * 60, "CM_HASH_KEY": "y"})
    assert set(secrets_of(tmp_path / "secrets.env")) == {"CM_FIELD_KEYS", "CM_SIGNING_KEY"}
    assert not list(tmp_path.glob("*.new"))


def test_a_production_that_names_all_secrets_gets_no_file(tmp_path: Path) -> None:
    boot.make_secrets(tmp_path, {name: "x" for name in boot.fresh_secrets()})
    assert list(tmp_path.iterdir()) == []


def test_a_new_kind_of_secret_is_added_beside_those_that_exist(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("SECRET_KEY=kept\n")
    boot.make_secrets(tmp_path, {})
    assert secrets_of(file)["SECRET_KEY"] == "kept"
    assert set(secrets_of(file)) == {"SECRET_KEY", "CM_FIELD_KEYS", "CM_HASH_KEY", "CM_SIGNING_KEY"}


def test_var_is_where_the_environment_says(tmp_path: Path) -> None:
    assert boot.var_dir(tmp_path, {}) == tmp_path / "var"
    assert boot.var_dir(tmp_path, {"CM_VAR_DIR": "/srv/cm"}) == Path("/srv/cm")


def test_a_child_that_we_leave_is_ended_with_all_it_started(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = (
        "import signal, sys; from pathlib import Path; from cm_suite.ops import boot; boot.heed_signals();"
        f"boot.call(['sh', '-c', 'sleep 61 & echo $! >{pid_file}; wait'], Path({str(tmp_path / 'log')!r}))"
    )
    child = subprocess.Popen([sys.executable, "-c", script], cwd=boot.ROOT, env=environ())
    deadline = time.monotonic() + 20
    while not (pid_file.exists() and pid_file.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=20) == 128 + signal.SIGTERM
    assert running(int(pid_file.read_text())) is False


def start_while_stopped(started: list[str]) -> None:
    """Two stop signals come while something starts."""
    with boot.signals_later():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        started.append("known")


def test_a_stop_that_comes_while_something_starts_comes_after_it() -> None:
    boot_signals = {signum: signal.getsignal(signum) for signum in boot.STOPS}
    started: list[str] = []
    try:
        boot.heed_signals()
        with pytest.raises(SystemExit) as left:
            start_while_stopped(started)
        assert left.value.code == 128 + signal.SIGTERM
        assert started == ["known"]
        with pytest.raises(SystemExit) as again:
            signal.raise_signal(signal.SIGINT)
        assert again.value.code == 128 + signal.SIGINT
    finally:
        for signum, handler in boot_signals.items():
            signal.signal(signum, handler)


def test_what_is_ignored_stays_ignored_while_something_starts() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with boot.signals_later():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def running(pid: int) -> bool:
    """True while the process does something; one that only waits to be reaped does not."""
    for _try in range(40):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True


def test_one_setup_at_a_time(tmp_path: Path) -> None:
    with boot.alone(tmp_path), (tmp_path / "setup.lock").open("w") as second, pytest.raises(BlockingIOError):
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (tmp_path / "setup.lock").open("w") as second:
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)


def become(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, *rest: str) -> list[str]:
    """The command line that this process would turn into."""
    found: list[str] = []
    monkeypatch.setattr(os, "execv", lambda path, argv: found.extend(argv))
    monkeypatch.setattr(os, "chdir", lambda folder: found.append(f"cd {folder}"))
    monkeypatch.setattr(signal, "signal", lambda signum, action: None)
    boot.become(tmp_path, Path("/env/python"), command, rest)
    return found


def test_manage_keeps_the_callers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CM_VAR_DIR", str(tmp_path / "var"))
    found = become(tmp_path, monkeypatch, "manage", "score_comments", "--input", "f.csv")
    assert found == ["/env/python", str(tmp_path / "manage.py"), "score_comments", "--input", "f.csv"]


def test_bench_is_a_command_of_manage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CM_VAR_DIR", str(tmp_path / "var"))
    found = become(tmp_path, monkeypatch, "bench", "publish", "--json")
    assert found == ["/env/python", str(tmp_path / "manage.py"), "bench", "publish", "--json"]


def test_run_works_in_the_projects_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CM_VAR_DIR", str(tmp_path / "var"))
    found = become(tmp_path, monkeypatch, "run", "--port", "8080")
    assert found == [f"cd {tmp_path}", "/env/python", "-m", "cm_suite.ops.run", "--port", "8080"]


@pytest.mark.parametrize(("command", "expected"), [("manage", "unix:///x.sock?db=0"), ("bench", None)])
def test_manage_talks_to_the_running_valkey_and_bench_never_does(
    command: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CM_VAR_DIR", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "url").write_text("unix:///x.sock?db=0\n")
    become(tmp_path, monkeypatch, command, "doctor")
    assert os.environ.get("REDIS_URL") == expected
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.mark.parametrize(
    ("command", "named", "expected"),
    [
        ("manage", None, "http://127.0.0.1:8017"),
        ("manage", "https://cm.example", "https://cm.example"),
        ("bench", None, None),
    ],
)
def test_manage_knows_where_the_running_service_is_reached(
    command: str, named: str | None, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CM_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", named or "")
    if named is None:
        monkeypatch.delenv("PUBLIC_URL")
    (tmp_path / "public-url").write_text("http://127.0.0.1:8017\n")
    become(tmp_path, monkeypatch, command, "seed_demo")
    assert os.environ.get("PUBLIC_URL") == expected
    os.environ.pop("PUBLIC_URL", None)


def test_an_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert boot.main(["fly"]) == 2
    assert capsys.readouterr().out == boot.USAGE
    assert boot.main([]) == 0
    assert boot.main(["--help"]) == 0


def test_a_setup_that_fails_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(root: Path, command: str) -> Path:
        raise boot.SetupError("cm: no room")

    monkeypatch.setattr(boot, "prepare", fail)
    monkeypatch.setattr(boot, "heed_signals", lambda: None)
    assert boot.main(["run"]) == 1
    assert capsys.readouterr().err == "cm: no room\n"


def test_a_full_disk_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(root: Path, command: str) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(boot, "prepare", fail)
    monkeypatch.setattr(boot, "heed_signals", lambda: None)
    assert boot.main(["run"]) == 1
    assert "No space left on device" in capsys.readouterr().err


def test_every_command_of_the_usage_exists() -> None:
    named = [line.split()[1] for line in boot.USAGE.splitlines()]
    assert named == list(boot.COMMANDS)


def test_a_hangup_that_the_caller_ignores_stays_ignored() -> None:
    script = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "from cm_suite.ops import boot; boot.heed_signals();"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, callable(signal.getsignal(signal.SIGTERM)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=boot.ROOT,
        env=environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True True\n"


def test_the_set_up_needs_the_standard_library_only() -> None:
    script = (
        "import sys; import runpy; runpy.run_path('cm_suite/ops/boot.py'); print('django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", script],
        cwd=boot.ROOT,
        env=environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
