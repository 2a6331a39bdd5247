"""Moves of a state machine, decided by the database."""

from __future__ import annotations

import pytest
from django.db.models import F, Q

from cm_suite.core.states import IllegalMove, move
from tests.core.parcels import Parcel

pytestmark = pytest.mark.usefixtures("tables")


def test_a_move_writes_the_state_and_the_fields_together() -> None:
    row, other = Parcel.objects.create(), Parcel.objects.create()
    assert move(row, "waiting", "taken", note="mine") is True
    assert (row.state, row.note) == ("taken", "mine")
    row.refresh_from_db()
    assert (row.state, row.note) == ("taken", "mine")
    other.refresh_from_db()
    assert (other.state, other.note) == ("waiting", "")


def test_a_row_that_somebody_moved_first_stays_theirs() -> None:
    row = Parcel.objects.create()
    same = Parcel.objects.get(pk=row.pk)
    assert move(same, "waiting", "taken", note="theirs") is True
    assert move(row, "waiting", "taken", note="mine") is False
    assert (row.state, row.note) == ("waiting", "")
    row.refresh_from_db()
    assert row.note == "theirs"


def test_several_starting_states_are_allowed() -> None:
    row = Parcel.objects.create(state="held")
    assert move(row, {"waiting", "held"}, "taken") is True
    assert move(row, ["taken"], "sent") is True


def test_a_further_condition_guards_the_same_update() -> None:
    row = Parcel.objects.create(tries=3)
    assert move(row, "waiting", "taken", where=Q(tries__lt=3)) is False
    assert move(row, "waiting", "taken", where=Q(tries=3)) is True


def test_what_the_database_computes_is_read_back() -> None:
    row = Parcel.objects.create(tries=3)
    Parcel.objects.filter(pk=row.pk).update(tries=10)
    assert move(row, "waiting", "taken", tries=F("tries") + 1) is True
    assert row.tries == 11


def test_an_illegal_move_is_an_error_and_writes_nothing() -> None:
    row = Parcel.objects.create()
    for from_, to in [("waiting", "sent"), ("sent", "waiting"), ("nowhere", "taken")]:
        with pytest.raises(IllegalMove):
            move(row, from_, to)
    with pytest.raises(IllegalMove):
        move(row, ["taken", "waiting"], "sent")
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_deleted_row_does_not_move() -> None:
    row = Parcel.objects.create()
    Parcel.objects.all().delete()
    assert move(row, "waiting", "taken") is False
    assert Parcel.objects.count() == 0
