"""Templates: each compiles, none carries what the content security policy refuses or escapes escaping."""

import re
from pathlib import Path

from django.template import TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates

FOLDER = "templates"
# Mail has no stylesheet but the one inside it.
MAIL = "email"
RULES = (
    (re.compile(r"<script(?![^>]*\ssrc=)", re.I), "inline script"),
    (re.compile(r"<style\b", re.I), "inline style sheet"),
    (re.compile(r"\sstyle\s*=", re.I), "style attribute"),
    (re.compile(r"\s(on[a-z]+|hx-on[:\w-]*)\s*=", re.I), "event attribute"),
    (re.compile(r"""=\s*["']?\s*javascript:""", re.I), "javascript: address"),
    (re.compile(r"\|\s*safe(seq)?\b"), "safe filter"),
    (re.compile(r"{%\s*autoescape\s+off"), "escaping turned off"),
)
STYLES = frozenset({"inline style sheet", "style attribute"})
COMMENTS = re.compile(r"{#.*?#}|{%\s*comment.*?{%\s*endcomment\s*%}|<!--.*?-->", re.S)


def _blank(found: re.Match[str]) -> str:
    """As many lines, nothing on them."""
    return "\n" * found.group().count("\n")


def forbidden(root: Path) -> list[str]:
    """Inline styles and scripts, event attributes, unescaped output."""
    found = []
    for path in sorted((root / FOLDER).rglob("*.html")):
        name = path.relative_to(root)
        excused = STYLES if MAIL in name.parts else frozenset()
        for number, line in enumerate(COMMENTS.sub(_blank, path.read_text()).splitlines(), 1):
            words = [word for rule, word in RULES if rule.search(line) and word not in excused]
            found += [f"{name}:{number}: {word}" for word in words]
    return found


def compiled(root: Path) -> list[str]:
    """Every template compiles, with the tags it loads. Django must be set up."""
    backend = engines["django"]
    assert isinstance(backend, DjangoTemplates)  # noqa: S101 -- the settings name no other
    found = []
    for path in sorted((root / FOLDER).rglob("*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            try:
                backend.from_string(path.read_text())
            except TemplateSyntaxError as fault:
                found.append(f"{path.relative_to(root)}: {fault}")
    return found
