"""What is shipped as it came, and addresses that must not be: vendored files, package indexes."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from cm_suite.ops.checks.tree import files

VENDOR = Path("cm_suite") / "static" / "vendor"
SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
TEXTS = (
    ".py",
    ".md",
    ".toml",
    ".in",
    ".lock",
    ".txt",
    ".html",
    ".cfg",
    ".ini",
    ".yml",
    ".yaml",
    ".json",
    ".sh",
)
# Written in pieces: this file is checked too.
INDEX_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
    )
)
INDEX_OPTIONS = tuple(f"--{name}" for name in ("index-url", "extra-index-url", "find-links", "trusted-host"))


def _listed(text: str) -> Iterator[tuple[str, set[str], int]]:
    """Lines of VERSIONS that name a hash: the hash, the line's words, how many there are."""
    for line in text.splitlines():
        found = SHA256.search(line)
        if found and not line.lstrip().startswith("#"):
            words = [word.strip("|*`,;") for word in line.split()]
            yield found.group(), set(words), len([word for word in words if word])


def vendor(root: Path) -> list[str]:
    """Each vendored file is listed in VERSIONS with its SHA-256 and its licence, and is still that file."""
    folder = root / VENDOR
    if not folder.exists():
        return []
    versions = folder / "VERSIONS"
    if not versions.exists():
        return [f"{VENDOR}/VERSIONS is missing"]
    listed = list(_listed(versions.read_text()))
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != versions):
        name = path.relative_to(folder).as_posix()
        if name.upper().startswith("LICEN"):
            continue
        row = next(((sha, count) for sha, words, count in listed if name in words), None)
        if row is None or row[1] < 3:
            found.append(f"{VENDOR}/{name}: not in VERSIONS with its hash and licence")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row[0]:
            found.append(f"{VENDOR}/{name}: is not the file that VERSIONS names")
    return found


def _texts(root: Path) -> Iterator[Path]:
    for path in files(root, (".",), suffix=""):
        if path.suffix in TEXTS or (not path.suffix and path.name in {"cm", "run", "VERSIONS"}):
            yield path


def index_addresses(root: Path) -> list[str]:
    """No file says where packages come from: that is the machine's own configuration."""
    found = []
    for path in _texts(root):
        text = path.read_text(errors="replace")
        name = path.relative_to(root)
        found += [f"{name}: names a package index ({host})" for host in INDEX_HOSTS if host in text]
        if path.suffix in {".in", ".lock", ".toml"}:
            found += [f"{name}: sets {option}" for option in INDEX_OPTIONS if option in text]
    return found
