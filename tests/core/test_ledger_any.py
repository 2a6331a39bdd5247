"""The ledger against anybody with the database's password: whatever one thing is changed is named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from cm_suite.core import triggers
from cm_suite.core.ledger import GENESIS, Break, BreakReason, Head, _hash_of, append, head, verify
from cm_suite.core.models import LedgerEntry, LedgerHead
from tests.ledger_triggers import ledger_can_be_flushed
from tests.machines import Undone, run

BRAND, OTHER = 41, 42
BEGAN: Final = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)
HEX: Final = st.text("0123456789abcdef", min_size=64, max_size=64)
WORDS: Final = st.text("abcxyz._é", min_size=1, max_size=20)
NUMBERS: Final = st.integers(1, 2**62)
FIELDS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "at": st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    "kind": WORDS,
    "actor_id": st.none() | NUMBERS,
    "subject_kind": WORDS,
    "subject_id": NUMBERS,
    "content_hash": st.just("") | HEX,
    "prev_hash": HEX,
    "hash": HEX,
}
MANY: Final = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def chain(length: int, brand_id: int = BRAND) -> Iterator[list[LedgerEntry]]:
    """A chain of this length without its triggers; all of it is undone."""
    with ledger_can_be_flushed(), transaction.atomic():
        yield [
            append(
                brand_id,
                "post.sent",
                actor_id=number % 2 or None,
                subject_kind="delivery",
                subject_id=number,
                content=f"words {number}" if number % 3 else "",
            )
            for number in range(1, length + 1)
        ]
        transaction.set_rollback(True)


def change(entry: LedgerEntry, **values: Any) -> None:
    """Write into the table what no trigger holds back."""
    LedgerEntry.objects.filter(pk=entry.pk).update(**values)


@pytest.mark.django_db
class TestAnyChange:
    @MANY
    @given(st.integers(1, 6), st.data())
    def test_any_one_field_of_any_line(self, length: int, data: st.DataObject) -> None:
        with chain(length) as entries:
            entry = data.draw(st.sampled_from(entries))
            field = data.draw(st.sampled_from(sorted(FIELDS)))
            value = data.draw(FIELDS[field].filter(lambda each: each != getattr(entry, field)))
            change(entry, **{field: value})
            assert verify(BRAND) == Break(entry.seq, BreakReason.EDITED)
            change(entry, **{field: getattr(entry, field)})
            assert verify(BRAND) is None

    @MANY
    @given(st.integers(1, 6), st.data())
    def test_a_line_written_anew_with_its_hash_shows_at_the_next(
        self, length: int, data: st.DataObject
    ) -> None:
        with chain(length) as entries:
            entry = data.draw(st.sampled_from(entries))
            entry.subject_id += 1
            change(entry, subject_id=entry.subject_id, hash=_hash_of(entry))
            last = entry.seq == length
            found = Break(length, BreakReason.HEAD) if last else Break(entry.seq + 1, BreakReason.EDITED)
            assert verify(BRAND) == found

    @MANY
    @given(st.integers(1, 6), st.data())
    def test_any_line_that_is_taken_away_or_given_to_another_brand(
        self, length: int, data: st.DataObject
    ) -> None:
        with chain(length) as entries:
            entry = data.draw(st.sampled_from(entries))
            if data.draw(st.booleans()):
                LedgerEntry.objects.filter(pk=entry.pk).delete()
            else:
                change(entry, brand_id=OTHER)
                assert verify(OTHER) == Break(1, BreakReason.ADDED)
            reason = BreakReason.CUT if entry.seq == length else BreakReason.MISSING
            assert verify(BRAND) == Break(entry.seq, reason)

    @MANY
    @given(st.integers(2, 6), st.data())
    def test_any_two_lines_that_change_places(self, length: int, data: st.DataObject) -> None:
        with chain(length) as entries:
            one, other = data.draw(
                st.lists(st.sampled_from(entries), min_size=2, max_size=2, unique_by=lambda each: each.seq)
            )
            change(one, seq=length + 9)
            change(other, seq=one.seq)
            change(one, seq=other.seq)
            assert verify(BRAND) == Break(min(one.seq, other.seq), BreakReason.EDITED)

    @MANY
    @given(st.integers(1, 6), st.integers(0, 9), HEX)
    def test_any_other_head(self, length: int, count: int, hashed: str) -> None:
        with chain(length) as entries:
            true = Head(length, entries[-1].hash)
            assert head(BRAND) == true
            LedgerHead.objects.update(count=count, hash=hashed)
            found = verify(BRAND)
            assert found is not None
            assert found.reason in {BreakReason.CUT, BreakReason.HEAD, BreakReason.ADDED}
            LedgerHead.objects.update(count=true.count, hash=true.hash)
            assert verify(BRAND, true) is None

    @MANY
    @given(st.integers(1, 5), st.integers(1, 5), HEX)
    def test_a_printed_head_holds_when_and_only_when_it_lies_on_the_chain(
        self, length: int, printed: int, hashed: str
    ) -> None:
        with chain(length) as entries:
            if printed <= length:
                assert verify(BRAND, Head(printed, entries[printed - 1].hash)) is None
                assert verify(BRAND, Head(printed, hashed)) == Break(printed, BreakReason.HEAD)
            else:
                assert verify(BRAND, Head(printed, hashed)) == Break(length + 1, BreakReason.CUT)
            assert verify(BRAND, Head(0, GENESIS)) is None

    def test_whole_chains_of_two_brands_exchanged(self) -> None:
        with chain(3), chain(3, OTHER):
            for brand_id, place in ((BRAND, 0), (OTHER, BRAND), (0, OTHER)):
                LedgerEntry.objects.filter(brand_id=brand_id).update(brand_id=place)
            assert verify(BRAND) == Break(1, BreakReason.EDITED)
            assert verify(OTHER) == Break(1, BreakReason.EDITED)


class Ledger(Undone):
    """Two brands write, some transactions fail, some want to change the past."""

    def __init__(self) -> None:
        super().__init__(BEGAN)
        self.kinds: dict[int, list[str]] = {BRAND: [], OTHER: []}
        self.printed: list[tuple[int, Head]] = []

    @rule(
        brand_id=st.sampled_from([BRAND, OTHER]), kind=WORDS, actor=st.none() | NUMBERS, undone=st.booleans()
    )
    def writes(self, brand_id: int, kind: str, actor: int | None, undone: bool) -> None:
        self.pass_time(timedelta(seconds=1))
        with transaction.atomic():
            entry = append(brand_id, kind, actor_id=actor, subject_kind="post", subject_id=7)
            assert (entry.seq, entry.at) == (len(self.kinds[brand_id]) + 1, self.now)
            transaction.set_rollback(undone)
        if not undone:
            self.kinds[brand_id].append(kind)

    @rule(brand_id=st.sampled_from([BRAND, OTHER]))
    def prints(self, brand_id: int) -> None:
        self.printed.append((brand_id, head(brand_id)))

    @precondition(lambda self: any(self.kinds.values()))
    @rule(act=st.sampled_from(["update", "delete"]))
    def wants_to_change_the_past(self, act: str) -> None:
        rows = LedgerEntry.objects.all()
        acts: dict[str, Callable[[], Any]] = {"update": lambda: rows.update(kind="x"), "delete": rows.delete}
        with pytest.raises(Exception, match=triggers.MESSAGE), transaction.atomic():
            acts[act]()

    @invariant()
    def every_chain_holds_and_says_what_was_written(self) -> None:
        for brand_id, kinds in self.kinds.items():
            rows = LedgerEntry.objects.filter(brand_id=brand_id).order_by("seq")
            assert list(rows.values_list("seq", "kind")) == list(enumerate(kinds, start=1))
            assert (verify(brand_id), head(brand_id).count) == (None, len(kinds))

    @invariant()
    def every_head_that_was_printed_still_lies_on_its_chain(self) -> None:
        for brand_id, printed in self.printed:
            assert verify(brand_id, printed) is None


@pytest.mark.django_db
def test_whatever_is_written_and_undone_the_chains_hold() -> None:
    run(Ledger, examples=8, steps=12)


@pytest.mark.usefixtures("racing")
def test_writers_of_two_brands_some_of_whom_change_their_mind() -> None:
    def work(number: int) -> None:
        try:
            for turn in range(6):
                brand_id = BRAND if (number + turn) % 2 else OTHER
                with transaction.atomic():
                    append(brand_id, f"writer {number}", actor_id=number, subject_kind="p", subject_id=turn)
                    transaction.set_rollback(turn % 3 == 2)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (verify(BRAND), verify(OTHER)) == (None, None)
    written = LedgerEntry.objects.values_list("kind", flat=True)
    assert sorted(written) == sorted(f"writer {number}" for number in range(4) for _turn in range(4))
    assert head(BRAND).count + head(OTHER).count == 16


def test_entries_and_heads_say_what_they_are() -> None:
    assert str(LedgerEntry(brand_id=41, seq=3, kind="post.sent")) == "41#3"
    assert str(LedgerHead(brand_id=41, count=3)) == "41: 3"
