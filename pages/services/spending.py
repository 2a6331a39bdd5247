"""A brand's money for networks that are paid by the call: counted before a byte leaves, never overdrawn."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from redis.exceptions import RedisError

from cm_suite.core import clock, ledger
from cm_suite.core.errors import Never, NextStep
from cm_suite.core.store import answering, connection
from pages.enums import Act
from pages.messages import network_name
from pages.models import Brand, Budget, Page, Person, Spending
from pages.networks.errors import Code
from pages.networks.spec import NetworkSpec
from pages.notices.enums import NoticeKind
from pages.notices.services import notify
from pages.selectors.people import people_with
from pages.selectors.spending import DOLLAR, budget_of, month_of, spent_in

THRESHOLDS: Final = (80, 100)  # percent of the budget at which the leads are told, once a month each
RESERVE: Final = 20  # percent of the budget that reading leaves for what is published and done
_FEW: Final = 5  # who asks for no more is refused because there is nothing left
_REMEMBERED: Final = timedelta(days=2)


class BrandPurse:
    """`pages.networks.base.Purse` of one brand at one network."""

    def __init__(self, page: Page, spec: NetworkSpec) -> None:
        self._page = page
        self._prices = spec.prices
        self._reads = spec.reads

    def pay(self, what: str, times: int = 1) -> None:
        """Count what is about to be spent, in the present month (UTC).

        Raises Never (`budget_spent`) with PAY, and counts nothing, when the month's budget does not cover it
        or nobody has set one, and (`reserve_kept`) for what is read once only RESERVE of it is left; KeyError
        for what the network names no price of.
        """
        refusal = self._spend(what, times, self._prices[what] * times)
        if refusal is None:
            return
        if refusal == Code.RESERVE_KEPT and times <= _FEW:
            _tell(self._page, 100 - RESERVE)
        elif times == 1 and budget_of(self._page.brand_id, self._page.network):
            _tell(self._page, 100)
        raise Never(refusal, step=NextStep.PAY)

    def first_today(self, what: str, ids: Collection[str]) -> int:
        """How many of these are read for the first time in this day (UTC), which is noted.

        All of them while Redis is down: too much is counted rather than too little.
        """
        day = clock.now().astimezone(UTC).date()
        key = f"read:{self._page.brand_id}:{self._page.network}:{what}:{day:%Y%m%d}"
        found = sorted(set(ids))
        if not found:
            return 0
        store = connection()
        try:
            with answering(store), store.pipeline(transaction=True) as both:
                both.sadd(key, *found)
                both.expire(key, _REMEMBERED)
                return int(both.execute()[0])
        except RedisError:
            return len(found)

    def give_back(self, what: str, times: int = 1) -> None:
        """Count so much less: it was paid for and surely not asked. Never below nothing."""
        cost = self._prices[what] * times
        rows = Spending.objects.filter(
            brand_id=self._page.brand_id, network=self._page.network, what=what, times__gte=times
        )
        row = rows.order_by("-month").first()
        if row is not None:
            counted = Spending.objects.filter(pk=row.pk, times__gte=times, microdollars__gte=cost)
            counted.update(times=F("times") - times, microdollars=F("microdollars") - cost)

    def _spend(self, what: str, times: int, cost: int) -> Code | None:
        """One transaction that holds the brand's budget, so that two workers spend one after the other.

        Why nothing was counted, or None.
        """
        brand_id, network, month = self._page.brand_id, self._page.network, month_of(clock.now())
        with transaction.atomic():
            held = Budget.objects.select_for_update().filter(brand_id=brand_id, network=network).first()
            spent = spent_in(brand_id, network, month)
            if held is None or spent + (0 if what in self._reads else cost) > held.microdollars:
                return Code.BUDGET_SPENT
            if what in self._reads and (spent + cost) * 100 > held.microdollars * (100 - RESERVE):
                return Code.RESERVE_KEPT
            row, _made = Spending.objects.get_or_create(
                brand_id=brand_id, network=network, month=month, what=what
            )
            Spending.objects.filter(pk=row.pk).update(
                times=F("times") + times, microdollars=F("microdollars") + cost
            )
        return None


def purse_of(page: Page, spec: NetworkSpec) -> BrandPurse | None:
    """The purse that a page's calls are paid from; None on a network that costs nothing."""
    return BrandPurse(page, spec) if spec.prices else None


def warn(now: datetime) -> None:
    """Tell the leads of each budget of which this month's spending has reached a threshold.

    Once a month for each threshold; of two reached at once, the higher one only.
    """
    for budget in Budget.objects.filter(microdollars__gt=0).select_related("brand"):
        percent = reached(spent_in(budget.brand_id, budget.network, month_of(now)), budget.microdollars)
        page = _page_of(budget) if percent else None
        if page is not None:
            _tell(page, percent)


def reached(spent: int, budget: int) -> int:
    """The highest threshold (percent of the budget) that a spending has reached; 0 for none."""
    return max((each for each in THRESHOLDS if spent * 100 >= budget * each), default=0)


def _page_of(budget: Budget) -> Page | None:
    """The page whose room shows the budget."""
    pages = Page.objects.filter(brand=budget.brand, network=budget.network)
    return pages.select_related("brand").order_by("pk").first()


def _tell(page: Page, percent: int) -> None:
    now = clock.now()
    notify(
        brand=page.brand,
        kind=NoticeKind.BUDGET,
        key=f"budget:{page.brand_id}:{page.network}:{month_of(now):%Y-%m}:{percent}",
        subject=f"{network_name(page.network)} · {percent} %",
        link=reverse("pages:page", args=[page.brand.slug, page.pk]),
        at=now,
        persons=people_with(page.brand, Act.MANAGE),
    )


def set_budget(brand: Brand, network: str, dollars: Decimal, by: Person) -> None:
    """Set what a month may cost at most, in dollars; nothing is asked of the network beyond it."""
    with transaction.atomic():
        budget, _made = Budget.objects.update_or_create(
            brand=brand, network=network, defaults={"microdollars": int(dollars * DOLLAR)}
        )
        ledger.append(brand.pk, "budget.set", actor_id=by.pk, subject_kind="budget", subject_id=budget.pk)
