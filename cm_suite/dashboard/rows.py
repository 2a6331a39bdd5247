"""What needs a person as one reader sees it: which page it is about, and whether it is theirs to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cm_suite.dashboard.selectors import Now, NowItem, NowKind
from moderation.enums import ReviewState
from pages.enums import Act
from pages.models import Page
from publishing.views.names import PageName, page_names

ACTS: Final[Mapping[NowKind, Act]] = {
    NowKind.REVIEW: Act.MODERATE,
    NowKind.UNDONE: Act.MODERATE,
    NowKind.DELIVERY: Act.WRITE,
    NowKind.RECONNECT: Act.MANAGE,
    NowKind.PAUSE: Act.PAUSE,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of "Now". `page` is None for a whole brand; `mine`: the reader may act on it."""

    item: NowItem
    page: PageName | None
    mine: bool


def rows_of(now: Now, rights: Collection[str], pages: Iterable[Page]) -> list[Row]:
    """A row for each item; `pages` are the brand's, so that namesakes are told apart. No query."""
    known = {page.pk: page for page in (*pages, *_pages_of(now))}
    names = page_names(known.values())
    return [Row(item, names.get(_page_id(item)), _is_mine(item, rights)) for item in now.items]


def mine_of(now: Now, rows: Sequence[Row], rights: Collection[str]) -> int:
    """How many things the reader may act on, those that are not shown with them."""
    more = {NowKind.DELIVERY: now.more, NowKind.REVIEW: now.more_reviews, NowKind.UNDONE: now.more_undone}
    return sum(row.mine for row in rows) + sum(n for kind, n in more.items() if ACTS[kind] in rights)


def _pages_of(now: Now) -> Iterable[Page]:
    for item in now.items:
        page = item.delivery.page if item.delivery else item.page
        if page is not None:
            yield page


def _page_id(item: NowItem) -> int:
    """The page an item is about; 0, which no page has, for a whole brand."""
    line = item.review or item.undone
    if line is not None:
        return line.page_id
    page = item.delivery.page if item.delivery else item.page
    return page.pk if page else 0


def _is_mine(item: NowItem, rights: Collection[str]) -> bool:
    second = item.review is not None and item.review.state == ReviewState.SECOND
    return (Act.SECOND if second else ACTS[item.kind]) in rights
