"""Rows of any model of the back office, made from its fields: a model that arrives later needs no factory."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from django.db.models import (
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
)

from cm_suite.core import clock, ledger
from cm_suite.core.models import LedgerEntry
from pages.models import Brand, Membership, Person

COUNTER = itertools.count(1000)
DAYS = (clock.now().date() - timedelta(days=n) for n in itertools.count(1))  # a row a day may be unique


def make_row(model: type[Model], brand: Brand, person: Person, **given: Any) -> Model:
    """One row of the model that belongs to the brand. Free texts say "secret of <brand>"."""
    if model is LedgerEntry:
        return ledger.append(
            brand.pk, "person.left", actor_id=person.pk, subject_kind="person", subject_id=person.pk
        )
    if model is Brand:
        return brand
    if model is Person:
        return person
    if model is Membership:
        return Membership.objects.get(person=person, brand=brand)
    values = {
        field.name: _value(field, brand, person)
        for field in model._meta.concrete_fields
        if field.name not in given and _must_be_given(field)
    }
    return model._default_manager.create(**values, **given)


def _must_be_given(field: Field[Any, Any]) -> bool:
    if field.primary_key or field.has_default() or getattr(field, "auto_now", False):
        return False
    if getattr(field, "auto_now_add", False):
        return False
    return not field.null or field.name in {"page", "brand"}


def _value(field: Field[Any, Any], brand: Brand, person: Person) -> Any:
    if isinstance(field, ForeignKey):
        return make_row(field.remote_field.model, brand, person)
    if field.choices:
        return next(iter(field.flatchoices))[0]
    if isinstance(field, DateTimeField):
        return clock.now()
    if isinstance(field, DateField):
        return next(DAYS)
    if isinstance(field, BooleanField):
        return False
    if isinstance(field, IntegerField):
        return next(COUNTER)
    if isinstance(field, BinaryField):
        return b"secret"
    text = f"secret of {brand.slug} {next(COUNTER)}"
    return text[-field.max_length :] if field.max_length else text
