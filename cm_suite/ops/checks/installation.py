"""What needs Django set up, as a production would. Run as a process: the check's name, findings on stdout."""

import os
import secrets
import sys
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

import django
from django.core import checks
from django.core.management import CommandError, call_command

from cm_suite.ops import boot
from cm_suite.ops.checks import templates

# Findings we live with, and why.
ACCEPTED = {
    "pages.W001": "the calendar alone brings it; start-up and the doctor say it",
    "mail.E001": "every message leaves through the outbox of pages.notices; Django's own mail is off",
    "security.W005": "whether sub-domains speak HTTPS is not ours to promise",
    "security.W008": "the proxy in front redirects to HTTPS",
    "security.W021": "preloading is the operator's decision",
}


def production_like(var: Path) -> dict[str, str]:
    """The environment of a production, with everything it writes in `var`."""
    return os.environ | {
        "CM_VAR_DIR": str(var),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "CM_FIELD_KEYS": "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        "CM_HASH_KEY": secrets.token_urlsafe(32),
        "CM_SIGNING_KEY": "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        "PUBLIC_URL": "https://cm.example",
        "ALLOWED_HOSTS": "cm.example",
        "DATABASE_URL": f"sqlite:///{var / 'check.sqlite3'}",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "cm_suite.settings",
    }


def migrations(root: Path) -> list[str]:
    """The models have no change that no migration makes."""
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said, verbosity=1)
    except (SystemExit, CommandError) as missing:
        return [*said.getvalue().splitlines(), f"migrations are missing ({missing})"]
    return []


def deployment(root: Path) -> list[str]:
    """Django's own checks, those for deployment included."""
    found = checks.run_checks(include_deployment_checks=True)
    grave = [message for message in found if message.level >= checks.WARNING and message.id not in ACCEPTED]
    return [str(message) for message in grave]


CHECKS: Mapping[str, Callable[[Path], list[str]]] = {
    "templates": templates.compiled,
    "migrations": migrations,
    "deployment": deployment,
}


def main(name: str) -> int:
    """Print one check's findings. Returns 1 when there are any."""
    django.setup()
    found = CHECKS[name](boot.ROOT)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
