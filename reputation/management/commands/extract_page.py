"""`manage.py extract_page --input F.html [--url U]`: the words of one saved page, as one JSON object."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cm_suite.core.charset import decode
from reputation.extraction import Page, extract

LARGEST = 20_000_000


class Command(BaseCommand):
    """Reads a file, never the network: the address is only a hint."""

    help = "Print title, text, date, author, comments and kind of a saved page as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and where it came from."""
        parser.add_argument("--input", required=True, help="a saved .html file, in any charset")
        parser.add_argument("--url", default="", help="where the page came from; it is not fetched")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Path(options["input"])
        text, _ = decode(_bytes_of(source), "")
        self.stdout.write(json.dumps(as_json(extract(text, options["url"])), indent=2))


def _bytes_of(source: Path) -> bytes:
    """Return the bytes of a page. Raises CommandError saying what to do about the file."""
    try:
        with source.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{source}: {error.strerror}. Give --input a saved HTML file.") from error
    if not data.strip():
        raise CommandError(f"{source}: empty file. Save the page again, with its markup.")
    if len(data) > LARGEST:
        raise CommandError(f"{source}: larger than {LARGEST} bytes. Save the page without its images.")
    return data


def as_json(page: Page) -> dict[str, Any]:
    """Return the contract of `extract_page`; dates in ISO 8601 with their zone, null where unknown."""
    return {
        "title": page.title,
        "text": page.text,
        "published": page.published.isoformat() if page.published else None,
        "author": page.author,
        "comments": [
            {
                "author": comment.author,
                "text": comment.text,
                "published": comment.published.isoformat() if comment.published else None,
            }
            for comment in page.comments
        ],
        "kind": page.kind,
    }
