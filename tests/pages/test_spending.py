"""Money for networks that are paid by the call: counted before a byte leaves, never overdrawn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cm_suite.core import clock
from cm_suite.core.errors import Never, NextStep
from cm_suite.core.models import LedgerEntry
from pages import jobs
from pages.enums import PageState
from pages.models import Budget, Page, Person, Spending
from pages.networks.errors import Code
from pages.networks.spec import NetworkSpec
from pages.notices.enums import NoticeKind
from pages.notices.models import Mail, Notice
from pages.selectors.connected import to_check
from pages.selectors.spending import money_of, month_of
from pages.services import health, spending
from tests.pages import salon as invented
from tests.pages.conftest import make_page
from tests.pages.salon import Salon
from tests.people import Cast, make_cast

SignIn = Callable[[Person], Client]
PAID: NetworkSpec = replace(invented.SPEC, prices=invented.PAID)
DOLLAR = 1_000_000


@pytest.fixture
def page(salon: Salon, salon_page: Page, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page on a network that costs money."""
    invented.install(monkeypatch, PAID)
    return salon_page


def purse(page: Page) -> spending.BrandPurse:
    found = spending.purse_of(page, PAID)
    assert found is not None
    return found


def budget(page: Page, microdollars: int) -> None:
    Budget.objects.update_or_create(
        brand=page.brand, network=page.network, defaults={"microdollars": microdollars}
    )


def spent() -> dict[str, tuple[int, int]]:
    """What was spent, by use: how often, and in millionths."""
    rows = Spending.objects.values_list("what", "times", "microdollars")
    return {what: (times, cost) for what, times, cost in rows}


def told() -> list[tuple[str, str, str]]:
    """Who was told of what about money."""
    rows = Notice.objects.filter(kind=NoticeKind.BUDGET).order_by("pk")
    return list(rows.values_list("person__name", "subject", "link"))


def refused(page: Page, what: str = "user_read", times: int = 1) -> None:
    with pytest.raises(Never) as caught:
        purse(page).pay(what, times)
    assert (caught.value.code, caught.value.step) == (Code.BUDGET_SPENT, NextStep.PAY)


def test_without_a_budget_nothing_leaves(page: Page, salon: Salon) -> None:
    assert not health.check(page)
    page.refresh_from_db()
    assert (page.health_code, page.state) == (Code.BUDGET_SPENT, PageState.CONNECTED)
    assert (salon.requests, spent(), told()) == ([], {}, [])


def test_a_call_is_counted_before_it_leaves(page: Page, salon: Salon) -> None:
    budget(page, DOLLAR)
    assert health.check(page)
    assert health.check(page)
    assert spent() == {"user_read": (2, 20_000)}
    assert salon.asked("/me") == 2


def test_the_last_cent_may_be_spent_and_no_more(page: Page, salon: Salon) -> None:
    budget(page, 20_000)
    purse(page).pay("post_read", 2)
    refused(page, "post_read", 3)
    purse(page).pay("user_read")
    refused(page, "post_read")
    assert spent() == {"post_read": (2, 10_000), "user_read": (1, 10_000)}
    assert not health.check(page)
    assert salon.requests == []


def test_a_use_without_a_price_is_a_mistake(page: Page) -> None:
    budget(page, DOLLAR)
    with pytest.raises(KeyError):
        purse(page).pay("something")
    assert spent() == {}


def test_each_month_in_utc_begins_at_nothing(page: Page) -> None:
    budget(page, 10_000)
    with time_machine.travel(datetime(2026, 11, 30, 23, 59, tzinfo=UTC), tick=False):
        purse(page).pay("user_read")
        refused(page)
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=False):
        purse(page).pay("user_read")
    assert set(Spending.objects.values_list("month", flat=True)) == {date(2026, 11, 1), date(2026, 12, 1)}


def test_brands_and_networks_have_purses_of_their_own(page: Page, cast: Cast) -> None:
    budget(page, 10_000)
    purse(page).pay("user_read")
    other = Page.objects.create(brand=cast.other_brand, network="salon", remote_id="9", name="Roche")
    budget(other, 10_000)
    purse(other).pay("user_read")
    refused(page)
    assert Spending.objects.count() == 2


def test_a_network_that_costs_nothing_has_no_purse(salon_page: Page) -> None:
    assert spending.purse_of(salon_page, invented.SPEC) is None


