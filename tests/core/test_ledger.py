"""The ledger: what it keeps, what the database refuses, and which break it names."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from cm_suite.core import triggers
from cm_suite.core.crypto import keyed_hash
from cm_suite.core.ledger import GENESIS, Break, BreakReason, Head, append, head, verify
from cm_suite.core.models import LedgerEntry, LedgerHead
from tests.ledger_triggers import every_flush_allowed, ledger_can_be_flushed

BRAND, OTHER = 41, 42


def add(brand_id: int = BRAND, count: int = 1) -> list[LedgerEntry]:
    return [
        append(
            brand_id, "post.sent", actor_id=None, subject_kind="delivery", subject_id=number, content="words"
        )
        for number in range(1, count + 1)
    ]


def tamper(sql: str, *values: Any) -> None:
    """Do to the table what somebody with the database's password could do."""
    with ledger_can_be_flushed(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str) -> None:
    """Run a statement that the ledger's triggers must refuse."""
    with connection.cursor() as cursor, transaction.atomic():
        with pytest.raises(DatabaseError, match=triggers.MESSAGE):
            cursor.execute(sql)
        transaction.set_rollback(True)


@pytest.mark.django_db
class TestChain:
    def test_an_empty_chain_holds(self) -> None:
        assert (head(BRAND), verify(BRAND)) == (Head(0, GENESIS), None)

    def test_entries_follow_each_other(self) -> None:
        first, second = add(count=2)
        assert (first.seq, first.prev_hash) == (1, GENESIS)
        assert (second.seq, second.prev_hash) == (2, first.hash)
        assert head(BRAND) == (2, second.hash)
        assert verify(BRAND) is None

    def test_words_are_kept_as_a_keyed_hash_only(self) -> None:
        (entry,) = add()
        entry.refresh_from_db()
        assert entry.content_hash == keyed_hash("words")
        assert append(BRAND, "k", actor_id=1, subject_kind="s", subject_id=1).content_hash == ""
        assert "words" not in str(list(LedgerEntry.objects.values()))

    def test_each_brand_has_its_own_chain(self) -> None:
        add(BRAND, 2)
        add(OTHER, 1)
        assert (head(BRAND).count, head(OTHER).count) == (2, 1)
        tamper("UPDATE core_ledgerentry SET kind = 'x' WHERE brand_id = %s", OTHER)
        assert (verify(BRAND), verify(OTHER)) == (None, Break(1, BreakReason.EDITED))

    def test_what_the_callers_transaction_undoes_leaves_no_gap(self) -> None:
        add()
        with transaction.atomic():
            add()
            transaction.set_rollback(True)
        add()
        assert (head(BRAND).count, verify(BRAND)) == (2, None)


