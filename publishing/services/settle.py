"""What a person found where the network could not tell: the post is there, or it is not."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from cm_suite.core import clock
from cm_suite.core.states import move
from pages.models import Person
from publishing.enums import DeliveryState, EngineCode, Refusal
from publishing.models import Delivery
from publishing.services import prepared
from publishing.services.results import Acting, Done, Refused
from publishing.services.slots import write

S = DeliveryState
LONGEST_ADDRESS: Final = 500
_web_address: Final = URLValidator(schemes=["https", "http"])


def it_is_there(delivery: Delivery, url: str, by: Person) -> Acting:
    """A person found the post on its network, at `url`: it is published, since its last send."""
    url = url.strip()
    if not _valid(url):
        return Refused(Refusal.NOT_AN_ADDRESS)
    last = delivery.attempts.last()
    with transaction.atomic():
        done = move(
            delivery,
            S.NEEDS_PERSON,
            S.PUBLISHED,
            remote_url=url,
            published_at=last.started_at if last else clock.now(),
            code=EngineCode.SETTLED,
            tries=0,
        )
        if not done:
            return Refused(Refusal.STATE_CHANGED)
        write(delivery, "delivery.found", by, content=url)
    return Done(delivery)


def it_is_not(delivery: Delivery, by: Person) -> Acting:
    """A person did not find the post: it missed its time, and may be changed and planned again."""
    with transaction.atomic():
        if not move(delivery, S.NEEDS_PERSON, S.MISSED, code=EngineCode.ABSENT, tries=0):
            return Refused(Refusal.STATE_CHANGED)
        prepared.forget(delivery)
        write(delivery, "delivery.not_found", by)
    return Done(delivery)


def _valid(url: str) -> bool:
    try:
        _web_address(url)
    except ValidationError:
        return False
    return len(url) <= LONGEST_ADDRESS
