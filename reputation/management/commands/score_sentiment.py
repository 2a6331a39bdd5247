"""`manage.py score_sentiment --input F --output F [--kind K]`: a JSON line for each text of a file."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cm_suite.core.rows import BadRows, Row, convert
from reputation.scoring.sentiment import KINDS, SOCIAL, Opinion, score


class Command(BaseCommand):
    """Streams: one row in memory at a time. The output appears whole or not at all."""

    help = "Score the texts of a CSV or JSONL file (columns id and text); JSONL out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The two files, and what sort of text it is."""
        parser.add_argument("--input", required=True, help="a .csv or .jsonl file, may end in .gz")
        parser.add_argument("--output", required=True, help="the JSONL file to write")
        parser.add_argument(
            "--kind",
            choices=KINDS,
            default=SOCIAL,
            help="social (forums and video comments too), review, or press (blogs too)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError naming the line that cannot be read."""
        destination, kind = Path(options["output"]), options["kind"]

        def line(row: Row) -> Mapping[str, Any]:
            return {"id": row["id"], **as_json(score(row["text"], kind))}

        try:
            count = convert(Path(options["input"]), destination, line, least=1)
        except BadRows as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} texts scored, {destination}")


def as_json(opinion: Opinion) -> dict[str, Any]:
    """Return the contract of `score_sentiment` for one opinion, without its id."""
    return {
        "label": opinion.label,
        "p": {"positive": opinion.positive, "negative": opinion.negative, "neutral": opinion.neutral},
    }
