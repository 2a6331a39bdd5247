"""Leases: one holder a row, by the database's clock."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.db.models import QuerySet

from cm_suite.core.leases import RELEASED, claim, expired, held, renew
from cm_suite.core.states import IllegalMove, move
from tests.core.parcels import Parcel

THREADS = 6


def waiting() -> QuerySet[Parcel]:
    return Parcel.objects.order_by("pk")


def take(seconds: float = 60, limit: int = 10) -> list[Parcel]:
    return claim(waiting(), from_="waiting", to="taken", seconds=seconds, limit=limit)


def until(row: Parcel) -> datetime:
    row.refresh_from_db()
    assert row.lease_until is not None
    return row.lease_until


@pytest.mark.usefixtures("tables")
class TestOneHolder:
    def test_a_claim_moves_and_leases(self) -> None:
        row = Parcel.objects.create()
        before = datetime.now(UTC)
        (mine,) = take(seconds=60)
        after = datetime.now(UTC)
        assert (mine.pk, mine.state) == (row.pk, "taken")
        assert mine.lease_token is not None
        slack = timedelta(milliseconds=5)
        assert before + timedelta(seconds=60) - slack <= until(mine) <= after + timedelta(seconds=60) + slack
        assert held(mine) is True

    def test_a_claimed_row_is_not_claimed_again(self) -> None:
        Parcel.objects.create()
        assert len(take()) == 1
        assert take() == []

    def test_the_limit_and_the_order_are_the_querysets(self) -> None:
        rows = [Parcel.objects.create(tries=number) for number in (3, 1, 2)]
        first = claim(Parcel.objects.order_by("tries"), from_="waiting", to="taken", seconds=9, limit=2)
        assert [row.tries for row in first] == [1, 2]
        rows[0].refresh_from_db()
        assert (rows[0].state, rows[0].lease_token, rows[0].lease_until) == ("waiting", None, None)

    def test_only_rows_of_the_queryset_in_the_right_state(self) -> None:
        soon = datetime.now(UTC) + timedelta(hours=1)
        Parcel.objects.create(due_at=soon)
        Parcel.objects.create(state="held")
        due = Parcel.objects.filter(due_at__lte=datetime.now(UTC))
        assert claim(due, from_="waiting", to="taken", seconds=9, limit=9) == []
        both = claim(Parcel.objects.all(), from_={"waiting", "held"}, to="taken", seconds=9, limit=9)
        assert len(both) == 2

    def test_an_illegal_claim_is_an_error(self) -> None:
        Parcel.objects.create()
        with pytest.raises(IllegalMove):
            claim(Parcel.objects.all(), from_="waiting", to="sent", seconds=9, limit=9)
        assert Parcel.objects.get().state == "waiting"

    def test_the_databases_clock_counts_not_ours(self) -> None:
        Parcel.objects.create()
        with time_machine.travel("2001-01-01", tick=False):
            (mine,) = take(seconds=60)
            assert until(mine).year > 2001
            assert held(mine) is True
            assert list(expired(Parcel.objects.all())) == []

    @pytest.mark.parametrize("shift", [timedelta(seconds=-1), timedelta(milliseconds=-20)])
    def test_a_lease_runs_out(self, shift: timedelta) -> None:
        Parcel.objects.create()
        (mine,) = take()
        Parcel.objects.update(lease_until=datetime.now(UTC) + shift)
        assert held(mine) is False
        assert renew(mine, 60) is False
        assert list(expired(Parcel.objects.all())) == [mine]

    @pytest.mark.parametrize("microsecond", [0, 1, 999_000, 999_999])
    def test_every_stored_form_of_an_instant_compares(self, microsecond: int) -> None:
        Parcel.objects.create()
        (mine,) = take()
        ahead = (datetime.now(UTC) + timedelta(seconds=5)).replace(microsecond=microsecond)
        behind = (datetime.now(UTC) - timedelta(seconds=5)).replace(microsecond=microsecond)
        Parcel.objects.update(lease_until=ahead)
        assert (held(mine), expired(Parcel.objects.all()).exists()) == (True, False)
        Parcel.objects.update(lease_until=behind)
        assert (held(mine), expired(Parcel.objects.all()).exists()) == (False, True)

    def test_a_lease_shorter_than_a_second_is_compared_finely(self) -> None:
        Parcel.objects.create()
        (mine,) = take(seconds=0.25)
        assert held(mine) is True
        assert timedelta(0) < until(mine) - datetime.now(UTC) < timedelta(seconds=0.3)

    def test_a_renewed_lease_lasts_from_now(self) -> None:
        Parcel.objects.create()
        (mine,) = take(seconds=5)
        assert renew(mine, 600) is True
        assert mine.lease_until == until(mine)
        assert until(mine) > datetime.now(UTC) + timedelta(seconds=590)

    def test_somebody_elses_lease_is_not_ours(self) -> None:
        Parcel.objects.create()
        (mine,) = take()
        Parcel.objects.update(state="waiting", **RELEASED)
        assert held(mine) is False
        (theirs,) = take()
        assert (held(mine), renew(mine, 60), held(theirs)) == (False, False, True)

    def test_a_released_row_is_neither_held_nor_expired(self) -> None:
        Parcel.objects.create()
        (mine,) = take()
        assert move(mine, "taken", "sent", **RELEASED) is True
        assert (mine.lease_token, mine.lease_until, held(mine)) == (None, None, False)
        assert list(expired(Parcel.objects.all())) == []


def at_once(work: Callable[[], Any]) -> list[Any]:
    """What `work` gave in each of several threads that start together."""
    barrier = threading.Barrier(THREADS)
    results: list[Any] = []

    def run() -> None:
        barrier.wait()
        try:
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _each in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("racing")
def test_claimers_at_the_same_time_never_share_a_row() -> None:
    total = 60
    Parcel.objects.bulk_create(Parcel() for _each in range(total))

    def work() -> list[int]:
        mine: list[int] = []
        while batch := take(limit=4):
            mine += [row.pk for row in batch]
        return mine

    found = Counter(pk for each in at_once(work) for pk in each)
    assert sorted(found) == sorted(Parcel.objects.values_list("pk", flat=True))
    assert set(found.values()) == {1}
    assert Parcel.objects.filter(state="taken", lease_token__isnull=False).count() == total


@pytest.mark.usefixtures("racing")
def test_movers_at_the_same_time_have_one_winner() -> None:
    row = Parcel.objects.create()
    found = at_once(lambda: move(Parcel.objects.get(pk=row.pk), ["waiting", "held"], "taken"))
    assert Counter(found) == {True: 1, False: THREADS - 1}


@pytest.mark.usefixtures("racing")
def test_a_single_row_goes_to_one_claimer() -> None:
    Parcel.objects.create()
    assert sorted(len(each) for each in at_once(lambda: take(limit=5))) == [0] * (THREADS - 1) + [1]


@pytest.mark.usefixtures("racing")
def test_a_row_that_another_transaction_works_on_is_left_alone() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite a claim waits for the other transaction instead")
    first, second = Parcel.objects.create(), Parcel.objects.create()
    with transaction.atomic():
        Parcel.objects.select_for_update().get(pk=first.pk)
        found = at_once(lambda: [row.pk for row in take(limit=1)])
    assert sorted(found) == [[]] * (THREADS - 1) + [[second.pk]]
    first.refresh_from_db()
    assert first.state == "waiting"
