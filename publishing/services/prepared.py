"""What networks hold for a delivery before its post is shown, kept between tries: none is made twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from cm_suite.core import clock
from cm_suite.core.errors import Outcome
from pages.networks.types import Outgoing
from publishing.models import Attempt, Delivery, PreparedMedia

SHORTEST: Final = timedelta(seconds=3)
LONGEST: Final = timedelta(minutes=1)


class DeliveryShelf:
    """`pages.networks.shelf.Shelf` of one delivery. `pressing` is what the fence writes in the attempt."""

    def __init__(self, delivery_id: int) -> None:
        self._rows = PreparedMedia.objects.filter(delivery_id=delivery_id)
        self._delivery_id = delivery_id
        self.pressing = ""

    def kept(self, name: str) -> str:
        """As `Shelf.kept`."""
        good = self._rows.filter(name=name, until__gt=clock.now())
        return good.values_list("remote_id", flat=True).first() or ""

    def keep(self, name: str, remote_id: str, until: datetime) -> None:
        """As `Shelf.keep`."""
        said = {"remote_id": remote_id, "until": until, "kept_at": clock.now()}
        PreparedMedia.objects.update_or_create(delivery_id=self._delivery_id, name=name, defaults=said)

    def drop(self, name: str) -> None:
        """As `Shelf.drop`."""
        self._rows.filter(name=name).delete()

    def press(self, remote_id: str) -> None:
        """As `Shelf.press`."""
        self.pressing = remote_id

    def pressed(self) -> tuple[str, ...]:
        """As `Shelf.pressed`: of the sends that the network has not clearly answered."""
        sends = Attempt.objects.filter(delivery_id=self._delivery_id, outcome__in=("", Outcome.UNKNOWN))
        named = sends.exclude(prepared="").order_by("number")
        return tuple(dict.fromkeys(named.values_list("prepared", flat=True)))


def pressing(outgoing: Outgoing) -> str:
    """What the network is about to show of a post that crosses its fence; empty where that has no name."""
    shelf = outgoing.shelf
    return shelf.pressing if isinstance(shelf, DeliveryShelf) else ""


def pause(delivery: Delivery, now: datetime) -> timedelta:
    """How long to wait before the network is asked again how far it is: longer the longer it has worked."""
    latest = delivery.prepared.aggregate(at=Max("kept_at"))["at"]
    worked = now - latest if latest else timedelta(0)
    return min(max(worked / 2, SHORTEST), LONGEST)


def forget(delivery: Delivery) -> None:
    """All that was prepared is no good any more: somebody saw that the post is not there."""
    delivery.prepared.all().delete()


def forget_old() -> int:
    """Forget what networks do not hold any more. How many."""
    return PreparedMedia.objects.filter(until__lte=clock.now()).delete()[0]
