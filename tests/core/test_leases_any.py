"""Leases and keys over time: workers that come, die and come back; keys that are added, used and dropped."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection
from django.db.models import Q, QuerySet
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from pytest_django import Settings

from cm_suite.core.crypto import CannotDecrypt, decrypt, encrypt, rotate
from cm_suite.core.leases import RELEASED, claim, expired, held, renew
from cm_suite.core.states import move
from tests.core.parcels import Parcel, Vault
from tests.machines import Undone, run

BEGAN = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


class Workers(Undone):
    """Parcels, and workers who each believe that some are theirs."""

    def __init__(self) -> None:
        super().__init__(BEGAN)
        self.mine: list[Parcel] = []  # what workers hold in memory, rightly or not
        self.owner: dict[int, uuid.UUID] = {}  # whose each parcel is, rightly
        self.late: set[int] = set()
        self.sent: dict[int, int] = {}

    @initialize(limit=st.integers(1, 3))
    def begins(self, limit: int) -> None:
        for _each in range(3):
            self.a_parcel_comes()
        self.a_worker_claims(limit)

    @rule()
    def a_parcel_comes(self) -> None:
        Parcel.objects.create()

    @rule(limit=st.integers(1, 3))
    def a_worker_claims(self, limit: int) -> None:
        waiting = list(Parcel.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True))
        taken = claim(Parcel.objects.order_by("pk"), from_="waiting", to="taken", seconds=60, limit=limit)
        assert [row.pk for row in taken] == waiting[:limit]
        for row in taken:
            assert row.lease_token is not None
            self.owner[row.pk] = row.lease_token
            self.late.discard(row.pk)
            self.mine.append(row)

    def _rightly(self, row: Parcel) -> bool:
        return self.owner.get(row.pk) == row.lease_token and row.pk not in self.late

    @precondition(lambda self: self.mine)
    @rule(data=st.data())
    def a_worker_asks_for_more_time(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self.mine))
        assert held(row) is self._rightly(row)
        assert renew(row, 60) is self._rightly(row)

    @precondition(lambda self: self.mine)
    @rule(data=st.data())
    def a_worker_finishes(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self.mine))
        token = row.lease_token
        done = move(row, "taken", "sent", where=Q(lease_token=token), **RELEASED)
        assert done is (self.owner.get(row.pk) == token)
        if done:
            self.mine = [each for each in self.mine if each is not row]
            self.sent[row.pk] = self.sent.get(row.pk, 0) + 1
            del self.owner[row.pk]
            self.late.discard(row.pk)

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def a_worker_is_too_slow(self, data: st.DataObject) -> None:
        pk = data.draw(st.sampled_from(sorted(self.owner)))
        Parcel.objects.filter(pk=pk).update(lease_until=LONG_AGO)
        self.late.add(pk)

    @rule()
    def the_sweeper_gives_back_what_is_late(self) -> None:
        lost: QuerySet[Parcel] = expired(Parcel.objects.filter(state="taken"))
        assert set(lost.values_list("pk", flat=True)) == self.late
        for row in lost:
            assert move(row, "taken", "waiting", **RELEASED)
            del self.owner[row.pk]
        self.late.clear()

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def a_worker_dies_and_another_takes_over(self, data: st.DataObject) -> None:
        self.a_worker_is_too_slow(data)
        self.the_sweeper_gives_back_what_is_late()
        self.a_worker_claims(3)

    @invariant()
    def each_parcel_has_one_owner_and_is_sent_once(self) -> None:
        tokens = Parcel.objects.filter(state="taken").values_list("pk", "lease_token")
        assert dict(tokens) == self.owner
        assert Parcel.objects.exclude(state="taken").filter(lease_token__isnull=False).count() == 0
        assert set(self.sent.values()) <= {1}
        assert Parcel.objects.filter(state="sent").count() == len(self.sent)


@pytest.mark.usefixtures("tables")
def test_whatever_workers_do_a_parcel_is_sent_once() -> None:
    run(Workers, examples=30, steps=20)


class Keys(Undone):
    """Secrets in two columns while keys come and go."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(BEGAN)
        self.settings = settings
        self.keys = [Fernet.generate_key().decode()]
        self.secrets: dict[int, tuple[str, str | None]] = {}
        self.rotated = True
        self._use()

    def _use(self) -> None:
        self.settings.CM_FIELD_KEYS = list(self.keys)

    @rule(token=WORDS, spare=st.none() | WORDS)
    def a_secret_is_kept(self, token: str, spare: str | None) -> None:
        row = Vault.objects.create(token=token, spare=spare)
        self.secrets[row.pk] = (token, spare)

    @precondition(lambda self: self.secrets)
    @rule(data=st.data(), token=WORDS)
    def a_secret_changes(self, data: st.DataObject, token: str) -> None:
        pk = data.draw(st.sampled_from(sorted(self.secrets)))
        Vault.objects.filter(pk=pk).update(token=token)
        self.secrets[pk] = (token, self.secrets[pk][1])

    @rule()
    def a_new_key_comes_first(self) -> None:
        self.keys.insert(0, Fernet.generate_key().decode())
        self.rotated = not self.secrets
        self._use()

    @rule()
    def everything_is_brought_under_the_first_key(self) -> None:
        values = sum(1 + (spare is not None) for _token, spare in self.secrets.values())
        assert rotate(Vault) == values
        self.rotated = True

    @precondition(lambda self: self.rotated and len(self.keys) > 1)
    @rule()
    def old_keys_are_dropped(self) -> None:
        del self.keys[1:]
        self._use()

    @invariant()
    def every_secret_is_read_and_none_is_stored_in_clear(self) -> None:
        rows = {row.pk: (row.token, row.spare) for row in Vault.objects.all()}
        assert rows == self.secrets
        with connection.cursor() as cursor:
            cursor.execute("SELECT token FROM core_tests_vault")
            stored = [row[0] for row in cursor.fetchall()]
        assert all(each.startswith("gAAAA") for each in stored)
        assert len(set(stored)) == len(stored)


@pytest.mark.usefixtures("tables")
def test_whatever_becomes_of_keys_no_secret_is_lost(settings: Settings) -> None:
    run(lambda: Keys(settings), examples=15, steps=15)


def test_a_key_dropped_too_early_is_an_error_and_the_key_brings_it_back(settings: Settings) -> None:
    first, second = (Fernet.generate_key().decode() for _each in range(2))
    settings.CM_FIELD_KEYS = [first]
    token = encrypt("s3cr3t")
    settings.CM_FIELD_KEYS = [second]
    with pytest.raises(CannotDecrypt):
        decrypt(token)
    settings.CM_FIELD_KEYS = [second, first]
    assert decrypt(token) == "s3cr3t"


@pytest.mark.parametrize("place", [0, 10, 40, 90])
def test_a_value_changed_or_cut_in_the_database_is_not_opened(place: int) -> None:
    token = encrypt("s3cr3t")
    other = "A" if token[place] != "A" else "B"
    for changed in (token[:place] + other + token[place + 1 :], token[:place]):
        with pytest.raises(CannotDecrypt):
            decrypt(changed)


def test_an_old_value_is_read_however_old() -> None:
    token = encrypt("s3cr3t")
    with time_machine.travel(BEGAN + timedelta(days=365 * 50), tick=False):
        assert decrypt(token) == "s3cr3t"
