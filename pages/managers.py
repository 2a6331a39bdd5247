"""Managers of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager

if TYPE_CHECKING:
    from pages.models import Person


class PersonManager(BaseUserManager["Person"]):
    """Creates people by e-mail."""

    def create_user(
        self, email: str, name: str, password: str | None = None, *, language: str = "fr"
    ) -> Person:
        """Create somebody who can sign in; the e-mail is compared in lower case everywhere."""
        person = self.model(email=email.strip().lower(), name=name, language=language)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, name: str, password: str | None = None) -> Person:
        """Create somebody who runs the installation."""
        person = self.create_user(email, name, password)
        person.is_superuser = True
        person.save(using=self._db, update_fields=["is_superuser"])
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        """Find by e-mail, whatever the case."""
        return self.get(email=(username or "").strip().lower())