@pytest.mark.django_db
class TestBreaks:
    @pytest.mark.parametrize(
        "change",
        [
            "kind = 'other'",
            "actor_id = 7",
            "subject_kind = 'post'",
            "subject_id = 99",
            "content_hash = ''",
            "prev_hash = 'x'",
            "hash = 'x'",
            "at = '2001-01-01 00:00:00+00:00'",
        ],
    )
    def test_an_edited_line_is_named(self, change: str) -> None:
        add(count=3)
        tamper(f"UPDATE core_ledgerentry SET {change} WHERE seq = 2")  # noqa: S608  # written above
        assert verify(BRAND) == Break(2, BreakReason.EDITED)

    def test_a_missing_line_is_named(self) -> None:
        add(count=4)
        tamper("DELETE FROM core_ledgerentry WHERE seq IN (2, 3)")
        assert verify(BRAND) == Break(2, BreakReason.MISSING)

    def test_a_missing_first_line_is_named(self) -> None:
        add(count=2)
        tamper("DELETE FROM core_ledgerentry WHERE seq = 1")
        assert verify(BRAND) == Break(1, BreakReason.MISSING)

    def test_a_cut_end_shows(self) -> None:
        add(count=3)
        tamper("DELETE FROM core_ledgerentry WHERE seq = 3")
        assert verify(BRAND) == Break(3, BreakReason.CUT)

    def test_an_end_cut_together_with_the_head_shows_against_a_printed_head(self) -> None:
        entries = add(count=3)
        printed = head(BRAND)
        tamper("DELETE FROM core_ledgerentry WHERE seq = 3")
        LedgerHead.objects.update(count=2, hash=entries[1].hash)
        assert verify(BRAND) is None
        assert verify(BRAND, printed) == Break(3, BreakReason.CUT)

    def test_a_chain_written_anew_shows_against_a_printed_head(self) -> None:
        add(count=2)
        printed = head(BRAND)
        tamper("DELETE FROM core_ledgerentry")
        LedgerHead.objects.all().delete()
        append(BRAND, "invented", actor_id=1, subject_kind="x", subject_id=1)
        add(count=2)
        assert verify(BRAND) is None
        assert verify(BRAND, printed) == Break(2, BreakReason.HEAD)

    def test_an_older_printed_head_lies_on_the_chain(self) -> None:
        add(count=2)
        printed = head(BRAND)
        add(count=2)
        assert verify(BRAND, printed) is None

    def test_a_line_added_behind_the_head_shows(self) -> None:
        add(count=2)
        entry = LedgerEntry.objects.get(seq=2)
        entry.pk, entry.seq = None, 3
        entry.save(force_insert=True)
        assert verify(BRAND) == Break(3, BreakReason.ADDED)

    def test_a_head_that_was_changed_or_lost_shows(self) -> None:
        add(count=2)
        LedgerHead.objects.update(hash="x")
        assert verify(BRAND) == Break(2, BreakReason.HEAD)
        LedgerHead.objects.all().delete()
        assert verify(BRAND) == Break(1, BreakReason.ADDED)


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE core_ledgerentry SET kind = 'x'",
            "UPDATE core_ledgerentry SET kind = kind WHERE seq = 2",
            "DELETE FROM core_ledgerentry",
            "DELETE FROM core_ledgerentry WHERE seq = 2",
        ],
    )
    def test_change_and_removal(self, sql: str) -> None:
        add(count=2)
        refused(sql)
        assert (LedgerEntry.objects.count(), verify(BRAND)) == (2, None)

    def test_change_and_removal_through_the_models(self) -> None:
        (entry,) = add()
        entry.kind = "x"
        for act in (entry.save, entry.delete, LedgerEntry.objects.all().delete):
            with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
                act()
        assert verify(BRAND) is None

    def test_replacing(self) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("only SQLite has INSERT OR REPLACE")
        add(count=2)
        copy = "INSERT OR REPLACE INTO core_ledgerentry SELECT {} FROM core_ledgerentry WHERE seq = 1"
        columns = [str(field.column) for field in LedgerEntry._meta.concrete_fields]
        for shown in (", ".join(columns), ", ".join(["99", *columns[1:]])):
            refused(copy.format(shown))
        assert verify(BRAND) is None

    def test_truncating(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("only PostgreSQL has TRUNCATE")
        add()
        for sql in ("TRUNCATE core_ledgerentry", "TRUNCATE core_ledgerentry, core_ledgerhead CASCADE"):
            refused(sql)
        assert verify(BRAND) is None

    def test_the_same_place_twice(self) -> None:
        (entry,) = add()
        entry.pk = None
        with pytest.raises(DatabaseError), transaction.atomic():
            entry.save(force_insert=True)
        assert LedgerEntry.objects.count() == 1

    def test_the_triggers_come_back_after_a_flush(self) -> None:
        add()
        with ledger_can_be_flushed():
            LedgerEntry.objects.all().delete()
        add(OTHER)
        with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
            LedgerEntry.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_and_forth() -> None:
    add()
    MigrationExecutor(connection).migrate([("core", "0001_initial")])
    assert LedgerEntry.objects.all().delete()[0] == 1
    MigrationExecutor(connection).migrate([("core", "0002_ledger_triggers")])
    LedgerHead.objects.all().delete()
    add()
    with pytest.raises(DatabaseError, match=triggers.MESSAGE):
        LedgerEntry.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_flush_passes_where_it_is_allowed() -> None:
    add()
    with every_flush_allowed():
        pass
    assert verify(BRAND) is None


@pytest.mark.usefixtures("racing")
def test_writers_at_the_same_time_make_one_chain() -> None:
    threads = [threading.Thread(target=_write_five) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (head(BRAND).count, verify(BRAND)) == (20, None)


def _write_five() -> None:
    try:
        add(count=5)
    finally:
        connections.close_all()


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        triggers._create("oracle")
