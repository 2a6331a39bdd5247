"""A PostgreSQL of the tests' own, in a process that ends with its parent."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server(log: Path) -> Iterator[str | None]:
    """A running server's URL, or None when it cannot start here (`log` says why)."""
    with log.open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "cm_suite.ops.postgres_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    try:
        assert child.stdout is not None  # noqa: S101 -- it is a pipe
        yield child.stdout.readline().decode().strip() or None
    finally:
        child.communicate()
