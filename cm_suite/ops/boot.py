"""From a bare Python to the house's own environment. Standard library only: nothing is installed yet.

Run as a script by `cm`. It makes `.venv`, installs the locked requirements, makes the secrets, then becomes
the command that was asked for (same process, so signals reach it).
"""

import base64
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]

USAGE = """\
./cm run [--port N] [--no-demo]   set up and start everything; Ctrl-C stops it
./cm test [pytest arguments]      the whole suite, on SQLite then on PostgreSQL
./cm check                        style, types, layers, migrations, translations, templates, budgets
./cm bench NAME [--json]          measure
./cm manage COMMAND               Django's manage.py in this environment
"""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "run": ("-m", "cm_suite.ops.run"),
    "test": ("-m", "cm_suite.ops.suite"),
    "check": ("-m", "cm_suite.ops.checks"),
    "bench": ("bench",),
    "manage": (),
}
NEEDS_DEV = frozenset({"test", "check", "bench"})
STAMPS = {False: ".cm-run", True: ".cm-dev"}
PUBLIC_URL = "public-url"  # in var: where the running service is reached
DEMO_WEB = "demo-web"  # the port of the demo\'s own web, kept so that its addresses stay the same
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SetupError(Exception):
    """The environment cannot be made; the text says why and what to do."""


def var_dir(root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the installation keeps everything it writes."""
    return Path(environ.get("CM_VAR_DIR") or root / "var")


def lock_files(root: Path, *, dev: bool) -> list[Path]:
    """Requirement files to install. The development one contains the other."""
    return [root / ("requirements-dev.lock" if dev else "requirements.lock")]


def fingerprint(files: Sequence[Path]) -> str:
    """What the environment must have been made from: the locks' bytes and this interpreter's version."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def call(argv: Sequence[str], log: Path) -> int:
    """Run a child to its end with its output in `log`. A signal that stops us stops it and all it started."""
    child: subprocess.Popen[bytes] | None = None
    with log.open("ab") as out:
        try:
            with signals_later():
                child = subprocess.Popen(  # noqa: S603 -- our own interpreter, no shell
                    argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, process_group=0
                )
            return child.wait()
        finally:
            if child is not None and child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
                child.wait()


def say(text: str) -> None:
    """Tell the person what takes time, apart from the command's own output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def make_environment(root: Path, *, dev: bool) -> Path:
    """Make or renew `.venv`; nothing is done when it already matches the locks. Returns its interpreter."""
    home = root / ".venv"
    python = home / "bin" / "python"
    files = lock_files(root, dev=dev)
    wanted = fingerprint(files)
    stamp = home / STAMPS[dev]
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    unfinished = home / ".cm-unfinished"
    if not python.exists() or unfinished.exists():
        say("Making .venv")
        venv.create(home, clear=True, with_pip=True, symlinks=True)
    unfinished.touch()
    say(f"Installing {files[0].name} (once; a few minutes at most)")
    install(python, files, var_dir(root) / "log" / "install.log")
    for done in (False, True) if dev else (False,):
        (home / STAMPS[done]).write_text(fingerprint(lock_files(root, dev=done)))
    unfinished.unlink()
    return python


def install(python: Path, files: Sequence[Path], log: Path) -> None:
    """Install locked requirements with pip, as the person's own pip configuration says."""
    wanted = [part for file in files for part in ("-r", str(file))]
    argv = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    if call([*argv, "--require-hashes", *wanted], log) != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
        raise SetupError(f"{tail}\ncm: the requirements could not be installed; the whole story is in {log}")


def fresh_secrets() -> dict[str, Callable[[], str]]:
    """How each secret of the installation is drawn."""
    return {
        "SECRET_KEY": lambda: secrets.token_urlsafe(64),
        "CM_FIELD_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "CM_HASH_KEY": lambda: secrets.token_urlsafe(48),
        "CM_SIGNING_KEY": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def make_secrets(var: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Add to `secrets.env` (mode 0600) what neither it nor the environment has. Never changes a line."""
    file = var / "secrets.env"
    known = file.read_text() if file.exists() else ""
    have = {line.partition("=")[0] for line in known.splitlines()}
    missing = [name for name in fresh_secrets() if name not in have and not environ.get(name)]
    if not missing:
        return
    lines = [f"{name}={fresh_secrets()[name]()}\n" for name in missing]
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(known + "".join(lines))
    draft.replace(file)


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Let one set-up at a time work on this installation."""
    with (var / "setup.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def heed_signals() -> None:
    """Turn each stop signal into an exit, so that what was started is stopped. An ignored SIGHUP stays so."""

    def leave(signum: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    for signum in STOPS:
        if signum is signal.SIGHUP and signal.getsignal(signum) is signal.SIG_IGN:
            continue
        signal.signal(signum, leave)


@contextmanager
def signals_later() -> Iterator[None]:
    """Put stop signals off to the end of the block: what starts there must be known before it is stopped."""
    came: list[int] = []
    before = {signum: signal.getsignal(signum) for signum in STOPS}
    for signum, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(signum, lambda signum, _frame: came.append(signum))
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
        if came:
            signal.raise_signal(came[0])


def ignore_signals() -> None:
    """For the last steps of a stop, which nothing may cut short."""
    for signum in STOPS:
        signal.signal(signum, signal.SIG_IGN)


def prepare(root: Path, command: str) -> Path:
    """Everything that must exist before `command` can start. Returns the interpreter to use."""
    var = var_dir(root)
    (var / "log").mkdir(parents=True, exist_ok=True)
    var.chmod(0o700)
    with alone(var):
        python = make_environment(root, dev=command in NEEDS_DEV)
        make_secrets(var)
    return python


def join_service(var: Path) -> None:
    """Take the addresses of the service that runs here, where the environment names none."""
    files = {
        "REDIS_URL": var / "valkey" / "url",
        "PUBLIC_URL": var / PUBLIC_URL,
        "CM_DEMO_WEB": var / DEMO_WEB,
    }
    for name, file in files.items():
        if file.exists():
            os.environ.setdefault(name, file.read_text().strip())


def become(root: Path, python: Path, command: str, rest: Sequence[str]) -> None:
    """Replace this process with the command. `manage` and `bench` keep the caller's folder."""
    target = COMMANDS[command]
    if command in {"manage", "bench"}:
        target = (str(root / "manage.py"), *target)
    else:
        os.chdir(root)
    if command == "manage":
        join_service(var_dir(root))
    for signum in STOPS:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, signal.SIG_DFL)
    sys.stdout.flush()
    os.execv(python, [str(python), *target, *rest])  # noqa: S606 -- our own interpreter, no shell


def main(argv: Sequence[str]) -> int:
    """Entry point of `cm`. Returns an exit code only when no command could be started."""
    command, rest = (argv[0], argv[1:]) if argv else ("help", ())
    if command not in COMMANDS:
        sys.stdout.write(USAGE)
        return 0 if command in {"help", "-h", "--help"} else 2
    heed_signals()
    try:
        python = prepare(ROOT, command)
    except SetupError as failure:
        say(str(failure))
        return 1
    except OSError as failure:
        say(f"cm: set-up stopped: {failure} ({shutil.disk_usage(ROOT).free >> 20} MiB are free here)")
        return 1
    become(ROOT, python, command, rest)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
