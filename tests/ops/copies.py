"""Copies of the project in a temporary folder, with an environment that needs no installing."""

import os
import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path

from cm_suite.ops import boot

LEFT_OUT = (".git", ".venv", "var", "__pycache__", "*_cache", ".hypothesis", "node_modules", "*.mo")
FOREIGN = (
    "REDIS_URL",
    "DATABASE_URL",
    "PUBLIC_URL",
    "CM_VAR_DIR",
    "SECRET_KEY",
    "CM_FIELD_KEYS",
    "CM_HASH_KEY",
    "CM_SIGNING_KEY",
)


def environ(**more: str) -> dict[str, str]:
    """This process's environment without what the suite itself has set."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    kept.pop("CM_STATIC_STORAGE", None)
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | more


def environment(root: Path) -> Path:
    """Make `.venv` in a copy: it borrows this process's packages and has the stamps of a full set-up."""
    venv.create(root / ".venv", with_pip=False, symlinks=True)
    python = root / ".venv" / "bin" / "python"
    asked = [str(python), "-c", "import site; print(site.getsitepackages()[0])"]
    home = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    (home / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    for dev, stamp in boot.STAMPS.items():
        (root / ".venv" / stamp).write_text(boot.fingerprint(boot.lock_files(root, dev=dev)))
    return python


def project(folder: Path) -> Path:
    """Copy the working tree, without what a set-up would make."""
    root = folder / "house"
    shutil.copytree(boot.ROOT, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
    environment(root)
    return root


def same_interpreter() -> str:
    """The interpreter behind this process's environment."""
    return str(Path(sys.executable).resolve())
