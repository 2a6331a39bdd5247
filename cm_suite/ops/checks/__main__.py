"""`./cm check`: every check, one line each; exit code 1 when any has findings. No network."""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from cm_suite.ops import boot, translations
from cm_suite.ops.checks import budgets, installation, networks, shipped, templates, tools

LINES_SHOWN = 60


def catalogue(root: Path) -> list[str]:
    """French is complete; English is the sources' own language."""
    return translations.problems(root, root / "locale" / "fr" / "LC_MESSAGES" / "django.po")


CHECKS: Mapping[str, Callable[[Path], list[str]]] = {
    "functions": budgets.function_lengths,
    "files": budgets.file_lengths,
    "exceptions": budgets.broad_excepts,
    "waivers": budgets.waivers,
    "names": budgets.names,
    "dependencies": budgets.dependencies,
    "tests for code": budgets.test_ratio,
    "vendored files": shipped.vendor,
    "addresses": shipped.index_addresses,
    "translations": catalogue,
    "forbidden markup": templates.forbidden,
    "networks by name": networks.asked_by_name,
    "clients": networks.clients,
    "networks page": networks.page,
}


def report(name: str, found: list[str], seconds: float) -> None:
    """One line for a check, then its findings."""
    sys.stdout.write(f"{'FAILED' if found else 'ok':<7} {name:<17} {seconds:5.1f} s\n")
    for line in found[:LINES_SHOWN]:
        sys.stdout.write(f"        {line}\n")
    if len(found) > LINES_SHOWN:
        sys.stdout.write(f"        … and {len(found) - LINES_SHOWN} more lines\n")
    sys.stdout.flush()


def timed(check: Callable[[], list[str]]) -> tuple[list[str], float]:
    """What a check found and how many seconds it took."""
    start = time.monotonic()
    return check(), time.monotonic() - start


def own(root: Path) -> int:
    """Run the checks of this package, one after another. Returns how many failed."""
    failed = 0
    for name, check in CHECKS.items():
        found, seconds = timed(partial(check, root))
        report(name, found, seconds)
        failed += bool(found)
    return failed


def main(root: Path) -> int:
    """Run everything; the tools of others work beside our own checks."""
    boot.heed_signals()
    with tempfile.TemporaryDirectory(prefix="cm-check-") as folder:
        environ = installation.production_like(Path(folder))
        with ThreadPoolExecutor(1) as beside:
            running = {
                name: beside.submit(timed, partial(tools.findings, name, root, environ))
                for name in tools.TOOLS
            }
            failed = own(root)
            for name, future in running.items():
                found, seconds = future.result()
                report(name, found, seconds)
                failed += bool(found)
    sys.stdout.write(f"{failed} checks failed\n" if failed else "every check passed\n")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main(boot.ROOT))
