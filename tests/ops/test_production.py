"""A production as the README sets it up: prepared with one command, then served."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cm_suite.ops import boot
from tests.ops.copies import environ

LOOK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
from pages.models import Person
client = Client(headers={"host": "cm.example", "x-forwarded-proto": "https"})
answer = client.get("/sign-in/")
page = answer.content.decode()
print(json.dumps({
    "storage": settings.STORAGES["staticfiles"]["BACKEND"].rpartition(".")[2],
    "status": answer.status_code,
    "language": answer.headers["Content-Language"],
    "people": Person.objects.count(),
    "hosts": settings.ALLOWED_HOSTS,
    "words": "Se connecter" in page,
    "sheet": client.get(page.split('rel="stylesheet" href="')[1].split('"')[0]).status_code,
}))
"""


def production(var: Path, **more: str) -> dict[str, str]:
    """The environment of an installation behind its HTTPS proxy."""
    return environ(
        CM_VAR_DIR=str(var),
        SECRET_KEY="s" * 60,
        CM_FIELD_KEYS="MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        CM_HASH_KEY="h" * 40,
        CM_SIGNING_KEY="MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        PUBLIC_URL="https://cm.example",
        BEHIND_PROXY="1",
        DJANGO_SETTINGS_MODULE="cm_suite.settings",
        **more,
    )


def ask(var: Path, *argv: str) -> str:
    done = subprocess.run(
        [sys.executable, *argv],
        cwd=boot.ROOT,
        env=production(var),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_one_command_then_the_first_page(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert ask(var, "manage.py", "prepare").splitlines()[-1].startswith("Ready.")
    assert json.loads(ask(var, "-c", LOOK)) == {
        "storage": "CompressedManifestStaticFilesStorage",
        "status": 200,
        "language": "fr",
        "people": 0,
        "hosts": ["localhost", "127.0.0.1", "[::1]", "cm.example"],
        "words": True,
        "sheet": 200,
    }
    ask(var, "manage.py", "prepare")
    assert (
        ask(var, "manage.py", "migrate", "--plan").splitlines()[-1].strip()
        == "No planned migration operations."
    )
