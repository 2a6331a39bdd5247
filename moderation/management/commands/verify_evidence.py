"""`manage.py verify_evidence FILE`: is this evidence file as it was signed?"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from moderation.sealing import NOTICE, Broken
from moderation.services.evidence import check_file

WORDS: Final = {
    Broken.NOT_A_FILE: "not an evidence file",
    Broken.FIELDS: "the file's fields: one is missing, was added or has another form",
    Broken.NOTICE: "the notice",
    Broken.RECORD: "the record: its content is not the one that was digested",
    Broken.SIGNATURE: "the signature: digest, number, time, brand or ledger head were changed",
    Broken.SIGNER: "the signer: another key than expected",
    Broken.LEDGER: "the ledger: the head in the file does not lie on the brand's chain",
}


class Command(BaseCommand):
    """Exit 0 when everything holds; 1 otherwise, each break on its line of stderr."""

    help = "Recompute the digest of an evidence file, check its signature and its place in the ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the JSON file that was downloaded")
        parser.add_argument(
            "--public-key",
            default="",
            help="url-safe base64: check against this key instead of this installation's, without its ledger",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            broken = check_file(path.read_bytes(), options["public_key"])
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        if broken:
            raise CommandError("\n".join(f"broken: {WORDS[each]}" for each in broken), returncode=1)
        self.stdout.write(f"{path.name}: record, signature and ledger hold.")
        self.stdout.write(NOTICE)
