"""A network rings: the pages it names are read. Nothing it says is believed beyond that.

Each call is heard once: its digest is kept for longer than any call is listened to after it was made.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from cm_suite.core import clock, pace, queue
from cm_suite.core.errors import Never, OutcomeError
from cm_suite.core.http import parsed
from moderation.models import HookReceipt
from moderation.services import network, taking, watching
from moderation.services.taking import Taken
from pages.enums import PageState
from pages.models import Page, ThreadSnapshot
from pages.networks import meta_hooks
from pages.networks.base import Listens
from pages.networks.meta_hooks import Stir
from pages.networks.registry import NETWORKS

OLDEST: Final = timedelta(days=7)
"""What was made longer ago is not listened to any more."""

KEPT: Final = timedelta(days=9)
QUIET_SECONDS: Final = 5.0
"""A page is read at once when it rings, and not more often than this; its next turn finds what came since."""

AGAIN_AFTER: Final = timedelta(minutes=2)
AGAIN_WITHIN: Final = timedelta(days=1)
A_TURN: Final = 20
"""Words that name a page and could not be read are asked for again so long, so many at once."""

META_KEYS: Final = "CM_META_APP_ID"
_MILLISECONDS: Final = 100_000_000_000
_NAMED: Final = "named:"

logger = logging.getLogger(__name__)


def hear(body: bytes) -> int:
    """Ring for the pages that a call of Meta's names; how many. The caller has checked its signature."""
    if _is_old(body):
        return 0
    with transaction.atomic():
        digest = hashlib.sha256(body).hexdigest()
        _receipt, first = HookReceipt.objects.get_or_create(digest=digest, defaults={"at": clock.now()})
        return _ring(body) if first else 0


def forget() -> int:
    """Receipts of calls that are too old to be listened to again. How many."""
    return HookReceipt.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def read_named(page_id: int, media: int, comment: int) -> bool:
    """Take in words that name a page elsewhere, of which its network told the number alone; True when new.

    What stands below a post of the page's own is read with its comments. Where the network cannot be asked
    now, the numbers are kept.
    """
    page = Page.objects.select_related("brand").filter(pk=page_id, state=PageState.CONNECTED).first()
    taken: Taken | None = None
    if page is not None and not ThreadSnapshot.objects.filter(page=page, remote_id=str(media)).exists():
        try:
            taken = _asked(page, meta_hooks.named(media, comment))
        except OutcomeError as error:
            logger.info("page %s: words that name it were not read: %s", page.pk, error.code)
            if not isinstance(error, Never):
                return False
    HookReceipt.objects.filter(digest=_kept_as(page_id, media, comment)).delete()
    return taken is not None and taken.new


def read_left() -> int:
    """Ask again for words that name pages and could not be read when they were told of; how many are new."""
    now = clock.now()
    left = HookReceipt.objects.filter(
        digest__startswith=_NAMED, at__lte=now - AGAIN_AFTER, at__gt=now - AGAIN_WITHIN
    )
    told = [row.digest.removeprefix(_NAMED).split(":") for row in left.order_by("at", "pk")[:A_TURN]]
    return sum(read_named(*map(int, each)) for each in told)


def _asked(page: Page, reference: str) -> Taken | None:
    asked_at = clock.now()
    client = network.client_of(page)
    if not isinstance(client, Listens):
        return None
    return taking.take_or_leave(page, client.comment(reference), asked_at)


def _kept_as(page_id: int, media: int, comment: int) -> str:
    """How the numbers of words are kept until they are read: among the receipts, which end by themselves."""
    return f"{_NAMED}{page_id}:{media}:{comment}"


def _keep(page_id: int, stir: Stir) -> None:
    kept_as = _kept_as(page_id, stir.media, stir.comment)
    HookReceipt.objects.get_or_create(digest=kept_as, defaults={"at": clock.now()})
    queue.enqueue("moderation.jobs.read_named", page_id, stir.media, stir.comment)


def _ring(body: bytes) -> int:
    stirs = meta_hooks.stirred(body)
    accounts = {each.account_id for each in stirs}
    if not accounts:
        return 0
    pages = Page.objects.filter(network__in=_of_meta(), remote_id__in=accounts, state=PageState.CONNECTED)
    known = dict(pages.values_list("pk", "remote_id"))
    ids = list(known)
    watching.ring(ids)
    for page_id, account in known.items():
        for each in stirs:
            if each.media and each.account_id == account:
                _keep(page_id, each)
    for page_id in ids:
        if pace.hit(f"hook:{page_id}", 1, QUIET_SECONDS):
            queue.enqueue("moderation.jobs.poll_page", page_id)
    return len(ids)


def _of_meta() -> list[str]:
    """The networks that the agency's application at Meta opens."""
    return [code for code, spec in NETWORKS.items() if spec.app and spec.app.client_id == META_KEYS]


def _is_old(body: bytes) -> bool:
    """Whether all that the call tells of is older than what is listened to; False where no date is given."""
    try:
        times = list(_times(parsed(body)))
    except ValueError:
        return False
    return bool(times) and max(times) < clock.now() - OLDEST


def _times(said: Any) -> Iterator[datetime]:
    """When each entry was made: in seconds or, for private messages, in milliseconds."""
    entries = said.get("entry") if isinstance(said, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        at = entry.get("time") if isinstance(entry, Mapping) else None
        if isinstance(at, int) and not isinstance(at, bool) and 0 < at < _MILLISECONDS * 1000:
            yield datetime.fromtimestamp(at / 1000 if at >= _MILLISECONDS else at, UTC)
