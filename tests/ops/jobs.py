"""Jobs that a worker process of the tests can import."""

import time
from pathlib import Path


def nothing() -> None:
    """A job that is done at once."""


def slow(folder: str, seconds: float) -> None:
    """Say when it begins, take its time, say when it ended."""
    (Path(folder) / "begun").touch()
    time.sleep(seconds)
    (Path(folder) / "ended").touch()