def test_leads_are_told_at_eighty_and_at_a_hundred_percent_once(page: Page, cast: Cast) -> None:
    budget(page, 100_000)
    link = reverse("pages:page", args=["maison-lumen", page.pk])
    eighty, hundred = (("Alice", f"Salon · {percent} %", link) for percent in (80, 100))
    for times, known in ((7, []), (1, [eighty]), (1, [eighty]), (1, [eighty, hundred])):
        purse(page).pay("user_read", times)
        for _twice in range(2):
            jobs.warn_budgets()
        assert told() == known
    refused(page)
    budget(page, 200_000)
    purse(page).pay("user_read", 9)
    jobs.warn_budgets()
    assert told() == [eighty, hundred]
    assert Mail.objects.count() == 2


def test_of_two_thresholds_at_once_the_higher_is_told(page: Page) -> None:
    budget(page, 10_000)
    purse(page).pay("user_read")
    jobs.warn_budgets()
    assert [subject for _name, subject, _link in told()] == ["Salon · 100 %"]


def test_what_the_budget_does_not_cover_is_told_of(page: Page) -> None:
    budget(page, 14_000)
    purse(page).pay("user_read")
    refused(page, "post_read", 2)
    assert told() == []
    refused(page, "user_read")
    assert [subject for _name, subject, _link in told()] == ["Salon · 100 %"]


def test_what_was_not_asked_is_given_back(page: Page) -> None:
    budget(page, DOLLAR)
    purse(page).pay("post_read", 100)
    purse(page).give_back("post_read", 97)
    assert spent() == {"post_read": (3, 15_000)}
    purse(page).give_back("post_read", 4)
    purse(page).give_back("user_read")
    assert spent() == {"post_read": (3, 15_000)}


def test_what_was_paid_last_month_is_given_back_there(page: Page) -> None:
    budget(page, DOLLAR)
    with time_machine.travel(datetime(2026, 11, 30, 23, 59, tzinfo=UTC), tick=False):
        purse(page).pay("post_read", 100)
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=False):
        purse(page).give_back("post_read", 90)
    (row,) = Spending.objects.all()
    assert (row.month, row.times, row.microdollars) == (date(2026, 11, 1), 10, 50_000)


def test_a_page_that_costs_money_is_asked_once_a_day(page: Page) -> None:
    now = clock.now()
    for hours, asked in ((23, []), (25, [page.pk])):
        Page.objects.filter(pk=page.pk).update(
            checked_at=now - timedelta(hours=hours), health_code="not_sent"
        )
        assert list(to_check(now).filter(network="salon").values_list("pk", flat=True)) == asked


@given(st.integers(0, 300), st.integers(1, 200))
def test_the_threshold_reached(amount: int, whole: int) -> None:
    share = Fraction(amount, whole)
    assert spending.reached(amount, whole) == (100 if share >= 1 else 80 if share >= Fraction(4, 5) else 0)


# --- the room


def room(page: Page, name: str = "page") -> str:
    return reverse(f"pages:{name}", args=["maison-lumen", page.pk])


def text(html: bytes) -> str:
    soup = BeautifulSoup(html, "lxml").find("main")
    return " ".join(soup.get_text(" ").split()) if soup else ""


