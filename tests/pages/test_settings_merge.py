"""Two people saving the same settings, in any combination: nobody's work is lost without a word."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from cm_suite.core.models import LedgerEntry
from pages.models import Brand, Charter, Person
from pages.services import charter
from pages.services.brand_settings import FIELDS, EditedMeanwhile, Saved, save_settings, values_of
from pages.services.charter import CharterChanged
from tests.people import Cast

Changes = dict[str, str]
WORDS = st.sampled_from(["", "One", "Two", "Three"])
FREE = ("tagline", "publisher", "publication_director", "postal_address", "host")
CHANGES = st.dictionaries(st.sampled_from(FREE), WORDS)
MANY = hypothesis(max_examples=40, deadline=None)


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens inside leaves no trace in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def stored(brand: Brand) -> Changes:
    return values_of(Brand.objects.get(pk=brand.pk))


@pytest.fixture
def rounds(cast: Cast) -> Callable[..., tuple[Saved | EditedMeanwhile, Changes]]:
    """They save, then I do, from the same screen; what came of my save, and what stands."""

    def play(theirs: Changes, mine: Changes) -> tuple[Saved | EditedMeanwhile, Changes]:
        seen = values_of(cast.brand)
        with taken_back():
            save_settings(cast.brand, seen | theirs, seen, cast.ada)
            before = LedgerEntry.objects.count()
            try:
                result: Saved | EditedMeanwhile = save_settings(cast.brand, seen | mine, seen, cast.alice)
            except EditedMeanwhile as edited:
                result = edited
            written = LedgerEntry.objects.count() - before
            assert written == int(isinstance(result, Saved) and result.changed != ())
            return result, stored(cast.brand)

    return play


def test_each_field_is_merged_by_itself_or_nothing_is_saved(
    cast: Cast, rounds: Callable[..., tuple[Saved | EditedMeanwhile, Changes]]
) -> None:
    @MANY
    @given(theirs=CHANGES, mine=CHANGES)
    def check(theirs: Changes, mine: Changes) -> None:
        seen = values_of(cast.brand)
        theirs = {name: value for name, value in theirs.items() if value != seen[name]}
        mine = {name: value for name, value in mine.items() if value != seen[name]}
        result, stands = rounds(theirs, mine)
        disputed = [name for name in FIELDS if name in theirs and name in mine and theirs[name] != mine[name]]
        if disputed:
            assert isinstance(result, EditedMeanwhile)
            assert [(each.field, each.theirs, each.mine) for each in result.clashes] == [
                (name, theirs[name], mine[name]) for name in disputed
            ]
            assert stands == seen | theirs == dict(result.current)
        else:
            assert isinstance(result, Saved)
            assert stands == seen | theirs | mine
            assert set(result.changed) == {name for name in mine if name not in theirs}
            assert set(result.kept) == {name for name in theirs if name not in mine}

    check()


def test_who_comes_first_makes_no_difference_to_what_stands(
    cast: Cast, rounds: Callable[..., tuple[Saved | EditedMeanwhile, Changes]]
) -> None:
    @MANY
    @given(one=CHANGES, other=CHANGES)
    def check(one: Changes, other: Changes) -> None:
        forth, back = rounds(one, other), rounds(other, one)
        assert isinstance(forth[0], Saved) == isinstance(back[0], Saved)
        if isinstance(forth[0], Saved):
            assert forth[1] == back[1]

    check()


def test_saving_again_after_a_dispute_undoes_nothing_one_never_touched(
    cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    """The form that comes back shows what stands in the fields left alone, and what was typed elsewhere."""
    client, path = signed_in(cast.alice), "/b/maison-lumen/settings/"

    @hypothesis(max_examples=15, deadline=None)
    @given(theirs=CHANGES, mine=CHANGES)
    def check(theirs: Changes, mine: Changes) -> None:
        seen = values_of(cast.brand)
        mine = {name: value for name, value in mine.items() if value != seen[name]}
        form = {"form": "brand", "seen": json.dumps(seen), **seen, **mine}
        with taken_back():
            save_settings(cast.brand, seen | theirs, seen, cast.ada)
            response = client.post(path, form)
            if response.status_code == 409:
                shown = response.context["form"]
                again = {"form": "brand", **{name: shown[name].value() for name in ("seen", *FIELDS)}}
                assert client.post(path, again).status_code == 302
            assert stored(cast.brand) == seen | theirs | mine

    check()


@pytest.mark.parametrize("field", FIELDS)
def test_any_field_can_be_disputed_and_each_can_be_kept(cast: Cast, field: str) -> None:
    values = {"zone": ("Asia/Tokyo", "Europe/Rome"), "language": ("en", "de"), "accent": ("plum", "ocean")}
    values["kind"] = ("public", "media")
    theirs, mine = values.get(field, ("Theirs", "Mine"))
    seen = values_of(cast.brand)
    assert save_settings(cast.brand, seen | {field: theirs}, seen, cast.ada) == Saved((field,), ())
    with pytest.raises(EditedMeanwhile) as edited:
        save_settings(cast.brand, seen | {field: mine}, seen, cast.alice)
    assert [clash.field for clash in edited.value.clashes] == [field]
    assert save_settings(cast.brand, seen, seen, cast.alice) == Saved((), (field,))
    assert stored(cast.brand) == seen | {field: theirs}


@pytest.mark.parametrize(
    ("stands", "seen", "wanted", "written"),
    [
        ("", "", "One", True),
        ("One", "One", "Two", True),
        ("One", "One", "One", False),
        ("One", "", "One", False),
        ("One", "Zero", "One", False),
        ("One", "", "Two", None),
        ("One", "Zero", "Two", None),
    ],
)
def test_a_charter_is_written_over_what_was_seen_only(
    cast: Cast, stands: str, seen: str, wanted: str, written: bool | None
) -> None:
    mark = ""
    for text in dict.fromkeys(["Zero", stands] if seen == "Zero" else [stands]):
        if text:
            charter.write(cast.brand, text, cast.alice, seen=mark)
            mark = charter.mark_of(Charter.objects.get())
    shown = {"": "", stands: mark}.get(seen, "a mark of what stood before")
    before = LedgerEntry.objects.count()
    if written is None:
        with pytest.raises(CharterChanged) as changed:
            charter.write(cast.brand, wanted, cast.ada, seen=shown)
        assert changed.value.current.text == stands
    else:
        assert charter.write(cast.brand, wanted, cast.ada, seen=shown) is written
    assert Charter.objects.get().text == (wanted if written else stands)
    assert LedgerEntry.objects.count() - before == int(bool(written))
