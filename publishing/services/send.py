"""One delivery on its way to its network: the fence, the one call, and what came of it."""

from __future__ import annotations

import logging
from typing import Final

from django.conf import settings
from django.db import transaction

from cm_suite.core import clock, leases
from cm_suite.core.attempts import answer_lost_before
from cm_suite.core.errors import Later, Never, NextStep, Outcome, OutcomeError, Unknown
from cm_suite.core.states import move
from pages.enums import PageState
from pages.models import Page
from pages.networks.base import Client, Publishes
from pages.networks.errors import Code, FenceClosed
from pages.networks.types import Published
from pages.services.connect import client_for, mark_needs_reconnect
from publishing.enums import DeliveryState, EngineCode, HoldReason
from publishing.models import Attempt, Delivery
from publishing.services import claim, outcomes, prepared
from publishing.services.claim import Ready
from publishing.services.outgoing import mark
from publishing.services.slots import locked

S = DeliveryState
logger = logging.getLogger(__name__)
MOST_REFUSALS: Final = 3
"""So often is a post sent with a credential that is refused for it and accepted for the account."""


class FenceTwiceError(RuntimeError):
    """A client crossed the fence a second time: a fault in the client."""


class Sending:
    """A claimed delivery up to its outcome. `attempt` is there once the fence was crossed."""

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        self.delivery = ready.delivery
        self.attempt: Attempt | None = None

    @property
    def state(self) -> S:
        """Where the delivery stands: before or after the fence."""
        return S.SENDING if self.attempt else S.CLAIMED

    def fence(self) -> None:
        """Commit "sending" and what leaves, after a last look. Raises FenceClosed when it must not go."""
        if self.attempt is not None:
            raise FenceTwiceError(self.delivery.pk)
        with transaction.atomic():
            page = locked(self.delivery.page_id)
            closed = self._look(page)
            if closed is None:
                self.attempt = self._cross()
        if self.attempt is None:
            raise FenceClosed(closed or EngineCode.LEASE_LOST)

    def _look(self, page: Page) -> str | None:
        """The lease made whole again and everything asked a last time; the code of what stops it, if so."""
        if not leases.renew(self.delivery, settings.CM_SEND_LEASE.total_seconds()):
            return EngineCode.LEASE_LOST
        found = claim.hindrance(self.delivery, page, self.ready.limits)
        if found is None:
            return None
        claim.stop(self.delivery, found)
        return found.code

    def _cross(self) -> Attempt | None:
        """Move to "sending" and write the attempt, both or neither; None when the lease was lost."""
        still_ours = outcomes.mine(self.delivery)
        if not move(self.delivery, S.CLAIMED, S.SENDING, where=still_ours, code="", step=""):
            return None
        return Attempt.objects.create(
            delivery=self.delivery,
            number=Attempt.objects.filter(delivery=self.delivery).count() + 1,
            fingerprint=mark(self.ready.outgoing),
            prepared=prepared.pressing(self.ready.outgoing),
            started_at=clock.now(),
        )


def deliver(delivery: Delivery) -> None:
    """Take a claimed delivery to its outcome. What is not an outcome (a fault here) is raised."""
    ready = claim.admit(delivery)
    if ready is None:
        return
    sending = Sending(ready)
    client: Client | None = None
    try:
        client = client_for(ready.page)
        if not isinstance(client, Publishes):
            raise Never(Code.NOT_OFFERED)
        published = client.publish(ready.outgoing, sending.fence)
    except FenceClosed:
        return
    except OutcomeError as error:
        _ended(sending, client, error)
    else:
        _went(sending, published)


def recover(delivery: Delivery) -> None:
    """After a fault of ours: nothing was sent before the fence; after it, the network is asked."""
    attempt = delivery.attempts.filter(outcome="").last()
    if outcomes.postpone(delivery, S.CLAIMED, EngineCode.UNEXPECTED):
        return
    if outcomes.lose(delivery, EngineCode.UNEXPECTED, look_at=clock.now() + settings.CM_RECONCILE_AFTER):
        outcomes.note(attempt, Unknown(EngineCode.UNEXPECTED))


