"""`./cm test`: the whole suite on SQLite, then on PostgreSQL."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from cm_suite.ops import boot, postgres, translations

# What is quick runs on both engines, on the second what reaches the database at all; browsers and whole
# processes run on one; what watches the clock, by itself.
QUICK = "not (slow or browser)"
QUICK_ANYWHERE = f"{QUICK} and database"
HEAVY = "(slow or browser) and not alone"
ALONE = "alone"
HANDS = str(min(max(os.cpu_count() or 2, 2), 6))
ADVICE = (
    "PostgreSQL: skipped. The embedded one could not start (see {log}); set DATABASE_URL to a server where "
    "databases may be created."
)


def say(text: str) -> None:
    """A line between two runs."""
    sys.stdout.write(f"\n== {text}\n")
    sys.stdout.flush()


def naming(*marks: str) -> list[str]:
    """The test files that name one of these marks, those of the browser's own folder with them. Reading the
    others to find that they have none takes longer than some runs.
    """
    named = re.compile(rf"\bmark\.({'|'.join(marks)})\b")
    folder = boot.ROOT / "tests"
    files = sorted(folder.rglob("test_*.py"))
    own = folder / "browser" if "browser" in marks else None
    return [
        str(file.relative_to(boot.ROOT))
        for file in files
        if own in file.parents or named.search(file.read_text())
    ]


def pytest(args: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run pytest as a child. Returns its exit code; a signal that stops us stops it."""
    argv = [sys.executable, "-m", "pytest", *args]
    # Compiled once for all runs, their hands, and every process that tests start.
    kept = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(argv, cwd=boot.ROOT, env=kept)  # noqa: S603 -- our own interpreter, no shell
    try:
        return child.wait()
    except SystemExit:
        child.terminate()
        child.wait()
        raise


def on_sqlite(args: Sequence[str]) -> int:
    """One run, or the three of the whole suite. A database named in the environment is not touched."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    say("SQLite")
    if args:
        return pytest(args, environ)
    shared = ["-n", HANDS, "--dist", "worksteal", "-m"]  # whoever is done takes from who is not
    runs = (
        [*shared, QUICK],
        [*shared, HEAVY, *naming("slow", "browser")],
        ["-m", ALONE, *naming("alone")],
    )
    return max([pytest(each, environ) for each in runs])


def on_postgres(args: Sequence[str]) -> int:
    """The same on PostgreSQL: DATABASE_URL's, else the embedded one. None: a failure if all is required."""
    chosen = args or ("-n", HANDS, "--dist", "worksteal", "-m", QUICK_ANYWHERE)
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        say("PostgreSQL (DATABASE_URL)")
        return pytest(chosen, os.environ)
    log = boot.var_dir() / "log" / "postgres.log"
    with postgres.server(log) as url:
        if url is None:
            say(ADVICE.format(log=log))
            return int(os.environ.get("CM_REQUIRE_ALL") == "1")
        say("PostgreSQL")
        return pytest(chosen, {**os.environ, "DATABASE_URL": url})


def main(args: Sequence[str]) -> int:
    """Entry point. Returns 0 when everything passed."""
    boot.heed_signals()
    translations.compile_stale(boot.ROOT / "locale")
    with tempfile.TemporaryDirectory(prefix="cm-suite-", ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = folder  # everything that tests leave goes with it
        code = on_sqlite(args)
        if not args or os.environ.get("CM_TEST_POSTGRES") == "1":
            code = max(code, on_postgres(args))
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
