"""Checks that are processes of their own: linters of others, and what needs Django set up."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cm_suite.ops.checks import installation
from cm_suite.ops.checks.tree import CODE, TESTS

BROKEN = "Broken contracts"
PYTHON = (sys.executable, "-m")
TOOLS: Mapping[str, tuple[str, ...]] = {
    "types": (*PYTHON, "mypy", *CODE, *TESTS),
    "style": (*PYTHON, "ruff", "check", "--output-format=concise", "."),
    "format": (*PYTHON, "ruff", "format", "--check", "."),
    "layers": (sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"),
    **{name: (*PYTHON, "cm_suite.ops.checks.installation", name) for name in installation.CHECKS},
    "markup": (*PYTHON, "djlint", "templates", "--profile", "django", "--lint", "--quiet"),
}


def findings(name: str, root: Path, environ: Mapping[str, str]) -> list[str]:
    """What the tool printed when it was not content."""
    done = subprocess.run(  # noqa: S603 -- the table above, no shell
        TOOLS[name],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode == 0:
        return []
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if BROKEN in said:  # import-linter draws its name and lists what it keeps first
        said = said[said.index(BROKEN) + 2 :]
    return said or [f"ended with code {done.returncode}"]
