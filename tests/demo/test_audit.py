"""The demo's audit: made once, due at once, on the ports where its small web is served."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from pytest_django import Settings

from cm_suite.demo import audits, small_web
from cm_suite.demo.people import FIRST, LEAD
from pages.enums import Role
from pages.models import Brand, Membership, Person
from reputation.models import Audit, Source, SourceAddress
from reputation.sources.addresses import url_hash

NOW = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)


@pytest.fixture
def brand(db: None, settings: Settings) -> Brand:
    """The demo's first brand with its lead; the guard lets its web be read at two places."""
    settings.CM_ALLOWED_HOSTS = frozenset(
        (f"{site.code}.localhost", port) for site in small_web.sites() for port in range(9000, 9020)
    )
    made = Brand.objects.create(name="Maison Ambrelune", slug=FIRST)
    lead = Person.objects.create_user(LEAD, "Inès Caradec")
    Membership.objects.create(person=lead, brand=made, role=Role.LEAD)
    return made


def addresses() -> list[str]:
    """Every address the audit asks, feeds included."""
    lists = SourceAddress.objects.order_by("url").values_list("url", flat=True)
    return [*lists, *Source.objects.exclude(feed="").order_by("feed").values_list("feed", flat=True)]


def test_it_is_made_once_and_due_at_once(brand: Brand) -> None:
    with time_machine.travel(NOW, tick=False):
        audits.prepare(brand, 9000)
        audits.prepare(brand, 9000)
    [audit] = Audit.objects.all()
    assert (audit.slug, audit.next_run_at, audit.cron) == (audits.SLUG, NOW, "0 8 * * 1")
    assert [each.name for each in audit.publics.all()] == [
        "Clients",
        "Candidats",
        "Riverains",
        "Journalistes",
    ]
    assert audit.recipients.count() == 1


def test_no_web_no_audit(brand: Brand) -> None:
    audits.prepare(brand, 0)
    assert Audit.objects.count() == 0


def test_it_moves_with_its_web_and_back(brand: Brand) -> None:
    audits.prepare(brand, 9000)
    before = addresses()
    assert audits.settle(9000) == 0
    assert audits.settle(9010) == len(before) == 11
    assert addresses() == [each.replace(":900", ":901") for each in before]
    assert [url_hash(each.url) for each in SourceAddress.objects.all()] == [
        each.url_hash for each in SourceAddress.objects.all()
    ]
    audits.settle(9000)
    assert addresses() == before


def test_an_address_that_somebody_added_stays(brand: Brand) -> None:
    audits.prepare(brand, 9000)
    source = Source.objects.get(name="Forum des Halles")
    url = "https://elsewhere.example/t/1"
    SourceAddress.objects.create(source=source, url=url, url_hash=url_hash(url))
    audits.settle(9010)
    assert url in addresses()


def test_a_demo_without_an_audit_gets_one_when_its_web_is_served(brand: Brand) -> None:
    audits.settle(9000)
    assert Audit.objects.count() == 1


def test_somebody_elses_brand_of_that_name_gets_none(db: None) -> None:
    Brand.objects.create(name="Another", slug=FIRST)
    audits.settle(9000)
    assert Audit.objects.count() == 0
