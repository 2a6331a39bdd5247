"""`manage.py rotate_keys`: everything encrypted comes under the first key of CM_FIELD_KEYS."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from cm_suite.core.crypto import CannotDecrypt, EncryptedTextField, rotate


class Command(BaseCommand):
    """Prints a line per table; afterwards the older keys open nothing any more and may go."""

    help = "Encrypt everything anew under the first key of CM_FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            if not any(isinstance(field, EncryptedTextField) for field in model._meta.concrete_fields):
                continue
            try:
                written = rotate(model)
            except CannotDecrypt as error:
                raise CommandError(
                    f"{model._meta.label}: a value is under a key that is not in CM_FIELD_KEYS. "
                    "Put that key back at the end of the list and run this again."
                ) from error
            self.stdout.write(f"{model._meta.label}: {written}")
