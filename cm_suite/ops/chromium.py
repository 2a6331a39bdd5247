"""The machine's own Chromium: where it is, and how it is started without asking anybody anything."""

from __future__ import annotations

import os
import shutil
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
ARGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ADVICE: Final = "No Chromium here: install one (apt install chromium), or name it in CM_CHROMIUM."


def find() -> str | None:
    """The path of a Chromium: CM_CHROMIUM's, else the first one on PATH; None when there is none."""
    named = os.environ.get("CM_CHROMIUM", "")
    return next((path for name in (named, *NAMES) if name and (path := shutil.which(name))), None)
