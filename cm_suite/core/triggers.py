"""Triggers that make the ledger's table append-only in the database itself, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE: Final = "core_ledgerentry"
MESSAGE: Final = "the ledger is append-only"

# INSERT OR REPLACE removes a row without firing its DELETE trigger: the third one closes that door.
_SQLITE: Final = {
    "ledger_no_update": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    "ledger_no_delete": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    "ledger_no_replace": (
        f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id"  # noqa: S608  # constants
        f" OR (brand_id = NEW.brand_id AND seq = NEW.seq)) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    ),
}
_POSTGRES_FUNCTION: Final = (
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)
_POSTGRES: Final = {
    "ledger_no_change": (f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"),
    "ledger_no_truncate": (f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that are not there yet. Raises NotImplementedError on any other engine."""
    with connection.cursor() as cursor:
        for statement in _create(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers if they are there."""
    with connection.cursor() as cursor:
        for statement in _drop(connection.vendor):
            cursor.execute(statement)


def _create(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"CREATE TRIGGER IF NOT EXISTS {name} {body}" for name, body in _SQLITE.items()]
    if vendor == "postgresql":
        return [
            _POSTGRES_FUNCTION,
            *(f"CREATE OR REPLACE TRIGGER {name} {body}" for name, body in _POSTGRES.items()),
        ]
    raise NotImplementedError(vendor)


def _drop(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    return [
        *(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in _POSTGRES),
        "DROP FUNCTION IF EXISTS ledger_refuse()",
    ]