def test_a_lead_sets_the_budget(cast: Cast, page: Page, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    client = signed_in(cast.alice)
    assert "No monthly budget is set." in text(client.get(room(page)).content)
    answer = client.post(room(page, "budget"), {"dollars": "12.50"})
    assert answer["Location"] == room(page)
    assert Budget.objects.get().microdollars == 12_500_000
    purse(page).pay("post_read", 2000)
    shown = text(client.get(room(page)).content)
    assert "10.00 $ of 12.50 $ a month" in shown
    assert "80% of the month’s budget is spent." in shown
    assert "Posts and comments read 2000 10.000" in shown.replace(",", "")
    assert list(LedgerEntry.objects.filter(kind="budget.set").values_list("actor_id", flat=True)) == [
        cast.alice.pk
    ]


@pytest.mark.parametrize("typed", ["", "-1", "lots", "1.234", "99999999"])
def test_what_is_no_amount_is_said(cast: Cast, page: Page, signed_in: SignIn, typed: str) -> None:
    answer = signed_in(cast.alice).post(room(page, "budget"), {"dollars": typed})
    assert (answer.status_code, Budget.objects.count()) == (422, 0)
    assert answer.context["budget_form"].errors["dollars"]


def test_only_leads_set_it_and_everybody_sees_it(cast: Cast, page: Page, signed_in: SignIn) -> None:
    Person.objects.update(language="en")
    for role, person in cast.by_role().items():
        if role == "lead":
            continue
        status = 404 if role == "outsider" else 403
        assert signed_in(person).post(room(page, "budget"), {"dollars": "5"}).status_code == status
    shown = signed_in(cast.vera).get(room(page)).content
    assert "No monthly budget is set." in text(shown)
    assert "Set the budget" not in text(shown)
    assert Budget.objects.count() == 0


def test_a_page_that_costs_nothing_has_no_budget(cast: Cast, salon_page: Page, signed_in: SignIn) -> None:
    client = signed_in(cast.alice)
    assert client.post(room(salon_page, "budget"), {"dollars": "5"}).status_code == 404
    assert client.get(room(salon_page)).context["view"].access.money is None


def test_a_month_s_money_in_dollars(page: Page) -> None:
    budget(page, 5 * DOLLAR)
    purse(page).pay("user_read", 3)
    purse(page).pay("post_read", 100)
    money = money_of(page.brand, "salon", clock.now())
    assert (money.budget, money.spent, money.percent) == (Decimal(5), Decimal("0.53"), 10)
    with translation.override("en"):
        uses = [(str(use.name), use.times, use.dollars) for use in money.uses]
    assert uses == [
        ("Posts and comments read", 100, Decimal("0.5")),
        ("Accounts looked up", 3, Decimal("0.03")),
    ]
    assert month_of(datetime(2026, 12, 1, 0, 30, tzinfo=UTC)) == date(2026, 12, 1)


# --- together


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch, redis_url: str, transactional_db: None) -> tuple[Cast, Page]:
    invented.install(monkeypatch, PAID)
    cast = make_cast()
    return cast, make_page(cast, Salon())


@pytest.mark.slow
def test_many_workers_never_overspend(crowd: tuple[Cast, Page]) -> None:
    _cast, page = crowd
    budget(page, 50_000)
    start, ends = threading.Barrier(8), [""] * 8

    def work(number: int) -> None:
        mine = Page.objects.select_related("brand").get(pk=page.pk)
        start.wait(10)
        try:
            purse(mine).pay("user_read")
        except Never as error:
            ends[number] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ends) == [""] * 5 + [Code.BUDGET_SPENT] * 3
    assert spent() == {"user_read": (5, 50_000)}


# --- what is kept from reading, and what is read twice

READING: NetworkSpec = replace(PAID, reads=frozenset({"post_read"}))


def reader(page: Page) -> spending.BrandPurse:
    return spending.BrandPurse(page, READING)


def test_a_fifth_of_the_budget_is_kept_from_reading(page: Page) -> None:
    budget(page, 100_000)
    reader(page).pay("post_read", 16)
    for times in (1, 5, 20):
        with pytest.raises(Never) as caught:
            reader(page).pay("post_read", times)
        assert (caught.value.code, caught.value.step) == (Code.RESERVE_KEPT, NextStep.PAY)
    reader(page).pay("user_read", 2)
    assert spent() == {"post_read": (16, 80_000), "user_read": (2, 20_000)}


def test_the_leads_hear_once_that_reading_has_ended(page: Page, cast: Cast) -> None:
    budget(page, 100_000)
    reader(page).pay("post_read", 15)
    for times in (20, 5, 2, 2):
        with pytest.raises(Never):
            reader(page).pay("post_read", times)
    assert [subject for _name, subject, _link in told()] == ["Salon · 80 %"]


def test_what_is_read_twice_in_a_day_is_new_once(page: Page, redis_url: str) -> None:
    with time_machine.travel(datetime(2026, 8, 12, 23, 30, tzinfo=UTC), tick=False) as now:
        purse = reader(page)
        assert purse.first_today("post_read", ["1", "2", "2"]) == 2
        assert purse.first_today("post_read", ["2", "3"]) == 1
        assert purse.first_today("user_read", ["2"]) == 1
        assert purse.first_today("post_read", []) == 0
        now.shift(timedelta(hours=1))
        assert purse.first_today("post_read", ["1", "2"]) == 2


def test_without_redis_it_is_counted_again(page: Page, settings: Settings) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    settings.RQ_QUEUES = {name: {**queue, "URL": nowhere} for name, queue in settings.RQ_QUEUES.items()}
    assert [reader(page).first_today("post_read", ["1"]) for _time in range(2)] == [1, 1]