def _went(sending: Sending, published: Published) -> None:
    """The client says it is published; without the fence crossed it cannot be, and nothing was sent."""
    if sending.attempt is None:
        logger.error("delivery %s: the client never crossed the fence", sending.delivery.pk)
        outcomes.postpone(sending.delivery, S.CLAIMED, EngineCode.UNEXPECTED)
        return
    outcomes.publish(sending.delivery, published, sending.attempt)


def _ended(sending: Sending, client: Client | None, error: OutcomeError) -> None:
    """Anything but a yes: one transaction for the delivery and its attempt."""
    if isinstance(error, Never) and error.step == NextStep.RECONNECT:
        _credential_refused(sending, client, error)
        return
    with transaction.atomic():
        outcomes.note(sending.attempt, error)
        if isinstance(error, Never) and not _said_before(sending, error):
            outcomes.refuse(sending.delivery, sending.state, error)
        elif isinstance(error, Unknown | Never) and sending.attempt:
            look_at = clock.now() + settings.CM_RECONCILE_AFTER
            outcomes.lose(sending.delivery, error.code, look_at=look_at)
        else:
            retry_at = error.retry_at if isinstance(error, Later) else None
            waits = error.code == Code.MEDIA_PROCESSING
            later = outcomes.wait_for_media if waits else outcomes.postpone
            later(sending.delivery, sending.state, error.code, retry_at=retry_at)


def _said_before(sending: Sending, error: Never) -> bool:
    """Whether the network has these words because an earlier send of ours arrived, its answer lost.

    Then it is asked where they stand; else somebody else said them, and a person changes the text.
    """
    attempts = sending.delivery.attempts.all()
    return error.code == Code.DUPLICATE and answer_lost_before(attempts, sending.attempt)


def _credential_refused(sending: Sending, client: Client | None, error: Never) -> None:
    """The network refused our credential. It is asked again: only when it says so twice is the page let go.

    What was refused while the page stays connected is tried again some times (another token may be on its
    way), then it is refused alone. What a page that must be reconnected stopped leaves with its queue later:
    the network took nothing.
    """
    leases.renew(sending.delivery, settings.CM_SEND_LEASE.total_seconds())  # asking again takes its time
    answered = _answered(client)
    lasting = answered is False and _lets_go(sending.ready.page)
    with transaction.atomic():
        outcomes.note(sending.attempt, error)
        if lasting:
            outcomes.hold(sending.delivery, sending.state, HoldReason.RECONNECT, error.code)
        elif answered and _refusals(sending, error) >= MOST_REFUSALS:
            outcomes.refuse(sending.delivery, sending.state, error)
        else:
            outcomes.postpone(sending.delivery, sending.state, error.code)
    if lasting:
        hold_queue(sending.ready.page.pk)


def _refusals(sending: Sending, error: Never) -> int:
    """How many sends were refused with this word, this one too, since the post was last planned.

    `tries` counts waits of any kind since then: of this plan are no more sends than that, and this one.
    """
    latest = sending.delivery.attempts.order_by("-number")[: sending.delivery.tries + 1]
    return sum((each.outcome, each.code) == (Outcome.NEVER, error.code) for each in latest)


def _lets_go(page: Page) -> bool:
    """Whether the page must be reconnected now: nothing renews the token that was refused."""
    done = mark_needs_reconnect(page)
    return done or not Page.objects.filter(pk=page.pk, state=PageState.CONNECTED).exists()


def _answered(client: Client | None) -> bool | None:
    """Whether the network still takes our credential; None when it cannot be asked."""
    if client is None:  # there was nothing to ask it with
        return False
    try:
        client.profile()
    except Never as error:
        return error.step != NextStep.RECONNECT
    except OutcomeError:
        return None
    return True


def hold_queue(page_id: int) -> int:
    """Hold what is planned on a page that must be reconnected; how many were held."""
    planned = Delivery.objects.filter(page_id=page_id, state=S.PLANNED)
    reason, code = HoldReason.RECONNECT, EngineCode.TO_RECONNECT
    return sum(outcomes.hold(each, S.PLANNED, reason, code, still=outcomes.UNCONNECTED) for each in planned)
