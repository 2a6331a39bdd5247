"""How long a network asked one page to wait: in Redis for speed, on the page's row so that it lasts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from cm_suite.core.pace import RedisPace
from pages.models import Page


class PagePace:
    """`core.http.Pace` of one page. A Redis that was flushed, or is down, forgets nothing."""

    def __init__(self, page_id: int, shared: RedisPace) -> None:
        self._page_id = page_id
        self._shared = shared

    def blocked_until(self, account: str) -> datetime | None:
        """The later of what Redis and the row say, or None."""
        kept = Page.objects.filter(pk=self._page_id).values_list("paced_until", flat=True).first()
        said = [each for each in (self._shared.blocked_until(account), kept) if each is not None]
        return max(said, default=None)

    def block(self, account: str, until: datetime) -> None:
        """Make the page wait until then, unless it already waits for longer."""
        self._shared.block(account, until)
        shorter = Q(paced_until=None) | Q(paced_until__lt=until)
        Page.objects.filter(shorter, pk=self._page_id).update(paced_until=until)
