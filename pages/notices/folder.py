"""Mail without a server: each message becomes a file that any mail program opens."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Self

from cm_suite.core.errors import Later
from pages.notices.smtp import Envelope, Fence


class FolderTransport:
    """Writes `.eml` files, readable by the service alone; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open."""

    def open(self) -> None:
        """Make the folder. Raises Later when it cannot be made."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Later("mail_folder_closed") from error

    def send(self, envelope: Envelope, fence: Fence) -> None:
        """Write the file; the same mail always has the same name. Raises Later when the disk refuses."""
        self.open()
        fence()
        target = self._folder / f"{envelope.name}.eml"
        try:
            _write_whole(target, envelope.content)
        except OSError as error:
            raise Later("mail_folder_closed") from error


def _write_whole(target: Path, content: bytes) -> None:
    """Write next to the target, then put it in place in one step."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
