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
from cm_suite.core.errors import OutcomeError
from cm_suite.core.http import parsed
from moderation.models import HookReceipt
from moderation.services import network, taking, watching
from pages.enums import PageState
from pages.models import Page, ThreadSnapshot
from pages.networks import meta_hooks
from pages.networks.base import Listens
from pages.networks.registry import NETWORKS

OLDEST: Final = timedelta(days=7)
"""What was made longer ago is not listened to any more."""

KEPT: Final = timedelta(days=9)
QUIET_SECONDS: Final = 5.0
"""A page is read at once when it rings, and not more often than this; its next turn finds what came since."""

META_KEYS: Final = "CM_META_APP_ID"
_MILLISECONDS: Final = 100_000_000_000

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

    What stands below a post of the page's own is read with its comments.
    """
    page = Page.objects.select_related("brand").filter(pk=page_id, state=PageState.CONNECTED).first()
    if page is None or ThreadSnapshot.objects.filter(page=page, remote_id=str(media)).exists():
        return False
    asked_at = clock.now()
    try:
        client = network.client_of(page)
        if not isinstance(client, Listens):
            return False
        taken = taking.take_or_leave(page, client.comment(meta_hooks.named(media, comment)), asked_at)
    except OutcomeError as error:
        logger.info("page %s: words that name it were not read: %s", page.pk, error.code)
        return False
    return taken is not None and taken.new


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
                queue.enqueue("moderation.jobs.read_named", page_id, each.media, each.comment)
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
