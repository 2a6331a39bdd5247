"""The project's own files."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

PACKAGES = ("cm_suite", "pages", "publishing", "moderation", "reputation")
CODE = (*PACKAGES, "manage.py")
TESTS = ("tests",)
SKIPPED = frozenset({".git", ".venv", "var", "__pycache__", "node_modules", ".hypothesis", "migrations"})


def _walk(base: Path) -> Iterator[Path]:
    """Files under a folder, in order. Migrations, caches and the like are left out."""
    for folder, inner, found in base.walk():
        inner[:] = sorted(name for name in inner if name not in SKIPPED and not name.endswith("_cache"))
        yield from (folder / name for name in sorted(found))


def files(root: Path, starts: tuple[str, ...], suffix: str = ".py") -> Iterator[Path]:
    """Files of the project under some of its folders."""
    for start in starts:
        base = root / start
        paths = _walk(base) if base.is_dir() else [base]
        yield from (path for path in paths if path.name.endswith(suffix) and path.is_file())


@lru_cache(maxsize=2048)
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree. Raises SyntaxError."""
    return ast.parse(path.read_text(), filename=str(path))


def lines(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_text().splitlines())
