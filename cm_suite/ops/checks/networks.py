"""What holds the networks in their folders: nobody else asks which one it is, and their page is current."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from cm_suite.ops.checks.tree import CODE, files, lines, parsed

HOME = "pages/networks/"
CLIENT_MEDIAN = 150
PAGE = Path("docs") / "networks.md"
_ASKED = re.compile(r"{%\s*(?:if|elif)[^%]*\bnetwork\s*(?:==|!=|in)\s*[\"']")


def asked_by_name(root: Path) -> list[str]:
    """No `if network == …` outside `pages/networks/`: what a network can do is asked of its SPEC."""
    found = []
    for path in files(root, CODE):
        name = path.relative_to(root).as_posix()
        if not name.startswith(HOME):
            found += [
                f"{name}:{line}: asks which network it is; ask its SPEC" for line in _asking(parsed(path))
            ]
    for path in sorted((root / "templates").rglob("*.html")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if _ASKED.search(line):
                found.append(f"{path.relative_to(root)}:{number}: asks which network it is; ask its SPEC")
    return found


def _asking(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_is_network, sides)) and any(map(_is_named, sides)):
                yield node.lineno


def _is_network(side: ast.expr) -> bool:
    return (isinstance(side, ast.Attribute) and side.attr == "network") or (
        isinstance(side, ast.Name) and side.id == "network"
    )


def _is_named(side: ast.expr) -> bool:
    """A code written out, a constant, or several of them."""
    if isinstance(side, ast.Tuple | ast.Set | ast.List):
        return any(map(_is_named, side.elts))
    written = isinstance(side, ast.Constant) and isinstance(side.value, str)
    constant = isinstance(side, ast.Name) and side.id.isupper()
    return written or constant or (isinstance(side, ast.Attribute) and side.attr.isupper())


def page(root: Path) -> list[str]:
    """`docs/networks.md` is what the registry writes."""
    argv = [sys.executable, "-m", "pages.networks.docs"]
    written = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 -- ours
    if written.returncode:
        return [f"pages.networks.docs failed: {line}" for line in written.stderr.splitlines()[-3:]]
    if written.stdout != (root / PAGE).read_text():
        return [f"{PAGE.as_posix()} is not what `python -m pages.networks.docs` writes"]
    return []


def clients(root: Path) -> list[str]:
    """The median `client.py` of a network has at most 150 lines."""
    sizes = [lines(path) for path in (root / HOME).glob("*/client.py")]
    half = median(sizes) if sizes else 0
    return [f"the median client has {half:g} lines, at most {CLIENT_MEDIAN}"] if half > CLIENT_MEDIAN else []
