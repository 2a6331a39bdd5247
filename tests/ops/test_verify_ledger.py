"""`manage.py verify_ledger`: exit codes, and the name of what is broken."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cm_suite.core import ledger
from cm_suite.core.models import LedgerEntry, LedgerHead
from pages.models import Brand
from tests.ledger_triggers import ledger_can_be_flushed
from tests.people import Cast

pytestmark = pytest.mark.django_db


def write(brand: Brand, count: int) -> None:
    """Some lines of a brand's ledger."""
    for number in range(count):
        ledger.append(
            brand.pk,
            "post.planned",
            actor_id=1,
            subject_kind="delivery",
            subject_id=number,
            content=f"text {number}",
        )


def verify(*brand: str) -> tuple[int, str]:
    """Exit code and what was said."""
    out = StringIO()
    try:
        call_command("verify_ledger", *brand, stdout=out)
    except CommandError as failure:
        return failure.returncode, str(failure)
    return 0, out.getvalue()


def tamper(brand: Brand, seq: int, **fields: object) -> None:
    """Change a line behind the database's back."""
    with ledger_can_be_flushed():
        LedgerEntry.objects.filter(brand_id=brand.pk, seq=seq).update(**fields)


def test_whole_chains_print_their_heads(cast: Cast) -> None:
    write(cast.brand, 3)
    code, said = verify()
    head = ledger.head(cast.brand.pk)
    assert code == 0
    assert said.splitlines() == [
        f"atelier-roche: 0 entries, head {ledger.GENESIS}",
        f"maison-lumen: 3 entries, head {head.hash}",
    ]


def test_an_edited_line_is_named_and_ends_with_one(cast: Cast) -> None:
    write(cast.brand, 5)
    tamper(cast.brand, 3, kind="post.cancelled")
    assert verify() == (1, "maison-lumen: BROKEN at entry 3: edited")


def test_a_line_that_was_taken_out_is_named(cast: Cast) -> None:
    write(cast.brand, 4)
    with ledger_can_be_flushed():
        LedgerEntry.objects.filter(brand_id=cast.brand.pk, seq=2).delete()
    assert verify("maison-lumen") == (1, "maison-lumen: BROKEN at entry 2: missing")


def test_a_cut_end_is_named(cast: Cast) -> None:
    write(cast.brand, 4)
    with ledger_can_be_flushed():
        LedgerEntry.objects.filter(brand_id=cast.brand.pk, seq=4).delete()
    assert verify("maison-lumen") == (1, "maison-lumen: BROKEN at entry 4: cut")


def test_one_brand_is_examined_when_one_is_asked_for(cast: Cast) -> None:
    write(cast.brand, 2)
    write(cast.other_brand, 2)
    tamper(cast.brand, 1, subject_id=99)
    code, said = verify("atelier-roche")
    assert code == 0
    assert said.startswith("atelier-roche: 2 entries")
    assert verify("maison-lumen")[0] == 1


def test_every_broken_brand_is_named(cast: Cast) -> None:
    for brand in (cast.brand, cast.other_brand):
        write(brand, 2)
        tamper(brand, 2, actor_id=7)
    code, said = verify()
    assert code == 1
    assert said.splitlines() == [
        "atelier-roche: BROKEN at entry 2: edited",
        "maison-lumen: BROKEN at entry 2: edited",
    ]


def test_the_chain_of_a_brand_that_is_gone_is_examined_too(cast: Cast) -> None:
    LedgerHead.objects.create(brand_id=9_999, count=2, hash="0" * 64)
    assert verify() == (1, "former brand 9999: BROKEN at entry 1: cut")


def test_an_unknown_brand_is_an_error(cast: Cast) -> None:
    code, said = verify("nobody")
    assert (code, said) == (1, "No brand is called nobody.")


def test_verifying_writes_nothing(cast: Cast) -> None:
    write(cast.brand, 2)
    before = list(LedgerEntry.objects.values_list("hash", flat=True))
    verify()
    assert list(LedgerEntry.objects.values_list("hash", flat=True)) == before
    assert connection.vendor in {"sqlite", "postgresql"}
