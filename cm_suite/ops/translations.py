"""The interface's words: found in the sources, one catalogue per language, compiled without gettext."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCES = ("cm_suite", "pages", "publishing", "moderation", "reputation", "templates")
FUNCTIONS = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS = dict.fromkeys(("_", "gettext_noop", *FUNCTIONS, *(f"{name}_lazy" for name in FUNCTIONS)))
COMMENT = "Translators:"

type Call = tuple[int, str, Any, list[str]]  # line, function, argument or arguments, comments
PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|%[a-zA-Z%]|\{\w*\}")


def po_files(folder: Path) -> list[Path]:
    """The catalogues under a locale folder."""
    return sorted(folder.glob("*/LC_MESSAGES/django.po"))


def compile_stale(folder: Path) -> list[Path]:
    """Write each .mo that is missing or older than its .po. Returns those written."""
    written = []
    for source in po_files(folder):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as out:
            write_mo(out, read(source))
        draft.replace(target)
        written.append(target)
    return written


def read(file: Path) -> Catalog:
    """A catalogue, as its file says. Raises PoFileError on a file that cannot be parsed."""
    with file.open("rb") as source:
        return read_po(source, locale=file.parents[1].name, abort_invalid=True)


def _files(root: Path) -> Iterator[Path]:
    for source in SOURCES:
        for pattern in ("*.py", "*.html", "*.txt"):
            for file in sorted((root / source).rglob(pattern)):
                if "migrations" not in file.parts and "static" not in file.parts:
                    yield file


def _python_calls(source: IO[bytes]) -> Iterable[Call]:
    found = extract_python(source, KEYWORDS, [COMMENT], {"encoding": "utf-8"})
    return cast(Iterable[Call], found)


def _calls(file: Path) -> Iterator[Call]:
    """Calls of gettext functions in one file."""
    if file.suffix == ".py":
        with file.open("rb") as source:
            yield from _python_calls(source)
        return
    # Each call that templatize writes stands on one line; alone, a line has no indentation to trip over.
    for line in templatize(file.read_text()).splitlines():
        yield from _python_calls(BytesIO(line.strip().encode()))


def _message(function: str, arguments: Any) -> tuple[str | tuple[str, str], str | None] | None:
    """The id (a pair when it has a plural) and the context of a call; None when one is not a literal."""
    values: list[Any] = list(arguments) if isinstance(arguments, tuple | list) else [arguments]
    context: str | None = None
    if function.startswith(("pgettext", "npgettext")):
        context, values = values[0], values[1:]
    wanted = 2 if function.startswith(("n", "np")) else 1
    words = values[:wanted]
    if len(words) < wanted or not all(isinstance(word, str) and word for word in words):
        return None
    return ((words[0], words[1]) if wanted == 2 else words[0]), context


def extract(root: Path) -> Catalog:
    """Every message of the sources, with the files it comes from."""
    found = Catalog(project="cm_suite", charset="utf-8", fuzzy=False)
    for file in _files(root):
        place = [(str(file.relative_to(root)), 0)]
        for _line, function, arguments, comments in _calls(file):
            message = _message(function, arguments)
            if message is not None:
                found.add(message[0], None, place, auto_comments=comments, context=message[1])
    return found


def update(root: Path, file: Path) -> Catalog:
    """Merge the sources' messages into a catalogue: translations stay, new ids come empty, unused go."""
    language = file.parents[1].name
    catalog = read(file) if file.exists() else Catalog(locale=language, project="cm_suite", fuzzy=False)
    catalog.update(extract(root), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, catalog, width=110, ignore_obsolete=True, include_lineno=False, sort_by_file=True)
    return catalog


def _words(message: Message) -> list[str]:
    """The translated forms, always as a list."""
    string = message.string
    return list(string) if isinstance(string, tuple | list) else [string or ""]


def _placeholders(text: str) -> list[str]:
    return sorted(mark for mark in PLACEHOLDER.findall(text) if mark != "%%")


def _faults(message: Message, plural_forms: int) -> Iterator[str]:
    """What is wrong with one translation."""
    forms = _words(message)
    ids = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
    if not all(forms):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    if len(ids) == 2 and len(forms) != plural_forms:
        yield f"{len(forms)} plural forms instead of {plural_forms}"
    allowed = [_placeholders(text) for text in ids]
    if any(_placeholders(form) not in allowed for form in forms):
        yield f"placeholders differ from {allowed[-1]}"


def problems(root: Path, file: Path) -> list[str]:
    """Everything that keeps a catalogue from being complete and right, one line each."""
    if not file.exists():
        return [f"{file.relative_to(root)} is missing"]
    catalog, sources = read(file), extract(root)
    lines = []
    for wanted in sources:
        if not wanted.id:
            continue
        known = catalog.get(wanted.id, wanted.context)
        place = wanted.locations[0][0] if wanted.locations else "?"
        faults = ["missing"] if known is None else _faults(known, catalog.num_plurals)
        lines += [f"{place}: {fault}: {wanted.id!r}" for fault in faults]
    unused = [m for m in catalog if m.id and sources.get(m.id, m.context) is None]
    lines += [f"{file.name}: not in the sources: {message.id!r}" for message in unused]
    lines += [f"{file.name}: obsolete: {message.id!r}" for message in catalog.obsolete.values()]
    return lines
