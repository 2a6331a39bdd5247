"""What a brand spends on networks that are paid by the call. Months are calendar months in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import Sum

from pages.messages import Words, use_name
from pages.models import Brand, Budget, Spending
from pages.networks.registry import NETWORKS

DOLLAR: Final = 1_000_000  # in millionths


@dataclass(frozen=True, slots=True)
class Use:
    """One thing the month's money went to."""

    name: Words
    times: int
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """A month's money of a brand on one network; `budget` is None when nobody has set one."""

    month: date
    budget: Decimal | None
    spent: Decimal
    uses: tuple[Use, ...]

    @property
    def percent(self) -> int:
        """How much of the budget is spent, rounded down; 100 when there is none."""
        return int(self.spent * 100 / self.budget) if self.budget else 100


def month_of(now: datetime) -> date:
    """The first day of the month, in UTC."""
    return now.astimezone(UTC).date().replace(day=1)


def is_paid(network: str) -> bool:
    """Whether calls of this network cost money."""
    spec = NETWORKS.get(network)
    return spec is not None and bool(spec.prices)


def spent_in(brand_id: int, network: str, month: date) -> int:
    """What was spent in the month, in millionths of a dollar."""
    rows = Spending.objects.filter(brand_id=brand_id, network=network, month=month)
    return rows.aggregate(sum=Sum("microdollars"))["sum"] or 0


def budget_of(brand_id: int, network: str) -> int | None:
    """What a month may cost, in millionths of a dollar; None when nobody has set it."""
    rows = Budget.objects.filter(brand_id=brand_id, network=network)
    return rows.values_list("microdollars", flat=True).first()


def short_of(brand_id: int, network: str, now: datetime) -> str:
    """Why nothing that costs money is asked there: "unset" or "spent"; empty where nothing is against it."""
    if not is_paid(network):
        return ""
    budget = budget_of(brand_id, network)
    if budget is None:
        return "unset"
    return "spent" if spent_in(brand_id, network, month_of(now)) >= budget else ""


def money_of(brand: Brand, network: str, now: datetime) -> Money:
    """This month's money, the dearest use first."""
    month = month_of(now)
    rows = list(Spending.objects.filter(brand=brand, network=network, month=month).order_by("-microdollars"))
    budget = budget_of(brand.pk, network)
    return Money(
        month=month,
        budget=None if budget is None else dollars(budget),
        spent=dollars(sum(row.microdollars for row in rows)),
        uses=tuple(Use(use_name(row.what), row.times, dollars(row.microdollars)) for row in rows),
    )


def dollars(microdollars: int) -> Decimal:
    """An amount in dollars, exact."""
    return Decimal(microdollars) / DOLLAR
