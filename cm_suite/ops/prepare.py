"""Bring the installation's data up to date before it starts: words, static files, tables, demo."""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.utils.translation.reloader import translation_file_changed

from cm_suite.ops.translations import compile_stale

NO_DEMO = "--no-demo"


def compile_words() -> None:
    """Compile the words. A catalogue that Django has read before is read anew: the demo is seeded in this
    process, and its mails speak with these words.
    """
    for folder in settings.LOCALE_PATHS:
        for written in compile_stale(Path(folder)):
            translation_file_changed(sender=None, file_path=written)


def collect(stamp: Path) -> None:
    """Collect the static files when one of them, or the way they are stored, has changed."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and Path(settings.STATIC_ROOT).is_dir():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())


def seed(var: Path) -> None:
    """Seed the demo agency on an empty database. A seeding that was cut short is taken up again."""
    unfinished = var / "demo-unfinished"
    table = apps.get_model(settings.AUTH_USER_MODEL)
    if table.objects.exists() and not unfinished.exists():
        return
    sys.stderr.write("Seeding the demo agency\n")
    unfinished.touch()
    call_command("seed_demo", verbosity=0)
    unfinished.unlink()


def main(argv: list[str]) -> int:
    """Run as a process of its own by `./cm run`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cm_suite.settings")
    django.setup()
    bring_up_to_date(demo=NO_DEMO not in argv)
    connection.close()
    return 0


def bring_up_to_date(*, demo: bool) -> None:
    """Compile the words, collect the static files, migrate; safe to run again at any time."""
    compile_words()
    collect(settings.VAR_DIR / "static.stamp")
    call_command("migrate", interactive=False, verbosity=0)
    if demo:
        seed(settings.VAR_DIR)
        if settings.CM_DEMO_WEB:
            call_command("demo_web", port=settings.CM_DEMO_WEB, settle=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
