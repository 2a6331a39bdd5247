"""Taking a published post down where it was published."""

from __future__ import annotations

from django.db import transaction

from cm_suite.core.errors import OutcomeError
from cm_suite.core.states import move
from cm_suite.core.text import is_blank
from pages.models import Person
from pages.networks.base import Deletes
from pages.networks.errors import Code
from pages.services.connect import client_for
from publishing import rules
from publishing.enums import DeliveryState, Refusal
from publishing.models import Delivery
from publishing.services.fits import takes_down
from publishing.services.results import Acting, Done, Refused
from publishing.services.slots import write

S = DeliveryState


def remove(delivery: Delivery, reason: str, by: Person) -> Acting:
    """Take a published post down on its network, with a reason. What is already gone there is done.

    Pressed again after a lost answer, it does no harm.
    """
    reason = reason.strip()
    refused = _unremovable(delivery, reason)
    if refused:
        return refused
    try:
        client = client_for(delivery.page, waiting=True)
        if not isinstance(client, Deletes):
            return Refused(Refusal.NETWORK, {"code": Code.NOT_OFFERED})
        client.delete(delivery.remote_id)
    except OutcomeError as error:
        return Refused(Refusal.NETWORK, {"code": error.code})
    with transaction.atomic():
        if not move(delivery, rules.OUT, S.REMOVED, reason=reason[:300]):
            return Refused(Refusal.STATE_CHANGED)
        write(delivery, "delivery.removed", by, content=reason)
    return Done(delivery)


def _unremovable(delivery: Delivery, reason: str) -> Refused | None:
    if is_blank(reason):
        return Refused(Refusal.REASON_MISSING)
    if delivery.state not in rules.OUT:
        return Refused(Refusal.STATE_CHANGED)
    if not takes_down(delivery.page.network):
        return Refused(Refusal.NETWORK, {"code": Code.NOT_OFFERED})
    return None if delivery.remote_id else Refused(Refusal.NO_REMOTE_ID)
