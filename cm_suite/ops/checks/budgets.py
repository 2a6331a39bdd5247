"""The countable budgets: lengths, exceptions, names, dependencies, tests for code."""

import ast
import re
import tomllib
from pathlib import Path

from cm_suite.ops.checks.tree import CODE, TESTS, files, lines, parsed

FUNCTION_P95 = 40
FUNCTION_MOST = 60
FILE_MOST = 400
TEST_FILE_MOST = 600
DEPENDENCIES_MOST = 30
TEST_RATIO = 1.2

# The one place where any exception may be caught: the boundary between a job and its queue.
JOB_BOUNDARY = frozenset({"publishing/jobs.py", "moderation/jobs.py", "reputation/jobs.py"})
BROAD = frozenset({"Exception", "BaseException"})
WAIVER = re.compile(r"#\s*noqa:[^#\n]*\b(C901|PLC0415)\b")


def function_lengths(root: Path) -> list[str]:
    """No function over 60 lines, and 95 in 100 within 40."""
    found, sizes = [], []
    for path in files(root, (*CODE, *TESTS)):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                sizes.append(size)
                if size > FUNCTION_MOST:
                    place = f"{path.relative_to(root)}:{node.lineno}"
                    found.append(f"{place}: {node.name} has {size} lines, at most {FUNCTION_MOST}")
    sizes.sort()
    p95 = sizes[int(0.95 * (len(sizes) - 1))] if sizes else 0
    if p95 > FUNCTION_P95:
        found.append(f"95 functions in 100 have up to {p95} lines, at most {FUNCTION_P95}")
    return found


def file_lengths(root: Path) -> list[str]:
    """No file of code over 400 lines, no file of tests over 600."""
    found = []
    for starts, most in ((CODE, FILE_MOST), (TESTS, TEST_FILE_MOST)):
        found += [
            f"{path.relative_to(root)}: {count} lines, at most {most}"
            for path in files(root, starts)
            if (count := lines(path)) > most
        ]
    return found


def _caught(handler: ast.ExceptHandler) -> set[str]:
    """The names a handler catches; a bare one catches BaseException."""
    if handler.type is None:
        return {"BaseException"}
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {kind.id for kind in kinds if isinstance(kind, ast.Name)}


def _raises_on(handler: ast.ExceptHandler) -> bool:
    """True when the handler ends by letting the very exception go on."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def broad_excepts(root: Path) -> list[str]:
    """`except Exception` at the job boundary only. A clean-up that raises it on is none."""
    found = []
    for path in files(root, (*CODE, *TESTS)):
        name = path.relative_to(root).as_posix()
        if name in JOB_BOUNDARY:
            continue
        found += [
            f"{name}:{node.lineno}: catches any exception"
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.ExceptHandler) and BROAD & _caught(node) and not _raises_on(node)
        ]
    return found


def waivers(root: Path) -> list[str]:
    """Complexity and imports inside functions have no waiver."""
    found = []
    for path in files(root, (*CODE, *TESTS)):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if WAIVER.search(line):
                found.append(f"{path.relative_to(root)}:{number}: a budget is waived")
    return found


def names(root: Path) -> list[str]:
    """No module or folder named for being useful: its content has a better name."""
    bad = re.compile(r"(^|_)utils?($|_)")
    found = []
    for path in files(root, (*CODE, *TESTS)):
        parts = path.relative_to(root).with_suffix("").parts
        found += [f"{path.relative_to(root)}: name it for what it does" for part in parts if bad.search(part)]
    return found


def dependencies(root: Path) -> list[str]:
    """At most 30 direct runtime dependencies; extras are not counted."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    count = len(project["dependencies"])
    if count > DEPENDENCIES_MOST:
        return [f"pyproject.toml: {count} direct dependencies, at most {DEPENDENCIES_MOST}"]
    return []


def test_ratio(root: Path) -> list[str]:
    """At least 1.2 lines of tests for each line of code."""
    code = sum(lines(path) for path in files(root, CODE))
    tests = sum(lines(path) for path in files(root, TESTS))
    if tests < TEST_RATIO * code:
        return [f"{tests} lines of tests for {code} of code: {tests / code:.2f}, at least {TEST_RATIO}"]
    return []
